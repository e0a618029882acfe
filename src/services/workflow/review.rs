//! What follows from what approvers and the customer say, and from what they have to be asked again.

use super::{adapt, show, word};
use crate::db::Tx;
use crate::domain::event::Event;
use crate::domain::id::Id;
use crate::domain::lifecycle::approval::RoundStatus;
use crate::domain::lifecycle::order::State;
use crate::domain::link::{CustomerAnswer, Lapse};
use crate::error::Result;
use crate::repositories::orders;
use crate::services::orders::steps::after_round;
use crate::services::orders::{amended, by_customer};
use crate::services::{approvals, confirmations};

/// Approvers are asked about what they judge; the customer about what they see; and what nobody is
/// asked about counts at once.
pub(super) fn after_amending(tx: &mut Tx, order: Id, review_again: bool) -> Result<()> {
    if review_again {
        show(tx, order)?; // checks look at what it shows, such as what is paid
        return ask_approvers(tx, order);
    }
    match orders::find(tx.conn, order)?.map(|order| order.state) {
        Some(State::AwaitingConfirmation) => ask_customer(tx, order, false),
        Some(state) if amended::is_late(state) && amended::awaits_customer(tx, order)? => ask_customer(tx, order, false),
        Some(state) if amended::is_late(state) && !amended::is_open(tx, order)? => {
            approvals::supersede(tx, order)?; // it was taken back
            adapt(tx, order)
        }
        _ => Ok(()),
    }
}

/// A round is opened where approvers are being waited for; rules that ask nobody pass at once.
pub(super) fn ask_approvers(tx: &mut Tx, order: Id) -> Result<()> {
    match orders::find(tx.conn, order)?.map(|order| order.state) {
        Some(State::AwaitingApproval) => {
            approvals::open_round(tx, order)?;
            after_round::approved(tx, order).map(drop)
        }
        Some(state) if amended::is_late(state) => {
            approvals::open_round(tx, order)?;
            after_amendment(tx, order)
        }
        _ => Ok(()),
    }
}

/// An amendment that all approvers have passed is the customer's to agree to, where they see it, and
/// else takes effect (DECISIONS 17).
pub(super) fn after_amendment(tx: &mut Tx, order: Id) -> Result<()> {
    if amended::awaits_customer(tx, order)? { ask_customer(tx, order, false) } else { amended::agreed(tx, order) }
}

/// The end of a round moves its order (DOMAIN 2.4).
pub(super) fn after_decision(tx: &mut Tx, order: Id, event: &Event) -> Result<()> {
    let late = orders::find(tx.conn, order)?.is_some_and(|order| amended::is_late(order.state));
    match RoundStatus::parse(word(event, "round_status")) {
        Some(RoundStatus::Approved) if late => after_amendment(tx, order),
        Some(RoundStatus::Returned) if late => amended::returned(tx, order, word(event, "comment")),
        Some(RoundStatus::Rejected) if late => amended::rejected(tx, order, word(event, "comment")),
        Some(RoundStatus::Approved) => after_round::approved(tx, order).map(drop),
        Some(RoundStatus::Returned) => after_round::returned(tx, order, word(event, "comment")),
        Some(RoundStatus::Rejected) => after_round::rejected(tx, order, word(event, "comment")),
        _ => Ok(()),
    }
}

/// Every level has passed: the customer is asked, unless they have agreed to the same before
/// (DOMAIN 2.5).
pub(super) fn ask_customer(tx: &mut Tx, order: Id, anew: bool) -> Result<()> {
    if confirmations::ask(tx, order, anew)? { by_customer::confirmed(tx, order) } else { Ok(()) }
}

pub(super) fn after_answer(tx: &mut Tx, order: Id, event: &Event) -> Result<()> {
    match CustomerAnswer::parse(word(event, "answer")) {
        Some(CustomerAnswer::Change) => by_customer::asked_for_change(tx, order, event.subject.1),
        _ => by_customer::confirmed(tx, order),
    }
}

pub(super) fn after_lapse(tx: &mut Tx, order: Id, event: &Event) -> Result<()> {
    match Lapse::parse(word(event, "then")) {
        Some(Lapse::Cancel) => by_customer::cancel_unanswered(tx, order),
        _ => by_customer::send_back_unanswered(tx, order),
    }
}
