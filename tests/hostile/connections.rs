//! Callers who begin and do not go on: they hold nobody else up. How long they are borne is the
//! server's own constant (10 s for a head, 20 s for a body); `benches/slow_clients.rs` measures it.

use super::stored;
use super::wire::{self, head};
use crate::support::on_every_store;
use serde_json::json;
use std::io::Write;
use std::net::TcpStream;

/// More of each kind than the server has threads, by far.
const SLOW: usize = 60;

#[test]
fn callers_who_stop_in_the_middle_hold_nobody_up() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let whole = head("POST", "/v1/customers", "x", "content-length: 4000\r\n") + "{\"name\": \"";
        let chunked = head("POST", "/v1/customers", "x", "transfer-encoding: chunked\r\n") + "8\r\n{\"na";
        let upload = "POST /v1/tasks/tsk_x/evidence HTTP/1.1\r\nhost: d\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: 4000\r\n\r\n--b\r\n";
        let beginnings = ["", "G", "GET /v1/orders HTTP/1.1\r\nhost: d", &whole[..whole.len() / 2], &whole, &chunked, upload];
        let before = stored(app);
        let mut open: Vec<TcpStream> = Vec::new();
        for _ in 0..SLOW {
            for beginning in beginnings {
                let mut stream = wire::connect(app);
                stream.write_all(beginning.as_bytes()).expect("the server listens");
                open.push(stream);
            }
        }
        assert_eq!(stored(app), before);
        for number in 0..50 {
            sales.post("/v1/customers", json!({"name": format!("Acme {number}")})).created();
            app.anyone.get("/readyz").is(200);
        }
        drop(open);
        sales.get("/v1/me").ok();
    });
}

#[test]
fn callers_who_do_not_read_their_answers_hold_nobody_up() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let asks = "GET /openapi.json HTTP/1.1\r\nhost: docket.example\r\n\r\n".repeat(50);
        let open: Vec<TcpStream> = (0..SLOW)
            .map(|_| {
                let mut stream = wire::connect(app);
                stream.write_all(asks.as_bytes()).expect("the server reads");
                stream
            })
            .collect();
        for number in 0..50 {
            sales.post("/v1/customers", json!({"name": format!("Acme {number}")})).created();
        }
        drop(open);
    });
}

#[test]
fn requests_in_one_stretch_are_answered_one_by_one_and_a_bad_one_ends_them() {
    on_every_store(|app| {
        let good = "GET /healthz HTTP/1.1\r\nhost: docket.example\r\n\r\n";
        let reply = wire::send(app, format!("{good}{good}NONSENSE\r\n\r\n{good}").as_bytes());
        assert_eq!(reply.all.matches("HTTP/1.1 200").count(), 2, "{reply:?}");
        assert_eq!(reply.all.matches("HTTP/1.1 400").count(), 1, "{reply:?}");
    });
}
