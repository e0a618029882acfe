//! A task with all that is shown of it. Several are read at once, by a fixed number of queries: none
//! a row.

use super::{Task, find as find_task};
use crate::db::Conn;
use crate::db::cached::{Cache, padded};
use crate::db::schema::{orders, tasks};
use crate::db::types::Json;
use crate::domain::id::Id;
use crate::error::Result;
use crate::repositories::files::{self, FileRow};
use crate::repositories::users::{self, User};
use crate::{each, here_by_length};
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A task and what belongs to it.
#[derive(Debug, Clone)]
pub struct WholeTask {
    pub task: Task,
    pub order_number: String,
    /// The tasks that must be done before.
    pub depends_on: Vec<Id>,
    pub assignee: Option<User>,
    pub collaborators: Vec<User>,
    /// Oldest first.
    pub files: Vec<FileRow>,
}

fn distinct(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    ids.collect::<BTreeSet<_>>().into_iter().collect()
}

fn numbers(conn: &mut Conn, of: &[Id]) -> Result<BTreeMap<Id, String>> {
    let rows: Vec<(Id, String)> = each!(conn, c => orders::table.filter(orders::id.eq_any(padded(of))).select((orders::id, orders::number)).listed(of.len(), here_by_length!()).load(c))?;
    Ok(rows.into_iter().collect())
}

/// The tasks of orders, by order and code.
fn by_code(conn: &mut Conn, of: &[Id]) -> Result<BTreeMap<(Id, String), Id>> {
    let columns = (tasks::order_id, tasks::code, tasks::id);
    let rows: Vec<(Id, String, Id)> =
        each!(conn, c => tasks::table.filter(tasks::order_id.eq_any(padded(of))).select(columns).listed(of.len(), here_by_length!()).load(c))?;
    Ok(rows.into_iter().map(|(order, code, task)| ((order, code), task)).collect())
}

fn by_task(rows: Vec<FileRow>) -> BTreeMap<Id, Vec<FileRow>> {
    let mut groups: BTreeMap<Id, Vec<FileRow>> = BTreeMap::new();
    for file in rows {
        if let Some(task) = file.task_id {
            groups.entry(task).or_default().push(file);
        }
    }
    groups
}

/// Reads what is shown of tasks; they stay in their order.
pub fn load(conn: &mut Conn, tasks: Vec<Task>) -> Result<Vec<WholeTask>> {
    if tasks.is_empty() {
        return Ok(Vec::new());
    }
    let of = distinct(tasks.iter().map(|task| task.order_id));
    let (numbers, codes) = (numbers(conn, &of)?, by_code(conn, &of)?);
    let mut files = by_task(files::list_of_tasks(conn, &tasks.iter().map(|task| task.id).collect::<Vec<_>>())?);
    let assignees = users::find_many(conn, &distinct(tasks.iter().flat_map(|task| task.assignee_id.iter().chain(&task.collaborators.0).copied())))?;
    let people: BTreeMap<Id, User> = assignees.into_iter().map(|user| (user.id, user)).collect();
    let whole = |task: Task| {
        let Json(before) = &task.depends_on;
        WholeTask {
            order_number: numbers.get(&task.order_id).cloned().unwrap_or_default(),
            depends_on: before.iter().filter_map(|code| codes.get(&(task.order_id, code.clone())).copied()).collect(),
            assignee: task.assignee_id.and_then(|id| people.get(&id).cloned()),
            collaborators: task.collaborators.0.iter().filter_map(|id| people.get(id).cloned()).collect(),
            files: files.remove(&task.id).unwrap_or_default(),
            task,
        }
    };
    Ok(tasks.into_iter().map(whole).collect())
}

/// A task by id, with what is shown of it.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<WholeTask>> {
    let found: Vec<Task> = find_task(conn, id)?.into_iter().collect();
    Ok(load(conn, found)?.pop())
}
