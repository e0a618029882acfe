//! What is counted of exceptions over some time. Ids sort by the time at which things were made, so all of it is read by
//! a range of the exceptions' own ids.

use super::Plan;
use crate::db::Conn;
use crate::db::schema::{exception_orders, exceptions, order_lines, orders, shipments};
use crate::db::types::Json;
use crate::domain::actor::Department;
use crate::domain::id::Id;
use crate::domain::lifecycle::exception::{ExceptionKind, ExceptionStatus};
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::domain::time::UtcTime;
use crate::each;
use crate::error::Result;
use diesel::prelude::*;

/// From an instant until before another.
pub type Span = (UtcTime, UtcTime);

/// What is counted of an exception.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = exceptions)]
pub struct CountedRow {
    pub id: Id,
    pub kind: ExceptionKind,
    pub status: ExceptionStatus,
    pub late_report: bool,
    pub department: Option<Department>,
    pub plan: Option<Json<Plan>>,
    pub reported_at: UtcTime,
    pub resolved_at: Option<UtcTime>,
    pub cause_code: Option<String>,
}

/// The exceptions that were reported in some time, without those that were dismissed.
pub fn reported(conn: &mut Conn, (from, until): Span) -> Result<Vec<CountedRow>> {
    let made = exceptions::id.ge(Id::first_at(from)).and(exceptions::id.le(Id::last_at(until)));
    let told = exceptions::reported_at.ge(from).and(exceptions::reported_at.lt(until));
    let stands = exceptions::status.ne(ExceptionStatus::Dismissed);
    Ok(each!(conn, c => exceptions::table.filter(made).filter(told).filter(stands).select(CountedRow::as_select()).load(c))?)
}

/// What they cover, as (exception, order); of some around them too.
pub fn covered(conn: &mut Conn, (from, until): Span) -> Result<Vec<(Id, Id)>> {
    let made = exception_orders::exception_id.ge(Id::first_at(from)).and(exception_orders::exception_id.le(Id::last_at(until)));
    Ok(each!(conn, c => exception_orders::table.filter(made).select((exception_orders::exception_id, exception_orders::order_id)).load(c))?)
}

/// The same with the SKU of each line of the orders.
pub fn covered_skus(conn: &mut Conn, (from, until): Span) -> Result<Vec<(Id, Id, Option<String>)>> {
    let made = exception_orders::exception_id.ge(Id::first_at(from)).and(exception_orders::exception_id.le(Id::last_at(until)));
    Ok(each!(conn, c => exception_orders::table
        .inner_join(order_lines::table.on(order_lines::order_id.eq(exception_orders::order_id)))
        .filter(made)
        .select((exception_orders::exception_id, exception_orders::order_id, order_lines::sku))
        .distinct()
        .load(c))?)
}

/// The same with the carrier of each shipment of the orders that was not cancelled, as the shipment names it.
pub fn covered_carriers(conn: &mut Conn, (from, until): Span) -> Result<Vec<(Id, Id, Option<String>)>> {
    let made = exception_orders::exception_id.ge(Id::first_at(from)).and(exception_orders::exception_id.le(Id::last_at(until)));
    Ok(each!(conn, c => exception_orders::table
        .inner_join(shipments::table.on(shipments::order_id.eq(exception_orders::order_id)))
        .filter(made)
        .filter(shipments::status.ne(ShipmentStatus::Cancelled))
        .select((exception_orders::exception_id, exception_orders::order_id, shipments::carrier))
        .distinct()
        .load(c))?)
}

/// How many orders were entered in some time.
pub fn orders_entered(conn: &mut Conn, (from, until): Span) -> Result<i64> {
    Ok(orders::table.filter(orders::created_at.ge(from)).filter(orders::created_at.lt(until)).count().get_result(conn)?)
}
