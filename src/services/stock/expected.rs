//! What is expected to come in: entered, received in one or several parts, given up; and below how much a warehouse
//! should not fall.

use super::MovementInput;
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::stock::{ExpectedStatus, HandKind};
use crate::error::{Code, Problem, Result};
use crate::input::{day, rules};
use crate::repositories::products::{self, Product};
use crate::repositories::stock::expected::{self, Expected, NamedExpected};
use crate::repositories::stock::{self as balances, NamedBalance, StockFilter};
use crate::repositories::warehouses::{self, Warehouse};
use chrono::NaiveDate;
use serde::Deserialize;
use validator::Validate;

/// Goods that are expected.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"warehouse": "WH1", "sku": "PEN-05", "quantity": "100", "expected_on": "2027-03-05", "reference": "PO-88"}))]
pub struct ExpectedInput {
    /// The warehouse's code.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub warehouse: String,
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub sku: String,
    #[validate(custom(function = rules::positive))]
    pub quantity: Amount,
    /// The day on which they should be there.
    #[serde(default, deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    pub expected_on: Option<NaiveDate>,
    /// The supplier's, or that of the purchase.
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub reference: Option<String>,
    #[validate(length(min = 1, max = 1000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
}

/// What of expected goods has come.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"quantity": "40"}))]
pub struct ArrivalInput {
    /// All that is still to come by default.
    #[validate(custom(function = rules::positive))]
    pub quantity: Option<Amount>,
}

/// Below how much a warehouse should not fall.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"warehouse": "WH1", "sku": "PEN-05", "level": "20"}))]
pub struct ReorderInput {
    /// The warehouse's code.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub warehouse: String,
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub sku: String,
    /// What is available less than this is low; null for no matter.
    #[validate(custom(function = rules::not_negative))]
    pub level: Option<Amount>,
}

/// The product and the warehouse of these names.
fn named(tx: &mut Tx, sku: &str, warehouse: &str) -> Result<(Product, Warehouse)> {
    let product = products::find_by_sku(tx.conn, sku)?;
    let found = warehouses::find_by_code(tx.conn, warehouse)?;
    let mut problem = Problem::new(Code::ValidationFailed);
    if product.is_none() {
        problem = problem.field("/sku", "unknown", "there is no such product", "没有该产品");
    }
    if found.is_none() {
        problem = problem.field("/warehouse", "unknown", "there is no such warehouse", "没有该仓库");
    }
    product.zip(found).ok_or_else(|| problem.into())
}

fn tell(tx: &mut Tx, name: EventName, row: &Expected) -> Result<()> {
    let event = Event::new(name, Kind::Expected, row.id).with("product_id", row.product_id.text(Kind::Product)).with("status", row.status.as_str());
    tx.record(event.with("version", row.version)).map(drop)
}

fn shown(tx: &mut Tx, id: Id) -> Result<NamedExpected> {
    expected::find(tx.conn, id)?.ok_or_else(|| Problem::not_found().into())
}

/// Enters goods that are expected.
///
/// # Errors
/// `validation_failed` for an unknown SKU or warehouse.
pub fn expect(tx: &mut Tx, said: &ExpectedInput) -> Result<NamedExpected> {
    let (product, warehouse) = named(tx, &said.sku, &said.warehouse)?;
    let row = Expected {
        id: tx.new_id(),
        version: 1,
        product_id: product.id,
        warehouse_id: warehouse.id,
        quantity: said.quantity,
        received: Amount::ZERO,
        expected_on: said.expected_on,
        reference: said.reference.clone(),
        note: said.note.clone(),
        status: ExpectedStatus::Open,
        created_at: tx.now,
        updated_at: tx.now,
    };
    expected::insert(tx.conn, &row)?;
    tell(tx, EventName::ReceiptExpected, &row)?;
    shown(tx, row.id)
}

fn open(tx: &mut Tx, id: Id, event: &str) -> Result<NamedExpected> {
    let found = shown(tx, id)?;
    tx.check_match(found.expected.version)?;
    if found.expected.status != ExpectedStatus::Open {
        return Err(Problem::invalid_transition(found.expected.status.as_str(), event, &[]).into());
    }
    Ok(found)
}

fn change(tx: &mut Tx, name: EventName, after: Expected) -> Result<NamedExpected> {
    let after = Expected { version: after.version + 1, updated_at: tx.now, ..after };
    if !expected::update(tx.conn, &after)? {
        return Err(Code::VersionMismatch.into());
    }
    tell(tx, name, &after)?;
    shown(tx, after.id)
}

/// Some of what was expected, or the rest of it, has come: it is received into stock.
///
/// # Errors
/// `not_found`; `invalid_transition` where nothing of it is to come any more; `validation_failed` for more than is.
pub fn arrive(tx: &mut Tx, id: Id, said: &ArrivalInput) -> Result<NamedExpected> {
    let NamedExpected { expected, sku, warehouse, .. } = open(tx, id, "receive")?;
    let quantity = said.quantity.unwrap_or(expected.left());
    if quantity > expected.left() {
        let left = expected.left().short();
        let (en, zh) = (format!("is more than the {left} that are still to come"), format!("超过待入库数量 {left}"));
        return Err(Problem::invalid("/quantity", "range", en, zh).into());
    }
    let received = expected.received.plus(quantity)?;
    let status = if received == expected.quantity { ExpectedStatus::Received } else { ExpectedStatus::Open };
    let note = expected.reference.clone();
    let after = change(tx, EventName::ReceiptExpectedArrived, Expected { received, status, ..expected })?;
    super::record(tx, &MovementInput { kind: HandKind::Receipt, warehouse, sku, to_warehouse: None, quantity, note })?;
    Ok(after)
}

/// What is still to come will not.
///
/// # Errors
/// `not_found`; `invalid_transition` where nothing of it is to come any more.
pub fn give_up(tx: &mut Tx, id: Id) -> Result<NamedExpected> {
    let found = open(tx, id, "cancel")?;
    change(tx, EventName::ReceiptExpectedCancelled, Expected { status: ExpectedStatus::Cancelled, ..found.expected })
}

/// Sets below how much a warehouse should not fall of a product.
///
/// # Errors
/// `validation_failed` for an unknown SKU or warehouse.
pub fn watch(tx: &mut Tx, said: &ReorderInput) -> Result<NamedBalance> {
    let (product, warehouse) = named(tx, &said.sku, &said.warehouse)?;
    balances::open_balance(tx.conn, product.id, warehouse.id)?;
    let before = balances::hold(tx.conn, product.id, warehouse.id)?.and_then(|balance| balance.reorder_level);
    balances::set_reorder_level(tx.conn, product.id, warehouse.id, said.level)?;
    let text = |level: Option<Amount>| level.map(Amount::short);
    if before != said.level {
        let event = Event::new(EventName::StockWatched, Kind::Product, product.id).with("product_id", product.id.text(Kind::Product));
        tx.record(event.with("warehouse", warehouse.code.clone()).change("reorder_level", text(before), text(said.level)))?;
    }
    let only = StockFilter { sku: Some(product.sku), warehouse: Some(warehouse.code), low: false };
    balances::list(tx.conn, &only, None, 1)?.pop().ok_or_else(|| Problem::not_found().into())
}
