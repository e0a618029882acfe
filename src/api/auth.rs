//! `/v1/auth`: from a password to tokens, from a refresh token to the next, and out. None of
//! these answers is ever kept under an idempotency key (DECISIONS 10).

use super::problem::Failure;
use super::request::{Checked, Nothing, Posted};
use super::respond::{Response, send};
use crate::app::{Answer, App, Call, tokens};
use crate::domain::actor::Actor;
use crate::domain::permission::Operation;
use crate::error::{Code, Error, Problem, database_problem};
use crate::services::auth::{self, Attempt, LoginInput, Opened, RefreshInput};
use actix_web::post;
use actix_web::web::Data;
use chrono::TimeDelta;
use serde::Serialize;

/// What a log-in gives. Not `Debug`: it holds tokens.
#[derive(Serialize, utoipa::ToSchema)]
pub struct TokensView {
    /// For `Authorization: Bearer …`.
    pub access_token: String,
    /// For one exchange at `/v1/auth/refresh`.
    pub refresh_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How long the access token is good for, in seconds.
    #[schema(example = 600)]
    pub expires_in: i64,
}

/// The body of a public request, once its headers have been found readable.
fn admitted<'b, T>(call: &Call, body: &'b Checked<T>) -> Result<&'b T, Failure> {
    if let Some(flaw) = &call.flaw {
        return Err(Failure(flaw.clone()));
    }
    body.valid().map_err(|error| match error {
        Error::Problem(problem) | Error::Refused(problem) => Failure(problem),
        Error::Database(error) => database_problem(&error).into(),
    })
}

/// Tokens for an open log-in, not to be stored on the way.
fn tokens_of(app: &App, opened: Opened, refresh_token: String) -> Result<Answer, Box<Problem>> {
    let access_token = app.keys.issue(opened.user, opened.session, opened.at)?;
    let view = TokensView { access_token, refresh_token, token_type: "Bearer", expires_in: tokens::ACCESS_SECONDS };
    let answer = Answer::json(200, &view).map_err(|_| Problem::new(Code::Internal))?;
    Ok(answer.header("cache-control", "no-store"))
}

/// Logs in with a user name and a password.
#[utoipa::path(tag = "auth", request_body = LoginInput, responses((status = 200, body = TokensView)))]
#[post("/v1/auth/login")]
pub async fn login(app: Data<App>, posted: Posted<LoginInput>) -> Response {
    let input = admitted(&posted.call, &posted.body)?;
    let username = input.username.to_lowercase();
    let (name, now) = (username.clone(), app.clock.now());
    let candidate = app.look(move |conn| auth::candidate(conn, &name, now)).await?;
    let hash = candidate.as_ref().map(|c| c.password_hash.clone());
    let right = app.passwords.verify(input.password.clone(), hash).await?;
    let refresh_token = tokens::new_refresh_token();
    let attempt = Attempt {
        username,
        proven: candidate.filter(|_| right),
        refresh_hash: tokens::hash(&refresh_token),
        lifetime: TimeDelta::days(tokens::REFRESH_DAYS),
    };
    let opened = app.write_public(Actor::anonymous(), posted.call, move |tx| auth::log_in(tx, &attempt)).await?;
    send(tokens_of(&app, opened, refresh_token))
}

/// Exchanges a refresh token for new tokens; each is good once.
#[utoipa::path(tag = "auth", request_body = RefreshInput, responses((status = 200, body = TokensView)))]
#[post("/v1/auth/refresh")]
pub async fn refresh(app: Data<App>, posted: Posted<RefreshInput>) -> Response {
    let old_hash = tokens::hash(&admitted(&posted.call, &posted.body)?.refresh_token);
    let refresh_token = tokens::new_refresh_token();
    let new_hash = tokens::hash(&refresh_token);
    let opened = app.write_public(Actor::anonymous(), posted.call, move |tx| auth::refresh(tx, &old_hash, &new_hash)).await?;
    send(tokens_of(&app, opened, refresh_token))
}

/// Ends the log-in that the access token belongs to.
#[utoipa::path(tag = "auth", responses((status = 204, description = "Logged out")))]
#[post("/v1/auth/logout")]
pub async fn logout(app: Data<App>, posted: Posted<Nothing>) -> Response {
    let call = Call { repeat: None, ..posted.call };
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| {
        body.valid()?;
        auth::log_out(tx)
    };
    send(app.write(Operation::Logout, call, act, |_, ()| Ok(Answer::empty(204))).await)
}
