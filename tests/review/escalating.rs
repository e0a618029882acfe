//! Steps that nobody decides are opened to those above (DECISIONS 36).

use super::rules::latest_round;
use crate::support::{Company, Person, TestApp, id, on_every_store};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn later(app: &TestApp, hours: i64) {
    app.advance(TimeDelta::hours(hours));
    app.let_the_clock_look();
}

fn order(company: &Company) -> Value {
    company.verified(json!([{"name": "Advice", "quantity": "1", "unit_price": "60000", "kind": "service"}]))
}

fn approve(company: &Company, order: &Value, person: &Person) -> crate::support::Answer {
    let step = company.pending_steps(order).remove(0);
    person.post(&format!("/v1/approvals/{}/approve", id(&step)), json!({"comment": "nobody else did"}))
}

fn queue(person: &Person) -> usize {
    person.get("/v1/approvals?decidable_by=me").ok()["data"].as_array().expect("a list has data").len()
}

#[test]
fn decision_36_a_step_that_nobody_decides_for_a_day_is_opened_to_those_above() {
    on_every_store(|app| {
        let company = app.company();
        let order = order(&company);
        later(app, 23);
        approve(&company, &order, &company.manager()).refused(403, "forbidden");
        assert_eq!(queue(&company.manager()), 0);
        later(app, 1);
        assert_eq!([queue(&company.manager()), queue(&company.head()), queue(&company.operations())], [1, 1, 1]);
        let opened = latest_round(&company, &order)["steps"][0].clone();
        assert!(opened["escalated_at"].is_string());
        later(app, 24);
        assert_eq!(app.count("events WHERE name = 'approval.escalated'"), 1, "once");
        approve(&company, &order, &company.manager()).ok();
        // nobody decides two levels, whatever was opened to them
        approve(&company, &order, &company.manager()).refused(403, "self_approval");
        later(app, 24);
        approve(&company, &order, &company.operations()).ok();
        assert_eq!([queue(&company.head()), queue(&company.manager())], [1, 0], "the head's own level is left");
        approve(&company, &order, &company.head()).ok();
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
    });
}

#[test]
fn a_level_that_is_opened_is_carried_like_any_other_and_never_opened_downwards() {
    on_every_store(|app| {
        let company = app.company();
        company.order_admin().patch("/v1/settings", "*", json!({"approval_escalation_hours": 2})).ok();
        let order = order(&company);
        company.approve_next(&order);
        later(app, 2);
        approve(&company, &order, &company.second_sales()).refused(403, "forbidden");
        approve(&company, &order, &company.operations()).ok();
        company.approve_next(&order);
        company.sales().patch(&company.path(&order, ""), "*", json!({"delivery": {"promised_date": "2999-01-04"}, "reason": "as agreed"})).ok();
        let steps = latest_round(&company, &order)["steps"].clone();
        let statuses: Vec<&Value> = steps.as_array().expect("a round has steps").iter().map(|step| &step["status"]).collect();
        assert_eq!(statuses, ["pending", "carried", "carried"]);
        company.order_admin().patch("/v1/settings", "*", json!({"approval_escalation_hours": 0})).ok();
        later(app, 24 * 30);
        assert_eq!(latest_round(&company, &order)["steps"][0]["escalated_at"], Value::Null);
    });
}

#[test]
fn a_step_that_nobody_can_decide_is_opened_at_once_and_found() {
    // DECISIONS 36
    on_every_store(|app| {
        let company = app.company();
        let mut order = crate::support::order_of(json!([{"name": "Desk", "quantity": "60", "unit_price": "1000", "kind": "service"}]));
        order["rush"] = json!(true);
        let order = company.sales().post("/v1/orders", order).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        company.approve_next(&order);
        let pending = || company.pending_steps(&order).remove(0);
        assert_eq!([&pending()["role"], &pending()["escalated_at"]], [&json!("sales_manager"), &serde_json::Value::Null]);
        company.head();
        app.let_the_clock_look();
        assert!(pending()["escalated_at"].is_string(), "nobody is a sales manager");
        let told = app.feed().into_iter().find(|event| event["name"] == "approval.escalated").unwrap();
        assert_eq!(told["data"]["nobody_holds_the_role"], true);
        let stuck = company.order_admin().get("/v1/approvals?escalated=true").ok();
        assert_eq!((stuck["data"].as_array().unwrap().len(), &stuck["data"][0]["id"]), (1, &pending()["id"]));
        company.head().post(&format!("/v1/approvals/{}/approve", crate::support::id(&pending())), json!({"comment": "for them"})).ok();
        let others = company.order_admin().get("/v1/approvals?escalated=false&status=pending").ok();
        assert_eq!(others["data"][0]["role"], "department_head");
        app.let_the_clock_look();
        assert_eq!(pending()["escalated_at"], serde_json::Value::Null, "there is a head");
    });
}
