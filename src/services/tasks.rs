//! Departments' tasks. What people do with them is in `work` and `proof`, what the system does in
//! `create` and `follow`; here is what all of them share: taking a task, the table, the event, and
//! who may.

mod adapt;
mod create;
mod follow;
pub mod input;
pub mod proof;
pub mod work;

pub use adapt::adapt;
pub use create::create;
pub use follow::{cancel_all, notice_overdue, order_shipped, settle_by_fact, unblock};

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::{Actor, Department, Role};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::task::{Facts, MACHINE, TaskEvent, TaskStatus};
use crate::domain::reason::Reason;
use crate::domain::task_plan::due_once_open;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::repositories::orders::{self, Order};
use crate::repositories::tasks::{self, Task};

/// Whether the actor works on a department's tasks: its people, the order administrator, and
/// machines whose scope says so (DECISIONS 27).
fn is_worker(actor: &Actor, department: Department) -> bool {
    actor.user_id().is_none() || actor.holds(&[Role::OrderAdmin]) || actor.department == Some(department)
}

/// Whether the actor directs a department's tasks: its head (of operations: the operations head as
/// well), the order administrator (DECISIONS 27).
fn is_lead(actor: &Actor, department: Department) -> bool {
    let head = actor.holds(&[Role::DepartmentHead]) && actor.department == Some(department);
    let operations = actor.holds(&[Role::OperationsHead]) && department == Department::Operations;
    actor.user_id().is_none() || head || operations || actor.holds(&[Role::OrderAdmin])
}

/// Whether there is still work on an order for a department: while it is executed and shipped, and
/// for finance after that.
fn has_work(order: &Order, department: Department) -> bool {
    match order.state {
        State::Executing | State::Shipped => true,
        State::Received => department == Department::Finance,
        _ => false,
    }
}

/// Whether nobody works on a task any more.
fn is_over(task: &Task) -> bool {
    task.status.is_over()
}

fn find(tx: &mut Tx, id: Id) -> Result<Task> {
    tasks::find(tx.conn, id)?.ok_or_else(|| Problem::not_found().into())
}

/// Takes a task's order, then reads both as they are now.
fn take(tx: &mut Tx, id: Id) -> Result<(Order, Task)> {
    let order_id = find(tx, id)?.order_id;
    let order = orders::take(tx, order_id)?.ok_or_else(Problem::not_found)?;
    Ok((order, find(tx, id)?))
}

/// Takes a task for a person who may, at the version they have seen, while there is work on it.
fn take_for(tx: &mut Tx, id: Id, may: fn(&Actor, Department) -> bool) -> Result<(Order, Task)> {
    let (order, task) = take(tx, id)?;
    if !may(&tx.actor, task.department) {
        return Err(Problem::from_reasons(vec![Reason::NotPermitted]).into());
    }
    tx.check_match(task.version)?;
    if !has_work(&order, task.department) {
        return Err(Problem::from_reasons(vec![Reason::OrderNotExecuting]).into());
    }
    Ok((order, task))
}

/// A task's next version, as it is now.
fn raised(task: &Task) -> Task {
    Task { version: task.version + 1, ..task.clone() }
}

/// When an opening task is due: as planned, or counted from now.
fn due_when_opened(tx: &Tx, task: &Task) -> Option<UtcTime> {
    let Json(due) = &task.due;
    task.due_at.or_else(|| due_once_open(due, tx.now.utc(), &tx.company.calendar).and_then(UtcTime::new))
}

/// Moves a task by the table and records it under a name; gives the task as it is then. `shape`
/// adds what else the step brings.
fn step(
    tx: &mut Tx,
    task: &Task,
    event: TaskEvent,
    facts: &Facts,
    name: EventName,
    shape: impl FnOnce(Task, Event) -> (Task, Event),
) -> Result<Task> {
    let next = MACHINE.next(task.status, event, facts).map_err(|r| Problem::refusal(task.status.as_str(), event, r))?;
    let mut moved = Task { status: next, ..raised(task) };
    match next {
        TaskStatus::Open => {
            moved.opened_at = Some(tx.now);
            moved.due_at = due_when_opened(tx, task);
        }
        TaskStatus::InProgress => moved.started_at = Some(tx.now),
        TaskStatus::Done => moved.completed_at = Some(tx.now),
        TaskStatus::Blocked | TaskStatus::Cancelled => {}
    }
    let said = describe(name, &moved).change("status", task.status.as_str(), next.as_str());
    let (moved, said) = shape(moved, said);
    if !tasks::set_status(tx.conn, task.status, &moved)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(said)?;
    Ok(moved)
}

/// Stores what was changed about a task but its status, and records it; gives the task as it is
/// then.
fn amend(tx: &mut Tx, task: Task, event: Event) -> Result<Task> {
    if !tasks::update(tx.conn, &task)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(event)?;
    Ok(task)
}

/// What subscribers see of every task's event (DECISIONS 13).
fn describe(name: EventName, task: &Task) -> Event {
    Event::in_order(name, task.order_id, Kind::Task, task.id)
        .with("order_id", task.order_id.text(Kind::Order))
        .with("code", task.code.clone())
        .with("department", task.department.as_str())
        .with("status", task.status.as_str())
        .with("version", task.version)
}

fn note(event: Event, field: &str, text: Option<&str>) -> Event {
    match text {
        Some(text) => event.note(field, text),
        None => event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::ActorKind;

    fn person(role: Role, department: Option<Department>) -> Actor {
        let id = Id::from_parts(1, [1; 10]);
        Actor { kind: ActorKind::User, id: Some(id), roles: vec![role], department, ..Actor::anonymous() }
    }

    #[test]
    fn people_work_on_their_own_departments_tasks() {
        // DECISIONS 27
        let warehouse = person(Role::Warehouse, Some(Department::Warehouse));
        assert!(is_worker(&warehouse, Department::Warehouse));
        assert!(!is_worker(&warehouse, Department::Finance));
        assert!(!is_lead(&warehouse, Department::Warehouse));
        assert!(!is_worker(&person(Role::Warehouse, None), Department::Warehouse));
        assert!(is_worker(&person(Role::OrderAdmin, None), Department::Finance));
    }

    #[test]
    fn heads_direct_their_own_department() {
        // DECISIONS 27
        let head = person(Role::DepartmentHead, Some(Department::Production));
        assert!(is_lead(&head, Department::Production));
        assert!(!is_lead(&head, Department::Warehouse));
        let operations = person(Role::OperationsHead, Some(Department::Operations));
        assert!(is_lead(&operations, Department::Operations) && !is_lead(&operations, Department::Warehouse));
        assert!(is_lead(&person(Role::OrderAdmin, None), Department::Warehouse));
    }
}
