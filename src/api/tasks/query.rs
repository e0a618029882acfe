//! What a list of tasks may be asked for.

use crate::api::paging::Cursors;
use crate::api::query;
use crate::db::Snapshot;
use crate::domain::actor::{Actor, Department};
use crate::domain::id::Id;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::repositories::tasks::{From, Task, TaskFilter};
use crate::words;
use serde::Deserialize;
use validator::Validate;

/// The query of `GET /v1/tasks`.
#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// The order's id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    department: Option<Department>,
    /// One or more of `blocked`, `open`, `in_progress`, `done`, `cancelled`, separated by commas.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    status: Option<String>,
    /// Who is to do it, `usr_…`, or `me`.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    assignee: Option<String>,
    /// Past the due date and neither done nor cancelled, or not so.
    overdue: Option<bool>,
    /// `newest` first, or those first that are due first; those that are not due at any time come last then. One whose due date moves during a walk may be seen twice, or not.
    #[param(inline)]
    sort: Option<TaskSort>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    pub(super) cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

words! {
    /// The order of a list of tasks.
    pub enum TaskSort { Newest = "newest", DueAt = "due_at" }
}

/// How a cursor is written: which part of the list, and after which task.
const DATED: u8 = b'd';
const UNDATED: u8 = b'u';

impl TaskQuery {
    /// Where the list goes on.
    ///
    /// # Errors
    /// `invalid_cursor`.
    pub fn from(&self, cursors: &Cursors) -> Result<From> {
        if self.sort.unwrap_or(TaskSort::Newest) == TaskSort::Newest {
            return Ok(From::Newest(cursors.read_id(self.cursor.as_deref())?));
        }
        let Some(bytes) = cursors.read(self.cursor.as_deref())? else { return Ok(From::Due(None)) };
        from_bytes(&bytes).ok_or_else(|| Problem::new(Code::InvalidCursor).into())
    }

    /// The place of a task in the list.
    pub fn place(&self, task: &Task) -> Vec<u8> {
        let id = task.id.0.as_bytes().as_slice();
        match (self.sort, task.due_at) {
            (Some(TaskSort::DueAt), Some(at)) => [&[DATED], at.micros().to_be_bytes().as_slice(), id].concat(),
            (Some(TaskSort::DueAt), None) => [&[UNDATED], id].concat(),
            _ => id.to_vec(),
        }
    }

    /// The filter that this comes to for whoever asks.
    ///
    /// # Errors
    /// `invalid_parameter` for a word, an order or a person that is none.
    pub fn filter(&self, snapshot: &mut Snapshot) -> Result<TaskFilter> {
        Ok(TaskFilter {
            order: query::order(snapshot, self.order_id.as_deref())?,
            department: self.department,
            statuses: query::words("status", self.status.as_deref(), TaskStatus::ALL)?,
            assignee: query::person("assignee", self.assignee.as_deref(), &snapshot.actor)?,
            overdue: self.overdue.map(|overdue| (overdue, snapshot.now)),
        })
    }

    /// What a cursor is bound to: all of the filter but the passing time.
    pub fn bound_to(&self, actor: &Actor) -> String {
        let who = self.assignee.as_deref().map(|text| if text == "me" { actor.idempotency_name() } else { text.to_owned() });
        format!("{:?}", (&self.order_id, self.department, &self.status, who, self.overdue, self.sort))
    }
}

fn from_bytes(bytes: &[u8]) -> Option<From> {
    let id = |bytes: &[u8]| uuid::Uuid::from_slice(bytes).ok().map(Id);
    match bytes.split_first()? {
        (&DATED, rest) if rest.len() == 24 => {
            let at = i64::from_be_bytes(rest.get(..8)?.try_into().ok()?);
            Some(From::Due(Some((UtcTime::from_micros(at)?, id(rest.get(8..)?)?))))
        }
        (&UNDATED, rest) => Some(From::Undated(Some(id(rest)?))),
        _ => None,
    }
}
