//! `/c/{token}` and, in `trace`, `/t/{token}`: what a customer sees and says without logging in (DOMAIN 2.5, BEHAVIOUR 8). GET
//! changes nothing, since mail scanners fetch links; POST acts. Browsers get a page that needs no
//! script, programs JSON.

mod page;
pub mod trace;

use super::headers;
use super::problem::{Failure, language};
use super::request::{Asked, Filled};
use super::respond::Response;
use crate::app::{App, Call};
use crate::domain::actor::Actor;
use crate::domain::link::{CustomerAnswer, Standing, token_hash};
use crate::domain::message::language_of;
use crate::domain::offer::Offer;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Code, Error, Problem, database_problem};
use crate::services::confirmations::{self, AnswerInput, Shown};
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CACHE_CONTROL, REFERRER_POLICY, VARY};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, get, post};
use serde::Serialize;

/// What a link is about, and how it stands.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct LinkView {
    /// How it stands.
    pub standing: Standing,
    pub standing_label: &'static str,
    /// The order that the customer is asked to confirm; null where it is not what they were shown.
    pub order: Option<Offer>,
    /// Until when it can be answered.
    pub expires_at: UtcTime,
    /// What the customer said.
    pub answer: Option<CustomerAnswer>,
    /// What they want changed, in their words.
    pub comment: Option<String>,
    pub answered_at: Option<UtcTime>,
}

fn view(shown: Shown, reader: Language) -> LinkView {
    let Shown { link, standing, offer, .. } = shown;
    LinkView {
        standing,
        standing_label: standing.label(reader),
        order: offer,
        expires_at: link.expires_at,
        answer: link.answer,
        comment: link.comment,
        answered_at: link.answered_at,
    }
}

/// Who reads the answer: a person in a browser, or a program.
fn is_browser(request: &HttpRequest) -> bool {
    headers::joined(request.headers(), &ACCEPT).is_some_and(|accept| headers::wants_page(&accept))
}

/// The status under which a link is shown: gone where nothing can be said any more.
fn status(standing: Standing) -> StatusCode {
    if standing.shows_order() { StatusCode::OK } else { StatusCode::GONE }
}

/// An answer that nobody keeps, links to, or passes on.
fn private(response: &mut HttpResponse) {
    let headers = response.headers_mut();
    for (name, value) in [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer"), (VARY, "accept, accept-language")] {
        headers.insert(name, actix_web::http::header::HeaderValue::from_static(value));
    }
    let robots = actix_web::http::header::HeaderName::from_static("x-robots-tag");
    headers.insert(robots, actix_web::http::header::HeaderValue::from_static("noindex, nofollow"));
}

fn data(shown: Shown, reader: Language) -> HttpResponse {
    let mut response = HttpResponse::Ok().json(view(shown, reader));
    private(&mut response);
    response
}

/// A page that shows a link as it stands, with what is wrong with the last try, if anything.
fn show(shown: &Shown, status: StatusCode, wrong: Option<&str>) -> HttpResponse {
    page::respond(&page::of(shown, language_of(&shown.link.language), wrong), status)
}

/// What is said to somebody without a good link.
fn refused(problem: Box<Problem>, request: &HttpRequest) -> Response {
    if !is_browser(request) {
        return Err(Failure(problem));
    }
    let status = StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(page::respond(&page::of_problem(&problem, language(request)), status))
}

async fn look(app: &App, token: &str) -> Result<Shown, Box<Problem>> {
    let (hash, now) = (token_hash(token), app.clock.now());
    app.look(move |conn| confirmations::look(conn, &hash, now)).await
}

/// The problem in what was said, where there is one.
fn flaw(call: &Call, said: &super::request::Checked<AnswerInput>) -> Option<Box<Problem>> {
    let wrong = |error| match error {
        Error::Problem(problem) | Error::Refused(problem) => problem,
        Error::Database(error) => Box::new(database_problem(&error)),
    };
    call.flaw.clone().or_else(|| said.valid().err().map(wrong))
}

/// Shows the customer what they are asked to confirm; fetching it changes nothing.
#[utoipa::path(tag = "links", responses((status = 200, content((LinkView = "application/json"), (String = "text/html")))))]
#[get("/c/{token}")]
pub async fn show_link(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    if let Some(flaw) = asked.call.flaw {
        return refused(flaw, &request);
    }
    match look(&app, &path).await {
        Ok(shown) if is_browser(&request) => Ok(show(&shown, status(shown.standing), None)),
        Ok(shown) if shown.standing.shows_order() => Ok(data(shown, asked.call.language)),
        Ok(shown) => Err(Failure::from(confirmations::refusal(&shown))),
        Err(problem) => refused(problem, &request),
    }
}

/// Takes the customer's answer: a yes to the order as it was shown, or what to change. The same answer
/// again is fine, another one is refused.
#[utoipa::path(tag = "links", request_body(content((AnswerInput = "application/json"), (AnswerInput = "application/x-www-form-urlencoded"))), responses((status = 200, content((LinkView = "application/json"), (String = "text/html")))))]
#[post("/c/{token}")]
pub async fn answer_link(app: Data<App>, request: HttpRequest, path: Path<String>, filled: Filled<AnswerInput>) -> Response {
    let Filled { call, body } = filled;
    let (hash, reader) = (token_hash(&path), call.language);
    let outcome = match flaw(&call, &body) {
        Some(problem) => Err(problem),
        None => app.write_public(Actor::customer(), call, move |tx| confirmations::answer(tx, &hash, body.valid()?)).await,
    };
    match outcome {
        Ok(shown) if is_browser(&request) => Ok(show(&shown, StatusCode::OK, None)),
        Ok(shown) => Ok(data(shown, reader)),
        Err(problem) => match look(&app, &path).await {
            // told above the order, so that the customer can put it right
            Ok(shown) if is_browser(&request) => Ok(show(&shown, of(&problem), wrong(&problem, &shown).as_deref())),
            Ok(_) => Err(Failure(problem)),
            Err(unknown) => refused(if problem.code == Code::ValidationFailed { unknown } else { problem }, &request),
        },
    }
}

fn of(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// What is wrong with an answer, in the customer's words; how the link stands is said anyway.
fn wrong(problem: &Problem, shown: &Shown) -> Option<String> {
    let reader = language_of(&shown.link.language);
    match problem.code {
        Code::LinkAlreadyUsed | Code::LinkExpired => None,
        _ if problem.errors.is_empty() => Some(problem.detail_text(reader)),
        _ if problem.errors.iter().any(|error| error.code == "length") => Some(page::too_long(reader).to_owned()),
        _ => Some(page::what_to_change(reader).to_owned()),
    }
}
