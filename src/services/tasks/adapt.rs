//! What an amendment of an order means to its tasks, and to those who do them (DOMAIN 1.7, 3.1).

use super::create::{planned, planned_for, row};
use super::{amend, describe, follow, is_over, raised, step};
use crate::db::Tx;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::task::{Facts, TaskEvent, TaskStatus};
use crate::domain::task_plan::{PlannedTask, code};
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::money;
use crate::repositories::orders::{self, Order};
use crate::repositories::tasks::{self, Task};
use chrono::NaiveDate;

/// Tasks without which goods would not be ready, or not leave.
const NEEDED_BY_GOODS: &[&str] = &[code::PICK, code::PRODUCE, code::SERVE, code::SHIP];

/// Adapts the tasks of an order that was amended: what is needed now and was not is made, what is needed
/// no more and not done is cancelled, and whoever has work left is told (DOMAIN 1.7). An order that has
/// none yet gets them when it is released. What was due by the day that was promised before is due by the
/// one that is promised now.
///
/// # Errors
/// Those of the database.
pub fn adapt(tx: &mut Tx, order: Id, promised_before: Option<NaiveDate>) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    let there = tasks::list_of_order(tx.conn, order.id)?;
    if there.is_empty() {
        return Ok(());
    }
    let (planned, invoiced) = (planned(tx, &order)?, money::invoiced_total(tx.conn, order.id)?);
    for task in there.iter().filter(|task| !is_over(task) && planned.iter().all(|planned| planned.template.code != task.code)) {
        step(tx, task, TaskEvent::Cancel, &Facts::default(), EventName::TaskCancelled, |task, event| (task, event.note("reason", "order amended")))?;
    }
    for task in &there {
        let Some(planned) = planned.iter().find(|planned| planned.template.code == task.code) else { continue };
        // what a person has cancelled stays so, unless goods would never be ready or leave without it
        let lacking = task.status == TaskStatus::Cancelled && NEEDED_BY_GOODS.contains(&task.code.as_str());
        let more_to_bill = task.status == TaskStatus::Done && task.code == code::INVOICE && invoiced < order.total;
        if lacking || more_to_bill {
            step(tx, task, TaskEvent::Renew, &Facts::default(), EventName::TaskRenewed, |task, event| (task, event))?;
        }
        if task.status != TaskStatus::Done && task.depends_on.0 != planned.depends_on {
            tasks::set_dependencies(tx.conn, task.id, &planned.depends_on)?;
        }
    }
    let before = planned_for(tx, &order, promised_before)?;
    tell(tx, &order, &before, &planned)?;
    let last = there.iter().map(|task| task.position).max().unwrap_or_default();
    let missing = planned.into_iter().filter(|planned| there.iter().all(|task| task.code != planned.template.code));
    let rows: Vec<Task> = (last + 1..).zip(missing).map(|(position, task)| row(tx, order.id, position, task)).collect();
    tasks::insert(tx.conn, &rows)?;
    for task in &rows {
        tx.record(describe(EventName::TaskCreated, task))?;
    }
    follow::unblock(tx, order.id)
}

/// Tells those who have work left, and moves what was due by the day promised before to the one that is
/// promised now. A date that a person has set stays.
fn tell(tx: &mut Tx, order: &Order, before: &[PlannedTask], now: &[PlannedTask]) -> Result<()> {
    for task in tasks::list_of_order(tx.conn, order.id)?.iter().filter(|task| !is_over(task)) {
        let told = |task: &Task| describe(EventName::TaskOrderAmended, task).with("revision", order.revision);
        let (was, is) = (due(before, task), due(now, task));
        if was == is || was != task.due_at {
            tx.record(told(task))?;
            continue;
        }
        let dated = Task { due_at: is, overdue_noticed_at: None, ..raised(task) };
        let event = told(&dated).change("due_at", was.map(|at| at.text()), is.map(|at| at.text()));
        amend(tx, dated, event)?;
    }
    Ok(())
}

/// When a plan says that a task is due.
fn due(planned: &[PlannedTask], task: &Task) -> Option<UtcTime> {
    planned.iter().find(|planned| planned.template.code == task.code).and_then(|planned| planned.due_at).and_then(UtcTime::new)
}
