//! What is around every request: its id, the limits, a problem for whatever went wrong (panics and
//! the framework's own refusals included), the headers that every answer has, the log line and
//! the figures. Must not know what a request is about.

use super::limits::Limits;
use super::metrics::Figures;
use super::unread;
use crate::api::problem::{Asking, Failure, RequestId, of_status, render};
use crate::app::App;
use crate::db::clock::random;
use crate::error::{Code, Problem};
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpResponse, ResponseError};
use futures_util::FutureExt;
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A problem whose request is gone with the handler that panicked over it.
#[derive(Debug)]
struct Lost {
    problem: Problem,
    asking: Asking,
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.problem.code.as_str())
    }
}

impl ResponseError for Lost {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let mut response = render(&self.problem, &self.asking);
        finish(response.headers_mut(), &self.asking.request_id);
        response
    }
}

/// The caller's own id for the request, if it can go into a log, or a new one.
fn name(request: &ServiceRequest) -> String {
    let given = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = given.filter(|id| (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b)));
    plain.map_or_else(|| hex::encode(random::<12>()), str::to_owned)
}

/// The headers of every answer, where it has not chosen its own.
fn finish(headers: &mut HeaderMap, request_id: &str) {
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

/// The problem that an answer stands for, if it stands for one and does not say it yet.
fn unsaid(response: &ServiceResponse<BoxBody>) -> Option<Problem> {
    if let Some(problem) = response.response().extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let said = kind.starts_with("application/problem+json") || kind.starts_with("text/html");
    ((status.is_client_error() || status.is_server_error()) && !said).then(|| of_status(status))
}

fn of_error(error: &Error) -> Problem {
    match error.as_error::<Failure>() {
        Some(Failure(problem)) => problem.as_ref().clone(),
        None => of_status(error.as_response_error().status_code()),
    }
}

/// Serves a request and sees to it that whatever comes back says what it should.
///
/// # Errors
/// Where the request itself was lost on the way; the error answers like everything else.
pub async fn envelope(mut request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = name(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let asking = Asking::of(request.request());
    let method = request.method().clone();
    if method == Method::HEAD {
        // answered like GET; the connection leaves the body out
        request.head_mut().method = Method::GET;
    }
    let figures = request.app_data::<Data<Figures>>().cloned();
    let allowance = match (request.app_data::<Data<Limits>>(), request.app_data::<Data<App>>()) {
        (Some(limits), Some(app)) => limits.check(app, request.request()),
        _ => Ok(Vec::new()),
    };
    let shared = unread::share(&mut request);
    let mut outcome = match allowance {
        Ok(left) if holds_nul(&request) => Ok(with_headers(request.into_response(render(&Problem::not_found(), &asking)), left)),
        Err((problem, left)) => Ok(with_headers(request.into_response(render(&problem, &asking)), left)),
        Ok(left) => serve(request, next, &asking).await.map(|response| with_headers(response, left)),
    };
    if let Ok(response) = &mut outcome {
        finish(response.headers_mut(), &id);
    }
    let outcome = match shared {
        Some(shared) => outcome.map(|response| response.map_body(|_, body| unread::holding(body, shared))),
        None => outcome,
    };
    note(figures.as_ref().map(Data::get_ref), &method, &outcome, started, &id);
    outcome
}

/// A path with NUL in it names nothing; PostgreSQL would not even compare it.
fn holds_nul(request: &ServiceRequest) -> bool {
    request.uri().path().contains("%00")
}

fn with_headers(mut response: ServiceResponse<BoxBody>, headers: Vec<(HeaderName, HeaderValue)>) -> ServiceResponse<BoxBody> {
    for (name, value) in headers {
        response.headers_mut().insert(name, value);
    }
    response
}

async fn serve(request: ServiceRequest, next: Next<impl MessageBody + 'static>, asking: &Asking) -> Result<ServiceResponse<BoxBody>, Error> {
    let lost = |problem| Err(Lost { problem, asking: asking.clone() }.into());
    match AssertUnwindSafe(next.call(request)).catch_unwind().await {
        Err(_) => lost(Problem::new(Code::Internal)),
        Ok(Err(error)) => lost(of_error(&error)),
        Ok(Ok(response)) => {
            let response = response.map_into_boxed_body();
            Ok(match unsaid(&response) {
                Some(problem) => response.into_response(render(&problem, asking)),
                None => response,
            })
        }
    }
}

/// One line a request in the log (route, never a body or a token), and its time in the figures.
fn note(figures: Option<&Figures>, method: &Method, outcome: &Result<ServiceResponse<BoxBody>, Error>, started: Instant, id: &str) {
    let took = started.elapsed();
    let (route, status) = match outcome {
        Ok(response) => (response.request().match_pattern(), response.status()),
        Err(error) => (None, error.as_response_error().status_code()),
    };
    let route = route.unwrap_or_else(|| "unmatched".to_owned());
    log::info!("{method} {route} {} {:.1} ms {id}", status.as_u16(), took.as_secs_f64() * 1000.0);
    if let Some(figures) = figures {
        let known = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS].contains(method);
        figures.observe(if known { method.as_str() } else { "other" }, &route, status.as_u16(), took);
    }
}
