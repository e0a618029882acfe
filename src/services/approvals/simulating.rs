//! Trying the rules on an order, entered or not (DOMAIN 2.2): which steps, and because of which rule.
//! Nothing of it stays.

use super::opening::{owners_department, plan};
use super::rules::RuleInput;
use super::{checks, facts};
use crate::db::Tx;
use crate::domain::actor::{Department, Role};
use crate::domain::approval_policy::{PlannedStep, Rule};
use crate::error::Result;
use crate::repositories::approvals::evidence::Subject;
use crate::repositories::approvals::rules::{self, RuleRow};
use crate::repositories::approvals::{Basis, Check};

/// What the rules say of an order.
#[derive(Debug, Clone)]
pub struct Simulation {
    pub subject: Subject,
    pub basis: Basis,
    /// What approvers would look at.
    pub checks: Vec<Check>,
    /// Lowest level first, each with the department whose head decides it, where it is a head's.
    pub steps: Vec<(PlannedStep, Option<Department>)>,
}

/// Asks the rules of today about an order. A rule may be tried with them: in place of the one of the
/// same code, or beside the others.
///
/// # Errors
/// Those of the database.
pub fn simulate(tx: &mut Tx, subject: Subject, tried: Option<&RuleInput>) -> Result<Simulation> {
    let today = facts::today(tx);
    let rules: Vec<Rule> = match tried {
        None => rules::on(tx.conn, today)?,
        Some(tried) => {
            let rules = with(rules::all(tx.conn)?, tried.clone().into_row(tx.new_id(), 0, tx));
            rules.into_iter().filter(|rule| rule.counts_on(today)).map(RuleRow::into_rule).collect()
        }
    };
    let checks = checks::gather(tx, &subject)?;
    let plan = plan(tx, &rules, &subject)?.with_head_for(&checks);
    let mut steps = Vec::new();
    for step in plan.steps {
        let department = if step.role == Role::DepartmentHead { Some(owners_department(tx, &subject.order)?) } else { None };
        steps.push((step, department));
    }
    Ok(Simulation { subject, basis: plan.basis, checks, steps })
}

/// The rules with one more, or another in place of the one that has its code, in the order in which they
/// are asked.
fn with(mut rules: Vec<RuleRow>, tried: RuleRow) -> Vec<RuleRow> {
    match rules.iter_mut().find(|rule| rule.code == tried.code) {
        Some(rule) => *rule = RuleRow { id: rule.id, ..tried },
        None => rules.push(tried),
    }
    rules.sort_by_key(|rule| (rule.position, rule.id));
    rules
}
