//! Money that goes back, and what a customer is given for their trouble: by a plan for an exception, and linked to it
//! (DOMAIN 6.5, 7.2).

use super::{check_minor_digits, describe, spread};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::codes::minor_digits;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::order::PaymentMethod;
use crate::domain::remedy::Coupon;
use crate::error::{Problem, Result};
use crate::repositories::money::given::{self, Compensation, Refund};
use crate::repositories::money::paid_total;
use crate::repositories::orders::{self, Order};
use crate::repositories::returns;

fn take(tx: &mut Tx, order: Id) -> Result<Order> {
    orders::take(tx, order)?.ok_or_else(|| Problem::not_found().into())
}

/// What of what was paid for an order could go back.
///
/// # Errors
/// Those of the database.
pub fn refundable(tx: &mut Tx, order: Id) -> Result<Amount> {
    let back = Amount::sum(given::refunds_of(tx.conn, order)?.iter().map(|refund| refund.amount))?;
    Ok(paid_total(tx.conn, order)?.minus(back)?.max(Amount::ZERO))
}

fn too_much(order: &Order, left: Amount) -> Problem {
    let left = left.text(minor_digits(&order.currency).unwrap_or(4));
    let en = format!("Of what was paid for order {}, {left} {} can go back.", order.number, order.currency);
    Problem::rule("DOMAIN 7.2", en, format!("订单 {} 已付金额中可退 {left} {}。", order.number, order.currency))
}

/// Refuses what could not be refunded now, beside what is to be refunded for goods that are on their way back.
///
/// # Errors
/// As [`refund`].
pub fn may_refund(tx: &mut Tx, order: Id, amount: Amount) -> Result<()> {
    let order = take(tx, order)?;
    check_minor_digits(amount, &order.currency)?;
    let promised = Amount::sum(returns::refunds_promised(tx.conn, order.id)?)?;
    let left = refundable(tx, order.id)?.minus(promised)?.max(Amount::ZERO);
    if amount > left { Err(too_much(&order, left).into()) } else { Ok(()) }
}

/// Gives back some of what was paid for an order. The amount is above zero: plans and returns see to that.
///
/// # Errors
/// `validation_failed` for too many digits; `rule_violated` for more than was paid and has not gone back (DOMAIN 7.2).
pub fn refund(tx: &mut Tx, order: Id, exception: Id, amount: Amount, (method, reference): (PaymentMethod, Option<String>)) -> Result<()> {
    let order = take(tx, order)?;
    check_minor_digits(amount, &order.currency)?;
    let left = refundable(tx, order.id)?;
    if amount > left {
        return Err(too_much(&order, left).into());
    }
    let refund = Refund {
        id: tx.new_id(),
        order_id: order.id,
        exception_id: exception,
        amount,
        currency: order.currency.clone(),
        method,
        reference,
        recorded_at: tx.now,
        recorded_by_label: tx.actor.label.clone(),
    };
    given::insert_refund(tx.conn, &refund)?;
    let event = describe(EventName::RefundRecorded, &order, (Kind::Refund, refund.id)).with("exception_id", exception.text(Kind::Exception));
    tx.record(event.note("amount", amount.short()).note("currency", refund.currency).note("method", method.as_str()))?;
    spread(tx, order.id, None).map(drop) // what was taken back of invoices may be open again
}

/// Gives the customer of an order something for their trouble. The amount is above zero: plans see to that.
///
/// # Errors
/// `validation_failed` for too many digits, and for a coupon that has lapsed.
pub fn compensate(tx: &mut Tx, order: Id, exception: Id, amount: Amount, coupon: Option<&Coupon>) -> Result<()> {
    let order = take(tx, order)?;
    check_minor_digits(amount, &order.currency)?;
    if coupon.is_some_and(|coupon| coupon.valid_until < tx.company.zone.local_date(tx.now.utc())) {
        return Err(Problem::invalid("/coupon/valid_until", "past", "must not lie in the past", "不得早于今天").into());
    }
    let compensation = Compensation {
        id: tx.new_id(),
        order_id: order.id,
        exception_id: exception,
        amount,
        currency: order.currency.clone(),
        coupon_code: coupon.map(|coupon| coupon.code.clone()),
        valid_until: coupon.map(|coupon| coupon.valid_until),
        used_at: None,
        recorded_at: tx.now,
        recorded_by_label: tx.actor.label.clone(),
    };
    given::insert_compensation(tx.conn, &compensation)?;
    let event = describe(EventName::CompensationGiven, &order, (Kind::Compensation, compensation.id));
    let event = event.with("exception_id", exception.text(Kind::Exception)).note("amount", amount.short()).note("currency", compensation.currency);
    tx.record(event.note("coupon", compensation.coupon_code)).map(drop)
}

/// Notes that a customer has used their coupon. The same again changes nothing.
///
/// # Errors
/// `not_found`; `rule_violated` for what is no coupon, or has lapsed.
pub fn use_coupon(tx: &mut Tx, id: Id) -> Result<Compensation> {
    let of = given::find_compensation(tx.conn, id)?.ok_or_else(Problem::not_found)?.order_id;
    let order = take(tx, of)?;
    let compensation = given::find_compensation(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    if compensation.used_at.is_some() {
        return Ok(compensation);
    }
    let today = tx.company.zone.local_date(tx.now.utc());
    if compensation.valid_until.is_none_or(|last| last < today) {
        return Err(Problem::rule("DOMAIN 6.5", "It is no coupon, or it has lapsed.", "该补偿不是优惠券，或优惠券已过期。").into());
    }
    given::set_used(tx.conn, id, tx.now)?;
    tx.record(describe(EventName::CompensationUsed, &order, (Kind::Compensation, id)))?;
    Ok(Compensation { used_at: Some(tx.now), ..compensation })
}
