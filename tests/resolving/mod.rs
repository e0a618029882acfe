//! The record of exceptions and what is learned from it (DOMAIN 6.1-6.3); and plans that act (DOMAIN 6.5): proposed, tried,
//! approved, carried out as a whole or not, told, and ended when all that they wait for has come.

mod blocking;
mod clock;
mod counting;
mod delays;
mod goods;
mod kinds;
mod merging;
mod money;
mod noting;
mod parting;
mod raising;
mod random;
mod record;
mod refusals;
mod returning;
mod shortages;
mod together;

use crate::support::{Answer, Company, Person, id};
use serde_json::{Value, json};

/// An exception of a kind over orders, reported by logistics.
fn reported(company: &Company, kind: &str, orders: &[&Value], more: Value) -> Value {
    let ids: Vec<&str> = orders.iter().map(|order| id(order)).collect();
    let mut body = json!({"kind": kind, "severity": "high", "order_ids": ids, "department": "logistics", "cause": "internal words"});
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    company.logistics().post("/v1/exceptions", body).created()
}

fn path(exception: &Value, rest: &str) -> String {
    format!("/v1/exceptions/{}{rest}", id(exception))
}

/// The order administrator plans actions.
fn plan(company: &Company, exception: &Value, actions: Value) -> Answer {
    company.order_admin().post(&path(exception, "/plan"), json!({"summary": "as agreed", "actions": actions}))
}

/// Plans and approves.
fn carried_out(company: &Company, exception: &Value, actions: Value, by: &Person) -> Value {
    plan(company, exception, actions).ok();
    by.post(&path(exception, "/approve"), json!({})).ok()
}

fn seen(company: &Company, exception: &Value) -> Value {
    company.order_admin().get(&path(exception, "")).ok()
}

/// What an order's customer was told of exceptions, the latest first.
fn told(company: &Company, order: &Value, kind: &str) -> Vec<Value> {
    let page = company.sales().get(&format!("/v1/messages?order_id={}", id(order))).ok();
    page["data"].as_array().expect("a list").iter().filter(|message| message["kind"] == kind).cloned().collect()
}

/// The shortage that the system has raised over an order.
fn shortage(company: &Company, order: &Value) -> Value {
    company.order_admin().get(&format!("/v1/exceptions?kind=stock_shortage&order_id={}", id(order))).ok()["data"][0].clone()
}

/// Everybody agrees to what was amended: each level that is asked, and the customer by phone.
fn agree(company: &Company, order: &Value) {
    while !company.pending_steps(order).is_empty() {
        company.approve_next(order);
    }
    company.sales().post(&company.path(order, "/confirm"), json!({"method": "phone", "note": "Ms Li agreed"})).ok();
}
