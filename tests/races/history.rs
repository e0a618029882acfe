//! The history checker. What was asked at once is right if there is an order, one after the other,
//! that explains every answer. An order's history says which one: each version is one unit of work,
//! and every event tells what it found and what it left. So it is read like a tape: nothing is
//! missing, nothing was decided on what was not so any more, every answer belongs where it says.

use crate::support::{Answer, Client, TestApp};
use docket::check;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// How often an order is read at the most until nothing happens to it meanwhile.
const READINGS: usize = 100;

/// A request with its answer, and between which instants it was on its way.
pub struct Call {
    pub asked_at: Instant,
    pub answered_at: Instant,
    pub answer: Answer,
}

impl Call {
    /// Asks, and keeps when.
    pub fn make(ask: impl FnOnce() -> Answer) -> Self {
        let asked_at = Instant::now();
        let answer = ask();
        Self { asked_at, answered_at: Instant::now(), answer }
    }

    pub fn succeeded(&self) -> bool {
        (200..300).contains(&self.answer.status)
    }

    /// The same answer as to an earlier request with this key.
    pub fn is_replay(&self) -> bool {
        self.answer.header("idempotency-replayed") == Some("true")
    }

    fn request_id(&self) -> &str {
        self.answer.header("x-request-id").expect("every answer has a request id")
    }
}

/// All that happened to an order and its parts, oldest first.
pub struct History(Vec<Value>);

fn text<'v>(event: &'v Value, field: &str) -> &'v str {
    event[field].as_str().unwrap_or_default()
}

fn version(event: &Value) -> i64 {
    event["order_version"].as_i64().unwrap_or_else(|| panic!("an event without the order's version: {event}"))
}

/// The version of what an event is about, where that has one of its own.
fn version_of_subject(event: &Value) -> Option<&Value> {
    match text(event, "subject") {
        "order" => Some(&event["order_version"]),
        "invoice" | "payment" => None,
        _ => Some(&event["data"]["version"]).filter(|version| version.is_i64()),
    }
}

/// Whether something is in this state since an event.
fn leads_to(event: &Value, state: &Value) -> bool {
    let told = [&event["after"]["state"], &event["after"]["status"], &event["data"]["exception_status"], &event["data"]["invoice_status"]];
    told.contains(&state) || (state == "on_hold" && event["name"] == "order.held")
}

impl History {
    fn of(reader: &Client, order: &str) -> Self {
        let (mut events, mut path) = (Vec::new(), format!("/v1/orders/{order}/history?limit=200"));
        loop {
            let page = reader.get(&path).ok();
            events.extend(page["data"].as_array().expect("a list has data").iter().cloned());
            let Some(cursor) = page["page"]["next_cursor"].as_str() else { return Self(events) };
            path = format!("/v1/orders/{order}/history?limit=200&cursor={cursor}");
        }
    }

    /// An order's history, and the order at the end of it: the clock may be at it meanwhile.
    pub fn with_order(reader: &Client, order: &str) -> (Self, Value) {
        let read = || reader.get(&format!("/v1/orders/{order}")).ok();
        for _ in 0..READINGS {
            let (before, history, after) = (read(), Self::of(reader, order), read());
            if before["version"] == after["version"] {
                return (history, after);
            }
        }
        panic!("{order} does not come to rest");
    }

    /// The version that a call made of the order; none where it changed nothing.
    pub fn made_by(&self, call: &Call) -> Option<i64> {
        let versions: BTreeSet<i64> = self.0.iter().filter(|event| text(event, "request_id") == call.request_id()).map(version).collect();
        assert!(versions.len() <= 1, "{} made the versions {versions:?} at once", call.answer.asked);
        versions.first().copied()
    }

    /// Each version is one unit of work, and none is missing up to the one that the order has.
    fn is_without_gaps(&self, now: i64) {
        let mut units: BTreeMap<i64, BTreeSet<&str>> = BTreeMap::new();
        for event in &self.0 {
            units.entry(version(event)).or_default().insert(text(event, "request_id"));
        }
        let versions: Vec<i64> = units.keys().copied().collect();
        assert_eq!(versions, (1..=now).collect::<Vec<_>>(), "versions without events, or events without their version");
        assert!(units.values().all(|requests| requests.len() == 1), "one version by several requests: {units:?}");
    }

    /// What an event found is what the one before it left: nobody decided on what was not so any
    /// more, and nobody's change was lost.
    fn follows_from_itself(&self) {
        let mut left: BTreeMap<(&str, &str), (&Value, &Value)> = BTreeMap::new();
        for event in &self.0 {
            let (before, after) = (event["before"].as_object().expect("a map"), event["after"].as_object().expect("a map"));
            for (field, found) in before {
                let of = (text(event, "subject_id"), field.as_str());
                if let Some((was, by)) = left.insert(of, (&after[field], event)) {
                    assert_eq!(was, found, "{field} is not as it was left\nby  {by}\nbut {event}");
                }
            }
        }
    }

    /// An answer shows the version that its request made, and a refusal names a state that
    /// another request of these brought about.
    fn explains(&self, call: &Call, all: &[Call]) {
        let (answer, made) = (&call.answer, self.made_by(call));
        if call.succeeded() {
            let shown = self.0.iter().rfind(|event| text(event, "request_id") == call.request_id() && event["subject_id"] == answer.body["id"]);
            if let Some(expected) = shown.and_then(version_of_subject).filter(|_| !call.is_replay()) {
                assert_eq!(&answer.body["version"], expected, "{} shows another version than it made", answer.asked);
            }
            return;
        }
        assert_eq!(made, None, "{} was refused and changed the order all the same: {}", answer.asked, answer.text);
        let by_one_of_these = |event: &&Value| all.iter().any(|other| text(event, "request_id") == other.request_id());
        for named in [&answer.body["state"], &answer.body["decision"]] {
            assert!(
                named.is_null() || self.0.iter().filter(by_one_of_these).any(|event| leads_to(event, named)),
                "nothing made it {named}: {}",
                answer.text
            );
        }
    }

    /// Who was answered before another asked came before the other.
    fn keeps_to_time(&self, calls: &[Call]) {
        let made: Vec<(i64, &Call)> = calls.iter().filter_map(|call| Some((self.made_by(call)?, call))).collect();
        for (earlier, one) in &made {
            for (later, other) in made.iter().filter(|(_, other)| one.answered_at < other.asked_at) {
                assert!(earlier < later, "{} was answered before {} was asked, and comes after it", one.answer.asked, other.answer.asked);
            }
        }
    }

    /// The feed tells each of these events once.
    fn is_in_the_feed(&self, feed: &[Value]) {
        let mut told: BTreeMap<&str, usize> = BTreeMap::new();
        for event in feed {
            *told.entry(text(event, "id")).or_default() += 1;
        }
        for event in &self.0 {
            assert_eq!(told.get(text(event, "id")), Some(&1), "the feed tells this not once: {event}");
        }
    }

    /// Checks all of it.
    pub fn check(&self, app: &TestApp, order: &Value, calls: &[Call]) {
        self.is_without_gaps(order["version"].as_i64().expect("an order has a version"));
        self.follows_from_itself();
        self.keeps_to_time(calls);
        calls.iter().for_each(|call| self.explains(call, calls));
        self.is_in_the_feed(&app.feed());
    }
}

/// Each thing that is no order goes from version to version too: an event each, once.
pub fn check_versions(app: &TestApp, thing: &str, now: i64) {
    let feed = app.feed();
    let told: BTreeSet<i64> =
        feed.iter().filter(|event| event["subject_id"] == thing).filter_map(|event| event["data"]["version"].as_i64()).collect();
    let events = feed.iter().filter(|event| event["subject_id"] == thing && event["data"]["version"].is_i64()).count();
    assert_eq!((told.len(), told.last()), (events, Some(&now)), "two events of one version, or another one than shown: {told:?}");
    assert!(told.iter().zip(told.iter().skip(1)).all(|(one, next)| one + 1 == *next), "a version is missing: {told:?}");
}

/// What `docket check` proves holds: stock is the sum of its movements, an order's state the replay
/// of its history, and so on (BEHAVIOUR 10).
pub fn check_store(app: &TestApp) {
    let mut conn = app.app.config.database.open().expect("the store can be opened");
    assert_eq!(check::run(&mut conn, &app.app.company), []);
}
