//! Lists of orders: each branch of a filter is read by its own index, and the few rows are merged.

use super::Stamp;
use crate::db::cached::Cache;
use crate::db::schema::{allocations, order_deliveries, order_details, order_lines, order_promises, orders, tasks};
use crate::db::{Conn, MultiBackend};
use crate::domain::actor::Department;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::{Stage, State};
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::order::Channel;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::customers;
use crate::{each, here};
use chrono::NaiveDate;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// Which orders a list shows, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrderFilter {
    /// Any of these; all where empty.
    pub states: Vec<State>,
    pub stage: Option<Stage>,
    pub channel: Option<Channel>,
    pub channel_ref: Option<String>,
    /// Theirs, and those of all who were merged into them.
    pub customer: Option<Id>,
    pub owner: Option<Id>,
    pub created_after: Option<UtcTime>,
    pub created_before: Option<UtcTime>,
    pub q: Option<String>,
    /// Only those that will be late by their tasks, or only the others.
    pub at_risk: Option<bool>,
    /// With a task that is waited for past its due date at this instant, or without one.
    pub overdue: Option<(bool, UtcTime)>,
    /// With a task of this department that is waited for.
    pub department: Option<Department>,
    /// Delivered to this country, and this region of it.
    pub country: Option<String>,
    pub region: Option<String>,
    /// Promised from this day on, and until that.
    pub promised_from: Option<NaiveDate>,
    pub promised_until: Option<NaiveDate>,
    /// Delivered to this city.
    pub city: Option<String>,
    /// With a line of this SKU.
    pub sku: Option<String>,
    /// For which goods are set aside, or were picked, in this warehouse.
    pub warehouse: Option<Id>,
    /// Oldest first rather than newest first.
    pub oldest_first: bool,
}

/// What one index answers of a filter.
#[derive(Clone, Copy)]
struct Branch {
    state: Option<State>,
    channel: Option<Channel>,
    customer: Option<Id>,
}

impl OrderFilter {
    /// Whether it asks for states alone.
    fn is_plain(&self) -> bool {
        *self == Self { states: self.states.clone(), oldest_first: self.oldest_first, ..Self::default() }
    }

    /// The branches whose union a filter is, each with an index of its own: one a state, one a
    /// customer, and one a channel where only a reference is known.
    fn branches(&self, conn: &mut Conn) -> Result<Vec<Branch>> {
        let states = if self.states.is_empty() { vec![None] } else { self.states.iter().copied().map(Some).collect() };
        let channels = match (self.channel, &self.channel_ref, self.customer) {
            (None, Some(_), None) => Channel::ALL.iter().copied().map(Some).collect(),
            (channel, ..) => vec![channel],
        };
        let group = self.customer.map(|id| customers::group(conn, id)).transpose()?;
        let customers = group.map_or_else(|| vec![None], |ids| ids.into_iter().map(Some).collect());
        let mut branches = Vec::with_capacity(states.len() * channels.len() * customers.len());
        for state in states {
            for &channel in &channels {
                branches.extend(customers.iter().map(|&customer| Branch { state, channel, customer }));
            }
        }
        Ok(branches)
    }
}

/// The first or last id that could be made at an instant: ids sort as their times of creation do.
pub(super) fn ids_at(at: UtcTime, random: u8) -> Id {
    Id::from_parts(u64::try_from(at.utc().timestamp_millis()).unwrap_or(0), [random; 10])
}

fn matching(filter: &OrderFilter, Branch { state, channel, customer }: Branch) -> orders::BoxedQuery<'static, MultiBackend> {
    let mut query = orders::table.into_boxed::<MultiBackend>();
    if let Some(state) = state {
        query = query.filter(orders::state.eq(state));
    }
    if let Some(stage) = filter.stage {
        query = query.filter(orders::stage.eq(stage));
    }
    if let Some(channel) = channel {
        query = query.filter(orders::channel.eq(channel));
    }
    if let Some(reference) = &filter.channel_ref {
        query = query.filter(orders::channel_ref.eq(reference.clone()));
    }
    if let Some(customer) = customer {
        query = query.filter(orders::customer_id.eq(customer));
    }
    if let Some(owner) = filter.owner {
        query = query.filter(orders::owner_id.eq(owner));
    }
    if let Some(at) = filter.created_after {
        query = query.filter(orders::created_at.gt(at)).filter(orders::id.ge(ids_at(at, u8::MIN)));
    }
    if let Some(at) = filter.created_before {
        query = query.filter(orders::created_at.lt(at)).filter(orders::id.le(ids_at(at, u8::MAX)));
    }
    query = by_work(query, filter);
    query = by_delivery(query, filter);
    query = by_goods(query, filter);
    if let Some(q) = &filter.q {
        let found =
            order_details::table.filter(order_details::search.like(crate::repositories::contains(q)).escape('\\')).select(order_details::order_id);
        query = query.filter(orders::id.eq_any(found));
    }
    query
}

type Matching = orders::BoxedQuery<'static, MultiBackend>;

/// The orders of tasks that are waited for.
macro_rules! waited_for {
    ($($more:expr),*) => {
        tasks::table.filter(tasks::status.eq(TaskStatus::Open).or(tasks::status.eq(TaskStatus::InProgress)))$(.filter($more))*.select(tasks::order_id)
    };
}

/// What is asked of an order's tasks and of what they make of its promise.
fn by_work(mut query: Matching, filter: &OrderFilter) -> Matching {
    if let Some(at_risk) = filter.at_risk {
        let risky = order_promises::table.filter(order_promises::at_risk.eq(true)).select(order_promises::order_id);
        query = if at_risk { query.filter(orders::id.eq_any(risky)) } else { query.filter(orders::id.ne_all(risky)) };
    }
    match (filter.overdue, filter.department) {
        (None, None) => query,
        (None, Some(department)) => query.filter(orders::id.eq_any(waited_for!(tasks::department.eq(department)))),
        (Some((true, now)), None) => query.filter(orders::id.eq_any(waited_for!(tasks::due_at.lt(now)))),
        (Some((true, now)), Some(department)) => {
            query.filter(orders::id.eq_any(waited_for!(tasks::due_at.lt(now), tasks::department.eq(department))))
        }
        (Some((false, now)), None) => query.filter(not(exists(waited_for!(tasks::due_at.lt(now), tasks::order_id.eq(orders::id))))),
        (Some((false, now)), Some(department)) => {
            query.filter(not(exists(waited_for!(tasks::due_at.lt(now), tasks::department.eq(department), tasks::order_id.eq(orders::id)))))
        }
    }
}

/// What is asked of where an order goes, and until when: of the one row that it has.
fn by_delivery(mut query: Matching, filter: &OrderFilter) -> Matching {
    use order_deliveries as there;
    let own = || there::table.filter(there::order_id.eq(orders::id));
    if let Some(country) = &filter.country {
        query = query.filter(exists(own().filter(there::country.eq(country.clone()))));
    }
    if let Some(region) = &filter.region {
        query = query.filter(exists(own().filter(there::region.eq(region.clone()))));
    }
    if let Some(city) = &filter.city {
        query = query.filter(exists(own().filter(there::city.eq(city.clone()))));
    }
    if let Some(day) = filter.promised_from {
        query = query.filter(exists(own().filter(there::promised_date.ge(day))));
    }
    if let Some(day) = filter.promised_until {
        query = query.filter(exists(own().filter(there::promised_date.le(day))));
    }
    query
}

/// What is asked of what an order is about, and where that lies.
fn by_goods(mut query: Matching, filter: &OrderFilter) -> Matching {
    if let Some(sku) = &filter.sku {
        let lines = order_lines::table.filter(order_lines::order_id.eq(orders::id)).filter(order_lines::sku.eq(sku.clone()));
        query = query.filter(exists(lines));
    }
    if let Some(warehouse) = filter.warehouse {
        let held = allocations::table.filter(allocations::order_id.eq(orders::id)).filter(allocations::warehouse_id.eq(warehouse));
        query = query.filter(exists(held));
    }
    query
}

/// Orders in a state, the plain list that front ends show most: two fixed statements.
fn list_state(conn: &mut Conn, state: State, oldest_first: bool, beyond: Option<Id>, limit: i64) -> Result<Vec<Stamp>> {
    let in_state = orders::table.filter(orders::state.eq(state)).limit(limit);
    if oldest_first {
        let later = in_state.filter(orders::id.gt(beyond.unwrap_or(Id::FIRST))).order(orders::id.asc());
        return Ok(each!(conn, c => later.select(Stamp::as_select()).fixed(here!()).load(c))?);
    }
    let earlier = in_state.filter(orders::id.lt(beyond.unwrap_or(Id::LAST))).order(orders::id.desc());
    Ok(each!(conn, c => earlier.select(Stamp::as_select()).fixed(here!()).load(c))?)
}

fn list_branch(conn: &mut Conn, filter: &OrderFilter, branch: Branch, beyond: Option<Id>, limit: i64) -> Result<Vec<Stamp>> {
    if let Some(state) = branch.state
        && filter.is_plain()
    {
        return list_state(conn, state, filter.oldest_first, beyond, limit);
    }
    let mut query = matching(filter, branch);
    query = match (beyond, filter.oldest_first) {
        (None, _) => query,
        (Some(id), true) => query.filter(orders::id.gt(id)),
        (Some(id), false) => query.filter(orders::id.lt(id)),
    };
    query = if filter.oldest_first { query.order(orders::id.asc()) } else { query.order(orders::id.desc()) };
    Ok(query.limit(limit).select(Stamp::as_select()).load(conn)?)
}

/// Stamps of the orders that match, beyond a given one in the order that the filter asks for. Each branch is read
/// by its own index and the few rows are merged: one query over several states would sort all of
/// their orders.
pub fn list(conn: &mut Conn, filter: &OrderFilter, beyond: Option<Id>, limit: i64) -> Result<Vec<Stamp>> {
    let mut all = Vec::new();
    for branch in filter.branches(conn)? {
        all.extend(list_branch(conn, filter, branch, beyond, limit)?);
    }
    all.sort_by_key(|order| order.id);
    if !filter.oldest_first {
        all.reverse();
    }
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// How many orders match, but at most so many: ids are read rather than counted, so that the
/// database stops there.
pub fn count(conn: &mut Conn, filter: &OrderFilter, most: i64) -> Result<i64> {
    let mut found = 0;
    for branch in filter.branches(conn)? {
        let ids: Vec<Id> = matching(filter, branch).limit(most - found).select(orders::id).load(conn)?;
        found += i64::try_from(ids.len()).unwrap_or(most);
    }
    Ok(found)
}
