//! What an amendment would come to in stock (DOMAIN 1.7): what is set aside now, what would be needed, and
//! what of that would be given back, or be short.

use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::order::LineKind;
use crate::error::Result;
use crate::repositories::orders::parts;
use crate::repositories::products;
use crate::repositories::stock::{self, Balance};
use std::collections::BTreeMap;

/// What is set aside for an order, and available besides, by product.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Holdings {
    reserved: BTreeMap<Id, Amount>,
    available: BTreeMap<Id, Amount>,
}

/// The effect on one product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    pub sku: String,
    pub reserved: Amount,
    /// What is to be picked still.
    pub needed: Amount,
    pub freed: Amount,
    pub short: Amount,
}

fn sums(rows: impl Iterator<Item = (Id, Amount)>) -> Result<BTreeMap<Id, Amount>> {
    let mut sums: BTreeMap<Id, Amount> = BTreeMap::new();
    for (product, amount) in rows {
        let sum = sums.entry(product).or_default();
        *sum = sum.plus(amount)?;
    }
    Ok(sums)
}

fn available(tx: &mut Tx, products: &[Id]) -> Result<BTreeMap<Id, Amount>> {
    let balances: Vec<Balance> = if products.is_empty() { Vec::new() } else { stock::balances_of_many(tx.conn, products)? };
    sums(balances.iter().map(|balance| (balance.product_id, balance.available())))
}

/// What an order holds as it is.
///
/// # Errors
/// Those of the database.
pub fn holdings(tx: &mut Tx, order: Id) -> Result<Holdings> {
    let reserved = sums(stock::allocations_of(tx.conn, order)?.into_iter().map(|held| (held.product_id, held.reserved)))?;
    let products: Vec<Id> = reserved.keys().copied().collect();
    Ok(Holdings { available: available(tx, &products)?, reserved })
}

/// What the order's lines as they are now would make of what it held before.
///
/// # Errors
/// Those of the database.
pub fn effect(tx: &mut Tx, order: Id, before: &Holdings) -> Result<Vec<Effect>> {
    let lines = parts::lines(tx.conn, order)?;
    let tracked = || lines.iter().filter(|line| line.kind == LineKind::Standard).filter_map(|line| line.product_id.map(|product| (product, line)));
    let mut left = Vec::new();
    for (product, line) in tracked() {
        left.push((product, line.quantity.minus(line.picked)?));
    }
    let needed = sums(left.into_iter())?;
    let new: Vec<Id> = needed.keys().filter(|product| !before.available.contains_key(*product)).copied().collect();
    let mut there = available(tx, &new)?;
    there.extend(before.available.iter().map(|(product, amount)| (*product, *amount)));
    let mut products: Vec<Id> = needed.keys().chain(before.reserved.keys()).copied().collect();
    products.sort_unstable();
    products.dedup();
    let names: BTreeMap<Id, String> = products::find_many(tx.conn, &products)?.into_iter().map(|row| (row.id, row.sku)).collect();
    let of = |amounts: &BTreeMap<Id, Amount>, product: &Id| amounts.get(product).copied().unwrap_or_default();
    let mut effects = Vec::new();
    for product in &products {
        let (reserved, needed) = (of(&before.reserved, product), of(&needed, product));
        let more = needed.minus(reserved)?.max(Amount::ZERO);
        let (freed, short) = (reserved.minus(needed)?.max(Amount::ZERO), more.minus(of(&there, product))?.max(Amount::ZERO));
        effects.push(Effect { sku: names.get(product).cloned().unwrap_or_default(), reserved, needed, freed, short });
    }
    effects.sort_by(|a, b| a.sku.cmp(&b.sku));
    Ok(effects)
}
