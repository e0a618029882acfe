//! What an exception touches, as far as that follows from the orders that it covers (DOMAIN 6.2). What people say about
//! it counts before what is reckoned here.

use crate::db::{Conn, Tx};
use crate::domain::amount::Amount;
use crate::domain::company::Company;
use crate::domain::id::Id;
use crate::error::Result;
use crate::repositories::exceptions::Impact;
use crate::repositories::exchange_rates::{self, Conversion};
use crate::repositories::orders::{Order, promises};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The most days that are said to be lost.
const MOST_DAYS: i64 = 10_000;

/// What several orders come to; nothing of none.
pub(super) fn reckon(tx: &mut Tx, covered: &[Order]) -> Result<Impact> {
    let (company, today) = (tx.company.clone(), tx.company.zone.local_date(tx.now.utc()));
    reckoned(tx.conn, &company, today, covered)
}

/// The same by the rates of a day.
pub(super) fn reckoned(conn: &mut Conn, company: &Company, day: NaiveDate, covered: &[Order]) -> Result<Impact> {
    if covered.is_empty() {
        return Ok(Impact::default());
    }
    let customers: BTreeSet<Id> = covered.iter().map(|order| order.customer_id).collect();
    let ids: Vec<Id> = covered.iter().map(|order| order.id).collect();
    let amount = worth(conn, company, day, covered)?;
    Ok(Impact { customers: u32::try_from(customers.len()).ok(), delay_days: delay(conn, &ids)?, amount, note: String::new() })
}

/// What was said, and for the rest what was reckoned.
pub(super) fn filled(said: Impact, reckoned: Impact) -> Impact {
    Impact {
        customers: said.customers.or(reckoned.customers),
        delay_days: said.delay_days.or(reckoned.delay_days),
        amount: said.amount.or(reckoned.amount),
        note: said.note,
    }
}

/// What stands, where it was reckoned as `before` and the orders come to `after` now; what people said stays.
pub(super) fn renewed(stands: &Impact, before: &Impact, after: Impact) -> Impact {
    Impact {
        customers: if stands.customers == before.customers { after.customers } else { stands.customers },
        delay_days: if stands.delay_days == before.delay_days { after.delay_days } else { stands.delay_days },
        amount: if stands.amount == before.amount { after.amount } else { stands.amount },
        note: stands.note.clone(),
    }
}

/// By how many days the latest of them will be done after what is promised; none where that is known of none.
fn delay(conn: &mut Conn, orders: &[Id]) -> Result<Option<u32>> {
    let predicted = promises::find_many(conn, orders)?.into_iter().filter_map(|promise| Some((promise.order_id, promise.predicted_date?)));
    let predicted: BTreeMap<Id, NaiveDate> = predicted.collect();
    if predicted.is_empty() {
        return Ok(None);
    }
    let promised = promises::earliest_of(conn, orders)?;
    let late = predicted.iter().filter_map(|(order, day)| Some((*day - *promised.get(order)?).num_days()));
    Ok(late.max().and_then(|days| u32::try_from(days.clamp(0, MOST_DAYS)).ok()))
}

/// Their totals in the base currency, without those of currencies that have no rate; none where there is nothing else.
fn worth(conn: &mut Conn, company: &Company, day: NaiveDate, covered: &[Order]) -> Result<Option<Amount>> {
    let mut rates: BTreeMap<&str, Option<Conversion>> = BTreeMap::new();
    let mut totals = Vec::with_capacity(covered.len());
    for order in covered {
        let known = rates.get(order.currency.as_str()).copied();
        let rate = match known {
            Some(rate) => rate,
            None => exchange_rates::rate_on(conn, company, &order.currency, day)?,
        };
        rates.insert(&order.currency, rate);
        totals.extend(rate.and_then(|rate| rate.of(order.total)));
    }
    // more than an amount can be is not told, rather than refused
    Ok((!totals.is_empty()).then(|| Amount::sum(totals).ok()).flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn impact(customers: u32, days: Option<u32>, amount: i32) -> Impact {
        Impact { customers: Some(customers), delay_days: days, amount: Some(Amount::units(amount)), note: "wet".into() }
    }

    #[test]
    fn what_people_said_stays_and_the_rest_is_reckoned() {
        // DOMAIN 6.2
        let said = Impact { delay_days: Some(7), note: "wet".into(), ..Impact::default() };
        assert_eq!(filled(said, impact(2, Some(1), 50)), impact(2, Some(7), 50));
        let stands = impact(2, Some(7), 50);
        assert_eq!(renewed(&stands, &impact(2, Some(1), 50), impact(3, Some(4), 80)), impact(3, Some(7), 80));
    }
}
