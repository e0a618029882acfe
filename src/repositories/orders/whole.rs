//! An order with all that is shown of it. Several are read at once, by a fixed number of queries:
//! none a row.

use super::Order;
use super::parts::{self, Delivery, Details, Line};
use super::promises::{self, Promise};
use crate::db::Conn;
use crate::domain::actor::Actor;
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::error::{Error, Result};
use crate::repositories::customers::{self, Customer};
use crate::repositories::users::{self, Named};
use crate::repositories::{exceptions, stock};
use std::collections::{BTreeMap, BTreeSet};

/// An order and its parts.
#[derive(Debug, Clone)]
pub struct Whole {
    pub order: Order,
    pub details: Details,
    pub delivery: Delivery,
    /// None before it is reviewed.
    pub promise: Option<Promise>,
    /// In their order, each with how much of it is reserved in stock.
    pub lines: Vec<(Line, Amount)>,
    /// Numbers of the open blocking exceptions (DOMAIN 6.4).
    pub blocked_by: Vec<String>,
    pub owner: Option<Named>,
    pub entered_by: Option<Named>,
    /// The customer's own record as it is now, where it was asked for.
    pub customer: Option<Customer>,
}

/// Groups rows by their order.
fn by_order<R, T>(rows: Vec<R>, split: impl Fn(R) -> (Id, T)) -> BTreeMap<Id, Vec<T>> {
    let mut groups: BTreeMap<Id, Vec<T>> = BTreeMap::new();
    for row in rows {
        let (order, value) = split(row);
        groups.entry(order).or_default().push(value);
    }
    groups
}

/// How much is reserved of each line, over all warehouses.
fn reserved(conn: &mut Conn, orders: &[Id]) -> Result<BTreeMap<Id, Amount>> {
    let mut sums: BTreeMap<Id, Amount> = BTreeMap::new();
    for allocation in stock::allocations_of_many(conn, orders)? {
        let sum = sums.entry(allocation.line_id).or_default();
        *sum = sum.plus(allocation.reserved)?;
    }
    Ok(sums)
}

/// The people whom these orders name; some may be known already.
fn people(conn: &mut Conn, orders: &[Order], known: Option<Named>) -> Result<BTreeMap<Id, Named>> {
    let mut people: BTreeMap<Id, Named> = known.into_iter().map(|person| (person.id, person)).collect();
    let named: BTreeSet<Id> = orders.iter().flat_map(|order| [order.owner_id, order.entered_by_id]).flatten().collect();
    let unknown: Vec<Id> = named.into_iter().filter(|id| !people.contains_key(id)).collect();
    if !unknown.is_empty() {
        people.extend(users::named(conn, &unknown)?.into_iter().map(|person| (person.id, person)));
    }
    Ok(people)
}

fn records(conn: &mut Conn, orders: &[Order]) -> Result<BTreeMap<Id, Customer>> {
    let ids: Vec<Id> = orders.iter().map(|order| order.customer_id).collect::<BTreeSet<_>>().into_iter().collect();
    Ok(customers::find_many(conn, &ids)?.into_iter().map(|customer| (customer.id, customer)).collect())
}

/// Adds to orders what belongs to them, keeping their order.
pub fn load(conn: &mut Conn, orders: Vec<Order>, with_customers: bool) -> Result<Vec<Whole>> {
    let ids: Vec<Id> = orders.iter().map(|order| order.id).collect();
    let mut details: BTreeMap<Id, Details> = parts::details_of(conn, &ids)?.into_iter().map(|row| (row.order_id, row)).collect();
    let mut deliveries: BTreeMap<Id, Delivery> = parts::deliveries_of(conn, &ids)?.into_iter().map(|row| (row.order_id, row)).collect();
    let reserved = reserved(conn, &ids)?;
    let mut lines = by_order(parts::lines_of(conn, &ids)?, |line| {
        let set_aside = reserved.get(&line.id).copied().unwrap_or_default();
        (line.order_id, (line, set_aside))
    });
    let mut blocked_by = by_order(exceptions::blocking_numbers_of(conn, &ids)?, |row| row);
    let reviewed: Vec<Id> = orders.iter().filter(|order| order.reviewed_at.is_some()).map(|order| order.id).collect();
    let promises = if reviewed.is_empty() { Vec::new() } else { promises::find_many(conn, &reviewed)? };
    let people = people(conn, &orders, None)?;
    let records = if with_customers { records(conn, &orders)? } else { BTreeMap::new() };
    let person = |id: Option<Id>| id.and_then(|id| people.get(&id).cloned());
    let whole = |order: Order| -> Result<Whole> {
        let missing = || Error::internal("an order without its parts");
        Ok(Whole {
            details: details.remove(&order.id).ok_or_else(missing)?,
            delivery: deliveries.remove(&order.id).ok_or_else(missing)?,
            promise: promises.iter().find(|promise| promise.order_id == order.id).copied(),
            lines: lines.remove(&order.id).unwrap_or_default(),
            blocked_by: blocked_by.remove(&order.id).unwrap_or_default(),
            owner: person(order.owner_id),
            entered_by: person(order.entered_by_id),
            customer: records.get(&order.customer_id).cloned(),
            order,
        })
    };
    orders.into_iter().map(whole).collect()
}

/// A new order with the parts it was just stored with: nothing is reserved for it, nothing stops it.
pub fn new(conn: &mut Conn, actor: &Actor, order: Order, details: Details, delivery: Delivery, lines: Vec<Line>) -> Result<Whole> {
    let enters = actor.user_id().map(|id| Named { id, username: actor.label.clone(), display_name: actor.name.clone() });
    let people = people(conn, std::slice::from_ref(&order), enters)?;
    let person = |id: Option<Id>| id.and_then(|id| people.get(&id).cloned());
    Ok(Whole {
        details,
        delivery,
        promise: None,
        lines: lines.into_iter().map(|line| (line, Amount::ZERO)).collect(),
        blocked_by: Vec::new(),
        owner: person(order.owner_id),
        entered_by: person(order.entered_by_id),
        customer: None,
        order,
    })
}

/// One order by id, with all that belongs to it.
pub fn find_id(conn: &mut Conn, id: Id) -> Result<Option<Whole>> {
    let order = super::find(conn, id)?;
    Ok(load(conn, order.into_iter().collect(), false)?.pop())
}
