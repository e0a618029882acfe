//! Until when an order is to be delivered: asked for, and promised.

use super::input::{DeliveryInput, OrderInput};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::error::{Error, Problem, Result};
use crate::repositories::orders::{self, parts};
use chrono::NaiveDate;

/// The day until which a customer asks for delivery: said, or counted from the order's.
///
/// # Errors
/// `validation_failed` where the calendar does not go so far.
pub(super) fn requested(tx: &Tx, said: &DeliveryInput, ordered_at: UtcTime) -> Result<Option<NaiveDate>> {
    let calendar = &tx.company.calendar;
    let within = said.requested_within_working_days;
    let counted = within.map(|days| calendar.add_working_days(calendar.local_date(ordered_at.utc()), u32::from(days)));
    if counted == Some(None) {
        return Err(Problem::invalid("/delivery/requested_within_working_days", "range", "leads past the calendar", "超出日历范围").into());
    }
    Ok(said.requested_date.or(counted.flatten()))
}

/// The day that is promised: said, or else the one that is asked for.
///
/// # Errors
/// `validation_failed` where the calendar does not go so far.
pub(super) fn promised(tx: &Tx, said: &DeliveryInput, ordered_at: UtcTime) -> Result<Option<NaiveDate>> {
    Ok(said.promised_date.or(requested(tx, said, ordered_at)?))
}

/// The day that an order's revision promises; without one, the day that is promised now.
///
/// # Errors
/// Those of the database.
pub fn promised_by(tx: &mut Tx, order: Id, revision: Option<i32>) -> Result<Option<NaiveDate>> {
    let Some(revision) = revision else { return Ok(parts::delivery(tx.conn, order)?.promised_date) };
    let Json(content) = parts::revision(tx.conn, order, revision)?.content;
    let said: OrderInput = serde_json::from_value(content).map_err(Error::internal)?;
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    promised(tx, &said.delivery, order.ordered_at)
}
