//! `/v1/delegations`: who decides approval steps for whom.

use super::paging::{self, Cursors, Listing};
use super::query;
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::id::{Id, Kind};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::approvals::delegations::{self as rows, Delegation};
use crate::services::delegations::{self, DelegationInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, delete, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A delegation.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DelegationView {
    pub id: String,
    pub version: i64,
    /// Whose steps are decided, `usr_…`.
    pub from: String,
    /// Who decides them, `usr_…`.
    pub to: String,
    /// The first day, in the company's time zone.
    pub valid_from: NaiveDate,
    /// The last day.
    pub valid_until: NaiveDate,
    pub reason: Option<String>,
    /// When it was ended before its time.
    pub revoked_at: Option<UtcTime>,
    pub created_at: UtcTime,
}

fn view(delegation: Delegation) -> DelegationView {
    DelegationView {
        id: delegation.id.text(Kind::Delegation),
        version: delegation.version,
        from: delegation.from_id.text(Kind::User),
        to: delegation.to_id.text(Kind::User),
        valid_from: delegation.valid_from,
        valid_until: delegation.valid_until,
        reason: delegation.reason,
        revoked_at: delegation.revoked_at,
        created_at: delegation.created_at,
    }
}

/// One delegation as an answer, under its version.
fn answer(status: u16, delegation: Delegation, language: Language) -> Result<Answer> {
    let version = delegation.version;
    Ok(Answer::json(status, &view(delegation))?.etag(version, language.tag()))
}

/// The delegation that a path names.
fn id(text: &str) -> Result<Id> {
    Kind::Delegation.parse(text).ok_or_else(|| Problem::not_found().into())
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DelegationQuery {
    /// Only those from or to this person: an id, `usr_…`, or `me`.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    user: Option<String>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists delegations, newest first; ended and future ones too.
#[utoipa::path(tag = "approvals", params(DelegationQuery), responses((status = 200, body = Listing<DelegationView>)))]
#[get("/v1/delegations")]
pub async fn list_delegations(app: Data<App>, request: HttpRequest, asked: Asked<DelegationQuery>) -> Response {
    let (app_, said) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut Snapshot| {
        let q = said.valid()?;
        let person = query::person("user", q.user.as_deref(), &snapshot.actor)?;
        let cursors = Cursors::new(&app_, "list_delegations", &format!("{person:?}"));
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, person, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |row| paging::by_id(row.id), view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListDelegations, asked.call, look).await)
}

/// Shows a delegation.
#[utoipa::path(tag = "approvals", responses((status = 200, body = DelegationView)))]
#[get("/v1/delegations/{id}")]
pub async fn get_delegation(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let delegation = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        answer(200, delegation, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetDelegation, asked.call, look).await)
}

/// Lets another person decide one's approval steps for some days.
#[utoipa::path(tag = "approvals", request_body = DelegationInput, responses((status = 201, body = DelegationView)))]
#[post("/v1/delegations")]
pub async fn create_delegation(app: Data<App>, posted: Posted<DelegationInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| delegations::create(tx, body.valid()?);
    let render = |tx: &mut Tx, delegation: Delegation| {
        let location = format!("/v1/delegations/{}", delegation.id.text(Kind::Delegation));
        Ok(answer(201, delegation, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateDelegation, posted.call, act, render).await)
}

/// Ends a delegation before its time (under `If-Match`); what was decided by it stands.
#[utoipa::path(tag = "approvals", responses((status = 204, description = "Ended")))]
#[delete("/v1/delegations/{id}")]
pub async fn revoke_delegation(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        delegations::revoke(tx, id(&path)?)
    };
    send(app.write(Operation::RevokeDelegation, posted.call, act, |_, ()| Ok(Answer::empty(204))).await)
}
