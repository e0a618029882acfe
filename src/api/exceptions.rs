//! `/v1/exceptions`.

pub mod candidates;
pub mod figures;
pub mod notes;
mod preview;
pub mod proposals;
pub mod view;

use super::paging::{self, Cursors, Listing};
use super::query;
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::actor::Department;
use crate::domain::company::Company;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::{ExceptionKind, ExceptionStatus, Severity};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::exceptions::whole::{self, Whole};
use crate::repositories::exceptions::{self as rows, ExceptionFilter, ExceptionRow};
use crate::services::exceptions::{self, CloseInput, DismissInput, ExceptionAmendment, ExceptionInput, PlanDecisionInput, PlanInput, ResolveInput};
use crate::services::workflow::remedies;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use preview::PlannedException;
use serde::Deserialize;
use validator::Validate;
use view::{ExceptionView, view};

/// One exception as an answer, under its version.
fn answer(status: u16, whole: Whole, (language, company, now): (Language, &Company, UtcTime)) -> Result<Answer> {
    let version = whole.exception.version;
    Ok(Answer::json(status, &view(whole, language, company, now))?.etag_by_content(version))
}

/// An exception as it is after everything that followed.
pub(super) fn shown(tx: &mut Tx, status: u16, id: Id) -> Result<Answer> {
    let whole = whole::find_id(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    answer(status, whole, (tx.language, &tx.company, tx.now))
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExceptionQuery {
    /// One or more of `reported`, `planning`, `approved`, `resolving`, `resolved`, `closed`, `dismissed`, separated by commas.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    status: Option<String>,
    #[param(inline)]
    kind: Option<ExceptionKind>,
    /// Those that cover this order: its id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    blocking: Option<bool>,
    /// Only those that are not resolved, closed or dismissed, or only the others.
    open: Option<bool>,
    /// Only those that are as bad as this.
    #[param(inline)]
    severity: Option<Severity>,
    /// Only those that this department is to put right.
    #[param(inline)]
    department: Option<Department>,
    /// The person responsible, `usr_…`, or `me`.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    owner: Option<String>,
    /// Only those of this cause, by its code.
    #[validate(length(min = 1, max = 40))]
    #[param(min_length = 1, max_length = 40)]
    cause_code: Option<String>,
    /// Only those that were reported late, or only the others.
    late_report: Option<bool>,
    /// Only those reported at this instant or later.
    reported_from: Option<UtcTime>,
    /// Only those reported before this instant.
    reported_to: Option<UtcTime>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl ExceptionQuery {
    /// The statuses that are asked for, all where there is none; nothing where `status` and `open` leave none.
    fn statuses(&self) -> Result<Option<Vec<ExceptionStatus>>> {
        let named = query::words("status", self.status.as_deref(), ExceptionStatus::ALL)?;
        let Some(open) = self.open else { return Ok(Some(named)) };
        let all = if named.is_empty() { ExceptionStatus::ALL.to_vec() } else { named };
        let left: Vec<ExceptionStatus> = all.into_iter().filter(|status| status.is_open() == open).collect();
        Ok((!left.is_empty()).then_some(left))
    }

    fn filter(&self, snapshot: &mut Snapshot, statuses: Vec<ExceptionStatus>) -> Result<ExceptionFilter> {
        Ok(ExceptionFilter {
            statuses,
            kind: self.kind,
            order: query::order(snapshot, self.order_id.as_deref())?,
            blocking: self.blocking,
            severity: self.severity,
            department: self.department,
            owner: query::person("owner", self.owner.as_deref(), &snapshot.actor)?,
            cause: self.cause_code.clone(),
            late_report: self.late_report,
            reported_from: self.reported_from,
            reported_to: self.reported_to,
        })
    }
}

/// Nothing stands on a page of nothing.
fn no_place(_: &ExceptionView) -> Vec<u8> {
    Vec::new()
}

/// A page of exceptions.
fn list(snapshot: &mut Snapshot, q: &ExceptionQuery, filter: &ExceptionFilter, cursors: &Cursors) -> Result<Listing<ExceptionView>> {
    let limit = paging::limit(q.limit);
    let found = rows::list(snapshot.conn, filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
    let Listing { data, page } = paging::page(found, limit, cursors, |row| paging::by_id(row.id), |row| row);
    let wholes = whole::load(snapshot.conn, data)?;
    Ok(Listing { data: wholes.into_iter().map(|whole| view(whole, snapshot.language, &snapshot.company, snapshot.now)).collect(), page })
}

/// Lists exceptions, newest first.
#[utoipa::path(tag = "exceptions", params(ExceptionQuery), responses((status = 200, body = Listing<ExceptionView>)))]
#[get("/v1/exceptions")]
pub async fn list_exceptions(app: Data<App>, request: HttpRequest, asked: Asked<ExceptionQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let statuses = q.statuses()?;
        let nothing = statuses.is_none();
        let filter = q.filter(snapshot, statuses.unwrap_or_default())?;
        let cursors = Cursors::new(&app_, "list_exceptions", &format!("{filter:?}"));
        let listing = if nothing {
            paging::page(Vec::new(), paging::limit(q.limit), &cursors, no_place, |view| view)
        } else {
            list(snapshot, q, &filter, &cursors)?
        };
        listing.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListExceptions, asked.call, look).await)
}

/// Shows an exception, named by its id or its number.
#[utoipa::path(tag = "exceptions", responses((status = 200, body = ExceptionView)))]
#[get("/v1/exceptions/{id}")]
pub async fn get_exception(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let whole = whole::find(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        answer(200, whole, (snapshot.language, &snapshot.company, snapshot.now))
    };
    send_unless_known(&request, app.read(Operation::GetException, asked.call, look).await)
}

/// Reports an exception over any number of orders. A blocking one stops them until it is resolved
/// or dismissed.
#[utoipa::path(tag = "exceptions", request_body = ExceptionInput, responses((status = 201, body = ExceptionView)))]
#[post("/v1/exceptions")]
pub async fn report_exception(app: Data<App>, posted: Posted<ExceptionInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| exceptions::report(tx, body.valid()?);
    let render = |tx: &mut Tx, row: ExceptionRow| {
        let location = format!("/v1/exceptions/{}", row.id.text(Kind::Exception));
        Ok(shown(tx, 201, row.id)?.header("location", location))
    };
    send(app.write(Operation::ReportException, posted.call, act, render).await)
}

/// Takes a step with the exception that a path names, by what a body says.
async fn take<T: Send + Sync + 'static>(
    app: &App,
    operation: Operation,
    path: Path<String>,
    posted: Posted<T>,
    step: fn(&mut Tx, &str, &T) -> Result<ExceptionRow>,
) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| step(tx, &path, body.valid()?);
    send(app.write(operation, posted.call, act, |tx, row| shown(tx, 200, row.id)).await)
}

/// Amends an exception that is neither closed nor dismissed (JSON Merge Patch, under `If-Match`).
#[utoipa::path(tag = "exceptions", request_body = ExceptionAmendment, responses((status = 200, body = ExceptionView)))]
#[patch("/v1/exceptions/{id}")]
pub async fn update_exception(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    take(&app, Operation::UpdateException, path, posted, exceptions::update).await
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PlanQuery {
    /// `true` shows what the plan would come to, and does nothing.
    preview: Option<bool>,
}

/// Plans what is to be done, in place of any earlier plan. Its `actions` are tried, and refused where one of them could not
/// be done now.
#[utoipa::path(tag = "exceptions", params(PlanQuery), request_body = PlanInput, responses((status = 200, body = PlannedException)))]
#[post("/v1/exceptions/{id}/plan")]
pub async fn plan_exception(app: Data<App>, path: Path<String>, posted: Posted<PlanInput, PlanQuery>) -> Response {
    let (body, call) = (posted.body, posted.call);
    if posted.query.valid().is_ok_and(|query| query.preview == Some(true)) {
        let act = move |tx: &mut Tx| exceptions::rehearse(tx, &path, body.valid()?);
        return send(app.preview(Operation::PlanException, call, act, |tx, row| preview::shown(tx, &row)).await);
    }
    let act = move |tx: &mut Tx| remedies::plan(tx, &path, body.valid()?);
    send(app.write(Operation::PlanException, call, act, |tx, row| shown(tx, 200, row.id)).await)
}

/// Approves the plan, which is carried out from then on. One that costs money is for somebody who
/// approved one of the orders; where nobody did, and where it costs nothing, it is for the order administrator or the
/// operations head. Nobody approves their own.
#[utoipa::path(tag = "exceptions", request_body = PlanDecisionInput, responses((status = 200, body = ExceptionView)))]
#[post("/v1/exceptions/{id}/approve")]
pub async fn approve_exception(app: Data<App>, path: Path<String>, posted: Posted<PlanDecisionInput>) -> Response {
    take(&app, Operation::ApproveException, path, posted, exceptions::approve).await
}

/// Turns the plan down; another one is to be made.
#[utoipa::path(
    tag = "exceptions",
    request_body(content = PlanDecisionInput, example = json!({"comment": "The repair costs more than new goods"})),
    responses((status = 200, body = ExceptionView))
)]
#[post("/v1/exceptions/{id}/reject")]
pub async fn reject_exception(app: Data<App>, path: Path<String>, posted: Posted<PlanDecisionInput>) -> Response {
    take(&app, Operation::RejectException, path, posted, exceptions::reject).await
}

/// Records that an exception was put right; what it stopped goes on.
#[utoipa::path(tag = "exceptions", request_body = ResolveInput, responses((status = 200, body = ExceptionView)))]
#[post("/v1/exceptions/{id}/resolve")]
pub async fn resolve_exception(app: Data<App>, path: Path<String>, posted: Posted<ResolveInput>) -> Response {
    take(&app, Operation::ResolveException, path, posted, exceptions::resolve).await
}

/// Closes a resolved exception, with what prevents a repeat.
#[utoipa::path(tag = "exceptions", request_body = CloseInput, responses((status = 200, body = ExceptionView)))]
#[post("/v1/exceptions/{id}/close")]
pub async fn close_exception(app: Data<App>, path: Path<String>, posted: Posted<CloseInput>) -> Response {
    take(&app, Operation::CloseException, path, posted, exceptions::close).await
}

/// Takes an exception back: it is none, or another one tells of it already.
#[utoipa::path(tag = "exceptions", request_body = DismissInput, responses((status = 200, body = ExceptionView)))]
#[post("/v1/exceptions/{id}/dismiss")]
pub async fn dismiss_exception(app: Data<App>, path: Path<String>, posted: Posted<DismissInput>) -> Response {
    take(&app, Operation::DismissException, path, posted, exceptions::dismiss).await
}
