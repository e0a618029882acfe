//! Short messages go through a gateway, beside mails or instead of them (DOMAIN 2.5, 5.6).

use super::{link, waiting};
use crate::shipping::trace;
use crate::support::{Company, FEED_POLLS, id, on_every_store_with};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

/// A gateway that answers with these statuses in turn; gives each request's head and body.
fn gateway(statuses: &'static [u16]) -> (String, Receiver<(String, Value)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}/send", listener.local_addr().expect("it listens"));
    let (taken, heard) = channel();
    std::thread::spawn(move || {
        for (stream, status) in listener.incoming().map_while(Result::ok).zip(statuses) {
            let mut reader = BufReader::new(&stream);
            let (mut head, mut length) = (String::new(), 0);
            while let Some(line) = (&mut reader).lines().next().and_then(Result::ok).filter(|line| !line.is_empty()) {
                let line = line.to_ascii_lowercase();
                length = line.strip_prefix("content-length: ").map_or(length, |text| text.parse().expect("a length"));
                head.push_str(&line);
                head.push('\n');
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).expect("a body comes");
            let answer = format!("HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            (&stream).write_all(answer.as_bytes()).expect("an answer goes");
            if taken.send((head, serde_json::from_slice(&body).expect("a body is JSON"))).is_err() {
                return;
            }
        }
    });
    (url, heard)
}

#[test]
fn rule_2_5_an_sms_brings_the_link_and_is_tried_again_under_the_same_id() {
    let (url, heard) = gateway(&[503, 200, 503, 200]);
    on_every_store_with(&[("DOCKET_SMS_URL", &url), ("DOCKET_SMS_TOKEN", "gateway-secret"), ("DOCKET_PUBLIC_URL", "https://shop.example")], |app| {
        let company = app.company();
        company.order_admin().patch("/v1/settings", "*", json!({"message_channels": ["sms", "email"]})).ok();
        let order = waiting(&company);
        let first = heard.recv().expect("it is sent at once");
        let put_off = (0..FEED_POLLS).any(|_| app.count("messages WHERE channel = 'sms' AND status = 'queued' AND attempts = 1") == 1);
        assert!(put_off, "it is tried again later");
        app.advance(chrono::TimeDelta::seconds(6));
        app.drain();
        let second = heard.recv().expect("it is sent again");
        assert_eq!(first.1, second.1);
        assert!(
            first.0.contains("authorization: bearer gateway-secret")
                && first.0.contains(&format!("idempotency-key: {}", first.1["id"].as_str().unwrap_or_default()))
        );
        assert_eq!(first.1["to"], "+8613800138000");
        let text = first.1["text"].as_str().expect("it says something");
        assert!(text.contains(&format!("https://shop.example{}", link(app, &order))), "{text}");
        let statuses = company.sales().get("/v1/messages").ok()["data"]
            .as_array()
            .expect("a list has data")
            .iter()
            .map(|m| (m["channel"].clone(), m["status"].clone()))
            .collect::<Vec<_>>();
        assert!(statuses.contains(&(json!("sms"), json!("sent"))) && statuses.contains(&(json!("email"), json!("held"))), "{statuses:?}");
    });
}

/// An order by SMS alone whose goods have just left; the customer was asked before.
fn dispatched(company: &Company, heard: &Receiver<(String, Value)>) -> Value {
    company.order_admin().patch("/v1/settings", "*", json!({"message_channels": ["sms"]})).ok();
    let order = waiting(company);
    assert!(heard.recv().expect("the customer is asked").1["text"].as_str().is_some_and(|text| text.contains("/c/")));
    company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone", "note": "Ms Li agreed"})).ok();
    company.pick(&order);
    company.dispatched(&order, &[(0, "50")])
}

#[test]
fn rule_4_3_a_dispatch_brings_the_link_to_the_page_of_the_trace() {
    let (url, heard) = gateway(&[200; 4]);
    on_every_store_with(&[("DOCKET_SMS_URL", &url), ("DOCKET_PUBLIC_URL", "https://shop.example")], |app| {
        let parcel = dispatched(&app.company(), &heard);
        let told = heard.recv().expect("the customer is told").1;
        let link = trace::link(app, &parcel);
        assert!(told["text"].as_str().is_some_and(|text| text.contains(&format!("https://shop.example{link}"))), "{told}");
        assert_eq!(app.anyone.get(&link).ok()["lines"][0]["quantity"], "50");
    });
}

#[test]
fn decisions_37_a_dispatch_that_was_taken_back_is_not_told_any_more() {
    let (url, heard) = gateway(&[200, 503, 200, 503]);
    on_every_store_with(&[("DOCKET_SMS_URL", &url)], |app| {
        let company = app.company();
        let parcel = dispatched(&company, &heard);
        heard.recv().expect("it is sent at once");
        assert!((0..FEED_POLLS).any(|_| app.count("messages WHERE status = 'queued' AND attempts = 1") == 1), "it is tried again later");
        company.logistics().post(&format!("/v1/shipments/{}/recall", id(&parcel)), json!({"reason": "still in the yard"})).ok();
        app.advance(chrono::TimeDelta::seconds(6));
        app.drain();
        assert!((0..FEED_POLLS).any(|_| app.count("messages WHERE status = 'failed' AND last_error LIKE '%taken back%'") == 1));
    });
}
