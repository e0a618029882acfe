//! Opening a round (DOMAIN 2.1, 2.3): who must approve by the rules as they are now, and what they
//! should look at.

use super::{checks, requested, supersede, total_in_base};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::{Department, Role};
use crate::domain::approval_policy::{self, PlannedStep, Rule};
use crate::domain::company::Company;
use crate::domain::id::Id;
use crate::domain::lifecycle::approval::{RoundStatus, StepStatus};
use crate::error::{Error, Problem, Result};
use crate::repositories::approvals::{self, Round, Step};
use crate::repositories::orders::parts::{self, Line};
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
    let lines = parts::lines(tx.conn, order.id)?;
    let rules: Vec<Rule> = approvals::rules(tx.conn)?.into_iter().map(approvals::RuleRow::into_rule).collect();
    let planned = approval_policy::steps(&rules, &policy_facts(&order, &lines, &tx.company));
    let round = build_round(tx, &order, &lines, planned.is_empty())?;
    let steps = build_steps(tx, &order, &round, &planned)?;
    approvals::insert_round(tx.conn, &round)?;
    approvals::insert_steps(tx.conn, &steps)?;
    match steps.first() {
        Some(first) => tx.record(requested(&round, first)).map(drop),
        None => Ok(()),
    }
}

fn policy_facts(order: &Order, lines: &[Line], company: &Company) -> approval_policy::Facts {
    approval_policy::Facts {
        total_in_base: total_in_base(order, company),
        line_kinds: lines.iter().map(|line| line.kind).collect(),
        key_account: order.key_account,
        rush: order.rush,
        preorder: order.preorder,
    }
}

fn build_round(tx: &mut Tx, order: &Order, lines: &[Line], passes_at_once: bool) -> Result<Round> {
    let last = approvals::latest_round(tx.conn, order.id)?.map_or(0, |round| round.round);
    let content = parts::revisions_after(tx.conn, order.id, order.revision - 1, 1)?.pop();
    Ok(Round {
        id: tx.new_id(),
        order_id: order.id,
        round: last + 1,
        revision: order.revision,
        status: if passes_at_once { RoundStatus::Approved } else { RoundStatus::Open },
        fingerprint: content.ok_or_else(|| Error::internal("an order without a revision"))?.fingerprint,
        checks: Json(checks::gather(tx, order, lines)?),
        opened_at: tx.now,
        closed_at: passes_at_once.then_some(tx.now),
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
fn owners_department(tx: &mut Tx, order: &Order) -> Result<Department> {
    let owner = order.owner_id.map(|id| users::find(tx.conn, id)).transpose()?.flatten();
    Ok(owner.and_then(|owner| owner.department).unwrap_or(Department::Sales))
}
