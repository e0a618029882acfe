//! The rounds and steps in which orders are approved (DOMAIN 2). The rules that call for them are in
//! `rules`, what the checks of a round look at in `evidence`, steps with all that is shown of them in
//! `whole`.

pub mod delegations;
pub mod evidence;
pub mod queue;
pub mod rules;
pub mod whole;

pub use queue::{Queue, Seat, StepFilter, list_steps, to_escalate, waited_for, waiting_for};

use crate::db::Conn;
use crate::db::cached::{Cache, padded};
use crate::db::schema::{approval_rounds, approval_steps};
use crate::db::types::Json;
use crate::domain::actor::{Department, Role};
use crate::domain::amount::Amount;
use crate::domain::approval_policy::Facts;
use crate::domain::id::Id;
use crate::domain::lifecycle::approval::{RoundStatus, StepStatus};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::words;
use crate::{each, here, here_by_length, insert_row, insert_rows};
use diesel::prelude::*;
use rules::Applied;
use serde::{Deserialize, Serialize};
use serde_json::Value;

words! {
    /// What the system looks at before people decide (DOMAIN 2.3).
    pub enum CheckKind {
        Credit = "credit" / "Credit" / "信用",
        Stock = "stock" / "Stock" / "库存",
        Delivery = "delivery" / "Delivery" / "交付能力",
    }
}

words! {
    /// What a check found, from best to worst; `warn` where it cannot be told for certain, too.
    pub enum CheckResult {
        Pass = "pass" / "Pass" / "通过",
        Warn = "warn" / "Look closely" / "需留意",
        Fail = "fail" / "Fail" / "不通过",
    }
}

/// What the system found when a round was opened, kept with its decisions (DOMAIN 2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    pub kind: CheckKind,
    pub result: CheckResult,
    pub detail_en: String,
    pub detail_zh: String,
    /// What it was found from, by name; null for checks of an earlier release.
    #[serde(default)]
    pub inputs: Value,
}

/// What a round rests on: what the rules were asked about, and those that applied. A rule that is
/// changed later does not alter it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Basis {
    /// None for rounds of times when it was not kept.
    pub facts: Option<Facts>,
    pub rules: Vec<Applied>,
}

/// One pass of an order through its approvers.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = approval_rounds, treat_none_as_default_value = false)]
pub struct Round {
    pub id: Id,
    pub order_id: Id,
    /// 1 for the order's first.
    pub round: i32,
    /// The revision of the order that was looked at.
    pub revision: i32,
    pub status: RoundStatus,
    /// The hash of that revision's content.
    pub fingerprint: Vec<u8>,
    pub checks: Json<Vec<Check>>,
    pub opened_at: UtcTime,
    pub closed_at: Option<UtcTime>,
    pub basis: Json<Basis>,
}

impl Round {
    /// What the order came to in the base currency when the round was opened; none where no rate was
    /// known.
    pub fn total_in_base(&self) -> Option<Amount> {
        let Json(basis) = &self.basis;
        basis.facts.as_ref().and_then(|facts| facts.total_in_base)
    }
}

/// One approver's part in a round.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = approval_steps, treat_none_as_default_value = false)]
pub struct Step {
    pub id: Id,
    pub version: i64,
    pub round_id: Id,
    pub order_id: Id,
    /// 1 for the first.
    pub level: i32,
    pub role: Role,
    /// Whose head decides; none for the other roles.
    pub department: Option<Department>,
    /// Codes of the rules that called for it, as [`join_rules`] writes them.
    pub rule: String,
    pub status: StepStatus,
    pub decided_by_id: Option<Id>,
    pub decided_at: Option<UtcTime>,
    pub comment: Option<String>,
    pub created_at: UtcTime,
    /// For whom they decided, by a delegation.
    pub decided_for_id: Option<Id>,
    /// The revision that they saw.
    pub seen_revision: Option<i32>,
    /// The hash of its content.
    pub seen_fingerprint: Option<Vec<u8>>,
    /// The decision of an earlier round that still stands (DECISIONS 17).
    pub carried_from_id: Option<Id>,
    /// Since when it is this level's turn.
    pub pending_since: Option<UtcTime>,
    /// When it was opened to those above, as nobody decided (DECISIONS 36).
    pub escalated_at: Option<UtcTime>,
    /// The checks as they were when it was decided; they may have been run again since.
    pub seen_checks: Option<Json<Vec<Check>>>,
}

const BETWEEN_RULES: &str = ", ";

/// How a step keeps the codes of its rules.
pub fn join_rules(codes: &[String]) -> String {
    codes.join(BETWEEN_RULES)
}

impl Step {
    /// The codes of the rules that called for it.
    pub fn rules(&self) -> Vec<String> {
        self.rule.split(BETWEEN_RULES).map(str::to_owned).collect()
    }
}

/// Stores a new round.
pub fn insert_round(conn: &mut Conn, round: &Round) -> Result<()> {
    insert_row!(conn, approval_rounds, round)?;
    Ok(())
}

/// Stores the steps of a new round.
pub fn insert_steps(conn: &mut Conn, steps: &[Step]) -> Result<()> {
    if !steps.is_empty() {
        insert_rows!(conn, approval_steps, steps)?;
    }
    Ok(())
}

/// The last round of an order; it is the one that counts.
pub fn latest_round(conn: &mut Conn, order: Id) -> Result<Option<Round>> {
    Ok(each!(conn, c => approval_rounds::table.filter(approval_rounds::order_id.eq(order)).order(approval_rounds::round.desc()).select(Round::as_select()).first(c)).optional()?)
}

/// All rounds of an order, first to last.
pub fn rounds_of(conn: &mut Conn, order: Id) -> Result<Vec<Round>> {
    Ok(
        each!(conn, c => approval_rounds::table.filter(approval_rounds::order_id.eq(order)).order(approval_rounds::round.asc()).select(Round::as_select()).load(c))?,
    )
}

/// Several rounds.
pub fn find_rounds(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Round>> {
    Ok(
        each!(conn, c => approval_rounds::table.filter(approval_rounds::id.eq_any(padded(ids))).select(Round::as_select()).listed(ids.len(), here_by_length!()).load(c))?,
    )
}

/// A step by id.
pub fn find_step(conn: &mut Conn, id: Id) -> Result<Option<Step>> {
    Ok(each!(conn, c => approval_steps::table.find(id).select(Step::as_select()).first(c)).optional()?)
}

/// The steps of a round, lowest level first.
pub fn steps_of_round(conn: &mut Conn, round: Id) -> Result<Vec<Step>> {
    Ok(
        each!(conn, c => approval_steps::table.filter(approval_steps::round_id.eq(round)).order(approval_steps::level.asc()).select(Step::as_select()).load(c))?,
    )
}

/// All steps of an order, lowest level first; those of its rounds are mixed.
pub fn steps_of_order(conn: &mut Conn, order: Id) -> Result<Vec<Step>> {
    Ok(
        each!(conn, c => approval_steps::table.filter(approval_steps::order_id.eq(order)).order(approval_steps::level.asc()).select(Step::as_select()).load(c))?,
    )
}

/// The only writer of a step's status: a compare-and-set from one status (and the version before)
/// to the step's, with who decided; false where the step has moved on.
pub fn set_step_status(conn: &mut Conn, from: StepStatus, step: &Step) -> Result<bool> {
    let here = approval_steps::id.eq(step.id).and(approval_steps::status.eq(from)).and(approval_steps::version.eq(step.version - 1));
    let values = (
        approval_steps::status.eq(step.status),
        approval_steps::version.eq(step.version),
        approval_steps::decided_by_id.eq(step.decided_by_id),
        approval_steps::decided_at.eq(step.decided_at),
        approval_steps::comment.eq(step.comment.clone()),
        approval_steps::decided_for_id.eq(step.decided_for_id),
        approval_steps::seen_revision.eq(step.seen_revision),
        approval_steps::seen_fingerprint.eq(step.seen_fingerprint.clone()),
        approval_steps::department.eq(step.department),
        approval_steps::pending_since.eq(step.pending_since),
        approval_steps::escalated_at.eq(step.escalated_at),
        approval_steps::seen_checks.eq(step.seen_checks.clone()),
    );
    Ok(each!(conn, c => diesel::update(approval_steps::table.filter(here)).set(values).fixed(here!()).execute(c))? == 1)
}

/// Stores what checks have found anew, and the rules that ask because of it; false where the round is
/// closed by now.
pub fn set_checks(conn: &mut Conn, round: &Round) -> Result<bool> {
    let open = approval_rounds::table.filter(approval_rounds::id.eq(round.id).and(approval_rounds::status.eq(RoundStatus::Open)));
    let values = (approval_rounds::checks.eq(round.checks.clone()), approval_rounds::basis.eq(round.basis.clone()));
    Ok(each!(conn, c => diesel::update(open).set(values).fixed(here!()).execute(c))? == 1)
}

/// Closes an open round; false where it is closed by now.
pub fn close_round(conn: &mut Conn, round: Id, status: RoundStatus, at: UtcTime) -> Result<bool> {
    let open = approval_rounds::table.filter(approval_rounds::id.eq(round).and(approval_rounds::status.eq(RoundStatus::Open)));
    let values = (approval_rounds::status.eq(status), approval_rounds::closed_at.eq(Some(at)));
    Ok(each!(conn, c => diesel::update(open).set(values).fixed(here!()).execute(c))? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_gives_back_the_codes_of_its_rules() {
        let codes = ["large_order".to_owned(), "key_account".to_owned()];
        let step = Step {
            id: Id::from_parts(1, [1; 10]),
            version: 1,
            round_id: Id::from_parts(1, [2; 10]),
            order_id: Id::from_parts(1, [3; 10]),
            level: 1,
            role: Role::SalesManager,
            department: None,
            rule: join_rules(&codes),
            status: StepStatus::Pending,
            decided_by_id: None,
            decided_at: None,
            comment: None,
            created_at: UtcTime::from_micros(0).unwrap(),
            decided_for_id: None,
            seen_revision: None,
            seen_fingerprint: None,
            carried_from_id: None,
            pending_since: None,
            escalated_at: None,
            seen_checks: None,
        };
        assert_eq!(step.rule, "large_order, key_account");
        assert_eq!(step.rules(), codes);
    }
}
