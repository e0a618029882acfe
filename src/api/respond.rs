//! The last step of a handler: an answer becomes an HTTP response, with 304 where the caller has
//! it already.

use super::headers;
use super::problem::Failure;
use crate::app::Answer;
use crate::error::Problem;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_NONE_MATCH, VARY};
use actix_web::{HttpRequest, HttpResponse};

/// What every handler gives back.
pub type Response = Result<HttpResponse, Failure>;

/// Sends an answer.
///
/// # Errors
/// The problem, where there was one.
pub fn send(outcome: Result<Answer, Box<Problem>>) -> Response {
    let answer = outcome?;
    let mut response = HttpResponse::build(StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK));
    if !answer.body.is_empty() {
        response.insert_header((CONTENT_TYPE, "application/json"));
        response.insert_header((VARY, "accept-language, authorization"));
    }
    for (name, value) in &answer.headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::from_str(value)) {
            response.insert_header((name, value));
        }
    }
    Ok(response.body(answer.body))
}

/// Sends an answer to a read, or 304 where `If-None-Match` names its `ETag`.
///
/// # Errors
/// The problem, where there was one.
pub fn send_unless_known(request: &HttpRequest, outcome: Result<Answer, Box<Problem>>) -> Response {
    let answer = outcome?;
    let etag = answer.headers.iter().find(|(name, _)| name == "etag").map(|(_, value)| value.clone());
    let known = headers::joined(request.headers(), &IF_NONE_MATCH);
    let same = |tag: &str, etag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag;
    if let (Some(etag), Some(known)) = (etag, known)
        && known.split(',').any(|tag| same(tag.trim(), &etag))
    {
        return Ok(HttpResponse::NotModified().insert_header((ETAG, etag)).finish());
    }
    send(Ok(answer))
}
