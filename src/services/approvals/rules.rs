//! The approval rules themselves (DOMAIN 2.1): made, changed and deleted under a version. A change
//! counts for rounds that are opened later; those that are open keep what they were opened with.

use super::FAILED_CHECK;
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Role;
use crate::domain::approval_policy::{Condition, LADDER};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, day, rules as shapes};
use crate::repositories::approvals::rules::{self, RuleRow};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::json;
use validator::{Validate, ValidationError};

/// A rule as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ApprovalRuleInput, example = json!({
    "code": "export", "title_en": "Large order to another country", "title_zh": "大额出口订单",
    "condition": {"all": [{"not": {"country": "CN"}}, {"amount_above": "20000.00"}]}, "roles": ["sales_manager", "operations_head"]
}))]
#[validate(schema(function = ends_after_it_begins))]
pub struct RuleInput {
    /// Unique; steps name the rule by it.
    #[validate(length(min = 1, max = 40), custom(function = shapes::code), custom(function = is_free))]
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
    /// What it is called in English.
    #[validate(length(min = 1, max = 200), custom(function = shapes::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub title_en: String,
    /// What it is called in Chinese.
    #[validate(length(min = 1, max = 200), custom(function = shapes::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub title_zh: String,
    /// When it applies. At most 8 conditions deep and 100 in all; `all` and `any` take 1 to 20. A patch replaces it whole.
    #[validate(custom(function = has_no_flaw))]
    pub condition: Condition,
    /// Who must approve where it applies: `sales_specialist`, `sales_manager`, `department_head`, `operations_head`; they decide in that order.
    #[validate(length(min = 1, max = 4), custom(function = decide_and_differ))]
    #[schema(min_items = 1, max_items = 4)]
    pub roles: Vec<Role>,
    /// The rule's place among the others; the lowest is asked first.
    #[serde(default = "default_position")]
    #[validate(range(min = 0, max = 10_000))]
    #[schema(minimum = 0, maximum = 10_000, default = 100)]
    pub position: i32,
    /// Where it applies, no rule after it is asked.
    #[serde(default)]
    pub exclusive: bool,
    /// Whether it is asked at all.
    #[serde(default = "default_active")]
    #[schema(default = true)]
    pub active: bool,
    /// The first day on which it is asked, in the company's time zone; without, from the beginning.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day::optional")]
    #[validate(custom(function = shapes::date))]
    pub valid_from: Option<NaiveDate>,
    /// The last day on which it is asked; without, for good.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day::optional")]
    #[validate(custom(function = shapes::date))]
    pub valid_until: Option<NaiveDate>,
}

fn default_position() -> i32 {
    100
}

fn default_active() -> bool {
    true
}

/// One name is the system's own.
fn is_free(code: &str) -> std::result::Result<(), ValidationError> {
    shapes::when(code != FAILED_CHECK, "reserved", "is the name of what a failed check asks for", "为系统保留名称")
}

fn has_no_flaw(condition: &Condition) -> std::result::Result<(), ValidationError> {
    match condition.flaw() {
        Some((code, en, zh)) => shapes::refuse(code, en, zh),
        None => Ok(()),
    }
}

fn decide_and_differ(roles: &[Role]) -> std::result::Result<(), ValidationError> {
    let good = roles.iter().enumerate().all(|(at, role)| LADDER.contains(role) && !roles.iter().take(at).any(|other| other == role));
    let en = "must be sales_specialist, sales_manager, department_head or operations_head, each once";
    shapes::when(good, "roles", en, "须为 sales_specialist、sales_manager、department_head 或 operations_head，且不得重复")
}

fn ends_after_it_begins(input: &RuleInput) -> std::result::Result<(), ValidationError> {
    let good = match (input.valid_from, input.valid_until) {
        (Some(from), Some(until)) => from <= until,
        _ => true,
    };
    shapes::when(good, "range", "must not end before it begins", "截止日期不得早于生效日期")
}

impl RuleInput {
    fn of(row: &RuleRow) -> Self {
        let RuleRow { code, title_en, title_zh, condition: Json(condition), roles: Json(roles), .. } = row.clone();
        let (position, exclusive, active) = (row.position, row.exclusive, row.active);
        Self { code, title_en, title_zh, condition, roles, position, exclusive, active, valid_from: row.valid_from, valid_until: row.valid_until }
    }

    /// The rule as it is stored.
    pub(super) fn into_row(self, id: Id, version: i64, tx: &Tx) -> RuleRow {
        RuleRow {
            id,
            version,
            code: self.code,
            position: self.position,
            title_en: self.title_en,
            title_zh: self.title_zh,
            condition: Json(self.condition),
            roles: Json(self.roles),
            active: self.active,
            updated_at: tx.now,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            exclusive: self.exclusive,
        }
    }
}

/// An event about a rule; it keeps what the rule says, since the policy is history as well.
fn event(name: EventName, rule: &RuleRow) -> Event {
    Event::new(name, Kind::Rule, rule.id).with("code", rule.code.as_str()).with("version", rule.version).note("rule", json!(RuleInput::of(rule)))
}

/// Makes a rule.
///
/// # Errors
/// `duplicate_reference` where the code is taken.
pub fn create(tx: &mut Tx, input: &RuleInput) -> Result<RuleRow> {
    let rule = input.clone().into_row(tx.new_id(), 1, tx);
    if !rules::insert(tx.conn, &rule)? {
        return Err(Problem::duplicate("code").into());
    }
    tx.record(event(EventName::ApprovalRuleCreated, &rule))?;
    Ok(rule)
}

/// Changes a rule, named by id or code, under `If-Match`. A condition is replaced whole: merging two
/// would make one that nobody wrote.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, `duplicate_reference`, or what is wrong
/// with the patched values.
pub fn update(tx: &mut Tx, reference: &str, patch: &Patch) -> Result<RuleRow> {
    let before = rules::find(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    let current = RuleInput::of(&before);
    let replaced = if patch.0.contains_key("condition") { Condition::Always } else { current.condition.clone() };
    let input = patch.apply(&RuleInput { condition: replaced, ..current.clone() })?;
    if input == current {
        return Ok(before);
    }
    if input.code != before.code && rules::find(tx.conn, &input.code)?.is_some_and(|other| other.id != before.id) {
        return Err(Problem::duplicate("code").into());
    }
    let rule = input.into_row(before.id, before.version + 1, tx);
    if !rules::update(tx.conn, &rule)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(event(EventName::ApprovalRuleUpdated, &rule))?;
    Ok(rule)
}

/// Deletes a rule under `If-Match`; steps that it called for stay.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`.
pub fn delete(tx: &mut Tx, reference: &str) -> Result<()> {
    let rule = rules::find(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    tx.require_match(rule.version)?;
    if !rules::delete(tx.conn, rule.id, rule.version)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(event(EventName::ApprovalRuleDeleted, &rule)).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(change: impl FnOnce(&mut serde_json::Value)) -> bool {
        let mut rule = json!({"code": "a", "title_en": "A", "title_zh": "甲", "condition": "rush", "roles": ["sales_manager"]});
        change(&mut rule);
        serde_json::from_value::<RuleInput>(rule).is_ok_and(|input| input.validate().is_ok())
    }

    #[test]
    fn a_rule_asks_roles_that_decide_each_once() {
        // DOMAIN 2.1
        assert!(check(|_| ()));
        for roles in [json!([]), json!(["sales_manager", "sales_manager"]), json!(["finance"]), json!(["admin"])] {
            assert!(!check(|rule| rule["roles"] = roles.clone()), "{roles}");
        }
    }

    #[test]
    fn a_rule_that_ends_before_it_begins_is_none() {
        let until = |day: &'static str| {
            check(move |rule| {
                rule["valid_from"] = json!("2027-01-02");
                rule["valid_until"] = json!(day);
            })
        };
        assert!(until("2027-01-02"));
        assert!(!until("2027-01-01"));
    }
}
