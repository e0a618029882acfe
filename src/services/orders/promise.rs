//! Until when an order is to be delivered: asked for, promised when it was confirmed, promised now, and what
//! its tasks make of that (DOMAIN 8.1).

use super::input::DeliveryInput;
use super::{describe, take_id};
use crate::db::Tx;
use crate::domain::event::{Event, EventName};
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::calendar;
use crate::repositories::orders::{self, parts, promises};
use chrono::NaiveDate;

/// The day until which a customer asks for delivery: said, or counted from the order's. For an order that is amended
/// it is not counted again by another calendar, unless what it counts from changes: a promise does not move by itself.
///
/// # Errors
/// `validation_failed` where the calendar does not go so far.
pub(super) fn requested(tx: &mut Tx, amended: Option<Id>, said: &DeliveryInput, ordered_at: UtcTime) -> Result<Option<NaiveDate>> {
    let Some(days) = said.requested_within_working_days.filter(|_| said.requested_date.is_none()) else { return Ok(said.requested_date) };
    if let Some(order) = amended
        && orders::find(tx.conn, order)?.is_some_and(|before| before.ordered_at == ordered_at)
    {
        let kept = parts::delivery(tx.conn, order)?;
        if kept.requested_within_working_days == Some(i32::from(days)) {
            return Ok(kept.requested_date);
        }
    }
    let calendar = calendar::load(tx.conn, tx.company.zone)?;
    let counted = calendar.add_working_days(calendar.local_date(ordered_at.utc()), u32::from(days));
    let past = || Problem::invalid("/delivery/requested_within_working_days", "range", "leads past the calendar", "超出日历范围");
    counted.map(Some).ok_or_else(|| past().into())
}

/// Keeps what is promised now that the order is confirmed; a date that is moved later never makes a late order
/// punctual (DOMAIN 8.1).
///
/// # Errors
/// Those of the database.
pub fn keep(tx: &mut Tx, order: Id) -> Result<()> {
    let promised = parts::delivery(tx.conn, order)?.promised_date;
    promises::keep(tx.conn, order, promised)
}

/// What a prediction that changed says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// The day on which the order will be done and the one that is promised, where the first is the later one.
    pub late: Option<(NaiveDate, NaiveDate)>,
    /// By how many days it was the later one before; none where it was not.
    pub late_before: i64,
    /// The prediction is another than before.
    pub changed: bool,
}

/// Notes when an order will be done, by when its tasks end; and tells, once, that this is after the promise.
/// Gives what it says where anything changed, or where it is late or was.
///
/// # Errors
/// Those of the database.
pub fn predict(tx: &mut Tx, id: Id, end: Option<UtcTime>) -> Result<Option<Outlook>> {
    let Some(before) = promises::find(tx.conn, id)? else { return Ok(None) };
    let Some(order) = orders::find(tx.conn, id)? else { return Ok(None) };
    let end = end.filter(|_| matches!(order.state, State::Reviewed | State::Executing));
    let predicted = end.map(|end| tx.company.zone.local_date(end.utc()));
    let lines = parts::lines(tx.conn, id)?;
    let promised = parts::earliest_promise(tx.conn, id, &lines)?;
    let late = predicted.zip(promised).filter(|(predicted, promised)| predicted > promised);
    let at_risk = late.is_some();
    let changed = (predicted, at_risk) != (before.predicted_date, before.at_risk);
    if !changed && !at_risk {
        return Ok(None);
    }
    if changed {
        promises::set_prediction(tx.conn, id, predicted, at_risk)?;
    }
    let days = |(predicted, promised): (NaiveDate, NaiveDate)| predicted.signed_duration_since(promised).num_days();
    let late_before = before.predicted_date.filter(|_| before.at_risk).zip(promised).map_or(0, days).max(i64::from(before.at_risk));
    if at_risk && !before.at_risk {
        let order = take_id(tx, id)?;
        let event = describe(Event::of_order(EventName::OrderAtRisk, id), &order, order.state);
        tx.record(event.with("predicted_date", predicted.map(|day| day.to_string())).with("promised_date", promised.map(|day| day.to_string())))?;
    }
    Ok(Some(Outlook { late, late_before, changed }))
}

/// Tells that an order's prediction moved, so that it is shown as it is.
///
/// # Errors
/// Those of the database.
pub fn tell(tx: &mut Tx, id: Id) -> Result<()> {
    let order = take_id(tx, id)?;
    tx.record(describe(Event::of_order(EventName::OrderPredicted, id), &order, order.state)).map(drop)
}
