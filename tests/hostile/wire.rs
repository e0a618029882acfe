//! Bytes on a socket, for what no client library would send.

use crate::support::TestApp;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Longer than the server waits for anything.
const PATIENCE: Duration = Duration::from_secs(90);

/// What came back; no status where the connection was closed without a word.
#[derive(Debug)]
pub struct Reply {
    pub status: Option<u16>,
    pub head: String,
    pub body: String,
    /// Everything, further answers included.
    pub all: String,
}

/// A connection to the server.
pub fn connect(app: &TestApp) -> TcpStream {
    let address = app.anyone.address();
    let stream = TcpStream::connect(address).unwrap_or_else(|error| panic!("{address}: {error}"));
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket has a time-out");
    stream.set_nodelay(true).expect("a socket can be told not to wait");
    stream
}

/// Reads until the other side closes.
pub fn rest(mut stream: TcpStream) -> Reply {
    let mut bytes = Vec::new();
    // a server that has said enough may reset what still comes
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|digits| digits.parse().ok());
    let head = head.to_ascii_lowercase();
    // bytes too many are read as another request, and answered as one
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|digits| digits.trim().parse().ok());
    let body = body.get(..length.unwrap_or(body.len())).unwrap_or(body).to_owned();
    Reply { status, head, body, all: text }
}

/// Sends bytes and reads what comes until the connection is closed. Should ask for that.
pub fn send(app: &TestApp, bytes: &[u8]) -> Reply {
    let mut stream = connect(app);
    // it may be closed before everything was sent
    let _ = stream.write_all(bytes);
    rest(stream)
}

/// The head of a JSON request by somebody, with these lines more.
pub fn head(method: &str, path: &str, token: &str, more: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: docket.example\r\nconnection: close\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n{more}\r\n"
    )
}

impl Reply {
    /// Expects one of these statuses. Once a request has a route it is refused by a problem; before
    /// that the framework may answer with an empty body, or close (DECISIONS 32).
    #[track_caller]
    pub fn is_refused(&self, statuses: &[u16]) {
        assert!(self.status.is_none_or(|status| statuses.contains(&status)), "{self:?}");
        if self.head.contains("application/problem+json") {
            let problem: Value = serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"));
            assert_eq!(problem["status"].as_u64(), self.status.map(u64::from), "{self:?}");
        } else {
            assert!(self.body.is_empty() || self.status.is_some_and(|status| status == 400), "{self:?}");
        }
    }
}
