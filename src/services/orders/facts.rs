//! What the guards of an order look at, gathered from its parts.

use crate::db::Conn;
use crate::db::types::Json;
use crate::domain::actor::{Actor, ActorKind, Role};
use crate::domain::amount::Amount;
use crate::domain::judged::touched;
use crate::domain::lifecycle::approval::RoundStatus;
use crate::domain::lifecycle::order::{Event, Facts, State};
use crate::domain::order::LineKind;
use crate::domain::reason::Reason;
use crate::domain::task_plan::code;
use crate::error::Result;
use crate::repositories::orders::Order;
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::{approvals, exceptions, links, money, settings, shipments, tasks};

/// Whether every level of the last round has passed, and what they judged is what the order says: asked of the steps
/// themselves when the order moves, not only when the last of them was decided (DOMAIN 2.4).
fn all_levels_passed(conn: &mut Conn, order: &Order) -> Result<bool> {
    let Some(round) = approvals::latest_round(conn, order.id)?.filter(|round| round.status == RoundStatus::Approved) else { return Ok(false) };
    let passed = approvals::steps_of_round(conn, round.id)?.iter().all(|step| step.status.is_passed());
    if !passed || round.revision == order.revision {
        return Ok(passed);
    }
    let (Json(judged), Json(now)) =
        (parts::revision(conn, order.id, round.revision)?.content, parts::revision(conn, order.id, order.revision)?.content);
    Ok(touched(&judged, &now).is_empty())
}

/// All facts about an order, as far as this actor is concerned.
pub fn gather(conn: &mut Conn, order: &Order, actor: &Actor) -> Result<Facts> {
    let (_, settings) = settings::load(conn)?;
    let own_entry = match actor.user_id() {
        Some(person) => parts::has_author(conn, order.id, person)?,
        None => false,
    };
    let lines = parts::lines(conn, order.id)?;
    let served = !tasks::list_of_order(conn, order.id)?.iter().any(|task| task.code == code::SERVE && !task.status.is_over());
    let details = parts::details(conn, order.id)?;
    // what was reviewed had passed; only an amendment that is not agreed puts that in question
    let stands = matches!(order.state, State::Reviewed | State::Executing) && details.amended_from.is_none();
    let due = details.payment_due.before_release(order.total, details.deposit);
    Ok(Facts {
        payment_missing: money::missing_of(conn, order, due)?,
        blocked_by: exceptions::blocking_numbers(conn, order.id)?,
        standstill: details.standstill(),
        own_entry,
        one_person_suffices: !settings.four_eyes,
        round_passed: stands || all_levels_passed(conn, order)?,
        all_dispatched: served && goods(&lines).all(|line| line.shipped == line.quantity),
        any_dispatched: lines.iter().any(|line| line.shipped > Amount::ZERO)
            || (order.state == State::Executing && shipments::any_arrived(conn, order.id)?),
        all_delivered: all_delivered(&lines),
        amendment_open: details.amended_from.is_some(),
        reconfirm: details.reconfirm && !links::refused(conn, order.id, order.revision)?,
    })
}

/// The lines that leave in a parcel.
pub fn goods(lines: &[Line]) -> impl Iterator<Item = &Line> {
    lines.iter().filter(|line| line.kind != LineKind::Service)
}

/// Whether everything has arrived; never for an order of services, which the customer accepts.
pub fn all_delivered(lines: &[Line]) -> bool {
    let mut goods = goods(lines).peekable();
    goods.peek().is_some() && goods.all(|line| line.delivered == line.quantity)
}

/// What the actor lacks for a step of this very order, beyond what the table of permissions says of
/// all orders (DECISIONS 27). Asked by the steps and by `actions`.
pub fn objections(order: &Order, actor: &Actor, event: Event) -> Vec<Reason> {
    let is = |roles: &[Role]| actor.kind == ActorKind::System || actor.holds(roles);
    let reason = match (event, order.state) {
        (Event::SendBack, State::AwaitingVerification) if !is(&[Role::SalesSpecialist, Role::OrderAdmin]) => Some(Reason::NotPermitted),
        (Event::Cancel, State::Executing) if !is(&[Role::OrderAdmin]) => Some(Reason::NotPermitted),
        (Event::SendBack, State::AwaitingConfirmation) | (Event::Confirm | Event::Amend | Event::Correct | Event::Cancel, _) => {
            (!is_own(order, actor)).then_some(Reason::NotOwner)
        }
        _ => None,
    };
    reason.into_iter().collect()
}

/// Whether the actor may act on this order as its sales person: specialists on their own orders
/// and on those that nobody owns, managers and the order administrator on all (DECISIONS 27).
fn is_own(order: &Order, actor: &Actor) -> bool {
    if actor.user_id().is_none() || actor.holds(&[Role::SalesManager, Role::OrderAdmin]) {
        return true;
    }
    order.owner_id.is_none() || order.owner_id == actor.id || order.entered_by_id == actor.id
}
