//! Numbers that people call things by are single, and the counters they come from are ahead of
//! them; every message belongs to an event of its own order.

use super::Finding;
use crate::db::Conn;
use crate::domain::column::{Instant, Uid};
use crate::domain::company::Company;
use crate::domain::id::{Id, Kind};
use crate::domain::number::counter_name;
use crate::domain::time::UtcTime;
use crate::each;
use crate::error::Result;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use std::collections::BTreeMap;

#[derive(QueryableByName)]
struct Doubled {
    #[diesel(sql_type = Text)]
    number: String,
    #[diesel(sql_type = BigInt)]
    times: i64,
}

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = Instant)]
    created_at: UtcTime,
}

#[derive(QueryableByName)]
struct Counter {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct Orphan {
    #[diesel(sql_type = Uid)]
    id: Id,
    #[diesel(sql_type = Nullable<Uid>)]
    event_id: Option<Id>,
}

/// Tables with a human number, and the series of the counter it is drawn from, where there is one.
const NUMBERED: &[(&str, Option<&str>)] =
    &[("orders", Some("order")), ("exceptions", Some("exception")), ("returns", Some("return")), ("invoices", None)];

/// See the module.
pub fn numbers_are_single(conn: &mut Conn, company: &Company) -> Result<Vec<Finding>> {
    let counters: Vec<Counter> = each!(conn, c => diesel::sql_query("SELECT name, value FROM counters").load(c))?;
    let counters: BTreeMap<String, i64> = counters.into_iter().map(|counter| (counter.name, counter.value)).collect();
    let mut found = Vec::new();
    for (table, series) in NUMBERED {
        let query =
            format!("SELECT number, COUNT(*) AS times FROM {table} WHERE number IS NOT NULL GROUP BY number HAVING COUNT(*) > 1 ORDER BY number");
        let doubled: Vec<Doubled> = each!(conn, c => diesel::sql_query(query).load(c))?;
        found.extend(doubled.into_iter().map(|d| Finding::new("numbers", d.number, format!("stands {} times in {table}", d.times))));
        let Some(series) = series else { continue };
        for (counter, drawn) in drawn(conn, table, series, company)? {
            let value = counters.get(&counter).copied().unwrap_or_default();
            if value < drawn {
                found.push(Finding::new("numbers", counter, format!("the counter stands at {value}, but {drawn} numbers were drawn from it")));
            }
        }
    }
    Ok(found)
}

/// How many numbers of each month were drawn.
fn drawn(conn: &mut Conn, table: &str, series: &str, company: &Company) -> Result<BTreeMap<String, i64>> {
    let made: Vec<Made> = each!(conn, c => diesel::sql_query(format!("SELECT created_at FROM {table}")).load(c))?;
    Ok(made.into_iter().fold(BTreeMap::new(), |mut drawn, row| {
        *drawn.entry(counter_name(series, company.zone.local_month(row.created_at.utc()))).or_default() += 1;
        drawn
    }))
}

const ORPHANS: &str = "SELECT m.id AS id, e.id AS event_id FROM messages m LEFT JOIN events e ON e.id = m.event_id \
                       WHERE e.id IS NULL OR e.order_id IS DISTINCT FROM m.order_id ORDER BY m.id";

/// See the module.
pub fn messages_have_events(conn: &mut Conn, _: &Company) -> Result<Vec<Finding>> {
    let orphans: Vec<Orphan> = each!(conn, c => diesel::sql_query(ORPHANS).load(c))?;
    let of = |orphan: Orphan| {
        let detail = if orphan.event_id.is_some() { "its event belongs to another order" } else { "no event caused it" };
        Finding::new("messages", orphan.id.text(Kind::Message), detail)
    };
    Ok(orphans.into_iter().map(of).collect())
}
