//! What a list of tasks may be asked for.

use crate::db::Snapshot;
use crate::domain::actor::{Actor, Department};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::task::TaskStatus;
use crate::error::{Problem, Result};
use crate::repositories::orders;
use crate::repositories::tasks::TaskFilter;
use serde::Deserialize;
use validator::Validate;

/// The query of `GET /v1/tasks`.
#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskQuery {
    /// The order's id or number.
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

/// The words of a list separated by commas, each once.
fn statuses(text: Option<&str>) -> Result<Vec<TaskStatus>> {
    let mut words = Vec::new();
    for part in text.into_iter().flat_map(|text| text.split(',')) {
        let word = TaskStatus::parse(part).ok_or_else(|| Problem::parameter("status", &format!("\"{part}\" is not one of its words")))?;
        if !words.contains(&word) {
            words.push(word);
        }
    }
    Ok(words)
}

impl TaskQuery {
    fn assignee(&self, actor: &Actor) -> Result<Option<Id>> {
        match self.assignee.as_deref() {
            None => Ok(None),
            Some("me") => match actor.user_id() {
                None => Err(Problem::parameter("assignee", "only a person can ask for their own").into()),
                me => Ok(me),
            },
            Some(text) => match Kind::User.parse(text) {
                None => Err(Problem::parameter("assignee", "must be an id such as usr_…").into()),
                id => Ok(id),
            },
        }
    }

    /// The filter that this comes to for whoever asks; `None` where it names an order that does
    /// not exist.
    ///
    /// # Errors
    /// `invalid_parameter` for a word or id that is none.
    pub fn filter(&self, snapshot: &mut Snapshot) -> Result<Option<TaskFilter>> {
        let filter = TaskFilter {
            order: None,
            department: self.department,
            statuses: statuses(self.status.as_deref())?,
            assignee: self.assignee(&snapshot.actor)?,
            overdue: self.overdue.map(|overdue| (overdue, snapshot.now)),
        };
        match self.order_id.as_deref() {
            None => Ok(Some(filter)),
            Some(text) => Ok(orders::resolve(snapshot.conn, text)?.map(|id| TaskFilter { order: Some(id), ..filter })),
        }
    }

    /// What a cursor is bound to: all of the filter but the passing time.
    pub fn bound_to(&self, actor: &Actor) -> String {
        let who = self.assignee.as_deref().map(|text| if text == "me" { actor.idempotency_name() } else { text.to_owned() });
        format!("{:?}", (&self.order_id, self.department, &self.status, who, self.overdue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_statuses_holds_each_once() {
        assert_eq!(statuses(Some("open,blocked,open")).unwrap(), [TaskStatus::Open, TaskStatus::Blocked]);
        assert!(statuses(Some("open,")).is_err());
        assert!(statuses(None).unwrap().is_empty());
    }
}
