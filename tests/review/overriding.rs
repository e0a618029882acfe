//! A check that failed is overridden by a head or above, with a reason (DOMAIN 2.3).

use super::rules::latest_round;
use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

/// A verified order whose stock check fails: nothing of it is there.
fn short(company: &Company, rush: bool) -> Value {
    company.open_warehouse();
    company.product("PAPER", "standard", "10.00");
    let mut order = order_of(json!([{"sku": "PAPER", "quantity": "5"}]));
    order["rush"] = json!(rush);
    let order = company.sales().post("/v1/orders", order).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok()
}

fn roles(round: &Value) -> Vec<&Value> {
    round["steps"].as_array().expect("a round has steps").iter().map(|step| &step["role"]).collect()
}

#[test]
fn rule_2_3_a_failed_check_asks_a_head_who_must_say_why() {
    on_every_store(|app| {
        let company = app.company();
        let order = short(&company, false);
        let round = latest_round(&company, &order);
        assert_eq!(roles(&round), ["sales_specialist", "department_head"]);
        assert_eq!(round["steps"][1]["rule"], "failed_check");
        company.approve_next(&order);
        let step = company.pending_steps(&order).remove(0);
        let approve = |comment: Value| company.head().post(&format!("/v1/approvals/{}/approve", id(&step)), comment);
        for said in [json!({}), json!({"comment": " "})] {
            let problem = approve(said).refused(422, "rule_violated");
            assert_eq!([&problem["rule"], &problem["failed_checks"]], [&json!("DOMAIN 2.3"), &json!(["stock"])]);
        }
        approve(json!({"comment": "a delivery comes tomorrow"})).ok();
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
        let history = company.sales().get(&company.path(&order, "/history")).ok()["data"].clone();
        let overridden =
            history.as_array().and_then(|rows| rows.iter().rfind(|row| row["name"] == "approval.decided")).expect("it is in the history");
        assert_eq!([&overridden["after"]["overridden"], &overridden["after"]["comment"]], [&json!(["stock"]), &json!("a delivery comes tomorrow")]);
    });
}

#[test]
fn rule_2_3_where_somebody_above_is_asked_already_nobody_is_added() {
    on_every_store(|app| {
        let company = app.company();
        let order = short(&company, true);
        assert_eq!(roles(&latest_round(&company, &order)), ["sales_specialist", "operations_head"]);
        company.approve_next(&order);
        let step = company.pending_steps(&order).remove(0);
        company.operations().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({})).refused(422, "rule_violated");
        company.operations().post(&format!("/v1/approvals/{}/reject", id(&step)), json!({"comment": "not without stock"})).ok();
    });
}

#[test]
fn rule_2_3_the_first_of_two_who_could_says_why_and_the_second_need_not() {
    on_every_store(|app| {
        let company = app.company();
        company.open_warehouse();
        company.product("PAPER", "standard", "10000.00");
        let mut order = order_of(json!([{"sku": "PAPER", "quantity": "6"}]));
        order["rush"] = json!(true);
        let order = company.order_admin().post("/v1/orders", order).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        for _ in 0..3 {
            company.approve_next(&order);
        }
        let step = company.pending_steps(&order).remove(0);
        company.operations().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({})).ok();
    });
}

#[test]
fn rule_2_3_an_override_is_not_carried_over() {
    on_every_store(|app| {
        let company = app.company();
        let order = short(&company, false);
        company.approve_next(&order);
        company.approve_next(&order);
        company.sales().patch(&company.path(&order, ""), "*", json!({"preorder": true})).ok();
        let round = latest_round(&company, &order);
        let steps = round["steps"].as_array().expect("a round has steps");
        let status: Vec<String> = steps.iter().map(|step| format!("{} {}", step["role"], step["status"])).collect();
        assert_eq!(status, ["\"sales_specialist\" \"carried\"", "\"operations_head\" \"pending\""]);
    });
}
