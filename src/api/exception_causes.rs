//! `/v1/exception-causes`: the catalogue of causes of exceptions (DOMAIN 6.1).

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Code, Problem, Result};
use crate::input::Patch;
use crate::repositories::exception_causes::{self as rows, CauseFilter, CauseRow};
use crate::services::exception_causes::{self, ExceptionCauseInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A cause of exceptions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExceptionCauseView {
    pub code: String,
    pub version: i64,
    /// What it is called, in the language of the answer.
    pub name: String,
    /// What it is called in English.
    pub name_en: String,
    /// What it is called in Chinese.
    pub name_zh: String,
    /// The one kind of exception that may have it; null for any.
    pub kind: Option<ExceptionKind>,
    pub kind_label: Option<&'static str>,
    /// False for one that is not given any more.
    pub active: bool,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

fn view(cause: CauseRow, language: Language) -> ExceptionCauseView {
    ExceptionCauseView {
        name: cause.label(language).to_owned(),
        code: cause.code,
        version: cause.version,
        name_en: cause.name_en,
        name_zh: cause.name_zh,
        kind: cause.kind,
        kind_label: cause.kind.map(|kind| kind.label(language)),
        active: cause.active,
        created_at: cause.created_at,
        updated_at: cause.updated_at,
    }
}

/// One cause as an answer, under its version.
fn answer(status: u16, cause: CauseRow, language: Language) -> Result<Answer> {
    let version = cause.version;
    Ok(Answer::json(status, &view(cause, language))?.etag(version, language.tag()))
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExceptionCauseQuery {
    /// Only causes that are given, or only those that are not any more.
    active: Option<bool>,
    /// Only causes that suit this kind of exception.
    #[param(inline)]
    kind: Option<ExceptionKind>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// The code of the last cause on the page before.
fn read_code(position: Option<Vec<u8>>) -> Result<Option<String>> {
    let Some(bytes) = position else { return Ok(None) };
    String::from_utf8(bytes).map(Some).map_err(|_| Problem::new(Code::InvalidCursor).into())
}

/// Lists the causes that exceptions may have, in the order of their codes.
#[utoipa::path(tag = "exceptions", params(ExceptionCauseQuery), responses((status = 200, body = Listing<ExceptionCauseView>)))]
#[get("/v1/exception-causes")]
pub async fn list_exception_causes(app: Data<App>, request: HttpRequest, asked: Asked<ExceptionCauseQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = CauseFilter { active: q.active, kind: q.kind };
        let cursors = Cursors::new(&app_, "list_exception_causes", &format!("{filter:?}"));
        let (limit, language) = (paging::limit(q.limit), snapshot.language);
        let after = read_code(cursors.read(q.cursor.as_deref())?)?;
        let found = rows::list(snapshot.conn, filter, after.as_deref(), paging::fetch(limit))?;
        let page = paging::page(found, limit, &cursors, |row| row.code.as_bytes().to_vec(), |row| view(row, language));
        page.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListExceptionCauses, asked.call, look).await)
}

/// Shows a cause.
#[utoipa::path(tag = "exceptions", responses((status = 200, body = ExceptionCauseView)))]
#[get("/v1/exception-causes/{code}")]
pub async fn get_exception_cause(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let cause = rows::find(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        answer(200, cause, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetExceptionCause, asked.call, look).await)
}

/// Makes a cause.
#[utoipa::path(tag = "exceptions", request_body = ExceptionCauseInput, responses((status = 201, body = ExceptionCauseView)))]
#[post("/v1/exception-causes")]
pub async fn create_exception_cause(app: Data<App>, posted: Posted<ExceptionCauseInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| exception_causes::create(tx, body.valid()?);
    let render = |tx: &mut Tx, cause: CauseRow| {
        let location = format!("/v1/exception-causes/{}", cause.code);
        Ok(answer(201, cause, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateExceptionCause, posted.call, act, render).await)
}

/// Changes a cause (JSON Merge Patch, under `If-Match`). Exceptions that have it keep it.
#[utoipa::path(tag = "exceptions", request_body = ExceptionCauseInput, responses((status = 200, body = ExceptionCauseView)))]
#[patch("/v1/exception-causes/{code}")]
pub async fn update_exception_cause(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| exception_causes::update(tx, &path, body.valid()?);
    send(app.write(Operation::UpdateExceptionCause, posted.call, act, |tx, cause| answer(200, cause, tx.language)).await)
}
