//! Heads that are too much: headers without number, without end, paths and queries of any length.

use super::wire;
use crate::support::{TestApp, on_every_store};

fn asked(app: &TestApp, line: &str, headers: &str) -> wire::Reply {
    wire::send(app, format!("{line}\r\nhost: docket.example\r\nconnection: close\r\n{headers}\r\n").as_bytes())
}

/// What the framework may say to a head that it does not read (DECISIONS 32).
const TOO_MUCH: &[u16] = &[400, 401, 404, 408, 413, 414, 431];

#[test]
fn too_many_or_too_large_headers_are_refused_and_the_next_caller_is_served() {
    on_every_store(|app| {
        let many: String = (0..200).map(|number| format!("x-{number}: {number}\r\n")).collect();
        let twice = "accept: application/json\r\n".repeat(500);
        let large = format!("x-large: {}\r\n", "x".repeat(100_000));
        let endless = format!("x-endless: {}", "x".repeat(1_000_000));
        for headers in [&many, &twice, &large, &endless, &format!("authorization: Bearer {}\r\n", "a.".repeat(60_000))] {
            asked(app, "GET /v1/orders HTTP/1.1", headers).is_refused(TOO_MUCH);
            app.anyone.get("/healthz").is(200);
        }
    });
}

#[test]
fn long_paths_and_queries_are_refused_or_not_found() {
    on_every_store(|app| {
        let long = "a".repeat(10_000);
        let sales = app.company().sales();
        sales.get(&format!("/v1/{long}")).refused(404, "not_found");
        sales.get(&format!("/v1/orders/{long}")).refused(404, "not_found");
        sales.get(&format!("/v1/orders?q={long}")).refused(400, "invalid_parameter");
        sales.get(&format!("/v1/orders?{long}=1")).refused(400, "unknown_parameter");
        sales.get(&format!("/v1/orders?cursor={long}")).refused(400, "invalid_parameter");
        let pairs = "limit=1&".repeat(2_000);
        sales.get(&format!("/v1/orders?{pairs}")).refused(400, "invalid_parameter");
        asked(app, &format!("GET /{} HTTP/1.1", "a/".repeat(100_000)), "").is_refused(TOO_MUCH);
        app.anyone.get("/healthz").is(200);
    });
}

#[test]
fn what_is_no_http_is_refused() {
    on_every_store(|app| {
        let lines = [
            "",
            "GET",
            "GET /v1/orders",
            "GET /v1/orders HTTP/9.9",
            "get /v1/orders HTTP/1.1",
            "GET  /v1/orders HTTP/1.1",
            "\u{16}\u{3}\u{1}",
            "GET /\0 HTTP/1.1",
            "GET http://[ HTTP/1.1",
            "PRI * HTTP/2.0",
            "GET /v1/or\rders HTTP/1.1",
        ];
        for line in lines {
            asked(app, line, "").is_refused(&[400, 404, 405, 408, 501, 505]);
        }
        for headers in [" folded: x\r\n", "no colon\r\n", "a b: c\r\n", "x: a\0b\r\n", ": empty\r\n", "x: \x7f\r\n"] {
            asked(app, "GET /v1/orders HTTP/1.1", headers).is_refused(&[400, 401]);
        }
        app.anyone.get("/healthz").is(200);
    });
}
