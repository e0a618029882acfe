//! The customer's yes (DOMAIN 2.5): asked for by a link, given, refused, reminded of, given up; and
//! the words in which it is asked (DOMAIN 5.6).

mod answering;
mod asking;
mod browser;
mod mail;
mod pursuing;
mod sms;
mod templates;

use crate::support::{Company, TestApp, id};
use docket::domain::id::Kind;
use serde_json::{Value, json};

/// An order of 50 sets of paper that waits for its customer.
pub fn waiting(company: &Company) -> Value {
    company.with_paper("100");
    company.approved(json!([{"sku": "PAPER", "quantity": "50", "unit_price": "16.00"}]))
}

/// What an order's customer was asked, newest first.
pub fn asked(company: &Company, order: &Value) -> Vec<Value> {
    company.sales().get(&company.path(order, "/confirmations")).ok()["data"].as_array().expect("a list has data").clone()
}

/// Where the newest link of an order leads, as only its message says.
pub fn link(app: &TestApp, order: &Value) -> String {
    link_of(app, &asked(&app.company(), order)[0])
}

/// Where a link leads.
pub fn link_of(app: &TestApp, confirmation: &Value) -> String {
    let links = &app.app.company.links;
    let link = Kind::Link.parse(id(confirmation)).expect("a link has an id");
    format!("/c/{}", links.token_of(link, &links.hash_for(link)).expect("the key is known"))
}
