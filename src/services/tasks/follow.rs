//! What happens to tasks without anyone touching them: they open when what they wait for is done and
//! are given to somebody, wait again when it is undone, close when what they stand for has happened, end
//! with their order, and turn overdue.

use super::{assigning, dating, describe, is_over, step, take, take_order};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::task::{Facts, MACHINE, TaskEvent, TaskStatus};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::orders::{Order, parts};
use crate::repositories::tasks::{self, Task};

/// Whether every task that this one depends on is done or cancelled.
fn dependencies_done(task: &Task, all: &[Task]) -> bool {
    let Json(codes) = &task.depends_on;
    all.iter().filter(|other| codes.contains(&other.code)).all(is_over)
}

/// Opens the tasks of an order that wait for nothing any more (DOMAIN 3.2), and sets the due dates that
/// count from what is done.
///
/// # Errors
/// Those of the database.
pub fn unblock(tx: &mut Tx, order: Id) -> Result<()> {
    let all = tasks::list_of_order(tx.conn, order)?;
    for task in all.iter().filter(|task| task.status == TaskStatus::Blocked) {
        let facts = Facts { dependencies_done: dependencies_done(task, &all), ..Facts::default() };
        if MACHINE.next(task.status, TaskEvent::Unblock, &facts).is_ok() {
            let order = take_order(tx, order)?;
            open(tx, &order, task, &all, &facts)?;
        }
    }
    dating::date_what_moved(tx, order)
}

/// Opens a task: it is due from now on where it counts from that, and somebody's by its rule.
fn open(tx: &mut Tx, order: &Order, task: &Task, all: &[Task], facts: &Facts) -> Result<()> {
    let opened = Task { opened_at: Some(tx.now), status: TaskStatus::Open, ..task.clone() };
    let as_opened: Vec<Task> = all.iter().map(|other| if other.id == task.id { opened.clone() } else { other.clone() }).collect();
    let due_at = if dating::may_move(&opened, &as_opened, order) {
        let dates = dating::by_rule(tx, order, &as_opened)?;
        as_opened.iter().zip(dates).find(|(other, _)| other.id == task.id).and_then(|(_, date)| date)
    } else {
        task.due_at
    };
    let assignee_id = if task.assignee_id.is_some() { task.assignee_id } else { assigning::by_rule(tx, order, task)? };
    step(tx, task, TaskEvent::Unblock, facts, EventName::TaskOpened, |opened, event| {
        let given = assignee_id.filter(|_| task.assignee_id.is_none());
        let event = given.iter().fold(event, |event, id| event.change("assignee", serde_json::Value::Null, id.text(Kind::User)));
        (Task { due_at, assignee_id, ..opened }, event)
    })?;
    Ok(())
}

/// Lets those tasks wait again that depend on one that was reopened.
///
/// # Errors
/// Those of the database.
pub fn block_again(tx: &mut Tx, order: Id) -> Result<()> {
    let all = tasks::list_of_order(tx.conn, order)?;
    let begun = |task: &&Task| matches!(task.status, TaskStatus::Open | TaskStatus::InProgress);
    for task in all.iter().filter(begun).filter(|task| !dependencies_done(task, &all)) {
        step(tx, task, TaskEvent::Block, &Facts::default(), EventName::TaskBlocked, |task, event| (task, event))?;
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
    take_order(tx, order)?;
    step(tx, task, TaskEvent::Settle, &Facts::default(), EventName::TaskCompleted, |task, event| (task, event.note("by_fact", true)))?;
    Ok(true)
}

/// Opens the task of this code again that was closed since what it stands for had happened: it has not, after all
/// (DECISIONS 37).
///
/// # Errors
/// Those of the database.
pub fn unsettle(tx: &mut Tx, order: Id, code: &str) -> Result<()> {
    renew(tx, order, code)?;
    unblock(tx, order)
}

/// Lets the task of this code, where it is done, wait to be done again.
///
/// # Errors
/// Those of the database.
pub fn renew(tx: &mut Tx, order: Id, code: &str) -> Result<()> {
    let all = tasks::list_of_order(tx.conn, order)?;
    if let Some(task) = all.iter().find(|task| task.code == code && task.status == TaskStatus::Done) {
        take_order(tx, order)?;
        step(tx, task, TaskEvent::Renew, &Facts::default(), EventName::TaskRenewed, |task, event| (task, event))?;
    }
    Ok(())
}

/// Ends every task of an order that is not over.
///
/// # Errors
/// Those of the database.
pub fn cancel_all(tx: &mut Tx, order: Id, reason: &str) -> Result<()> {
    for task in tasks::list_of_order(tx.conn, order)?.iter().filter(|task| !is_over(task)) {
        take_order(tx, order)?;
        step(tx, task, TaskEvent::Cancel, &Facts::default(), EventName::TaskCancelled, |task, event| (task, event.note("reason", reason)))?;
    }
    Ok(())
}

/// Notes, once for each due date, that a task is still waited for which was due before an instant; gives it then, and its due
/// date.
///
/// # Errors
/// Those of the database.
pub fn note_long_overdue(tx: &mut Tx, task: Id, before: UtcTime) -> Result<Option<(Task, UtcTime)>> {
    let (_, task) = take(tx, task)?;
    let waited_for = matches!(task.status, TaskStatus::Open | TaskStatus::InProgress) && task.overdue_raised_for != task.due_at;
    let paused = parts::details(tx.conn, task.order_id)?.amended_from.is_some();
    let Some(due_at) = task.due_at.filter(|due_at| waited_for && !paused && *due_at < before) else { return Ok(None) };
    tasks::set_overdue_raised(tx.conn, task.id, due_at)?;
    Ok(Some((task, due_at)))
}

/// Records, once for each due date, that a task is waited for past it (DOMAIN 5.2).
///
/// # Errors
/// Those of the database.
pub fn notice_overdue(tx: &mut Tx, task: Id) -> Result<()> {
    let (_, task) = take(tx, task)?;
    let waited_for = matches!(task.status, TaskStatus::Open | TaskStatus::InProgress);
    // clocks pause while an amendment of the order waits for its approvers or the customer (DECISIONS 36)
    let paused = parts::details(tx.conn, task.order_id)?.amended_from.is_some();
    let Some(due_at) = task.due_at.filter(|due_at| waited_for && !paused && *due_at < tx.now) else { return Ok(()) };
    if tasks::set_overdue_noticed(tx.conn, task.id, tx.now)? {
        let event = describe(EventName::TaskOverdue, &task).with("due_at", due_at.text());
        let assignee = task.assignee_id.map(|id| id.text(Kind::User));
        tx.record(event.note("assignee", assignee))?;
    }
    Ok(())
}
