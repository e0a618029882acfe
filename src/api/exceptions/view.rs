//! How an exception looks from outside.

use crate::api::tasks::view::{FileView, file};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Department;
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::company::Company;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::{ExceptionKind, ExceptionStatus, Severity};
use crate::domain::remedy::Remedy;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::exceptions::whole::{self, Whole};
use crate::repositories::exceptions::{Decision, Impact, Plan};
use crate::repositories::users::User;
use chrono::NaiveDate;
use serde::Serialize;

/// A person whom an exception names.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExceptionPerson {
    pub id: String,
    pub username: String,
}

/// What an exception touches.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExceptionImpactView {
    /// How many orders it covers.
    pub orders: usize,
    /// How many customers it touches.
    pub customers: Option<u32>,
    /// How many days it costs.
    pub delay_days: Option<u32>,
    /// In the base currency.
    pub amount: Option<String>,
    pub note: String,
}

/// What was decided about a plan.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PlanDecisionView {
    /// Whether it was approved.
    pub approved: bool,
    /// The user who decided.
    pub by: String,
    /// When.
    pub at: UtcTime,
    pub comment: Option<String>,
}

/// What is to be done about an exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PlanView {
    /// What is to be done.
    pub summary: String,
    /// In the base currency.
    pub cost: Option<String>,
    /// How, step by step.
    pub steps: Vec<String>,
    /// What the system does by itself when the plan is approved.
    pub actions: Vec<PlanActionView>,
    /// What the customers are told beside that.
    pub customer_note: Option<String>,
    /// Somebody else has to approve it: it costs more than passes, or changes what a customer gets.
    pub needs_approval: bool,
    /// The user who made it.
    pub made_by: String,
    /// When it was made.
    pub made_at: UtcTime,
    /// Null while nobody has decided.
    pub decision: Option<PlanDecisionView>,
}

/// Something that a plan does.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PlanActionView {
    /// What it does.
    pub action: Remedy,
    /// When it was done; null while it is not, and while others have to agree or work first.
    pub done_at: Option<UtcTime>,
    /// When goods were let go by it that have not left yet; it is not begun a second time.
    pub begun_at: Option<UtcTime>,
}

/// An exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExceptionView {
    pub id: String,
    pub version: i64,
    pub number: String,
    pub kind: ExceptionKind,
    pub kind_label: &'static str,
    /// How bad it is.
    pub severity: Severity,
    pub severity_label: &'static str,
    pub status: ExceptionStatus,
    pub status_label: &'static str,
    /// The orders that it covers.
    pub order_ids: Vec<String>,
    /// In the same order as the ids.
    pub order_numbers: Vec<String>,
    /// When it happened.
    pub occurred_at: Option<UtcTime>,
    /// When somebody noticed.
    pub discovered_at: UtcTime,
    /// When it was reported.
    pub reported_at: UtcTime,
    /// It was reported later after its discovery than it should have been.
    pub late_report: bool,
    pub department: Option<Department>,
    pub department_label: Option<&'static str>,
    /// The person responsible.
    pub owner: Option<ExceptionPerson>,
    /// The person, key or event that reported it.
    pub reported_by: String,
    /// When somebody is to have said what is to be done.
    pub plan_due_at: Option<UtcTime>,
    /// When it is to be resolved.
    pub due_at: Option<UtcTime>,
    /// It was not planned, or is not resolved, in time.
    pub overdue: bool,
    /// When that was noticed last; from then on the operations head leads it as well.
    pub escalated_at: Option<UtcTime>,
    /// Its orders stop while it is open.
    pub blocking: bool,
    /// What happened and why.
    pub cause: String,
    /// Its cause, by its code in the catalogue.
    pub cause_code: Option<String>,
    /// What that cause is called, in the language of the answer.
    pub cause_label: Option<String>,
    /// The departments concerned, beside the one that is to put it right.
    pub departments: Vec<Department>,
    /// What the customers of its orders were told of it.
    pub customer_note: Option<String>,
    /// What it touches.
    pub impact: ExceptionImpactView,
    /// What is to be done; null while nobody has said.
    pub plan: Option<PlanView>,
    /// How it was put right, or why it was dismissed.
    pub result: Option<String>,
    /// Why it happened, as was found out in the end.
    pub root_cause: Option<String>,
    /// What the customer said to how it was put right.
    pub customer_answer: Option<String>,
    /// What prevents a repeat.
    pub prevention: Option<String>,
    /// Who sees to that.
    pub prevention_owner: Option<ExceptionPerson>,
    /// Until which day.
    pub prevention_due: Option<NaiveDate>,
    /// What was attached to it, oldest first.
    pub files: Vec<FileView>,
    /// The number of the exception that it repeats.
    pub duplicate_of: Option<String>,
    /// When it was put right.
    pub resolved_at: Option<UtcTime>,
    /// When it was closed.
    pub closed_at: Option<UtcTime>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

fn person(user: User) -> ExceptionPerson {
    ExceptionPerson { id: user.id.text(Kind::User), username: user.username }
}

/// How an impact over so many orders looks.
pub(super) fn impact(impact: Impact, orders: usize, money: impl Fn(Amount) -> String) -> ExceptionImpactView {
    ExceptionImpactView { orders, customers: impact.customers, delay_days: impact.delay_days, amount: impact.amount.map(money), note: impact.note }
}

fn decision(decision: Decision) -> PlanDecisionView {
    PlanDecisionView { approved: decision.approved, by: decision.by, at: decision.at, comment: decision.comment }
}

fn plan(plan: Plan, money: impl Fn(Amount) -> String) -> PlanView {
    let needs_approval = plan.needs_approval();
    PlanView {
        needs_approval,
        summary: plan.summary,
        cost: plan.cost.map(money),
        steps: plan.steps,
        actions: plan
            .actions
            .into_iter()
            .map(|planned| PlanActionView { action: planned.remedy, done_at: planned.done_at, begun_at: planned.begun_at })
            .collect(),
        customer_note: plan.customer_note,
        made_by: plan.made_by,
        made_at: plan.made_at,
        decision: plan.decision.map(decision),
    }
}

/// How an exception looks now to someone who reads this language.
pub fn view(whole: Whole, language: Language, company: &Company, now: UtcTime) -> ExceptionView {
    let Whole { exception: row, orders, owner, duplicate_of, cause, prevention_owner, files } = whole;
    let digits = codes::minor_digits(&company.base_currency).unwrap_or(4);
    let money = |amount: Amount| amount.text(digits);
    let overdue = row.is_late_to_plan(now) || row.is_late_to_resolve(now);
    let (Json(touched), Json(details)) = (row.impact, row.details);
    ExceptionView {
        id: row.id.text(Kind::Exception),
        version: row.version,
        number: row.number,
        kind: row.kind,
        kind_label: row.kind.label(language),
        severity: row.severity,
        severity_label: row.severity.label(language),
        status: row.status,
        status_label: row.status.label(language),
        order_ids: orders.iter().map(|(id, _)| id.text(Kind::Order)).collect(),
        impact: impact(touched, orders.len(), money),
        order_numbers: orders.into_iter().map(|(_, number)| number).collect(),
        occurred_at: row.occurred_at,
        discovered_at: row.discovered_at,
        reported_at: row.reported_at,
        late_report: row.late_report,
        department: row.department,
        department_label: row.department.map(|department| department.label(language)),
        owner: owner.map(person),
        reported_by: row.reported_by_label,
        overdue,
        plan_due_at: row.plan_due_at,
        due_at: row.due_at,
        escalated_at: row.escalated_at,
        blocking: row.blocking,
        cause: row.cause,
        cause_code: row.cause_code,
        cause_label: cause.map(|cause| cause.label(language).to_owned()),
        departments: details.departments,
        customer_note: row.customer_note,
        plan: row.plan.map(|Json(made)| plan(made, money)),
        result: row.result,
        root_cause: details.root_cause,
        customer_answer: details.customer_answer,
        prevention: row.prevention,
        prevention_owner: prevention_owner.map(person),
        prevention_due: details.prevention_due,
        files: files.into_iter().map(|attached| file(attached, language)).collect(),
        duplicate_of,
        resolved_at: row.resolved_at,
        closed_at: row.closed_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// An exception by id, as whoever asks sees it.
///
/// # Errors
/// `not_found`.
pub(super) fn whole_view(tx: &mut Tx, id: Id) -> Result<ExceptionView> {
    let whole = whole::find_id(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    Ok(view(whole, tx.language, &tx.company, tx.now))
}
