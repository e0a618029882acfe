//! Amending an order, and seeing beforehand what that comes to.

use super::shown;
use super::view::OrderView;
use crate::api::approvals::{ApprovalStep, step_view};
use crate::api::checks::{ApprovalCheck, Reader, check_views};
use crate::api::request::Posted;
use crate::api::respond::{Response, send};
use crate::app::renderings::Rendering;
use crate::app::{Answer, App};
use crate::db::Tx;
use crate::domain::event::EventName;
use crate::domain::lifecycle::approval::StepStatus;
use crate::domain::permission::Operation;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::approvals::evidence;
use crate::repositories::approvals::whole::{self as approvals, Whole as Step};
use crate::repositories::orders::{self, Order, whole};
use crate::services::approvals::check;
use crate::services::orders::amend::amend;
use crate::services::orders::input::OrderInput;
use crate::services::stock::{Effect, Holdings, effect, holdings};
use actix_web::patch;
use actix_web::web::{Data, Path};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::openapi::schema::OneOfBuilder;
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};
use validator::Validate;

/// What an amendment would come to; nothing of it has been done.
#[derive(Serialize, utoipa::ToSchema)]
pub struct AmendmentPreview {
    /// The order as it would be.
    #[schema(value_type = OrderView)]
    pub order: Rendering,
    /// The fields of the order that would change, as in `POST /v1/orders`.
    #[schema(value_type = Vec<String>)]
    pub changed: Value,
    /// Whether approvers would have to look at it again.
    pub asks_again: bool,
    /// The steps of the round that would be open then, where one would; those that are `carried` are not asked again.
    pub steps: Vec<ApprovalStep>,
    /// Decisions of the present round that would not count any more.
    pub lapsed: Vec<ApprovalStep>,
    /// What it would come to in stock, by product; nothing is set aside before an order is reviewed.
    pub stock: Vec<StockEffect>,
    /// How credit, stock and delivery would look.
    pub checks: Vec<ApprovalCheck>,
}

/// What an amendment would come to in the stock of one product.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StockEffect {
    pub sku: String,
    /// What is set aside for the order now.
    pub reserved: String,
    /// What would be to pick.
    pub needed: String,
    /// What would be given back.
    pub freed: String,
    /// What would be missing.
    pub short: String,
}

fn effect_view(effect: Effect) -> StockEffect {
    let Effect { sku, reserved, needed, freed, short } = effect;
    StockEffect { sku, reserved: reserved.short(), needed: needed.short(), freed: freed.short(), short: short.short() }
}

/// An amended order, or what amending it would come to.
struct AmendedOrder;

impl PartialSchema for AmendedOrder {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new().item(Ref::from_schema_name(OrderView::name())).item(Ref::from_schema_name(AmendmentPreview::name())).into()
    }
}

impl ToSchema for AmendedOrder {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((OrderView::name().into(), OrderView::schema()));
        OrderView::schemas(schemas);
        schemas.push((AmendmentPreview::name().into(), AmendmentPreview::schema()));
        AmendmentPreview::schemas(schemas);
    }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AmendQuery {
    /// `true` shows what the amendment would come to, and does nothing.
    preview: Option<bool>,
}

/// Amends an order that is not shipped yet (JSON Merge Patch, under `If-Match`): a new revision.
/// A `reason` beside the fields is kept with it; once the order is reviewed it is required, and the order
/// stands still until approvers and, where they see the difference, the customer agree. Approvers are asked again where what they look at
/// changes; the decisions of the others are carried over.
#[utoipa::path(tag = "orders", params(AmendQuery), request_body = OrderInput, responses((status = 200, body = AmendedOrder)))]
#[patch("/v1/orders/{id}")]
pub async fn amend_order(app: Data<App>, path: Path<String>, posted: Posted<Patch, AmendQuery>) -> Response {
    let (body, call) = (posted.body, posted.call);
    if posted.query.valid().is_ok_and(|query| query.preview == Some(true)) {
        let act = move |tx: &mut Tx| {
            let patch = body.valid()?;
            let before = (standing(tx, &path)?, held(tx, &path)?);
            Ok((before, amend(tx, &path, patch)?))
        };
        return send(app.preview(Operation::AmendOrder, call, act, |tx, (before, order)| preview(tx, before, &order)).await);
    }
    let act = move |tx: &mut Tx| amend(tx, &path, body.valid()?);
    send(app.write(Operation::AmendOrder, call, act, |tx, order| shown(tx, 200, order.id)).await)
}

/// The decisions that count for an order now: those of its last round that said yes.
fn standing(tx: &mut Tx, reference: &str) -> Result<Vec<Step>> {
    let Some(id) = orders::resolve(tx.conn, reference)? else { return Ok(Vec::new()) };
    let last = approvals::rounds(tx.conn, id)?.pop();
    Ok(last.into_iter().flat_map(|(_, steps)| steps).filter(|step| step.step.status.is_passed()).collect())
}

/// What is set aside for an order now.
fn held(tx: &mut Tx, reference: &str) -> Result<Holdings> {
    match orders::resolve(tx.conn, reference)? {
        Some(id) => holdings(tx, id),
        None => Ok(Holdings::default()),
    }
}

fn preview(tx: &mut Tx, (before, held): (Vec<Step>, Holdings), order: &Order) -> Result<Answer> {
    let amended = tx.recorded().iter().find(|recorded| recorded.event.name == EventName::OrderAmended).map(|recorded| recorded.event.clone());
    let asks_again = amended.as_ref().is_some_and(|event| event.payload.get("review_again") == Some(&json!(true)));
    let changed = amended.and_then(|event| event.after.get("changed").cloned()).unwrap_or_else(|| json!([]));
    let reader = Reader::new(&tx.actor, tx.language);
    let row = orders::find(tx.conn, order.id)?.ok_or_else(Problem::not_found)?;
    let last = approvals::rounds(tx.conn, order.id)?.pop().filter(|(round, _)| asks_again && round.revision == row.revision);
    let subject = evidence::subject(tx.conn, row)?;
    let checks = check_views(&check(tx, &subject)?, reader);
    let opens = last.is_some();
    let round = last.map(|(_, steps)| steps).unwrap_or_default();
    let stands = |step: &Step| {
        let origin = step.step.carried_from_id.unwrap_or(step.step.id);
        round.iter().any(|now| now.step.status == StepStatus::Carried && now.step.carried_from_id == Some(origin))
    };
    let lapsed = before.into_iter().filter(|step| opens && !stands(step)).map(|step| step_view(step, reader)).collect();
    let whole = whole::find_id(tx.conn, order.id)?.ok_or_else(Problem::not_found)?;
    let stock = effect(tx, order.id, &held)?.into_iter().map(effect_view).collect();
    let view = AmendmentPreview {
        stock,
        order: super::shown::render(whole, reader.language)?,
        changed,
        asks_again,
        lapsed,
        steps: round.into_iter().map(|step| step_view(step, reader)).collect(),
        checks,
    };
    Answer::json(200, &view)
}
