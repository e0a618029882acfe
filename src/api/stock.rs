//! `/v1/stock`: balances, and the movements that they are the sum of. What is expected to come is in `expected`.

pub mod expected;

use super::paging::{self, Cursors, Listing};
use super::query;
use super::request::{Asked, Posted};
use super::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::amount::Amount;
use crate::domain::id::{Id, Kind};
use crate::domain::permission::Operation;
use crate::domain::stock::MovementKind;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Code, Problem, Result};
use crate::repositories::stock::expected::coming;
use crate::repositories::stock::movements::{MovementFilter, NamedMovement, find_movement, list_movements};
use crate::repositories::stock::{self as rows, MovementRow, NamedBalance, StockFilter};
use crate::services::stock::{self, MovementInput};
use actix_web::web::Data;
use actix_web::{HttpRequest, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;
use validator::Validate;

/// What lies of a product in a warehouse.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct StockView {
    pub product_id: String,
    pub sku: String,
    pub name: String,
    pub unit: String,
    /// The warehouse's code.
    pub warehouse: String,
    /// How much lies there.
    pub on_hand: String,
    /// The part of it that is set aside for orders.
    pub reserved: String,
    /// How much of it is not set aside: `on_hand` less `reserved`.
    pub available: String,
    /// How much is expected to come in.
    pub expected: String,
    /// When the first of it is expected.
    pub expected_on: Option<NaiveDate>,
    /// Below how much that is available it should not fall.
    pub reorder_level: Option<String>,
    /// Less is available than that.
    pub low: bool,
}

/// How a balance looks from outside.
pub fn view(row: NamedBalance, (expected, expected_on): (Amount, Option<NaiveDate>)) -> StockView {
    StockView {
        expected: expected.short(),
        expected_on,
        reorder_level: row.balance.reorder_level.map(Amount::short),
        low: row.balance.reorder_level.is_some_and(|level| row.balance.available() < level),
        product_id: row.balance.product_id.text(Kind::Product),
        sku: row.sku,
        name: row.name,
        unit: row.unit,
        warehouse: row.warehouse,
        on_hand: row.balance.on_hand.short(),
        reserved: row.balance.reserved.short(),
        available: row.balance.available().short(),
    }
}

/// One movement of a balance.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MovementView {
    pub id: String,
    pub at: UtcTime,
    /// Why the balance moved.
    pub kind: MovementKind,
    pub kind_label: &'static str,
    pub product_id: String,
    pub sku: String,
    pub name: String,
    /// The warehouse's code.
    pub warehouse: String,
    /// By how much there is more, or less, on hand.
    pub on_hand_change: String,
    /// By how much more, or less, is set aside.
    pub reserved_change: String,
    /// The order that it was for.
    pub order_id: Option<String>,
    /// Who or what moved it.
    pub actor: String,
    pub note: Option<String>,
    /// Of a transfer, the movement that takes the goods out, `mov_…`; the one that brings them in names it as well.
    pub transfer_id: Option<String>,
}

/// How a movement looks from outside.
pub fn movement_view(row: NamedMovement, language: Language) -> MovementView {
    let movement = row.movement;
    MovementView {
        id: movement.id.text(Kind::Movement),
        at: movement.at,
        kind: movement.kind,
        kind_label: movement.kind.label(language),
        product_id: movement.product_id.text(Kind::Product),
        sku: row.sku,
        name: row.name,
        warehouse: row.warehouse,
        on_hand_change: movement.on_hand_change.short(),
        reserved_change: movement.reserved_change.short(),
        order_id: movement.order_id.map(|id| id.text(Kind::Order)),
        actor: movement.actor_label,
        note: movement.note,
        transfer_id: movement.transfer_id.map(|id| id.text(Kind::Movement)),
    }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct StockQuery {
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    sku: Option<String>,
    /// A warehouse's code.
    #[validate(length(min = 1, max = 40))]
    #[param(min_length = 1, max_length = 40)]
    warehouse: Option<String>,
    /// Only what has fallen below its `reorder_level`, with `true`.
    low: Option<bool>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// The position of a balance in the list: its two keys.
fn position(row: &NamedBalance) -> Vec<u8> {
    [paging::by_id(row.balance.product_id), paging::by_id(row.balance.warehouse_id)].concat()
}

fn read_position(bytes: Option<Vec<u8>>) -> Result<Option<(Id, Id)>> {
    let Some(bytes) = bytes else { return Ok(None) };
    let id = |part: &[u8]| Uuid::from_slice(part).ok().map(Id);
    let keys = bytes.split_at_checked(16).and_then(|(product, warehouse)| id(product).zip(id(warehouse)));
    keys.map(Some).ok_or_else(|| Problem::new(Code::InvalidCursor).into())
}

/// Lists what lies where, by product and warehouse.
#[utoipa::path(tag = "stock", params(StockQuery), responses((status = 200, body = Listing<StockView>)))]
#[get("/v1/stock")]
pub async fn list_stock(app: Data<App>, request: HttpRequest, asked: Asked<StockQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = StockFilter { sku: q.sku.clone(), warehouse: q.warehouse.clone(), low: q.low == Some(true) };
        let cursors = Cursors::new(&app_, "list_stock", &format!("{filter:?}"));
        let limit = paging::limit(q.limit);
        let after = read_position(cursors.read(q.cursor.as_deref())?)?;
        let found = rows::list(snapshot.conn, &filter, after, paging::fetch(limit))?;
        let products: Vec<Id> = found.iter().map(|row| row.balance.product_id).collect::<BTreeSet<_>>().into_iter().collect();
        let coming = if products.is_empty() { BTreeMap::new() } else { coming(snapshot.conn, &products)? };
        let view = |row: NamedBalance| {
            let coming = coming.get(&(row.balance.product_id, row.balance.warehouse_id)).copied().unwrap_or_default();
            view(row, coming)
        };
        paging::page(found, limit, &cursors, position, view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListStock, asked.call, look).await)
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MovementQuery {
    #[validate(length(min = 1, max = 64))]
    #[param(min_length = 1, max_length = 64)]
    sku: Option<String>,
    /// A warehouse's code.
    #[validate(length(min = 1, max = 40))]
    #[param(min_length = 1, max_length = 40)]
    warehouse: Option<String>,
    /// The order that a movement was for: its id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    #[param(inline)]
    kind: Option<MovementKind>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl MovementQuery {
    fn filter(&self, snapshot: &mut Snapshot) -> Result<MovementFilter> {
        let order = query::order(snapshot, self.order_id.as_deref())?;
        Ok(MovementFilter { id: None, sku: self.sku.clone(), warehouse: self.warehouse.clone(), order, kind: self.kind })
    }
}

/// Lists movements, newest first.
#[utoipa::path(tag = "stock", params(MovementQuery), responses((status = 200, body = Listing<MovementView>)))]
#[get("/v1/stock/movements")]
pub async fn list_stock_movements(app: Data<App>, request: HttpRequest, asked: Asked<MovementQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = q.filter(snapshot)?;
        let cursors = Cursors::new(&app_, "list_stock_movements", &format!("{filter:?}"));
        let limit = paging::limit(q.limit);
        let found = list_movements(snapshot.conn, &filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let language = snapshot.language;
        let page = paging::page(found, limit, &cursors, |m| paging::by_id(m.movement.id), |m| movement_view(m, language));
        page.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListStockMovements, asked.call, look).await)
}

/// Records a movement: goods received or returned, or a count that differs.
#[utoipa::path(tag = "stock", request_body = MovementInput, responses((status = 201, body = MovementView)))]
#[post("/v1/stock/movements")]
pub async fn record_stock_movement(app: Data<App>, posted: Posted<MovementInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| stock::record(tx, body.valid()?);
    let render = |tx: &mut Tx, moved: MovementRow| {
        let movement = find_movement(tx.conn, moved.id)?.ok_or_else(Problem::not_found)?;
        Answer::json(201, &movement_view(movement, tx.language))
    };
    send(app.write(Operation::RecordStockMovement, posted.call, act, render).await)
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_position_is_two_keys(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let keys = read_position(Some(bytes.clone())).ok().flatten();
            let written = keys.map(|(product, warehouse)| [paging::by_id(product), paging::by_id(warehouse)].concat());
            prop_assert_eq!(written, (bytes.len() == 32).then_some(bytes));
        }
    }
}
