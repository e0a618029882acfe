//! What the rules and checks of a round look at: the order, what its customer has yet to pay, and what
//! lies in stock of several products.

use crate::db::Conn;
use crate::db::cached::{Cache, padded};
use crate::db::schema::{orders, payments};
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::order::PaymentStatus;
use crate::error::{Error, Result};
use crate::repositories::customers::{self, Customer};
use crate::repositories::orders::Order;
use crate::repositories::orders::parts::{self, Delivery, Line};
use crate::{each, here_by_length};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// What a round is about: an order with what rules and checks look at; one that is not entered yet,
/// where the rules are only tried.
#[derive(Debug, Clone)]
pub struct Subject {
    pub order: Order,
    pub lines: Vec<Line>,
    pub delivery: Delivery,
    pub customer: Customer,
}

/// The subject that an order is.
pub fn subject(conn: &mut Conn, order: Order) -> Result<Subject> {
    let customer = customers::find_real(conn, order.customer_id)?.ok_or_else(|| Error::internal("an order without its customer"))?;
    Ok(Subject { lines: parts::lines(conn, order.id)?, delivery: parts::delivery(conn, order.id)?, customer, order })
}

/// An order that is not paid in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpaid {
    pub order: Id,
    pub number: String,
    /// ISO 4217; both amounts are in it.
    pub currency: String,
    pub total: Amount,
    /// One for each payment.
    pub payments: Vec<Amount>,
}

/// A customer's orders that are neither cancelled nor paid in full, oldest first, so many at the most.
pub fn unpaid_orders(conn: &mut Conn, customer: Id, most: i64) -> Result<Vec<Unpaid>> {
    let unpaid = orders::payment_status.eq(PaymentStatus::Unpaid).or(orders::payment_status.eq(PaymentStatus::Partial));
    let group = customers::group(conn, customer)?;
    let open = orders::customer_id.eq_any(group).and(orders::state.ne(State::Cancelled)).and(unpaid);
    let fields = (orders::id, orders::number, orders::currency, orders::total);
    let rows: Vec<(Id, String, String, Amount)> = orders::table.filter(open).order(orders::id.asc()).limit(most).select(fields).load(conn)?;
    let ids: Vec<Id> = rows.iter().map(|(id, ..)| *id).collect();
    let mut payments: BTreeMap<Id, Vec<Amount>> = BTreeMap::new();
    for (order, amount) in payments_of(conn, &ids)? {
        payments.entry(order).or_default().push(amount);
    }
    let unpaid = |(order, number, currency, total)| Unpaid { order, number, currency, total, payments: payments.remove(&order).unwrap_or_default() };
    Ok(rows.into_iter().map(unpaid).collect())
}

fn payments_of(conn: &mut Conn, orders: &[Id]) -> Result<Vec<(Id, Amount)>> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let of_these = payments::table
        .filter(payments::order_id.eq_any(padded(orders)).and(payments::reversed_at.is_null()))
        .select((payments::order_id, payments::amount));
    Ok(each!(conn, c => of_these.listed(orders.len(), here_by_length!()).load(c))?)
}
