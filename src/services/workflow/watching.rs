//! What the system watches by itself: what is seen becomes an exception by the company's rules, and ends with its cause
//! (DOMAIN 6.1). What only time shows is asked for by the clock, an order at a time (DECISIONS 6).

use super::word;
use crate::db::Tx;
use crate::domain::actor::Actor;
use crate::domain::carrier::needs_carrier;
use crate::domain::event::{Event, EventName};
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::link::CustomerAnswer;
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::{money, orders};
use crate::services::orders::promise::Outlook;
use crate::services::{exceptions, shipments, tasks};
use chrono::NaiveDate;

/// An order will be late, or in time after all; where it neither was late nor is, nothing follows.
pub(super) fn follow_promise(tx: &mut Tx, order: Id, outlook: Outlook) -> Result<()> {
    if outlook.late.is_none() && outlook.late_before == 0 {
        return Ok(());
    }
    let system = Actor::system(EventName::OrderAtRisk.as_str());
    tx.as_actor(system, |tx| exceptions::follow_promise(tx, order, outlook.late, outlook.late_before))
}

/// Something happened to a task of which an exception tells that it is overdue: it may not be any more.
pub(super) fn after_overdue(tx: &mut Tx, order: Id, event: &Event) -> Result<()> {
    if !event.after.contains_key(tasks::OVERDUE_RAISED) {
        return Ok(());
    }
    let done = matches!(event.name, EventName::TaskCompleted | EventName::TaskCancelled);
    let dated = event.after.get("due_at").map(|due_at| due_at.as_str().and_then(UtcTime::parse));
    let later = event.name == EventName::TaskBlocked || dated.is_some_and(|due_at| due_at.is_none_or(|due_at| due_at > tx.now));
    if done || later { exceptions::end_overdue(tx, order, event.subject.1, done) } else { Ok(()) }
}

/// Something was told of a parcel: it is heard of.
pub(super) fn after_tracking(tx: &mut Tx, order: Id, event: &Event) -> Result<()> {
    if event.after.contains_key("reported") { exceptions::end_silence(tx, order, event.subject.1) } else { Ok(()) }
}

/// A customer who asks for a change is somebody's work.
pub(super) fn after_answer(tx: &mut Tx, order: Id, event: &Event) -> Result<()> {
    let asked = CustomerAnswer::parse(word(event, "answer")) == Some(CustomerAnswer::Change);
    if asked { exceptions::raise_change(tx, order, event.subject.1) } else { Ok(()) }
}

/// Raises an exception about a task that is waited for and was due before an instant, once for each due date. Called by the
/// clock.
///
/// # Errors
/// Those of the database.
pub fn raise_overdue(tx: &mut Tx, task: Id, before: UtcTime) -> Result<()> {
    let Some((task, due_at)) = tasks::note_long_overdue(tx, task, before)? else { return Ok(()) };
    exceptions::raise_overdue(tx, &task, due_at)
}

/// Raises an exception about a parcel of which nothing was heard since an instant, once for each silence; what goes without a
/// carrier is not expected to be heard of. Called by the clock.
///
/// # Errors
/// Those of the database.
pub fn ask_after(tx: &mut Tx, shipment: Id, before: UtcTime) -> Result<()> {
    let silent = shipments::note_silent(tx, shipment, before)?.filter(|shipment| needs_carrier(shipment.method));
    let Some(shipment) = silent else { return Ok(()) };
    let Some(heard_at) = shipment.heard_at else { return Ok(()) };
    exceptions::raise_silent(tx, &shipment, heard_at)
}

/// Raises an exception about an order whose invoices that fell due before a day are not paid, and notes that they were looked
/// at. Called by the clock.
///
/// # Errors
/// Those of the database.
pub fn pursue_payment(tx: &mut Tx, order: Id, day: NaiveDate) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    if order.state != State::Cancelled && money::due::owed_since(tx.conn, order.id, day)?.is_some() {
        exceptions::raise_short(tx, &order)?;
    }
    money::due::set_pursued(tx.conn, order.id, day, tx.now)
}
