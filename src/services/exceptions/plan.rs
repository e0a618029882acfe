//! What is to be done about an exception: planned, approved and thereby carried out, or turned
//! down (DOMAIN 6.3, 6.5, DECISIONS 26). What the actions of a plan do is `workflow`'s.

use super::input::{PlanDecisionInput, PlanInput};
use super::{check_money, costing, find, find_led, resolve, step, verdict};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Role;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::ExceptionEvent as Step;
use crate::domain::reason::Reason;
use crate::domain::remedy::Remedy;
use crate::error::{Code, Problem, Result};
use crate::repositories::exceptions::{self, Decision, ExceptionRow, Plan, Planned};
use crate::repositories::{settings, users};

/// Plans what is to be done; a later plan takes the place of one that was not carried out. One that costs more than the
/// company lets pass, or changes what a customer gets, has to be approved by somebody else.
///
/// # Errors
/// `not_found`, `version_mismatch`, `validation_failed`, `invalid_transition`.
pub fn plan(tx: &mut Tx, reference: &str, said: &PlanInput) -> Result<ExceptionRow> {
    let mut problem = Problem::new(Code::ValidationFailed);
    check_money(&tx.company.base_currency, "/cost", said.cost, &mut problem);
    let row = find_led(tx, reference)?;
    let reckoned = costing::reckon(tx, row.id, &said.actions, said.cost.is_some(), &mut problem)?;
    verdict(problem)?;
    tx.check_match(row.version)?;
    let cost = said.cost.into_iter().chain(reckoned.sum).max();
    let (_, settings) = settings::load(tx.conn)?;
    let costs_much = cost.is_some_and(|cost| cost > settings.plan_approval_above);
    let plan = Plan {
        summary: said.summary.clone(),
        cost,
        steps: said.steps.clone(),
        actions: planned(row.plan.as_ref(), &said.actions),
        carried_at: None,
        customer_note: said.customer_note.clone(),
        needs_approval: Some(costs_much || reckoned.unrated || said.actions.iter().any(Remedy::changes_what_is_due)),
        made_by_id: tx.actor.user_id().map(|id| id.text(Kind::User)),
        made_by: tx.actor.label.clone(),
        made_at: tx.now,
        decision: None,
    };
    let cost = plan.cost.map(|cost| cost.text(4));
    step(tx, &row, Step::Plan, EventName::ExceptionPlanned, |row| row.plan = Some(Json(plan)), |event| event.note("cost", cost))
}

/// Actions as they are planned; what a plan before has done already, or begun so that it cannot be undone, is not done again.
fn planned(before: Option<&Json<Plan>>, actions: &[Remedy]) -> Vec<Planned> {
    let mut done: Vec<&Planned> = before.iter().flat_map(|Json(plan)| &plan.actions).filter(|planned| planned.is_begun()).collect();
    let plan = |remedy: &Remedy| {
        let known = done.iter().position(|planned| planned.remedy == *remedy).map(|at| done.remove(at));
        Planned { remedy: remedy.clone(), done_at: known.and_then(|planned| planned.done_at), begun_at: known.and_then(|planned| planned.begun_at) }
    };
    let planned: Vec<Planned> = actions.iter().map(plan).collect();
    // what was done is told on, and not done again by a later plan
    planned.into_iter().chain(done.into_iter().cloned()).collect()
}

/// Approves the plan, which carries it out at once: its actions, or as a whole not; its steps are people's work.
///
/// # Errors
/// `forbidden` for who does not decide about it, `self_approval` for who made it;
/// `version_mismatch`; `invalid_transition` where there is no plan to decide about.
pub fn approve(tx: &mut Tx, reference: &str, said: &PlanDecisionInput) -> Result<ExceptionRow> {
    let approved = decide(tx, reference, said, Step::Approve, EventName::ExceptionApproved)?;
    carry_out(tx, &approved)
}

/// Begins to carry an approved plan out.
pub(super) fn carry_out(tx: &mut Tx, approved: &ExceptionRow) -> Result<ExceptionRow> {
    step(tx, approved, Step::CarryOut, EventName::ExceptionResolving, |_| (), |event| event)
}

/// Turns the plan down; another one is to be made.
///
/// # Errors
/// As [`approve`].
pub fn reject(tx: &mut Tx, reference: &str, said: &PlanDecisionInput) -> Result<ExceptionRow> {
    decide(tx, reference, said, Step::Reject, EventName::ExceptionRejected)
}

/// Plans and carries out at once, to be looked at and undone: nobody is asked.
///
/// # Errors
/// As [`plan`].
pub fn rehearse(tx: &mut Tx, reference: &str, said: &PlanInput) -> Result<ExceptionRow> {
    let known = find_led(tx, reference)?;
    for order in costing::concerned(tx, known.id, said.actions.iter())? {
        super::take_order(tx, order)?;
    }
    let row = plan(tx, reference, said)?;
    let approved = step(tx, &row, Step::Approve, EventName::ExceptionApproved, |_| (), |event| event)?;
    carry_out(tx, &approved)
}

/// The exception, with every order taken that its plan may change, in ascending order of id (DECISIONS 5).
fn taken(tx: &mut Tx, reference: &str) -> Result<ExceptionRow> {
    let row = find(tx, reference)?;
    let Some(Json(plan)) = row.plan.as_ref().filter(|Json(plan)| !plan.actions.is_empty()) else { return Ok(row) };
    for order in costing::concerned(tx, row.id, plan.actions.iter().map(|planned| &planned.remedy))? {
        super::take_order(tx, order)?;
    }
    let now = resolve::again(tx, row.id)?;
    if now.version == row.version { Ok(now) } else { Err(super::overtaken(tx)) }
}

fn decide(tx: &mut Tx, reference: &str, said: &PlanDecisionInput, event: Step, name: EventName) -> Result<ExceptionRow> {
    let row = taken(tx, reference)?;
    may_decide(tx, &row)?;
    tx.check_match(row.version)?;
    let decision = Decision { approved: event == Step::Approve, by: tx.actor.label.clone(), at: tx.now, comment: said.comment.clone() };
    let brings = |row: &mut ExceptionRow| {
        if let Some(Json(plan)) = &mut row.plan {
            plan.decision = Some(decision);
        }
    };
    step(tx, &row, event, name, brings, |event| event.note("comment", said.comment.clone()))
}

/// Who decides about a plan (DOMAIN 6.3): one that costs money, somebody who approved a level of
/// one of its orders; any other, and where nobody did, the order administrator or the operations
/// head. Nobody decides about their own, where two people are needed (DECISIONS 28), unless it needs no approval
/// (DECISIONS 26).
fn may_decide(tx: &mut Tx, row: &ExceptionRow) -> Result<()> {
    let plan = row.plan.as_ref().map(|Json(plan)| plan);
    let approvers = if plan.is_some_and(Plan::costs) && plan.is_some_and(Plan::needs_approval) { approvers(tx, row.id)? } else { Vec::new() };
    let person = tx.actor.user_id();
    let made_it = person.is_some() && plan.and_then(|plan| plan.made_by_id.clone()) == person.map(|id| id.text(Kind::User));
    let acts_alone = plan.is_some_and(|plan| !plan.actions.is_empty() && !plan.needs_approval());
    if made_it && !acts_alone && settings::load(tx.conn)?.1.four_eyes {
        let problem = Problem::new(Code::SelfApproval);
        return Err(problem.detail("Nobody decides about a plan that they made.", "不得审批自己制定的方案。").into());
    }
    match (approvers.is_empty(), person) {
        (true, _) if tx.actor.holds(&[Role::OrderAdmin, Role::OperationsHead]) => Ok(()),
        (true, _) => Err(Problem::from_reasons(vec![Reason::NotPermitted]).into()),
        (false, Some(person)) if approvers.contains(&person) => Ok(()),
        (false, _) => Err(Problem::from_reasons(vec![Reason::NotAnApprover]).into()),
    }
}

/// Who approved a level of one of the orders that an exception covers, and is still here.
fn approvers(tx: &mut Tx, exception: Id) -> Result<Vec<Id>> {
    let orders = exceptions::links(tx.conn, exception)?;
    let approvers = exceptions::level_approvers(tx.conn, &orders)?;
    Ok(users::find_many(tx.conn, &approvers)?.into_iter().filter(|user| user.active).map(|user| user.id).collect())
}
