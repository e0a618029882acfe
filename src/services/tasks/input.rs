//! What people say about tasks.

use crate::domain::time::UtcTime;
use crate::input::rules;
use serde::Deserialize;
use validator::{Validate, ValidationError};

/// Who is to do a task, and until when; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = says_something))]
#[schema(example = json!({"due_at": "2027-03-05T10:00:00Z", "reason": "The carrier comes a day later."}))]
pub struct AssignTaskInput {
    /// `usr_…`: someone of the task's department, or an order administrator.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub assignee: Option<String>,
    /// The new due date; needs a `reason`.
    pub due_at: Option<UtcTime>,
    /// Why the due date moves.
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: Option<String>,
    /// Why the work is late; the task shows it.
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub delay_reason: Option<String>,
}

fn says_something(said: &AssignTaskInput) -> Result<(), ValidationError> {
    let something = said.assignee.is_some() || said.due_at.is_some() || said.delay_reason.is_some();
    let en = "must name an assignee, a due date or a reason for the delay";
    rules::when(something, "required", en, "须指定负责人、截止时间或延误原因")
}

/// What is said when a task is done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct CompleteTaskInput {
    #[validate(length(min = 1, max = 2000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 2000)]
    pub note: Option<String>,
    /// Why the work was late.
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub delay_reason: Option<String>,
}

/// Why a task is not going to be done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The customer collects the goods from the shop."}))]
pub struct CancelTaskInput {
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}
