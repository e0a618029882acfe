//! A person gives what is set aside for one order to another (DECISIONS 25).

use super::{describe, take};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::State;
use crate::domain::stock::{MovementKind, share_out};
use crate::error::{Code, Error, Problem, Result};
use crate::input::rules;
use crate::repositories::orders::{self, Order, parts};
use crate::repositories::products;
use crate::repositories::stock::{self, Allocation, MovementRow, Outstanding};
use serde::Deserialize;
use validator::Validate;

/// What is given from which order to which, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"sku": "PEN-05", "from_order": "202603-001", "to_order": "202603-002", "quantity": "2", "reason": "The second customer cannot wait."}))]
pub struct ReservationMove {
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub sku: String,
    /// `ord_…` or the number of the order that gives.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub from_order: String,
    /// `ord_…` or the number of the order that gets.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub to_order: String,
    #[validate(custom(function = rules::positive))]
    pub quantity: Amount,
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What of an order's goods was given to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    pub from: Order,
    pub to: Order,
    pub sku: String,
    pub quantity: Amount,
}

/// Takes both orders, in ascending order of id (DECISIONS 5).
fn take_both(tx: &mut Tx, said: &ReservationMove) -> Result<(Order, Order)> {
    let mut problem = Problem::new(Code::ValidationFailed);
    let mut ids = Vec::new();
    for (at, named) in [("/from_order", &said.from_order), ("/to_order", &said.to_order)] {
        match orders::resolve(tx.conn, named)? {
            Some(id) => ids.push(id),
            None => problem = problem.field(at, "unknown", "there is no such order", "没有该订单"),
        }
    }
    let [from, to] = ids[..] else { return Err(problem.into()) };
    if from == to {
        return Err(Problem::invalid("/to_order", "repeated", "is the order that gives", "与来源订单相同").into());
    }
    let (low, high) = (take(tx, from.min(to))?, take(tx, from.max(to))?);
    Ok(if low.id == from { (low, high) } else { (high, low) })
}

/// Gives what is set aside for one order to another that lacks it.
///
/// # Errors
/// `validation_failed` for an unknown product or order; `insufficient_stock` where less is set aside for the one;
/// `rule_violated` where the other lacks less, is not agreed, or waits for an amendment.
pub fn move_reservation(tx: &mut Tx, said: &ReservationMove) -> Result<Moved> {
    let unknown = || Problem::invalid("/sku", "unknown", "there is no such product", "没有该产品");
    let product = products::find_by_sku(tx.conn, &said.sku)?.ok_or_else(unknown)?;
    let (from, to) = take_both(tx, said)?;
    let held: Vec<Allocation> = stock::allocations_of(tx.conn, from.id)?.into_iter().filter(|held| held.product_id == product.id).collect();
    let there = Amount::sum(held.iter().map(|held| held.reserved))?;
    if there < said.quantity {
        let there = there.short();
        let (en, zh) = (format!("Only {there} of it is set aside for the order that gives."), format!("来源订单仅预留了 {there}。"));
        return Err(Problem::new(Code::InsufficientStock).detail(en, zh).with("available", there).into());
    }
    let wants = lacking(tx, &to, product.id, said.quantity)?;
    let mut wants: Vec<(Outstanding, Amount)> = wants.into_iter().map(|want| (want.clone(), want.missing)).collect();
    let mut left = said.quantity;
    for held in held.iter().filter(|held| held.reserved > Amount::ZERO) {
        let share = left.at_most(held.reserved);
        if share > Amount::ZERO {
            stock::give_back(tx, held, held.reserved.minus(share)?)?;
            get(tx, &to, held, share, &mut wants)?;
            left = left.minus(share)?;
        }
    }
    for (order, change) in [(&from, said.quantity.negated()), (&to, said.quantity)] {
        let event = describe(EventName::OrderReservationMoved, order).with("sku", said.sku.clone()).with("quantity", change.short());
        let event = event.note("from_order", from.id.text(Kind::Order)).note("to_order", to.id.text(Kind::Order));
        tx.record(event.note("reason", said.reason.clone()))?;
    }
    Ok(Moved { from, to, sku: said.sku.clone(), quantity: said.quantity })
}

/// What the order that gets lacks of a product, where it may get so much.
fn lacking(tx: &mut Tx, to: &Order, product: Id, quantity: Amount) -> Result<Vec<Outstanding>> {
    let refuse = |en: String, zh: String| Err(Problem::rule("DECISIONS 25", en, zh).into());
    if !matches!(to.state, State::Reviewed | State::Executing) || parts::details(tx.conn, to.id)?.amended_from.is_some() {
        return refuse("The order that gets is not agreed, or done with.".to_owned(), "目标订单尚未确认或已结束。".to_owned());
    }
    let wants: Vec<Outstanding> = stock::outstanding_lines(tx.conn, to.id)?.into_iter().filter(|want| want.product_id == product).collect();
    let missing = Amount::sum(wants.iter().map(|want| want.missing))?;
    if missing < quantity {
        let missing = missing.short();
        return refuse(format!("The order that gets lacks {missing} of it."), format!("目标订单仅缺 {missing}。"));
    }
    Ok(wants)
}

/// Sets a share of a balance aside for the lines that lack it.
fn get(tx: &mut Tx, to: &Order, held: &Allocation, share: Amount, wants: &mut [(Outstanding, Amount)]) -> Result<()> {
    let moved = MovementRow::new(tx, MovementKind::Reserve, (held.product_id, held.warehouse_id), Some(to.id), (Amount::ZERO, share));
    if !stock::apply(tx.conn, &moved)? {
        return Err(Error::internal("what was given back cannot be set aside again"));
    }
    let bounds: Vec<Amount> = wants.iter().map(|(_, missing)| *missing).collect();
    for ((want, missing), got) in wants.iter_mut().zip(share_out(share, &bounds)).filter(|(_, got)| *got > Amount::ZERO) {
        *missing = missing.minus(got)?;
        let allocation = Allocation { line_id: want.line.id, order_id: to.id, reserved: got, picked: Amount::ZERO, ..*held };
        stock::add_reserved(tx.conn, &allocation)?;
    }
    Ok(())
}
