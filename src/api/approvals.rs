//! `/v1/approvals`: people's queues, deciding a step, what was decided about an order and by which rules.

use super::checks::{ApprovalCheck, Reader, check_views};
use super::paging::{self, Cursors, Listing};
use super::query;
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::types::Json;
use crate::db::{Snapshot, Tx};
use crate::domain::actor::{Department, Role};
use crate::domain::approval_policy::{Condition, Facts};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::approval::{RoundStatus, StepStatus};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::approvals::rules::Applied;
use crate::repositories::approvals::whole::{self, Whole};
use crate::repositories::approvals::{self as rows, Basis, Queue, Round, StepFilter};
use crate::repositories::orders;
use crate::services::approvals::{self, Decision, DecisionInput, RefusalInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A step: one approver's part in a round.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ApprovalStep {
    pub id: String,
    pub version: i64,
    pub order_id: String,
    pub order_number: String,
    /// Which round of the order it belongs to, from 1.
    pub round: i32,
    /// 1 for the first.
    pub level: i32,
    /// Who decides it.
    pub role: Role,
    pub role_label: &'static str,
    /// Whose head decides; null for the other roles.
    pub department: Option<Department>,
    /// The codes of the rules that called for it, in one text.
    pub rule: String,
    /// The same, one by one.
    pub rules: Vec<String>,
    /// `pending` can be decided now, `waiting` after the lower levels; `carried` stands from an earlier round.
    pub status: StepStatus,
    pub status_label: &'static str,
    /// The user name of who decided.
    pub decided_by: Option<String>,
    /// The user name of whom they decided for, by a delegation.
    pub decided_for: Option<String>,
    /// When it was decided.
    pub decided_at: Option<UtcTime>,
    /// The revision of the order that they saw.
    pub decided_revision: Option<i32>,
    /// The step of an earlier round whose decision still stands, where this one is `carried`.
    pub carried_from: Option<String>,
    pub comment: Option<String>,
    /// When it was opened to those above, as nobody had decided it.
    pub escalated_at: Option<UtcTime>,
    /// Those of its round; of a decided step, as they were when it was decided.
    pub checks: Vec<ApprovalCheck>,
}

/// A round: one pass of an order through its approvers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ApprovalRound {
    pub id: String,
    /// 1 for the order's first.
    pub round: i32,
    /// `open` until the last step is decided.
    pub status: RoundStatus,
    pub status_label: &'static str,
    /// The revision of the order that was looked at.
    pub revision: i32,
    /// When it began.
    pub opened_at: UtcTime,
    /// When it was decided.
    pub closed_at: Option<UtcTime>,
    /// What the system found before people decided.
    pub checks: Vec<ApprovalCheck>,
    /// What the rules were asked about when it began; null for rounds of an earlier release.
    pub facts: Option<Facts>,
    /// The rules that applied then, as they were then.
    pub rules: Vec<AppliedRule>,
    /// Lowest level first.
    pub steps: Vec<ApprovalStep>,
}

/// A rule that applied.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct AppliedRule {
    pub code: String,
    pub version: i64,
    pub title: String,
    /// When it applied, as it was then; null for rounds of an earlier release.
    pub condition: Option<Condition>,
    /// Who had to approve because of it.
    pub roles: Vec<Role>,
}

/// A rule that applied, in a language.
pub fn applied_view(rule: &Applied, language: Language) -> AppliedRule {
    AppliedRule {
        code: rule.code.clone(),
        version: rule.version,
        title: language.pick(&rule.title_en, &rule.title_zh).to_owned(),
        condition: rule.condition.clone(),
        roles: rule.roles.clone(),
    }
}

/// All rounds of an order, first to last.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ApprovalRounds {
    /// The rounds.
    pub data: Vec<ApprovalRound>,
}

/// How a step looks from outside.
pub fn step_view(whole: Whole, reader: Reader) -> ApprovalStep {
    let language = reader.language;
    let Whole { step, round, order_number, decided_by, decided_for } = whole;
    ApprovalStep {
        id: step.id.text(Kind::Step),
        version: step.version,
        order_id: step.order_id.text(Kind::Order),
        order_number,
        round: round.round,
        level: step.level,
        role: step.role,
        role_label: step.role.label(language),
        department: step.department,
        rules: step.rules(),
        rule: step.rule,
        status: step.status,
        status_label: step.status.label(language),
        decided_by,
        decided_for,
        decided_at: step.decided_at,
        decided_revision: step.seen_revision,
        carried_from: step.carried_from_id.map(|id| id.text(Kind::Step)),
        comment: step.comment,
        escalated_at: step.escalated_at,
        checks: check_views(step.seen_checks.as_ref().map_or(&round.checks.0, |seen| &seen.0), reader),
    }
}

fn round_view(round: &Round, steps: Vec<Whole>, reader: Reader) -> ApprovalRound {
    let language = reader.language;
    let Json(Basis { facts, rules }) = &round.basis;
    ApprovalRound {
        facts: facts.clone(),
        rules: rules.iter().map(|rule| applied_view(rule, language)).collect(),
        id: round.id.text(Kind::Round),
        round: round.round,
        status: round.status,
        status_label: round.status.label(language),
        revision: round.revision,
        opened_at: round.opened_at,
        closed_at: round.closed_at,
        checks: check_views(&round.checks.0, reader),
        steps: steps.into_iter().map(|step| step_view(step, reader)).collect(),
    }
}

/// One step as an answer, under its version.
fn answer(whole: Whole, reader: Reader) -> Result<Answer> {
    let version = whole.step.version;
    Ok(Answer::json(200, &step_view(whole, reader))?.etag_by_content(version))
}

/// A step as it is after everything that followed.
fn shown(tx: &mut Tx, id: Id) -> Result<Answer> {
    let whole = whole::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    answer(whole, Reader::of(tx))
}

/// The step that a path names.
fn id(text: &str) -> Result<Id> {
    Kind::Step.parse(text).ok_or_else(|| Problem::not_found().into())
}

/// Whose queue is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub enum ApprovalDecider {
    #[serde(rename = "me")]
    Me,
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApprovalQuery {
    /// One or more of `waiting`, `pending`, `approved`, `rejected`, `returned`, `superseded`, `carried`, separated by commas.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    status: Option<String>,
    /// The order's id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    role: Option<Role>,
    /// Only steps that were opened to those above, as nobody decided or could decide them; or only the others.
    escalated: Option<bool>,
    /// The caller's queue: pending steps that they may decide.
    #[param(inline)]
    decidable_by: Option<ApprovalDecider>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl ApprovalQuery {
    fn queue(&self, snapshot: &mut Snapshot) -> Result<Option<Queue>> {
        if self.decidable_by.is_none() {
            return Ok(None);
        }
        let today = snapshot.company.zone.local_date(snapshot.now.utc());
        let queue = approvals::queue_of(snapshot.conn, &snapshot.actor, today)?;
        queue.map(Some).ok_or_else(|| Problem::parameter("decidable_by", "only a person has a queue").into())
    }

    /// The filter that this comes to for whoever asks.
    fn filter(&self, snapshot: &mut Snapshot) -> Result<StepFilter> {
        Ok(StepFilter {
            statuses: query::words("status", self.status.as_deref(), StepStatus::ALL)?,
            order: query::order(snapshot, self.order_id.as_deref())?,
            role: self.role,
            escalated: self.escalated,
            queue: self.queue(snapshot)?,
        })
    }
}

/// A page of steps.
fn list(snapshot: &mut Snapshot, q: &ApprovalQuery, filter: &StepFilter, cursors: &Cursors) -> Result<Listing<ApprovalStep>> {
    let (limit, reader) = (paging::limit(q.limit), Reader::new(&snapshot.actor, snapshot.language));
    let found = rows::list_steps(snapshot.conn, filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
    let Listing { data, page } = paging::page(found, limit, cursors, |step| paging::by_id(step.id), |step| step);
    Ok(Listing { data: whole::load(snapshot.conn, data)?.into_iter().map(|step| step_view(step, reader)).collect(), page })
}

/// Lists approval steps, newest first; `status=pending&decidable_by=me` is a person's queue.
#[utoipa::path(tag = "approvals", params(ApprovalQuery), responses((status = 200, body = Listing<ApprovalStep>)))]
#[get("/v1/approvals")]
pub async fn list_approvals(app: Data<App>, request: HttpRequest, asked: Asked<ApprovalQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = q.filter(snapshot)?;
        let cursors = Cursors::new(&app_, "list_approvals", &format!("{filter:?}"));
        list(snapshot, q, &filter, &cursors)?.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListApprovals, asked.call, look).await)
}

/// Shows an approval step.
#[utoipa::path(tag = "approvals", responses((status = 200, body = ApprovalStep)))]
#[get("/v1/approvals/{id}")]
pub async fn get_approval(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let whole = whole::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        answer(whole, Reader::new(&snapshot.actor, snapshot.language))
    };
    send_unless_known(&request, app.read(Operation::GetApproval, asked.call, look).await)
}

/// Approves a step. The next level is asked then; after the last one the customer is.
#[utoipa::path(tag = "approvals", request_body = DecisionInput, responses((status = 200, body = ApprovalStep)))]
#[post("/v1/approvals/{id}/approve")]
pub async fn approve_step(app: Data<App>, path: Path<String>, posted: Posted<DecisionInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        approvals::decide(tx, id(&path)?, Decision::Approve, said.comment.as_deref())
    };
    send(app.write(Operation::ApproveStep, posted.call, act, |tx, step| shown(tx, step.id)).await)
}

/// Rejects a step, with the reason; the order is cancelled.
#[utoipa::path(tag = "approvals", request_body = RefusalInput, responses((status = 200, body = ApprovalStep)))]
#[post("/v1/approvals/{id}/reject")]
pub async fn reject_step(app: Data<App>, path: Path<String>, posted: Posted<RefusalInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        approvals::decide(tx, id(&path)?, Decision::Reject, Some(&said.comment))
    };
    send(app.write(Operation::RejectStep, posted.call, act, |tx, step| shown(tx, step.id)).await)
}

/// Returns the order for changes, with what is to be changed; once changed it is verified and
/// approved anew.
#[utoipa::path(tag = "approvals", request_body = RefusalInput, responses((status = 200, body = ApprovalStep)))]
#[post("/v1/approvals/{id}/send-back")]
pub async fn send_back_step(app: Data<App>, path: Path<String>, posted: Posted<RefusalInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        approvals::decide(tx, id(&path)?, Decision::SendBack, Some(&said.comment))
    };
    send(app.write(Operation::SendBackStep, posted.call, act, |tx, step| shown(tx, step.id)).await)
}

/// Lists the approval rounds of an order, first to last, with their steps and checks.
#[utoipa::path(tag = "approvals", responses((status = 200, body = ApprovalRounds)))]
#[get("/v1/orders/{id}/approvals")]
pub async fn get_order_approvals(app: Data<App>, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let order = orders::find_by_ref(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        let rounds = whole::rounds(snapshot.conn, order.id)?;
        let reader = Reader::new(&snapshot.actor, snapshot.language);
        let data = rounds.into_iter().map(|(round, steps)| round_view(&round, steps, reader)).collect();
        Answer::json(200, &ApprovalRounds { data })
    };
    send(app.read(Operation::GetOrderApprovals, asked.call, look).await)
}

/// Runs the checks of an order's open approval round again: stock, credit or the calendar may have
/// changed. Answers the rounds, as `GET /v1/orders/{id}/approvals`.
#[utoipa::path(tag = "approvals", request_body = Nothing, responses((status = 200, body = ApprovalRounds)))]
#[post("/v1/orders/{id}/checks")]
pub async fn check_order(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        approvals::check_again(tx, &path)
    };
    let render = |tx: &mut Tx, order: Id| {
        let rounds = whole::rounds(tx.conn, order)?;
        let reader = Reader::of(tx);
        let data = rounds.into_iter().map(|(round, steps)| round_view(&round, steps, reader)).collect();
        Answer::json(200, &ApprovalRounds { data })
    };
    send(app.write(Operation::CheckOrder, posted.call, act, render).await)
}
