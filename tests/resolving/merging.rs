//! An exception that repeats another one is merged into it (DOMAIN 6.2, DECISIONS 26).

use super::{carried_out, path, reported, seen};
use crate::support::{Answer, Company, id, on_every_store, order_of};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn desk(company: &Company) -> Value {
    company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "10.00"}]))
}

fn merge(company: &Company, repeats: &Value, original: &Value) -> Answer {
    company.order_admin().post(&path(repeats, "/dismiss"), json!({"reason": "told before", "duplicate_of": id(original)}))
}

/// The ids of the orders that an exception covers.
fn covered(exception: &Value) -> BTreeSet<String> {
    exception["order_ids"].as_array().expect("a list").iter().map(|id| id.as_str().expect("an id").to_owned()).collect()
}

fn ids(orders: &[&Value]) -> BTreeSet<String> {
    orders.iter().map(|order| id(order).to_owned()).collect()
}

#[test]
fn rule_6_2_the_orders_of_a_duplicate_are_covered_and_stopped_by_the_original() {
    on_every_store(|app| {
        let company = app.company();
        let (one, both, other) = (desk(&company), desk(&company), desk(&company));
        let original = reported(&company, "quality_problem", &[&one, &both], json!({"blocking": true}));
        let repeats = reported(&company, "quality_problem", &[&both, &other], json!({}));
        assert_eq!(company.order(&other)["blocked_by"], json!([]));
        let dismissed = merge(&company, &repeats, &original).ok();
        assert_eq!(
            [&dismissed["status"], &dismissed["duplicate_of"], &dismissed["result"]],
            [&json!("dismissed"), &original["number"], &json!("told before")]
        );
        let merged = seen(&company, &original);
        assert_eq!(covered(&merged), ids(&[&one, &both, &other]));
        assert_eq!([&merged["impact"]["orders"], &merged["impact"]["amount"], &merged["status"]], [&json!(3), &json!("30.00"), &json!("reported")]);
        assert_eq!(merged["version"], 2);
        assert_eq!(company.order(&other)["blocked_by"], json!([original["number"]]));
        let history = |order: &Value| -> Vec<Value> {
            let page = company.viewer().get(&company.path(order, "/history")).ok();
            page["data"].as_array().expect("a list").iter().map(|event| event["name"].clone()).collect()
        };
        assert!(history(&other).contains(&json!("order.exception_merged")) && history(&other).contains(&json!("order.exception_settled")));
        assert!(!history(&both).contains(&json!("order.exception_merged")), "it was covered before");
        company.order_admin().post(&path(&original, "/resolve"), json!({"result": "repacked"})).ok();
        assert_eq!(company.order(&other)["blocked_by"], json!([]));
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn what_people_said_of_the_impact_stays_when_another_is_merged() {
    on_every_store(|app| {
        let company = app.company();
        let (one, other) = (desk(&company), desk(&company));
        let original = reported(&company, "complaint", &[&one], json!({"impact": {"amount": "7.00", "note": "theirs"}}));
        let repeats = reported(&company, "complaint", &[&other], json!({}));
        merge(&company, &repeats, &original).ok();
        let merged = seen(&company, &original);
        assert_eq!(
            [&merged["impact"]["amount"], &merged["impact"]["note"], &merged["impact"]["orders"]],
            [&json!("7.00"), &json!("theirs"), &json!(2)]
        );
    });
}

#[test]
fn an_original_whose_plan_is_being_carried_out_takes_no_further_orders() {
    on_every_store(|app| {
        let company = app.company();
        let (one, other) = (desk(&company), desk(&company));
        let original = reported(&company, "quality_problem", &[&one], json!({}));
        company.order_admin().post(&path(&original, "/plan"), json!({"summary": "repack", "steps": ["take new cartons"]})).ok();
        assert_eq!(company.operations().post(&path(&original, "/approve"), json!({})).ok()["status"], "resolving");
        let repeats = reported(&company, "quality_problem", &[&one, &other], json!({}));
        let refused = merge(&company, &repeats, &original).refused(409, "invalid_transition");
        assert_eq!([&refused["state"], &refused["original"]], [&json!("resolving"), &original["number"]]);
        assert_eq!(seen(&company, &repeats)["status"], "reported");
        assert_eq!(covered(&seen(&company, &original)), ids(&[&one]));
        // what it covers already may be told again
        let same = reported(&company, "quality_problem", &[&one], json!({}));
        assert_eq!(merge(&company, &same, &original).ok()["status"], "dismissed");
        company.order_admin().post(&path(&original, "/resolve"), json!({"result": "done"})).ok();
        merge(&company, &repeats, &original).refused(409, "invalid_transition");
    });
}

#[test]
fn a_plan_that_was_made_for_fewer_orders_has_to_be_made_again() {
    on_every_store(|app| {
        let company = app.company();
        let (one, other) = (desk(&company), desk(&company));
        let original = reported(&company, "quality_problem", &[&one], json!({}));
        let plan = || company.order_admin().post(&path(&original, "/plan"), json!({"summary": "new cartons", "cost": "40.00"})).ok();
        plan();
        let repeats = reported(&company, "quality_problem", &[&other], json!({}));
        merge(&company, &repeats, &original).ok();
        let merged = seen(&company, &original);
        assert_eq!([&merged["status"], &merged["plan"]["decision"]["approved"]], [&json!("planning"), &json!(false)]);
        let refused = company.operations().post(&path(&original, "/approve"), json!({})).refused(409, "invalid_transition");
        assert_eq!(refused["reasons"][0]["code"], "plan_missing");
        plan();
        assert_eq!(company.operations().post(&path(&original, "/approve"), json!({})).ok()["status"], "resolving");
    });
}

#[test]
fn only_what_stands_can_be_repeated_and_never_by_itself() {
    on_every_store(|app| {
        let company = app.company();
        let (one, other) = (reported(&company, "other", &[], json!({})), reported(&company, "other", &[], json!({})));
        merge(&company, &one, &one).refused(400, "validation_failed");
        merge(&company, &one, &json!({"id": "exc_none"})).refused(400, "validation_failed");
        merge(&company, &other, &one).ok();
        merge(&company, &one, &other).refused(400, "validation_failed");
        merge(&company, &other, &one).refused(409, "invalid_transition");
    });
}

#[test]
fn decision_30_an_exception_covers_no_more_than_two_hundred_orders() {
    on_every_store(|app| {
        let company = app.company();
        let sales = company.sales();
        let order = |_| sales.post("/v1/orders", order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "1.00"}]))).created();
        let orders: Vec<Value> = (0..201).map(order).collect();
        let all: Vec<&Value> = orders.iter().collect();
        let original = reported(&company, "other", &all[..150], json!({}));
        let repeats = reported(&company, "other", &all[150..], json!({}));
        merge(&company, &repeats, &original).refused(422, "rule_violated");
        let fewer = reported(&company, "other", &all[150..200], json!({}));
        merge(&company, &fewer, &original).ok();
        assert_eq!(covered(&seen(&company, &original)).len(), 200);
    });
}

#[test]
fn what_a_plan_has_done_it_has_done_for_its_own_orders_and_takes_no_others() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let other = company.confirmed(json!([{"sku": "PAPER", "quantity": "3"}]));
        let original = reported(&company, "complaint", &[&order], json!({}));
        let actions = json!([{"kind": "compensation", "amount": "5.00"}, {"kind": "discount", "amount": "1.00"}]);
        carried_out(&company, &original, actions, &company.second_sales());
        let step = company.pending_steps(&order).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/reject", id(&step)), json!({"comment": "no discounts"})).ok();
        assert_eq!(seen(&company, &original)["status"], "planning");
        let repeats = reported(&company, "complaint", &[&other], json!({}));
        assert_eq!(merge(&company, &repeats, &original).refused(409, "invalid_transition")["original"], original["number"]);
    });
}

#[test]
fn what_was_reckoned_is_reckoned_anew_whatever_has_moved_meanwhile() {
    on_every_store(|app| {
        let company = app.company();
        let (one, other) = (desk(&company), desk(&company));
        let original = reported(&company, "complaint", &[&one], json!({}));
        let more = json!({"lines": [{"name": "Desk", "quantity": "3", "unit_price": "10.00"}], "reason": "two more"});
        company.sales().patch(&company.path(&one, ""), "*", more).ok();
        let repeats = reported(&company, "complaint", &[&other], json!({}));
        merge(&company, &repeats, &original).ok();
        assert_eq!(seen(&company, &original)["impact"]["amount"], "40.00");
    });
}
