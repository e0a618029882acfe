//! How a problem becomes a response: `application/problem+json` on every error path, the
//! framework's own included (RFC 9457, BEHAVIOUR 2).

use super::headers;
use crate::domain::words::Language;
use crate::error::{Code, Problem};
use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, ALLOW, CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, RETRY_AFTER, WWW_AUTHENTICATE,
};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use std::fmt;

/// The id under which a request goes in logs, history and answers.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// A problem on its way out of a handler. [`render`] turns it into the response.
#[derive(Debug)]
pub struct Failure(pub Box<Problem>);

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.code.as_str())
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        status(&self.0)
    }

    /// A bare response that carries the problem; the middleware, which knows the request, writes
    /// the body.
    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = HttpResponse::new(self.status_code());
        response.extensions_mut().insert(self.0.as_ref().clone());
        response
    }
}

impl From<Box<Problem>> for Failure {
    fn from(problem: Box<Problem>) -> Self {
        Self(problem)
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(Box::new(problem))
    }
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The language that a request asks for.
pub fn language(request: &HttpRequest) -> Language {
    headers::joined(request.headers(), &ACCEPT_LANGUAGE).map_or(Language::English, |header| Language::negotiate(&header))
}

/// The id of a request; made by the middleware.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone())
}

/// What an answer has to know of the request when the request itself is gone.
#[derive(Debug, Clone)]
pub struct Asking {
    pub language: Language,
    pub path: String,
    pub request_id: String,
}

impl Asking {
    /// Of a request that carries its id.
    pub fn of(request: &HttpRequest) -> Self {
        // whoever has the path of a customer's link could answer it
        let path = if is_link(request.path()) { format!("{}…", &request.path()[..3]) } else { request.path().to_owned() };
        Self { language: language(request), path, request_id: request_id(request) }
    }
}

/// Whether a path is a customer's link, which alone says that they may.
pub fn is_link(path: &str) -> bool {
    path.starts_with("/c/") || path.starts_with("/t/")
}

/// The response that says a problem.
pub fn render(problem: &Problem, asking: &Asking) -> HttpResponse {
    let body = problem.to_json(asking.language, &asking.path, &asking.request_id);
    let mut response = HttpResponse::build(status(problem));
    if is_link(&asking.path) {
        response.insert_header((CACHE_CONTROL, "no-store"));
        response.insert_header((REFERRER_POLICY, "no-referrer"));
    }
    response.insert_header((CONTENT_TYPE, "application/problem+json"));
    response.insert_header((CONTENT_LANGUAGE, asking.language.tag()));
    if let Some(seconds) = problem.retry_after_seconds {
        response.insert_header((RETRY_AFTER, seconds));
    }
    if let Some(allow) = problem.allow.as_deref().and_then(|a| HeaderValue::from_str(a).ok()) {
        response.insert_header((ALLOW, allow));
    }
    if problem.code.status() == 401 {
        response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    response.body(body.to_string())
}

/// The problem that fits a status which the framework chose by itself.
pub fn of_status(status: StatusCode) -> Problem {
    let code = match status.as_u16() {
        401 => Code::Unauthenticated,
        403 => Code::Forbidden,
        404 => Code::NotFound,
        405 => Code::MethodNotAllowed,
        406 => Code::NotAcceptable,
        408 => Code::RequestTimeout,
        413 => Code::BodyTooLarge,
        415 => Code::UnsupportedMediaType,
        429 => Code::RateLimited,
        503 => Code::Unavailable,
        507 => Code::StorageFull,
        400..=499 => Code::InvalidParameter,
        _ => Code::Internal,
    };
    Problem::new(code)
}
