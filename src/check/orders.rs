//! An order is what it shows: its amounts are what its lines come to, its history is complete and
//! leads to its state by the machine's table, and its stage and sub-statuses are derived from its
//! parts.

use super::Finding;
use crate::db::Conn;
use crate::db::types::Json;
use crate::domain::codes::minor_digits;
use crate::domain::column::Uid;
use crate::domain::company::Company;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::{MACHINE, State};
use crate::domain::order::{LineTerms, totals};
use crate::error::Result;
use crate::repositories::events::{self, EventRow};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{self, Derived, Order, OrderFilter};
use crate::services::orders::derive;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use std::collections::BTreeMap;

/// How many orders are looked at together.
const PAGE: i64 = 500;
/// How many events of one order are read at a time.
const EVENTS: i64 = 1000;

/// See the module.
pub fn are_what_they_show(conn: &mut Conn, _: &Company) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let page = orders::list(conn, &OrderFilter::default(), before, PAGE)?;
        let Some(last) = page.last() else { return Ok(found) };
        before = Some(last.id);
        let ids: Vec<Id> = page.iter().map(|stamp| stamp.id).collect();
        for order in &orders::find_many(conn, &ids)? {
            let lines = parts::lines(conn, order.id)?;
            found.extend(amounts(conn, order, &lines)?);
            found.extend(progress(conn, order, &lines)?);
            found.extend(history(conn, order)?);
            found.extend(derived(conn, order)?);
        }
    }
}

fn amounts(conn: &mut Conn, order: &Order, lines: &[Line]) -> Result<Option<Finding>> {
    let terms: Vec<LineTerms> = lines.iter().map(Line::terms).collect();
    let details = parts::details(conn, order.id)?;
    let digits = minor_digits(&order.currency).unwrap_or(2);
    let proved = totals(&terms, order.discount, order.shipping_fee, details.prices_include_tax, digits);
    let detail = match proved {
        Err(_) => Some("its lines have no total".to_owned()),
        Ok(proved) if lines.iter().zip(&proved.lines).any(|(line, total)| (line.amount, line.tax) != (total.amount, total.tax)) => {
            Some("the amount of a line is not what quantity, price and discount come to".to_owned())
        }
        Ok(proved) if (proved.goods_amount, proved.tax, proved.total) != (order.goods_amount, order.tax, order.total) => {
            Some(format!("the total is {}, but its lines come to {}", order.total.text(digits), proved.total.text(digits)))
        }
        Ok(_) => None,
    };
    Ok(detail.map(|detail| Finding::new("total", order.number.clone(), detail)))
}

#[derive(QueryableByName)]
struct Shipped {
    #[diesel(sql_type = Uid)]
    line_id: Id,
    #[diesel(sql_type = BigInt)]
    shipped: i64,
    #[diesel(sql_type = BigInt)]
    delivered: i64,
    #[diesel(sql_type = BigInt)]
    returned: i64,
}

/// What is sent again counts as not shipped; what is refused and what is sent again since it did not arrive may be the same.
const SHIPPED: &str = "SELECT id AS line_id, \
    (SELECT CAST(COALESCE(SUM(l.quantity - l.resent - l.replaced), 0) AS BIGINT) FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id \
     WHERE l.line_id = order_lines.id AND s.dispatched_at IS NOT NULL) AS shipped, \
    (SELECT CAST(COALESCE(SUM(CASE WHEN l.quantity - l.replaced < l.refused OR l.quantity - l.replaced < l.resent THEN 0 \
     WHEN l.refused > l.resent THEN l.quantity - l.replaced - l.refused ELSE l.quantity - l.replaced - l.resent END), 0) AS BIGINT) \
     FROM shipment_lines l JOIN shipments s ON s.id = l.shipment_id WHERE l.line_id = order_lines.id AND s.dispatched_at IS NOT NULL AND s.status = 'delivered') AS delivered, \
    (SELECT CAST(COALESCE(SUM(r.received), 0) AS BIGINT) FROM return_lines r WHERE r.line_id = order_lines.id) AS returned \
    FROM order_lines WHERE order_id = ";

/// Goods have left, arrived and come back as their shipments and returns say; what is no goods has no shipment.
fn progress(conn: &mut Conn, order: &Order, lines: &[Line]) -> Result<Vec<Finding>> {
    let shipped: Vec<Shipped> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(format!("{SHIPPED} ?")).bind::<Uid, _>(order.id).load(c)?,
        Conn::Postgres(c) => diesel::sql_query(format!("{SHIPPED} $1")).bind::<Uid, _>(order.id).load(c)?,
    };
    let by_line: BTreeMap<Id, _> = shipped.into_iter().map(|row| (row.line_id, (row.shipped, row.delivered, row.returned))).collect();
    let differs =
        |line: &&Line| by_line.get(&line.id).copied().unwrap_or_default() != (line.shipped.parts(), line.delivered.parts(), line.returned.parts());
    let goods = lines.iter().filter(|line| line.kind != crate::domain::order::LineKind::Service);
    let of = |line: &Line| {
        let detail = format!("line {} is not shipped, delivered and returned as its shipments and returns say", line.position);
        Finding::new("shipments", order.number.clone(), detail)
    };
    Ok(goods.filter(differs).map(of).collect())
}

fn all_events(conn: &mut Conn, order: Id) -> Result<Vec<EventRow>> {
    let mut all: Vec<EventRow> = Vec::new();
    loop {
        let after = all.last().map_or(0, |event| event.seq);
        let page = events::list_of_order(conn, order, after, EVENTS)?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = BigInt)]
    there: i64,
    #[diesel(sql_type = BigInt)]
    said: i64,
}

const VERSIONS: &str = "SELECT order_version AS version, COUNT(*) AS there, CAST(MAX(places) AS BIGINT) AS said FROM events WHERE order_id = ";

/// Every version of an order has all of its events, and the states they tell of follow each other
/// by the table up to the order's own (BEHAVIOUR 10).
fn history(conn: &mut Conn, order: &Order) -> Result<Vec<Finding>> {
    let versions: Vec<Version> = match conn {
        Conn::Sqlite(c) => diesel::sql_query(format!("{VERSIONS} ? GROUP BY order_version")).bind::<Uid, _>(order.id).load(c)?,
        Conn::Postgres(c) => diesel::sql_query(format!("{VERSIONS} $1 GROUP BY order_version")).bind::<Uid, _>(order.id).load(c)?,
    };
    let there: BTreeMap<i64, (i64, i64)> = versions.into_iter().map(|v| (v.version, (v.there, v.said))).collect();
    let missing = (1..=order.version).find(|version| there.get(version).is_none_or(|(there, said)| there != said));
    let mut found = Vec::new();
    if let Some(version) = missing {
        found.push(Finding::new("events", order.number.clone(), format!("an event of version {version} is missing")));
    }
    found.extend(replay(order, &all_events(conn, order.id)?).map(|detail| Finding::new("state", order.number.clone(), detail)));
    Ok(found)
}

fn state(Json(values): &Json<serde_json::Map<String, serde_json::Value>>) -> Option<State> {
    values.get("state").and_then(|value| value.as_str()).and_then(State::parse)
}

/// What is wrong with the way that an order's events lead to its state.
fn replay(order: &Order, events: &[EventRow]) -> Option<String> {
    let mut now = None;
    for event in events.iter().filter(|event| event.subject_id == order.id) {
        let Some(next) = state(&event.after) else { continue };
        let before = state(&event.before);
        if before.is_some() && before != now {
            return Some(format!("{} of version {} begins elsewhere", event.name, event.order_version.unwrap_or_default()));
        }
        let allowed = now == Some(next) || now.is_none() || MACHINE.rows.iter().any(|row| Some(row.from) == now && row.to == next);
        if !allowed {
            return Some(format!("{} of version {} is no step of the table", event.name, event.order_version.unwrap_or_default()));
        }
        now = Some(next);
    }
    (now != Some(order.state)).then(|| format!("the state is {}, but its history leads to {}", order.state, now.map_or("nothing", State::as_str)))
}

fn derived(conn: &mut Conn, order: &Order) -> Result<Option<Finding>> {
    let proved = derive::derive(conn, order)?;
    let shown = Derived {
        stage: order.stage,
        inventory_status: order.inventory_status,
        production_status: order.production_status,
        payment_status: order.payment_status,
    };
    let detail = match (shown, proved) {
        (shown, proved) if shown == proved => return Ok(None),
        (shown, proved) if shown.stage != proved.stage => format!("the stage is {}, but its parts say {}", shown.stage, proved.stage),
        (shown, proved) => format!("a sub-status is not what its parts say: {shown:?}, {proved:?}"),
    };
    Ok(Some(Finding::new("stage", order.number.clone(), detail)))
}
