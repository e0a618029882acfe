//! When tasks are due: what the rules need to know of an order, and setting what they say where no
//! person has said otherwise (DOMAIN 3.1).

use super::{amend, describe, is_over, raised, take_order};
use crate::db::Tx;
use crate::domain::approval_policy;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::task_plan::{Ahead, Dated, Due, Facts, Making, dates, end_of};
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::orders::parts;
use crate::repositories::orders::{self, Order};
use crate::repositories::tasks::{self, Task};
use crate::repositories::{calendar, products};

/// What the rules look at.
pub(super) fn facts(tx: &mut Tx, order: &Order, judged: Option<approval_policy::Facts>, there: &[Task]) -> Result<Facts> {
    let lines = parts::lines(tx.conn, order.id)?;
    let making = Making::of(lines.iter().map(|line| (line.is_made(), line.is_stored())));
    // what leaves in parts is picked as it is ready
    let made_then_stored = making.made_then_stored && !parts::delivery(tx.conn, order.id)?.in_parts;
    Ok(Facts {
        line_kinds: lines.iter().map(|line| line.kind).collect(),
        judged,
        reviewed_at: order.reviewed_at.unwrap_or(tx.now).utc(),
        released_at: there.iter().map(|task| task.created_at).min().unwrap_or(tx.now).utc(),
        shipped_at: order.shipped_at.map(UtcTime::utc),
        promised_date: parts::earliest_promise(tx.conn, order.id, &lines)?,
        lead_time_days: products::longest_lead_time(tx.conn, &lines)?,
        making: Making { made_then_stored, ..making },
    })
}

fn dated(task: &Task) -> Dated<'_> {
    Dated {
        opened_at: task.opened_at.map(UtcTime::utc),
        ended_at: task.completed_at.filter(|_| task.status == TaskStatus::Done).map(UtcTime::utc),
        set_at: task.due_at.filter(|_| task.due_is_set).map(UtcTime::utc),
        gone: task.status == TaskStatus::Cancelled,
        ..Dated::new(&task.code, &task.plan.0.due)
    }
}

/// When each of an order's tasks is due by its rule, as they stand.
pub(super) fn by_rule(tx: &mut Tx, order: &Order, there: &[Task]) -> Result<Vec<Option<UtcTime>>> {
    let facts = facts(tx, order, None, there)?;
    let calendar = calendar::load(tx.conn, tx.company.zone)?;
    let tasks: Vec<Dated> = there.iter().map(dated).collect();
    Ok(dates(&tasks, &facts, &calendar).into_iter().map(|date| date.and_then(UtcTime::new)).collect())
}

/// Whether a task's due date may be another one by what has happened since it was last reckoned. Those that
/// count from what was known when the tasks were made are left alone.
pub(super) fn may_move(task: &Task, all: &[Task], order: &Order) -> bool {
    let rule = |code: &String| all.iter().find(|other| other.code == *code).map(|other| &other.plan.0.due);
    let moves = match &task.plan.0.due {
        Due::AfterDependencies(_) => task.due_at.is_none() && task.opened_at.is_some(),
        Due::AfterShipping(_) => task.due_at.is_some() != order.shipped_at.is_some(),
        Due::WithFirstOf(codes) => codes.iter().filter_map(rule).any(Due::counts_from_what_happens),
        due => due.counts_from_work(),
    };
    moves && !is_over(task) && !task.due_is_set
}

/// Reckons due dates that may have moved by what has happened.
///
/// # Errors
/// Those of the database.
pub fn date_what_moved(tx: &mut Tx, order: Id) -> Result<()> {
    let all = tasks::list_of_order(tx.conn, order)?;
    let as_it_is = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    if !all.iter().any(|task| may_move(task, &all, &as_it_is)) {
        return Ok(());
    }
    let order = take_order(tx, order)?;
    for (task, due_at) in all.iter().zip(by_rule(tx, &order, &all)?) {
        if may_move(task, &all, &order) && moves(task, due_at) {
            set(tx, task, due_at)?;
        }
    }
    Ok(())
}

/// Reckons the due dates of an order's tasks again, where no person has set them: the calendar is another
/// one (DOMAIN 3.1). Called by the clock, an order at a time; whoever else does so at the same time has done it.
///
/// # Errors
/// Those of the database.
pub fn date_again(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take_order(tx, order)?;
    let all = tasks::list_of_order(tx.conn, order.id)?;
    // read before the calendar: a change that comes in between is found by the next look
    let changes = calendar::changes(tx.conn)?;
    if all.iter().filter(|task| !is_over(task)).all(|task| task.dated_by >= changes) {
        return Ok(());
    }
    for (task, due_at) in all.iter().zip(by_rule(tx, &order, &all)?) {
        if moves(task, due_at) {
            set(tx, task, due_at)?;
        }
    }
    tasks::set_dated_by(tx.conn, order.id, changes)
}

/// When an order's tasks will have let it leave, or carried it out, if each takes its time; none without such a
/// task, or past the calendar (DOMAIN 2.3).
///
/// # Errors
/// Those of the database.
pub fn forecast(tx: &mut Tx, order: Id) -> Result<Option<UtcTime>> {
    let there = tasks::list_of_order(tx.conn, order)?;
    if there.is_empty() {
        return Ok(None);
    }
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let facts = facts(tx, &order, None, &there)?;
    let calendar = calendar::load(tx.conn, tx.company.zone)?;
    fn ahead(task: &Task) -> Ahead<'_> {
        Ahead { dated: dated(task), depends_on: &task.depends_on.0, due_at: task.due_at.map(UtcTime::utc) }
    }
    let tasks: Vec<Ahead> = there.iter().filter(|task| task.status != TaskStatus::Cancelled).map(ahead).collect();
    Ok(end_of(&tasks, &facts, tx.now.utc(), &calendar).and_then(UtcTime::new))
}

/// Whether a rule says another date for a task than it has, and may.
pub(super) fn moves(task: &Task, due_at: Option<UtcTime>) -> bool {
    // a dispatch may be taken back, and work be done again: then it is not known any more
    let known = due_at.is_some() || task.plan.0.due.counts_from_work() || matches!(task.plan.0.due, Due::AfterShipping(_));
    !is_over(task) && !task.due_is_set && known && due_at != task.due_at
}

fn set(tx: &mut Tx, task: &Task, due_at: Option<UtcTime>) -> Result<()> {
    let dated = Task { due_at, overdue_noticed_at: None, ..raised(task) };
    let event = describe(EventName::TaskDated, &dated).change("due_at", task.due_at.map(UtcTime::text), due_at.map(UtcTime::text));
    amend(tx, dated, event).map(drop)
}
