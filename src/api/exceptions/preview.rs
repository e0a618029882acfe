//! What a plan would come to: everything that would be recorded if it were carried out now.

use super::view::{ExceptionView, whole_view};
use crate::app::Answer;
use crate::db::Tx;
use crate::domain::codes;
use crate::domain::event::EventName;
use crate::domain::id::Kind;
use crate::error::Result;
use crate::repositories::exceptions::ExceptionRow;
use crate::repositories::orders;
use serde::Serialize;
use serde_json::Value;
use utoipa::openapi::schema::{OneOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// What a plan would come to.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanPreview {
    /// What it would cost, in the base currency.
    pub cost: Option<String>,
    /// Somebody else would have to approve it.
    pub needs_approval: bool,
    /// The exception as it would stand when the plan had been approved: `resolved` where everything could be done at once.
    pub exception: ExceptionView,
    /// What would be recorded, in this order.
    pub effects: Vec<PlanEffect>,
}

/// Something that would be recorded.
#[derive(Debug, Serialize, ToSchema)]
pub struct PlanEffect {
    /// What would happen, as the feed names it.
    #[schema(example = "order.amended")]
    pub event: EventName,
    /// In whose history.
    pub order_number: Option<String>,
    /// What it would be, field by field.
    #[schema(value_type = Object)]
    pub after: Value,
}

/// A planned exception, or what planning it would come to.
pub struct PlannedException;

impl PartialSchema for PlannedException {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new().item(Ref::from_schema_name(ExceptionView::name())).item(Ref::from_schema_name(PlanPreview::name())).into()
    }
}

impl ToSchema for PlannedException {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((ExceptionView::name().into(), ExceptionView::schema()));
        ExceptionView::schemas(schemas);
        schemas.push((PlanPreview::name().into(), PlanPreview::schema()));
        PlanPreview::schemas(schemas);
    }
}

/// What has been recorded by a plan that was tried.
pub(super) fn shown(tx: &mut Tx, row: &ExceptionRow) -> Result<Answer> {
    let digits = codes::minor_digits(&tx.company.base_currency).unwrap_or(4);
    let plan = row.plan.as_ref().map(|plan| plan.0.clone());
    let recorded: Vec<_> = tx.recorded().iter().map(|recorded| recorded.event.clone()).collect();
    let mut effects = Vec::new();
    for event in recorded.into_iter().filter(|event| event.subject.0 != Kind::Exception) {
        let order_number = match event.order {
            Some(id) => orders::find(tx.conn, id)?.map(|order| order.number),
            None => None,
        };
        effects.push(PlanEffect { event: event.name, order_number, after: Value::Object(event.after) });
    }
    let view = PlanPreview {
        cost: plan.as_ref().and_then(|plan| plan.cost).map(|cost| cost.text(digits)),
        needs_approval: plan.is_some_and(|plan| plan.needs_approval()),
        exception: whole_view(tx, row.id)?,
        effects,
    };
    Answer::json(200, &view)
}
