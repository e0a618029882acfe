//! What is expected to come in, below how much stock should not fall, and giving what is set aside for one order to another.

use super::StockView;
use crate::api::paging::{self, Cursors, Listing};
use crate::api::request::{Asked, Nothing, Posted};
use crate::api::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::id::{Id, Kind};
use crate::domain::permission::Operation;
use crate::domain::stock::ExpectedStatus;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::stock::NamedBalance;
use crate::repositories::stock::expected::{self as rows, ExpectedFilter, NamedExpected, coming};
use crate::services::stock::expected::{self, ArrivalInput, ExpectedInput, ReorderInput};
use crate::services::stock::{self, Moved, ReservationMove};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// Goods that are expected.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExpectedView {
    pub id: String,
    pub version: i64,
    pub product_id: String,
    pub sku: String,
    pub name: String,
    /// The warehouse's code.
    pub warehouse: String,
    pub quantity: String,
    /// What of it has come.
    pub received: String,
    /// The day on which they should be there.
    pub expected_on: Option<NaiveDate>,
    /// The supplier's, or that of the purchase.
    pub reference: Option<String>,
    pub note: Option<String>,
    pub status: ExpectedStatus,
    pub status_label: &'static str,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

fn view(row: NamedExpected, language: Language) -> ExpectedView {
    let NamedExpected { expected, sku, name, warehouse } = row;
    ExpectedView {
        id: expected.id.text(Kind::Expected),
        version: expected.version,
        product_id: expected.product_id.text(Kind::Product),
        sku,
        name,
        warehouse,
        quantity: expected.quantity.short(),
        received: expected.received.short(),
        expected_on: expected.expected_on,
        reference: expected.reference,
        note: expected.note,
        status: expected.status,
        status_label: expected.status.label(language),
        created_at: expected.created_at,
        updated_at: expected.updated_at,
    }
}

fn answer(status: u16, row: NamedExpected, language: Language) -> Result<Answer> {
    let version = row.expected.version;
    Ok(Answer::json(status, &view(row, language))?.etag(version, language.tag()))
}

fn id(text: &str) -> Result<Id> {
    Kind::Expected.parse(text).ok_or_else(|| Problem::not_found().into())
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExpectedQuery {
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    sku: Option<String>,
    /// A warehouse's code.
    #[validate(length(min = 1, max = 40))]
    #[param(min_length = 1, max_length = 40)]
    warehouse: Option<String>,
    #[param(inline)]
    status: Option<ExpectedStatus>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists goods that are expected, or were, newest first.
#[utoipa::path(tag = "stock", params(ExpectedQuery), responses((status = 200, body = Listing<ExpectedView>)))]
#[get("/v1/stock/expected")]
pub async fn list_expected_receipts(app: Data<App>, request: HttpRequest, asked: Asked<ExpectedQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = ExpectedFilter { id: None, sku: q.sku.clone(), warehouse: q.warehouse.clone(), status: q.status };
        let cursors = Cursors::new(&app_, "list_expected_receipts", &format!("{filter:?}"));
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, &filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let language = snapshot.language;
        let page = paging::page(found, limit, &cursors, |row| paging::by_id(row.expected.id), |row| view(row, language));
        page.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListExpectedReceipts, asked.call, look).await)
}

/// Shows goods that are expected.
#[utoipa::path(tag = "stock", responses((status = 200, body = ExpectedView)))]
#[get("/v1/stock/expected/{id}")]
pub async fn get_expected_receipt(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let row = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        answer(200, row, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetExpectedReceipt, asked.call, look).await)
}

/// Enters goods that are expected to come in.
#[utoipa::path(tag = "stock", request_body = ExpectedInput, responses((status = 201, body = ExpectedView)))]
#[post("/v1/stock/expected")]
pub async fn expect_receipt(app: Data<App>, posted: Posted<ExpectedInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| expected::expect(tx, body.valid()?);
    let render = |tx: &mut Tx, row: NamedExpected| {
        let location = format!("/v1/stock/expected/{}", row.expected.id.text(Kind::Expected));
        Ok(answer(201, row, tx.language)?.header("location", location))
    };
    send(app.write(Operation::ExpectReceipt, posted.call, act, render).await)
}

/// Receives expected goods into stock: so much of them, or all that is still to come.
#[utoipa::path(tag = "stock", request_body = ArrivalInput, responses((status = 200, body = ExpectedView)))]
#[post("/v1/stock/expected/{id}/receive")]
pub async fn receive_expected(app: Data<App>, path: Path<String>, posted: Posted<ArrivalInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        expected::arrive(tx, id(&path)?, said)
    };
    send(app.write(Operation::ReceiveExpected, posted.call, act, |tx, row| answer(200, row, tx.language)).await)
}

/// Says that what is still to come will not.
#[utoipa::path(tag = "stock", request_body = Nothing, responses((status = 200, body = ExpectedView)))]
#[post("/v1/stock/expected/{id}/cancel")]
pub async fn cancel_expected(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        expected::give_up(tx, id(&path)?)
    };
    send(app.write(Operation::CancelExpected, posted.call, act, |tx, row| answer(200, row, tx.language)).await)
}

/// Sets below how much that is available a warehouse should not fall of a product; what has is listed by
/// `GET /v1/stock?low=true`.
#[utoipa::path(tag = "stock", request_body = ReorderInput, responses((status = 200, body = StockView)))]
#[post("/v1/stock/reorder-levels")]
pub async fn set_reorder_level(app: Data<App>, posted: Posted<ReorderInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| expected::watch(tx, body.valid()?);
    let render = |tx: &mut Tx, row: NamedBalance| {
        let key = (row.balance.product_id, row.balance.warehouse_id);
        let coming = coming(tx.conn, &[row.balance.product_id])?.get(&key).copied().unwrap_or_default();
        Answer::json(200, &super::view(row, coming))
    };
    send(app.write(Operation::SetReorderLevel, posted.call, act, render).await)
}

/// What was given from which order to which.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReservationMoveView {
    /// The order that gave, `ord_…`.
    pub from_order: String,
    /// The order that got, `ord_…`.
    pub to_order: String,
    pub sku: String,
    pub quantity: String,
}

/// Gives what is set aside for one order to another that lacks it, with the reason; what is short then is told of.
#[utoipa::path(tag = "stock", request_body = ReservationMove, responses((status = 200, body = ReservationMoveView)))]
#[post("/v1/stock/reservations/move")]
pub async fn move_reservation(app: Data<App>, posted: Posted<ReservationMove>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| stock::move_reservation(tx, body.valid()?);
    let render = |_: &mut Tx, moved: Moved| {
        let (from_order, to_order) = (moved.from.id.text(Kind::Order), moved.to.id.text(Kind::Order));
        Answer::json(200, &ReservationMoveView { from_order, to_order, sku: moved.sku, quantity: moved.quantity.short() })
    };
    send(app.write(Operation::MoveReservation, posted.call, act, render).await)
}
