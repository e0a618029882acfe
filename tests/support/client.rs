//! A client that shows what came back, whatever the status, and checks the shape of every refusal.

use super::documented;
use serde_json::Value;
use std::ops::Deref;
use ureq::http::{HeaderMap, Method, Request};

/// What would tell an attacker, or a user, too much (BEHAVIOUR 2).
const LEAKS: &[&str] = &["diesel", "SELECT ", "INSERT ", "UPDATE ", "UNIQUE constraint", "sqlite", "panicked", "/src/", ".rs:", "/tmp/", "argon2"];

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path, for messages.
    pub asked: String,
    pub status: u16,
    pub headers: HeaderMap,
    /// Null where the body is no JSON.
    pub body: Value,
    pub text: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The `ETag`.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.header("etag").unwrap_or_else(|| panic!("{} has no ETag", self.asked)).to_owned()
    }

    /// The code of a problem; empty for another answer.
    pub fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    /// Whether the caller is told to come again; everything else must have gone well.
    #[track_caller]
    pub fn told_to_wait(self) -> bool {
        let busy = self.status == 503;
        assert!(busy || self.status == 200, "{} answered {}", self.asked, self.text);
        busy
    }

    /// Expects a status.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{} answered {}", self.asked, self.text);
        self
    }

    /// Expects 200 and gives the body.
    #[track_caller]
    pub fn ok(self) -> Value {
        self.is(200).body
    }

    /// Expects 201 and gives the body.
    #[track_caller]
    pub fn ok_text(self) -> String {
        self.is(200).text
    }

    #[track_caller]
    pub fn created(self) -> Value {
        self.is(201).body
    }

    /// Expects a problem of this status and code, in the shape that every problem has.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.code()), (status, code), "{} answered {}", self.asked, self.text);
        self.is_a_problem();
        assert!(documented::has(&self.asked, status), "the document does not know that {} is answered {status} {code}", self.asked);
        self.body
    }

    /// Expects the shape of RFC 9457 and no leak (BEHAVIOUR 2).
    #[track_caller]
    pub fn is_a_problem(&self) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.asked);
        assert_eq!(self.body["status"], self.status, "{}", self.asked);
        assert_eq!(self.body["type"], format!("/problems/{}", self.code()), "{}", self.asked);
        for member in ["title", "detail", "instance", "code", "request_id"] {
            assert!(self.body[member].as_str().is_some_and(|text| !text.is_empty()), "{} lacks {member}: {}", self.asked, self.text);
        }
        assert!(self.body["retryable"].is_boolean(), "{} lacks retryable", self.asked);
        for leak in LEAKS {
            assert!(!self.text.contains(leak), "{} tells of {leak}: {}", self.asked, self.text);
        }
    }
}

/// Someone, or nobody yet, who speaks to the server.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    pub(super) base: String,
    pub bearer: Option<String>,
}

impl Client {
    /// Nobody yet.
    pub fn new(agent: ureq::Agent, base: &str) -> Self {
        Self { agent, base: base.to_owned(), bearer: None }
    }

    /// Host and port of the server.
    pub fn address(&self) -> &str {
        self.base.trim_start_matches("http://")
    }

    /// The same connection with a token or key.
    pub fn with_bearer(&self, token: &str) -> Self {
        Self { bearer: Some(token.to_owned()), ..self.clone() }
    }

    /// The same token or key shown to the server of another client.
    pub fn at(&self, other: &Self) -> Self {
        Self { base: other.base.clone(), ..self.clone() }
    }

    /// Sends bytes as they are, or no body.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Answer {
        self.try_send(method, path, headers, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// As [`Client::send`]; an error where the connection broke before the whole answer was here.
    pub fn try_send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<Vec<u8>>) -> Result<Answer, ureq::Error> {
        let method: Method = method.parse().expect("a method");
        let asked = format!("{method} {path}");
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        if let Some(token) = &self.bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = match body {
            Some(bytes) => self.agent.run(request.body(bytes).expect("a request"))?,
            None => self.agent.run(request.body(()).expect("a request"))?,
        };
        let bytes = response.body_mut().read_to_vec()?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Ok(Answer {
            asked,
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            text,
            bytes,
        })
    }

    /// Sends JSON.
    #[track_caller]
    pub fn send_json(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [&[("content-type", "application/json")], headers].concat();
        self.send(method, path, &headers, Some(body.to_string().into_bytes()))
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], None)
    }

    #[track_caller]
    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("GET", path, headers, None)
    }

    #[track_caller]
    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.send_json("POST", path, &[], &body)
    }

    #[track_caller]
    pub fn post_with(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        self.send_json("POST", path, headers, &body)
    }

    /// A merge patch of the version that `etag` names.
    #[track_caller]
    pub fn patch(&self, path: &str, etag: &str, body: Value) -> Answer {
        self.send_json("PATCH", path, &[("if-match", etag)], &body)
    }

    /// A file with its kind, as a browser's form sends it.
    #[track_caller]
    pub fn upload(&self, path: &str, kind: &str, file_name: &str, content: &[u8]) -> Answer {
        self.upload_with(path, &[], kind, file_name, content)
    }

    #[track_caller]
    pub fn upload_with(&self, path: &str, headers: &[(&str, &str)], kind: &str, file_name: &str, content: &[u8]) -> Answer {
        self.upload_form(path, headers, &[("kind", kind)], file_name, content)
    }

    /// A quality control report with what it found.
    #[track_caller]
    pub fn upload_report(&self, path: &str, result: &str, content: &[u8]) -> Answer {
        self.upload_form(path, &[], &[("kind", "qc_report"), ("result", result)], "report.pdf", content)
    }

    /// A file beside these fields.
    #[track_caller]
    pub fn upload_form(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)], file_name: &str, content: &[u8]) -> Answer {
        let (media_type, body) = form(fields, file_name, content);
        let headers = [&[("content-type", media_type.as_str())], headers].concat();
        self.send("POST", path, &headers, Some(body))
    }
}

fn form(fields: &[(&str, &str)], file_name: &str, content: &[u8]) -> (String, Vec<u8>) {
    let boundary = "----docket-test-4f1c";
    let field = |(name, value): &(&str, &str)| format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    let fields: String = fields.iter().map(field).collect();
    let head = format!(
        "{fields}--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
         content-type: application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), content, format!("\r\n--{boundary}--\r\n").as_bytes()].concat();
    (format!("multipart/form-data; boundary={boundary}"), body)
}

/// A person who is logged in.
#[derive(Clone)]
pub struct Person {
    pub id: String,
    pub username: String,
    pub refresh_token: String,
    client: Client,
}

impl Person {
    /// A person as a log-in made them.
    pub fn new(username: &str, client: &Client, tokens: &Value) -> Self {
        let token = |name: &str| tokens[name].as_str().unwrap_or_else(|| panic!("a log-in gives {name}"));
        let client = client.with_bearer(token("access_token"));
        let me = client.get("/v1/me").ok();
        let id = me["id"].as_str().expect("a person has an id").to_owned();
        Self { id, username: username.to_owned(), refresh_token: token("refresh_token").to_owned(), client }
    }
}

impl Deref for Person {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}
