//! What is written while something crashes: a chain of four kinds of writes, each by who may, each
//! with a key that its effects can be found by in the store.

use crate::command_line::{Place, Served};
use crate::support::{Answer, Person, id, order_of};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A kind of write.
#[derive(Debug)]
pub struct Kind {
    who: &'static str,
    method: &'static str,
    /// What success is answered by.
    pub status: u16,
    /// Its effects in the store: the key of the write that had them, and a word about what they are.
    pub effects: &'static str,
    /// What the history calls it; the request id there is the key.
    pub event: &'static str,
}

const ENTER: Kind =
    Kind { who: "sales1", method: "POST", status: 201, effects: "SELECT channel_ref AS key, number AS says FROM orders", event: "order.created" };
const AMEND: Kind = Kind {
    who: "sales1",
    method: "PATCH",
    status: 200,
    effects: "SELECT reason AS key, number AS says FROM order_revisions r JOIN orders o ON o.id = r.order_id WHERE r.revision = 2",
    event: "order.amended",
};
const VERIFY: Kind = Kind {
    who: "sales2",
    method: "POST",
    status: 200,
    effects: "SELECT e.request_id AS key, number AS says FROM approval_rounds r JOIN orders o ON o.id = r.order_id \
              JOIN events e ON e.order_id = o.id AND e.name = 'order.verified'",
    event: "order.verified",
};
const RECEIVE: Kind = Kind {
    who: "orders1",
    method: "POST",
    status: 201,
    effects: "SELECT note AS key, sku AS says FROM stock_movements m JOIN products p ON p.id = m.product_id",
    event: "stock.moved",
};

/// All kinds, in the order in which a writer takes them.
pub const KINDS: [&Kind; 4] = [&ENTER, &AMEND, &VERIFY, &RECEIVE];

/// The products that are received.
pub const SKUS: [&str; 4] = ["PAPER", "PEN", "INK", "CLIP"];

/// Everybody who writes, by name.
pub struct People(BTreeMap<&'static str, Person>);

impl People {
    /// Logs everybody in.
    pub fn of(served: &Served) -> Self {
        Self(STAFF.iter().map(|(name, ..)| (*name, served.log_in(name))).collect())
    }

    /// Somebody who may read everything that is written here.
    pub fn reader(&self) -> &Person {
        &self.0["orders1"]
    }
}

const STAFF: [(&str, &str, &str); 3] =
    [("sales1", "sales_specialist", "sales"), ("sales2", "sales_specialist", "sales"), ("orders1", "order_admin", "operations")];

/// Hires everybody.
pub fn hire(place: &Place) {
    for (name, role, department) in STAFF {
        place.hire(name, role, department);
    }
}

/// Opens the warehouse `WH1` and puts what is received into the catalogue.
pub fn furnish(people: &People) {
    people.reader().post("/v1/warehouses", json!({"code": "WH1", "name": "Main warehouse"})).created();
    for sku in SKUS {
        let body = json!({"sku": sku, "name": sku, "kind": "standard", "unit": "set", "unit_price": "10.00", "currency": "CNY"});
        people.reader().post("/v1/products", body).created();
    }
}

/// One write, which may be sent more than once.
#[derive(Debug, Clone)]
pub struct Write {
    pub kind: &'static Kind,
    pub key: String,
    /// The word about its effects, once it is known.
    pub says: Option<String>,
    path: String,
    if_match: Option<String>,
    body: Value,
}

impl Write {
    /// Sends it; an error where the connection broke before the answer was here.
    pub fn send(&self, people: &People) -> Result<Answer, ureq::Error> {
        let keys = [("content-type", "application/json"), ("idempotency-key", self.key.as_str()), ("x-request-id", self.key.as_str())];
        let headers: Vec<(&str, &str)> = keys.into_iter().chain(self.if_match.iter().map(|etag| ("if-match", etag.as_str()))).collect();
        people.0[self.kind.who].try_send(self.kind.method, &self.path, &headers, Some(self.body.to_string().into_bytes()))
    }

    /// Whether an answer says that it had its effect before. A patch has no key but the version that
    /// it amends.
    pub fn was_done_before(&self, answer: &Answer) -> bool {
        let replayed = answer.status == self.kind.status && answer.header("idempotency-replayed") == Some("true");
        replayed || (self.kind.method == "PATCH" && answer.status == 412)
    }

    /// Learns what the answer to an order's entry says of it.
    pub fn learn(&mut self, answer: &Answer) {
        if self.says.is_none() {
            self.says = answer.body["number"].as_str().map(str::to_owned);
        }
    }
}

/// The order that a writer is at.
struct Entered {
    path: String,
    number: String,
    etag: String,
}

/// Makes one write after the other.
pub struct Chain {
    name: String,
    made: usize,
    order: Option<Entered>,
}

impl Chain {
    /// Keys begin with the name, which must be nobody else's; none is the beginning of another.
    pub fn new(name: String) -> Self {
        Self { name, made: 0, order: None }
    }

    /// What is to be sent next. The answer to an order's entry must have been shown to the chain.
    pub fn next(&mut self) -> Write {
        let (kind, key) = (KINDS[self.made % KINDS.len()], format!("{}-{:05}.", self.name, self.made));
        self.made += 1;
        let order = || self.order.as_ref().expect("an order was entered first");
        let under = |rest: &str| format!("{}{rest}", order().path);
        let sku = SKUS[self.made / KINDS.len() % SKUS.len()];
        let (path, says, body) = match kind.event {
            "order.created" => ("/v1/orders".to_owned(), None, desk(&key)),
            "order.amended" => (under(""), Some(order().number.clone()), json!({"contract_number": key, "reason": key})),
            "order.verified" => (under("/verify"), Some(order().number.clone()), json!({"note": key})),
            _ => ("/v1/stock/movements".to_owned(), Some(sku.to_owned()), receipt(sku, &key)),
        };
        let if_match = (kind.method == "PATCH").then(|| order().etag.clone());
        Write { kind, key, says, path, if_match, body }
    }

    /// Keeps what the next writes need of an answer.
    pub fn learn(&mut self, write: &Write, answer: &Answer) {
        if write.kind.event == "order.created" {
            let number = answer.body["number"].as_str().expect("an order has a number").to_owned();
            let path = format!("/v1/orders/{}", id(&answer.body));
            self.order = Some(Entered { path, number, etag: answer.etag() });
        }
    }
}

fn desk(key: &str) -> Value {
    let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9.00"}]));
    order["channel_ref"] = json!(key);
    order
}

fn receipt(sku: &str, key: &str) -> Value {
    json!({"kind": "receipt", "warehouse": "WH1", "sku": sku, "quantity": "1", "note": key})
}
