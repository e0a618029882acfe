//! A plan that is being carried out: what of it is done, what waits for others, and its end (DOMAIN 6.5, DECISIONS 26).

use super::{describe, overtaken, resolve, step, tell};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::{ExceptionEvent as Step, ExceptionStatus};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::exceptions::{self, Decision, ExceptionRow, Plan};
use crate::repositories::orders::Order;

/// How far a plan has come.
pub struct Progress<'d> {
    /// Which of its actions are done by now.
    pub done: &'d [bool],
    /// It is looked at for the first time; before that, nothing is through.
    pub begun: bool,
    /// It is not through, even if all its actions are done.
    pub waits: bool,
}

/// Notes how far a plan has come. When all actions are done, it waits for nothing else, and nothing is left to people, the
/// exception is resolved.
///
/// # Errors
/// Those of the database.
pub fn note_done(tx: &mut Tx, id: Id, orders: &[Order], Progress { done, begun, waits }: Progress) -> Result<()> {
    let row = resolve::again(tx, id)?;
    let Some(Json(plan)) = row.plan.clone().filter(|_| row.status == ExceptionStatus::Resolving) else { return Ok(()) };
    if !begun && plan.carried_at.is_none() {
        return Ok(());
    }
    let mut after = Plan { carried_at: plan.carried_at.or(Some(tx.now)), ..plan.clone() };
    for (planned, _) in after.actions.iter_mut().zip(done).filter(|(planned, done)| **done && planned.done_at.is_none()) {
        planned.done_at = Some(tx.now);
    }
    for planned in after.actions.iter_mut().filter(|planned| begun && planned.remedy.sends_goods() && !planned.is_begun()) {
        planned.begun_at = Some(tx.now);
    }
    let through = !waits && after.actions.iter().all(|planned| planned.done_at.is_some()) && after.steps.is_empty();
    if through {
        let (result, after) = (after.summary.clone(), Json(after));
        let brings = |row: &mut ExceptionRow| {
            row.result = Some(result);
            row.plan = Some(after);
        };
        return resolve::settle(tx, orders, &row, Step::Resolve, brings, |event| event).map(drop);
    }
    if after == plan { Ok(()) } else { keep(tx, &row, after) }
}

fn keep(tx: &mut Tx, row: &ExceptionRow, plan: Plan) -> Result<()> {
    let done: Vec<usize> = plan.actions.iter().enumerate().filter(|(_, planned)| planned.done_at.is_some()).map(|(at, _)| at).collect();
    let after = ExceptionRow { plan: Some(Json(plan)), version: row.version + 1, updated_at: tx.now, ..row.clone() };
    if !exceptions::set_status(tx.conn, row.status, &after)? {
        return Err(overtaken(tx));
    }
    tx.record(describe(EventName::ExceptionUpdated, &after).note("actions_done", done)).map(drop)
}

/// Tells the orders of an exception that its plan acts on them; their customers are told by that.
///
/// # Errors
/// Those of the database.
pub fn tell_orders(tx: &mut Tx, row: &ExceptionRow, orders: &[Order]) -> Result<()> {
    tell(tx, orders, EventName::OrderExceptionRemedied, row)
}

/// Somebody does not agree to what the plan wants: another one is to be made.
///
/// # Errors
/// Those of the database.
pub fn fail(tx: &mut Tx, id: Id, why: &str) -> Result<()> {
    let row = resolve::again(tx, id)?;
    if row.status != ExceptionStatus::Resolving {
        return Ok(());
    }
    let decision = Decision { approved: false, by: tx.actor.label.clone(), at: tx.now, comment: Some(why.to_owned()) };
    let brings = |row: &mut ExceptionRow| {
        if let Some(Json(plan)) = &mut row.plan {
            plan.decision = Some(decision);
        }
    };
    step(tx, &row, Step::Fail, EventName::ExceptionFailed, brings, |event| event.note("reason", why)).map(drop)
}

/// By what a task that a plan asks for is found again in its order: the exception, when the plan was made, and its place.
pub fn task_code(exception: Id, made_at: UtcTime, at: usize) -> String {
    format!("{}-{}-{at}", exception.text(Kind::Exception), made_at.micros())
}
