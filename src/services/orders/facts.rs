//! What the guards of an order look at, gathered from its parts.

use crate::db::Conn;
use crate::domain::actor::{Actor, Role};
use crate::domain::amount::Amount;
use crate::domain::approval_policy;
use crate::domain::company::Company;
use crate::domain::lifecycle::approval::RoundStatus;
use crate::domain::lifecycle::order::Facts;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::order::LineKind;
use crate::domain::task_plan::code;
use crate::error::Result;
use crate::repositories::orders::Order;
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::{approvals, exceptions, settings, tasks};

/// All facts about an order, as far as this actor is concerned.
pub fn gather(conn: &mut Conn, order: &Order, actor: &Actor) -> Result<Facts> {
    let (_, settings) = settings::load(conn)?;
    let own_entry = match actor.user_id() {
        Some(person) if settings.four_eyes => parts::has_author(conn, order.id, person)?,
        _ => false,
    };
    let lines = parts::lines(conn, order.id)?;
    let served = !tasks::list_of_order(conn, order.id)?
        .iter()
        .any(|task| task.code == code::SERVE && !matches!(task.status, TaskStatus::Done | TaskStatus::Cancelled));
    Ok(Facts {
        blocked_by: exceptions::blocking_numbers(conn, order.id)?,
        on_hold: parts::details(conn, order.id)?.hold_reason.is_some(),
        own_entry,
        round_passed: approvals::latest_round(conn, order.id)?.is_some_and(|round| round.status == RoundStatus::Approved),
        all_dispatched: served && goods(&lines).all(|line| line.shipped == line.quantity),
        any_dispatched: lines.iter().any(|line| line.shipped > Amount::ZERO),
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

/// An order's total in the base currency; `None` where no rate is known (DECISIONS 24).
pub fn total_in_base(order: &Order, company: &Company) -> Option<Amount> {
    (order.currency == company.base_currency).then_some(order.total)
}

/// What the approval rules look at.
pub fn for_policy(order: &Order, lines: &[Line], company: &Company) -> approval_policy::Facts {
    approval_policy::Facts {
        total_in_base: total_in_base(order, company),
        line_kinds: lines.iter().map(|line| line.kind).collect(),
        key_account: order.key_account,
        rush: order.rush,
        preorder: order.preorder,
    }
}

/// Whether the actor may act on this order as its sales person: specialists on their own orders
/// and on those that nobody owns, managers and the order administrator on all (DECISIONS 27).
pub fn is_own(order: &Order, actor: &Actor) -> bool {
    if actor.user_id().is_none() || actor.holds(&[Role::SalesManager, Role::OrderAdmin]) {
        return true;
    }
    order.owner_id.is_none() || order.owner_id == actor.id || order.entered_by_id == actor.id
}
