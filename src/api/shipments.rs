//! `/v1/shipments`, and the packing of a shipment under its order. Its trace is in `trace`.

pub mod trace;

use super::paging::{self, Cursors, Listing};
use super::query;
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use super::tasks::view::{FileView, file};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::amount::Amount;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::shipment::{DeliveryMethod, ShipmentStatus};
use crate::domain::parcel::Package;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Error, Problem, Result};
use crate::input::Patch;
use crate::repositories::orders::parts::Line;
use crate::repositories::shipments::{self as rows, Parcel, Shipment, ShipmentFilter, ShipmentLine};
use crate::services::shipments::{self, CancelShipmentInput, CorrectionInput, DispatchInput, ShipmentChange, ShipmentInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// How much of a line of the order is in a shipment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShipmentLineView {
    pub line_id: String,
    pub sku: Option<String>,
    pub name: String,
    pub quantity: String,
    /// What of it the customer did not take.
    pub refused: String,
    /// What of it did not arrive and was sent again.
    pub resent: String,
    /// What of it was delivered and replaced by other goods.
    pub replaced: String,
}

/// A shipment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ShipmentView {
    pub id: String,
    pub version: i64,
    pub order_id: String,
    pub order_number: String,
    /// Which of its order's shipments it is, from 1.
    pub position: i32,
    pub status: ShipmentStatus,
    pub status_label: &'static str,
    /// How the goods leave.
    pub method: DeliveryMethod,
    pub method_label: &'static str,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    /// The page that shows the trace.
    pub tracking_url: Option<String>,
    pub planned_dispatch_at: Option<UtcTime>,
    pub expected_at: Option<UtcTime>,
    /// When it left.
    pub dispatched_at: Option<UtcTime>,
    /// When it arrived.
    pub delivered_at: Option<UtcTime>,
    pub signed_by: Option<String>,
    /// The code of the warehouse that it leaves from; null where it is several, or none.
    pub warehouse: Option<String>,
    /// What stands on the carrier's label.
    pub label_reference: Option<String>,
    /// The pieces that it is packed in.
    pub packages: Vec<PackageView>,
    /// Signed receipts.
    pub files: Vec<FileView>,
    /// What is in it.
    pub lines: Vec<ShipmentLineView>,
    pub created_at: UtcTime,
}

/// A piece of a shipment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PackageView {
    /// In kilograms, with what it is packed in.
    pub weight_kg: Option<String>,
    /// In centimetres.
    pub length_cm: Option<String>,
    /// In centimetres.
    pub width_cm: Option<String>,
    /// In centimetres.
    pub height_cm: Option<String>,
    /// What stands on its own label.
    pub label_reference: Option<String>,
}

fn package(package: Package) -> PackageView {
    let [weight_kg, length_cm, width_cm, height_cm] =
        [package.weight_kg, package.length_cm, package.width_cm, package.height_cm].map(|measure| measure.map(Amount::short));
    PackageView { weight_kg, length_cm, width_cm, height_cm, label_reference: package.label_reference }
}

fn line_view((line, row): (Line, ShipmentLine)) -> ShipmentLineView {
    ShipmentLineView {
        line_id: line.id.text(Kind::Line),
        sku: line.sku,
        name: line.name,
        quantity: row.quantity.short(),
        refused: row.refused.short(),
        resent: row.resent.short(),
        replaced: row.replaced.short(),
    }
}

fn view(parcel: Parcel, language: Language) -> ShipmentView {
    let Parcel { shipment, order_number, warehouse, lines, files } = parcel;
    ShipmentView {
        id: shipment.id.text(Kind::Shipment),
        version: shipment.version,
        order_id: shipment.order_id.text(Kind::Order),
        order_number,
        position: shipment.position,
        status: shipment.status,
        status_label: shipment.status.label(language),
        method: shipment.method,
        method_label: shipment.method.label(language),
        carrier: shipment.carrier,
        tracking_number: shipment.tracking_number,
        tracking_url: shipment.tracking_url,
        planned_dispatch_at: shipment.planned_dispatch_at,
        expected_at: shipment.expected_at,
        dispatched_at: shipment.dispatched_at,
        delivered_at: shipment.delivered_at,
        signed_by: shipment.signed_by,
        warehouse,
        label_reference: shipment.label_reference,
        packages: shipment.packages.0.into_iter().map(package).collect(),
        files: files.into_iter().map(|row| file(row, language)).collect(),
        lines: lines.into_iter().map(line_view).collect(),
        created_at: shipment.created_at,
    }
}

/// One shipment as an answer, under its version.
fn answer(status: u16, parcel: Parcel, language: Language) -> Result<Answer> {
    let version = parcel.shipment.version;
    Ok(Answer::json(status, &view(parcel, language))?.etag(version, language.tag()))
}

/// A shipment that was changed, with what is shown beside it.
pub(super) fn shown(tx: &mut Tx, status: u16, shipment: Shipment) -> Result<Answer> {
    let parcel = rows::load(tx.conn, vec![shipment])?.pop().ok_or_else(|| Error::internal("a shipment is not shown"))?;
    answer(status, parcel, tx.language)
}

/// The shipment that a path names.
pub(super) fn id(text: &str) -> Result<Id> {
    Kind::Shipment.parse(text).ok_or_else(|| Problem::not_found().into())
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ShipmentQuery {
    /// The order's id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    /// One or more of `preparing`, `dispatched`, `in_transit`, `out_for_delivery`, `delivered`, `lost`, `returned`, `cancelled`, separated by commas.
    #[validate(length(min = 1, max = 200))]
    #[param(min_length = 1, max_length = 200)]
    status: Option<String>,
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    tracking_number: Option<String>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl ShipmentQuery {
    fn filter(&self, snapshot: &mut Snapshot) -> Result<ShipmentFilter> {
        Ok(ShipmentFilter {
            order: query::order(snapshot, self.order_id.as_deref())?,
            statuses: query::words("status", self.status.as_deref(), ShipmentStatus::ALL)?,
            tracking_number: self.tracking_number.clone(),
        })
    }
}

/// A page of shipments.
fn list(snapshot: &mut Snapshot, q: &ShipmentQuery, filter: &ShipmentFilter, cursors: &Cursors) -> Result<Listing<ShipmentView>> {
    let limit = paging::limit(q.limit);
    let found = rows::list(snapshot.conn, filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
    let Listing { data, page } = paging::page(found, limit, cursors, |shipment| paging::by_id(shipment.id), |shipment| shipment);
    let parcels = rows::load(snapshot.conn, data)?;
    Ok(Listing { data: parcels.into_iter().map(|parcel| view(parcel, snapshot.language)).collect(), page })
}

/// Lists shipments, newest first.
#[utoipa::path(tag = "shipments", params(ShipmentQuery), responses((status = 200, body = Listing<ShipmentView>)))]
#[get("/v1/shipments")]
pub async fn list_shipments(app: Data<App>, request: HttpRequest, asked: Asked<ShipmentQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = q.filter(snapshot)?;
        let cursors = Cursors::new(&app_, "list_shipments", &format!("{filter:?}"));
        list(snapshot, q, &filter, &cursors)?.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListShipments, asked.call, look).await)
}

/// Shows a shipment.
#[utoipa::path(tag = "shipments", responses((status = 200, body = ShipmentView)))]
#[get("/v1/shipments/{id}")]
pub async fn get_shipment(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let shipment = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        let parcel = rows::load(snapshot.conn, vec![shipment])?.pop().ok_or_else(Problem::not_found)?;
        answer(200, parcel, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetShipment, asked.call, look).await)
}

/// Packs a shipment of an order that is executing: of the lines named so much, or all that is left.
#[utoipa::path(tag = "shipments", request_body = ShipmentInput, responses((status = 201, body = ShipmentView)))]
#[post("/v1/orders/{id}/shipments")]
pub async fn create_shipment(app: Data<App>, path: Path<String>, posted: Posted<ShipmentInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| shipments::create(tx, &path, body.valid()?);
    let render = |tx: &mut Tx, shipment: Shipment| {
        let location = format!("/v1/shipments/{}", shipment.id.text(Kind::Shipment));
        Ok(shown(tx, 201, shipment)?.header("location", location))
    };
    send(app.write(Operation::CreateShipment, posted.call, act, render).await)
}

/// Sends a shipment off. Everything in it must be ready, and one that leaves with a carrier have a
/// tracking number.
#[utoipa::path(tag = "shipments", request_body = DispatchInput, responses((status = 200, body = ShipmentView)))]
#[post("/v1/shipments/{id}/dispatch")]
pub async fn dispatch_shipment(app: Data<App>, path: Path<String>, posted: Posted<DispatchInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        shipments::dispatch(tx, id(&path)?, said)
    };
    send(app.write(Operation::DispatchShipment, posted.call, act, |tx, shipment| shown(tx, 200, shipment)).await)
}

/// Changes what is known of a shipment (JSON Merge Patch, under `If-Match`): carrier and number, label and pieces, the
/// days on which it is to leave and to arrive.
#[utoipa::path(tag = "shipments", request_body = ShipmentChange, responses((status = 200, body = ShipmentView)))]
#[patch("/v1/shipments/{id}")]
pub async fn update_shipment(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let patch = body.valid()?;
        shipments::update(tx, id(&path)?, patch)
    };
    send(app.write(Operation::UpdateShipment, posted.call, act, |tx, shipment| shown(tx, 200, shipment)).await)
}

/// Takes back a dispatch that was recorded by mistake, with the reason; the goods are there to be dispatched again.
#[utoipa::path(tag = "shipments", request_body = CorrectionInput, responses((status = 200, body = ShipmentView)))]
#[post("/v1/shipments/{id}/recall")]
pub async fn recall_shipment(app: Data<App>, path: Path<String>, posted: Posted<CorrectionInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        shipments::recall(tx, id(&path)?, said)
    };
    send(app.write(Operation::RecallShipment, posted.call, act, |tx, shipment| shown(tx, 200, shipment)).await)
}

/// Cancels a shipment that has not left; what is in it is left to ship again.
#[utoipa::path(tag = "shipments", request_body = CancelShipmentInput, responses((status = 200, body = ShipmentView)))]
#[post("/v1/shipments/{id}/cancel")]
pub async fn cancel_shipment(app: Data<App>, path: Path<String>, posted: Posted<CancelShipmentInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        shipments::cancel(tx, id(&path)?, &said.reason)
    };
    send(app.write(Operation::CancelShipment, posted.call, act, |tx, shipment| shown(tx, 200, shipment)).await)
}
