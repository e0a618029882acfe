//! Mails through a real mail server (aiosmtpd, over TCP with STARTTLS), which is down for a time, and
//! a Docket that dies between its yes and our note of it (BEHAVIOUR 6). Runs where
//! `DOCKET_TEST_PYTHON` names a Python that has the server, as `.ci/run` sees to.

use crate::command_line::{Place, Served, on_every_store_with};
use crate::support::{Client, FEED_POLLS, Peer, Person, id, order_of};
use docket::each;
use serde_json::{Value, json};
use std::ffi::OsStr;
use std::path::Path;

/// A mail server that runs; it ends with this value.
struct RealMail(Peer);

impl RealMail {
    fn start(python: &str, authority: &Path, port: Option<&str>) -> Self {
        let arguments = [Some(authority.as_os_str()), port.map(OsStr::new)];
        Self(Peer::start(python, "mail.py", arguments.into_iter().flatten()))
    }

    /// The next mail that it takes.
    fn mail(&self) -> Value {
        serde_json::from_str(&self.0.line()).expect("a mail is told as JSON")
    }

    /// From now on the other side waits for its yes.
    fn hold(&mut self) {
        assert_eq!(self.0.ask("hold"), "holds");
    }

    fn has_more(&self) -> Option<String> {
        self.0.said()
    }
}

/// Runs a test beside a mail server, with Docket set up to send by it.
fn with_mail(test: impl Fn(&Place, RealMail, &dyn Fn() -> RealMail)) {
    let Some(python) = Peer::python() else { return };
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let authority = folder.path().join("ca.pem");
    let first = RealMail::start(&python, &authority, None);
    let port = first.0.port.clone();
    drop(first);
    let start = || RealMail::start(&python, &authority, Some(&port));
    let url = format!("smtp://localhost:{port}?tls=required");
    let settings = [
        ("DOCKET_SMTP_URL", url.as_str()),
        ("DOCKET_MAIL_FROM", "Docket <orders@shop.example>"),
        ("DOCKET_PUBLIC_URL", "https://shop.example"),
        ("SSL_CERT_FILE", authority.to_str().expect("a path is text")),
    ];
    on_every_store_with(&settings, |place| {
        let mail = start();
        for (name, role) in [("sales1", "sales_specialist"), ("sales2", "sales_specialist")] {
            place.hire(name, role, "sales");
        }
        test(place, mail, &start);
    });
}

/// An order that waits for a customer who reads a language.
fn waiting(served: &Served, language: &str) -> Value {
    let (one, other) = (served.log_in("sales1"), served.log_in("sales2"));
    let customer = one.post("/v1/customers", json!({"name": format!("Customer {language}"), "language": language})).created();
    let mut order =
        order_of(json!([{"name": "A4 纸", "specification": "80 g", "quantity": "50", "unit_price": "16.00", "unit": "set", "kind": "service"}]));
    order["customer"] = json!({"id": id(&customer), "email": format!("buyer-{language}@acme.example")});
    let order = one.post("/v1/orders", order).created();
    let path = format!("/v1/orders/{}", id(&order));
    other.post(&format!("{path}/verify"), json!({})).ok();
    let step = other.get(&format!("/v1/approvals?order_id={}&status=pending", id(&order))).ok();
    other.post(&format!("/v1/approvals/{}/approve", id(&step["data"][0])), json!({})).ok();
    one.get(&path).ok()
}

fn message_of(reader: &Client, order: &Value) -> Value {
    reader.get(&format!("/v1/messages?order_id={}", id(order))).ok()["data"][0].clone()
}

/// Asks until a message stands as it should.
fn until(reader: &Person, order: &Value, stands: impl Fn(&Value) -> bool) {
    let there = (0..FEED_POLLS).any(|_| stands(&message_of(reader, order)));
    assert!(there, "{}", message_of(reader, order));
}

/// Changes the store by hand: a test does not wait for minutes.
fn execute(place: &Place, statement: &str) {
    let mut store = place.store().open().expect("the store can be opened");
    each!(&mut store, c => diesel::connection::SimpleConnection::batch_execute(c, statement)).expect("it is changed");
}

/// The link in a mail's text, without the host.
fn link(mail: &Value) -> String {
    let text = mail["text"].as_str().expect("a mail has text");
    let (_, rest) = text.split_once("https://shop.example").expect("there is a link");
    rest.split_whitespace().next().expect("it ends").to_owned()
}

#[test]
fn rule_2_5_a_real_server_takes_each_confirmation_once_in_both_languages() {
    with_mail(|place, mail, _| {
        let served = place.serve(&[]);
        for (language, said) in [("en", ["Please confirm", "View and confirm the order"]), ("zh-CN", ["请确认", "查看并确认订单"])] {
            let order = waiting(&served, language);
            let taken = mail.mail();
            assert_eq!([&taken["type"], &taken["tls"]], [&json!("multipart/alternative"), &json!(true)]);
            assert_eq!(taken["to"], json!([format!("buyer-{language}@acme.example")]));
            assert_eq!(taken["from"], "Docket <orders@shop.example>");
            let [text, html] = ["text", "html"].map(|part| taken[part].as_str().expect("it is there").to_owned());
            assert!(taken["subject"].as_str().is_some_and(|subject| subject.contains(said[0])), "{taken}");
            for shown in [order["number"].as_str().expect("a number"), "A4 纸", "80 g", "800.00 CNY", said[1]] {
                assert!(text.contains(shown) && html.contains(shown), "{shown}: {text} {html}");
            }
            served.anyone.post(&link(&taken), json!({"answer": "confirm"})).ok();
            until(&served.log_in("sales1"), &order, |message| message["status"] == "sent");
        }
        served.stop();
        assert_eq!(mail.has_more(), None, "each was sent once");
    });
}

#[test]
fn behaviour_6_nothing_is_lost_while_the_mail_server_is_down() {
    with_mail(|place, mail, start| {
        drop(mail);
        let served = place.serve(&[]);
        let orders = [waiting(&served, "en"), waiting(&served, "zh-CN")];
        let reader = served.log_in("sales1");
        for order in &orders {
            until(&reader, order, |message| message["attempts"] != 0 && message["status"] == "queued");
        }
        let mail = start();
        execute(place, "UPDATE messages SET next_attempt_at = created_at");
        let mut taken = [mail.mail()["to"][0].clone(), mail.mail()["to"][0].clone()];
        taken.sort_by_key(Value::to_string);
        assert_eq!(taken, [json!("buyer-en@acme.example"), json!("buyer-zh-CN@acme.example")]);
        for order in &orders {
            until(&reader, order, |message| message["status"] == "sent");
        }
        served.stop();
        assert_eq!(mail.has_more(), None);
    });
}

#[test]
fn behaviour_6_a_death_between_yes_and_note_sends_the_same_mail_again() {
    with_mail(|place, mut mail, start| {
        let served = place.serve(&[]);
        mail.hold();
        let order = waiting(&served, "en");
        let first = mail.mail();
        served.kill();
        drop(mail);
        let mail = start();
        // nobody else may send it until the dead process's claim has run out
        execute(place, "UPDATE messages SET lease_until = created_at");
        let served = place.serve(&[]);
        let again = mail.mail();
        assert_eq!([&again["id"], &again["text"]], [&first["id"], &first["text"]]);
        until(&served.log_in("sales1"), &order, |message| message["status"] == "sent");
        served.anyone.post(&link(&again), json!({"answer": "confirm"})).ok();
        served.stop();
        assert_eq!(mail.has_more(), None);
    });
}
