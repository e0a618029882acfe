//! Steps of an order that were taken by mistake, taken back with a reason (DECISIONS 37): a person undoes a verification
//! or a receipt; what follows from a dispatch or a delivery that was none goes back by itself.

use super::{facts, step, take_for, take_id};
use crate::db::Tx;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::{Event as Step, MACHINE, State};
use crate::error::Result;
use crate::input::rules;
use crate::repositories::events;
use crate::repositories::orders::{Order, parts};
use crate::words;
use serde::Deserialize;
use validator::Validate;

words! {
    /// A step that can be taken back.
    pub enum Undo { Verify = "verify", Receive = "receive" }
}

/// Which step was a mistake, and why.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"step": "verify", "reason": "The quantity was compared with another order's."}))]
pub struct UndoInput {
    /// `verify`: it is to be verified again, and approved again. `receive`: a receipt that was recorded by hand was none.
    pub step: Undo,
    #[validate(length(min = 1, max = 1000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// Takes back a step that was a mistake.
///
/// # Errors
/// `not_found`; `invalid_transition`: a verification once the customer has agreed, or a receipt that follows from what
/// was delivered.
pub fn undo(tx: &mut Tx, reference: &str, said: &UndoInput) -> Result<Order> {
    let (event, name) = match said.step {
        Undo::Verify => (Step::Unverify, EventName::OrderVerificationUndone),
        Undo::Receive => (Step::Unreceive, EventName::OrderReceiptUndone),
    };
    let order = take_for(tx, reference, event)?;
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    let moved = step(tx, &order, event, &facts, name, |event| event.note("reason", said.reason.clone()))?;
    forget_receiver(tx, &moved)?;
    Ok(moved)
}

fn forget_receiver(tx: &mut Tx, order: &Order) -> Result<()> {
    let details = parts::details(tx.conn, order.id)?;
    if order.state != State::Shipped || details.received_by.is_none() {
        return Ok(());
    }
    parts::set_details(tx.conn, &parts::Details { received_by: None, ..details })
}

/// Goods that count as dispatched are here: the order is executing again. Gives whether that was so.
///
/// # Errors
/// Those of the database.
pub fn undispatch(tx: &mut Tx, id: Id) -> Result<bool> {
    let order = take_id(tx, id)?;
    Ok(order.state == State::Shipped && go_back(tx, &order, Step::Undispatch, EventName::OrderDispatchUndone)?)
}

/// Goods that count as delivered are on their way: a receipt that followed from their delivery is none; one that was
/// recorded by hand stays. Gives whether that was so.
///
/// # Errors
/// Those of the database.
pub fn unreceive(tx: &mut Tx, id: Id) -> Result<bool> {
    let order = take_id(tx, id)?;
    if order.state != State::Received || !events::was_by_system(tx.conn, id, EventName::OrderReceived)? {
        return Ok(false);
    }
    go_back(tx, &order, Step::Unreceive, EventName::OrderReceiptUndone)
}

/// Goods of an order are sent again: it is executing again, whoever said that it was received (DOMAIN 6.5).
///
/// # Errors
/// Those of the database.
pub fn reopen(tx: &mut Tx, id: Id) -> Result<()> {
    let order = take_id(tx, id)?;
    if order.state == State::Received && go_back(tx, &order, Step::Unreceive, EventName::OrderReceiptUndone)? {
        let moved = take_id(tx, id)?;
        forget_receiver(tx, &moved)?;
    }
    undispatch(tx, id).map(drop)
}

fn go_back(tx: &mut Tx, order: &Order, event: Step, name: EventName) -> Result<bool> {
    let facts = facts::gather(tx.conn, order, &tx.actor)?;
    if MACHINE.next(order.state, event, &facts).is_err() {
        return Ok(false);
    }
    step(tx, order, event, &facts, name, |event| event)?;
    Ok(true)
}
