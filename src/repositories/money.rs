//! Invoices and payments, as they were recorded against orders (DOMAIN 7.1).

pub mod given;

use crate::db::cached::Cache;
use crate::db::schema::{invoices, payments};
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::{Amount, LIMIT};
use crate::domain::codes;
use crate::domain::company::Company;
use crate::domain::id::Id;
use crate::domain::order::{InvoiceKind, PaymentMethod, missing};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::customers;
use crate::repositories::orders::Order;
use crate::{each, here};
use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use std::collections::BTreeMap;

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = invoices, treat_none_as_default_value = false)]
pub struct Invoice {
    pub id: Id,
    pub version: i64,
    pub order_id: Id,
    pub customer_id: Id,
    pub kind: InvoiceKind,
    pub number: String,
    pub amount: Amount,
    pub currency: String,
    pub due_date: Option<NaiveDate>,
    pub buyer_name: String,
    pub buyer_tax_number: Option<String>,
    pub issued_at: UtcTime,
    pub issued_by_label: String,
}

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = payments, treat_none_as_default_value = false)]
pub struct Payment {
    pub id: Id,
    pub order_id: Id,
    pub amount: Amount,
    pub currency: String,
    pub method: PaymentMethod,
    pub reference: Option<String>,
    pub paid_at: UtcTime,
    pub recorded_at: UtcTime,
    pub recorded_by_label: String,
    /// When it was found to be none; it does not count since.
    pub reversed_at: Option<UtcTime>,
    pub reversed_by_label: Option<String>,
    pub reversal_reason: Option<String>,
}

/// An invoice by id.
pub fn find_invoice(conn: &mut Conn, id: Id) -> Result<Option<Invoice>> {
    Ok(each!(conn, c => invoices::table.find(id).select(Invoice::as_select()).first(c)).optional()?)
}

/// Stores an invoice; false where the number is taken.
pub fn insert_invoice(conn: &mut Conn, invoice: &Invoice) -> Result<bool> {
    let inserted = each!(conn, c => diesel::insert_into(invoices::table).values(invoice).on_conflict_do_nothing().fixed(here!()).execute(c))?;
    Ok(inserted == 1)
}

/// Stores a payment.
pub fn insert_payment(conn: &mut Conn, payment: &Payment) -> Result<()> {
    each!(conn, c => diesel::insert_into(payments::table).values(payment).fixed(here!()).execute(c))?;
    Ok(())
}

/// A payment by id.
pub fn find_payment(conn: &mut Conn, id: Id) -> Result<Option<Payment>> {
    Ok(each!(conn, c => payments::table.find(id).select(Payment::as_select()).first(c)).optional()?)
}

/// Stores that a payment was none; false where that is known already.
pub fn set_reversed(conn: &mut Conn, payment: &Payment) -> Result<bool> {
    let target = payments::table.filter(payments::id.eq(payment.id).and(payments::reversed_at.is_null()));
    let values = (
        payments::reversed_at.eq(payment.reversed_at),
        payments::reversed_by_label.eq(payment.reversed_by_label.clone()),
        payments::reversal_reason.eq(payment.reversal_reason.clone()),
    );
    Ok(each!(conn, c => diesel::update(target).set(values).execute(c))? == 1)
}

fn list_branch(conn: &mut Conn, order: Option<Id>, customer: Option<Id>, before: Option<Id>, limit: i64) -> Result<Vec<Invoice>> {
    let mut query = invoices::table.order(invoices::id.desc()).limit(limit).select(Invoice::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(invoices::id.lt(id));
    }
    if let Some(order) = order {
        query = query.filter(invoices::order_id.eq(order));
    }
    if let Some(customer) = customer {
        query = query.filter(invoices::customer_id.eq(customer));
    }
    Ok(query.load(conn)?)
}

/// Invoices of an order or of a customer and all who were merged into them, newest first, made before
/// a given one. Each customer is read by the index and the few rows are merged.
pub fn list_invoices(conn: &mut Conn, order: Option<Id>, customer: Option<Id>, before: Option<Id>, limit: i64) -> Result<Vec<Invoice>> {
    let Some(customer) = customer else { return list_branch(conn, order, None, before, limit) };
    let mut all = Vec::new();
    for member in customers::group(conn, customer)? {
        all.extend(list_branch(conn, order, Some(member), before, limit)?);
    }
    all.sort_by_key(|invoice| std::cmp::Reverse(invoice.id));
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// Payments of an order, newest first, recorded before a given one.
pub fn list_payments(conn: &mut Conn, order: Option<Id>, before: Option<Id>, limit: i64) -> Result<Vec<Payment>> {
    let mut query = payments::table.order(payments::id.desc()).limit(limit).select(Payment::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(payments::id.lt(id));
    }
    if let Some(order) = order {
        query = query.filter(payments::order_id.eq(order));
    }
    Ok(query.load(conn)?)
}

/// Adds up; a sum past the largest amount stays at it, since what was paid is never an error.
fn total(amounts: impl IntoIterator<Item = Amount>) -> Amount {
    let parts: i128 = amounts.into_iter().map(|amount| i128::from(amount.parts())).sum();
    Amount::from_parts(parts.min(i128::from(LIMIT))).unwrap_or_default()
}

/// What an order's invoices come to.
pub fn invoiced_total(conn: &mut Conn, order: Id) -> Result<Amount> {
    let amounts: Vec<Amount> = invoices::table.filter(invoices::order_id.eq(order)).select(invoices::amount).load(conn)?;
    Ok(total(amounts))
}

/// What was paid for an order.
pub fn paid_total(conn: &mut Conn, order: Id) -> Result<Amount> {
    let amounts: Vec<Amount> =
        payments::table.filter(payments::order_id.eq(order).and(payments::reversed_at.is_null())).select(payments::amount).load(conn)?;
    Ok(total(amounts))
}

fn by_order(rows: Vec<(Id, Amount)>) -> BTreeMap<Id, i128> {
    rows.into_iter().fold(BTreeMap::new(), |mut sums, (order, amount)| {
        *sums.entry(order).or_default() += i128::from(amount.parts());
        sums
    })
}

/// What of a customer's invoices fell due and was not paid then.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastDue {
    /// Those whose order has been paid less than fell due so far: what makes the credit check fail (DOMAIN 7.1).
    pub unpaid: Vec<Invoice>,
    /// How many of the last year's are paid by now and were not in time.
    pub paid_late: usize,
}

/// A year, in days.
const YEAR: u64 = 365;

/// What is missing of what has to be paid of an order first, with its currency; none where nothing is
/// (DECISIONS 38).
pub fn missing_of(conn: &mut Conn, order: &Order, due: Amount) -> Result<Option<String>> {
    if due == Amount::ZERO {
        return Ok(None);
    }
    let digits = codes::minor_digits(&order.currency).unwrap_or(4);
    let left = missing(due, paid_total(conn, order.id)?);
    Ok(left.map(|left| format!("{} {}", left.text(digits), order.currency)))
}

/// Orders with invoices that fell due before a day and have not been looked at since, those due first before the others.
pub fn to_pursue(conn: &mut Conn, day: NaiveDate, limit: i64) -> Result<Vec<Id>> {
    let late = || invoices::table.filter(invoices::pursued_at.is_null()).filter(invoices::due_date.lt(day));
    Ok(each!(conn, c => late().order(invoices::due_date.asc()).limit(limit).select(invoices::order_id).load(c))?)
}

/// Notes that an order's invoices which fell due before a day were looked at.
pub fn set_pursued(conn: &mut Conn, order: Id, day: NaiveDate, at: UtcTime) -> Result<()> {
    let late = invoices::order_id.eq(order).and(invoices::due_date.lt(day)).and(invoices::pursued_at.is_null());
    each!(conn, c => diesel::update(invoices::table.filter(late)).set(invoices::pursued_at.eq(Some(at))).fixed(here!()).execute(c))?;
    Ok(())
}

/// An order's invoices are to be looked at again: what was paid is less than was known.
pub fn pursue_again(conn: &mut Conn, order: Id) -> Result<()> {
    let looked_at = invoices::order_id.eq(order).and(invoices::pursued_at.is_not_null());
    each!(conn, c => diesel::update(invoices::table.filter(looked_at)).set(invoices::pursued_at.eq(None::<UtcTime>)).fixed(here!()).execute(c))?;
    Ok(())
}

/// What of an order's invoices that fell due before a day is not paid; none where all of it is.
pub fn owed_since(conn: &mut Conn, order: Id, day: NaiveDate) -> Result<Option<Amount>> {
    let late = || invoices::table.filter(invoices::order_id.eq(order).and(invoices::due_date.lt(day)));
    let amounts: Vec<Amount> = each!(&mut *conn, c => late().select(invoices::amount).load(c))?;
    if amounts.is_empty() {
        return Ok(None);
    }
    Ok(missing(total(amounts), paid_total(conn, order)?))
}

/// A customer's invoices that fell due before a day of the company's calendar.
pub fn past_due(conn: &mut Conn, customer: Id, company: &Company, today: NaiveDate) -> Result<PastDue> {
    let group = customers::group(conn, customer)?;
    let past_due = || invoices::customer_id.eq_any(group.clone()).and(invoices::due_date.lt(today));
    let late: Vec<Invoice> = invoices::table.filter(past_due()).order(invoices::due_date.asc()).select(Invoice::as_select()).load(conn)?;
    if late.is_empty() {
        return Ok(PastDue::default());
    }
    let invoiced: Vec<(Id, Amount)> = late.iter().map(|invoice| (invoice.order_id, invoice.amount)).collect();
    let orders = invoices::table.filter(past_due()).select(invoices::order_id);
    let fields = (payments::order_id, payments::amount, payments::paid_at);
    let payments: Vec<(Id, Amount, UtcTime)> =
        payments::table.filter(payments::order_id.eq_any(orders).and(payments::reversed_at.is_null())).select(fields).load(conn)?;
    let (invoiced, paid) = (by_order(invoiced), by_order(payments.iter().map(|(order, amount, _)| (*order, *amount)).collect()));
    let of = |sums: &BTreeMap<Id, i128>, order: Id| sums.get(&order).copied().unwrap_or_default();
    let unpaid = |invoice: &Invoice| of(&paid, invoice.order_id) < of(&invoiced, invoice.order_id);
    let (unpaid, settled): (Vec<Invoice>, Vec<Invoice>) = late.into_iter().partition(unpaid);
    let since = today.checked_sub_days(Days::new(YEAR)).unwrap_or(today);
    let in_time = |invoice: &Invoice, due: NaiveDate| {
        let due_by_then = settled.iter().filter(|other| other.order_id == invoice.order_id && other.due_date.is_some_and(|date| date <= due));
        let paid_by_then = payments.iter().filter(|(order, _, at)| *order == invoice.order_id && company.zone.local_date(at.utc()) <= due);
        let sum = |amounts: &mut dyn Iterator<Item = Amount>| amounts.map(|amount| i128::from(amount.parts())).sum::<i128>();
        sum(&mut paid_by_then.map(|(_, amount, _)| *amount)) >= sum(&mut due_by_then.map(|invoice| invoice.amount))
    };
    let paid_late = settled.iter().filter(|invoice| invoice.due_date.is_some_and(|due| due >= since && !in_time(invoice, due))).count();
    Ok(PastDue { unpaid, paid_late })
}
