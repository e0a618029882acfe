//! What was promised of an order when it was confirmed, and when it will be done (DOMAIN 8.1). There is none
//! before an order is reviewed.

use crate::db::Conn;
use crate::db::cached::{Cache, padded};
use crate::db::schema::{order_deliveries, order_details, order_lines, order_promises, order_promises::dsl};
use crate::domain::id::Id;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_row};
use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// An order's promise, beside the one that stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = order_promises, treat_none_as_default_value = false)]
pub struct Promise {
    pub order_id: Id,
    /// The day promised when the customer confirmed; it never moves.
    pub original_date: Option<NaiveDate>,
    /// The day on which its tasks will be done; none while it has none that lead to that, and once it has left.
    pub predicted_date: Option<NaiveDate>,
    /// The prediction lies after what is promised now.
    pub at_risk: bool,
}

/// An order's promise.
pub fn find(conn: &mut Conn, order: Id) -> Result<Option<Promise>> {
    Ok(each!(conn, c => dsl::order_promises.find(order).select(Promise::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Those of several orders.
pub fn find_many(conn: &mut Conn, orders: &[Id]) -> Result<Vec<Promise>> {
    Ok(
        each!(conn, c => dsl::order_promises.filter(dsl::order_id.eq_any(padded(orders))).select(Promise::as_select()).listed(orders.len(), here_by_length!()).load(c))?,
    )
}

/// The earliest day that is promised now of each of several orders, or of a line of it; only of those that have one.
pub fn earliest_of(conn: &mut Conn, orders: &[Id]) -> Result<BTreeMap<Id, NaiveDate>> {
    let mut days: Vec<(Id, Option<NaiveDate>)> = each!(&mut *conn, c => order_deliveries::table
        .filter(order_deliveries::order_id.eq_any(padded(orders)))
        .select((order_deliveries::order_id, order_deliveries::promised_date))
        .listed(orders.len(), here_by_length!()).load(c))?;
    let of_lines: Vec<(Id, Option<NaiveDate>)> = each!(conn, c => order_lines::table
        .filter(order_lines::order_id.eq_any(padded(orders)))
        .select((order_lines::order_id, order_lines::promised_date))
        .listed(orders.len(), here_by_length!()).load(c))?;
    days.extend(of_lines);
    let mut earliest: BTreeMap<Id, NaiveDate> = BTreeMap::new();
    for (order, day) in days.into_iter().filter_map(|(order, day)| Some((order, day?))) {
        let first = earliest.entry(order).or_insert(day);
        *first = day.min(*first);
    }
    Ok(earliest)
}

/// Keeps what was promised when an order was confirmed; what was kept before stays.
pub fn keep(conn: &mut Conn, order: Id, original_date: Option<NaiveDate>) -> Result<()> {
    let row = Promise { order_id: order, original_date, predicted_date: None, at_risk: false };
    insert_row!(conn, order_promises, &row, or nothing)?;
    Ok(())
}

/// Stores when an order will be done.
pub fn set_prediction(conn: &mut Conn, order: Id, predicted_date: Option<NaiveDate>, at_risk: bool) -> Result<()> {
    let values = (dsl::predicted_date.eq(predicted_date), dsl::at_risk.eq(at_risk));
    each!(conn, c => diesel::update(dsl::order_promises.find(order)).set(values).fixed(here!()).execute(c))?;
    Ok(())
}

/// Orders that should have been done before a day and are not; clocks pause while an amendment is not agreed
/// (DECISIONS 36).
pub fn predicted_before(conn: &mut Conn, day: NaiveDate, limit: i64) -> Result<Vec<Id>> {
    let standing_still = || order_details::table.filter(order_details::order_id.eq(dsl::order_id).and(order_details::amended_from.is_not_null()));
    let past = dsl::order_promises.filter(not(exists(standing_still()))).filter(dsl::predicted_date.is_not_null().and(dsl::predicted_date.lt(day)));
    Ok(each!(conn, c => past.order(dsl::predicted_date.asc()).limit(limit).select(dsl::order_id).load(c))?)
}
