//! When tasks are due: what the rules need to know of an order, and setting what they say where no
//! person has said otherwise (DOMAIN 3.1).

use super::{amend, describe, is_over, raised, take_order};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::approval_policy;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::order::LineKind;
use crate::domain::task_plan::{Dated, Due, Facts, dates};
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::tasks::{self, Task};
use crate::repositories::{calendar, products};

/// What the rules look at.
pub(super) fn facts(tx: &mut Tx, order: &Order, judged: Option<approval_policy::Facts>, there: &[Task]) -> Result<Facts> {
    let lines = parts::lines(tx.conn, order.id)?;
    Ok(Facts {
        line_kinds: lines.iter().map(|line| line.kind).collect(),
        judged,
        reviewed_at: order.reviewed_at.unwrap_or(tx.now).utc(),
        released_at: there.iter().map(|task| task.created_at).min().unwrap_or(tx.now).utc(),
        shipped_at: order.shipped_at.map(UtcTime::utc),
        promised_date: parts::delivery(tx.conn, order.id)?.promised_date,
        lead_time_days: lead_time(tx, &lines)?,
    })
}

/// The longest lead time of custom lines, in working days.
fn lead_time(tx: &mut Tx, lines: &[Line]) -> Result<u32> {
    let custom: Vec<Option<Id>> = lines.iter().filter(|line| line.kind == LineKind::Custom).map(|line| line.product_id).collect();
    let known: Vec<Id> = custom.iter().copied().flatten().collect();
    let products = if known.is_empty() { Vec::new() } else { products::find_many(tx.conn, &known)? };
    Ok(products::longest_lead_time(&custom, &products))
}

fn dated(task: &Task) -> Dated<'_> {
    let ended_at = task.completed_at.filter(|_| is_over(task));
    Dated { code: &task.code, due: &task.plan.0.due, opened_at: task.opened_at.map(UtcTime::utc), ended_at: ended_at.map(UtcTime::utc) }
}

/// When each of an order's tasks is due by its rule, as they stand.
pub(super) fn by_rule(tx: &mut Tx, order: &Order, there: &[Task]) -> Result<Vec<Option<UtcTime>>> {
    let facts = facts(tx, order, None, there)?;
    let calendar = calendar::load(tx.conn, tx.company.zone)?;
    let tasks: Vec<Dated> = there.iter().map(dated).collect();
    Ok(dates(&tasks, &facts, &calendar).into_iter().map(|date| date.and_then(UtcTime::new)).collect())
}

/// Whether a task has no due date yet, and what it counts from has happened.
pub(super) fn can_be_dated(task: &Task, all: &[Task], order: &Order) -> bool {
    let Json(plan) = &task.plan;
    let counts = match &plan.due {
        Due::AfterDependencies(_) => task.opened_at.is_some(),
        Due::AfterTask(other) => all.iter().any(|task| task.code == other.task && is_over(task) && task.completed_at.is_some()),
        Due::AfterShipping(_) => order.shipped_at.is_some(),
        _ => false,
    };
    counts && task.due_at.is_none() && !is_over(task)
}

/// Sets the due dates that count from what has happened by now.
///
/// # Errors
/// Those of the database.
pub fn date_what_can_be(tx: &mut Tx, order: Id) -> Result<()> {
    let all = tasks::list_of_order(tx.conn, order)?;
    let as_it_is = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    if !all.iter().any(|task| can_be_dated(task, &all, &as_it_is)) {
        return Ok(());
    }
    let order = take_order(tx, order)?;
    for (task, due_at) in all.iter().zip(by_rule(tx, &order, &all)?).filter(|(task, _)| can_be_dated(task, &all, &order)) {
        set(tx, task, due_at)?;
    }
    Ok(())
}

/// Reckons the due dates of an order's tasks again, where no person has set them: the calendar is another
/// one (DOMAIN 3.1). Called by the clock, an order at a time.
///
/// # Errors
/// Those of the database.
pub fn date_again(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take_order(tx, order)?;
    let all = tasks::list_of_order(tx.conn, order.id)?;
    for (task, due_at) in all.iter().zip(by_rule(tx, &order, &all)?) {
        if moves(task, due_at) {
            set(tx, task, due_at)?;
        }
    }
    let changes = calendar::changes(tx.conn)?;
    tasks::set_dated_by(tx.conn, order.id, changes)
}

/// Whether a rule says another date for a task than it has, and may.
pub(super) fn moves(task: &Task, due_at: Option<UtcTime>) -> bool {
    !is_over(task) && !task.due_is_set && due_at.is_some() && due_at != task.due_at
}

fn set(tx: &mut Tx, task: &Task, due_at: Option<UtcTime>) -> Result<()> {
    let dated = Task { due_at, overdue_noticed_at: None, ..raised(task) };
    let event = describe(EventName::TaskDated, &dated).change("due_at", task.due_at.map(UtcTime::text), due_at.map(UtcTime::text));
    amend(tx, dated, event).map(drop)
}
