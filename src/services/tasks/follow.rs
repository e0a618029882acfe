//! What happens to tasks without anyone touching them: they open when what they wait for is done,
//! close when what they stand for has happened, end with their order, and turn overdue.

use super::{amend, describe, is_over, raised, step, take};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::task::{Facts, MACHINE, TaskEvent, TaskStatus};
use crate::domain::task_plan::due_once_shipped;
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::orders;
use crate::repositories::tasks::{self, Task};

/// Whether every task that this one depends on is done or cancelled.
fn dependencies_done(task: &Task, all: &[Task]) -> bool {
    let Json(codes) = &task.depends_on;
    all.iter().filter(|other| codes.contains(&other.code)).all(is_over)
}

/// Opens the tasks of an order that wait for nothing any more (DOMAIN 3.2).
///
/// # Errors
/// Those of the database.
pub fn unblock(tx: &mut Tx, order: Id) -> Result<()> {
    let all = tasks::list_of_order(tx.conn, order)?;
    for task in all.iter().filter(|task| task.status == TaskStatus::Blocked) {
        let facts = Facts { dependencies_done: dependencies_done(task, &all), ..Facts::default() };
        if MACHINE.next(task.status, TaskEvent::Unblock, &facts).is_ok() {
            orders::take(tx, order)?;
            step(tx, task, TaskEvent::Unblock, &facts, EventName::TaskOpened, |task, event| (task, event))?;
        }
    }
    Ok(())
}

/// Closes the task of this code, since what it stands for has happened, whether or not anyone could
/// have closed it (DECISIONS 6, 23). Gives whether that changed anything.
///
/// # Errors
/// Those of the database.
pub fn settle_by_fact(tx: &mut Tx, order: Id, code: &str) -> Result<bool> {
    let all = tasks::list_of_order(tx.conn, order)?;
    let Some(task) = all.iter().find(|task| task.code == code && !is_over(task)) else { return Ok(false) };
    orders::take(tx, order)?;
    step(tx, task, TaskEvent::Settle, &Facts::default(), EventName::TaskCompleted, |task, event| (task, event.note("by_fact", true)))?;
    Ok(true)
}

/// Ends every task of an order that is not over.
///
/// # Errors
/// Those of the database.
pub fn cancel_all(tx: &mut Tx, order: Id, reason: &str) -> Result<()> {
    for task in tasks::list_of_order(tx.conn, order)?.iter().filter(|task| !is_over(task)) {
        orders::take(tx, order)?;
        step(tx, task, TaskEvent::Cancel, &Facts::default(), EventName::TaskCancelled, |task, event| (task, event.note("reason", reason)))?;
    }
    Ok(())
}

/// Sets the due dates that count from the order's shipping, where nobody has set another.
///
/// # Errors
/// Those of the database.
pub fn order_shipped(tx: &mut Tx, order: Id) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    let shipped_at = order.shipped_at.unwrap_or(tx.now).utc();
    for task in tasks::list_of_order(tx.conn, order.id)?.iter().filter(|task| !is_over(task) && task.due_at.is_none()) {
        let Json(due) = &task.due;
        let Some(due_at) = due_once_shipped(due, shipped_at, &tx.company.calendar).and_then(UtcTime::new) else { continue };
        let dated = Task { due_at: Some(due_at), ..raised(task) };
        let event = describe(EventName::TaskDated, &dated).change("due_at", serde_json::Value::Null, due_at.text());
        amend(tx, dated, event)?;
    }
    Ok(())
}

/// Records, once for each due date, that a task is waited for past it (DOMAIN 5.2).
///
/// # Errors
/// Those of the database.
pub fn notice_overdue(tx: &mut Tx, task: Id) -> Result<()> {
    let (_, task) = take(tx, task)?;
    let waited_for = matches!(task.status, TaskStatus::Open | TaskStatus::InProgress);
    let Some(due_at) = task.due_at.filter(|due_at| waited_for && *due_at < tx.now) else { return Ok(()) };
    if tasks::set_overdue_noticed(tx.conn, task.id, tx.now)? {
        let event = describe(EventName::TaskOverdue, &task).with("due_at", due_at.text());
        let assignee = task.assignee_id.map(|id| id.text(Kind::User));
        tx.record(event.note("assignee", assignee))?;
    }
    Ok(())
}
