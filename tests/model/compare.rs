//! What the server shows against what the model says; a difference is told with both.

use super::decimal::parts;
use super::order::Order;
use super::requests::Place;
use super::world::Stock;
use crate::support::Person;
use chrono::NaiveDate;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// What a difference is told as.
pub type Compared = Result<(), String>;

/// Both the same, or a sentence with both.
pub fn same<T: PartialEq + Debug>(what: &str, shown: T, foretold: T) -> Compared {
    if shown == foretold { Ok(()) } else { Err(format!("{what}: the server shows {shown:?}, the model foretold {foretold:?}")) }
}

fn word(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn rows(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// An order as it is shown.
pub fn order(shown: &Value, order: &Order) -> Compared {
    same("status", word(&shown["status"]), order.status())?;
    same("stage", word(&shown["stage"]), order.stage())?;
    same("version", shown["version"].as_u64(), Some(order.version() as u64))?;
    same("revision", shown["revision"].as_i64(), Some(order.revision))?;
    same("total", parts(word(&shown["total"])), order.total())?;
    same("rush", shown["rush"].as_bool(), Some(order.rush))?;
    let day = |field: &str| word(&shown["delivery"][field]).parse::<NaiveDate>().ok();
    let later = day("promised_date").zip(day("requested_date")).map(|(promised, asked)| (promised - asked).num_days());
    same("days from what was asked for to what is promised", later, Some(7 * order.weeks))?;
    same("amended_from", shown["amended_from"].as_i64(), order.counted.as_ref().map(|counted| counted.revision))?;
    same("reconfirm", shown["reconfirm"].as_bool(), Some(order.reconfirm))?;
    same("owner", shown["owner"]["username"].as_str(), order.owner.map(|who| who.username()))?;
    same("on_hold", shown["on_hold"].as_bool(), Some(order.on_hold))?;
    let blocks = order.exceptions.iter().filter(|exception| exception.open && exception.blocking).count();
    same("blocked_by", rows(&shown["blocked_by"]).len(), blocks)?;
    same("inventory_status", word(&shown["inventory_status"]), order.inventory())?;
    same("production_status", word(&shown["production_status"]), order.production())?;
    let fields = ["quantity", "reserved", "picked", "shipped", "delivered"];
    let lines: Vec<_> = rows(&shown["lines"]).iter().map(|line| fields.map(|field| parts(word(&line[field])))).collect();
    let foretold: Vec<_> = order.lines.iter().map(|line| [line.quantity, line.reserved, line.picked, line.shipped, line.delivered]).collect();
    same("lines as [quantity, reserved, picked, shipped, delivered]", lines, foretold)
}

/// Everything that hangs on an order, once its sequence is over.
pub fn parts_of(place: &Place) -> Compared {
    let order = place.order;
    let statuses = |list: &Value| rows(list).iter().map(|row| word(&row["status"]).to_owned()).collect::<Vec<_>>();
    let owned = |foretold: Vec<&str>| foretold.into_iter().map(str::to_owned).collect::<Vec<_>>();
    same("tasks", statuses(&place.list("tasks")), owned(order.tasks.iter().map(|task| task.status).collect()))?;
    same("shipments", statuses(&place.list("shipments")), owned(order.shipments.iter().map(|shipment| shipment.status).collect()))?;
    let open = |row: &Value| !matches!(word(&row["status"]), "resolved" | "dismissed" | "closed");
    let exceptions: Vec<bool> = rows(&place.list("exceptions")).iter().map(open).collect();
    same("open exceptions", exceptions, order.exceptions.iter().map(|exception| exception.open).collect())?;
    let rounds = place.reader.get(&format!("{}/approvals", place.path)).ok()["data"].clone();
    let step = |step: &Value| (word(&step["role"]).to_owned(), word(&step["status"]).to_owned(), step["decided_by"].as_str().map(str::to_owned));
    let shown: Vec<_> = rows(&rounds).iter().map(|round| rows(&round["steps"]).iter().map(step).collect::<Vec<_>>()).collect();
    let step = |step: &super::order::Step| (step.role.to_owned(), step.status.to_owned(), step.by.map(|who| who.username().to_owned()));
    same("approval steps", shown, order.rounds.iter().map(|round| round.steps.iter().map(step).collect()).collect())?;
    same("rounds", statuses(&rounds), owned(order.rounds.iter().map(|round| round.status).collect()))?;
    history(place)
}

/// All that is told of an order, page after page, oldest first.
fn events_of(place: &Place) -> Vec<Value> {
    let (mut events, mut from) = (Vec::new(), String::new());
    loop {
        let page = place.reader.get(&format!("{}/history?limit=200{from}", place.path)).ok();
        events.extend_from_slice(rows(&page["data"]));
        match page["page"]["next_cursor"].as_str() {
            Some(cursor) => from = format!("&cursor={cursor}"),
            None => return events,
        }
    }
}

/// Each version of the order with who began it and what it holds, whatever the order inside.
fn history(place: &Place) -> Compared {
    let mut versions: BTreeMap<u64, (String, Vec<String>)> = BTreeMap::new();
    for event in &events_of(place) {
        let version = event["order_version"].as_u64().ok_or("an event in the history of an order has its version")?;
        let first = || (word(&event["actor"]["label"]).to_owned(), Vec::new());
        versions.entry(version).or_insert_with(first).1.push(word(&event["name"]).to_owned());
    }
    let sorted = |mut names: Vec<String>| {
        names.sort_unstable();
        names
    };
    let shown: Vec<_> = versions.into_values().map(|(by, names)| (by, sorted(names))).collect();
    let foretold = |(by, names): &(String, Vec<&str>)| (by.clone(), sorted(names.iter().map(|name| (*name).to_owned()).collect()));
    let foretold: Vec<_> = place.order.history.iter().map(foretold).collect();
    shown
        .iter()
        .zip(&foretold)
        .enumerate()
        .try_for_each(|(at, (shown, foretold))| same(&format!("version {} of the history", at + 1), shown, foretold))?;
    same("how many versions the history has", shown.len(), foretold.len())
}

/// What lies in the warehouse.
pub fn stock(reader: &Person, sku: &str, stock: Stock) -> Compared {
    let shown = reader.get(&format!("/v1/stock?sku={sku}")).ok();
    let sums = ["on_hand", "reserved"].map(|field| rows(&shown["data"]).iter().map(|row| parts(word(&row[field]))).sum::<i64>());
    same("stock as [on hand, reserved]", sums, [stock.on_hand, stock.reserved])
}
