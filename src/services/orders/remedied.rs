//! Amendments that a plan for an exception makes (DOMAIN 6.5): each is an amendment like any other, so approvers and the
//! customer are asked as they always are (DOMAIN 1.7).

use super::amend::amend;
use super::amended::used;
use super::input::OrderInput;
use super::take_id;
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::id::{Id, Kind};
use crate::error::{Error, Problem, Result};
use crate::input::Patch;
use crate::repositories::orders::parts;
use chrono::NaiveDate;
use serde_json::{Map, Value, json};

/// What counts of an order now, as it was said.
fn said(tx: &mut Tx, order: Id) -> Result<OrderInput> {
    let order = take_id(tx, order)?;
    let Json(content) = parts::revision(tx.conn, order.id, order.revision)?.content;
    serde_json::from_value(content).map_err(Error::internal)
}

fn patch(tx: &mut Tx, order: Id, reason: &str, mut changes: Value) -> Result<()> {
    if let Some(fields) = changes.as_object_mut() {
        fields.insert("reason".to_owned(), json!(reason));
    }
    let Value::Object(fields) = changes else { return Err(Error::internal("a patch is an object")) };
    amend(tx, &order.text(Kind::Order), &Patch(fields)).map(drop)
}

/// Amends an order as somebody asked.
///
/// # Errors
/// As [`amend`].
pub fn otherwise(tx: &mut Tx, order: Id, changes: &Map<String, Value>, reason: &str) -> Result<()> {
    patch(tx, order, reason, Value::Object(changes.clone()))
}

/// Lets what there is of an order leave before the rest.
///
/// # Errors
/// As [`amend`].
pub fn ship_part(tx: &mut Tx, order: Id, reason: &str) -> Result<()> {
    patch(tx, order, reason, json!({"delivery": {"in_parts": true}}))
}

fn holds_none(sku: &str) -> Error {
    let (en, zh) = (format!("The order holds none of {sku}."), format!("订单中没有 {sku}。"));
    Problem::rule("DOMAIN 6.5", en, zh).into()
}

/// Puts another product in the place of one, at its price or at one that is named.
///
/// # Errors
/// `rule_violated` where the order holds none of it; as [`amend`].
pub fn substitute(tx: &mut Tx, order: Id, (sku, by_sku): (&str, &str), unit_price: Option<Amount>, reason: &str) -> Result<()> {
    let mut input = said(tx, order)?;
    let mut found = false;
    for line in input.lines.iter_mut().filter(|line| line.sku.as_deref() == Some(sku)) {
        line.sku = Some(by_sku.to_owned());
        line.unit_price = unit_price.or(line.unit_price);
        // what the other product is called and counted in is the catalogue's to say
        (line.name, line.specification, line.unit) = (None, None, None);
        found = true;
    }
    if !found {
        return Err(holds_none(sku));
    }
    patch(tx, order, reason, json!({"lines": input.lines}))
}

/// Takes goods out of an order, but for what has been picked, made or packed of them.
///
/// # Errors
/// `rule_violated` where the order holds none of it, or nothing of it can be taken out; as [`amend`].
pub fn cancel_goods(tx: &mut Tx, order: Id, sku: &str, reason: &str) -> Result<()> {
    let mut input = said(tx, order)?;
    let mut left = Amount::ZERO;
    let lines = parts::lines(tx.conn, order)?;
    let used = used(tx, order, &lines)?;
    for line in lines.iter().filter(|line| line.sku.as_deref() == Some(sku)) {
        let (used, id) = (used.get(&line.id).copied().unwrap_or_default(), line.id.text(Kind::Line));
        left = left.plus(line.quantity.minus(used)?)?;
        for said in input.lines.iter_mut().filter(|said| said.id.as_deref() == Some(id.as_str())) {
            said.quantity = used;
        }
    }
    if left <= Amount::ZERO {
        return Err(holds_none(sku));
    }
    input.lines.retain(|line| line.quantity > Amount::ZERO);
    if input.lines.is_empty() {
        let en = "Nothing would be left of the order; cancel it instead.";
        return Err(Problem::rule("DOMAIN 6.5", en, "订单将不再包含任何商品，请改为取消订单。").into());
    }
    patch(tx, order, reason, json!({"lines": input.lines}))
}

/// Promises another day.
///
/// # Errors
/// As [`amend`].
pub fn promise(tx: &mut Tx, order: Id, date: NaiveDate, reason: &str) -> Result<()> {
    patch(tx, order, reason, json!({"delivery": {"promised_date": date}}))
}

/// Lets an order cost less.
///
/// # Errors
/// As [`amend`].
pub fn discount(tx: &mut Tx, order: Id, amount: Amount, reason: &str) -> Result<()> {
    let discount = said(tx, order)?.discount.plus(amount)?;
    patch(tx, order, reason, json!({"discount": discount}))
}
