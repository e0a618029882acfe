//! `/v1/approval-rules`: the policy by which orders are approved, and trying it.

use super::approvals::{AppliedRule, applied_view};
use super::checks::{ApprovalCheck, Reader, check_views};
use super::paging::{self, Listing, Page};
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::types::Json;
use crate::db::{Snapshot, Tx};
use crate::domain::actor::{Department, Role};
use crate::domain::approval_policy::{Condition, Facts, PlannedStep};
use crate::domain::codes;
use crate::domain::id::Kind;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Error, Problem, Result};
use crate::input::{Patch, rules as shapes};
use crate::repositories::approvals::evidence::{self, Subject};
use crate::repositories::approvals::rules::{self as rows, Applied, RuleRow};
use crate::repositories::orders;
use crate::services::approvals::rules::{self, RuleInput};
use crate::services::approvals::{Simulation, simulate};
use crate::services::orders::create;
use crate::services::orders::input::OrderInput;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, delete, get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

/// A rule: where its condition holds, these roles must approve.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ApprovalRule {
    pub id: String,
    pub version: i64,
    /// What steps name it by.
    pub code: String,
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// When it applies.
    pub condition: Condition,
    /// Who must approve then.
    pub roles: Vec<Role>,
    /// The rule's place among the others; the lowest is asked first.
    pub position: i32,
    /// Where it applies, no rule after it is asked.
    pub exclusive: bool,
    /// Whether it is asked at all.
    pub active: bool,
    /// The first day on which it is asked; null for from the beginning.
    pub valid_from: Option<NaiveDate>,
    /// The last day; null for good.
    pub valid_until: Option<NaiveDate>,
    pub updated_at: UtcTime,
}

fn view(row: RuleRow, language: Language) -> ApprovalRule {
    let (Json(condition), Json(roles)) = (row.condition, row.roles);
    ApprovalRule {
        id: row.id.text(Kind::Rule),
        version: row.version,
        code: row.code,
        title: language.pick(&row.title_en, &row.title_zh).to_owned(),
        title_en: row.title_en,
        title_zh: row.title_zh,
        condition,
        roles,
        position: row.position,
        exclusive: row.exclusive,
        active: row.active,
        valid_from: row.valid_from,
        valid_until: row.valid_until,
        updated_at: row.updated_at,
    }
}

/// One rule as an answer, under its version.
fn answer(status: u16, row: RuleRow, language: Language) -> Result<Answer> {
    let version = row.version;
    Ok(Answer::json(status, &view(row, language))?.etag(version, language.tag()))
}

/// Lists the approval rules in their order; there are few, so they are one page.
#[utoipa::path(tag = "approvals", responses((status = 200, body = Listing<ApprovalRule>)))]
#[get("/v1/approval-rules")]
pub async fn list_approval_rules(app: Data<App>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let found = rows::all(snapshot.conn)?;
        let data = found.into_iter().map(|row| view(row, snapshot.language)).collect();
        let page = Page { next_cursor: None, has_more: false, limit: paging::MOST, total: None, total_capped: None };
        Answer::json(200, &Listing::<ApprovalRule> { data, page })
    };
    send(app.read(Operation::ListApprovalRules, asked.call, look).await)
}

/// Shows an approval rule, named by id or code.
#[utoipa::path(tag = "approvals", responses((status = 200, body = ApprovalRule)))]
#[get("/v1/approval-rules/{id}")]
pub async fn get_approval_rule(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let rule = rows::find(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        answer(200, rule, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetApprovalRule, asked.call, look).await)
}

/// Makes an approval rule. It is asked when the next round is opened.
#[utoipa::path(tag = "approvals", request_body = RuleInput, responses((status = 201, body = ApprovalRule)))]
#[post("/v1/approval-rules")]
pub async fn create_approval_rule(app: Data<App>, posted: Posted<RuleInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| rules::create(tx, body.valid()?);
    let render = |tx: &mut Tx, row: RuleRow| {
        let location = format!("/v1/approval-rules/{}", row.id.text(Kind::Rule));
        Ok(answer(201, row, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateApprovalRule, posted.call, act, render).await)
}

/// Changes an approval rule, named by id or code (JSON Merge Patch, under `If-Match`; a condition is
/// replaced whole). Rounds that are open keep the rules they were opened with.
#[utoipa::path(tag = "approvals", request_body = RuleInput, responses((status = 200, body = ApprovalRule)))]
#[patch("/v1/approval-rules/{id}")]
pub async fn update_approval_rule(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let patch = body.valid()?;
        rules::update(tx, &path, patch)
    };
    send(app.write(Operation::UpdateApprovalRule, posted.call, act, |tx, row| answer(200, row, tx.language)).await)
}

/// Deletes an approval rule, named by id or code (under `If-Match`); steps that it called for stay.
#[utoipa::path(tag = "approvals", responses((status = 204, description = "Deleted")))]
#[delete("/v1/approval-rules/{id}")]
pub async fn delete_approval_rule(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        rules::delete(tx, &path)
    };
    send(app.write(Operation::DeleteApprovalRule, posted.call, act, |_, ()| Ok(Answer::empty(204))).await)
}

/// An order that the rules are tried on: one that need not exist, or one that does.
#[derive(Debug, Clone, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order": {
    "channel": "phone", "customer": {"name": "Acme Technology Ltd"}, "currency": "CNY", "rush": true,
    "lines": [{"name": "Standing desk", "kind": "custom", "quantity": "20", "unit_price": "3000.00"}]
}}))]
#[validate(schema(function = names_one_order))]
pub struct SimulationInput {
    /// An order as it would be entered. Nothing of it is kept.
    #[validate(nested)]
    pub order: Option<OrderInput>,
    /// An order that is there, by its id, `ord_…`, or its number. Give this or `order`.
    #[validate(length(min = 1, max = 60), custom(function = shapes::line))]
    #[schema(min_length = 1, max_length = 60)]
    pub order_id: Option<String>,
    /// A rule to be tried with the others before it is made: in place of the one that has its code, or beside them.
    #[validate(nested)]
    pub rule: Option<RuleInput>,
}

fn names_one_order(input: &SimulationInput) -> std::result::Result<(), ValidationError> {
    let good = input.order.is_some() != input.order_id.is_some();
    shapes::when(good, "required", "needs either order or order_id", "须提供 order 或 order_id 之一")
}

/// A step that the rules call for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SimulatedStep {
    /// 1 for the first.
    pub level: i32,
    /// Who would decide it.
    pub role: Role,
    pub role_label: &'static str,
    /// Whose head would decide; null for the other roles.
    pub department: Option<Department>,
    /// The rules that call for it.
    pub rules: Vec<AppliedRule>,
}

/// What the rules of today say of an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SimulationView {
    /// What the order comes to.
    pub total: String,
    pub currency: String,
    /// What the rules were asked about.
    pub facts: Facts,
    /// The rules that apply, in their order.
    pub rules: Vec<AppliedRule>,
    /// How credit, stock and delivery look now; one that fails asks a head, where nobody asked could override it.
    pub checks: Vec<ApprovalCheck>,
    /// Who would have to approve, lowest level first; nobody where it is empty.
    pub steps: Vec<SimulatedStep>,
}

fn step_view(planned: &PlannedStep, department: Option<Department>, rules: &[Applied], language: Language) -> SimulatedStep {
    SimulatedStep {
        level: planned.level,
        role: planned.role,
        role_label: planned.role.label(language),
        department,
        rules: rules.iter().filter(|rule| planned.rules.contains(&rule.code)).map(|rule| applied_view(rule, language)).collect(),
    }
}

fn simulation_view(simulation: Simulation, reader: Reader) -> Result<SimulationView> {
    let (Simulation { subject, basis, checks, steps }, language) = (simulation, reader.language);
    Ok(SimulationView {
        total: subject.order.total.text(codes::minor_digits(&subject.order.currency).unwrap_or(4)),
        currency: subject.order.currency,
        checks: check_views(&checks, reader),
        facts: basis.facts.ok_or_else(|| Error::internal("a simulation without facts"))?,
        steps: steps.iter().map(|(step, department)| step_view(step, *department, &basis.rules, language)).collect(),
        rules: basis.rules.iter().map(|rule| applied_view(rule, language)).collect(),
    })
}

/// The order that the rules are tried on.
fn subject(tx: &mut Tx, said: &SimulationInput) -> Result<Subject> {
    if let Some(order) = &said.order {
        return create::draft(tx, order).map_err(|error| match error {
            Error::Problem(problem) => problem.within("/order").into(),
            other => other,
        });
    }
    let reference = said.order_id.as_deref().unwrap_or_default();
    let order = orders::find_by_ref(tx.conn, reference)?;
    let order = order.ok_or_else(|| Problem::invalid("/order_id", "unknown", "there is no such order", "没有该订单"))?;
    evidence::subject(tx.conn, order)
}

/// Tries the approval rules on an order that need not exist: which steps it would need, and because of
/// which rules. Nothing is kept.
#[utoipa::path(tag = "approvals", request_body = SimulationInput, responses((status = 200, body = SimulationView)))]
#[post("/v1/approval-rules/simulate")]
pub async fn simulate_approval(app: Data<App>, posted: Posted<SimulationInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        let subject = subject(tx, said)?;
        simulate(tx, subject, said.rule.as_ref())
    };
    let render = |tx: &mut Tx, simulation: Simulation| Answer::json(200, &simulation_view(simulation, Reader::new(&tx.actor, tx.language))?);
    send(app.preview(Operation::SimulateApproval, posted.call, act, render).await)
}
