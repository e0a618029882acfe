//! Invoices and payments, recorded against orders (DOMAIN 7.1). What was billed stays within the
//! order's total; what was paid is a fact, whatever the order's state (DECISIONS 18).

pub mod giving;

use crate::db::{Conn, Tx};
use crate::domain::amount::Amount;
use crate::domain::codes::minor_digits;
use crate::domain::customer::Taxpayer;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::State;
use crate::domain::order::{InvoiceKind, PaymentMethod};
use crate::domain::reason::Reason;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::input::{day, rules};
use crate::repositories::customers;
use crate::repositories::money::{self, Invoice, Payment};
use crate::repositories::orders::{self, Order, parts};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// An invoice that finance has issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order_id": "202603-001", "kind": "ordinary", "number": "INV-1", "amount": "800.00", "due_date": "2027-03-31"}))]
pub struct InvoiceInput {
    /// `ord_…` or the order's number.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub order_id: String,
    /// What kind of invoice it is; by default the one that the order wants, else a special VAT invoice where the customer is a general VAT taxpayer, else an ordinary one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<InvoiceKind>,
    /// The number that stands on it, unique.
    #[validate(length(min = 1, max = 60), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 60)]
    pub number: String,
    /// In the order's currency; all invoices of an order together come to its total at most.
    #[validate(custom(function = rules::positive))]
    pub amount: Amount,
    /// When it is to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    pub due_date: Option<NaiveDate>,
    /// Whom it is made out to; the order's customer by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub buyer_name: Option<String>,
    /// The customer's by default; a special VAT invoice needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub buyer_tax_number: Option<String>,
}

/// A payment that has come in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order_id": "202603-001", "amount": "800.00", "method": "transfer", "reference": "B2026-0412"}))]
pub struct PaymentInput {
    /// `ord_…` or the order's number.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub order_id: String,
    /// In the order's currency; more than is due is recorded too.
    #[validate(custom(function = rules::positive))]
    pub amount: Amount,
    /// How it came.
    pub method: PaymentMethod,
    /// Now by default; not in the future.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<UtcTime>,
    /// The bank's or the payer's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub reference: Option<String>,
}

/// Why a payment was none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "It was booked twice."}))]
pub struct ReversalInput {
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// Takes the order that a body names.
fn take(tx: &mut Tx, reference: &str) -> Result<Order> {
    let unknown = || Problem::invalid("/order_id", "unknown", "there is no such order", "没有该订单");
    let id = orders::resolve(tx.conn, reference)?.ok_or_else(unknown)?;
    orders::take(tx, id)?.ok_or_else(|| unknown().into())
}

/// Refuses an amount that the currency has no coins for.
fn check_minor_digits(amount: Amount, currency: &str) -> Result<()> {
    let digits = minor_digits(currency).unwrap_or(4);
    if amount.fits(digits) {
        return Ok(());
    }
    let en = format!("must have at most {digits} digits after the point in {currency}");
    Err(Problem::invalid("/amount", "minor_digits", en, format!("{currency} 金额的小数位不得超过 {digits} 位")).into())
}

/// Records an invoice.
///
/// # Errors
/// `validation_failed` for an unknown order or too many digits; `invalid_transition` for a
/// cancelled order; `duplicate_reference` where the number is taken; `rule_violated` for a special
/// VAT invoice without a tax number, and above the order's total (DOMAIN 7.1).
pub fn record_invoice(tx: &mut Tx, input: &InvoiceInput) -> Result<Invoice> {
    let order = take(tx, &input.order_id)?;
    check_minor_digits(input.amount, &order.currency)?;
    if order.state == State::Cancelled {
        return Err(Problem::invalid_transition(order.state.as_str(), "invoice", &[]).into());
    }
    let invoice = invoice(tx, &order, input)?;
    if invoice.kind == InvoiceKind::SpecialVat && invoice.buyer_tax_number.is_none() {
        let en = "A special VAT invoice needs the buyer's tax number.";
        return Err(Problem::rule("DOMAIN 7.1", en, "增值税专用发票须填写购方税号。").into());
    }
    refuse_excess(tx, &order, input.amount)?;
    if !money::insert_invoice(tx.conn, &invoice)? {
        return Err(Problem::duplicate("number").into());
    }
    let event = describe(EventName::InvoiceIssued, &order, (Kind::Invoice, invoice.id)).with("invoice_number", invoice.number.clone());
    tx.record(event.note("kind", invoice.kind.as_str()).note("amount", invoice.amount.short()).note("currency", invoice.currency.clone()))?;
    Ok(invoice)
}

fn invoice(tx: &mut Tx, order: &Order, input: &InvoiceInput) -> Result<Invoice> {
    let asked = asked(tx.conn, order)?;
    Ok(Invoice {
        id: tx.new_id(),
        version: 1,
        order_id: order.id,
        customer_id: order.customer_id,
        kind: input.kind.unwrap_or(asked.kind),
        number: input.number.clone(),
        amount: input.amount,
        currency: order.currency.clone(),
        due_date: input.due_date,
        buyer_name: input.buyer_name.clone().unwrap_or(asked.buyer_name),
        buyer_tax_number: input.buyer_tax_number.clone().or(asked.buyer_tax_number),
        issued_at: tx.now,
        issued_by_label: tx.actor.label.clone(),
    })
}

/// The invoice that an order asks for, where nobody says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedInvoice {
    pub kind: InvoiceKind,
    pub buyer_name: String,
    pub buyer_tax_number: Option<String>,
}

/// Which invoice an order asks for, by what it wants and by its customer's tax data (DOMAIN 3.1, 7.1).
///
/// # Errors
/// Those of the database.
pub fn asked(conn: &mut Conn, order: &Order) -> Result<AskedInvoice> {
    let details = parts::details(conn, order.id)?;
    let customer = customers::find(conn, order.customer_id)?;
    let tax_number = customer.as_ref().and_then(|customer| customer.tax_number.clone());
    let tax = customer.and_then(|customer| customer.tax.0);
    let is_general = tax_number.is_some() && tax.as_ref().is_some_and(|tax| tax.taxpayer == Taxpayer::General);
    let by_tax = if is_general { InvoiceKind::SpecialVat } else { InvoiceKind::Ordinary };
    Ok(AskedInvoice {
        kind: details.invoice_wanted.map_or(by_tax, |wanted| wanted.0),
        buyer_name: tax.and_then(|tax| tax.title).unwrap_or(details.customer_name),
        buyer_tax_number: tax_number,
    })
}

/// No more is billed than the order comes to.
fn refuse_excess(tx: &mut Tx, order: &Order, amount: Amount) -> Result<()> {
    if parts::details(tx.conn, order.id)?.amended_from.is_some() {
        // what it comes to is not agreed
        return Err(Problem::from_reasons(vec![Reason::AmendmentOpen]).into());
    }
    let invoiced = money::invoiced_total(tx.conn, order.id)?;
    if invoiced.plus(amount).is_ok_and(|sum| sum <= order.total) {
        return Ok(());
    }
    let digits = minor_digits(&order.currency).unwrap_or(4);
    let (invoiced, total) = (invoiced.text(digits), order.total.text(digits));
    let en = format!("The order comes to {total}, of which {invoiced} has been invoiced; an invoice cannot go beyond the rest.");
    Err(Problem::rule("DOMAIN 7.1", en, format!("订单总额为 {total}，已开票 {invoiced}，开票金额不得超过余额。")).into())
}

/// Records a payment; one for a cancelled order and one too much are facts all the same.
///
/// # Errors
/// `validation_failed` for an unknown order, too many digits, or a time in the future.
pub fn record_payment(tx: &mut Tx, input: &PaymentInput) -> Result<Payment> {
    let order = take(tx, &input.order_id)?;
    check_minor_digits(input.amount, &order.currency)?;
    let paid_at = input.paid_at.unwrap_or(tx.now);
    if paid_at.is_ahead_of(tx.now) {
        return Err(Problem::invalid("/paid_at", "range", "must not lie in the future", "不得晚于当前时间").into());
    }
    let payment = Payment {
        id: tx.new_id(),
        order_id: order.id,
        amount: input.amount,
        currency: order.currency.clone(),
        method: input.method,
        reference: input.reference.clone(),
        paid_at,
        recorded_at: tx.now,
        recorded_by_label: tx.actor.label.clone(),
        reversed_at: None,
        reversed_by_label: None,
        reversal_reason: None,
    };
    money::insert_payment(tx.conn, &payment)?;
    let event = describe(EventName::PaymentRecorded, &order, (Kind::Payment, payment.id));
    tx.record(event.note("method", payment.method.as_str()).note("amount", payment.amount.short()).note("currency", payment.currency.clone()))?;
    Ok(payment)
}

/// Takes back a payment that was recorded by mistake, with the reason (DECISIONS 37). The same again changes nothing.
///
/// # Errors
/// `not_found`.
pub fn reverse_payment(tx: &mut Tx, id: Id, said: &ReversalInput) -> Result<Payment> {
    let of = money::find_payment(tx.conn, id)?.ok_or_else(Problem::not_found)?.order_id;
    let order = orders::take(tx, of)?.ok_or_else(Problem::not_found)?;
    let payment = money::find_payment(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    if payment.reversed_at.is_some() {
        return Ok(payment);
    }
    let reversed =
        Payment { reversed_at: Some(tx.now), reversed_by_label: Some(tx.actor.label.clone()), reversal_reason: Some(said.reason.clone()), ..payment };
    if !money::set_reversed(tx.conn, &reversed)? {
        return Err(Code::Unavailable.into());
    }
    money::pursue_again(tx.conn, order.id)?;
    let event = describe(EventName::PaymentReversed, &order, (Kind::Payment, reversed.id)).note("reason", said.reason.clone());
    tx.record(event.note("amount", reversed.amount.short()).note("currency", reversed.currency.clone()))?;
    Ok(reversed)
}

/// What subscribers see of money that concerns an order: neither amounts nor names (DECISIONS 13).
fn describe(name: EventName, order: &Order, (kind, id): (Kind, Id)) -> Event {
    Event::in_order(name, order.id, kind, id)
        .with("order_id", order.id.text(Kind::Order))
        .with("number", order.number.clone())
        .with("status", order.state.status().as_str())
        .with("version", order.version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn bad_fields<T: serde::de::DeserializeOwned + Validate>(value: Value) -> Vec<String> {
        crate::input::read::<T>(value).err().map(|problem| problem.errors.iter().map(|e| e.pointer.clone()).collect()).unwrap_or_default()
    }

    #[test]
    fn an_invoice_need_not_say_its_kind() {
        let read: InvoiceInput = crate::input::read(json!({"order_id": "202603-001", "number": "INV-1", "amount": "800.00"})).unwrap();
        assert_eq!((read.kind, read.due_date), (None, None));
    }

    #[test]
    fn the_values_of_an_invoice_and_a_payment_are_checked_at_once() {
        let invoice = json!({"order_id": "", "number": "INV 1", "amount": "0", "buyer_name": " "});
        assert_eq!(bad_fields::<InvoiceInput>(invoice), ["/amount", "/buyer_name", "/number", "/order_id"]);
        let payment = json!({"order_id": "1", "amount": "-1", "method": "cash", "reference": "a\nb"});
        assert_eq!(bad_fields::<PaymentInput>(payment), ["/amount", "/reference"]);
    }

    #[test]
    fn amounts_fit_the_currency() {
        let amount = |text: &str| Amount::parse(text).unwrap();
        assert!(check_minor_digits(amount("1.00"), "JPY").is_ok() && check_minor_digits(amount("1.01"), "CNY").is_ok());
        assert!(check_minor_digits(amount("1.5"), "JPY").is_err() && check_minor_digits(amount("1.001"), "CNY").is_err());
    }
}
