//! What people do with tasks: accept, assign, start, complete, cancel (DOMAIN 3.2).

use super::input::{AssignTaskInput, CancelTaskInput, CompleteTaskInput};
use super::{amend, describe, is_lead, is_over, is_worker, note, proof, raised, step, take_for};
use crate::db::Tx;
use crate::domain::actor::{Department, Role};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::task::{Facts, TaskEvent};
use crate::domain::task_plan::code;
use crate::error::{Code, Problem, Result};
use crate::repositories::orders::parts;
use crate::repositories::tasks::Task;
use crate::repositories::users::{self, User};
use crate::repositories::{exceptions, stock};

/// Tasks without which the order's lines would never be ready.
const READIES_GOODS: &[&str] = &[code::PICK, code::PRODUCE, code::SERVE];

/// What the guards of a person's step look at.
fn facts(tx: &mut Tx, task: &Task) -> Result<Facts> {
    Ok(Facts {
        missing_evidence: proof::missing(tx, task)?.map(|kind| kind.as_str()),
        stock_missing: task.code == code::PICK && !stock::all_reserved(tx.conn, task.order_id)?,
        blocked_by: exceptions::blocking_numbers(tx.conn, task.order_id)?,
        standstill: parts::details(tx.conn, task.order_id)?.standstill(),
        ..Facts::default()
    })
}

/// Refuses what can only be done with a task that is not over.
fn refuse_over(task: &Task, event: &str) -> Result<()> {
    if is_over(task) { Err(Problem::invalid_transition(task.status.as_str(), event, &[]).into()) } else { Ok(()) }
}

fn person(id: Option<Id>) -> Option<String> {
    id.map(|id| id.text(Kind::User))
}

/// Takes a task upon oneself; doing it twice is fine.
///
/// # Errors
/// `forbidden` outside one's department; `already_decided` where someone else has it;
/// `invalid_transition` where it is over.
pub fn accept(tx: &mut Tx, id: Id) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_worker)?;
    refuse_over(&task, "accept")?;
    let me = tx.actor.user_id().ok_or(Code::Forbidden)?;
    match task.assignee_id {
        Some(assignee) if assignee == me => return Ok(task),
        Some(_) => return Err(Problem::new(Code::AlreadyDecided).detail("Someone else has taken the task.", "任务已由他人接受。").into()),
        None => {}
    }
    let taken = Task { assignee_id: Some(me), ..raised(&task) };
    let event = describe(EventName::TaskAccepted, &taken).change("assignee", person(None), person(Some(me)));
    amend(tx, taken, event)
}

/// The active person who is to do a department's work, and may.
fn assignee(tx: &mut Tx, text: &str, department: Department) -> Result<User> {
    let unknown = || Problem::invalid("/assignee", "unknown", "names no active user", "没有该启用用户");
    let id = Kind::User.parse(text).ok_or_else(unknown)?;
    let user = users::find(tx.conn, id)?.filter(|user| user.active).ok_or_else(unknown)?;
    if user.department == Some(department) || user.roles.0.contains(&Role::OrderAdmin) {
        return Ok(user);
    }
    Err(Problem::rule("DOMAIN 3.2", "The assignee must belong to the task's department.", "负责人须属于该任务的部门。").into())
}

/// Says who is to do a task, until when, and why it is late (DOMAIN 3.2).
///
/// # Errors
/// `forbidden` but for who directs the department; `validation_failed` for an unknown assignee or a
/// moved due date without a reason; `rule_violated` for an assignee of another department;
/// `invalid_transition` where the task is over.
pub fn assign(tx: &mut Tx, id: Id, said: &AssignTaskInput) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_lead)?;
    let mut changed = raised(&task);
    if let Some(text) = &said.assignee {
        changed.assignee_id = Some(assignee(tx, text, task.department)?.id);
    }
    if said.due_at.is_some() && said.due_at != task.due_at {
        if said.reason.is_none() {
            return Err(Problem::invalid("/reason", "required", "is needed to move the due date", "调整截止时间须说明原因").into());
        }
        if said.due_at.is_some_and(|due_at| due_at <= tx.now) {
            return Err(Problem::invalid("/due_at", "range", "must lie in the future", "必须晚于当前时间").into());
        }
        changed.due_at = said.due_at;
        changed.overdue_noticed_at = None;
    }
    refuse_over(&task, "assign")?;
    changed.delay_reason = said.delay_reason.clone().or(changed.delay_reason);
    let event = changes(&task, &changed, said);
    amend(tx, changed, event)
}

fn changes(before: &Task, after: &Task, said: &AssignTaskInput) -> Event {
    let mut event = describe(EventName::TaskAssigned, after);
    if before.assignee_id != after.assignee_id {
        event = event.change("assignee", person(before.assignee_id), person(after.assignee_id));
    }
    if before.due_at != after.due_at {
        event = event.change("due_at", before.due_at.map(|at| at.text()), after.due_at.map(|at| at.text()));
    }
    note(note(event, "reason", said.reason.as_deref()), "delay_reason", said.delay_reason.as_deref())
}

/// Begins a task.
///
/// # Errors
/// `forbidden` outside one's department; `invalid_transition`; `order_blocked`.
pub fn start(tx: &mut Tx, id: Id) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_worker)?;
    let facts = facts(tx, &task)?;
    step(tx, &task, TaskEvent::Start, &facts, EventName::TaskStarted, |task, event| (task, event))
}

/// Finishes a task; what follows from that is the workflow's (DOMAIN 3.4).
///
/// # Errors
/// `forbidden` outside one's department; `invalid_transition`; `evidence_missing`; `order_blocked`;
/// `invalid_transition` too where not everything to be picked is reserved.
pub fn complete(tx: &mut Tx, id: Id, said: &CompleteTaskInput) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_worker)?;
    let facts = facts(tx, &task)?;
    step(tx, &task, TaskEvent::Complete, &facts, EventName::TaskCompleted, |task, event| {
        let told = note(note(event, "note", said.note.as_deref()), "delay_reason", said.delay_reason.as_deref());
        let done = Task { note: said.note.clone().or(task.note), delay_reason: said.delay_reason.clone().or(task.delay_reason), ..task };
        (done, told)
    })
}

/// Ends a task that is not going to be done.
///
/// # Errors
/// `forbidden` but for who directs the department; `rule_violated` while the order's lines wait for
/// it; `invalid_transition`.
pub fn cancel(tx: &mut Tx, id: Id, said: &CancelTaskInput) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_lead)?;
    if READIES_GOODS.contains(&task.code.as_str()) && !is_over(&task) {
        let en = "Lines of the order wait for this task; cancel the order, or do the task.";
        return Err(Problem::rule("DOMAIN 3.4", en, "订单明细依赖该任务；请取消订单或完成任务。").into());
    }
    step(tx, &task, TaskEvent::Cancel, &Facts::default(), EventName::TaskCancelled, |task, event| (task, event.note("reason", said.reason.clone())))
}
