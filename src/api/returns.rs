//! `/v1/returns`: goods that come back, received, inspected, restocked or scrapped.

use crate::api::paging::{self, Cursors, Listing};
use crate::api::request::{Asked, Posted};
use crate::api::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::codes;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::returns::ReturnStatus;
use crate::domain::order::PaymentMethod;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::returns::whole::{self, Whole};
use crate::repositories::returns::{self as rows, NamedLine, Return, ReturnFilter};
use crate::repositories::{exceptions, orders};
use crate::services::returns;
use crate::services::returns::input::{CancelReturnInput, InspectReturnInput, ReceiveReturnInput, ReturnInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// What comes back of a line.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReturnLineView {
    pub line_id: String,
    pub sku: Option<String>,
    pub name: String,
    /// What was expected.
    pub quantity: String,
    /// What of it has come.
    pub received: String,
    /// What of that is good, and in stock again.
    pub restocked: String,
    /// What of that is good for nothing.
    pub scrapped: String,
}

/// Goods that come back.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReturnView {
    /// `ret_…`.
    pub id: String,
    /// Its own number, such as `RT-202603-001`.
    pub number: String,
    pub version: i64,
    pub order_id: String,
    pub order_number: String,
    /// The exception whose plan takes them back, or that they belong to.
    pub exception_id: Option<String>,
    pub status: ReturnStatus,
    pub status_label: &'static str,
    /// Why they come back.
    pub reason: String,
    /// What comes back.
    pub lines: Vec<ReturnLineView>,
    /// What of what was paid goes back when all of it was inspected; of less, as large a part of it.
    pub refund_amount: Option<String>,
    /// The order's currency, where something goes back.
    pub refund_currency: Option<String>,
    /// How it goes back.
    pub refund_method: Option<PaymentMethod>,
    /// The code of the warehouse where they were received.
    pub warehouse: Option<String>,
    /// What was found, or why they do not come.
    pub note: Option<String>,
    /// When it was entered.
    pub created_at: UtcTime,
    /// Who or what entered it.
    pub created_by: String,
    /// When they came.
    pub received_at: Option<UtcTime>,
    /// When they were inspected.
    pub inspected_at: Option<UtcTime>,
    /// Who inspected them.
    pub inspected_by: Option<String>,
    /// When it was known that they do not come.
    pub cancelled_at: Option<UtcTime>,
    /// When it was last changed.
    pub updated_at: UtcTime,
}

fn line_view(named: NamedLine) -> ReturnLineView {
    let NamedLine { line, sku, name, .. } = named;
    ReturnLineView {
        line_id: line.line_id.text(Kind::Line),
        sku,
        name,
        quantity: line.quantity.short(),
        received: line.received.short(),
        restocked: line.restocked.short(),
        scrapped: line.scrapped.short(),
    }
}

fn view(whole: Whole, language: Language) -> ReturnView {
    let Whole { row, order_number, currency, warehouse, lines } = whole;
    let digits = codes::minor_digits(&currency).unwrap_or(4);
    ReturnView {
        id: row.id.text(Kind::Return),
        number: row.number,
        version: row.version,
        order_id: row.order_id.text(Kind::Order),
        order_number,
        exception_id: row.exception_id.map(|id| id.text(Kind::Exception)),
        status: row.status,
        status_label: row.status.label(language),
        reason: row.reason,
        lines: lines.into_iter().map(line_view).collect(),
        refund_currency: row.refund_amount.map(|_| currency),
        refund_amount: row.refund_amount.map(|amount| amount.text(digits)),
        refund_method: row.refund_method,
        warehouse,
        note: row.note,
        created_at: row.created_at,
        created_by: row.created_by_label,
        received_at: row.received_at,
        inspected_at: row.inspected_at,
        inspected_by: row.inspected_by_label,
        cancelled_at: row.cancelled_at,
        updated_at: row.updated_at,
    }
}

fn answer(status: u16, whole: Whole, language: Language) -> Result<Answer> {
    let version = whole.row.version;
    Ok(Answer::json(status, &view(whole, language))?.etag(version, language.tag()))
}

fn render(tx: &mut Tx, row: Return) -> Result<Answer> {
    let language = tx.language;
    answer(200, whole::of(tx.conn, row)?, language)
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReturnQuery {
    /// `ord_…` or an order's number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    /// `exc_…` or an exception's number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    exception_id: Option<String>,
    #[param(inline)]
    status: Option<ReturnStatus>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

fn filter(snapshot: &mut Snapshot, q: &ReturnQuery) -> Result<ReturnFilter> {
    // what there is not has no returns
    let order = q.order_id.as_deref().map(|text| orders::resolve(snapshot.conn, text)).transpose()?;
    let exception = q.exception_id.as_deref().map(|text| exceptions::find_by_ref(snapshot.conn, text)).transpose()?;
    Ok(ReturnFilter {
        order: order.map(|found| found.unwrap_or(Id::FIRST)),
        exception: exception.map(|found| found.map_or(Id::FIRST, |row| row.id)),
        status: q.status,
    })
}

/// Lists goods that come back, or have, newest first.
#[utoipa::path(tag = "returns", params(ReturnQuery), responses((status = 200, body = Listing<ReturnView>)))]
#[get("/v1/returns")]
pub async fn list_returns(app: Data<App>, request: HttpRequest, asked: Asked<ReturnQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = filter(snapshot, q)?;
        let cursors = Cursors::new(&app_, "list_returns", &format!("{filter:?}"));
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, &filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let (found, language) = (whole::load(snapshot.conn, found)?, snapshot.language);
        let page = paging::page(found, limit, &cursors, |whole| paging::by_id(whole.row.id), |whole| view(whole, language));
        page.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListReturns, asked.call, look).await)
}

/// Shows goods that come back.
#[utoipa::path(tag = "returns", responses((status = 200, body = ReturnView)))]
#[get("/v1/returns/{id}")]
pub async fn get_return(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let row = rows::find_by_ref(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        let whole = whole::of(snapshot.conn, row)?;
        answer(200, whole, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetReturn, asked.call, look).await)
}

/// Enters goods that a customer sends back: no more than was delivered, or came back with its parcel, and is not returned
/// yet. A plan for an exception enters them by itself (`return_goods`), with the refund.
#[utoipa::path(tag = "returns", request_body = ReturnInput, responses((status = 201, body = ReturnView)))]
#[post("/v1/returns")]
pub async fn enter_return(app: Data<App>, posted: Posted<ReturnInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| returns::enter(tx, body.valid()?);
    let render = |tx: &mut Tx, row: Return| {
        let (location, language) = (format!("/v1/returns/{}", row.id.text(Kind::Return)), tx.language);
        Ok(answer(201, whole::of(tx.conn, row)?, language)?.header("location", location))
    };
    send(app.write(Operation::EnterReturn, posted.call, act, render).await)
}

/// Notes that goods have come back: all that was expected, or so much of it. They are inspected next.
#[utoipa::path(tag = "returns", request_body = ReceiveReturnInput, responses((status = 200, body = ReturnView)))]
#[post("/v1/returns/{id}/receive")]
pub async fn receive_return(app: Data<App>, path: Path<String>, posted: Posted<ReceiveReturnInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| returns::receive(tx, &path, body.valid()?);
    send(app.write(Operation::ReceiveReturn, posted.call, act, render).await)
}

/// Notes what was found: what is good goes into stock, the rest is scrapped; the refund that was planned goes back, as large
/// a part of it as came of the goods.
#[utoipa::path(tag = "returns", request_body = InspectReturnInput, responses((status = 200, body = ReturnView)))]
#[post("/v1/returns/{id}/inspect")]
pub async fn inspect_return(app: Data<App>, path: Path<String>, posted: Posted<InspectReturnInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| returns::inspect(tx, &path, body.valid()?);
    send(app.write(Operation::InspectReturn, posted.call, act, render).await)
}

/// Notes that the goods will not come; a plan that waited for them is to be made anew.
#[utoipa::path(tag = "returns", request_body = CancelReturnInput, responses((status = 200, body = ReturnView)))]
#[post("/v1/returns/{id}/cancel")]
pub async fn cancel_return(app: Data<App>, path: Path<String>, posted: Posted<CancelReturnInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| returns::cancel(tx, &path, body.valid()?);
    send(app.write(Operation::CancelReturn, posted.call, act, render).await)
}
