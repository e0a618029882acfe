//! A race: requests that overlap for certain, and what may come of them.

use super::history::{Call, History, check_store, check_versions};
use crate::support::{Client, Passed, TestApp, WRITERS, at_once};
use serde_json::Value;
use std::ops::RangeInclusive;

/// So many that all of them can stand before the gate.
pub const MANY: usize = WRITERS;

/// One request.
pub struct Try {
    who: Client,
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Value,
}

impl Try {
    pub fn post(who: &Client, path: &str, body: Value) -> Self {
        Self { who: who.clone(), method: "POST", path: path.to_owned(), headers: Vec::new(), body }
    }

    /// A merge patch of the version that `etag` names.
    pub fn patch(who: &Client, path: &str, etag: &str, body: Value) -> Self {
        Self { method: "PATCH", ..Self::post(who, path, body) }.with("if-match", etag)
    }

    pub fn with(mut self, header: &'static str, value: &str) -> Self {
        self.headers.push((header, value.to_owned()));
        self
    }

    fn send(self, server: &Client) -> Call {
        let headers: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Call::make(|| self.who.at(server).send_json(self.method, &self.path, &headers, &self.body))
    }
}

/// What the race is about.
pub enum About {
    /// Orders: the whole history of each is checked.
    Orders(Vec<Value>),
    /// Something else with a version, by its path: each version has its event.
    Versioned(String),
    /// Something that has no version.
    Nothing,
}

impl About {
    pub fn order(order: &Value) -> Self {
        Self::Orders(vec![order.clone()])
    }
}

/// What is tried at once, and what may come of it.
pub struct Race {
    /// Nobody writes to this table before all are there (PostgreSQL).
    pub gate: &'static str,
    /// How many must stand there together. One is enough where those who come while it stands there
    /// are told so at once.
    pub together: usize,
    pub about: About,
    pub tries: Vec<Try>,
    /// How many may succeed.
    pub winners: RangeInclusive<usize>,
    /// What the others are told.
    pub told: &'static [(u16, &'static str)],
    /// Rows that there are afterwards, exactly so many.
    pub rows: Vec<(String, i64)>,
}

impl Race {
    /// Of these, one succeeds; the others are told one of these.
    pub fn one_wins(gate: &'static str, about: About, tries: Vec<Try>, told: &'static [(u16, &'static str)]) -> Self {
        Self { gate, together: 2, about, tries, winners: 1..=1, told, rows: Vec::new() }
    }

    /// All of these succeed.
    pub fn all_win(gate: &'static str, about: About, tries: Vec<Try>) -> Self {
        Self { winners: tries.len()..=tries.len(), ..Self::one_wins(gate, about, tries, &[]) }
    }

    /// So many events of this name stand in the history of the whole store afterwards.
    pub fn events(self, name: &str, count: i64) -> Self {
        self.rows(&format!("events WHERE name = '{name}'"), count)
    }

    pub fn rows(mut self, which: &str, count: i64) -> Self {
        self.rows.push((which.to_owned(), count));
        self
    }

    /// Runs it, over all servers in turn, and checks everything that holds of any race.
    pub fn run(self, app: &TestApp) -> Vec<Call> {
        let servers = app.servers();
        let tries = self.tries.into_iter().enumerate();
        let tries = tries.map(|(at, attempt)| move || attempt.send(&servers[at % servers.len()].anyone)).collect();
        let Passed { outcomes: calls, together } = at_once(app, self.gate, tries);
        assert!(together >= self.together, "{together} of {} stood before the gate; that is no race", calls.len());
        judge(&calls, &self.winners, self.told);
        for (which, count) in &self.rows {
            assert_eq!(app.count(which), *count, "{which}");
        }
        check_about(app, &self.about, &calls);
        check_store(app);
        calls
    }
}

fn judge(calls: &[Call], winners: &RangeInclusive<usize>, told: &[(u16, &str)]) {
    let answers: Vec<String> = calls.iter().map(|call| format!("{} {}", call.answer.status, call.answer.text)).collect();
    let won = calls.iter().filter(|call| call.succeeded()).count();
    for lost in calls.iter().filter(|call| !call.succeeded()) {
        assert!(told.contains(&(lost.answer.status, lost.answer.code())), "{} answered {}", lost.answer.asked, lost.answer.text);
        lost.answer.is_a_problem();
    }
    assert!(winners.contains(&won), "{won} succeeded where {winners:?} may: {answers:#?}");
}

fn check_about(app: &TestApp, about: &About, calls: &[Call]) {
    let reader = app.admin();
    match about {
        About::Orders(orders) => {
            for order in orders {
                let (history, now) = History::with_order(&reader, crate::support::id(order));
                history.check(app, &now, calls);
            }
        }
        About::Versioned(path) => {
            let now = reader.get(path).ok();
            let version = now["version"].as_i64().expect("it has a version");
            check_versions(app, crate::support::id(&now), version);
            for won in calls.iter().filter(|call| call.succeeded()) {
                assert!(won.answer.body["version"].as_i64().is_some_and(|shown| shown <= version), "{}", won.answer.text);
            }
        }
        About::Nothing => {}
    }
}
