//! What a list of tasks may be asked for.

use crate::api::query;
use crate::db::Snapshot;
use crate::domain::actor::{Actor, Department};
use crate::domain::lifecycle::task::TaskStatus;
use crate::error::Result;
use crate::repositories::tasks::TaskFilter;
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
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    pub(super) cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

impl TaskQuery {
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
        format!("{:?}", (&self.order_id, self.department, &self.status, who, self.overdue))
    }
}
