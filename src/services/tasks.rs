//! Departments' tasks. What people do with them is in `work` and `proof`, what the system does in
//! `create` and `follow`; here is what all of them share: taking a task, the table, the event, and
//! who may.

mod adapt;
mod assigning;
mod create;
mod dating;
pub mod extra;
mod follow;
pub mod input;
pub mod output;
pub mod proof;
mod reopening;
pub mod templates;
pub mod work;

pub use adapt::adapt;
pub use create::{asks_for_facts, create};
pub use dating::{date_again, date_what_moved, forecast};
pub use follow::{block_again, cancel_all, note_long_overdue, notice_overdue, renew, settle_by_fact, unblock, unsettle};
pub use reopening::reopen;

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::{Actor, Department, Role};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::task::{Facts, MACHINE, TaskEvent, TaskStatus};
use crate::domain::reason::Reason;
use crate::error::{Code, Problem, Result};
use crate::repositories::orders::{self, Order};
use crate::repositories::tasks::{self, Task};

/// What events say of a task of which an exception tells, or told, that it is overdue.
pub const OVERDUE_RAISED: &str = "overdue_raised";

/// Whether the actor works on a task: its department's people, the order administrator, whose it is or who
/// was asked to help, and machines whose scope says so (DECISIONS 27).
fn is_worker(actor: &Actor, task: &Task) -> bool {
    let Json(helpers) = &task.collaborators;
    let Some(person) = actor.user_id() else { return true };
    let theirs = task.assignee_id == Some(person) || helpers.contains(&person);
    actor.holds(&[Role::OrderAdmin]) || actor.department == Some(task.department) || theirs
}

/// Whether the actor directs a task: its department's head (of operations: the operations head as
/// well), the order administrator (DECISIONS 27).
fn is_lead(actor: &Actor, task: &Task) -> bool {
    let department = task.department;
    let head = actor.holds(&[Role::DepartmentHead]) && actor.department == Some(department);
    let operations = actor.holds(&[Role::OperationsHead]) && department == Department::Operations;
    actor.user_id().is_none() || head || operations || actor.holds(&[Role::OrderAdmin])
}

/// Whether there may still be work on an order: from its release on, after its receipt too, as for finance.
fn has_work(order: &Order) -> bool {
    matches!(order.state, State::Executing | State::Shipped | State::Received)
}

/// Whether nobody works on a task any more.
fn is_over(task: &Task) -> bool {
    task.status.is_over()
}

fn find(tx: &mut Tx, id: Id) -> Result<Task> {
    tasks::find(tx.conn, id)?.ok_or_else(|| Problem::not_found().into())
}

/// Takes an order.
fn take_order(tx: &mut Tx, id: Id) -> Result<Order> {
    orders::take(tx, id)?.ok_or_else(|| Problem::not_found().into())
}

/// Takes a task's order, then reads both as they are now.
fn take(tx: &mut Tx, id: Id) -> Result<(Order, Task)> {
    let order_id = find(tx, id)?.order_id;
    let order = take_order(tx, order_id)?;
    Ok((order, find(tx, id)?))
}

/// Takes a task for a person who may, at the version they have seen, while there is work on it.
fn take_for(tx: &mut Tx, id: Id, may: fn(&Actor, &Task) -> bool) -> Result<(Order, Task)> {
    let (order, task) = take(tx, id)?;
    if !may(&tx.actor, &task) {
        return Err(Problem::from_reasons(vec![Reason::NotPermitted]).into());
    }
    tx.check_match(task.version)?;
    if !has_work(&order) {
        return Err(Problem::from_reasons(vec![Reason::OrderNotExecuting]).into());
    }
    Ok((order, task))
}

/// A task's next version, as it is now.
fn raised(task: &Task) -> Task {
    Task { version: task.version + 1, ..task.clone() }
}

/// A task that has to be done again.
fn begins_anew(task: Task) -> Task {
    let kept = task.due_at.filter(|_| task.due_is_set || !task.plan.0.due.counts_from_work());
    Task { due_at: kept, opened_at: None, started_at: None, completed_at: None, overdue_noticed_at: None, ..task }
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
        TaskStatus::Open => moved.opened_at = Some(tx.now),
        TaskStatus::InProgress if event == TaskEvent::Start => moved.started_at = Some(tx.now),
        TaskStatus::InProgress => {}
        TaskStatus::Done => moved.completed_at = Some(tx.now),
        // it waits anew: what it had begun or was due by counts no more, unless a person said until when
        TaskStatus::Blocked => moved = begins_anew(moved),
        TaskStatus::Cancelled => {}
    }
    if next != TaskStatus::InProgress {
        (moved.paused_at, moved.pause_reason) = (None, None);
    }
    let said = describe(name, &moved).change("status", task.status.as_str(), next.as_str());
    let (moved, said) = shape(moved, raised_before(task, said));
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
    let event = raised_before(&task, event);
    tx.record(event)?;
    Ok(task)
}

/// What is done about a task of which an exception tells that it is overdue says so: the exception may be over.
fn raised_before(task: &Task, event: Event) -> Event {
    if task.overdue_raised_for.is_some() { event.note(OVERDUE_RAISED, true) } else { event }
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
    use crate::domain::task_plan::{Due, Need, Plan};
    use crate::domain::time::UtcTime;

    fn person(role: Role, department: Option<Department>) -> Actor {
        let id = Id::from_parts(1, [1; 10]);
        Actor { kind: ActorKind::User, id: Some(id), roles: vec![role], department, ..Actor::anonymous() }
    }

    /// A task that waits for a department.
    fn task_of(department: Department) -> Task {
        let (id, now) = (Id::from_parts(1, [2; 10]), UtcTime::from_micros(0).unwrap());
        let plan = Plan::new(Need::Always, Due::LeadTimeAfterReview);
        Task {
            id,
            version: 1,
            order_id: id,
            code: "any".to_owned(),
            position: 1,
            department,
            title_en: String::new(),
            title_zh: String::new(),
            status: TaskStatus::Open,
            depends_on: Json(Vec::new()),
            due_at: None,
            required_evidence: None,
            assignee_id: None,
            opened_at: Some(now),
            started_at: None,
            completed_at: None,
            overdue_noticed_at: None,
            delay_reason: None,
            note: None,
            created_at: now,
            plan: Json(plan),
            due_is_set: false,
            dated_by: 0,
            paused_at: None,
            pause_reason: None,
            checklist: Json(Vec::new()),
            collaborators: Json(Vec::new()),
            overdue_raised_for: None,
        }
    }

    #[test]
    fn who_was_asked_to_help_works_on_that_task_and_directs_nothing() {
        // DOMAIN 3.2
        let helper = person(Role::Production, Some(Department::Production));
        let task = Task { collaborators: Json(helper.id.into_iter().collect()), ..task_of(Department::Warehouse) };
        assert!(is_worker(&helper, &task) && !is_lead(&helper, &task));
        assert!(!is_worker(&helper, &task_of(Department::Warehouse)));
    }

    #[test]
    fn people_work_on_their_own_departments_tasks() {
        // DECISIONS 27
        let warehouse = person(Role::Warehouse, Some(Department::Warehouse));
        assert!(is_worker(&warehouse, &task_of(Department::Warehouse)));
        assert!(!is_worker(&warehouse, &task_of(Department::Finance)));
        assert!(!is_lead(&warehouse, &task_of(Department::Warehouse)));
        assert!(!is_worker(&person(Role::Warehouse, None), &task_of(Department::Warehouse)));
        assert!(is_worker(&person(Role::OrderAdmin, None), &task_of(Department::Finance)));
    }

    #[test]
    fn heads_direct_their_own_department() {
        // DECISIONS 27
        let head = person(Role::DepartmentHead, Some(Department::Production));
        assert!(is_lead(&head, &task_of(Department::Production)));
        assert!(!is_lead(&head, &task_of(Department::Warehouse)));
        let operations = person(Role::OperationsHead, Some(Department::Operations));
        assert!(is_lead(&operations, &task_of(Department::Operations)) && !is_lead(&operations, &task_of(Department::Warehouse)));
        assert!(is_lead(&person(Role::OrderAdmin, None), &task_of(Department::Warehouse)));
    }
}
