//! What people say about tasks.

use crate::domain::amount::Amount;
use crate::domain::time::UtcTime;
use crate::input::rules;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use validator::{Validate, ValidationError};

/// Who is to do a task, and until when; what is left out stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = says_something))]
#[schema(example = json!({"due_at": "2027-03-05T10:00:00Z", "reason": "The carrier comes a day later."}))]
pub struct AssignTaskInput {
    /// `usr_…`: someone of the task's department, or an order administrator.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40)]
    pub assignee: Option<String>,
    /// `usr_…`: others, of whatever department, who work on it as well. The list replaces the one before.
    #[validate(length(max = 20), custom(function = each_once))]
    #[schema(max_items = 20)]
    pub collaborators: Option<Vec<String>>,
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
    let something = said.assignee.is_some() || said.collaborators.is_some() || said.due_at.is_some() || said.delay_reason.is_some();
    let en = "must name an assignee, collaborators, a due date or a reason for the delay";
    rules::when(something, "required", en, "须指定负责人、协作人、截止时间或延误原因")
}

fn each_once(names: &[String]) -> Result<(), ValidationError> {
    let once = names.iter().enumerate().all(|(at, name)| !names.iter().take(at).any(|other| other == name));
    rules::when(once, "duplicate", "must name each person once", "人员不得重复")
}

/// What is said when a task is done.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
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

/// How much of a line was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputLineInput {
    /// `lin_…`
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub line_id: String,
    #[validate(custom(function = rules::positive))]
    pub quantity: Amount,
}

/// What was made so far.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"lines": [{"line_id": "lin_019b2f0a7c1d7e3f8a5b6c7d8e9f0a1b", "quantity": "2"}]}))]
pub struct OutputInput {
    /// The lines of which something was made, each once.
    #[validate(length(min = 1, max = 200), custom(function = each_line_once), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Vec<OutputLineInput>,
}

fn each_line_once(lines: &[OutputLineInput]) -> Result<(), ValidationError> {
    let named: BTreeSet<&str> = lines.iter().map(|line| line.line_id.as_str()).collect();
    rules::when(named.len() == lines.len(), "duplicate", "must name each line once", "每条明细只能出现一次")
}

/// Why something is done about a task.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The customer collects the goods from the shop."}))]
#[schema(as = TaskReasonInput)]
pub struct ReasonInput {
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A thing on a task's list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"item": 1, "done": true}))]
pub struct TickInput {
    /// Its place on the list, from 1.
    #[validate(range(min = 1, max = 50))]
    #[schema(minimum = 1, maximum = 50)]
    pub item: u32,
    /// Whether it is done; false takes a tick back.
    pub done: bool,
}

/// How a task gets on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskNoteInput, example = json!({"text": "Half of it is cut; the rest follows tomorrow."}))]
pub struct NoteInput {
    #[validate(length(min = 1, max = 2000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
}
