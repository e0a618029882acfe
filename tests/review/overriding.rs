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
fn rule_2_3_checks_are_run_again_and_what_they_found_before_stays_in_the_history() {
    on_every_store(|app| {
        let company = app.company();
        let order = short(&company, false);
        let path = company.path(&order, "/checks");
        let version = company.order(&order)["version"].clone();
        let check = || company.sales().post(&path, json!({})).ok()["data"][0].clone();
        let unchanged = check();
        assert_eq!((&unchanged["checks"][1]["result"], &company.order(&order)["version"]), (&json!("fail"), &version));
        company.receive_stock("PAPER", "5");
        assert_eq!(check()["checks"][1]["result"], "pass");
        // the head was asked and stays asked, but has nothing to override
        company.approve_next(&order);
        let step = company.pending_steps(&order).remove(0);
        let head = |order: &Value| company.head().post(&format!("/v1/approvals/{}/approve", id(&company.pending_steps(order)[0])), json!({}));
        assert_eq!(step["role"], "department_head");
        head(&order).ok();
        company.sales().post(&path, json!({})).refused(409, "invalid_transition");
        let history = company.sales().get(&company.path(&order, "/history")).ok()["data"].clone();
        let checked = history.as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "approval.checked")).expect("it is in the history");
        assert_eq!([&checked["before"]["checks"]["stock"], &checked["after"]["checks"]["stock"]], ["fail", "pass"]);
        company.warehouse().post(&path, json!({})).refused(403, "forbidden");
        company.sales().post("/v1/orders/209901-001/checks", json!({})).refused(404, "not_found");
    });
}

#[test]
fn rule_2_3_what_fails_later_asks_a_head_as_well() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let order = company.verified(json!([{"sku": "PAPER", "quantity": "5"}]));
        assert_eq!(roles(&latest_round(&company, &order)), ["sales_specialist"]);
        company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let checked = company.sales().post(&company.path(&order, "/checks"), json!({})).ok()["data"][0].clone();
        assert_eq!(roles(&checked), ["sales_specialist", "department_head"]);
        assert_eq!([&checked["steps"][1]["status"], &checked["rules"][1]["code"]], ["waiting", "failed_check"]);
        company.approve_next(&order);
        assert_eq!(company.order(&order)["stage"], "awaiting_approval");
        company.head().post(&format!("/v1/approvals/{}/approve", id(&company.pending_steps(&order)[0])), json!({})).refused(422, "rule_violated");
        company.approve_next(&order);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
    });
}

#[test]
fn rule_2_3_an_override_is_not_carried_over() {
    on_every_store(|app| {
        let company = app.company();
        let order = short(&company, false);
        company.approve_next(&order);
        company.approve_next(&order);
        company.sales().patch(&company.path(&order, ""), "*", json!({"preorder": true, "reason": "as agreed"})).ok();
        let round = latest_round(&company, &order);
        let steps = round["steps"].as_array().expect("a round has steps");
        let status: Vec<String> = steps.iter().map(|step| format!("{} {}", step["role"], step["status"])).collect();
        assert_eq!(status, ["\"sales_specialist\" \"carried\"", "\"operations_head\" \"pending\""]);
    });
}

#[test]
fn rule_2_3_a_decision_keeps_the_checks_that_were_seen_with_what_they_were_found_from() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        let order = company.verified(json!([{"sku": "PAPER", "quantity": "5"}]));
        let first = id(&company.pending_steps(&order)[0]).to_owned();
        company.approve_next(&order);
        company.receive_stock("PAPER", "9");
        company.order_admin().post(&company.path(&order, "/checks"), json!({})).ok();
        let stock = |step: &Value| step["checks"].as_array().unwrap().iter().find(|check| check["kind"] == "stock").unwrap().clone();
        let seen = stock(&company.order_admin().get(&format!("/v1/approvals/{first}")).ok());
        assert_eq!([&seen["result"], &seen["inputs"]["products"][0]], [&json!("fail"), &json!({"sku": "PAPER", "needed": "5", "available": "1"})]);
        let now = stock(&company.pending_steps(&order)[0]);
        assert_eq!([&now["result"], &now["inputs"]["products"][0]["available"]], ["pass", "10"]);
    });
}

#[test]
fn rule_2_3_the_figures_of_credit_are_for_those_who_may_read_invoices() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.verified(json!([{"name": "Desk", "quantity": "1", "unit_price": "900", "kind": "service"}]));
        let path = format!("/v1/approvals/{}", id(&company.pending_steps(&order)[0]));
        let credit = |person: crate::support::Person| person.get(&path).ok()["checks"][0].clone();
        assert_eq!([&credit(company.sales())["kind"], &credit(company.sales())["inputs"]], [&json!("credit"), &Value::Null]);
        assert_eq!(credit(company.manager())["inputs"]["past_due"], json!([]));
    });
}

#[test]
fn rule_2_3_a_promise_is_measured_by_the_time_that_the_tasks_take() {
    on_every_store(|app| {
        let then: chrono::DateTime<chrono::Utc> = "2026-11-30T02:00:00Z".parse().unwrap();
        app.advance(then - app.app.clock.now().utc());
        let company = app.company();
        company.with_paper("50");
        let check = |promised: &str| {
            let mut order = order_of(json!([{"sku": "PAPER", "quantity": "1"}]));
            order["delivery"]["promised_date"] = json!(promised);
            let order = company.sales().post("/v1/orders", order).created();
            company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
            super::rules::latest_round(&company, &order)["checks"][2].clone()
        };
        let kept = check("2026-12-03");
        assert_eq!([&kept["result"], &kept["inputs"]["ready_date"]], ["pass", "2026-12-03"], "one working day to pick, two to ship");
        assert_eq!(check("2026-12-02")["result"], "fail");
        company.order_admin().post("/v1/calendar/days", json!({"days": [{"day": "2026-12-02", "worked": false}]})).ok();
        assert_eq!(check("2026-12-03")["result"], "fail", "a day on which nobody works");
    });
}
