//! Orders: entered, verified, amended, confirmed, released, received, cancelled. What callers say
//! is in `input`, what it comes to in `content`, what the guards look at in `facts`.

pub mod actions;
pub mod amend;
pub mod amended;
pub mod by_customer;
mod content;
pub mod correct;
pub mod create;
pub mod derive;
pub mod facts;
pub mod input;
pub mod promise;
pub mod remedied;
pub mod steps;

use crate::db::Tx;
use crate::domain::event::{Event, EventName};
use crate::domain::id::Id;
use crate::domain::lifecycle::order::{Event as Step, Facts, MACHINE, State};
use crate::error::{Code, Problem, Result};
use crate::repositories::orders::{self, Milestones, Order};

/// Takes the order that a path names, for an actor who may take this step of it; everything decided
/// afterwards is decided alone. Rights come before versions (DECISIONS 29).
///
/// # Errors
/// `not_found`; `forbidden`; `version_mismatch` where `If-Match` is stale.
pub fn take_for(tx: &mut Tx, reference: &str, event: Step) -> Result<Order> {
    let id = orders::resolve(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    let order = take_id(tx, id)?;
    let objections = facts::objections(&order, &tx.actor, event);
    if !objections.is_empty() {
        return Err(Problem::from_reasons(objections).into());
    }
    tx.check_match(order.version - 1)?;
    Ok(order)
}

/// Takes an order by id.
///
/// # Errors
/// `not_found`.
pub fn take_id(tx: &mut Tx, id: Id) -> Result<Order> {
    orders::take(tx, id)?.ok_or_else(|| Problem::not_found().into())
}

/// Moves an order by the table and records it; gives the order as it is then.
///
/// # Errors
/// What the table or its guards say, as a problem.
pub fn step(tx: &mut Tx, order: &Order, event: Step, facts: &Facts, name: EventName, shape: impl FnOnce(Event) -> Event) -> Result<Order> {
    let next = MACHINE.next(order.state, event, facts).map_err(|r| Problem::refusal(order.state.as_str(), event, r))?;
    let at = Milestones {
        reviewed_at: if next == State::Reviewed { Some(tx.now) } else { order.reviewed_at },
        shipped_at: match next {
            State::Shipped if order.state == State::Executing => Some(tx.now),
            State::Executing => None,
            _ => order.shipped_at,
        },
        received_at: (next == State::Received).then_some(tx.now),
    };
    if !orders::set_state(tx.conn, order.id, order.state, next, at)? {
        return Err(Code::Unavailable.into());
    }
    let event = describe(Event::of_order(name, order.id), order, next).change("state", order.state.as_str(), next.as_str());
    tx.record(shape(event))?;
    take_id(tx, order.id)
}

/// What subscribers see of every order's event (DECISIONS 13).
pub fn describe(event: Event, order: &Order, state: State) -> Event {
    event.with("number", order.number.clone()).with("status", state.status().as_str()).with("version", order.version)
}
