//! The end of an exception: resolved, then closed, or dismissed. What was stopped by it is let go
//! for all of its orders together (DOMAIN 6.7, DECISIONS 18).

use super::input::{CloseInput, DismissInput, ResolveInput};
use super::{find_led, step, take_covered, tell};
use crate::db::Tx;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::{ExceptionEvent as Step, ExceptionStatus};
use crate::error::{Error, Problem, Result};
use crate::repositories::exceptions::{self, ExceptionRow};
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

/// Takes back an exception that is none, or that another one tells of already.
///
/// # Errors
/// `not_found`, `version_mismatch`, `invalid_transition`; `validation_failed` where there is no
/// such other one.
pub fn dismiss(tx: &mut Tx, reference: &str, said: &DismissInput) -> Result<ExceptionRow> {
    let (row, orders) = take(tx, reference)?;
    let original = said.duplicate_of.as_deref().map(|text| original(tx, &row, text)).transpose()?;
    let named = original.map(|id| id.text(Kind::Exception));
    let brings = |row: &mut ExceptionRow| {
        row.result = Some(said.reason.clone());
        row.duplicate_of_id = original;
    };
    settle(tx, &orders, &row, Step::Dismiss, brings, |event| event.note("duplicate_of", named))
}

/// Closes a resolved exception for good, with what prevents a repeat.
///
/// # Errors
/// `not_found`, `version_mismatch`, `invalid_transition`.
pub fn close(tx: &mut Tx, reference: &str, said: &CloseInput) -> Result<ExceptionRow> {
    let row = find_led(tx, reference)?;
    tx.check_match(row.version)?;
    let now = tx.now;
    let brings = |row: &mut ExceptionRow| {
        row.result = said.result.clone().or_else(|| row.result.take());
        row.prevention = said.prevention.clone();
        row.closed_at = Some(now);
    };
    step(tx, &row, Step::Close, EventName::ExceptionClosed, brings, |event| event)
}

/// Takes the orders of the exception that a path names, then reads it as it is now.
fn take(tx: &mut Tx, reference: &str) -> Result<(ExceptionRow, Vec<Order>)> {
    let id = find_led(tx, reference)?.id;
    let orders = take_covered(tx, id)?;
    let row = again(tx, id)?;
    tx.check_match(row.version)?;
    Ok((row, orders))
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

/// The exception that another one repeats: not itself, nor one that was dismissed.
fn original(tx: &mut Tx, row: &ExceptionRow, text: &str) -> Result<Id> {
    let found = exceptions::find_by_ref(tx.conn, text)?.filter(|other| other.id != row.id && other.status != ExceptionStatus::Dismissed);
    let missing = || Problem::invalid("/duplicate_of", "unknown", "there is no such other exception that stands", "没有该有效的其他异常");
    Ok(found.ok_or_else(missing)?.id)
}
