//! Departments' tasks and the templates that they are made from (DOMAIN 3.1). What else is shown of a
//! task is in `tasks::whole`.

pub mod whole;

use crate::db::cached::Cache;
use crate::db::schema::{task_templates, tasks};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend, clock};
use crate::domain::actor::Department;
use crate::domain::id::Id;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::task_plan::{Due, EvidenceKind, Plan, Template, default_templates};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, insert_rows};
use diesel::prelude::*;

/// A task template.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = task_templates, treat_none_as_default_value = false)]
pub struct TemplateRow {
    pub id: Id,
    pub version: i64,
    pub code: String,
    pub position: i32,
    pub department: Department,
    pub title_en: String,
    pub title_zh: String,
    pub plan: Json<Plan>,
    pub active: bool,
    pub updated_at: UtcTime,
}

impl From<TemplateRow> for Template {
    fn from(row: TemplateRow) -> Self {
        let Json(plan) = row.plan;
        Self { code: row.code, department: row.department, title_en: row.title_en, title_zh: row.title_zh, plan }
    }
}

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
    pub due: Json<Due>,
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
}

/// The active templates, in their order.
pub fn templates(conn: &mut Conn) -> Result<Vec<TemplateRow>> {
    let active = task_templates::table.filter(task_templates::active.eq(true));
    Ok(active.order(task_templates::position.asc()).select(TemplateRow::as_select()).load(conn)?)
}

/// Stores those of the default templates that are not there yet; whoever else does so at the same
/// time does not matter.
pub fn seed(conn: &mut Conn, now: UtcTime) -> Result<()> {
    let rows: Vec<TemplateRow> = (1..)
        .zip(default_templates())
        .map(|(position, template)| TemplateRow {
            id: clock::new_id(now),
            version: 1,
            code: template.code,
            position,
            department: template.department,
            title_en: template.title_en,
            title_zh: template.title_zh,
            plan: Json(template.plan),
            active: true,
            updated_at: now,
        })
        .collect();
    each!(conn, c => diesel::insert_into(task_templates::table).values(&rows).on_conflict(task_templates::code).do_nothing().execute(c))?;
    Ok(())
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

fn list_in_status(conn: &mut Conn, filter: &TaskFilter, status: Option<TaskStatus>, before: Option<Id>, limit: i64) -> Result<Vec<Task>> {
    let mut query = tasks::table.order(tasks::id.desc()).limit(limit).select(Task::as_select()).into_boxed::<MultiBackend>();
    if let Some(status) = status {
        query = query.filter(tasks::status.eq(status));
    }
    if let Some(id) = before {
        query = query.filter(tasks::id.lt(id));
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

/// Tasks that match, newest first, made before a given one. Each status is read by its own index
/// and the few rows are merged.
pub fn list(conn: &mut Conn, filter: &TaskFilter, before: Option<Id>, limit: i64) -> Result<Vec<Task>> {
    if filter.statuses.is_empty() {
        return list_in_status(conn, filter, None, before, limit);
    }
    let mut all = Vec::new();
    for status in &filter.statuses {
        all.extend(list_in_status(conn, filter, Some(*status), before, limit)?);
    }
    all.sort_by_key(|task| std::cmp::Reverse(task.id));
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// Tasks that are being waited for past their due date and were not told of yet, longest overdue
/// first (DOMAIN 5.2).
pub fn overdue(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Task>> {
    let waited_for = [TaskStatus::Open, TaskStatus::InProgress];
    Ok(each!(conn, c => tasks::table
        .filter(tasks::status.eq_any(waited_for).and(tasks::due_at.lt(now)).and(tasks::overdue_noticed_at.is_null()))
        .order((tasks::due_at.asc(), tasks::id.asc()))
        .limit(limit)
        .select(Task::as_select())
        .load(c))?)
}

/// Stores new tasks.
pub fn insert(conn: &mut Conn, rows: &[Task]) -> Result<()> {
    if !rows.is_empty() {
        insert_rows!(conn, tasks::table, rows)?;
    }
    Ok(())
}

/// What a task waits for, where its order's lines were amended.
pub fn set_dependencies(conn: &mut Conn, id: Id, codes: &[String]) -> Result<()> {
    let values = tasks::depends_on.eq(Json(codes.to_vec()));
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
    );
    Ok(each!(conn, c => diesel::update(tasks::table.filter(here)).set(values).fixed(here!()).execute(c))? == 1)
}

/// Notes that a task was told to be overdue; false where that was noted already.
pub fn set_overdue_noticed(conn: &mut Conn, id: Id, at: UtcTime) -> Result<bool> {
    let here = tasks::id.eq(id).and(tasks::overdue_noticed_at.is_null());
    Ok(each!(conn, c => diesel::update(tasks::table.filter(here)).set(tasks::overdue_noticed_at.eq(Some(at))).fixed(here!()).execute(c))? == 1)
}
