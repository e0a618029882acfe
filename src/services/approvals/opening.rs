//! Opening a round (DOMAIN 2.1, 2.3): who must approve by the rules as they are now, and what they
//! should look at. What the rules were asked and which of them applied is kept with the round: it
//! stays as it was opened, whatever becomes of the rules.

use super::{checks, facts, requested, supersede};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::{Department, Role};
use crate::domain::approval_policy::{self, PlannedStep, Rule};
use crate::domain::id::Id;
use crate::domain::lifecycle::approval::{RoundStatus, StepStatus};
use crate::error::{Error, Problem, Result};
use crate::repositories::approvals::evidence::{self, Subject};
use crate::repositories::approvals::rules::{self, Applied};
use crate::repositories::approvals::{self, Basis, Round, Step};
use crate::repositories::orders::parts;
use crate::repositories::orders::{self, Order};
use crate::repositories::users;

/// Opens a round for an order: an open one is superseded, the rules say who must approve, the
/// checks are kept with it, and the first level is asked. Rules that ask nobody make a round that
/// is approved at once.
///
/// # Errors
/// `not_found`, and those of the database.
pub fn open_round(tx: &mut Tx, order: Id) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    supersede(tx, order.id)?;
    let subject = evidence::subject(tx.conn, order)?;
    let rules = rules::on(tx.conn, facts::today(tx))?;
    let plan = plan(tx, &rules, &subject)?;
    let round = build_round(tx, &subject, &plan)?;
    let steps = build_steps(tx, &subject.order, &round, &plan.steps)?;
    approvals::insert_round(tx.conn, &round)?;
    approvals::insert_steps(tx.conn, &steps)?;
    match steps.first() {
        Some(first) => tx.record(requested(&round, first)).map(drop),
        None => Ok(()),
    }
}

/// What the rules say of an order.
pub(super) struct Plan {
    pub basis: Basis,
    pub steps: Vec<PlannedStep>,
}

/// Asks rules about an order.
pub(super) fn plan(tx: &mut Tx, rules: &[Rule], subject: &Subject) -> Result<Plan> {
    let facts = facts::gather(tx, subject)?;
    let applying = approval_policy::applying(rules, &facts);
    let steps = approval_policy::steps(&applying);
    let rules = applying.into_iter().map(Applied::from).collect();
    Ok(Plan { basis: Basis { facts: Some(facts), rules }, steps })
}

fn build_round(tx: &mut Tx, subject: &Subject, plan: &Plan) -> Result<Round> {
    let (order, passes_at_once) = (&subject.order, plan.steps.is_empty());
    let last = approvals::latest_round(tx.conn, order.id)?.map_or(0, |round| round.round);
    let content = parts::revisions_after(tx.conn, order.id, order.revision - 1, 1)?.pop();
    Ok(Round {
        id: tx.new_id(),
        order_id: order.id,
        round: last + 1,
        revision: order.revision,
        status: if passes_at_once { RoundStatus::Approved } else { RoundStatus::Open },
        fingerprint: content.ok_or_else(|| Error::internal("an order without a revision"))?.fingerprint,
        checks: Json(checks::gather(tx, subject)?),
        opened_at: tx.now,
        closed_at: passes_at_once.then_some(tx.now),
        basis: Json(plan.basis.clone()),
    })
}

fn build_steps(tx: &mut Tx, order: &Order, round: &Round, planned: &[PlannedStep]) -> Result<Vec<Step>> {
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
        status: if planned.level == 1 { StepStatus::Pending } else { StepStatus::Waiting },
        decided_by_id: None,
        decided_at: None,
        comment: None,
        created_at: tx.now,
    };
    Ok(planned.iter().map(step).collect())
}

/// Whose head approves: the owner's department, sales for orders that nobody owns (DOMAIN 2.1).
pub(super) fn owners_department(tx: &mut Tx, order: &Order) -> Result<Department> {
    let owner = order.owner_id.map(|id| users::find(tx.conn, id)).transpose()?.flatten();
    Ok(owner.and_then(|owner| owner.department).unwrap_or(Department::Sales))
}
