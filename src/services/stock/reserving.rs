//! Setting stock aside for an agreed order: from which warehouse first, and how much there is (DOMAIN 2.6).

use super::making::make_what_is_short;
use super::{describe, take};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::stock::{Giver, MovementKind, Shortage, in_turn, share_out};
use crate::error::{Problem, Result};
use crate::repositories::orders::Order;
use crate::repositories::orders::parts;
use crate::repositories::settings;
use crate::repositories::stock::{self, Allocation, Balance, MovementRow, Outstanding};
use crate::repositories::warehouses::{self, Warehouse};
use std::collections::BTreeMap;

/// Sets aside what is outstanding of an order, as far as there is any, and keeps what it gets.
/// Gives what is still missing. Asked again, it only does the rest; an order that is not agreed
/// or not alive any more gets nothing (DOMAIN 2.6, DECISIONS 25).
///
/// # Errors
/// Those of the database.
pub fn reserve(tx: &mut Tx, order: Id) -> Result<Vec<Shortage>> {
    let order = take(tx, order)?;
    if !matches!(order.state, State::Reviewed | State::Executing) {
        return Ok(Vec::new());
    }
    let mut wants = stock::outstanding_lines(tx.conn, order.id)?;
    if wants.is_empty() {
        return Ok(Vec::new());
    }
    let (turn, mut got_any) = (turn(tx, &order, &wants)?, false);
    for same_product in wants.chunk_by_mut(|a, b| a.product_id == b.product_id) {
        got_any |= reserve_product(tx, same_product, &turn)?;
    }
    let shortages: Vec<Shortage> = make_what_is_short(tx, wants)?.into_iter().filter(|want| want.missing > Amount::ZERO).map(shortage).collect();
    if got_any {
        tx.record(describe(EventName::OrderStockReserved, &order).with("short_lines", shortages.len()))?;
    }
    Ok(shortages)
}

fn shortage(want: Outstanding) -> Shortage {
    Shortage {
        line_id: want.line.id,
        position: want.line.position,
        sku: want.line.sku.unwrap_or_default(),
        name: want.line.name,
        missing: want.missing,
    }
}

/// Asks the warehouses, in turn, for what all lines of one product lack together; gives whether any had
/// some. Where there are several, their rows are held in the order of their keys before any is asked, so
/// that two orders with other turns do not wait for each other (DECISIONS 5).
fn reserve_product(tx: &mut Tx, wants: &mut [Outstanding], turn: &[Id]) -> Result<bool> {
    let Some((product, order)) = wants.first().map(|want| (want.product_id, want.line.order_id)) else { return Ok(false) };
    let mut balances = stock::balances_of(tx.conn, product)?;
    balances.retain(|balance| balance.available() > Amount::ZERO);
    if balances.len() > 1 {
        balances = balances.iter().map(|balance| held(tx, balance)).collect::<Result<_>>()?;
        balances.sort_by_key(|balance| turn.iter().position(|warehouse| *warehouse == balance.warehouse_id).unwrap_or(usize::MAX));
    }
    let mut got_any = false;
    for balance in balances {
        let missing: Vec<Amount> = wants.iter().map(|want| want.missing).collect();
        let taken = take_from(tx, order, &balance, Amount::sum(missing.iter().copied())?)?;
        for (want, share) in wants.iter_mut().zip(share_out(taken, &missing)) {
            allocate(tx, want, balance.warehouse_id, share)?;
        }
        got_any |= taken > Amount::ZERO;
    }
    Ok(got_any)
}

fn held(tx: &mut Tx, balance: &Balance) -> Result<Balance> {
    Ok(stock::hold(tx.conn, balance.product_id, balance.warehouse_id)?.unwrap_or(*balance))
}

/// The turn of the warehouses that could give an order some of what it lacks; where there is one only, it needs
/// none.
fn turn(tx: &mut Tx, order: &Order, wants: &[Outstanding]) -> Result<Vec<Id>> {
    let mut needed: BTreeMap<Id, Amount> = BTreeMap::new();
    for want in wants {
        let sum = needed.entry(want.product_id).or_default();
        *sum = sum.plus(want.missing)?;
    }
    let products: Vec<Id> = needed.keys().copied().collect();
    let balances = stock::balances_of_many(tx.conn, &products)?;
    let mut covers: BTreeMap<Id, (usize, i64)> = BTreeMap::new();
    for balance in balances.iter().filter(|balance| balance.available() > Amount::ZERO) {
        let (needed, there) = (needed.get(&balance.product_id).copied().unwrap_or_default(), balance.available());
        let (whole, some) = covers.entry(balance.warehouse_id).or_default();
        *whole += usize::from(there >= needed);
        *some = some.saturating_add(there.at_most(needed).parts());
    }
    if covers.len() < 2 {
        return Ok(Vec::new());
    }
    let (delivery, (_, settings)) = (parts::delivery(tx.conn, order.id)?, settings::load(tx.conn)?);
    let ids: Vec<Id> = covers.keys().copied().collect();
    let giver = |row: Warehouse| Giver {
        covers: covers.get(&row.id).copied().unwrap_or_default().0,
        gives: covers.get(&row.id).copied().unwrap_or_default().1,
        warehouse: row.id,
        priority: row.priority,
        serves: row.serves.0,
    };
    let givers = warehouses::find_many(tx.conn, &ids)?.into_iter().map(giver).collect();
    Ok(in_turn(givers, &settings.reservation_rules, delivery.country.as_deref().unwrap_or_default(), delivery.region.as_deref()))
}

/// Sets aside what a balance has, up to what is wanted. Where others were faster since it was
/// read, its row is held, and what is left then is certain.
fn take_from(tx: &mut Tx, order: Id, balance: &Balance, wanted: Amount) -> Result<Amount> {
    if let Some(taken) = try_take(tx, order, balance, wanted)? {
        return Ok(taken);
    }
    let held = stock::hold(tx.conn, balance.product_id, balance.warehouse_id)?.unwrap_or(*balance);
    try_take(tx, order, &held, wanted)?.ok_or_else(|| Problem::unavailable().into())
}

fn try_take(tx: &mut Tx, order: Id, balance: &Balance, wanted: Amount) -> Result<Option<Amount>> {
    let asked = wanted.at_most(balance.available());
    if asked <= Amount::ZERO {
        return Ok(Some(Amount::ZERO));
    }
    let moved = MovementRow::new(tx, MovementKind::Reserve, (balance.product_id, balance.warehouse_id), Some(order), (Amount::ZERO, asked));
    Ok(stock::apply(tx.conn, &moved)?.then_some(asked))
}

fn allocate(tx: &mut Tx, want: &mut Outstanding, warehouse: Id, share: Amount) -> Result<()> {
    if share == Amount::ZERO {
        return Ok(());
    }
    want.missing = want.missing.minus(share)?;
    let allocation = Allocation {
        line_id: want.line.id,
        warehouse_id: warehouse,
        order_id: want.line.order_id,
        product_id: want.product_id,
        reserved: share,
        picked: Amount::ZERO,
    };
    stock::add_reserved(tx.conn, &allocation)
}
