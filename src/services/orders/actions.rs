//! What can be done with an order now, by this person, and if not, why: answered from the same
//! tables that decide (BEHAVIOUR 1). Front ends draw their buttons from it.

use super::facts;
use crate::db::Conn;
use crate::domain::actor::{Actor, Role};
use crate::domain::lifecycle::Refusal;
use crate::domain::lifecycle::order::{Event as Step, Facts, MACHINE, State, may_move};
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

/// Every action on an order: its name, where it is done, who may, what it asks for, and whether a
/// sales specialist needs to own the order.
const ACTIONS: &[(&str, &str, &str, Operation, Asks, bool)] = &[
    ("verify", "POST", "/verify", Operation::VerifyOrder, Asks::Steps(&[Step::Verify]), false),
    ("send_back", "POST", "/send-back", Operation::SendBackOrder, Asks::Steps(&[Step::SendBack]), false),
    ("amend", "PATCH", "", Operation::AmendOrder, Asks::Steps(&[Step::Amend, Step::Correct]), true),
    ("confirm", "POST", "/confirm", Operation::ConfirmOrder, Asks::Steps(&[Step::Confirm]), true),
    ("release", "POST", "/release", Operation::ReleaseOrder, Asks::Steps(&[Step::Release]), false),
    ("ship", "POST", "/shipments", Operation::CreateShipment, Asks::Shipping, false),
    ("receive", "POST", "/receive", Operation::ReceiveOrder, Asks::Steps(&[Step::Receive]), false),
    ("cancel", "POST", "/cancel", Operation::CancelOrder, Asks::Steps(&[Step::Cancel]), true),
    ("hold", "POST", "/hold", Operation::HoldOrder, Asks::Hold(false), false),
    ("unhold", "POST", "/unhold", Operation::UnholdOrder, Asks::Hold(true), false),
];

fn table_reasons(order: &Order, asks: &Asks, facts: &Facts) -> Vec<Reason> {
    match asks {
        Asks::Steps(steps) => {
            let known = MACHINE.events_from(order.state);
            match steps.iter().find(|step| known.contains(step)) {
                None => vec![Reason::NotInThisState],
                Some(step) => match MACHINE.next(order.state, *step, facts) {
                    Err(Refusal::Guarded(reasons)) => reasons,
                    _ => Vec::new(),
                },
            }
        }
        Asks::Shipping if order.state != State::Executing => vec![Reason::OrderNotExecuting],
        Asks::Shipping => may_move(facts),
        Asks::Hold(held) if facts.on_hold != *held || MACHINE.is_final(order.state) => vec![Reason::NotInThisState],
        Asks::Hold(_) => Vec::new(),
    }
}

/// All actions on an order, each with the reasons against it.
///
/// # Errors
/// Those of the database.
pub fn list(conn: &mut Conn, order: &Order, actor: &Actor) -> Result<Vec<Action>> {
    let facts = facts::gather(conn, order, actor)?;
    let own = facts::is_own(order, actor);
    let all = ACTIONS.iter().map(|(name, method, path, operation, asks, owned)| {
        let mut reasons = table_reasons(order, asks, &facts);
        let cancels_work = *name == "cancel" && order.state == State::Executing && actor.user_id().is_some() && !actor.holds(&[Role::OrderAdmin]);
        if permit(actor, *operation).is_err() || cancels_work {
            reasons.push(Reason::NotPermitted);
        } else if *owned && !own {
            reasons.push(Reason::NotOwner);
        }
        Action { name, method, path, reasons }
    });
    Ok(all.collect())
}
