//! How goods leave and arrive: carriers, parcels, what is told of them on their way, and what was told by mistake
//! (DOMAIN 4, DECISIONS 37).

mod carriers;
mod correcting;
mod documents;
mod packing;
pub mod trace;
mod tracking;
mod troubles;

use crate::support::{Company, id};
use serde_json::{Value, json};

/// A shipment as it is now.
fn shipment(company: &Company, shipment: &Value) -> Value {
    company.logistics().get(&shipment_path(shipment, "")).ok()
}

fn shipment_path(shipment: &Value, rest: &str) -> String {
    format!("/v1/shipments/{}{rest}", id(shipment))
}

/// What is told of a shipment now; gives the entry.
fn tell(company: &Company, shipment: &Value, what: Value) -> Value {
    company.logistics().post(&shipment_path(shipment, "/events"), what).created()
}

/// The exceptions over an order, oldest first: kind, status and cause.
fn troubles(company: &Company, order: &Value) -> Vec<Value> {
    let page = company.order_admin().get(&format!("/v1/exceptions?order_id={}", id(order))).ok();
    let mut found: Vec<Value> =
        page["data"].as_array().expect("a list").iter().map(|row| json!([row["kind"], row["status"], row["cause"]])).collect();
    found.reverse();
    found
}

/// An order of five sets of paper, picked.
fn picked(company: &Company) -> Value {
    company.with_paper("10");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
    company.pick(&order);
    order
}
