//! Opening a round (DOMAIN 2.1, 2.3): who must approve by the rules as they are now, and what they
//! should look at. What the rules were asked and which of them applied is kept with the round: it
//! stays as it was opened, whatever becomes of the rules.

use super::{FAILED_CHECK, OVERRIDERS, about, carrying, checks, facts, requested, supersede};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::{Department, Role};
use crate::domain::approval_policy::{self, PlannedStep, Rule};
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::judged::Topic;
use crate::domain::lifecycle::approval::{RoundStatus, StepStatus};
use crate::domain::lifecycle::order::Status;
use crate::error::{Problem, Result};
use crate::repositories::approvals::evidence::{self, Subject};
use crate::repositories::approvals::rules::{self, Applied};
use crate::repositories::approvals::{self, Basis, Check, CheckResult, Round, Step};
use crate::repositories::orders::parts;
use crate::repositories::orders::{self, Order};
use crate::repositories::users;
use std::collections::{BTreeMap, BTreeSet};

/// Opens a round for an order: an open one is superseded, the rules say who must approve, the
/// checks are kept with it, what has not changed is carried over, and the first level that is left is
/// asked. A round of which nothing is left to decide is approved at once.
///
/// # Errors
/// `not_found`, and those of the database.
pub fn open_round(tx: &mut Tx, order: Id) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    supersede(tx, order.id)?;
    let last = approvals::latest_round(tx.conn, order.id)?;
    let subject = evidence::subject(tx.conn, order)?;
    let rules = rules::on(tx.conn, facts::today(tx))?;
    let checks = checks::gather(tx, &subject)?;
    let plan = plan(tx, &rules, &subject)?.with_head_for(&checks);
    let mut round = build_round(tx, &subject, &plan, checks, last.as_ref().map_or(0, |last| last.round))?;
    let mut steps = build_steps(tx, &subject.order, &round, &plan.steps)?;
    if let Some(last) = counting(tx, &subject.order, last)? {
        carrying::carry(tx, &last, &round, &plan, &mut steps)?;
    }
    let first = steps.iter_mut().find(|step| step.status == StepStatus::Waiting);
    match first {
        Some(first) => (first.status, first.pending_since) = (StepStatus::Pending, Some(tx.now)),
        None => (round.status, round.closed_at) = (RoundStatus::Approved, Some(tx.now)),
    }
    approvals::insert_round(tx.conn, &round)?;
    approvals::insert_steps(tx.conn, &steps)?;
    for step in &steps {
        match step.status {
            StepStatus::Pending => tx.record(requested(&round, step))?,
            StepStatus::Carried => tx.record(about(EventName::ApprovalCarried, &round, step))?,
            _ => continue,
        };
    }
    Ok(())
}

/// The round whose decisions may still stand: the last one, or of an order that was reviewed already, where
/// that ended with a no, the last that passed (DECISIONS 16, 17).
fn counting(tx: &mut Tx, order: &Order, last: Option<Round>) -> Result<Option<Round>> {
    let ended = |round: &Round| matches!(round.status, RoundStatus::Rejected | RoundStatus::Returned);
    if order.state.status() == Status::Created || !last.as_ref().is_some_and(ended) {
        return Ok(last);
    }
    Ok(approvals::rounds_of(tx.conn, order.id)?.into_iter().rfind(|round| round.status == RoundStatus::Approved))
}

/// What the rules say of an order.
pub(super) struct Plan {
    pub basis: Basis,
    pub steps: Vec<PlannedStep>,
    /// What each of the rules looks at, by its code.
    pub topics: BTreeMap<String, BTreeSet<Topic>>,
}

impl Plan {
    /// Adds a head where a check failed and nobody is asked yet who could override it (DOMAIN 2.3).
    pub(super) fn with_head_for(mut self, checks: &[Check]) -> Self {
        let asked: Vec<(i32, Role)> = self.steps.iter().map(|step| (step.level, step.role)).collect();
        if let Some(head) = head_for(checks, &asked) {
            self.steps.push(head);
            self.basis.rules.push(failed_check());
        }
        self
    }
}

/// The head to be asked beside those who are, where a check failed and none of them could override it.
pub(super) fn head_for(checks: &[Check], asked: &[(i32, Role)]) -> Option<PlannedStep> {
    let failed = checks.iter().any(|check| check.result == CheckResult::Fail);
    let needed = failed && !asked.iter().any(|(_, role)| OVERRIDERS.contains(role));
    let level = asked.iter().map(|(level, _)| level + 1).max().unwrap_or(1);
    needed.then(|| PlannedStep { level, role: Role::DepartmentHead, rules: vec![FAILED_CHECK.to_owned()] })
}

/// What stands for the rule that asks for that head.
pub(super) fn failed_check() -> Applied {
    let (title_en, title_zh) = ("A check failed".to_owned(), "检查未通过".to_owned());
    Applied { id: None, code: FAILED_CHECK.to_owned(), version: 1, title_en, title_zh, condition: None, roles: vec![Role::DepartmentHead] }
}

/// Asks rules about an order.
pub(super) fn plan(tx: &mut Tx, rules: &[Rule], subject: &Subject) -> Result<Plan> {
    let facts = facts::gather(tx, subject)?;
    let applying = approval_policy::applying(rules, &facts);
    let steps = approval_policy::steps(&applying);
    let topics = applying.iter().map(|rule| (rule.code.clone(), rule.condition.topics())).collect();
    let rules = applying.into_iter().map(Applied::from).collect();
    Ok(Plan { basis: Basis { facts: Some(facts), rules }, steps, topics })
}

fn build_round(tx: &mut Tx, subject: &Subject, plan: &Plan, checks: Vec<Check>, rounds_before: i32) -> Result<Round> {
    let order = &subject.order;
    Ok(Round {
        id: tx.new_id(),
        order_id: order.id,
        round: rounds_before + 1,
        revision: order.revision,
        status: RoundStatus::Open,
        fingerprint: parts::revision(tx.conn, order.id, order.revision)?.fingerprint,
        checks: Json(checks),
        opened_at: tx.now,
        closed_at: None,
        basis: Json(plan.basis.clone()),
    })
}

pub(super) fn build_steps(tx: &mut Tx, order: &Order, round: &Round, planned: &[PlannedStep]) -> Result<Vec<Step>> {
    let heads = if planned.iter().any(|step| step.role == Role::DepartmentHead) { Some(owners_department(tx, order)?) } else { None };
    let step = |planned: &PlannedStep| Step {
        id: tx.new_id(),
        version: 1,
        round_id: round.id,
        order_id: order.id,
        level: planned.level,
        role: planned.role,
        department: heads.filter(|_| planned.role == Role::DepartmentHead),
        rule: approvals::join_rules(&planned.rules),
        status: StepStatus::Waiting,
        decided_by_id: None,
        decided_at: None,
        comment: None,
        created_at: tx.now,
        decided_for_id: None,
        seen_revision: None,
        seen_fingerprint: None,
        carried_from_id: None,
        pending_since: None,
        escalated_at: None,
        seen_checks: None,
    };
    Ok(planned.iter().map(step).collect())
}

/// Whose head approves: the owner's department, sales for orders that nobody owns (DOMAIN 2.1).
pub(super) fn owners_department(tx: &mut Tx, order: &Order) -> Result<Department> {
    let owner = order.owner_id.map(|id| users::find(tx.conn, id)).transpose()?.flatten();
    Ok(owner.and_then(|owner| owner.department).unwrap_or(Department::Sales))
}
