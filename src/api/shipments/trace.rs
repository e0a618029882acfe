//! `/v1/shipments/{id}/events`: what is told of a shipment on its way.

use super::id;
use crate::api::paging::{self, Cursors, Listing};
use crate::api::request::{Asked, Posted};
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::shipment::TrackingStatus;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::error::Problem;
use crate::repositories::shipments::{self as rows, Tracking};
use crate::services::shipments::{self, CorrectionInput, Reported, TrackingInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// What was reported about a shipment on its way.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TrackingView {
    pub id: String,
    /// What happened.
    pub status: TrackingStatus,
    /// When it happened.
    pub occurred_at: UtcTime,
    /// When it was reported here.
    pub recorded_at: UtcTime,
    /// The words of whoever reported it.
    pub description: String,
    /// Where it happened.
    pub location: Option<String>,
    pub signed_by: Option<String>,
    /// The user or key that reported it.
    pub recorded_by: String,
    /// Of a delivery, what the customer did not take.
    pub refused: Vec<RefusedView>,
    /// When it was found to be wrong; it does not count since.
    pub withdrawn_at: Option<UtcTime>,
    /// Why it was wrong.
    pub withdrawn_reason: Option<String>,
}

/// How much of a line the customer did not take.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RefusedView {
    pub line_id: String,
    pub quantity: String,
}

fn tracking_view(tracking: Tracking) -> TrackingView {
    TrackingView {
        id: tracking.id.text(Kind::Tracking),
        status: tracking.status,
        occurred_at: tracking.occurred_at,
        recorded_at: tracking.recorded_at,
        description: tracking.description,
        location: tracking.location,
        signed_by: tracking.signed_by,
        recorded_by: tracking.actor_label,
        refused: tracking
            .refused
            .0
            .into_iter()
            .map(|line| RefusedView { line_id: line.line_id.text(Kind::Line), quantity: line.quantity.short() })
            .collect(),
        withdrawn_at: tracking.withdrawn_at,
        withdrawn_reason: tracking.withdrawn_reason,
    }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrackingQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// What of a trace comes after the entry that a cursor names; entries never go away.
fn after(trace: Vec<Tracking>, seen: Option<Id>) -> Vec<Tracking> {
    let start = trace.iter().position(|tracking| Some(tracking.id) == seen).map_or(0, |at| at + 1);
    trace.into_iter().skip(start).collect()
}

/// Lists what was reported about a shipment, in the order in which it happened.
#[utoipa::path(tag = "shipments", params(TrackingQuery), responses((status = 200, body = Listing<TrackingView>)))]
#[get("/v1/shipments/{id}/events")]
pub async fn list_shipment_events(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked<TrackingQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let shipment = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        let cursors = Cursors::new(&app_, "list_shipment_events", &shipment.id.to_string());
        let rest = after(rows::tracking_of(snapshot.conn, shipment.id)?, cursors.read_id(q.cursor.as_deref())?);
        let page = paging::page(rest, paging::limit(q.limit), &cursors, |tracking| paging::by_id(tracking.id), tracking_view);
        page.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListShipmentEvents, asked.call, look).await)
}

/// Reports what happened to a shipment that has left, in whatever order; what is late or comes
/// twice does no harm.
#[utoipa::path(
    tag = "shipments",
    request_body = TrackingInput,
    responses(
        (status = 201, description = "Recorded", body = TrackingView),
        (status = 200, description = "Known already", body = TrackingView)
    )
)]
#[post("/v1/shipments/{id}/events")]
pub async fn record_shipment_event(app: Data<App>, path: Path<String>, posted: Posted<TrackingInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        shipments::record_event(tx, id(&path)?, said)
    };
    let render = |_: &mut Tx, Reported { tracking, new }: Reported| {
        let location = format!("/v1/shipments/{}/events", tracking.shipment_id.text(Kind::Shipment));
        let answer = Answer::json(if new { 201 } else { 200 }, &tracking_view(tracking))?;
        Ok(if new { answer.header("location", location) } else { answer })
    };
    send(app.write(Operation::RecordShipmentEvent, posted.call, act, render).await)
}

/// Takes back an entry of a trace that was wrong, such as a delivery of another parcel, with the reason; the shipment
/// stands where the others lead.
#[utoipa::path(tag = "shipments", request_body = CorrectionInput, responses((status = 200, body = TrackingView)))]
#[post("/v1/shipments/{id}/events/{event}/withdraw")]
pub async fn withdraw_shipment_event(app: Data<App>, path: Path<(String, String)>, posted: Posted<CorrectionInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        let event = Kind::Tracking.parse(&path.1).ok_or_else(Problem::not_found)?;
        shipments::withdraw_event(tx, id(&path.0)?, event, said)
    };
    let render = |_: &mut Tx, tracking: Tracking| Answer::json(200, &tracking_view(tracking));
    send(app.write(Operation::WithdrawShipmentEvent, posted.call, act, render).await)
}
