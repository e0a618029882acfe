//! Invoices and payments, recorded against orders (DOMAIN 7.1). What was billed stays within the
//! order's total; what was paid is a fact, whatever the order's state (DECISIONS 18).

pub mod attaching;
pub mod giving;
pub mod invoice_input;
pub mod invoicing;
pub mod withdrawing;

use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::codes::minor_digits;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::order::PaymentMethod;
use crate::domain::receivable::{self, Claim};
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::input::rules;
use crate::repositories::money::{self, Invoice, Payment};
use crate::repositories::orders::{self, Order};
use serde::{Deserialize, Serialize};
use validator::Validate;

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
    /// Whether this is another payment although one of this order by this method with this reference is on record.
    #[serde(default)]
    #[schema(default = false)]
    pub again: bool,
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
    check_digits("/amount", amount, currency)
}

fn check_digits(pointer: &str, amount: Amount, currency: &str) -> Result<()> {
    let digits = minor_digits(currency).unwrap_or(4);
    if amount.fits(digits) {
        return Ok(());
    }
    let en = format!("must have at most {digits} digits after the point in {currency}");
    Err(Problem::invalid(pointer, "minor_digits", en, format!("{currency} 金额的小数位不得超过 {digits} 位")).into())
}

/// Lets an order's payments go to its invoices, oldest due first, and stores what is left to pay of each. Gives what is of
/// the one that is being written, which the store does not have as it will be.
fn spread(tx: &mut Tx, order: Id, written: Option<&Invoice>) -> Result<Amount> {
    let stored = money::invoices_of(tx.conn, order)?;
    let others: Vec<&Invoice> = stored.iter().filter(|other| written.is_none_or(|written| written.id != other.id)).collect();
    let all: Vec<&Invoice> = others.iter().copied().chain(written).collect();
    let claims: Vec<Claim> = all.iter().copied().map(Invoice::claim).collect();
    let open = receivable::spread(claims, money::at_hand(tx.conn, order, all)?);
    for other in others {
        let now = open.get(&other.id).copied().unwrap_or_default();
        if now != other.open {
            money::set_open(tx.conn, other.id, now)?;
            if now > other.open {
                money::due::pursue_again(tx.conn, order)?;
            }
        }
    }
    Ok(written.and_then(|written| open.get(&written.id).copied()).unwrap_or_default())
}

/// Records a payment; one for a cancelled order and one too much are facts all the same.
///
/// # Errors
/// `validation_failed` for an unknown order, too many digits, or a time in the future; `duplicate_reference` for what looks
/// booked twice, unless it is said to be another; `rule_violated` where all that was paid would have too many digits.
pub fn record_payment(tx: &mut Tx, input: &PaymentInput) -> Result<Payment> {
    let order = take(tx, &input.order_id)?;
    check_minor_digits(input.amount, &order.currency)?;
    let paid_at = input.paid_at.unwrap_or(tx.now);
    if paid_at.is_ahead_of(tx.now) {
        return Err(Problem::invalid("/paid_at", "range", "must not lie in the future", "不得晚于当前时间").into());
    }
    refuse_repetition(tx, &order, input)?;
    money::paid_total(tx.conn, order.id)?.plus(input.amount)?; // what cannot be added up exactly is a slip of the keyboard
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
    spread(tx, order.id, None)?;
    let event = describe(EventName::PaymentRecorded, &order, (Kind::Payment, payment.id));
    tx.record(event.note("method", payment.method.as_str()).note("amount", payment.amount.short()).note("currency", payment.currency.clone()))?;
    Ok(payment)
}

/// One reference of the bank's is one payment, as a rule.
fn refuse_repetition(tx: &mut Tx, order: &Order, input: &PaymentInput) -> Result<()> {
    let Some(reference) = input.reference.as_deref().filter(|_| !input.again) else { return Ok(()) };
    if !money::is_paid_by(tx.conn, order.id, input.method, reference)? {
        return Ok(());
    }
    let en = "A payment of this order by this method with this reference is on record; say \"again\": true where this is another.";
    let zh = "该订单已有相同方式和参考号的付款；如确为另一笔，请指定 \"again\": true。";
    Err(Problem::new(Code::DuplicateReference).detail(en, zh).with("field", "reference").into())
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
    money::due::pursue_again(tx.conn, order.id)?;
    spread(tx, order.id, None)?;
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
    fn the_values_of_a_payment_are_checked_at_once() {
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
