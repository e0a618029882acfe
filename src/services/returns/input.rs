//! What callers say about goods that come back.

use crate::domain::amount::Amount;
use crate::input::rules;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use validator::{Validate, ValidationError};

/// How much of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnLineInput {
    /// The order's line, `lin_…`.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub line_id: String,
    #[validate(custom(function = rules::positive))]
    pub quantity: Amount,
}

fn once<'a>(ids: impl Iterator<Item = &'a String>) -> Result<(), ValidationError> {
    let mut seen = BTreeSet::new();
    let good = ids.into_iter().all(|id| seen.insert(id));
    rules::when(good, "repeated", "must name each line once", "每条明细只能出现一次")
}

fn distinct(lines: &[ReturnLineInput]) -> Result<(), ValidationError> {
    once(lines.iter().map(|line| &line.line_id))
}

/// Goods that a customer sends back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"order_id": "202603-001", "reason": "The customer ordered the wrong size.", "lines": [{"line_id": "lin_01900000000070008000000000000001", "quantity": "2"}]}))]
pub struct ReturnInput {
    /// `ord_…` or the order's number.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub order_id: String,
    /// The exception that it belongs to, `exc_…` or by number.
    #[serde(default)]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub exception_id: Option<String>,
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
    /// What comes back, each line once.
    #[validate(length(min = 1, max = 200), nested, custom(function = distinct))]
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Vec<ReturnLineInput>,
}

/// What has come, and where to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"warehouse": "WH1"}))]
pub struct ReceiveReturnInput {
    /// The warehouse's code.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub warehouse: String,
    /// So much of each, where it is not all that was expected; what is not named has not come and will not.
    #[serde(default)]
    #[validate(length(min = 1, max = 200), nested, custom(function = distinct))]
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Option<Vec<ReturnLineInput>>,
}

/// What became of a line that has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InspectedLine {
    /// The order's line, `lin_…`.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub line_id: String,
    /// What of it is good, and goes into stock again.
    #[serde(default)]
    #[validate(custom(function = rules::not_negative))]
    pub restocked: Amount,
    /// What of it is good for nothing.
    #[serde(default)]
    #[validate(custom(function = rules::not_negative))]
    pub scrapped: Amount,
}

fn each_once(lines: &[InspectedLine]) -> Result<(), ValidationError> {
    once(lines.iter().map(|line| &line.line_id))
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"note": "The seal is unbroken."}))]
pub struct InspectReturnInput {
    /// What becomes of each line that was received; without, everything is good.
    #[serde(default)]
    #[validate(length(min = 1, max = 200), nested, custom(function = each_once))]
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Option<Vec<InspectedLine>>,
    /// What was found.
    #[serde(default)]
    #[validate(length(min = 1, max = 1000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
}

/// Why goods do not come back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The customer keeps them."}))]
pub struct CancelReturnInput {
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}
