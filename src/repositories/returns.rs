//! Goods that come back, and what became of them (DOMAIN 6.5).

pub mod whole;

use crate::db::cached::{Cache, padded};
use crate::db::schema::{order_lines, return_lines, returns, shipment_lines, shipments};
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::Amount;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::returns::ReturnStatus;
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::domain::order::PaymentMethod;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_rows};
use diesel::prelude::*;

/// Goods that come back.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = returns, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Return {
    pub id: Id,
    pub number: String,
    pub version: i64,
    pub order_id: Id,
    /// The exception whose plan takes them back.
    pub exception_id: Option<Id>,
    pub status: ReturnStatus,
    pub reason: String,
    /// What of what was paid goes back once they are inspected, in the order's currency.
    pub refund_amount: Option<Amount>,
    pub refund_method: Option<PaymentMethod>,
    /// Where they were received.
    pub warehouse_id: Option<Id>,
    pub created_at: UtcTime,
    pub created_by_label: String,
    pub received_at: Option<UtcTime>,
    pub inspected_at: Option<UtcTime>,
    pub inspected_by_label: Option<String>,
    pub cancelled_at: Option<UtcTime>,
    /// What was found when they were inspected, or why they do not come.
    pub note: Option<String>,
    pub updated_at: UtcTime,
}

/// How much of an order's line comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = return_lines, treat_none_as_default_value = false)]
pub struct ReturnLine {
    pub return_id: Id,
    pub line_id: Id,
    pub quantity: Amount,
    /// What of it has come.
    pub received: Amount,
    /// What of that is good, and in stock again.
    pub restocked: Amount,
    /// What of that is good for nothing.
    pub scrapped: Amount,
}

/// A return's line with what it is of.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct NamedLine {
    pub line: ReturnLine,
    pub sku: Option<String>,
    pub name: String,
    pub position: i32,
}

/// Which returns a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReturnFilter {
    pub order: Option<Id>,
    pub exception: Option<Id>,
    pub status: Option<ReturnStatus>,
}

/// A return by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Return>> {
    Ok(each!(conn, c => returns::table.find(id).select(Return::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// A return by id or number, as a path names it.
pub fn find_by_ref(conn: &mut Conn, text: &str) -> Result<Option<Return>> {
    if let Some(id) = Kind::Return.parse(text) {
        return find(conn, id);
    }
    Ok(each!(conn, c => returns::table.filter(returns::number.eq(text)).select(Return::as_select()).first(c)).optional()?)
}

/// Returns that match, newest first, entered before a given one.
pub fn list(conn: &mut Conn, filter: &ReturnFilter, before: Option<Id>, limit: i64) -> Result<Vec<Return>> {
    let mut query = returns::table.order(returns::id.desc()).limit(limit).select(Return::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(returns::id.lt(id));
    }
    if let Some(order) = filter.order {
        query = query.filter(returns::order_id.eq(order));
    }
    if let Some(exception) = filter.exception {
        query = query.filter(returns::exception_id.eq(exception));
    }
    if let Some(status) = filter.status {
        query = query.filter(returns::status.eq(status));
    }
    Ok(query.load(conn)?)
}

/// The lines of returns, in their orders' order.
pub fn lines_of(conn: &mut Conn, ids: &[Id]) -> Result<Vec<NamedLine>> {
    let mut lines: Vec<NamedLine> = each!(conn, c => return_lines::table
        .inner_join(order_lines::table.on(order_lines::id.eq(return_lines::line_id)))
        .filter(return_lines::return_id.eq_any(padded(ids)))
        .select((ReturnLine::as_select(), order_lines::sku, order_lines::name, order_lines::position))
        .listed(ids.len(), here_by_length!()).load(c))?;
    lines.sort_by_key(|line| (line.line.return_id, line.position));
    Ok(lines)
}

/// What comes back of an order's lines, or has, by returns that were not cancelled.
pub fn of_order(conn: &mut Conn, order: Id) -> Result<Vec<(ReturnStatus, ReturnLine)>> {
    Ok(each!(conn, c => return_lines::table
        .inner_join(returns::table.on(returns::id.eq(return_lines::return_id)))
        .filter(returns::order_id.eq(order).and(returns::status.ne(ReturnStatus::Cancelled)))
        .select((returns::status, ReturnLine::as_select()))
        .load(c))?)
}

/// What of an order's line has left in a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Left {
    pub shipment_id: Id,
    pub status: ShipmentStatus,
    pub line_id: Id,
    pub quantity: Amount,
    /// What of it was replaced, and so has arrived.
    pub replaced: Amount,
    /// What of it the customer did not take.
    pub refused: Amount,
}

/// What has left of an order's lines, and where the shipment stands that it left in.
pub fn shipped_of(conn: &mut Conn, order: Id) -> Result<Vec<Left>> {
    Ok(each!(conn, c => shipment_lines::table
        .inner_join(shipments::table.on(shipments::id.eq(shipment_lines::shipment_id)))
        .filter(shipments::order_id.eq(order).and(shipments::dispatched_at.is_not_null()))
        .select((shipments::id, shipments::status, shipment_lines::line_id, shipment_lines::quantity, shipment_lines::replaced, shipment_lines::refused))
        .load(c))?)
}

/// Whether something that a plan takes back from an order is not through yet.
pub fn any_open(conn: &mut Conn, exception: Id, order: Id) -> Result<bool> {
    let of = returns::exception_id.eq(exception).and(returns::order_id.eq(order));
    let statuses: Vec<ReturnStatus> = each!(conn, c => returns::table.filter(of).select(returns::status).load(c))?;
    Ok(statuses.into_iter().any(ReturnStatus::is_open))
}

/// What is to be refunded for goods of an order that are not inspected yet.
pub fn refunds_promised(conn: &mut Conn, order: Id) -> Result<Vec<Amount>> {
    let rows: Vec<(ReturnStatus, Option<Amount>)> =
        each!(conn, c => returns::table.filter(returns::order_id.eq(order)).select((returns::status, returns::refund_amount)).load(c))?;
    Ok(rows.into_iter().filter(|(status, _)| status.is_open()).filter_map(|(_, amount)| amount).collect())
}

/// Stores a new return and what is in it.
pub fn insert(conn: &mut Conn, row: &Return, lines: &[ReturnLine]) -> Result<()> {
    each!(&mut *conn, c => diesel::insert_into(returns::table).values(row).execute(c))?;
    insert_rows!(conn, return_lines, lines)?;
    Ok(())
}

/// Stores a changed return at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, row: &Return) -> Result<bool> {
    let target = returns::table.filter(returns::id.eq(row.id).and(returns::version.eq(row.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(row).execute(c))? == 1)
}

/// Stores what has come of a line, and what became of it.
pub fn set_line(conn: &mut Conn, line: &ReturnLine) -> Result<()> {
    let values = (return_lines::received.eq(line.received), return_lines::restocked.eq(line.restocked), return_lines::scrapped.eq(line.scrapped));
    each!(conn, c => diesel::update(return_lines::table.find((line.return_id, line.line_id))).set(values).execute(c))?;
    Ok(())
}
