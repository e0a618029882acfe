//! Until when an order is to be delivered.

use super::input::DeliveryInput;
use crate::db::Tx;
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::calendar;
use chrono::NaiveDate;

/// The day until which a customer asks for delivery: said, or counted from the order's.
///
/// # Errors
/// `validation_failed` where the calendar does not go so far.
pub(super) fn requested(tx: &mut Tx, said: &DeliveryInput, ordered_at: UtcTime) -> Result<Option<NaiveDate>> {
    let Some(days) = said.requested_within_working_days.filter(|_| said.requested_date.is_none()) else { return Ok(said.requested_date) };
    let calendar = calendar::load(tx.conn, tx.company.zone)?;
    let counted = calendar.add_working_days(calendar.local_date(ordered_at.utc()), u32::from(days));
    let past = || Problem::invalid("/delivery/requested_within_working_days", "range", "leads past the calendar", "超出日历范围");
    counted.map(Some).ok_or_else(|| past().into())
}
