//! The steps of an order that people take, one function each, and those that the system takes for
//! them. The table decides; this gathers, stores and records.

use super::input::{ConfirmInput, Mark, ReasonInput, ReceiveInput, VerifyInput};
use super::{amended, describe, facts, step, take_for, take_id};
use crate::db::Tx;
use crate::domain::event::{Event, EventName};
use crate::domain::id::Id;
use crate::domain::lifecycle::order::{Event as Step, Facts, MACHINE, State};
use crate::domain::message::reachable;
use crate::error::{Problem, Result};
use crate::repositories::orders::{Order, parts};
use crate::repositories::settings;
use serde_json::{Value, json};

fn note(event: Event, field: &str, text: Option<&str>) -> Event {
    match text {
        Some(text) => event.note(field, text),
        None => event,
    }
}

/// A second person finds the key fields right, or the order goes back (DOMAIN 1.6).
///
/// # Errors
/// `self_approval` for who entered or corrected it; `invalid_transition`; `order_blocked`.
pub fn verify(tx: &mut Tx, reference: &str, said: &VerifyInput) -> Result<Order> {
    let order = take_for(tx, reference, Step::Verify)?;
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    let wrong: Vec<&str> = said.fields.iter().filter(|(_, mark)| **mark == Mark::Wrong).map(|(field, _)| field.as_str()).collect();
    let marks: Value = json!(said.fields);
    if order.state != State::AwaitingVerification {
        // finding it wrong is the same step as finding it right, and no other way of sending it back
        return Err(Problem::invalid_transition(order.state.as_str(), Step::Verify, &MACHINE.offered(order.state)).into());
    }
    if wrong.is_empty() {
        let alone = facts.own_entry;
        return step(tx, &order, Step::Verify, &facts, EventName::OrderVerified, |event| {
            let event = note(event.note("fields", marks), "note", said.note.as_deref());
            if alone { event.note("own_entry", true) } else { event }
        });
    }
    let correction = format!("{}: {}", wrong.join(", "), said.note.as_deref().unwrap_or("wrong"));
    send_back_for(tx, &order, &facts, (&correction, Some(marks)), Step::SendBack)
}

/// An order from a trusted channel about which nothing was found verifies itself (DOMAIN 1.6); "not yet"
/// changes nothing.
///
/// # Errors
/// Those of the database.
pub fn verify_itself(tx: &mut Tx, id: Id) -> Result<()> {
    let order = take_id(tx, id)?;
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    if MACHINE.next(order.state, Step::Verify, &facts).is_ok() {
        step(tx, &order, Step::Verify, &facts, EventName::OrderVerified, |event| event.note("trusted_channel", order.channel.as_str()))?;
    }
    Ok(())
}

/// Sends an order back with what is wrong: by a verifier, or because the customer asks for a
/// change (DOMAIN 1.6, 2.5).
///
/// # Errors
/// `self_approval`, `forbidden`, `invalid_transition`.
pub fn send_back(tx: &mut Tx, reference: &str, said: &ReasonInput) -> Result<Order> {
    let order = take_for(tx, reference, Step::SendBack)?;
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    send_back_for(tx, &order, &facts, (&said.reason, None), Step::SendBack)
}

/// Sends an order back with what is wrong, and how each field was marked where somebody compared them.
pub(super) fn send_back_for(tx: &mut Tx, order: &Order, facts: &Facts, (correction, marks): (&str, Option<Value>), event: Step) -> Result<Order> {
    let moved = step(tx, order, event, facts, EventName::OrderSentBack, |e| {
        let told = e.note("correction", correction);
        marks.into_iter().fold(told, |told, marks| told.note("fields", marks))
    })?;
    let details = parts::Details { correction: Some(correction.to_owned()), ..parts::details(tx.conn, order.id)? };
    parts::set_details(tx.conn, &details)?;
    Ok(moved)
}

/// Sales records the customer's yes (DOMAIN 2.5); the order becomes `reviewed`.
///
/// # Errors
/// `forbidden` for another's order; `invalid_transition`; `order_blocked`.
pub fn confirm(tx: &mut Tx, reference: &str, said: &ConfirmInput) -> Result<Order> {
    let order = take_for(tx, reference, Step::Confirm)?;
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    if amended::is_late(order.state) {
        MACHINE.next(order.state, Step::Confirm, &facts).map_err(|r| Problem::refusal(order.state.as_str(), Step::Confirm, r))?;
        return amended::take_effect(tx, &order, Some(json!(said.method)));
    }
    let method = json!(said.method);
    step(tx, &order, Step::Confirm, &facts, EventName::OrderReviewed, |e| {
        note(e.note("confirmed_by", method).with("revision", order.revision), "note", said.note.as_deref())
    })
}

/// Sales asks the customer again, by a new link (DOMAIN 2.5).
///
/// # Errors
/// `forbidden` for another's order; `invalid_transition`; `rule_violated` where there is no address to
/// send a link to.
pub fn request_confirmation(tx: &mut Tx, reference: &str) -> Result<Order> {
    let order = take_for(tx, reference, Step::Confirm)?;
    let (details, (_, settings)) = (parts::details(tx.conn, order.id)?, settings::load(tx.conn)?);
    if order.state != State::AwaitingConfirmation && !amended::awaits_customer(tx, order.id)? {
        return Err(Problem::invalid_transition(order.state.as_str(), "request_confirmation", &[]).into());
    }
    if reachable(&settings.message_channels, details.email.as_deref(), details.phone.as_deref()).next().is_none() {
        let en = "The order has no address that the customer could be told at; amend it, or confirm by phone.";
        return Err(Problem::rule("DOMAIN 2.5", en, "订单没有可通知客户的地址；请补充地址，或通过电话确认。").into());
    }
    tx.record(describe(Event::of_order(EventName::ConfirmationRenewed, order.id), &order, order.state))?;
    Ok(order)
}

/// The order administrator releases a reviewed order (DOMAIN 3.1).
///
/// # Errors
/// `invalid_transition`; `order_blocked`.
pub fn release(tx: &mut Tx, reference: &str) -> Result<Order> {
    let order = take_for(tx, reference, Step::Release)?;
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    step(tx, &order, Step::Release, &facts, EventName::OrderExecuting, |e| e)
}

/// The customer's receipt is recorded by hand (DOMAIN 4.3).
///
/// # Errors
/// `invalid_transition`.
pub fn receive(tx: &mut Tx, reference: &str, said: &ReceiveInput) -> Result<Order> {
    let order = take_for(tx, reference, Step::Receive)?;
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    let received = step(tx, &order, Step::Receive, &facts, EventName::OrderReceived, |event| note(event, "note", said.note.as_deref()))?;
    let details = parts::Details { received_by: said.received_by.clone(), ..parts::details(tx.conn, order.id)? };
    parts::set_details(tx.conn, &details)?;
    Ok(received)
}

/// Cancels an order: before release by sales, after it by the order administrator, never once
/// goods have left (DECISIONS 27).
///
/// # Errors
/// `forbidden`, `invalid_transition`.
pub fn cancel(tx: &mut Tx, reference: &str, said: &ReasonInput) -> Result<Order> {
    let order = take_for(tx, reference, Step::Cancel)?;
    cancel_as(tx, &order, Step::Cancel, &said.reason)
}

pub(super) fn cancel_as(tx: &mut Tx, order: &Order, event: Step, reason: &str) -> Result<Order> {
    let facts = facts::gather(tx.conn, order, &tx.actor)?;
    let moved = step(tx, order, event, &facts, EventName::OrderCancelled, |e| e.note("reason", reason))?;
    let details =
        parts::Details { cancel_reason: Some(reason.to_owned()), amended_from: None, reconfirm: false, ..parts::details(tx.conn, order.id)? };
    parts::set_details(tx.conn, &details)?;
    Ok(moved)
}

/// Takes an order for a hold, which is no step of the table.
fn take_held(tx: &mut Tx, reference: &str) -> Result<Order> {
    let id = crate::repositories::orders::resolve(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    let order = take_id(tx, id)?;
    tx.check_match(order.version - 1)?;
    Ok(order)
}

/// Holds an order until it is let go again; people's steps forward stop (DECISIONS 18).
///
/// # Errors
/// `invalid_transition` for an order that is finished or on hold already.
pub fn hold(tx: &mut Tx, reference: &str, said: &ReasonInput) -> Result<Order> {
    let order = take_held(tx, reference)?;
    let details = parts::details(tx.conn, order.id)?;
    if MACHINE.is_final(order.state) || details.hold_reason.is_some() {
        return Err(Problem::invalid_transition(if details.hold_reason.is_some() { "on_hold" } else { order.state.as_str() }, "hold", &[]).into());
    }
    parts::set_details(tx.conn, &parts::Details { hold_reason: Some(said.reason.clone()), ..details })?;
    let event = describe(Event::of_order(EventName::OrderHeld, order.id), &order, order.state);
    tx.record(event.note("reason", said.reason.clone()))?;
    Ok(order)
}

/// Lets a held order go.
///
/// # Errors
/// `invalid_transition` for an order that is not on hold.
pub fn unhold(tx: &mut Tx, reference: &str) -> Result<Order> {
    let order = take_held(tx, reference)?;
    let details = parts::details(tx.conn, order.id)?;
    if details.hold_reason.is_none() {
        return Err(Problem::invalid_transition(order.state.as_str(), "unhold", &[]).into());
    }
    parts::set_details(tx.conn, &parts::Details { hold_reason: None, ..details })?;
    tx.record(describe(Event::of_order(EventName::OrderUnheld, order.id), &order, order.state))?;
    Ok(order)
}

/// What the end of an approval round means for its order; the system's doing.
pub mod after_round {
    use super::{EventName, Id, Result, Step, Tx, cancel_as, facts, send_back_for, step, take_id};

    /// Every level has passed: the customer is asked next.
    ///
    /// # Errors
    /// Those of the database; a guard that says "not yet" changes nothing.
    pub fn approved(tx: &mut Tx, order: Id) -> Result<bool> {
        let order = take_id(tx, order)?;
        let facts = facts::gather(tx.conn, &order, &tx.actor)?;
        if super::MACHINE.next(order.state, Step::Approve, &facts).is_err() {
            return Ok(false);
        }
        step(tx, &order, Step::Approve, &facts, EventName::OrderApproved, |e| e.with("revision", order.revision))?;
        Ok(true)
    }

    /// A level returned it for changes.
    ///
    /// # Errors
    /// Those of the table.
    pub fn returned(tx: &mut Tx, order: Id, comment: &str) -> Result<()> {
        let order = take_id(tx, order)?;
        let facts = facts::gather(tx.conn, &order, &tx.actor)?;
        send_back_for(tx, &order, &facts, (comment, None), Step::ReturnForChanges).map(drop)
    }

    /// A level rejected it (DECISIONS 16).
    ///
    /// # Errors
    /// Those of the table.
    pub fn rejected(tx: &mut Tx, order: Id, comment: &str) -> Result<()> {
        let order = take_id(tx, order)?;
        cancel_as(tx, &order, Step::Reject, comment).map(drop)
    }
}

/// Takes every step of an order that nobody needs to take: release, shipped, received. Gives
/// whether anything happened. "Not yet" is not an error (DECISIONS 6).
///
/// # Errors
/// Those of the database.
pub fn advance(tx: &mut Tx, id: Id) -> Result<bool> {
    let order = take_id(tx, id)?;
    let (event, name) = match order.state {
        State::Reviewed if settings::load(tx.conn)?.1.auto_release => (Step::Release, EventName::OrderExecuting),
        // before its tasks are made nobody knows what is to be done
        State::Executing if tx.is_to_follow(id, EventName::OrderExecuting) => return Ok(false),
        State::Executing => (Step::DispatchAll, EventName::OrderShipped),
        State::Shipped if facts::all_delivered(&parts::lines(tx.conn, id)?) => (Step::Receive, EventName::OrderReceived),
        _ => return Ok(false),
    };
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    if MACHINE.next(order.state, event, &facts).is_err() {
        return Ok(false);
    }
    step(tx, &order, event, &facts, name, |e| e)?;
    Ok(true)
}
