//! Goods that are made for an order: what is short of standard goods, where the catalogue says so; and what becomes of
//! goods when they are made (DOMAIN 3.1, 3.4).

use super::{describe, take};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::order::LineKind;
use crate::domain::stock::MovementKind;
use crate::error::{Error, Problem, Result};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::products;
use crate::repositories::stock::{self, Allocation, MovementRow, Outstanding};
use crate::repositories::warehouses;
use std::collections::BTreeMap;

/// Sets what is short to be made, where the catalogue says so and there is a warehouse that it can be brought to; what
/// is left is short.
pub(super) fn make_what_is_short(tx: &mut Tx, wants: Vec<Outstanding>) -> Result<Vec<Outstanding>> {
    let short: Vec<Id> = wants.iter().filter(|want| want.missing > Amount::ZERO).map(|want| want.product_id).collect();
    if short.is_empty() {
        return Ok(wants);
    }
    let made: Vec<Id> =
        products::find_many(tx.conn, &short)?.into_iter().filter(|product| product.made_when_short).map(|product| product.id).collect();
    if made.is_empty() || warehouses::first(tx.conn)?.is_none() {
        return Ok(wants);
    }
    wants.into_iter().map(|want| if made.contains(&want.product_id) { to_make(tx, want) } else { Ok(want) }).collect()
}

/// Sets what an order lacks to be made for it, whatever the catalogue says of the product.
///
/// # Errors
/// `rule_violated` where it lacks nothing, or where there is no warehouse to bring it to.
pub fn make_short(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take(tx, order)?;
    let lacking = stock::outstanding_lines(tx.conn, order.id)?;
    if lacking.is_empty() || warehouses::first(tx.conn)?.is_none() {
        let (en, zh) = (format!("Order {} lacks nothing that could be made.", order.number), format!("订单 {} 不缺可生产的商品。", order.number));
        return Err(Problem::rule("DOMAIN 6.5", en, zh).into());
    }
    lacking.into_iter().try_for_each(|want| to_make(tx, want).map(drop))
}

fn to_make(tx: &mut Tx, want: Outstanding) -> Result<Outstanding> {
    parts::set_making(tx.conn, want.line.id, want.line.to_make.plus(want.missing)?, want.line.made)?;
    Ok(Outstanding { missing: Amount::ZERO, ..want })
}

/// Whether some of an order's standard goods is being made.
///
/// # Errors
/// Those of the database.
pub fn is_to_make(tx: &mut Tx, order: Id) -> Result<bool> {
    Ok(parts::lines(tx.conn, order)?.iter().any(|line| line.to_make > Amount::ZERO))
}

/// Goods were made: of each line so much, or all that is left. Custom goods can be shipped, or picked where they pass
/// through the warehouse; standard ones are brought to the first warehouse and set aside for this order.
///
/// # Errors
/// Those of the database. That nobody makes more than is left is checked by who asks.
pub fn make(tx: &mut Tx, order: Id, shares: Option<&BTreeMap<Id, Amount>>) -> Result<()> {
    let order = take(tx, order)?;
    let mut brought = false;
    let mut lines = parts::lines(tx.conn, order.id)?;
    lines.sort_by_key(|line| line.product_id); // balances in the order of their keys (DECISIONS 5)
    for line in lines {
        let left = line.left_to_make();
        let share = shares.map_or(left, |shares| shares.get(&line.id).copied().unwrap_or_default().at_most(left));
        if share == Amount::ZERO {
            continue;
        }
        let made = line.made.plus(share)?;
        if line.kind == LineKind::Standard {
            parts::set_making(tx.conn, line.id, line.to_make.minus(share)?, made)?;
            bring(tx, &line, share)?;
            brought = true;
            continue;
        }
        parts::set_making(tx.conn, line.id, Amount::ZERO, made)?;
        if !line.through_warehouse {
            parts::set_progress(tx.conn, line.id, line.picked.plus(share)?, line.shipped, line.delivered)?;
        }
    }
    if brought {
        tx.record(describe(EventName::OrderStockReserved, &order).with("short_lines", 0))?;
    }
    Ok(())
}

/// Brings what was made to the first warehouse, for the order that it was made for.
fn bring(tx: &mut Tx, line: &Line, share: Amount) -> Result<()> {
    let warehouse = warehouses::first(tx.conn)?.ok_or_else(|| Error::internal("there is no warehouse to bring goods to"))?;
    let product = line.product_id.ok_or_else(|| Error::internal("goods of no product were made for stock"))?;
    stock::open_balance(tx.conn, product, warehouse.id)?;
    let moved = MovementRow::new(tx, MovementKind::Receipt, (product, warehouse.id), Some(line.order_id), (share, share));
    if !stock::apply(tx.conn, &moved)? {
        return Err(crate::domain::amount::TooLarge.into());
    }
    let allocation = Allocation {
        line_id: line.id,
        warehouse_id: warehouse.id,
        order_id: line.order_id,
        product_id: product,
        reserved: share,
        picked: Amount::ZERO,
    };
    stock::add_reserved(tx.conn, &allocation)
}

/// Custom goods are to be made again; gives whether some of them pass through the warehouse. What was made of standard
/// ones is in stock and stays there.
///
/// # Errors
/// Those of the database.
pub fn unmake(tx: &mut Tx, order: Id) -> Result<bool> {
    let order = take(tx, order)?;
    let lines = parts::lines(tx.conn, order.id)?;
    for line in lines.iter().filter(|line| line.kind == LineKind::Custom) {
        parts::set_making(tx.conn, line.id, Amount::ZERO, line.shipped)?;
        parts::set_progress(tx.conn, line.id, line.shipped, line.shipped, line.delivered)?;
    }
    Ok(lines.iter().any(|line| line.kind == LineKind::Custom && line.through_warehouse))
}
