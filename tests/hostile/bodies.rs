//! Bodies that are no JSON, or ambiguous, or too much of it.

use super::wire::{self, head};
use super::{is_refused, stored};
use crate::support::{Person, TestApp, on_every_store, order_of};
use serde_json::{Value, json};

const MOST: usize = 1024 * 1024;

fn post(person: &Person, path: &str, body: &[u8]) -> crate::support::Answer {
    person.send("POST", path, &[("content-type", "application/json")], Some(body.to_vec()))
}

fn order() -> Value {
    let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9", "promised_date": "2027-01-05"}]));
    order["metadata"] = json!({"shop": {"id": "1"}});
    order
}

/// Bytes in place of a customer's name.
const NAMES: &[&[u8]] = &[
    b"Ac\0me",           // NUL
    b"Ac\\u0000me",      // the same, escaped
    b"\\ud800",          // half of a pair
    b"\\udc00\\ud800",   // a pair the wrong way round
    b"\\ud83d\\u0041",   // half of a pair and a letter
    b"\xff",             // never in UTF-8
    b"\xc0\xaf",         // an overlong slash
    b"\xe0\x80\xaf",     // and a longer one
    b"\xed\xa0\x80",     // half of a pair in UTF-8
    b"\xf4\x90\x80\x80", // past the last character
    b"caf\xe9",          // Latin-1
    b"a\nb",             // a line break that is not escaped
    b"\x1f",             // another control
    b"\\x41",            // an escape that JSON does not have
    b"\\u12",            // an escape that ends early
];

#[test]
fn text_that_is_none_is_refused_and_nothing_of_it_kept() {
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        for name in NAMES {
            let body = [b"{\"name\": \"", *name, b"\"}"].concat();
            post(&sales, "/v1/customers", &body).refused(400, "malformed_json");
            let inside = order().to_string().replace("Acme Technology Ltd", "~");
            let (left, right) = inside.split_once('~').expect("the name is there");
            post(&sales, "/v1/orders", &[left.as_bytes(), name, right.as_bytes()].concat()).refused(400, "malformed_json");
        }
        assert_eq!(stored(app), before);
    });
}

#[test]
fn what_is_not_one_json_value_is_refused() {
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        let bodies: &[&[u8]] = &[
            b"\xef\xbb\xbf{\"name\": \"Acme\"}", // a byte order mark
            b"\xff\xfe{\0}\0",                   // UTF-16
            b"{\"name\": \"Acme\"} {}",
            b"{\"name\": \"Acme\",}",
            b"{\"name\": \"Acme\" /* who */}",
            b"{name: \"Acme\"}",
            b"{\"name\": \"Acme\"",
            b"\"",
            b"nul",
            b"\0",
            b" ",
        ];
        for body in bodies {
            post(&sales, "/v1/customers", body).refused(400, "malformed_json");
        }
        assert_eq!(stored(app), before);
    });
}

/// serde_json gives this key a meaning of its own: what stands under it is text to be parsed.
#[test]
fn json_is_not_smuggled_in_as_text() {
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        for smuggled in ["{\"name\":\"Acme\",\"name\":\"Evil\"}", "1e400", "{", "\\ud800"] {
            let raw = json!({"$serde_json::private::RawValue": smuggled});
            post(&sales, "/v1/customers", raw.to_string().as_bytes()).refused(400, "malformed_json");
            let mut order = order();
            order["metadata"] = json!({"shop": raw});
            post(&sales, "/v1/orders", order.to_string().as_bytes()).refused(400, "malformed_json");
        }
        assert_eq!(stored(app), before);
    });
}

#[test]
fn however_deep_it_is_nested_it_is_refused_at_once() {
    // DECISIONS 30: depth 32
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        for depth in [33, 10_000, 500_000, 1_000_000] {
            post(&sales, "/v1/customers", "[".repeat(depth).as_bytes()).refused(400, "malformed_json");
            let objects = "{\"a\":".repeat(depth.min(200_000));
            post(&sales, "/v1/customers", objects.as_bytes()).refused(400, "malformed_json");
        }
        let closed = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        post(&sales, "/v1/customers", closed(33).as_bytes()).refused(400, "malformed_json");
        post(&sales, "/v1/customers", closed(32).as_bytes()).refused(400, "validation_failed");
        assert_eq!(stored(app), before);
    });
}

#[test]
fn a_key_that_stands_twice_is_refused_at_every_level() {
    // BEHAVIOUR 1
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        let said = order().to_string();
        for key in ["channel", "name", "quantity", "country", "address", "id", "metadata", "lines"] {
            let first = format!("\"{key}\":");
            assert!(said.contains(&first), "{key}");
            // the copy says the same, or something else, or is written with an escape
            for copy in [format!("{first}null,{first}"), format!("\"\\u{:04x}{}\":0,{first}", key.as_bytes()[0], &key[1..])] {
                post(&sales, "/v1/orders", said.replacen(&first, &copy, 1).as_bytes()).refused(400, "malformed_json");
            }
        }
        assert_eq!(stored(app), before);
    });
}

#[test]
fn a_field_that_is_not_known_is_refused_at_every_level() {
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        for at in ["", "/customer", "/lines/0", "/delivery", "/delivery/address"] {
            for field in ["colour", "status", "__proto__", "constructor", "ID", "id ", "", "\u{200b}"] {
                let mut body = order();
                body.pointer_mut(at).expect("it is there")[field] = json!("x");
                sales.post("/v1/orders", body).refused(400, "unknown_field");
            }
        }
        assert_eq!(stored(app), before);
    });
}

/// A customer whose body has exactly so many bytes.
fn customer_of(bytes: usize) -> Vec<u8> {
    let mut body = br#"{"name": "Acme"}"#.to_vec();
    body.resize(bytes, b' ');
    body
}

#[test]
fn a_body_is_a_mebibyte_at_most() {
    // DECISIONS 30
    on_every_store(|app| {
        let sales = app.company().sales();
        post(&sales, "/v1/customers", &customer_of(MOST)).is(201);
        let before = stored(app);
        post(&sales, "/v1/customers", &customer_of(MOST + 1)).refused(413, "body_too_large");
        post(&sales, "/v1/customers", &vec![b'['; 8 * MOST]).refused(413, "body_too_large");
        assert_eq!(stored(app), before);
    });
}

fn token(app: &TestApp) -> String {
    let said = json!({"username": app.company().sales().username, "password": crate::support::PASSWORD});
    app.anyone.post("/v1/auth/login", said).ok()["access_token"].as_str().expect("a log-in gives a token").to_owned()
}

#[test]
fn a_length_that_lies_is_refused_or_taken_at_its_word_and_leaves_nothing_half_done() {
    on_every_store(|app| {
        let (token, body) = (token(app), r#"{"name": "Acme"}"#);
        let before = stored(app);
        let with = |more: &str, body: &str| wire::send(app, format!("{}{body}", head("POST", "/v1/customers", &token, more)).as_bytes());
        with("content-length: 5\r\n", body).is_refused(&[400]);
        with("content-length: 99999999999999999999999\r\n", body).is_refused(&[400]);
        with("content-length: -1\r\n", body).is_refused(&[400]);
        with("content-length: +16\r\n", body).is_refused(&[400]);
        with("content-length: 16\r\ncontent-length: 17\r\n", body).is_refused(&[400]);
        with("content-length: 16\r\ntransfer-encoding: chunked\r\n", "10\r\n{\"name\": \"Acme\"}\r\n0\r\n\r\n").is_refused(&[400]);
        with("transfer-encoding: chunked\r\n", "zz\r\n{}").is_refused(&[400]);
        with("transfer-encoding: gzip, chunked\r\n", "0\r\n\r\n").is_refused(&[400, 415, 501]);
        with("content-encoding: gzip\r\ncontent-length: 16\r\n", body).is_refused(&[415]);
        assert_eq!(stored(app), before);
        let told = with("transfer-encoding: chunked\r\n", "10\r\n{\"name\": \"Acme\"}\r\n0\r\n\r\n");
        assert_eq!(told.status, Some(201), "{told:?}");
    });
}

#[test]
fn chunks_without_an_end_are_refused_once_they_are_too_many() {
    on_every_store(|app| {
        let (token, before) = (token(app), stored(app));
        let chunk = format!("8000\r\n{}\r\n", "[".repeat(0x8000)).repeat(40);
        let asked = format!("{}{chunk}", head("POST", "/v1/customers", &token, "transfer-encoding: chunked\r\n"));
        // found here: the connection was kept for good, since nothing ends the waiting for the last chunk
        wire::send(app, asked.as_bytes()).is_refused(&[413]);
        let unasked = format!("{}8\r\n{{", head("GET", "/healthz", &token, "transfer-encoding: chunked\r\n"));
        assert_eq!(wire::send(app, unasked.as_bytes()).status, Some(200));
        assert_eq!(stored(app), before);
        app.company().sales().get("/v1/me").ok();
    });
}

#[test]
fn a_body_that_breaks_off_leaves_nothing_behind() {
    on_every_store(|app| {
        let (token, before) = (token(app), stored(app));
        for body in ["", "{", r#"{"name": "Acme"}"#] {
            let mut stream = wire::connect(app);
            let asked = format!("{}{body}", head("POST", "/v1/customers", &token, "content-length: 4000\r\n"));
            std::io::Write::write_all(&mut stream, asked.as_bytes()).expect("the server reads");
            stream.shutdown(std::net::Shutdown::Write).expect("a socket can be half closed");
            wire::rest(stream).is_refused(&[400, 408]);
        }
        assert_eq!(stored(app), before);
    });
}

#[test]
fn a_body_of_another_kind_is_refused_whatever_it_calls_itself() {
    on_every_store(|app| {
        let (sales, before) = (app.company().sales(), stored(app));
        for kind in
            ["text/plain", "application/xml", "application/x-www-form-urlencoded", "application/jsonp", "application/json2", "", "json", "*/*"]
        {
            let answer = sales.send("POST", "/v1/customers", &[("content-type", kind)], Some(br#"{"name": "Acme"}"#.to_vec()));
            answer.refused(415, "unsupported_media_type");
        }
        for (body, kind) in [
            (b"x".to_vec(), "multipart/form-data"),
            (Vec::new(), "multipart/form-data; boundary="),
            (b"--b\r\n".to_vec(), "multipart/form-data; boundary=b"),
        ] {
            is_refused(&sales.send("POST", "/v1/tasks/tsk_x/evidence", &[("content-type", kind)], Some(body)));
        }
        assert_eq!(stored(app), before);
    });
}
