//! How a token is shown: in one `Authorization` header with the scheme `Bearer`, and nowhere else.
//! Written to the connection by hand, since no client would send most of it.

use super::mint::{Mint, SECRET};
use crate::support::{Answer, Client, on_every_store_with};

const ASKED: &str = "GET /v1/me";

fn refused(name: &str, answer: &Answer) -> Option<String> {
    let right = (answer.status, answer.code()) == (401, "unauthenticated");
    (!right).then(|| format!("{name}: expected 401 unauthenticated, got {} {}", answer.status, answer.text))
}

/// What a good token may look like in a head, and still must not be taken.
fn heads(token: &str) -> Vec<(&'static str, Vec<Vec<u8>>)> {
    let line = |text: String| vec![text.into_bytes()];
    let authorization = |value: &str| format!("authorization: {value}").into_bytes();
    let good = authorization(&format!("Bearer {token}"));
    let bytes = |before: &[u8], after: &[u8]| vec![[b"authorization: Bearer ", before, token.as_bytes(), after].concat()];
    vec![
        ("nothing", vec![]),
        ("an empty header", line("authorization:".into())),
        ("the scheme alone", line("authorization: Bearer".into())),
        ("no scheme", line(format!("authorization: {token}"))),
        ("Basic", line(format!("authorization: Basic {token}"))),
        ("Basic with a password", line("authorization: Basic YWRtaW46Y29ycmVjdCBob3JzZSBiYXR0ZXJ5".into())),
        ("Digest", line(format!("authorization: Digest {token}"))),
        ("Token", line(format!("authorization: Token {token}"))),
        ("JWT", line(format!("authorization: JWT {token}"))),
        ("no space", line(format!("authorization: Bearer{token}"))),
        ("a colon", line(format!("authorization: Bearer: {token}"))),
        ("a tab for the space", line(format!("authorization: Bearer\t{token}"))),
        ("the scheme twice", line(format!("authorization: Bearer Bearer {token}"))),
        ("a parameter", line(format!("authorization: Bearer token={token}"))),
        ("two tokens", line(format!("authorization: Bearer {token} {token}"))),
        ("two tokens with a comma", line(format!("authorization: Bearer {token}, Bearer {token}"))),
        ("the same header twice", vec![good.clone(), good.clone()]),
        ("a good header, then a bad one", vec![good.clone(), authorization("Bearer x.y.z")]),
        ("a bad header, then a good one", vec![authorization("Bearer x.y.z"), good.clone()]),
        ("a good header, then Basic", vec![good.clone(), authorization("Basic YWRtaW46YWRtaW4=")]),
        ("a good header, then an empty one", vec![good.clone(), authorization("")]),
        ("bytes beyond ASCII after it", bytes(b"", b"\xff\xfe")),
        ("bytes beyond ASCII before it", bytes("日".as_bytes(), b"")),
        ("a space that is none of ASCII's", bytes(b"", b"\xc2\xa0")),
        ("another header", line(format!("x-authorization: Bearer {token}"))),
        ("the proxy's header", line(format!("proxy-authorization: Bearer {token}"))),
        ("a header of gateways", line(format!("x-forwarded-access-token: {token}"))),
        ("a cookie", line(format!("cookie: access_token={token}; Authorization=Bearer {token}"))),
        ("5 kB", line(format!("authorization: Bearer {token}{}", "a".repeat(5_000)))),
    ]
}

fn say(client: &Client, line: &str, head: &[Vec<u8>]) -> Answer {
    let lines: Vec<&[u8]> = head.iter().map(Vec::as_slice).collect();
    client.say(line, &lines)
}

#[test]
fn a_token_counts_in_its_one_place_only() {
    on_every_store_with(&[("DOCKET_JWT_SECRET", SECRET)], |app| {
        let token = Mint::of(app, "admin", SECRET).good();
        let good = vec![format!("authorization: Bearer {token}").into_bytes()];
        say(&app.anyone, ASKED, &good).is(200);
        say(&app.anyone, ASKED, &[format!("AUTHORIZATION: bearer {token}").into_bytes()]).is(200); // RFC 9110, 11.1
        let mut wrong: Vec<String> = heads(&token).iter().filter_map(|(name, head)| refused(name, &say(&app.anyone, ASKED, head))).collect();
        for name in ["access_token", "token", "authorization", "bearer"] {
            let asked = format!("{ASKED}?{name}={token}");
            wrong.extend(refused(&format!("{name} in the query"), &say(&app.anyone, &asked, &[])));
        }
        assert!(wrong.is_empty(), "{} ways were not refused as they should be:\n{}", wrong.len(), wrong.join("\n"));
        say(&app.anyone, ASKED, &good).is(200);
    });
}

#[test]
fn a_head_that_is_broken_or_too_long_is_refused_before_it_is_anybodys() {
    // DECISIONS 32: here the framework may answer, with an empty body
    on_every_store_with(&[("DOCKET_JWT_SECRET", SECRET)], |app| {
        let token = Mint::of(app, "admin", SECRET).good();
        let with = |bytes: &[u8]| [b"authorization: Bearer ", token.as_bytes(), bytes].concat();
        for (name, head) in [
            ("64 kB", with(&vec![b'a'; 64 * 1024])),
            ("200 kB", with(&vec![b'a'; 200 * 1024])),
            ("NUL", with(b"\0")),
            ("a line feed", with(b"\n x")),
            ("a carriage return", with(b"\rx")),
            ("a folded line", with(b"\r\n x")),
            ("a space before the colon", [b"authorization : Bearer ", token.as_bytes()].concat()),
        ] {
            let answer = say(&app.anyone, ASKED, &[head]);
            assert!([400, 401, 431].contains(&answer.status), "{name}: {} {}", answer.status, answer.text);
        }
        app.anyone.with_bearer(&token).get("/v1/me").ok();
    });
}
