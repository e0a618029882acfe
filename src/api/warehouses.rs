//! `/v1/warehouses`.

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::domain::id::Kind;
use crate::domain::permission::Operation;
use crate::domain::stock::Place;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::warehouses::{self as rows, Warehouse};
use crate::services::warehouses::{self, WarehouseInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A warehouse.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct WarehouseView {
    pub id: String,
    pub version: i64,
    pub code: String,
    pub name: String,
    /// The warehouse with the lowest gives goods first.
    pub priority: i32,
    /// The places that it is near to.
    pub serves: Vec<Place>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// How a warehouse looks from outside.
pub fn view(warehouse: Warehouse) -> WarehouseView {
    WarehouseView {
        id: warehouse.id.text(Kind::Warehouse),
        version: warehouse.version,
        code: warehouse.code,
        name: warehouse.name,
        priority: warehouse.priority,
        serves: warehouse.serves.0,
        created_at: warehouse.created_at,
        updated_at: warehouse.updated_at,
    }
}

/// One warehouse as an answer, under its version.
fn answer(status: u16, warehouse: Warehouse, language: Language) -> Result<Answer> {
    let version = warehouse.version;
    Ok(Answer::json(status, &view(warehouse))?.etag(version, language.tag()))
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WarehouseQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists warehouses, newest first.
#[utoipa::path(tag = "catalog", params(WarehouseQuery), responses((status = 200, body = Listing<WarehouseView>)))]
#[get("/v1/warehouses")]
pub async fn list_warehouses(app: Data<App>, request: HttpRequest, asked: Asked<WarehouseQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut crate::db::Snapshot| {
        let q = query.valid()?;
        let cursors = Cursors::new(&app_, "list_warehouses", "");
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |w| paging::by_id(w.id), view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListWarehouses, asked.call, look).await)
}

/// Shows a warehouse, named by id or code.
#[utoipa::path(tag = "catalog", responses((status = 200, body = WarehouseView)))]
#[get("/v1/warehouses/{id}")]
pub async fn get_warehouse(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut crate::db::Snapshot| {
        asked.query.valid()?;
        let warehouse = rows::find_by_ref(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        answer(200, warehouse, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetWarehouse, asked.call, look).await)
}

/// Makes a warehouse.
#[utoipa::path(tag = "catalog", request_body = WarehouseInput, responses((status = 201, body = WarehouseView)))]
#[post("/v1/warehouses")]
pub async fn create_warehouse(app: Data<App>, posted: Posted<WarehouseInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| warehouses::create(tx, body.valid()?);
    let render = |tx: &mut crate::db::Tx, warehouse: Warehouse| {
        let location = format!("/v1/warehouses/{}", warehouse.id.text(Kind::Warehouse));
        Ok(answer(201, warehouse, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateWarehouse, posted.call, act, render).await)
}

/// Changes a warehouse, named by id or code (JSON Merge Patch, under `If-Match`).
#[utoipa::path(tag = "catalog", request_body = WarehouseInput, responses((status = 200, body = WarehouseView)))]
#[patch("/v1/warehouses/{id}")]
pub async fn update_warehouse(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| {
        let patch = body.valid()?;
        warehouses::update(tx, &path, patch)
    };
    send(app.write(Operation::UpdateWarehouse, posted.call, act, |tx, warehouse| answer(200, warehouse, tx.language)).await)
}
