//! Invoices from draft to credit note, what is open of them, and what customers have yet to pay (DOMAIN 7.1).

mod drafting;
mod keeping;
mod receivables;
mod taxing;
mod withdrawing;

use crate::support::{Company, TestApp, id, order_of};
use serde_json::{Value, json};

/// An order of advice at this price, agreed with the customer.
fn agreed(company: &Company, total: &str) -> Value {
    company.confirmed(json!([{"name": "Advice", "quantity": "1", "unit_price": total, "kind": "service"}]))
}

/// An order of advice at this price that a customer has just entered.
fn entered_by(company: &Company, code: &str, total: &str, currency: &str) -> Value {
    let mut order = order_of(json!([{"name": format!("Advice at {total}"), "quantity": "1", "unit_price": total, "kind": "service"}]));
    (order["customer"], order["currency"]) = (json!({"code": code}), json!(currency));
    company.sales().post("/v1/orders", order).created()
}

fn customer(company: &Company, said: Value) -> Value {
    company.sales().post("/v1/customers", said).created()
}

/// An invoice over some of an order, with what else is said of it.
fn invoiced(company: &Company, order: &Value, number: &str, amount: &str, said: Value) -> Value {
    company.finance().post("/v1/invoices", invoice(order, number, amount, said)).created()
}

fn invoice(order: &Value, number: &str, amount: &str, said: Value) -> Value {
    let mut body = json!({"order_id": id(order), "number": number, "amount": amount});
    for (name, value) in said.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

fn drafted(company: &Company, order: &Value, amount: &str) -> Value {
    company.finance().post("/v1/invoices", json!({"order_id": id(order), "draft": true, "amount": amount})).created()
}

fn paid(company: &Company, order: &Value, amount: &str) {
    company.finance().post("/v1/payments", json!({"order_id": id(order), "amount": amount, "method": "transfer"})).is(201);
}

/// So much goes back to the customer, as somebody in sales has agreed.
fn refunded(company: &Company, order: &Value, amount: &str) {
    let report = json!({"kind": "complaint", "severity": "low", "order_ids": [id(order)], "cause": "not as agreed"});
    let exception = company.order_admin().post("/v1/exceptions", report).created();
    let actions = json!([{"kind": "refund", "amount": amount, "method": "transfer"}]);
    company.order_admin().post(&format!("/v1/exceptions/{}/plan", id(&exception)), json!({"summary": "sorry", "actions": actions})).ok();
    company.second_sales().post(&format!("/v1/exceptions/{}/approve", id(&exception)), json!({})).ok();
}

/// The path of an invoice, or of something under it.
fn at(invoice: &Value, rest: &str) -> String {
    format!("/v1/invoices/{}{rest}", id(invoice))
}

fn now(company: &Company, invoice: &Value) -> Value {
    company.finance().get(&at(invoice, "")).ok()
}

/// These fields of something, as text.
fn texts<const N: usize>(thing: &Value, fields: [&str; N]) -> [String; N] {
    fields.map(|field| thing[field].as_str().map_or_else(|| thing[field].to_string(), str::to_owned))
}

/// What was invoiced of an order and is left to invoice, by its balance.
fn balance(company: &Company, order: &Value) -> [String; 2] {
    texts(&company.finance().get(&company.path(order, "/balance")).ok(), ["invoiced", "to_invoice"])
}

/// Where finance's task stands.
fn task(company: &Company, order: &Value) -> String {
    company.task(order, "finance")["status"].as_str().unwrap_or_default().to_owned()
}

#[track_caller]
fn nothing_is_wrong(app: &TestApp) {
    assert!(app.check().is_empty(), "{:?}", app.check());
}
