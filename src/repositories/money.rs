//! Invoices and payments, as they were recorded against orders (DOMAIN 7.1).

pub mod due;
pub mod given;
pub mod listing;
pub mod standing;

use crate::db::schema::{invoices, payments};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::id::Id;
use crate::domain::lifecycle::invoice::InvoiceStatus;
use crate::domain::order::{InvoiceKind, PaymentMethod, missing};
use crate::domain::receivable::Claim;
use crate::domain::tax::TaxShare;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::orders::Order;
use crate::{each, insert_row};
use chrono::NaiveDate;
use diesel::prelude::*;

/// An invoice, or a credit note, which is one with `credits_id`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = invoices, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Invoice {
    pub id: Id,
    pub version: i64,
    pub order_id: Id,
    /// Whoever pays; most often who ordered.
    pub customer_id: Id,
    pub kind: InvoiceKind,
    pub status: InvoiceStatus,
    /// None as long as a draft has none.
    pub number: Option<String>,
    /// Tax included; above zero for credit notes too.
    pub amount: Amount,
    pub currency: String,
    pub due_date: Option<NaiveDate>,
    pub buyer_name: String,
    pub buyer_tax_number: Option<String>,
    pub created_at: UtcTime,
    pub created_by_label: String,
    pub issued_at: Option<UtcTime>,
    pub issued_by_label: Option<String>,
    /// The invoice that this one credits.
    pub credits_id: Option<Id>,
    /// What credit notes took off it.
    pub credited: Amount,
    /// What is left to pay of it; proved by `docket check`.
    pub open: Amount,
    /// Why it was made void, or credits.
    pub reason: Option<String>,
    pub voided_at: Option<UtcTime>,
    pub voided_by_label: Option<String>,
    pub taxes: Json<Vec<TaxShare>>,
    pub file_id: Option<Id>,
    /// Somebody said who pays; else it is whoever ordered.
    pub payer_said: bool,
}

/// What counts of an invoice: what was issued, without what was credited; credit notes count by that.
fn billed(status: InvoiceStatus, credits: Option<Id>, amount: Amount, credited: Amount) -> Amount {
    if status == InvoiceStatus::Issued && credits.is_none() { amount.minus(credited).unwrap_or_default() } else { Amount::ZERO }
}

impl Invoice {
    /// What counts of it: nothing of a draft, of what is void, and of a credit note.
    pub fn billed(&self) -> Amount {
        billed(self.status, self.credits_id, self.amount, self.credited)
    }

    /// What it asks for, which may be nothing.
    pub fn claim(&self) -> Claim {
        Claim { invoice: self.id, amount: self.billed(), due: self.due_date }
    }
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
    let inserted = insert_row!(conn, invoices, invoice, or nothing)?;
    Ok(inserted == 1)
}

/// The invoice that has a number.
pub fn with_number(conn: &mut Conn, number: &str) -> Result<Option<Id>> {
    Ok(each!(conn, c => invoices::table.filter(invoices::number.eq(number)).select(invoices::id).first(c)).optional()?)
}

/// All invoices of an order, whatever their status, oldest first.
pub fn invoices_of(conn: &mut Conn, order: Id) -> Result<Vec<Invoice>> {
    let of_order = || invoices::table.filter(invoices::order_id.eq(order)).order(invoices::id.asc());
    Ok(each!(conn, c => of_order().select(Invoice::as_select()).load(c))?)
}

/// Stores a changed invoice at the version before; false where it has another by now.
pub fn update_invoice(conn: &mut Conn, invoice: &Invoice) -> Result<bool> {
    let target = invoices::table.filter(invoices::id.eq(invoice.id).and(invoices::version.eq(invoice.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(invoice).execute(c))? == 1)
}

/// Stores what is left to pay of an invoice.
pub fn set_open(conn: &mut Conn, id: Id, open: Amount) -> Result<()> {
    let values = (invoices::open.eq(open), invoices::version.eq(invoices::version + 1));
    each!(conn, c => diesel::update(invoices::table.find(id)).set(values).execute(c))?;
    Ok(())
}

/// Stores a payment.
pub fn insert_payment(conn: &mut Conn, payment: &Payment) -> Result<()> {
    insert_row!(conn, payments, payment)?;
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

/// Whether a payment of an order by this method with this reference is on record, and counts.
pub fn is_paid_by(conn: &mut Conn, order: Id, method: PaymentMethod, reference: &str) -> Result<bool> {
    let of_order = payments::order_id.eq(order).and(payments::reversed_at.is_null());
    let same = || payments::table.filter(of_order.and(payments::method.eq(method)).and(payments::reference.eq(reference)));
    Ok(each!(conn, c => same().select(payments::id).first::<Id>(c)).optional()?.is_some())
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

/// Adds up; a sum past the largest amount stays at it. Payments that would lead there are refused, but older stores may hold
/// some, and what was paid is no error to read.
fn total(amounts: impl IntoIterator<Item = Amount>) -> Amount {
    Amount::capped(amounts.into_iter().map(|amount| i128::from(amount.parts())).sum())
}

/// What an order's invoices come to: those that were issued, without what was credited of them.
pub fn invoiced_total(conn: &mut Conn, order: Id) -> Result<Amount> {
    let fields = (invoices::status, invoices::credits_id, invoices::amount, invoices::credited);
    let rows: Vec<(InvoiceStatus, Option<Id>, Amount, Amount)> = invoices::table.filter(invoices::order_id.eq(order)).select(fields).load(conn)?;
    Ok(total(rows.into_iter().map(|(status, credits, amount, credited)| billed(status, credits, amount, credited))))
}

/// What was paid for an order.
pub fn paid_total(conn: &mut Conn, order: Id) -> Result<Amount> {
    let amounts: Vec<Amount> =
        payments::table.filter(payments::order_id.eq(order).and(payments::reversed_at.is_null())).select(payments::amount).load(conn)?;
    Ok(total(amounts))
}

/// What needs no invoice any more: what was issued, but for invoices that were taken back as a whole. Where some of one was
/// credited, nothing is to be invoiced in its place.
pub fn covered_total(conn: &mut Conn, order: Id) -> Result<Amount> {
    let all = invoices_of(conn, order)?;
    Ok(total(all.iter().filter(|invoice| invoice.billed() > Amount::ZERO).map(|invoice| invoice.amount)))
}

/// What was paid for an order and is there to pay these invoices of it: what went back for what was credited of
/// invoices is not. One that was void was a mistake, for which nothing goes back.
pub fn at_hand<'a>(conn: &mut Conn, order: Id, all: impl IntoIterator<Item = &'a Invoice>) -> Result<Amount> {
    let taken_back = total(all.into_iter().map(|invoice| invoice.credited));
    let back = total(given::refunds_of(conn, order)?.into_iter().map(|refund| refund.amount));
    Ok(paid_total(conn, order)?.minus(back.at_most(taken_back))?.max(Amount::ZERO))
}

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
