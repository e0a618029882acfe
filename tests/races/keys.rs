//! The same thing sent many times at once is done once (BEHAVIOUR 3, DECISIONS 8, DOMAIN 1.3), and
//! different things get different numbers (DOMAIN 1.2).

use super::everywhere;
use super::history::Call;
use super::race::{About, MANY, Race, Try};
use crate::support::{TestApp, id, order_of};
use serde_json::{Value, json};
use std::collections::BTreeSet;

everywhere! {
    one_key_sent_many_times_at_once_makes_one_order,
    a_key_is_taken_before_its_answer_is_kept,
    one_key_with_other_bodies_at_once_does_the_first,
    a_step_under_one_key_is_taken_once,
    one_reference_of_a_channel_sent_many_times_at_once_makes_one_order,
    one_reference_with_other_contents_at_once_is_the_first_ones,
    orders_entered_at_once_have_numbers_of_their_own,
    orders_of_one_new_customer_at_once_make_one_customer,
}

const IN_FLIGHT: &[(u16, &str)] = &[(409, "idempotency_in_flight")];
const OTHER_BODY: &[(u16, &str)] = &[(409, "idempotency_in_flight"), (422, "idempotency_key_reused")];

fn desks(quantity: usize) -> Value {
    order_of(json!([{"name": "Desk", "quantity": quantity.to_string(), "unit_price": "450.00"}]))
}

fn referenced(quantity: usize) -> Value {
    let mut order = desks(quantity);
    order["channel_ref"] = json!("R-1");
    order
}

/// A race under one key: on PostgreSQL those who come while the first is at it are told so.
fn under_one_key(gate: &'static str, about: About, tries: Vec<Try>, told: &'static [(u16, &'static str)]) -> Race {
    let tries: Vec<Try> = tries.into_iter().map(|attempt| attempt.with("idempotency-key", "once")).collect();
    Race { together: 1, winners: 1..=tries.len(), ..Race::one_wins(gate, about, tries, told) }.rows("idempotency_keys", 1)
}

/// One did it, and every other success is the same answer to the byte.
fn one_is_the_first(calls: &[Call]) {
    let won: Vec<&Call> = calls.iter().filter(|call| call.succeeded()).collect();
    assert_eq!(won.iter().filter(|call| !call.is_replay()).count(), 1, "one is the first, every other a replay");
    assert!(won.iter().all(|call| call.answer.text == won[0].answer.text), "the same answer");
}

fn one_key_sent_many_times_at_once_makes_one_order(app: &TestApp) {
    let sales = app.company().sales();
    let tries = (0..MANY).map(|_| Try::post(&sales, "/v1/orders", desks(1))).collect();
    let race = under_one_key("orders", About::Nothing, tries, IN_FLIGHT).rows("orders", 1).events("order.created", 1);
    one_is_the_first(&race.run(app));
}

fn a_key_is_taken_before_its_answer_is_kept(app: &TestApp) {
    // on PostgreSQL the first has done its work and is about to keep the answer when the others come
    let sales = app.company().sales();
    let tries = (0..MANY).map(|_| Try::post(&sales, "/v1/orders", desks(1))).collect();
    let race = under_one_key("idempotency_keys", About::Nothing, tries, IN_FLIGHT).rows("orders", 1).events("order.created", 1);
    one_is_the_first(&race.run(app));
}

fn one_key_with_other_bodies_at_once_does_the_first(app: &TestApp) {
    let sales = app.company().sales();
    let tries = (1..=MANY).map(|quantity| Try::post(&sales, "/v1/orders", desks(quantity))).collect();
    let race = under_one_key("orders", About::Nothing, tries, OTHER_BODY).rows("orders", 1);
    let calls = Race { winners: 1..=1, ..race }.run(app);
    one_is_the_first(&calls);
}

fn a_step_under_one_key_is_taken_once(app: &TestApp) {
    let company = app.company();
    let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "450.00"}]));
    let (verifier, path) = (company.second_sales(), company.path(&order, "/verify"));
    let tries = (0..MANY).map(|_| Try::post(&verifier, &path, json!({}))).collect();
    let race = under_one_key("orders", About::order(&order), tries, IN_FLIGHT).events("order.verified", 1);
    one_is_the_first(&race.run(app));
}

fn one_reference_of_a_channel_sent_many_times_at_once_makes_one_order(app: &TestApp) {
    // DOMAIN 1.3, DECISIONS 22
    let sales = app.company().sales();
    let tries = (0..MANY).map(|_| Try::post(&sales, "/v1/orders", referenced(1))).collect();
    let calls = Race::all_win("orders", About::Nothing, tries).rows("orders", 1).events("order.created", 1).run(app);
    assert_eq!(calls.iter().filter(|call| call.answer.status == 201).count(), 1, "one is new, the others are known");
    let ids: BTreeSet<&str> = calls.iter().map(|call| id(&call.answer.body)).collect();
    assert_eq!(ids.len(), 1);
}

fn one_reference_with_other_contents_at_once_is_the_first_ones(app: &TestApp) {
    // DECISIONS 22
    let sales = app.company().sales();
    let tries = (1..=MANY).map(|quantity| Try::post(&sales, "/v1/orders", referenced(quantity))).collect();
    let calls = Race::one_wins("orders", About::Nothing, tries, &[(409, "duplicate_reference")]).rows("orders", 1).run(app);
    let first = calls.iter().find(|call| call.succeeded()).expect("one has won");
    for lost in calls.iter().filter(|call| !call.succeeded()) {
        assert_eq!(lost.answer.body["order_id"], first.answer.body["id"], "the refusal names the first");
    }
}

fn orders_entered_at_once_have_numbers_of_their_own(app: &TestApp) {
    // DOMAIN 1.2
    let sales = app.company().sales();
    let tries = (1..=MANY).map(|quantity| Try::post(&sales, "/v1/orders", desks(quantity))).collect();
    let calls = Race::all_win("orders", About::Nothing, tries).rows("orders", 4).run(app);
    let numbers: BTreeSet<&str> = calls.iter().filter_map(|call| call.answer.body["number"].as_str()?.rsplit('-').next()).collect();
    // a replica takes numbers ahead, so those of two need not be next to each other
    assert_eq!(numbers.len(), MANY);
}

fn orders_of_one_new_customer_at_once_make_one_customer(app: &TestApp) {
    let sales = app.company().sales();
    let of_nova = |quantity: usize| {
        let mut order = desks(quantity);
        order["customer"] = json!({"code": "NOVA", "name": "Nova Trading Ltd"});
        Try::post(&sales, "/v1/orders", order)
    };
    Race::all_win("orders", About::Nothing, (1..=MANY).map(of_nova).collect()).rows("orders", 4).rows("customers", 1).run(app);
}
