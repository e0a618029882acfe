//! The end of an exception: resolved, then closed, or dismissed. What was stopped by it is let go
//! for all of its orders together (DOMAIN 6.7, DECISIONS 18).

use super::input::{CloseInput, DismissInput, ResolveInput};
use super::{find_cause, find_led, find_person, merge, overtaken, step, take_covered, tell, verdict};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::ExceptionEvent as Step;
use crate::error::{Code, Error, Problem, Result};
use crate::repositories::exceptions::{self, Details, ExceptionRow, Planned};
use crate::repositories::orders::Order;

/// Records that an exception was put right.
///
/// # Errors
/// `not_found`, `version_mismatch`; `invalid_transition`, also while a plan that costs money waits
/// for its approval.
pub fn resolve(tx: &mut Tx, reference: &str, said: &ResolveInput) -> Result<ExceptionRow> {
    let (row, orders) = take(tx, reference)?;
    settle(tx, &orders, &row, Step::Resolve, |row| row.result = Some(said.result.clone()), |event| event)
}

/// Takes back an exception that is none, or that another one tells of already: that covers its orders from then on.
///
/// # Errors
/// `not_found`, `version_mismatch`, `invalid_transition`, also where the other one takes no orders any more;
/// `validation_failed` where there is no such other one; `rule_violated` where it would cover too many.
pub fn dismiss(tx: &mut Tx, reference: &str, said: &DismissInput) -> Result<ExceptionRow> {
    let Some(original) = said.duplicate_of.as_deref() else {
        let (row, orders) = take(tx, reference)?;
        refuse_begun(&row)?;
        return settle(tx, &orders, &row, Step::Dismiss, |row| row.result = Some(said.reason.clone()), |event| event);
    };
    let merged = merge::merge(tx, reference, original)?;
    refuse_begun(&merged.row)?;
    let brings = |row: &mut ExceptionRow| {
        row.result = Some(said.reason.clone());
        row.duplicate_of_id = Some(merged.into);
    };
    let named = merged.into.text(Kind::Exception);
    settle(tx, &merged.orders, &merged.row, Step::Dismiss, brings, |event| event.note("duplicate_of", named))
}

/// What something was done about is none that never was.
fn refuse_begun(row: &ExceptionRow) -> Result<()> {
    if row.plan.as_ref().is_some_and(|Json(plan)| plan.actions.iter().any(Planned::is_begun)) {
        let en = "Something was done about it by a plan; it is resolved, not dismissed.";
        return Err(Problem::rule("DOMAIN 6.3", en, "该异常的方案已有执行内容，须解决而不能撤销。").into());
    }
    Ok(())
}

/// Closes a resolved exception for good, with why it happened, what the customer said, and what prevents a repeat
/// (DOMAIN 6.3).
///
/// # Errors
/// `not_found`, `version_mismatch`, `invalid_transition`; `validation_failed` for a cause or a person that there is not.
pub fn close(tx: &mut Tx, reference: &str, said: &CloseInput) -> Result<ExceptionRow> {
    let row = find_led(tx, reference)?;
    let mut problem = Problem::new(Code::ValidationFailed);
    let cause_code = find_cause(tx, said.cause_code.as_deref(), row.kind, &mut problem)?;
    let prevention_owner = find_person(tx, "/prevention_owner", said.prevention_owner.as_deref(), &mut problem)?;
    verdict(problem)?;
    tx.check_match(row.version)?;
    let now = tx.now;
    let details = Details {
        root_cause: said.root_cause.clone(),
        customer_answer: said.customer_answer.clone(),
        prevention_owner,
        prevention_due: said.prevention_due,
        ..row.details.0.clone()
    };
    let brings = |row: &mut ExceptionRow| {
        row.result = said.result.clone().or_else(|| row.result.take());
        row.prevention = said.prevention.clone();
        row.closed_at = Some(now);
        row.cause_code = cause_code.or_else(|| row.cause_code.take());
        row.details = Json(details);
    };
    step(tx, &row, Step::Close, EventName::ExceptionClosed, brings, |event| event)
}

/// Takes the orders of the exception that a path names, then reads it as it is now.
fn take(tx: &mut Tx, reference: &str) -> Result<(ExceptionRow, Vec<Order>)> {
    let id = find_led(tx, reference)?.id;
    let orders = take_covered(tx, id)?;
    let row = again(tx, id)?;
    tx.check_match(row.version)?;
    refuse_more(tx, id, orders.len())?;
    Ok((row, orders))
}

/// Others may have been merged into an exception before its orders were taken: it covers more by now.
pub(super) fn refuse_more(tx: &mut Tx, id: Id, taken: usize) -> Result<()> {
    if exceptions::links(tx.conn, id)?.len() == taken { Ok(()) } else { Err(overtaken(tx)) }
}

/// An exception as it is now, after its orders were taken.
pub(super) fn again(tx: &mut Tx, id: Id) -> Result<ExceptionRow> {
    exceptions::find(tx.conn, id)?.ok_or_else(|| Error::internal("an exception has gone"))
}

/// Ends an open exception over orders that were taken, and lets them know.
pub(super) fn settle(
    tx: &mut Tx,
    orders: &[Order],
    row: &ExceptionRow,
    event: Step,
    brings: impl FnOnce(&mut ExceptionRow),
    shape: impl FnOnce(Event) -> Event,
) -> Result<ExceptionRow> {
    let now = tx.now;
    let (name, resolved_at) = match event {
        Step::Dismiss => (EventName::ExceptionDismissed, None),
        _ => (EventName::ExceptionResolved, Some(now)),
    };
    let brings = |row: &mut ExceptionRow| {
        row.resolved_at = resolved_at;
        brings(row);
    };
    let settled = step(tx, row, event, name, brings, shape)?;
    tell(tx, orders, EventName::OrderExceptionSettled, &settled)?;
    Ok(settled)
}
