//! `/v1/carriers`.

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::domain::carrier::Coverage;
use crate::domain::id::Kind;
use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::carriers::{self as rows, CarrierRow};
use crate::services::carriers::{self, CarrierInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// Who carries goods.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CarrierView {
    pub id: String,
    pub version: i64,
    pub code: String,
    pub name: String,
    /// What else people call it.
    pub aliases: Vec<String>,
    /// How it carries.
    pub methods: Vec<DeliveryMethod>,
    /// The page that shows a trace, with `{number}` for the tracking number.
    pub tracking_template: Option<String>,
    /// How many working days it takes where its coverage does not say.
    pub service_days: Option<i32>,
    /// Where it delivers; everywhere where this is empty.
    pub coverage: Vec<Coverage>,
    /// False for one that is given nothing to carry any more.
    pub active: bool,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// How a carrier looks from outside.
fn view(carrier: CarrierRow) -> CarrierView {
    CarrierView {
        id: carrier.id.text(Kind::Carrier),
        version: carrier.version,
        code: carrier.code,
        name: carrier.name,
        aliases: carrier.aliases.0,
        methods: carrier.methods.0,
        tracking_template: carrier.tracking_template,
        service_days: carrier.service_days,
        coverage: carrier.coverage.0,
        active: carrier.active,
        created_at: carrier.created_at,
        updated_at: carrier.updated_at,
    }
}

/// One carrier as an answer, under its version.
fn answer(status: u16, carrier: CarrierRow, language: Language) -> Result<Answer> {
    let version = carrier.version;
    Ok(Answer::json(status, &view(carrier))?.etag(version, language.tag()))
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CarrierQuery {
    /// Only carriers that are given goods, or only those that are not any more.
    active: Option<bool>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists carriers, newest first.
#[utoipa::path(tag = "shipments", params(CarrierQuery), responses((status = 200, body = Listing<CarrierView>)))]
#[get("/v1/carriers")]
pub async fn list_carriers(app: Data<App>, request: HttpRequest, asked: Asked<CarrierQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut crate::db::Snapshot| {
        let q = query.valid()?;
        let cursors = Cursors::new(&app_, "list_carriers", &format!("{:?}", q.active));
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, q.active, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |w| paging::by_id(w.id), view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListCarriers, asked.call, look).await)
}

/// Shows a carrier, named by id or code.
#[utoipa::path(tag = "shipments", responses((status = 200, body = CarrierView)))]
#[get("/v1/carriers/{id}")]
pub async fn get_carrier(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut crate::db::Snapshot| {
        asked.query.valid()?;
        let carrier = rows::find_by_ref(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        answer(200, carrier, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetCarrier, asked.call, look).await)
}

/// Makes a carrier.
#[utoipa::path(tag = "shipments", request_body = CarrierInput, responses((status = 201, body = CarrierView)))]
#[post("/v1/carriers")]
pub async fn create_carrier(app: Data<App>, posted: Posted<CarrierInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| carriers::create(tx, body.valid()?);
    let render = |tx: &mut crate::db::Tx, carrier: CarrierRow| {
        let location = format!("/v1/carriers/{}", carrier.id.text(Kind::Carrier));
        Ok(answer(201, carrier, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateCarrier, posted.call, act, render).await)
}

/// Changes a carrier, named by id or code (JSON Merge Patch, under `If-Match`).
#[utoipa::path(tag = "shipments", request_body = CarrierInput, responses((status = 200, body = CarrierView)))]
#[patch("/v1/carriers/{id}")]
pub async fn update_carrier(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| {
        let patch = body.valid()?;
        carriers::update(tx, &path, patch)
    };
    send(app.write(Operation::UpdateCarrier, posted.call, act, |tx, carrier| answer(200, carrier, tx.language)).await)
}
