//! What would bring an order on, and who may do something: so that sequences made by chance get
//! anywhere at all.

use super::acts::{Act, Bill, Change, Decision, Parcel, Proof};
use super::decimal::ONE;
use super::order::{About, Kind, Order, State};
use super::people::Who;

/// The next thing to do with an order.
pub fn onward(order: &Order) -> Act {
    match order.state {
        State::AwaitingCorrection => Act::Amend(Change::ReasonOnly),
        State::Shipped => undelivered(order).unwrap_or(Act::Receive),
        State::Received | State::Cancelled => Act::Invoice(Bill::Rest),
        _ if order.is_amending() => settle(order),
        _ if order.on_hold => Act::Unhold,
        _ if order.is_blocked() => unblock(order),
        State::AwaitingVerification => Act::Verify,
        State::AwaitingApproval => approve(order),
        State::AwaitingConfirmation => Act::Confirm,
        State::Reviewed => Act::Release,
        State::Executing => prepare(order).unwrap_or_else(|| ship(order)),
    }
}

/// What a refusal of an amendment that waits for its approvers is.
pub fn refuse(order: &Order, decision: Decision) -> Act {
    let asked = order.is_amending() && order.last_round() == Some("open");
    if asked { Act::Decide(turn(order), false, decision) } else { onward(order) }
}

/// Nothing stops an amendment from being agreed (DECISIONS 18).
fn settle(order: &Order) -> Act {
    match order.last_round() {
        Some("open") => approve(order),
        Some("approved") => Act::Confirm,
        _ => Act::Amend(Change::ReasonOnly),
    }
}

fn undelivered(order: &Order) -> Option<Act> {
    let at = order.shipments.iter().position(|shipment| matches!(shipment.status, "dispatched" | "in_transit" | "lost"))?;
    Some(Act::Track(at, "delivered"))
}

fn unblock(order: &Order) -> Act {
    let at = order.exceptions.iter().position(|exception| exception.open && exception.blocking).unwrap_or_default();
    if order.exceptions[at].about == About::Shortage && order.lines.len() > 1 { Act::Restock(100 * ONE) } else { Act::Resolve(at) }
}

fn approve(order: &Order) -> Act {
    Act::Decide(turn(order), false, Decision::Approve)
}

/// The level whose turn it is.
fn turn(order: &Order) -> usize {
    let steps = order.rounds.last().map(|round| round.steps.as_slice()).unwrap_or_default();
    steps.iter().position(|step| step.status == "pending").unwrap_or_default()
}

fn prepare(order: &Order) -> Option<Act> {
    let at = order.tasks.iter().position(|task| matches!(task.code, "pick" | "produce" | "serve") && !task.is_over())?;
    let unproven = order.tasks[at].proven != Some(true);
    Some(match order.tasks[at].code {
        "pick" if order.missing() > 0 => Act::Restock(100 * ONE),
        "pick" if unproven => Act::Prove(at, Proof::Note),
        "produce" if unproven => Act::Prove(at, Proof::PassedReport),
        _ => Act::Complete(at),
    })
}

fn ship(order: &Order) -> Act {
    match order.shipments.iter().position(|shipment| shipment.status == "preparing") {
        Some(at) => Act::Dispatch(at),
        None if order.has(&[Kind::Stocked, Kind::Untracked, Kind::Custom]) => Act::Pack(Parcel::Rest),
        None => Act::Receive,
    }
}

/// Somebody who may, as far as anybody may.
pub fn rightful(order: &Order, act: &Act) -> Who {
    match act {
        Act::Enter(draft) => draft.by,
        Act::Receive => Who::Sales,
        Act::Verify | Act::FindWrong | Act::SendBack if order.state == State::AwaitingVerification => stranger(order),
        Act::Cancel if order.state == State::Executing => Who::Admin,
        Act::Amend(_) | Act::Confirm | Act::Cancel | Act::SendBack | Act::Verify | Act::FindWrong => order.owner.unwrap_or(Who::Admin),
        Act::Decide(level, old, _) => decider(order, *level, *old),
        Act::Start(task) | Act::Prove(task, _) | Act::Complete(task) => worker(order, *task),
        Act::Pack(_) | Act::Dispatch(_) | Act::Abandon(_) | Act::Track(..) => Who::Logistics,
        Act::Report | Act::Restock(_) => Who::Warehouse,
        Act::Invoice(_) => Who::Finance,
        Act::Onward | Act::Refuse(_) | Act::Release | Act::Hold | Act::Unhold | Act::Undo => Who::Admin,
        Act::CancelTask(_) | Act::Resolve(_) | Act::Dismiss(_) => Who::Admin,
    }
}

fn stranger(order: &Order) -> Who {
    let all = [Who::Colleague, Who::Sales, Who::Chief, Who::Admin];
    all.into_iter().find(|who| !order.authors.contains(who)).unwrap_or(Who::Admin)
}

fn decider(order: &Order, level: usize, old: bool) -> Who {
    let round = if old { order.rounds.first() } else { order.rounds.last() };
    let Some(steps) = round.map(|round| &round.steps) else { return Who::Colleague };
    let role = steps[level % steps.len()].role;
    let all = [Who::Colleague, Who::Sales, Who::Chief, Who::Manager, Who::Head, Who::Operations];
    let fresh = |who: &Who| who.holds(&[role]) && !order.authors.contains(who) && steps.iter().all(|step| step.by != Some(*who));
    all.into_iter().find(fresh).or_else(|| all.into_iter().find(|who| who.holds(&[role]))).unwrap_or(Who::Colleague)
}

fn worker(order: &Order, task: usize) -> Who {
    match order.tasks.get(task % order.tasks.len().max(1)).map(|task| task.department) {
        Some("sales") => Who::Sales,
        Some("production") => Who::Production,
        Some("operations") => Who::Operations,
        Some("logistics") => Who::Logistics,
        Some("finance") => Who::Finance,
        _ => Who::Warehouse,
    }
}
