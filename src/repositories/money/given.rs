//! What plans for exceptions gave back to customers (DOMAIN 7.2): refunds of what was paid, and compensations.

use crate::db::Conn;
use crate::db::schema::{compensations, refunds};
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::order::PaymentMethod;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, insert_row};
use chrono::NaiveDate;
use diesel::prelude::*;

/// Money that went back.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = refunds, treat_none_as_default_value = false)]
pub struct Refund {
    pub id: Id,
    pub order_id: Id,
    pub exception_id: Id,
    pub amount: Amount,
    pub currency: String,
    pub method: PaymentMethod,
    pub reference: Option<String>,
    pub recorded_at: UtcTime,
    pub recorded_by_label: String,
}

/// What a customer was given for their trouble: money, or a coupon where there is a code.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = compensations, treat_none_as_default_value = false)]
pub struct Compensation {
    pub id: Id,
    pub order_id: Id,
    pub exception_id: Id,
    pub amount: Amount,
    pub currency: String,
    pub coupon_code: Option<String>,
    /// The last day on which a coupon counts.
    pub valid_until: Option<NaiveDate>,
    pub used_at: Option<UtcTime>,
    pub recorded_at: UtcTime,
    pub recorded_by_label: String,
}

/// Stores a refund.
pub fn insert_refund(conn: &mut Conn, refund: &Refund) -> Result<()> {
    insert_row!(conn, refunds, refund)?;
    Ok(())
}

/// Stores a compensation.
pub fn insert_compensation(conn: &mut Conn, compensation: &Compensation) -> Result<()> {
    insert_row!(conn, compensations, compensation)?;
    Ok(())
}

/// An order's refunds, oldest first.
pub fn refunds_of(conn: &mut Conn, order: Id) -> Result<Vec<Refund>> {
    let of_order = || refunds::table.filter(refunds::order_id.eq(order)).order(refunds::id.asc());
    Ok(each!(conn, c => of_order().select(Refund::as_select()).load(c))?)
}

/// An order's compensations, oldest first.
pub fn compensations_of(conn: &mut Conn, order: Id) -> Result<Vec<Compensation>> {
    let of_order = || compensations::table.filter(compensations::order_id.eq(order)).order(compensations::id.asc());
    Ok(each!(conn, c => of_order().select(Compensation::as_select()).load(c))?)
}

/// A compensation by id.
pub fn find_compensation(conn: &mut Conn, id: Id) -> Result<Option<Compensation>> {
    Ok(each!(conn, c => compensations::table.find(id).select(Compensation::as_select()).first(c)).optional()?)
}

/// Notes that a coupon was used, unless it was already.
pub fn set_used(conn: &mut Conn, id: Id, now: UtcTime) -> Result<()> {
    let target = compensations::table.filter(compensations::id.eq(id).and(compensations::used_at.is_null()));
    each!(conn, c => diesel::update(target).set(compensations::used_at.eq(Some(now))).execute(c))?;
    Ok(())
}
