//! SIGTERM: not ready any more, what is in flight is finished, exit code 0 (BEHAVIOUR 10).

use crate::command_line::on_every_store;
use crate::support::order_of;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// How long the process may take to end (BEHAVIOUR 10).
const END: Duration = Duration::from_secs(25);
/// The most requests that waiting for a word of the process may take.
const ASKED: usize = 20_000;

/// A connection that speaks HTTP by hand, so that a request can stand still in its middle.
struct Wire(TcpStream);

impl Wire {
    fn to(base: &str) -> Self {
        let stream = TcpStream::connect(base.trim_start_matches("http://")).expect("it listens");
        stream.set_read_timeout(Some(END)).expect("a connection has a time limit");
        Self(stream)
    }

    fn say(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).expect("the connection is open");
    }

    /// Asks whether it is ready: what is said, or nothing where the connection was closed.
    fn ready(&mut self) -> Option<String> {
        self.0.write_all(b"GET /readyz HTTP/1.1\r\nhost: docket\r\n\r\n").ok()?;
        let (status, body) = self.answer()?;
        Some(format!("{status} {body}"))
    }

    /// Reads up to this text; what was read, or all there was.
    fn until(&mut self, end: &str) -> String {
        let (mut heard, mut byte) = (Vec::new(), [0]);
        while !heard.ends_with(end.as_bytes()) {
            match self.0.read(&mut byte) {
                Ok(1) => heard.push(byte[0]),
                _ => break,
            }
        }
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Reads an answer's status line and, for a known length, its body; nothing where the connection
    /// was closed instead.
    fn answer(&mut self) -> Option<(String, String)> {
        let head = self.until("\r\n\r\n");
        if head.is_empty() {
            return None;
        }
        let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:").map(|n| n.trim().parse::<usize>()));
        let mut body = vec![0; length.and_then(Result::ok).unwrap_or(0)];
        self.0.read_exact(&mut body).expect("the whole answer comes");
        Some((head.lines().next().unwrap_or_default().to_owned(), String::from_utf8_lossy(&body).into_owned()))
    }
}

#[test]
fn a_request_in_flight_is_finished_while_no_new_one_is_taken() {
    on_every_store(|place| {
        place.hire("sales1", "sales_specialist", "sales");
        let served = place.serve(&[]);
        let token = served.anyone.post("/v1/auth/login", json!({"username": "sales1", "password": crate::support::PASSWORD})).ok();
        let order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9.00"}])).to_string();
        let head = format!(
            "POST /v1/orders HTTP/1.1\r\nhost: docket\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             expect: 100-continue\r\n\r\n",
            token["access_token"].as_str().unwrap_or_default(),
            order.len()
        );
        let (mut slow, mut watching) = (Wire::to(&served.base), Wire::to(&served.base));
        slow.say(&head);
        assert!(slow.until("\r\n\r\n").contains("100"), "the request is in the server's hands");
        slow.say(&order[..order.len() / 2]);
        assert!(watching.ready().is_some_and(|said| said.contains(" 200 ")));

        served.terminate();
        // a connection without work is closed; until then it hears that the service is stopping
        let stopping = (0..ASKED).map_while(|_| watching.ready()).find(|said| !said.contains(" 200 "));
        assert!(stopping.is_none_or(|said| said.contains(" 503 ") && said.contains("\"code\":\"unavailable\"")));
        let address = served.base.trim_start_matches("http://");
        assert!((0..ASKED).any(|_| TcpStream::connect(address).is_err()), "new callers are still let in");

        slow.say(&order[order.len() / 2..]);
        let (status, body) = slow.answer().expect("the request is answered");
        assert!(status.contains(" 201 "), "{status} {body}");
        let entered: serde_json::Value = serde_json::from_str(&body).expect("an order comes back");
        drop((slow, watching));
        assert_eq!(served.end_within(END).code(), Some(0));

        let served = place.serve(&[]);
        let path = format!("/v1/orders/{}", crate::support::id(&entered));
        assert_eq!(served.log_in("sales1").get(&path).ok()["number"], entered["number"]);
        place.run(&["check"]).well();
    });
}

#[test]
fn a_process_without_work_ends_at_once_and_well() {
    on_every_store(|place| {
        let served = place.serve(&[]);
        served.anyone.get("/readyz").is(200);
        served.terminate();
        assert_eq!(served.end_within(END).code(), Some(0));
    });
}

#[test]
fn a_process_that_is_told_to_stop_as_soon_as_it_listens_ends_well() {
    let place = crate::command_line::Place::embedded();
    for _ in 0..3 {
        let served = place.serve(&[]);
        served.terminate();
        assert_eq!(served.end_within(END).code(), Some(0), "no code means that the signal killed it");
    }
}

#[test]
fn a_caller_who_never_finishes_does_not_keep_the_process() {
    let place = crate::command_line::Place::embedded();
    let served = place.serve(&[]);
    let mut stuck = Wire::to(&served.base);
    stuck
        .say("POST /v1/auth/login HTTP/1.1\r\nhost: docket\r\ncontent-type: application/json\r\ncontent-length: 100\r\nexpect: 100-continue\r\n\r\n");
    assert!(stuck.until("\r\n\r\n").contains("100"));
    served.terminate();
    assert_eq!(served.end_within(END).code(), Some(0));
}
