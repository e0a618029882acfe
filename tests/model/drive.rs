//! Plays a sequence on the server and in the model at once, and compares after every step.

use super::acts::{Act, Again, Seen, Sequence, Step};
use super::compare::{self, Compared, same};
use super::decimal::text;
use super::menu::{menu, name_of};
use super::onward::{onward, refuse, rightful};
use super::order::Order;
use super::people::Who;
use super::requests::{Place, Request, entry, receipt};
use super::world::{Rules, Verdict, World};
use crate::support::{Answer, Person, TestApp};
use docket::db::clock::random;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// How often each act came to what; shows that sequences get everywhere.
pub type Tally = RefCell<BTreeMap<String, u64>>;

/// A case on its way.
struct Case<'a> {
    app: &'a TestApp,
    tally: &'a Tally,
    reader: Person,
    world: World,
    sku: String,
    /// The orders as they were last shown.
    shown: Vec<Value>,
}

/// What is tried, by whom, with everything that was left open settled.
struct Attempt {
    at: usize,
    who: Who,
    act: Act,
    seen: Seen,
    again: Again,
}

/// Plays a whole sequence; tells the first difference.
pub fn play(app: &TestApp, tally: &Tally, rules: Rules, (on_hand, first, steps): &Sequence) -> Compared {
    let mut case = Case::begin(app, tally, rules, *on_hand);
    let entered = Attempt { at: 0, who: first.by, act: Act::Enter(first.clone()), seen: Seen::Unsaid, again: Again::No };
    case.step(&entered).map_err(|difference| format!("entering {first:?}: {difference}"))?;
    for (number, step) in steps.iter().enumerate() {
        let attempt = case.settle(step);
        let told = format!("step {number}, {:?} tries {:?} on order {}", attempt.who, attempt.act, attempt.at);
        case.step(&attempt).map_err(|difference| format!("{told} ({:?}, again: {:?}): {difference}", attempt.seen, attempt.again))?;
    }
    case.end()
}

fn answered(answer: &Answer, foretold: Verdict) -> Compared {
    let shown = if answer.status < 300 { Ok(answer.status) } else { Err((answer.status, answer.code())) };
    let told = if answer.status < 300 { "" } else { &answer.text };
    same("the answer", shown, foretold).map_err(|difference| format!("{difference}; {} {told}", answer.asked))
}

/// Under what an act is counted; what is particular after the review by itself.
fn tallied(act: &Act, late: bool, verdict: Verdict) -> String {
    let (told, settles) = (format!("{act:?}"), matches!(act, Act::Amend(_) | Act::Decide(..) | Act::Confirm));
    let name = told.split('(').next().unwrap_or_default();
    let name = if late && settles { format!("{name} after the review") } else { name.to_owned() };
    verdict.map_or_else(|(status, code)| format!("{name} {status} {code}"), |status| format!("{name} {status}"))
}

impl<'a> Case<'a> {
    /// A product of its own, so that no other case takes its stock.
    fn begin(app: &'a TestApp, tally: &'a Tally, rules: Rules, on_hand: i64) -> Self {
        let sku = format!("M-{}", hex::encode(random::<8>()));
        app.company().product(&sku, "standard", "10.00");
        if on_hand > 0 {
            app.company().receive_stock(&sku, &text(on_hand));
        }
        Self { app, tally, reader: Who::Viewer.person(app), world: World::new(rules, on_hand), sku, shown: Vec::new() }
    }

    /// Settles what a step leaves open: which order, what brings it on, who may.
    fn settle(&self, step: &Step) -> Attempt {
        let count = self.world.orders.len();
        // what is to go on goes on with an order that is not over, if there is one
        let leads = matches!(step.act, Act::Onward | Act::Refuse(_));
        let alive = |at: &usize| !leads || !self.world.orders[*at].is_final();
        let at = (0..count).map(|offset| (step.order + offset) % count).find(alive).unwrap_or(step.order % count);
        let order = &self.world.orders[at];
        let act = match &step.act {
            Act::Onward => onward(order),
            Act::Refuse(decision) => refuse(order, *decision),
            act => act.clone(),
        };
        let who = step.who.unwrap_or_else(|| rightful(order, &act));
        // whoever means to amend has looked first, nearly always
        let seen = if leads && step.seen == Seen::Unsaid { Seen::Now } else { step.seen };
        Attempt { at, who, act, seen, again: step.again }
    }

    fn place(&self, at: usize) -> Place<'_> {
        let shown = &self.shown[at];
        // people use numbers, machines ids
        let name = shown[if at.is_multiple_of(2) { "id" } else { "number" }].as_str().unwrap_or_default();
        Place { reader: &self.reader, sku: &self.sku, path: format!("/v1/orders/{name}"), shown, order: &self.world.orders[at] }
    }

    fn request(&self, attempt: &Attempt) -> Request {
        match &attempt.act {
            Act::Enter(draft) => entry(&self.sku, draft),
            Act::Restock(quantity) => receipt(&self.sku, *quantity),
            act => self.place(attempt.at).request(act),
        }
    }

    /// What goes into `If-Match`; the version that was seen matters, not the rest of the tag.
    fn if_match(&self, attempt: &Attempt) -> Option<String> {
        let of_order = name_of(&attempt.act).is_some() || matches!(attempt.act, Act::FindWrong | Act::Pack(_));
        let version = self.world.orders.get(attempt.at).map_or(0, |order| order.version());
        match attempt.seen {
            Seen::Now if of_order => Some(format!("\"v{version}-en\"")),
            Seen::Stale if of_order => Some(format!("\"v{}-en\", \"v{}-en\"", version - 1, version + 1)),
            Seen::Stale => Some("\"v999999-en\"".to_owned()),
            _ => None,
        }
    }

    fn step(&mut self, attempt: &Attempt) -> Compared {
        let person = attempt.who.person(self.app);
        let allowed = self.look_at_menu(attempt, &person)?;
        let request = self.request(attempt);
        let key = hex::encode(random::<8>());
        let tag = self.if_match(attempt);
        let mut headers: Vec<(&str, &str)> = tag.iter().map(|tag| ("if-match", tag.as_str())).collect();
        if attempt.again != Again::No {
            headers.push(("idempotency-key", &key));
        }
        let answer = request.send(&person, &headers, false);
        let late = self.world.orders.get(attempt.at).is_some_and(Order::is_late);
        let foretold = self.world.take(attempt.at, attempt.who, &attempt.act, attempt.seen);
        answered(&answer, foretold)?;
        *self.tally.borrow_mut().entry(tallied(&attempt.act, late, foretold)).or_default() += 1;
        if let Some(allowed) = allowed.filter(|_| attempt.seen == Seen::Now && ![400, 422].contains(&answer.status)) {
            same("what the menu allowed", allowed, answer.status < 300)?;
        }
        if foretold.is_ok() && matches!(attempt.act, Act::Enter(_)) {
            self.shown.push(answer.body.clone());
        }
        self.again(attempt, &request, &person, &headers, &answer)?;
        self.app.let_the_clock_look();
        self.look_at_orders()
    }

    /// What the menu says before; gives whether it allows what is tried.
    fn look_at_menu(&self, attempt: &Attempt, person: &Person) -> Result<Option<bool>, String> {
        let Some(order) = self.world.orders.get(attempt.at) else { return Ok(None) };
        let shown = person.get(&format!("{}/actions", self.place(attempt.at).path)).ok()["data"].clone();
        let mut allowed = None;
        for (name, foretold) in menu(self.world.rules, order, attempt.who) {
            let action = shown.as_array().and_then(|all| all.iter().find(|action| action["name"] == name)).cloned().unwrap_or_default();
            let reasons = action["reasons"].as_array().cloned().unwrap_or_default();
            let codes: BTreeSet<&str> = reasons.iter().filter_map(|reason| reason["code"].as_str()).collect();
            same(&format!("what the menu says against {name}"), codes, foretold.clone())?;
            same(&format!("whether the menu allows {name}"), &action["allowed"], &json!(foretold.is_empty()))?;
            if name_of(&attempt.act) == Some(name) {
                allowed = Some(foretold.is_empty());
            }
        }
        Ok(allowed)
    }

    /// The same under the same key changes nothing and says the same; a refusal is asked afresh.
    /// Another body under the key of a success is told as such.
    fn again(&self, attempt: &Attempt, request: &Request, person: &Person, headers: &[(&str, &str)], first: &Answer) -> Compared {
        let kept = request.method() == "POST" && first.status < 300;
        match attempt.again {
            Again::Same if kept => {
                let second = request.send(person, headers, false);
                same("whether it is a replay", second.header("idempotency-replayed"), Some("true"))?;
                same("the replay", (second.status, second.text.as_str()), (first.status, first.text.as_str()))
            }
            Again::Same if first.status >= 400 => {
                let second = request.send(person, headers, false);
                same("the refusal again", (second.status, second.code()), (first.status, first.code()))
            }
            Again::Other if kept => answered(&request.send(person, headers, true), Err((422, "idempotency_key_reused"))),
            _ => Ok(()),
        }
    }

    fn look_at_orders(&mut self) -> Compared {
        same("how many orders there are", self.shown.len(), self.world.orders.len())?;
        for (shown, order) in self.shown.iter_mut().zip(&self.world.orders) {
            *shown = self.reader.get(&format!("/v1/orders/{}", shown["id"].as_str().unwrap_or_default())).ok();
            compare::order(shown, order)?;
        }
        Ok(())
    }

    fn end(&self) -> Compared {
        for at in 0..self.world.orders.len() {
            compare::parts_of(&self.place(at)).map_err(|difference| format!("at the end, order {at}: {difference}"))?;
        }
        compare::stock(&self.reader, &self.sku, self.world.stock).map_err(|difference| format!("at the end: {difference}"))
    }
}
