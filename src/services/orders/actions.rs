//! What can be done with an order now, by this person, and if not, why: answered from the same
//! tables that decide (BEHAVIOUR 1). Front ends draw their buttons from it.

use super::facts;
use crate::db::Conn;
use crate::domain::actor::Actor;
use crate::domain::lifecycle::order::{Event as Step, Facts, MACHINE, State, may_move};
use crate::domain::lifecycle::{Refusal, Standstill};
use crate::domain::permission::{Operation, permit};
use crate::domain::reason::Reason;
use crate::error::Result;
use crate::repositories::orders::Order;

/// One thing that can or cannot be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub name: &'static str,
    /// Method and path under the order.
    pub method: &'static str,
    pub path: &'static str,
    pub reasons: Vec<Reason>,
}

/// What an action asks the table for.
enum Asks {
    /// These steps, whichever the state knows.
    Steps(&'static [Step]),
    /// To be executing, with nothing in the way.
    Shipping,
    /// To be on hold, or not.
    Hold(bool),
}

/// One row of what can be done with an order.
struct Row {
    name: &'static str,
    method: &'static str,
    path: &'static str,
    operation: Operation,
    asks: Asks,
}

const fn row(name: &'static str, method: &'static str, path: &'static str, operation: Operation, asks: Asks) -> Row {
    Row { name, method, path, operation, asks }
}

/// Every action: its name, where it is done, who may at all, and what it asks for.
const ACTIONS: &[Row] = &[
    row("verify", "POST", "/verify", Operation::VerifyOrder, Asks::Steps(&[Step::Verify])),
    row("send_back", "POST", "/send-back", Operation::SendBackOrder, Asks::Steps(&[Step::SendBack])),
    row("amend", "PATCH", "", Operation::AmendOrder, Asks::Steps(&[Step::Amend, Step::Correct])),
    row("confirm", "POST", "/confirm", Operation::ConfirmOrder, Asks::Steps(&[Step::Confirm])),
    row("request_confirmation", "POST", "/request-confirmation", Operation::RequestConfirmation, Asks::Steps(&[Step::Confirm])),
    row("release", "POST", "/release", Operation::ReleaseOrder, Asks::Steps(&[Step::Release])),
    row("ship", "POST", "/shipments", Operation::CreateShipment, Asks::Shipping),
    row("receive", "POST", "/receive", Operation::ReceiveOrder, Asks::Steps(&[Step::Receive])),
    row("cancel", "POST", "/cancel", Operation::CancelOrder, Asks::Steps(&[Step::Cancel])),
    row("hold", "POST", "/hold", Operation::HoldOrder, Asks::Hold(false)),
    row("undo", "POST", "/undo", Operation::UndoOrderStep, Asks::Steps(&[Step::Unverify, Step::Unreceive])),
    row("unhold", "POST", "/unhold", Operation::UnholdOrder, Asks::Hold(true)),
];

/// What speaks against a step: the table, and what the actor lacks for this very order.
fn against_step(order: &Order, steps: &[Step], facts: &Facts, actor: &Actor) -> Vec<Reason> {
    let known = MACHINE.events_from(order.state);
    let Some(step) = steps.iter().find(|step| known.contains(step)) else { return vec![Reason::NotInThisState { now: order.stage }] };
    let mut reasons = facts::objections(order, actor, *step);
    if let Err(Refusal::Guarded(guarded)) = MACHINE.next(order.state, *step, facts) {
        reasons.extend(guarded);
    }
    reasons
}

fn against(order: &Order, asks: &Asks, facts: &Facts, actor: &Actor) -> Vec<Reason> {
    match asks {
        Asks::Steps(steps) => against_step(order, steps, facts, actor),
        Asks::Shipping if order.state != State::Executing => vec![Reason::OrderNotExecuting],
        Asks::Shipping => may_move(facts),
        Asks::Hold(held) if (facts.standstill == Some(Standstill::OnHold)) != *held || (!held && MACHINE.is_final(order.state)) => {
            vec![Reason::NotInThisState { now: order.stage }]
        }
        Asks::Hold(_) => Vec::new(),
    }
}

/// All actions on an order, each with the reasons against it.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, order: &Order, actor: &Actor) -> Result<Vec<Action>> {
    let facts = facts::gather(conn, order, actor)?;
    let all = ACTIONS.iter().map(|Row { name, method, path, operation, asks }| {
        let mut reasons = against(order, asks, &facts, actor);
        if permit(actor, *operation).is_err() {
            reasons.push(Reason::NotPermitted);
        }
        Action { name, method, path, reasons }
    });
    Ok(all.collect())
}
