//! What the checks of a round look at: what a customer has yet to pay, and what lies in stock of
//! several products.

use crate::db::Conn;
use crate::db::cached::{Cache, padded};
use crate::db::schema::{orders, payments, stock};
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::order::PaymentStatus;
use crate::error::Result;
use crate::repositories::stock::Balance;
use crate::{each, here_by_length};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// An order that is not paid in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpaid {
    pub order: Id,
    /// ISO 4217; both amounts are in it.
    pub currency: String,
    pub total: Amount,
    /// One for each payment.
    pub payments: Vec<Amount>,
}

/// A customer's orders that are neither cancelled nor paid in full.
pub fn unpaid_orders(conn: &mut Conn, customer: Id) -> Result<Vec<Unpaid>> {
    let unpaid = orders::payment_status.eq(PaymentStatus::Unpaid).or(orders::payment_status.eq(PaymentStatus::Partial));
    let open = orders::customer_id.eq(customer).and(orders::state.ne(State::Cancelled)).and(unpaid);
    let rows: Vec<(Id, String, Amount)> = orders::table.filter(open).select((orders::id, orders::currency, orders::total)).load(conn)?;
    let of_these = payments::order_id.eq_any(orders::table.filter(open).select(orders::id));
    let paid: Vec<(Id, Amount)> = payments::table.filter(of_these).select((payments::order_id, payments::amount)).load(conn)?;
    let mut payments: BTreeMap<Id, Vec<Amount>> = BTreeMap::new();
    for (order, amount) in paid {
        payments.entry(order).or_default().push(amount);
    }
    let unpaid = |(order, currency, total)| Unpaid { order, currency, total, payments: payments.remove(&order).unwrap_or_default() };
    Ok(rows.into_iter().map(unpaid).collect())
}

/// The balances of several products, in all warehouses.
pub fn balances_of(conn: &mut Conn, products: &[Id]) -> Result<Vec<Balance>> {
    Ok(
        each!(conn, c => stock::table.filter(stock::product_id.eq_any(padded(products))).select(Balance::as_select()).listed(products.len(), here_by_length!()).load(c))?,
    )
}
