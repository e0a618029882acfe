//! `/v1/products`.

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::domain::amount::Amount;
use crate::domain::id::Kind;
use crate::domain::order::LineKind;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::products::{self as rows, Product, ProductFilter};
use crate::services::products::{self, ProductInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A product.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ProductView {
    pub id: String,
    pub version: i64,
    pub sku: String,
    pub name: String,
    /// `standard` is kept in stock, `custom` is made to order, `service` is neither.
    pub kind: LineKind,
    pub kind_label: &'static str,
    /// What it belongs to; approval rules may ask for it.
    pub category: Option<String>,
    pub specification: String,
    pub unit: String,
    pub unit_price: Amount,
    pub currency: String,
    /// Working days from review to produced.
    pub lead_time_days: i32,
    /// Custom goods are brought to the warehouse when they are made, and picked there before they leave.
    pub through_warehouse: bool,
    /// What is short of these standard goods is made for the order.
    pub made_when_short: bool,
    /// Whether it can be ordered.
    pub active: bool,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// How a product looks from outside.
pub fn view(product: Product, language: Language) -> ProductView {
    ProductView {
        id: product.id.text(Kind::Product),
        version: product.version,
        sku: product.sku,
        name: product.name,
        kind: product.kind,
        kind_label: product.kind.label(language),
        category: product.category,
        specification: product.specification,
        unit: product.unit,
        unit_price: product.unit_price,
        currency: product.currency,
        lead_time_days: product.lead_time_days,
        through_warehouse: product.through_warehouse,
        made_when_short: product.made_when_short,
        active: product.active,
        created_at: product.created_at,
        updated_at: product.updated_at,
    }
}

/// One product as an answer, under its version.
fn answer(status: u16, product: Product, language: Language) -> Result<Answer> {
    let version = product.version;
    Ok(Answer::json(status, &view(product, language))?.etag(version, language.tag()))
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProductQuery {
    /// Text to look for in SKU, name and specification.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
    #[param(inline)]
    kind: Option<LineKind>,
    active: Option<bool>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl ProductQuery {
    fn filter(&self) -> ProductFilter {
        ProductFilter { q: self.q.clone(), kind: self.kind, active: self.active }
    }
}

/// Lists products, newest first.
#[utoipa::path(tag = "catalog", params(ProductQuery), responses((status = 200, body = Listing<ProductView>)))]
#[get("/v1/products")]
pub async fn list_products(app: Data<App>, request: HttpRequest, asked: Asked<ProductQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut crate::db::Snapshot| {
        let q = query.valid()?;
        let filter = q.filter();
        let cursors = Cursors::new(&app_, "list_products", &format!("{filter:?}"));
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, &filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let language = snapshot.language;
        paging::page(found, limit, &cursors, |p| paging::by_id(p.id), |p| view(p, language)).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListProducts, asked.call, look).await)
}

/// Shows a product, named by id or SKU.
#[utoipa::path(tag = "catalog", responses((status = 200, body = ProductView)))]
#[get("/v1/products/{id}")]
pub async fn get_product(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut crate::db::Snapshot| {
        asked.query.valid()?;
        let product = rows::find_by_ref(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        answer(200, product, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetProduct, asked.call, look).await)
}

/// Makes a product.
#[utoipa::path(tag = "catalog", request_body = ProductInput, responses((status = 201, body = ProductView)))]
#[post("/v1/products")]
pub async fn create_product(app: Data<App>, posted: Posted<ProductInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| products::create(tx, body.valid()?);
    let render = |tx: &mut crate::db::Tx, product: Product| {
        let location = format!("/v1/products/{}", product.id.text(Kind::Product));
        Ok(answer(201, product, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateProduct, posted.call, act, render).await)
}

/// Amends a product, named by id or SKU (JSON Merge Patch, under `If-Match`).
#[utoipa::path(tag = "catalog", request_body = ProductInput, responses((status = 200, body = ProductView)))]
#[patch("/v1/products/{id}")]
pub async fn update_product(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| {
        let patch = body.valid()?;
        products::update(tx, &path, patch)
    };
    send(app.write(Operation::UpdateProduct, posted.call, act, |tx, product| answer(200, product, tx.language)).await)
}
