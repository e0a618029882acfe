//! Requests that no client would send: written by hand, byte for byte.

use super::client::{Answer, Client};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use ureq::http::{HeaderMap, HeaderName, HeaderValue};

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(30);

impl Client {
    /// Asks with these lines of a head, each as it is, on a connection of its own. Status 0 where the
    /// connection was closed without an answer.
    pub fn say(&self, line: &str, headers: &[&[u8]]) -> Answer {
        let mut stream = TcpStream::connect(self.base.trim_start_matches("http://")).expect("the server listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a connection has a time limit");
        let first = format!("{line} HTTP/1.1\r\nhost: docket\r\nconnection: close");
        let head = [&[first.as_bytes()], headers, &[b"\r\n"]].concat().join(b"\r\n".as_slice());
        let mut heard = Vec::new();
        // the server may have answered and gone before it has heard everything
        let _ = stream.write_all(&head);
        let _ = stream.read_to_end(&mut heard);
        parsed(line, &heard)
    }
}

fn parsed(asked: &str, heard: &[u8]) -> Answer {
    let end = heard.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap_or(heard.len());
    let head = String::from_utf8_lossy(&heard[..end]).into_owned();
    let body = heard.get(end + 4..).unwrap_or_default();
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((HeaderName::try_from(name).ok()?, HeaderValue::try_from(value.trim()).ok()?))
    };
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer {
        asked: asked.to_owned(),
        status,
        headers: head.lines().skip(1).filter_map(header).collect::<HeaderMap>(),
        body: serde_json::from_slice(body).unwrap_or(Value::Null),
        text: String::from_utf8_lossy(body).into_owned(),
        bytes: body.to_vec(),
    }
}
