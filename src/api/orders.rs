//! `/v1/orders`: lists, one order, entering. Amending is in `amending`, the steps in `steps`, what can
//! be done and has happened in `history`.

mod amending;
mod confirmations;
mod history;
mod promise;
pub mod query;
mod shown;
mod steps;
pub mod view;

pub use amending::amend_order;
pub use confirmations::list_confirmations;
pub use history::{get_order_actions, get_order_history, get_order_revision, list_order_revisions};
pub use promise::get_order_promise;
pub use steps::{
    cancel_order, confirm_order, hold_order, receive_order, release_order, request_confirmation, send_back_order, undo_order_step, unhold_order,
    verify_order,
};

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::renderings::Rendering;
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::permission::{Operation, permit};
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::orders::whole::{self, Whole};
use crate::repositories::orders::{self as rows, OrderFilter};
use crate::services::orders::create::{self, Entered, Incoming};
use crate::services::orders::input::OrderInput;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use query::OrderQuery;
use std::sync::Arc;
use view::OrderView;

/// One order as an answer, under its version; apart for each content, since people's names are shown.
fn answer(status: u16, version: i64, rendering: &Rendering) -> Answer {
    Answer { status, headers: Vec::new(), body: rendering.text().as_bytes().to_vec() }.etag(version, rendering.digest())
}

/// An order that was loaded, as an answer.
fn answer_whole(status: u16, whole: Whole, language: Language) -> Result<Answer> {
    let version = whole.order.version;
    let rendering = shown::render(whole, language)?;
    let etag = rendering.digest().to_owned();
    Ok(Answer { status, headers: Vec::new(), body: rendering.into_bytes() }.etag(version, &etag))
}

/// An order as it is after everything that followed.
fn shown(tx: &mut Tx, status: u16, id: Id) -> Result<Answer> {
    let whole = whole::find_id(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    answer_whole(status, whole, tx.language)
}

/// A page of orders.
fn list(app: &App, snapshot: &mut Snapshot, q: &OrderQuery, filter: &OrderFilter, cursors: &Cursors) -> Result<Listing<Arc<Rendering>>> {
    let (limit, with_customers) = (paging::limit(q.limit), q.with_customers()?);
    if with_customers {
        permit(&snapshot.actor, Operation::GetCustomer)?;
    }
    let found = rows::list(snapshot.conn, filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
    let Listing { data, page } = paging::page(found, limit, cursors, |stamp| paging::by_id(stamp.id), |stamp| stamp);
    let page = if q.with_total() { page.counted(rows::count(snapshot.conn, filter, paging::COUNTED + 1)?) } else { page };
    let data = if with_customers { shown::with_customers(snapshot, &data)? } else { shown::all(app, snapshot, &data)? };
    Ok(Listing { data, page })
}

/// Lists orders, newest first unless asked otherwise.
#[utoipa::path(tag = "orders", params(OrderQuery), responses((status = 200, body = Listing<OrderView>)))]
#[get("/v1/orders")]
pub async fn list_orders(app: Data<App>, request: HttpRequest, asked: Asked<OrderQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = q.filter(&snapshot.actor, snapshot.now)?;
        let cursors = Cursors::new(&app_, "list_orders", &OrderQuery::bound_to(&filter));
        list(&app_, snapshot, q, &filter, &cursors)?.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListOrders, asked.call, look).await)
}

/// Shows an order, named by its id or its number.
#[utoipa::path(tag = "orders", responses((status = 200, body = OrderView)))]
#[get("/v1/orders/{id}")]
pub async fn get_order(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let app_ = app.clone();
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let id = rows::resolve(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        let stamp = rows::find_stamp(snapshot.conn, id)?.ok_or_else(Problem::not_found)?;
        let shown = shown::all(&app_, snapshot, &[stamp])?;
        let rendering = shown.first().ok_or_else(Problem::not_found)?;
        Ok(answer(200, stamp.version, rendering))
    };
    send_unless_known(&request, app.read(Operation::GetOrder, asked.call, look).await)
}

/// Enters an order. The same channel reference with the same content gives the first order again.
#[utoipa::path(
    tag = "orders",
    request_body = OrderInput,
    responses(
        (status = 201, description = "Entered", body = OrderView),
        (status = 200, description = "Known already under this channel reference", body = OrderView)
    )
)]
#[post("/v1/orders")]
pub async fn create_order(app: Data<App>, posted: Posted<OrderInput>) -> Response {
    let body = posted.body.map(Incoming::new);
    let act = move |tx: &mut Tx| create::create(tx, body.valid()?);
    send(app.write(Operation::CreateOrder, posted.call, act, entered).await)
}

/// An order that came in, or was there already.
fn entered(tx: &mut Tx, entered: Entered) -> Result<Answer> {
    match entered {
        Entered::Known(order) => shown(tx, 200, order.id),
        Entered::New(whole) => {
            let id = whole.order.id;
            let alone = tx.only_happened(id, EventName::OrderCreated);
            let shown = if alone { answer_whole(201, *whole, tx.language)? } else { shown(tx, 201, id)? };
            Ok(shown.header("location", format!("/v1/orders/{}", id.text(Kind::Order))))
        }
    }
}

/// Enters an order again as it is now, afresh: verified and approved like any other.
#[utoipa::path(tag = "orders", request_body = Nothing, responses((status = 201, body = OrderView)))]
#[post("/v1/orders/{id}/duplicate")]
pub async fn duplicate_order(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        create::duplicate(tx, &path)
    };
    send(app.write(Operation::DuplicateOrder, posted.call, act, entered).await)
}
