//! What callers say about an exception: the report, what a merge patch is merged into, the plan,
//! and what goes with each step.

use crate::domain::actor::Department;
use crate::domain::amount::Amount;
use crate::domain::id::Kind;
use crate::domain::lifecycle::exception::{ExceptionKind, Severity};
use crate::domain::remedy::Remedy;
use crate::domain::time::UtcTime;
use crate::input::{day, rules};
use crate::repositories::exceptions::{ExceptionRow, Impact};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use validator::{Validate, ValidationError};

/// What an exception touches (DOMAIN 6.2); the orders are counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionImpact {
    /// How many customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 1_000_000))]
    #[schema(maximum = 1_000_000)]
    pub customers: Option<u32>,
    /// How many days it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 10_000))]
    #[schema(maximum = 10_000)]
    pub delay_days: Option<u32>,
    /// In the base currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::not_negative))]
    pub amount: Option<Amount>,
    #[serde(default)]
    #[validate(length(max = 4000))]
    #[schema(max_length = 4000)]
    pub note: String,
}

impl ExceptionImpact {
    /// As it is stored.
    pub fn stored(&self) -> Impact {
        Impact { customers: self.customers, delay_days: self.delay_days, amount: self.amount, note: self.note.clone() }
    }

    fn of(impact: &Impact) -> Self {
        Self { customers: impact.customers, delay_days: impact.delay_days, amount: impact.amount, note: impact.note.clone() }
    }
}

/// An exception as whoever is concerned reports it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "quality_problem", "severity": "high", "order_ids": [], "department": "warehouse", "departments": ["sales"],
    "cause": "Two cartons got wet", "cause_code": "weather", "impact": {"delay_days": 3, "note": ""}, "blocking": true
}))]
pub struct ExceptionInput {
    /// What went wrong.
    pub kind: ExceptionKind,
    /// How bad it is.
    pub severity: Severity,
    /// The orders that it covers, each once, as `ord_…` or by number.
    #[serde(default)]
    #[validate(length(max = 200))]
    #[schema(max_items = 200)]
    pub order_ids: Vec<String>,
    /// When it happened; not after its discovery.
    #[serde(default)]
    pub occurred_at: Option<UtcTime>,
    /// Now by default. A report long after it is marked as late.
    #[serde(default)]
    pub discovered_at: Option<UtcTime>,
    /// When it is to be resolved.
    #[serde(default)]
    pub due_at: Option<UtcTime>,
    /// Who is to put it right.
    #[serde(default)]
    pub department: Option<Department>,
    /// Who else is concerned, each once; they are told by the event.
    #[serde(default)]
    #[validate(length(max = 6), custom(function = each_once))]
    #[schema(max_items = 6)]
    pub departments: Vec<Department>,
    /// The person responsible, `usr_…`.
    #[serde(default)]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub owner: Option<String>,
    /// What happened and why.
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub cause: String,
    /// Its cause, by its code in the catalogue: one that is given, and suits the kind.
    #[serde(default)]
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub cause_code: Option<String>,
    /// What it touches; what is not said is reckoned from the orders.
    #[serde(default)]
    #[validate(nested)]
    pub impact: ExceptionImpact,
    /// Whether its orders stop until it is resolved or dismissed.
    #[serde(default)]
    #[schema(default = false)]
    pub blocking: bool,
    /// What the customers of the orders are told of it at once, in your words; nothing where this is empty.
    #[serde(default)]
    #[validate(length(min = 1, max = 1000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub customer_note: Option<String>,
}

/// What of an exception can be amended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionAmendment {
    /// How bad it is.
    pub severity: Severity,
    /// Who is to put it right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    /// Who else is concerned, each once; they are told by the event.
    #[serde(default)]
    #[validate(length(max = 6), custom(function = each_once))]
    #[schema(max_items = 6)]
    pub departments: Vec<Department>,
    /// The person responsible, `usr_…`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub owner: Option<String>,
    /// What happened and why.
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub cause: String,
    /// Its cause, by its code in the catalogue: one that is given, and suits the kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub cause_code: Option<String>,
    /// What it touches.
    #[serde(default)]
    #[validate(nested)]
    pub impact: ExceptionImpact,
    /// Whether its orders stop until it is resolved or dismissed.
    #[serde(default)]
    pub blocking: bool,
}

fn each_once(departments: &[Department]) -> Result<(), ValidationError> {
    let once = departments.iter().collect::<BTreeSet<_>>().len() == departments.len();
    rules::when(once, "repeated", "names a department a second time", "重复的部门")
}

impl ExceptionAmendment {
    /// What of it stands now.
    pub fn of(row: &ExceptionRow) -> Self {
        Self {
            severity: row.severity,
            department: row.department,
            owner: row.owner_id.map(|id| id.text(Kind::User)),
            departments: row.details.0.departments.clone(),
            cause: row.cause.clone(),
            cause_code: row.cause_code.clone(),
            impact: ExceptionImpact::of(&row.impact.0),
            blocking: row.blocking,
        }
    }
}

/// What is to be done about an exception (DOMAIN 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "summary": "Repack the goods in dry cartons", "steps": ["Take 20 new cartons", "Repack and count again"]
}))]
pub struct PlanInput {
    /// What is to be done.
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub summary: String,
    /// In the base currency. A plan that costs something is approved before it is carried out.
    #[serde(default)]
    #[validate(custom(function = rules::not_negative))]
    pub cost: Option<Amount>,
    /// How, step by step.
    #[serde(default)]
    #[validate(length(max = 50), custom(function = plain_steps))]
    #[schema(max_items = 50)]
    pub steps: Vec<String>,
    /// What the system does by itself when the plan is approved: all of it, or nothing.
    #[serde(default)]
    #[validate(length(max = 20), custom(function = sound))]
    #[schema(max_items = 20)]
    pub actions: Vec<Remedy>,
    /// What the customers of the orders are told of it, beside what the actions say.
    #[serde(default)]
    #[validate(length(min = 1, max = 1000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub customer_note: Option<String>,
}

/// Texts within actions are one line each and not too long; their amounts are above zero.
fn sound(actions: &[Remedy]) -> Result<(), ValidationError> {
    let text = |value: &Value| value.as_str().is_none_or(|text| text.chars().count() <= 200 && rules::line(text).is_ok());
    fn all(value: &Value, good: &dyn Fn(&Value) -> bool) -> bool {
        match value {
            Value::Object(fields) => fields.values().all(|field| all(field, good)),
            other => good(other),
        }
    }
    let written = |action: &Remedy| serde_json::to_value(action).is_ok_and(|value| all(&value, &text));
    let code = |action: &Remedy| match action {
        Remedy::Compensation { coupon: Some(coupon), .. } => coupon.code.chars().count() <= 40 && rules::code(&coupon.code).is_ok(),
        _ => true,
    };
    let dated = |action: &Remedy| action.dates().all(|day| rules::date(&day).is_ok());
    let changes = |action: &Remedy| match action {
        Remedy::Transfer { from_warehouse, to_warehouse, .. } => from_warehouse != to_warehouse,
        Remedy::Substitute { sku, by_sku, .. } => sku != by_sku,
        Remedy::Amend { changes, .. } => !changes.is_empty(),
        _ => true,
    };
    let provable = |action: &Remedy| match action {
        Remedy::Task { evidence: Some(kind), .. } => kind.proves_work(),
        _ => true,
    };
    let positive = |action: &Remedy| action.quantities().all(|amount| amount > Amount::ZERO);
    let good =
        actions.iter().all(|action| written(action) && code(action) && dated(action) && positive(action) && provable(action) && changes(action));
    rules::when(
        good,
        "actions",
        "texts are lines of up to 200 characters, dates of this age, amounts and quantities above zero, the proof of a task is a file, and each action changes something",
        "文本须为不超过 200 个字符的单行文本，金额与数量须大于 0，任务凭证须为文件，且每个操作须有实际变更",
    )
}

fn plain_steps(steps: &[String]) -> Result<(), ValidationError> {
    let plain = steps.iter().all(|step| step.chars().count() <= 500 && rules::prose(step).is_ok());
    rules::when(plain, "steps", "each step must be text of 1 to 500 characters", "每个步骤须为 1 至 500 个字符的文本")
}

/// What goes with approving or rejecting a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"comment": "Go ahead"}))]
pub struct PlanDecisionInput {
    #[serde(default)]
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub comment: Option<String>,
}

/// How an exception was put right.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"result": "Repacked in dry cartons"}))]
pub struct ResolveInput {
    /// How it was put right.
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub result: String,
}

/// What closing adds: the final result, why it happened, what the customer said, and what prevents a repeat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "root_cause": "The roof leaks above bay 4", "customer_answer": "They accept the repacked goods", "prevention": "Cartons are kept off the floor",
    "prevention_due": "2030-03-31"
}))]
pub struct CloseInput {
    /// What was said at resolving stays by default.
    #[serde(default)]
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub result: Option<String>,
    /// Why it happened, as was found out.
    #[serde(default)]
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub root_cause: Option<String>,
    /// Its cause, by its code in the catalogue: one that is given, and suits the kind. What was said before stays by default.
    #[serde(default)]
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub cause_code: Option<String>,
    /// What the customer said to how it was put right.
    #[serde(default)]
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub customer_answer: Option<String>,
    /// What prevents a repeat.
    #[serde(default)]
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub prevention: Option<String>,
    /// Who sees to that, `usr_…`.
    #[serde(default)]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub prevention_owner: Option<String>,
    /// Until which day.
    #[serde(default, deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    pub prevention_due: Option<NaiveDate>,
}

/// Why an exception is none, or the one that it repeats.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "Reported by mistake"}))]
pub struct DismissInput {
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
    /// The other exception, as `exc_…` or by number.
    #[serde(default)]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub duplicate_of: Option<String>,
}
