//! Which orders the actions of a plan concern, and what they come to (DOMAIN 6.3, 6.5).

use super::flaw;
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::remedy::Remedy;
use crate::error::{Problem, Result};
use crate::repositories::exceptions;
use crate::repositories::orders::{self, Order};
use crate::repositories::{exchange_rates, products, warehouses};
use std::collections::BTreeSet;

/// The orders that an action concerns: the one that it names, or all that are covered.
pub fn targets(tx: &mut Tx, covered: &[Id], remedy: &Remedy) -> Result<Vec<Id>> {
    let Some(named) = remedy.order() else { return Ok(covered.to_vec()) };
    Ok(orders::resolve(tx.conn, named)?.filter(|id| covered.contains(id)).into_iter().collect())
}

/// Every order that actions over an exception may change, in ascending order of id.
pub(super) fn concerned<'a>(tx: &mut Tx, exception: Id, actions: impl Iterator<Item = &'a Remedy>) -> Result<BTreeSet<Id>> {
    let mut all: BTreeSet<Id> = exceptions::links(tx.conn, exception)?.into_iter().collect();
    for remedy in actions {
        if let Remedy::GiveStock { from_order, .. } = remedy {
            all.extend(orders::find_by_ref(tx.conn, from_order)?.map(|order| order.id));
        }
    }
    Ok(all)
}

/// What actions come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reckoned {
    /// In the base currency; none where none of them costs anything.
    pub sum: Option<Amount>,
    /// Some of it is in a currency without a rate, and not in the sum.
    pub unrated: bool,
}

/// What the actions of a plan come to. Names what they name and there is not.
pub(super) fn reckon(tx: &mut Tx, exception: Id, actions: &[Remedy], costed: bool, problem: &mut Problem) -> Result<Reckoned> {
    let covered = exceptions::links(tx.conn, exception)?;
    let mut reckoned = Reckoned::default();
    for (at, remedy) in actions.iter().enumerate() {
        let concerned = targets(tx, &covered, remedy)?;
        if concerned.is_empty() && !matches!(remedy, Remedy::Transfer { .. } | Remedy::OtherCarrier { .. }) {
            let field = if matches!(remedy, Remedy::GiveStock { .. }) { "to_order" } else { "order" };
            flaw(problem, &format!("/actions/{at}/{field}"), "not_covered", "names no order that the exception covers", "不在该异常涉及的订单之内");
        }
        refuse_unknown(tx, at, remedy, problem)?;
        let Some(amount) = remedy.amount() else { continue };
        for order in orders::find_many(tx.conn, &concerned)? {
            match in_base(tx, &order, amount)? {
                Some(amount) => reckoned.sum = Some(reckoned.sum.unwrap_or(Amount::ZERO).plus(amount)?),
                None if costed => reckoned.unrated = true,
                None => {
                    let en = format!("is required: there is no rate for {}", order.currency);
                    flaw(problem, "/cost", "required", en, format!("没有 {} 的汇率，必须填写", order.currency));
                }
            }
        }
    }
    Ok(reckoned)
}

fn in_base(tx: &mut Tx, order: &Order, amount: Amount) -> Result<Option<Amount>> {
    let (company, today) = (tx.company.clone(), tx.company.zone.local_date(tx.now.utc()));
    exchange_rates::in_base(tx.conn, &company, amount, &order.currency, today)
}

/// Names products and warehouses that an action names and there are not.
fn refuse_unknown(tx: &mut Tx, at: usize, remedy: &Remedy, problem: &mut Problem) -> Result<()> {
    let skus: &[(&str, &String)] = match remedy {
        Remedy::Transfer { sku, .. } | Remedy::GiveStock { sku, .. } => &[("sku", sku)],
        Remedy::Substitute { by_sku, .. } => &[("by_sku", by_sku)],
        _ => &[],
    };
    for (field, sku) in skus {
        if products::find_by_sku(tx.conn, sku)?.is_none() {
            flaw(problem, &format!("/actions/{at}/{field}"), "unknown", "there is no such product", "没有该产品");
        }
    }
    let places: &[(&str, &String)] = match remedy {
        Remedy::Transfer { from_warehouse, to_warehouse, .. } => &[("from_warehouse", from_warehouse), ("to_warehouse", to_warehouse)],
        _ => &[],
    };
    for (field, code) in places {
        if warehouses::find_by_code(tx.conn, code)?.is_none() {
            flaw(problem, &format!("/actions/{at}/{field}"), "unknown", "there is no such warehouse", "没有该仓库");
        }
    }
    Ok(())
}
