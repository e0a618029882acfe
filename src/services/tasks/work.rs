//! What people do with tasks: accept, assign, start, complete, cancel (DOMAIN 3.2).

use super::input::{AssignTaskInput, CompleteTaskInput, NoteInput, ReasonInput, TickInput};
use super::{amend, assigning, describe, is_lead, is_over, is_worker, note, proof, raised, step, take_for};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Role;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::task::{Facts, TaskEvent, TaskStatus};
use crate::domain::reason::Reason;
use crate::domain::task_plan::code;
use crate::error::{Code, Problem, Result};
use crate::repositories::orders::parts;
use crate::repositories::tasks::{self, Task, TaskNote};
use crate::repositories::{exceptions, stock};

/// Tasks without which the order's lines would never be ready.
pub(super) const READIES_GOODS: &[&str] = &[code::PICK, code::PRODUCE, code::SERVE];
/// How many notes a task may have.
const NOTES_A_TASK: i64 = 200;

/// What the guards of a person's step look at.
pub(super) fn facts(tx: &mut Tx, task: &Task) -> Result<Facts> {
    Ok(Facts {
        missing_evidence: proof::missing(tx, task)?.map(|kind| kind.as_str()),
        stock_missing: task.code == code::PICK && !is_all_there(tx, task.order_id)?,
        blocked_by: blocking(tx, task)?,
        standstill: parts::details(tx.conn, task.order_id)?.standstill(),
        unticked: task.checklist.0.iter().filter(|entry| entry.done_at.is_none()).count(),
        paused: task.paused_at.is_some(),
        ..Facts::default()
    })
}

/// What stops a task: the exceptions over its order, but for the one whose plan asks for the task.
fn blocking(tx: &mut Tx, task: &Task) -> Result<Vec<String>> {
    let mut numbers = exceptions::blocking_numbers(tx.conn, task.order_id)?;
    let asked_by = task.code.split('-').next().and_then(|id| Kind::Exception.parse(id)).filter(|_| !numbers.is_empty());
    if let Some(exception) = asked_by.map(|id| exceptions::find(tx.conn, id)).transpose()?.flatten() {
        numbers.retain(|number| *number != exception.number);
    }
    Ok(numbers)
}

/// Whether everything that is to be picked is set aside, and what is made of it is made; or something, where the goods may
/// leave in parts.
fn is_all_there(tx: &mut Tx, order: Id) -> Result<bool> {
    if parts::delivery(tx.conn, order)?.in_parts {
        return stock::any_to_pick(tx.conn, order);
    }
    let made = parts::lines(tx.conn, order)?.iter().all(|line| !line.is_stored() || line.left_to_make() == Amount::ZERO);
    Ok(made && stock::all_reserved(tx.conn, order)?)
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
    // who was only asked to help does not take the task from its department
    if tx.actor.department != Some(task.department) && task.assignee_id != Some(me) && !tx.actor.holds(&[Role::OrderAdmin]) {
        return Err(Problem::from_reasons(vec![Reason::NotPermitted]).into());
    }
    match task.assignee_id {
        Some(assignee) if assignee == me => return Ok(task),
        Some(_) => return Err(Problem::new(Code::AlreadyDecided).detail("Someone else has taken the task.", "任务已由他人接受。").into()),
        None => {}
    }
    let taken = Task { assignee_id: Some(me), ..raised(&task) };
    let event = describe(EventName::TaskAccepted, &taken).change("assignee", person(None), person(Some(me)));
    amend(tx, taken, event)
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
        changed.assignee_id = Some(assigning::assignee(tx, text, task.department)?);
    }
    if let Some(names) = &said.collaborators {
        changed.collaborators = Json(assigning::collaborators(tx, names)?);
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
    changed.due_is_set |= said.due_at.is_some(); // who says the same date means it
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
    if before.collaborators != after.collaborators {
        let people = |task: &Task| task.collaborators.0.iter().map(|id| id.text(Kind::User)).collect::<Vec<_>>();
        event = event.change("collaborators", people(before), people(after));
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

/// Lets work on a task rest, with a reason.
///
/// # Errors
/// `forbidden` outside one's department; `invalid_transition` unless it is in progress and not resting.
pub fn pause(tx: &mut Tx, id: Id, said: &ReasonInput) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_worker)?;
    let facts = facts(tx, &task)?;
    let now = tx.now;
    step(tx, &task, TaskEvent::Pause, &facts, EventName::TaskPaused, |task, event| {
        let paused = Task { paused_at: Some(now), pause_reason: Some(said.reason.clone()), ..task };
        (paused, event.note("reason", said.reason.clone()))
    })
}

/// Goes on with a task that rests.
///
/// # Errors
/// `forbidden` outside one's department; `invalid_transition` unless it is in progress; `order_blocked`.
pub fn resume(tx: &mut Tx, id: Id) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_worker)?;
    if task.status == TaskStatus::InProgress && task.paused_at.is_none() {
        return Ok(task); // it goes on already
    }
    let facts = facts(tx, &task)?;
    step(tx, &task, TaskEvent::Resume, &facts, EventName::TaskResumed, |task, event| (Task { paused_at: None, pause_reason: None, ..task }, event))
}

/// Ticks a thing off a task's list, or takes the tick back.
///
/// # Errors
/// `forbidden` outside one's department; `validation_failed` where the list has no such place;
/// `invalid_transition` where the task is over.
pub fn tick(tx: &mut Tx, id: Id, said: &TickInput) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_worker)?;
    refuse_over(&task, "tick")?;
    let mut ticked = raised(&task);
    let place = usize::try_from(said.item).unwrap_or_default().wrapping_sub(1);
    let Some(entry) = ticked.checklist.0.get_mut(place) else {
        return Err(Problem::invalid("/item", "unknown", "the list has no such place", "清单中没有该项").into());
    };
    if entry.done_at.is_some() == said.done {
        return Ok(task);
    }
    (entry.done_at, entry.done_by) = if said.done { (Some(tx.now), Some(tx.actor.label.clone())) } else { (None, None) };
    let event = describe(EventName::TaskTicked, &ticked).change(&format!("checklist/{}", said.item), !said.done, said.done);
    amend(tx, ticked, event)
}

/// Notes how a task gets on.
///
/// # Errors
/// `forbidden` outside one's department; `rule_violated` past 200 notes.
pub fn write_note(tx: &mut Tx, id: Id, said: &NoteInput) -> Result<TaskNote> {
    let (_, task) = take_for(tx, id, is_worker)?;
    if tasks::count_notes(tx.conn, task.id)? >= NOTES_A_TASK {
        let (en, zh) = (format!("A task has at most {NOTES_A_TASK} notes."), format!("每个任务最多 {NOTES_A_TASK} 条备注。"));
        return Err(Problem::rule("DOMAIN 3.2", en, zh).into());
    }
    let written = TaskNote { id: tx.new_id(), task_id: task.id, text: said.text.clone(), actor_label: tx.actor.label.clone(), created_at: tx.now };
    tasks::insert_note(tx.conn, &written)?;
    let noted = raised(&task);
    let event = describe(EventName::TaskNoted, &noted).note("note", said.text.clone());
    amend(tx, noted, event)?;
    Ok(written)
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
pub fn cancel(tx: &mut Tx, id: Id, said: &ReasonInput) -> Result<Task> {
    let (_, task) = take_for(tx, id, is_lead)?;
    if READIES_GOODS.contains(&task.code.as_str()) && !is_over(&task) {
        let en = "Lines of the order wait for this task; cancel the order, or do the task.";
        return Err(Problem::rule("DOMAIN 3.4", en, "订单明细依赖该任务；请取消订单或完成任务。").into());
    }
    step(tx, &task, TaskEvent::Cancel, &Facts::default(), EventName::TaskCancelled, |task, event| (task, event.note("reason", said.reason.clone())))
}
