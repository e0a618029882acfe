//! What handlers take from a request: the call (who, language, versions, key), the body, the
//! query. Nothing is refused here that `app` must first ask the rights for (DECISIONS 29): a bad
//! body or query travels on as a problem and is told by `valid()` inside the act.

mod query;

use super::headers;
use super::problem::{Failure, is_link, language, request_id};
use crate::app::{App, Call, Repeat};
use crate::db::tx::Origin;
use crate::domain::words::Language;
use crate::error::{Code, Error, Problem, Result};
use crate::input;
use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, IF_MATCH};
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::any::TypeId;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::time::Duration;
use validator::Validate;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// The largest JSON body (DECISIONS 30).
const BODY_BYTES: usize = 1024 * 1024;
/// The largest form.
const FORM_BYTES: usize = 64 * 1024;
/// How long a body may take to arrive.
pub const BODY_SECONDS: u64 = 20;

/// A value that may turn out to be a problem when it is asked for.
#[derive(Debug)]
pub struct Checked<T>(Arc<std::result::Result<T, Box<Problem>>>);

impl<T> Clone for Checked<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Checked<T> {
    /// Wraps what reading gave.
    pub fn new(outcome: std::result::Result<T, Problem>) -> Self {
        Self(Arc::new(outcome.map_err(Box::new)))
    }

    /// Makes something of a good value.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Checked<U>
    where
        T: Clone,
    {
        Checked(Arc::new(Arc::unwrap_or_clone(self.0).map(make)))
    }

    /// The value, or what is wrong with it.
    pub fn valid(&self) -> Result<&T> {
        self.0.as_ref().as_ref().map_err(|problem| Error::Problem(problem.clone()))
    }
}

/// A request that reads: who calls, and the query.
pub struct Asked<Q = Nothing> {
    pub call: Call,
    pub query: Checked<Q>,
}

/// A request that changes something: who calls, the query, where there may be one, and the body. A
/// bad query is told with the body.
pub struct Posted<T = Nothing, Q = Nothing> {
    pub call: Call,
    pub query: Checked<Q>,
    pub body: Checked<T>,
}

/// An empty body or query; any field in it is unknown.
#[derive(Debug, Clone, Copy, serde::Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct Nothing {}

fn header<'r>(request: &'r HttpRequest, name: &HeaderName) -> Option<&'r str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

fn repeat_key(request: &HttpRequest) -> std::result::Result<Option<String>, Problem> {
    // two keys are joined by a blank, which no key may hold
    let Some(key) = headers::joined(request.headers(), &IDEMPOTENCY_KEY) else { return Ok(None) };
    if (1..=255).contains(&key.len()) && key.bytes().all(|b| (0x21..=0x7e).contains(&b)) {
        return Ok(Some(key));
    }
    Err(Problem::new(Code::IdempotencyKeyInvalid).detail("It must have 1 to 255 visible ASCII characters.", "须为 1 至 255 个可见 ASCII 字符。"))
}

/// Whether what this path answers is wanted.
fn acceptable(request: &HttpRequest) -> bool {
    let others = match request.path() {
        path if path.starts_with("/v1/files/") || path.ends_with("/packing-slip") || path.ends_with("/picking-list") => headers::FILES,
        path if is_link(path) => headers::PAGES,
        _ => &[],
    };
    headers::joined(request.headers(), &ACCEPT).is_none_or(|accept| headers::accepts(&accept, others))
}

/// Where the peer is; `X-Forwarded-For` counts only from a trusted proxy (DECISIONS 33).
pub fn address(app: &App, request: &HttpRequest) -> Option<String> {
    let peer = request.peer_addr()?.ip();
    if app.config.trusted_proxies.contains(&peer)
        && let Some(list) = request.headers().get("x-forwarded-for").and_then(|v| v.to_str().ok())
        && let Some(client) =
            list.rsplit(',').map(str::trim).find(|a| a.parse().is_ok_and(|ip: std::net::IpAddr| !app.config.trusted_proxies.contains(&ip)))
    {
        return Some(client.to_owned());
    }
    Some(peer.to_string())
}

/// The application that the server put beside the routes.
pub fn app(request: &HttpRequest) -> std::result::Result<web::Data<App>, Failure> {
    request.app_data::<web::Data<App>>().cloned().ok_or_else(|| Problem::new(Code::Internal).into())
}

/// What the `Authorization` header says. Bytes that are no text, and a second header, whose choice
/// would be ours and might not be a proxy's, are shown and no good.
fn authorization(request: &HttpRequest) -> Option<&str> {
    let mut all = request.headers().get_all(AUTHORIZATION);
    let first = all.next()?;
    Some(first.to_str().ok().filter(|_| all.next().is_none()).unwrap_or("?"))
}

/// All of a request but its body.
pub fn call(request: &HttpRequest) -> std::result::Result<Call, Failure> {
    let app = app(request)?;
    let credentials = app.keys.read(authorization(request), app.clock.now());
    let precondition = headers::if_match(headers::joined(request.headers(), &IF_MATCH).as_deref());
    let flaw = if acceptable(request) { precondition.as_ref().err().cloned() } else { Some(Problem::new(Code::NotAcceptable)) };
    Ok(Call {
        credentials,
        origin: Origin { request_id: request_id(request), address: address(&app, request) },
        language: language(request),
        precondition: precondition.unwrap_or_default(),
        repeat: None,
        flaw: flaw.map(Box::new),
    })
}

/// Adds the key of a request that may be repeated, with a fingerprint of method, path and content.
pub fn with_repeat(mut call: Call, request: &HttpRequest, content: &[u8]) -> Call {
    match repeat_key(request) {
        Ok(Some(key)) if request.method() == actix_web::http::Method::POST => {
            let mut hasher = Sha256::new();
            for part in [request.method().as_str().as_bytes(), b" ", request.path().as_bytes(), b"\n", content] {
                hasher.update(part);
            }
            call.repeat = Some(Repeat { key, fingerprint: hasher.finalize().to_vec() });
        }
        Ok(_) => {}
        Err(problem) => call.flaw = call.flaw.or(Some(Box::new(problem))),
    }
    call
}

/// Reads a whole body, within its size and time.
pub async fn read_body(payload: &mut Payload, most: usize) -> std::result::Result<Vec<u8>, Failure> {
    let collect = async {
        let mut bytes = Vec::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::new(Code::MalformedJson).detail("The body broke off.", "请求体不完整。"))?;
            if bytes.len() + chunk.len() > most {
                return Err(Failure::from(Problem::new(Code::BodyTooLarge).with("limit_bytes", most)));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    };
    tokio::time::timeout(Duration::from_secs(BODY_SECONDS), collect).await.unwrap_or_else(|_| Err(Problem::new(Code::RequestTimeout).into()))
}

fn content_type(request: &HttpRequest) -> String {
    header(request, &CONTENT_TYPE).and_then(|v| v.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase()
}

/// A merge patch is JSON; it is taken for what it is under either name.
const JSON: [&str; 2] = ["application/json", "application/merge-patch+json"];

fn is_json(request: &HttpRequest) -> bool {
    JSON.contains(&content_type(request).as_str())
}

fn other_than_json(request: &HttpRequest) -> Problem {
    let names = if request.method() == Method::PATCH { &JSON[..] } else { &JSON[..1] };
    Problem::new(Code::UnsupportedMediaType).with("supported", names)
}

/// Whether a request brings a form, as a page without script sends it.
pub fn is_form(request: &HttpRequest) -> bool {
    content_type(request) == "application/x-www-form-urlencoded"
}

/// Reads a JSON body; none at all counts as `{}` where nothing is to be said.
async fn json_body(
    request: &HttpRequest,
    payload: &mut Payload,
    optional: bool,
) -> std::result::Result<std::result::Result<Value, Problem>, Failure> {
    if request.headers().contains_key(CONTENT_TYPE) && !is_json(request) {
        return Err(other_than_json(request).into());
    }
    if request.headers().get(CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        return Err(Problem::new(Code::UnsupportedMediaType).detail("Bodies are not decompressed.", "不支持压缩的请求体。").into());
    }
    let bytes = read_body(payload, BODY_BYTES).await?;
    if bytes.is_empty() && optional {
        return Ok(Ok(Value::Object(serde_json::Map::new())));
    }
    if bytes.is_empty() {
        let (en, zh) = ("There is no body; send a JSON object, {} if there is nothing to say.", "缺少请求体；请发送 JSON 对象，无内容时发送 {}。");
        return Ok(Err(Problem::new(Code::MalformedJson).detail(en, zh)));
    }
    if !is_json(request) {
        return Err(other_than_json(request).into());
    }
    Ok(input::parse(&bytes))
}

impl<T: DeserializeOwned + Validate + 'static, Q: DeserializeOwned + Validate + 'static> FromRequest for Posted<T, Q> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let nothing_to_say = TypeId::of::<T>() == TypeId::of::<Nothing>();
            let parsed = json_body(&request, &mut payload, nothing_to_say).await?;
            let content = parsed.as_ref().map(input::fingerprint).unwrap_or_default();
            let call = with_repeat(call(&request)?, &request, &content);
            let query = query::read(request.query_string());
            let told = query.as_ref().map(drop).map_err(Problem::clone);
            Ok(Self { call, query: Checked::new(query), body: Checked::new(told.and(parsed).and_then(input::read)) })
        })
    }
}

/// What a page's form or a program says; never kept under a key (DECISIONS 10, 35).
pub struct Filled<T> {
    pub call: Call,
    pub body: Checked<T>,
}

/// What a form says, strictly: each field once, none unknown, the text in UTF-8.
fn read_form<T: DeserializeOwned + Validate>(bytes: Vec<u8>) -> std::result::Result<T, Problem> {
    let text =
        String::from_utf8(bytes).map_err(|_| Problem::new(Code::ValidationFailed).detail("The form is not UTF-8.", "表单不是 UTF-8 编码。"))?;
    query::read(&text).map_err(|mut problem| {
        // fields of a body are told by their pointers
        problem.code = Code::ValidationFailed;
        let name = problem.extra.remove("parameter").filter(|_| problem.errors.is_empty());
        match name.as_ref().and_then(Value::as_str) {
            Some(name) => {
                let (en, zh) = (problem.detail_text(Language::English), problem.detail_text(Language::Chinese));
                problem.field(&format!("/{name}"), "invalid_value", en, zh)
            }
            None => problem,
        }
    })
}

impl<T: DeserializeOwned + Validate + 'static> FromRequest for Filled<T> {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let body = match is_form(&request) {
                true => read_form(read_body(&mut payload, FORM_BYTES).await?),
                false => json_body(&request, &mut payload, false).await?.and_then(input::read),
            };
            Ok(Self { call: call(&request)?, body: Checked::new(body) })
        })
    }
}

impl<Q: DeserializeOwned + Validate + 'static> FromRequest for Asked<Q> {
    type Error = Failure;
    type Future = Ready<std::result::Result<Self, Failure>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(call(request).map(|call| Self { call, query: Checked::new(query::read(request.query_string())) }))
    }
}
