//! An act as a request: which path, which body.

use super::acts::{Act, Bill, Change, Decision, Draft, Parcel, Proof};
use super::decimal::text;
use super::order::{Kind, Line, Order, State};
use super::work::bill_amount;
use crate::support::{Answer, Person, id, note_pdf, order_of};
use chrono::{NaiveDate, TimeDelta};
use docket::db::clock::random;
use serde_json::{Value, json};

/// What goes over the wire.
pub enum Said {
    Json(&'static str, Value),
    Proof(Proof),
}

pub struct Request {
    pub path: String,
    pub said: Said,
}

/// Where an order is on the server, and what its case sells.
pub struct Place<'p> {
    pub reader: &'p Person,
    pub sku: &'p str,
    pub path: String,
    /// The order as it was last shown.
    pub shown: &'p Value,
    pub order: &'p Order,
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Stocked | Kind::Untracked => "standard",
        Kind::Custom => "custom",
        Kind::Service => "service",
    }
}

fn line_body(sku: &str, line: &Line) -> Value {
    let mut body = json!({
        "name": "A thing", "kind": kind_name(line.kind), "quantity": text(line.quantity), "unit_price": text(line.price),
        "discount_rate": text(line.discount_rate)
    });
    if line.kind == Kind::Stocked {
        body["sku"] = json!(sku);
    }
    body
}

/// A new order.
pub fn entry(sku: &str, draft: &Draft) -> Request {
    let lines = draft.lines.iter().map(|(kind, quantity, price, rate)| line_body(sku, &super::world::line(*kind, *quantity, *price, *rate)));
    let mut body = order_of(lines.collect());
    body["rush"] = json!(draft.rush);
    Request { path: "/v1/orders".into(), said: Said::Json("POST", body) }
}

/// More of the case's product.
pub fn receipt(sku: &str, quantity: i64) -> Request {
    let body = json!({"kind": "receipt", "warehouse": "WH1", "sku": sku, "quantity": text(quantity)});
    Request { path: "/v1/stock/movements".into(), said: Said::Json("POST", body) }
}

/// A row of a list under the order, or an id that nothing has.
fn nth(rows: &Value, number: usize, nothing: &str) -> String {
    let rows = rows.as_array().expect("a list has rows");
    if rows.is_empty() { format!("{nothing}_{:032}", 0) } else { id(&rows[number % rows.len()]).to_owned() }
}

impl Place<'_> {
    /// A list about this order, oldest first.
    pub fn list(&self, of: &str) -> Value {
        let page = self.reader.get(&format!("/v1/{of}?order_id={}&limit=200", id(self.shown))).ok();
        let mut rows = page["data"].as_array().expect("a list has data").clone();
        rows.sort_by_key(|row| id(row).to_owned());
        json!(rows)
    }

    pub fn request(&self, act: &Act) -> Request {
        let step = |name: &str, body: Value| Request { path: format!("{}/{name}", self.path), said: Said::Json("POST", body) };
        match act {
            Act::Amend(change) => Request { path: self.path.clone(), said: Said::Json("PATCH", self.patch(change)) },
            Act::Verify => step("verify", json!({"fields": {"amount": "ok"}})),
            Act::FindWrong => step("verify", json!({"fields": {"amount": "wrong", "customer": "ok"}, "note": "the form says less"})),
            Act::SendBack => step("send-back", json!({"reason": "another colour"})),
            Act::Confirm => step("confirm", json!({"method": "phone"})),
            Act::Release => step("release", json!({})),
            Act::Hold => step("hold", json!({"reason": "wait"})),
            Act::Unhold => step("unhold", json!({})),
            Act::Undo => step("undo", json!({"step": self.mistake(), "reason": "it was another order"})),
            Act::Receive => step("receive", json!({"received_by": "Li Wei"})),
            Act::Cancel => step("cancel", json!({"reason": "no longer wanted"})),
            Act::Pack(parcel) => step("shipments", self.parcel(*parcel)),
            Act::Decide(level, old, decision) => self.decision(*level, *old, *decision),
            Act::Start(at) => self.of("tasks", "tsk", *at, "start", json!({})),
            Act::Complete(at) => self.of("tasks", "tsk", *at, "complete", json!({})),
            Act::CancelTask(at) => self.of("tasks", "tsk", *at, "cancel", json!({"reason": "not needed"})),
            Act::Prove(at, proof) => Request { said: Said::Proof(*proof), ..self.of("tasks", "tsk", *at, "evidence", json!({})) },
            Act::Dispatch(at) => self.of("shipments", "shp", *at, "dispatch", json!({})),
            Act::Abandon(at) => self.of("shipments", "shp", *at, "cancel", json!({"reason": "torn"})),
            Act::Track(at, status) => self.of("shipments", "shp", *at, "events", json!({"status": status, "signed_by": "Li Wei"})),
            Act::Resolve(at) => self.of("exceptions", "exc", *at, "resolve", json!({"result": "put right"})),
            Act::Dismiss(at) => self.of("exceptions", "exc", *at, "dismiss", json!({"reason": "it was none"})),
            Act::Report => Request { path: "/v1/exceptions".into(), said: Said::Json("POST", self.report()) },
            Act::Invoice(bill) => Request { path: "/v1/invoices".into(), said: Said::Json("POST", self.bill(*bill)) },
            Act::Onward | Act::Refuse(_) | Act::Enter(_) | Act::Restock(_) => panic!("{act:?} is not about this order"),
        }
    }

    fn of(&self, list: &str, prefix: &str, number: usize, step: &str, body: Value) -> Request {
        Request { path: format!("/v1/{list}/{}/{step}", nth(&self.list(list), number, prefix)), said: Said::Json("POST", body) }
    }

    /// What is said of an amendment; whatever changes something says why.
    fn patch(&self, change: &Change) -> Value {
        let after = super::world::changed(self.order, change);
        let mut patch = self.changes(change, &after);
        if !after.says_the_same(self.order) {
            patch["reason"] = json!("looked at again");
        }
        patch
    }

    fn changes(&self, change: &Change, after: &Order) -> Value {
        match change {
            Change::Nothing => json!({}),
            Change::ReasonOnly => json!({"reason": "looked at again"}),
            Change::Tags(tags) => json!({"tags": vec!["seen"; usize::from(*tags)]}),
            Change::Rush(rush) => json!({"rush": rush}),
            Change::Later => json!({"delivery": {"promised_date": self.promise(after)}}),
            Change::Quantity(..) | Change::Add(..) | Change::Drop(_) => json!({"lines": self.lines(after)}),
            Change::Back => json!({"lines": self.lines(after), "rush": after.rush, "delivery": {"promised_date": self.promise(after)}}),
        }
    }

    /// All lines of an order that is amended; those that it has already by their ids.
    fn lines(&self, after: &Order) -> Vec<Value> {
        let line = |line: &Line| {
            let mut body = line_body(self.sku, line);
            if let Some(at) = self.order.lines.iter().position(|known| known.id == line.id) {
                body["id"] = self.shown["lines"][at]["id"].clone();
            }
            body
        };
        after.lines.iter().map(line).collect()
    }

    /// The day that it is promised for; none is said where that is the day that was asked for.
    fn promise(&self, after: &Order) -> Option<String> {
        let asked = self.shown["delivery"]["requested_date"].as_str().and_then(|day| day.parse::<NaiveDate>().ok());
        asked.filter(|_| after.weeks > 0).map(|day| (day + TimeDelta::weeks(after.weeks)).to_string())
    }

    /// Which step of it can have been a mistake.
    fn mistake(&self) -> &'static str {
        if self.order.state == State::Received { "receive" } else { "verify" }
    }

    fn parcel(&self, parcel: Parcel) -> Value {
        let mut body = json!({"method": "courier", "carrier": "SF", "tracking_number": format!("SF{}", hex::encode_upper(random::<6>()))});
        if let Parcel::Of(at, quantity) = parcel {
            body["lines"] = json!([{"line_id": self.shown["lines"][at % self.order.lines.len()]["id"], "quantity": text(quantity)}]);
        }
        body
    }

    fn decision(&self, level: usize, old: bool, decision: Decision) -> Request {
        let rounds = self.reader.get(&format!("{}/approvals", self.path)).ok()["data"].clone();
        let rounds = rounds.as_array().expect("rounds are listed");
        let steps = if old { rounds.first() } else { rounds.last() }.map_or_else(|| json!([]), |round| round["steps"].clone());
        let verb = match decision {
            Decision::Approve => "approve",
            Decision::Return => "send-back",
            Decision::Reject => "reject",
        };
        let path = format!("/v1/approvals/{}/{verb}", nth(&steps, level, "stp"));
        Request { path, said: Said::Json("POST", json!({"comment": "looked at"})) }
    }

    fn report(&self) -> Value {
        json!({"kind": "quality_problem", "severity": "high", "order_ids": [id(self.shown)], "cause": "damp cartons", "blocking": true})
    }

    fn bill(&self, bill: Bill) -> Value {
        let amount = bill_amount(bill, self.order.total() - self.order.invoiced);
        json!({"order_id": id(self.shown), "number": hex::encode(random::<8>()), "amount": text(amount)})
    }
}

impl Request {
    pub fn method(&self) -> &str {
        match &self.said {
            Said::Json(method, _) => method,
            Said::Proof(_) => "POST",
        }
    }

    /// Sends it; `other` is the same request with something else in it.
    pub fn send(&self, person: &Person, headers: &[(&str, &str)], other: bool) -> Answer {
        match &self.said {
            Said::Json(method, body) => {
                let mut body = body.clone();
                if other {
                    body["something_else"] = json!(true);
                }
                person.send_json(method, &self.path, headers, &body)
            }
            Said::Proof(proof) => {
                let fields: &[(&str, &str)] = match proof {
                    Proof::Note => &[("kind", "goods_issue_note")],
                    Proof::PassedReport => &[("kind", "qc_report"), ("result", "pass")],
                    Proof::FailedReport => &[("kind", "qc_report"), ("result", "fail")],
                };
                person.upload_form(&self.path, headers, fields, if other { "other.pdf" } else { "proof.pdf" }, &note_pdf())
            }
        }
    }
}
