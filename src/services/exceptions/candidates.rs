//! Which orders an exception may cover: those under way with these goods, by this carrier, to this place. A person
//! confirms them by naming them in a report (DOMAIN 6.2).

use super::impact;
use crate::db::{Conn, Snapshot};
use crate::domain::carrier::Carrier;
use crate::domain::id::Id;
use crate::domain::visible::is_same_name;
use crate::error::Result;
use crate::repositories::exceptions::Impact;
use crate::repositories::orders::{self, Order, OrderFilter, parts, promises};
use crate::repositories::{carriers, shipments};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// How many are shown at most: as many as an exception covers (DECISIONS 30).
const MOST: usize = 200;
/// How many orders are looked at together for their carriers, and how many times.
const PAGE: i64 = 256;
const PAGES: usize = 40;

/// Which orders are looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    pub filter: OrderFilter,
    /// By any name that the carrier of a shipment goes by.
    pub carrier: Option<String>,
}

/// An order that an exception may cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    pub order: Order,
    /// Who ordered, as the order knows them.
    pub customer: String,
    /// The earliest day that is promised of it or one of its lines.
    pub promised: Option<NaiveDate>,
    /// The day on which its tasks will be done.
    pub predicted: Option<NaiveDate>,
}

/// The orders that may be covered, and what they come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// The newest first.
    pub orders: Vec<Candidate>,
    /// There are more than were looked at, or are shown.
    pub more: bool,
    pub impact: Impact,
}

/// Looks for orders that an exception may cover.
///
/// # Errors
/// Those of the database.
pub fn candidates(snapshot: &mut Snapshot, wanted: &Wanted) -> Result<Candidates> {
    let (mut ids, mut more) = match &wanted.carrier {
        None => (page(snapshot.conn, &wanted.filter, None, PAGE)?, false),
        Some(carrier) => carried_by(snapshot.conn, &wanted.filter, carrier)?,
    };
    more |= ids.len() > MOST;
    ids.truncate(MOST);
    let conn = &mut *snapshot.conn;
    let orders = orders::find_many(conn, &ids)?;
    let day = snapshot.company.zone.local_date(snapshot.now.utc());
    let impact = impact::reckoned(conn, &snapshot.company, day, &orders)?;
    let mut customers: BTreeMap<Id, String> = parts::details_of(conn, &ids)?.into_iter().map(|row| (row.order_id, row.customer_name)).collect();
    let promised = promises::earliest_of(conn, &ids)?;
    let predicted: BTreeMap<Id, Option<NaiveDate>> =
        promises::find_many(conn, &ids)?.into_iter().map(|promise| (promise.order_id, promise.predicted_date)).collect();
    let candidate = |order: Order| Candidate {
        customer: customers.remove(&order.id).unwrap_or_default(),
        promised: promised.get(&order.id).copied(),
        predicted: predicted.get(&order.id).copied().flatten(),
        order,
    };
    let mut found: Vec<Candidate> = orders.into_iter().map(candidate).collect();
    found.sort_by_key(|candidate| std::cmp::Reverse(candidate.order.id));
    Ok(Candidates { orders: found, more, impact })
}

fn page(conn: &mut Conn, filter: &OrderFilter, beyond: Option<Id>, limit: i64) -> Result<Vec<Id>> {
    Ok(orders::list(conn, filter, beyond, limit)?.into_iter().map(|stamp| stamp.id).collect())
}

/// Those of which a shipment goes by a carrier, whatever name of it the shipment gives; and whether there may be more.
fn carried_by(conn: &mut Conn, filter: &OrderFilter, name: &str) -> Result<(Vec<Id>, bool)> {
    let carrier = carriers::find_by_name(conn, name)?;
    let is_it = |said: &str| is_same_name(said, name) || carrier.as_ref().is_some_and(|carrier: &Carrier| carrier.goes_by(said));
    let (mut found, mut beyond): (Vec<Id>, Option<Id>) = (Vec::new(), None);
    for _ in 0..PAGES {
        let ids = page(conn, filter, beyond, PAGE)?;
        let Some(last) = ids.last().copied() else { return Ok((found, false)) };
        let named = shipments::carriers_of(conn, &ids)?.into_iter();
        let carried: BTreeSet<Id> = named.filter(|(_, said)| said.as_deref().is_some_and(is_it)).map(|(order, _)| order).collect();
        found.extend(ids.into_iter().filter(|id| carried.contains(id)));
        if found.len() > MOST {
            return Ok((found, true));
        }
        beyond = Some(last);
    }
    Ok((found, true))
}
