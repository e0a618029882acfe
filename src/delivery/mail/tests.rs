//! Mails are written as any server takes them, and what a server says is understood.

use super::*;
use crate::domain::id::Id;
use crate::domain::message::{MessageChannel, MessageKind, MessageStatus};
use crate::domain::time::UtcTime;
use lettre::transport::smtp;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

fn at(text: &str) -> UtcTime {
    UtcTime::parse(text).unwrap()
}

fn client(url: &str) -> Smtp {
    let variables = [("DOCKET_SMTP_URL", url), ("DOCKET_MAIL_FROM", "Docket <docket@shop.example>")];
    Smtp::new(&Config::from_variables(variables.map(|(name, value)| (name.to_owned(), value.to_owned()))).unwrap()).unwrap().unwrap()
}

fn message() -> MessageRow {
    let now = at("2026-03-02T08:30:00Z");
    MessageRow {
        id: Id::from_parts(1, [1; 10]),
        event_id: Id::from_parts(1, [2; 10]),
        order_id: Some(Id::from_parts(1, [3; 10])),
        kind: MessageKind::ShipmentDispatched,
        channel: MessageChannel::Email,
        recipient: "buyer@acme.example".to_owned(),
        language: "zh-CN".to_owned(),
        subject: "您的订单 202603-001 已发货".to_owned(),
        body: "您好：\n".to_owned(),
        status: MessageStatus::Sending,
        attempts: 1,
        next_attempt_at: now,
        lease_until: None,
        fence: 1,
        last_error: None,
        sent_at: None,
        created_at: now,
        shipment_id: None,
        link_id: None,
    }
}

/// A mail server for one mail, which answers each recipient as it is told; gives what it heard.
fn mail_server(to_recipient: &'static str) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let serve = move || {
        let (mut stream, _) = listener.accept().unwrap();
        let (mut heard, mut in_mail) = (Vec::new(), false);
        let lines = BufReader::new(stream.try_clone().unwrap()).lines();
        stream.write_all(b"220 ready\r\n").unwrap();
        for line in lines.map_while(Result::ok) {
            let answer = match line.get(..4).unwrap_or_default() {
                _ if in_mail && line != "." => "",
                "DATA" => "354 go on",
                "RCPT" => to_recipient,
                "QUIT" => "221 bye",
                _ => "250 well",
            };
            in_mail = line == "DATA" || (in_mail && line != ".");
            heard.push(line);
            if !answer.is_empty() {
                let _ = stream.write_all(format!("{answer}\r\n").as_bytes());
            }
        }
        heard
    };
    (url, thread::spawn(serve))
}

fn send(to_recipient: &'static str) -> (Result<(), Failure>, Vec<String>) {
    let (url, server) = mail_server(to_recipient);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(client(&url).send(&message(), None));
    drop(runtime);
    (outcome, server.join().unwrap())
}

#[test]
fn a_mail_carries_the_messages_id_and_text_that_any_server_takes() {
    let (outcome, heard) = send("250 well");
    assert_eq!(outcome, Ok(()));
    let id = format!("Message-ID: <{}@shop.example>", message().id.text(Kind::Message));
    assert!(heard.contains(&id) && heard.contains(&"RCPT TO:<buyer@acme.example>".to_owned()), "{heard:#?}");
    assert!(heard.iter().all(|line| line.is_ascii()), "{heard:#?}");
}

#[test]
fn a_refused_recipient_is_final_and_a_busy_server_is_not() {
    let (outcome, _) = send("550 no such user");
    assert!(outcome.is_err_and(|failure| failure.for_good && failure.why.contains("no such user")));
    let (outcome, _) = send("451 come back later");
    assert!(outcome.is_err_and(|failure| !failure.for_good));
}

#[test]
fn our_own_credentials_are_no_fault_of_the_message() {
    let reply = |severity, category| Reply { severity, category, detail: smtp::response::Detail::Zero };
    assert!(refuses_for_good(reply(Severity::PermanentNegativeCompletion, Category::MailSystem)));
    assert!(!refuses_for_good(reply(Severity::PermanentNegativeCompletion, Category::Unspecified3)));
    assert!(!refuses_for_good(reply(Severity::TransientNegativeCompletion, Category::MailSystem)));
}

#[test]
fn a_mail_is_text_and_html() {
    let mail = client("smtp://localhost").compose(&message(), None).unwrap();
    let written = String::from_utf8(mail.formatted()).unwrap();
    assert!(written.contains("Content-Type: multipart/alternative"), "{written}");
    assert_eq!((written.matches("Content-Type: text/plain").count(), written.matches("Content-Type: text/html").count()), (1, 1), "{written}");
}
