//! What the customer's answer, or their silence, means for the order; the system's doing. The table
//! decides, and "not yet" is not an error: a yes to an order that is blocked counts when the block is
//! gone (DECISIONS 6, 18, 36).

use super::steps::{cancel_as, send_back_for};
use super::{amended, facts, step, take_id};
use crate::db::Tx;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::{Event as Step, MACHINE, State};
use crate::error::Result;
use crate::repositories::links;
use crate::repositories::orders::{self, Order};

const SILENCE: &str = "The customer did not answer.";

/// The order, held, where it waits for the customer.
fn waiting(tx: &mut Tx, id: Id) -> Result<Option<Order>> {
    match orders::find(tx.conn, id)?.map(|order| order.state) {
        Some(State::AwaitingConfirmation) => take_id(tx, id).map(Some),
        _ => Ok(None),
    }
}

/// The customer said yes to this revision: the order is reviewed, unless something still stands in the
/// way.
///
/// # Errors
/// Those of the database.
pub fn confirmed(tx: &mut Tx, id: Id) -> Result<()> {
    let Some(order) = waiting(tx, id)? else { return confirmed_again(tx, id) };
    let Some(link) = links::confirmed(tx.conn, id, order.revision)? else { return Ok(()) };
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    if MACHINE.next(order.state, Step::Confirm, &facts).is_ok() {
        step(tx, &order, Step::Confirm, &facts, EventName::OrderReviewed, |event| {
            event.note("confirmed_by", "link").note("link", link.id.0.simple().to_string()).with("revision", order.revision)
        })?;
    }
    Ok(())
}

/// The customer said yes to an order that was amended after its review.
fn confirmed_again(tx: &mut Tx, id: Id) -> Result<()> {
    let Some(order) = orders::find(tx.conn, id)?.filter(|order| amended::is_late(order.state)) else { return Ok(()) };
    if links::confirmed(tx.conn, id, order.revision)?.is_none() {
        return Ok(());
    }
    amended::confirmed(tx, id)
}

/// The customer asked for a change: the order goes back with their words; one that was amended after its
/// review stands still with them.
///
/// # Errors
/// Those of the database.
pub fn asked_for_change(tx: &mut Tx, id: Id, link: Id) -> Result<()> {
    let wish = links::find(tx.conn, link)?.and_then(|link| link.comment).unwrap_or_default();
    if waiting(tx, id)?.is_none() {
        return amended::returned(tx, id, &wish);
    }
    send_back(tx, id, &wish)
}

fn send_back(tx: &mut Tx, id: Id, correction: &str) -> Result<()> {
    let Some(order) = waiting(tx, id)? else { return Ok(()) };
    let facts = facts::gather(tx.conn, &order, &tx.actor)?;
    send_back_for(tx, &order, &facts, (correction, None), Step::SendBack).map(drop)
}

/// Nobody answered: sales has to look after the order.
///
/// # Errors
/// Those of the database.
pub fn send_back_unanswered(tx: &mut Tx, id: Id) -> Result<()> {
    if waiting(tx, id)?.is_none() {
        return amended::returned(tx, id, SILENCE);
    }
    send_back(tx, id, SILENCE)
}

/// Nobody answered, and the company gives such orders up.
///
/// # Errors
/// Those of the database.
pub fn cancel_unanswered(tx: &mut Tx, id: Id) -> Result<()> {
    // an order that is being executed is not given up by silence
    let Some(order) = waiting(tx, id)? else { return amended::returned(tx, id, SILENCE) };
    cancel_as(tx, &order, Step::Cancel, SILENCE).map(drop)
}
