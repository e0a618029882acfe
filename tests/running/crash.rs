//! kill -9 among writers: what was acknowledged is there, and nothing happened twice
//! (BEHAVIOUR 10, 11).

use crate::command_line::{Place, Served, on_every_store};
use crate::support::{PASSWORD, order_of};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc;
use std::time::Duration;

const WRITERS: usize = 16;
/// The process is killed once so many orders were acknowledged.
const ACKNOWLEDGED: usize = 160;
/// More than a writer gets to send before that.
const MOST: usize = 2_000;

/// What a writer got to know of one order: its number, or nothing.
type Known = BTreeMap<String, Option<String>>;

fn body(key: &str) -> String {
    let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9.00"}]));
    order["channel_ref"] = json!(key);
    order.to_string()
}

/// Sends an order; none where the connection broke before the answer was here.
fn enter(base: &str, token: &str, key: &str) -> Option<Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(Duration::from_secs(60))).build().into();
    let request = agent.post(format!("{base}/v1/orders")).header("authorization", format!("Bearer {token}")).header("idempotency-key", key);
    let mut answer = request.header("content-type", "application/json").send(body(key)).ok()?;
    let text = answer.body_mut().read_to_string().ok()?;
    assert_eq!(answer.status().as_u16(), 201, "{key}: {text}");
    serde_json::from_str(&text).ok()
}

/// Lets all writers write until so many orders were acknowledged, and kills the process.
fn write_until_killed(served: Served, token: &str, round: usize) -> Known {
    let (tell, told) = mpsc::channel();
    let base = served.base.clone();
    std::thread::scope(|scope| {
        let base = &base;
        for writer in 0..WRITERS {
            let tell = tell.clone();
            scope.spawn(move || {
                for at in 0..MOST {
                    let key = format!("r{round}-w{writer}-{at}");
                    let number = enter(base, token, &key).map(|order| order["number"].as_str().unwrap_or_default().to_owned());
                    let alive = number.is_some();
                    // the test listens to the end
                    let _ = tell.send((key, number));
                    if !alive {
                        return;
                    }
                }
            });
        }
        drop(tell);
        let mut known: Known = told.iter().take(ACKNOWLEDGED).collect();
        served.kill();
        known.extend(told);
        known
    })
}

/// What a log-in gives for longer than one process lives: the secret is kept beside the store.
fn token(served: &Served) -> String {
    let tokens = served.anyone.post("/v1/auth/login", json!({"username": "sales1", "password": PASSWORD})).ok();
    tokens["access_token"].as_str().expect("a log-in gives a token").to_owned()
}

#[track_caller]
fn holds_what_was_acknowledged(place: &Place, served: &Served, token: &str, known: &Known) {
    let sales = served.anyone.with_bearer(token);
    let orders = crate::command_line::orders(&sales);
    let there: BTreeMap<&str, &str> = orders.iter().filter_map(|order| Some((order["channel_ref"].as_str()?, order["number"].as_str()?))).collect();
    for (key, number) in known {
        if let Some(number) = number {
            assert_eq!(there.get(key.as_str()), Some(&number.as_str()), "{key} was acknowledged");
        }
    }
    assert_eq!(there.len(), orders.len(), "an order was entered twice");
    assert!(there.keys().all(|key| known.contains_key(*key)));
    place.run(&["check"]).well();

    // what is in doubt is sent again, with everything else, and takes effect once
    for (key, number) in known {
        let headers = [("idempotency-key", key.as_str()), ("content-type", "application/json")];
        let again = sales.send("POST", "/v1/orders", &headers, Some(body(key).into_bytes())).is(201);
        let replayed = again.header("idempotency-replayed") == Some("true");
        assert_eq!(replayed, there.contains_key(key.as_str()), "{key} was there or not");
        assert!(number.as_ref().is_none_or(|number| again.body["number"] == number.as_str()), "{key} has another number now");
    }
    let numbers: BTreeSet<String> = crate::command_line::orders(&sales).iter().map(|order| order["number"].to_string()).collect();
    assert_eq!(numbers.len(), known.len());
    place.run(&["check"]).well();
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_twice() {
    on_every_store(|place| {
        place.hire("sales1", "sales_specialist", "sales");
        let mut known = Known::new();
        let mut served = place.serve(&[]);
        let token = token(&served);
        for round in 0..2 {
            known.extend(write_until_killed(served, &token, round));
            served = place.serve(&[]);
            holds_what_was_acknowledged(place, &served, &token, &known);
        }
        served.stop();
        place.run(&["check"]).well();
    });
}
