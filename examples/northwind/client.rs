//! HTTP as this program needs it: JSON in and out, problems as errors, sessions that renew themselves, and a bounded
//! number of new tries where the service asks for one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// How often one request is sent at most.
const TRIES: u32 = 12;
/// The longest pause between two tries, whatever `Retry-After` says.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// A token is renewed this long before it expires.
const RENEW_BEFORE: Duration = Duration::from_secs(30);

/// Why something did not work. Everything that goes wrong in this program ends here.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The service answered with a problem.
    #[error("{request}: {status} {code}: {detail}")]
    Refused { request: String, status: u16, code: String, detail: String },
    /// No answer came.
    #[error("{request}: {source}")]
    Transport { request: String, source: Box<ureq::Error> },
    /// An answer, or the state of things, is not what it must be.
    #[error("{0}")]
    Wrong(String),
}

impl Error {
    /// The status of the service's refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}

/// A successful answer.
pub struct Answer {
    pub status: u16,
    pub body: Value,
    /// The answer was stored with the idempotency key and has been given before.
    pub replayed: bool,
}

/// What is sent, independent of who sends it.
struct Request<'a> {
    /// `None` reads, `Some((content type, bytes))` posts.
    post: Option<(&'a str, &'a [u8])>,
    path: &'a str,
    query: &'a [(&'a str, &'a str)],
    key: Option<&'a str>,
}

/// What came back, refusals included.
struct Received {
    answer: Answer,
    retry_after: Option<Duration>,
}

/// The connection pool and the counters that all sessions share.
pub struct Client {
    agent: ureq::Agent,
    base: String,
    /// Tells this run's idempotency keys from those of other runs.
    run: String,
    keys: AtomicU64,
    requests: AtomicU64,
    repeats: AtomicU64,
}

impl Client {
    pub fn new(url: &str, workers: usize) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(Duration::from_secs(5)))
            .timeout_global(Some(Duration::from_secs(60)))
            .max_idle_connections(workers + 2)
            .max_idle_connections_per_host(workers + 2)
            .build()
            .new_agent();
        let started = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            agent,
            base: url.trim_end_matches('/').to_owned(),
            run: format!("{:x}", started.as_nanos()),
            keys: AtomicU64::new(0),
            requests: AtomicU64::new(0),
            repeats: AtomicU64::new(0),
        }
    }

    /// One try at `/healthz`, so that a wrong address is told at once.
    pub fn reach(&self) -> Result<(), Error> {
        let request = Request { post: None, path: "/healthz", query: &[], key: None };
        let received = self.once(&request, None)?;
        conclude(&request, received.answer).map(drop)
    }

    /// Requests sent so far, repeated ones included.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Requests that had to be sent again.
    pub fn repeats(&self) -> u64 {
        self.repeats.load(Ordering::Relaxed)
    }

    /// A key for one act of this run: a repeated try does nothing twice.
    fn fresh_key(&self) -> String {
        format!("northwind-{}-{}", self.run, self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// Sends until there is an answer that is not "later", at most [`TRIES`] times.
    fn send(&self, request: &Request<'_>, token: Option<&str>) -> Result<Answer, Error> {
        let mut backoff = Duration::from_millis(100);
        for _ in 1..TRIES {
            let pause = match self.once(request, token) {
                Ok(received) if asks_again(&received.answer) => received.retry_after.unwrap_or(backoff),
                Ok(received) => return Ok(received.answer),
                Err(_) => backoff,
            };
            self.repeats.fetch_add(1, Ordering::Relaxed);
            thread::sleep(pause.min(LONGEST_PAUSE));
            backoff = (backoff * 2).min(LONGEST_PAUSE / 3);
        }
        self.once(request, token).map(|received| received.answer)
    }

    fn once(&self, request: &Request<'_>, token: Option<&str>) -> Result<Received, Error> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        let transport = |source| Error::Transport { request: describe(request), source: Box::new(source) };
        let url = format!("{}{}", self.base, request.path);
        let bearer = token.map(|token| format!("Bearer {token}"));
        let sent = match request.post {
            None => {
                let mut call = self.agent.get(&url).query_pairs(request.query.iter().copied());
                if let Some(bearer) = &bearer {
                    call = call.header("Authorization", bearer);
                }
                call.call()
            }
            Some((content_type, bytes)) => {
                let mut call = self.agent.post(&url).header("Content-Type", content_type);
                if let Some(bearer) = &bearer {
                    call = call.header("Authorization", bearer);
                }
                if let Some(key) = request.key {
                    call = call.header("Idempotency-Key", key);
                }
                call.send(bytes)
            }
        };
        let mut response = sent.map_err(transport)?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let replayed = header("Idempotency-Replayed") == Some("true");
        let retry_after = header("Retry-After").and_then(|value| value.trim().parse().ok()).map(Duration::from_secs);
        let status = response.status().as_u16();
        let text = response.body_mut().read_to_string().map_err(transport)?;
        // What is no JSON (a proxy's page, say) is kept as text, to be shown.
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Received { answer: Answer { status, body, replayed }, retry_after })
    }
}

/// Access and refresh token of a person.
struct Tokens {
    access: String,
    refresh: String,
    renew_at: Instant,
}

/// One person at the service. All workers share it; whoever finds the token stale renews it for all.
pub struct Session<'c> {
    client: &'c Client,
    pub username: &'static str,
    password: String,
    tokens: Mutex<Option<Tokens>>,
}

impl<'c> Session<'c> {
    /// Logs in.
    pub fn open(client: &'c Client, username: &'static str, password: &str) -> Result<Self, Error> {
        let session = Self { client, username, password: password.to_owned(), tokens: Mutex::new(None) };
        session.token(None)?;
        Ok(session)
    }

    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Error> {
        self.send(&Request { post: None, path, query, key: None }).map(|answer| answer.body)
    }

    /// Every row of a list, page by page.
    pub fn list(&self, path: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, Error> {
        let mut rows = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut pairs = query.to_vec();
            pairs.push(("limit", "200"));
            if let Some(cursor) = &cursor {
                pairs.push(("cursor", cursor));
            }
            let mut page = self.get(path, &pairs)?;
            match page["data"].take() {
                Value::Array(data) => rows.extend(data),
                _ => {
                    return Err(Error::Wrong(format!("GET {path}: the answer has no list in `data`")));
                }
            }
            if page["page"]["has_more"] != Value::Bool(true) {
                return Ok(rows);
            }
            let next = page["page"]["next_cursor"].as_str().map(str::to_owned);
            if next.is_none() || next == cursor {
                return Err(Error::Wrong(format!("GET {path}: there are more rows, but no new cursor")));
            }
            cursor = next;
        }
    }

    /// Posts once for this run.
    pub fn post(&self, path: &str, body: &Value) -> Result<Answer, Error> {
        self.post_with_key(path, body, Some(&self.client.fresh_key()))
    }

    /// Posts with a key of the caller's, or with none.
    pub fn post_with_key(&self, path: &str, body: &Value, key: Option<&str>) -> Result<Answer, Error> {
        let bytes = body.to_string();
        let post = Some(("application/json", bytes.as_bytes()));
        self.send(&Request { post, path, query: &[], key })
    }

    /// Posts what is no JSON.
    pub fn post_bytes(&self, path: &str, content_type: &str, bytes: &[u8]) -> Result<Answer, Error> {
        let key = self.client.fresh_key();
        self.send(&Request { post: Some((content_type, bytes)), path, query: &[], key: Some(&key) })
    }

    fn send(&self, request: &Request<'_>) -> Result<Answer, Error> {
        let token = self.token(None)?;
        let mut answer = self.client.send(request, Some(&token))?;
        if answer.status == 401 {
            let token = self.token(Some(&token))?;
            answer = self.client.send(request, Some(&token))?;
        }
        conclude(request, answer)
    }

    /// The access token, renewed first where it is about to expire or where it is the `refused` one.
    fn token(&self, refused: Option<&str>) -> Result<String, Error> {
        let mut tokens = self.lock();
        if let Some(held) = tokens.as_ref()
            && refused != Some(held.access.as_str())
            && Instant::now() < held.renew_at
        {
            return Ok(held.access.clone());
        }
        let renewed = match tokens.take() {
            Some(held) => self.refresh(&held.refresh).or_else(|_| self.log_in())?,
            None => self.log_in()?,
        };
        let access = renewed.access.clone();
        *tokens = Some(renewed);
        Ok(access)
    }

    fn log_in(&self) -> Result<Tokens, Error> {
        self.authenticate("/v1/auth/login", &json!({"username": self.username, "password": self.password}))
    }

    fn refresh(&self, refresh: &str) -> Result<Tokens, Error> {
        self.authenticate("/v1/auth/refresh", &json!({"refresh_token": refresh}))
    }

    fn authenticate(&self, path: &str, body: &Value) -> Result<Tokens, Error> {
        let bytes = body.to_string();
        let post = Some(("application/json", bytes.as_bytes()));
        let request = Request { post, path, query: &[], key: None };
        let answer = self.client.send(&request, None).and_then(|answer| conclude(&request, answer))?;
        let lifetime = Duration::from_secs(answer.body["expires_in"].as_u64().unwrap_or(600));
        Ok(Tokens {
            access: text(&answer.body, "access_token")?.to_owned(),
            refresh: text(&answer.body, "refresh_token")?.to_owned(),
            renew_at: Instant::now() + lifetime.saturating_sub(RENEW_BEFORE).max(lifetime / 2),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Tokens>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A text field that the answer must have.
pub fn text<'v>(value: &'v Value, field: &str) -> Result<&'v str, Error> {
    value[field].as_str().ok_or_else(|| Error::Wrong(format!("an answer lacks the text `{field}`")))
}

/// Whether the same request is worth sending again later.
fn asks_again(answer: &Answer) -> bool {
    match answer.status {
        429 | 503 => true,
        409 => answer.body["code"] == "idempotency_in_flight",
        _ => false,
    }
}

/// A 2xx is an answer, anything else an error with the problem's code and detail.
fn conclude(request: &Request<'_>, answer: Answer) -> Result<Answer, Error> {
    if (200..300).contains(&answer.status) {
        return Ok(answer);
    }
    let problem = &answer.body;
    let field = |name: &str| problem[name].as_str().unwrap_or_default().to_owned();
    let mut detail = if problem.is_object() { field("detail") } else { problem.to_string() };
    for error in problem["errors"].as_array().into_iter().flatten() {
        let part = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
        detail.push_str(&format!(" [{} {} {}]", part("pointer"), part("code"), part("detail")));
    }
    Err(Error::Refused { request: describe(request), status: answer.status, code: field("code"), detail })
}

fn describe(request: &Request<'_>) -> String {
    let method = if request.post.is_some() { "POST" } else { "GET" };
    format!("{method} {}", request.path)
}
