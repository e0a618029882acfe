//! Departments' tasks (DOMAIN 3.1). What else is shown of a task is in `tasks::whole`; what they are made
//! from in `tasks::templates`.

pub mod templates;
pub mod whole;

use crate::db::cached::{Cache, padded};
use crate::db::schema::{order_details, task_notes, tasks};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend};
use crate::domain::actor::Department;
use crate::domain::id::Id;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::task_plan::{ChecklistItem, EvidenceKind, Plan};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_rows};
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A task of an order.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = tasks, treat_none_as_default_value = false)]
pub struct Task {
    pub id: Id,
    pub version: i64,
    pub order_id: Id,
    pub code: String,
    pub position: i32,
    pub department: Department,
    pub title_en: String,
    pub title_zh: String,
    pub status: TaskStatus,
    /// Codes of the same order's tasks that must be done before.
    pub depends_on: Json<Vec<String>>,
    pub due_at: Option<UtcTime>,
    pub required_evidence: Option<EvidenceKind>,
    pub assignee_id: Option<Id>,
    pub opened_at: Option<UtcTime>,
    pub started_at: Option<UtcTime>,
    pub completed_at: Option<UtcTime>,
    /// When the clock told that it is overdue; once for each due date.
    pub overdue_noticed_at: Option<UtcTime>,
    pub delay_reason: Option<String>,
    pub note: Option<String>,
    pub created_at: UtcTime,
    /// The rule that it was made by; what becomes of the template changes nothing about it.
    pub plan: Json<Plan>,
    /// A person has set the due date: no rule moves it any more.
    pub due_is_set: bool,
    /// By how many changes of the calendar its due date was reckoned.
    pub dated_by: i64,
    pub paused_at: Option<UtcTime>,
    pub pause_reason: Option<String>,
    pub checklist: Json<Vec<ChecklistEntry>>,
    /// Who else works on it.
    pub collaborators: Json<Vec<Id>>,
    /// The due date past which an exception was raised, long after it.
    pub overdue_raised_for: Option<UtcTime>,
}

/// Something to be ticked off before a task is done, and by whom it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistEntry {
    pub item: ChecklistItem,
    pub done_at: Option<UtcTime>,
    pub done_by: Option<String>,
}

/// A task by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Task>> {
    Ok(each!(conn, c => tasks::table.find(id).select(Task::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// An order's tasks, in the templates' order.
pub fn list_of_order(conn: &mut Conn, order: Id) -> Result<Vec<Task>> {
    let of_order = tasks::table.filter(tasks::order_id.eq(order)).order((tasks::position.asc(), tasks::id.asc()));
    Ok(each!(conn, c => of_order.select(Task::as_select()).fixed(here!()).load(c))?)
}

/// Which tasks a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskFilter {
    pub order: Option<Id>,
    pub department: Option<Department>,
    /// Any of these; all where empty.
    pub statuses: Vec<TaskStatus>,
    pub assignee: Option<Id>,
    /// Those that are overdue at this instant, or those that are not.
    pub overdue: Option<(bool, UtcTime)>,
}

/// The states in which nobody works on a task any more.
const FINAL: [TaskStatus; 2] = [TaskStatus::Done, TaskStatus::Cancelled];

/// Where a list goes on, and in which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// Newest first, those made before a task.
    Newest(Option<Id>),
    /// First due first, those due after a task or, at the same time, made after it.
    Due(Option<(UtcTime, Id)>),
    /// Those that are not due, in the order in which they were made, after a task.
    Undated(Option<Id>),
}

impl From {
    /// Whether a list in this order has one task before another.
    fn key(self, task: &Task) -> (Option<UtcTime>, Reverse<Id>, Id) {
        match self {
            Self::Newest(_) => (None, Reverse(task.id), Id::FIRST),
            Self::Due(_) | Self::Undated(_) => (task.due_at, Reverse(Id::FIRST), task.id),
        }
    }
}

fn list_in_status(conn: &mut Conn, filter: &TaskFilter, status: Option<TaskStatus>, from: From, limit: i64) -> Result<Vec<Task>> {
    let mut query = tasks::table.limit(limit).select(Task::as_select()).into_boxed::<MultiBackend>();
    query = match from {
        From::Newest(None) => query.order(tasks::id.desc()),
        From::Newest(Some(before)) => query.order(tasks::id.desc()).filter(tasks::id.lt(before)),
        From::Undated(after) => query.order(tasks::id.asc()).filter(tasks::due_at.is_null()).filter(tasks::id.gt(after.unwrap_or(Id::FIRST))),
        From::Due(None) => query.order((tasks::due_at.asc(), tasks::id.asc())).filter(tasks::due_at.is_not_null()),
        From::Due(Some((at, id))) => {
            let later = tasks::due_at.gt(at).or(tasks::due_at.eq(at).and(tasks::id.gt(id)));
            query.order((tasks::due_at.asc(), tasks::id.asc())).filter(tasks::due_at.ge(at)).filter(later)
        }
    };
    if let Some(status) = status {
        query = query.filter(tasks::status.eq(status));
    }
    if let Some(order) = filter.order {
        query = query.filter(tasks::order_id.eq(order));
    }
    if let Some(department) = filter.department {
        query = query.filter(tasks::department.eq(department));
    }
    if let Some(assignee) = filter.assignee {
        query = query.filter(tasks::assignee_id.eq(assignee));
    }
    let [done, cancelled] = FINAL;
    query = match filter.overdue {
        Some((true, now)) => query.filter(tasks::due_at.lt(now)).filter(tasks::status.ne(done).and(tasks::status.ne(cancelled))),
        Some((false, now)) => {
            let finished = tasks::status.eq(done).or(tasks::status.eq(cancelled));
            query.filter(tasks::due_at.is_null().or(tasks::due_at.ge(now)).or(finished))
        }
        None => query,
    };
    Ok(query.load(conn)?)
}

/// Tasks that match, from a place on. Each status is read by its own index and the few rows are merged.
pub fn list(conn: &mut Conn, filter: &TaskFilter, from: From, limit: i64) -> Result<Vec<Task>> {
    if filter.statuses.is_empty() && matches!(from, From::Newest(_)) {
        return list_in_status(conn, filter, None, from, limit);
    }
    let statuses = if filter.statuses.is_empty() { TaskStatus::ALL } else { &filter.statuses };
    let mut all = Vec::new();
    for status in statuses {
        all.extend(list_in_status(conn, filter, Some(*status), from, limit)?);
    }
    all.sort_by_key(|task| from.key(task));
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// Tasks that are being waited for past their due date and were not told of yet, longest overdue
/// first (DOMAIN 5.2); clocks pause while an amendment of their order is not agreed (DECISIONS 36).
pub fn overdue(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Task>> {
    let waited_for = [TaskStatus::Open, TaskStatus::InProgress];
    let standing_still = || order_details::table.filter(order_details::order_id.eq(tasks::order_id).and(order_details::amended_from.is_not_null()));
    Ok(each!(conn, c => tasks::table
        .filter(not(exists(standing_still())))
        .filter(tasks::status.eq_any(waited_for).and(tasks::due_at.lt(now)).and(tasks::overdue_noticed_at.is_null()))
        .order((tasks::due_at.asc(), tasks::id.asc()))
        .limit(limit)
        .select(Task::as_select())
        .load(c))?)
}

/// Tasks that are being waited for and were due before an instant, where no exception was raised for that due date yet; the
/// longest overdue of each status first. Clocks pause as in [`overdue`].
pub fn to_raise(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<Id>> {
    let untold = || sql::<Bool>("(tasks.overdue_raised_for IS NULL OR tasks.overdue_raised_for <> tasks.due_at)");
    let standing_still = || order_details::table.filter(order_details::order_id.eq(tasks::order_id).and(order_details::amended_from.is_not_null()));
    let mut all = Vec::new();
    for status in [TaskStatus::Open, TaskStatus::InProgress] {
        let late = || tasks::table.filter(not(exists(standing_still()))).filter(tasks::status.eq(status)).filter(untold());
        let late = || late().filter(tasks::due_at.lt(before)).order(tasks::due_at.asc()).limit(limit);
        let found: Vec<Id> = each!(&mut *conn, c => late().select(tasks::id).load(c))?;
        all.extend(found);
    }
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// Notes past which due date an exception was raised.
pub fn set_overdue_raised(conn: &mut Conn, id: Id, due_at: UtcTime) -> Result<()> {
    each!(conn, c => diesel::update(tasks::table.find(id)).set(tasks::overdue_raised_for.eq(Some(due_at))).fixed(here!()).execute(c))?;
    Ok(())
}

/// Stores new tasks.
pub fn insert(conn: &mut Conn, rows: &[Task]) -> Result<()> {
    if !rows.is_empty() {
        insert_rows!(conn, tasks, rows)?;
    }
    Ok(())
}

/// What a task waits for, where its order's lines were amended.
pub fn set_dependencies(conn: &mut Conn, id: Id, codes: &[String]) -> Result<()> {
    let values = (tasks::depends_on.eq(Json(codes.to_vec())), tasks::version.eq(tasks::version + 1));
    each!(conn, c => diesel::update(tasks::table.find(id)).set(values).fixed(here!()).execute(c))?;
    Ok(())
}

/// The only writer of the status column: a compare-and-set from one status (and the version
/// before) to the row's, with what the step brought; false where the task has moved on.
pub fn set_status(conn: &mut Conn, from: TaskStatus, task: &Task) -> Result<bool> {
    let here = tasks::id.eq(task.id).and(tasks::status.eq(from)).and(tasks::version.eq(task.version - 1));
    let values = (
        tasks::status.eq(task.status),
        tasks::version.eq(task.version),
        tasks::due_at.eq(task.due_at),
        tasks::opened_at.eq(task.opened_at),
        tasks::started_at.eq(task.started_at),
        tasks::completed_at.eq(task.completed_at),
        tasks::delay_reason.eq(task.delay_reason.clone()),
        tasks::note.eq(task.note.clone()),
        tasks::assignee_id.eq(task.assignee_id),
        tasks::paused_at.eq(task.paused_at),
        tasks::pause_reason.eq(task.pause_reason.clone()),
        tasks::overdue_noticed_at.eq(task.overdue_noticed_at),
        tasks::overdue_raised_for.eq(task.overdue_raised_for),
    );
    Ok(each!(conn, c => diesel::update(tasks::table.filter(here)).set(values).fixed(here!()).execute(c))? == 1)
}

/// Stores who does a task, until when, and what is said about it, at the version before; false
/// where it has another by now.
pub fn update(conn: &mut Conn, task: &Task) -> Result<bool> {
    let here = tasks::id.eq(task.id).and(tasks::version.eq(task.version - 1));
    let values = (
        tasks::version.eq(task.version),
        tasks::assignee_id.eq(task.assignee_id),
        tasks::due_at.eq(task.due_at),
        tasks::overdue_noticed_at.eq(task.overdue_noticed_at),
        tasks::delay_reason.eq(task.delay_reason.clone()),
        tasks::note.eq(task.note.clone()),
        tasks::due_is_set.eq(task.due_is_set),
        tasks::checklist.eq(task.checklist.clone()),
        tasks::collaborators.eq(task.collaborators.clone()),
    );
    Ok(each!(conn, c => diesel::update(tasks::table.filter(here)).set(values).fixed(here!()).execute(c))? == 1)
}

/// Notes that a task was told to be overdue; false where that was noted already.
pub fn set_overdue_noticed(conn: &mut Conn, id: Id, at: UtcTime) -> Result<bool> {
    let here = tasks::id.eq(id).and(tasks::overdue_noticed_at.is_null());
    Ok(each!(conn, c => diesel::update(tasks::table.filter(here)).set(tasks::overdue_noticed_at.eq(Some(at))).fixed(here!()).execute(c))? == 1)
}

/// How many tasks that are not over each of these people has.
pub fn open_tasks_of(conn: &mut Conn, people: &[Id]) -> Result<BTreeMap<Id, i64>> {
    let ahead = [TaskStatus::Blocked, TaskStatus::Open, TaskStatus::InProgress];
    let theirs = || tasks::table.filter(tasks::assignee_id.eq_any(padded(people)).and(tasks::status.eq_any(ahead)));
    let rows: Vec<Option<Id>> = each!(conn, c => theirs().select(tasks::assignee_id).listed(people.len(), here_by_length!()).load(c))?;
    let mut counts = BTreeMap::new();
    for person in rows.into_iter().flatten() {
        *counts.entry(person).or_default() += 1;
    }
    Ok(counts)
}

/// Orders with tasks that are not over and whose due dates were reckoned by fewer changes of the calendar.
pub fn dated_before(conn: &mut Conn, changes: i64, limit: i64) -> Result<Vec<Id>> {
    // what an open amendment would make of an order counts when it is agreed, and is reckoned with then
    let standing_still = || order_details::table.filter(order_details::order_id.eq(tasks::order_id).and(order_details::amended_from.is_not_null()));
    let left = || {
        tasks::table
            .filter(not(exists(standing_still())))
            .filter(sql::<Bool>("tasks.status IN ('blocked', 'open', 'in_progress')"))
            .filter(tasks::dated_by.lt(changes))
    };
    Ok(each!(conn, c => left().select(tasks::order_id).distinct().limit(limit).load(c))?)
}

/// Notes by how many changes of the calendar an order's due dates were reckoned.
pub fn set_dated_by(conn: &mut Conn, order: Id, changes: i64) -> Result<()> {
    let of_order = tasks::table.filter(tasks::order_id.eq(order));
    each!(conn, c => diesel::update(of_order).set(tasks::dated_by.eq(changes)).execute(c))?;
    Ok(())
}

/// What somebody noted about a task on the way.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = task_notes)]
pub struct TaskNote {
    pub id: Id,
    pub task_id: Id,
    pub text: String,
    pub actor_label: String,
    pub created_at: UtcTime,
}

/// A task's notes, newest first, made before a given one.
pub fn notes_of(conn: &mut Conn, task: Id, before: Option<Id>, limit: i64) -> Result<Vec<TaskNote>> {
    let query = task_notes::table.filter(task_notes::task_id.eq(task)).filter(task_notes::id.lt(before.unwrap_or(Id::LAST)));
    Ok(query.order(task_notes::id.desc()).limit(limit).select(TaskNote::as_select()).into_boxed::<MultiBackend>().load(conn)?)
}

/// How many notes a task has.
pub fn count_notes(conn: &mut Conn, task: Id) -> Result<i64> {
    Ok(each!(conn, c => task_notes::table.filter(task_notes::task_id.eq(task)).count().get_result(c))?)
}

/// Stores a note.
pub fn insert_note(conn: &mut Conn, note: &TaskNote) -> Result<()> {
    each!(conn, c => diesel::insert_into(task_notes::table).values(note).execute(c))?;
    Ok(())
}
