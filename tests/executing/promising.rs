//! What was promised, how it moved, and whether it will be kept, before it is late (DOMAIN 8.1).

use super::{it_is, task_path};
use crate::support::{Company, TestApp, on_every_store, order_of};
use serde_json::{Value, json};

/// An order of paper promised for a day, agreed on Monday, 30 November 2026.
fn promised<'a>(app: &'a TestApp, day: &str) -> (Company<'a>, Value) {
    it_is(app, "2026-11-30T02:00:00Z");
    let company = app.company();
    company.with_paper("50");
    let mut body = order_of(json!([{"sku": "PAPER", "quantity": "2"}]));
    body["delivery"]["promised_date"] = json!(day);
    let order = company.sales().post("/v1/orders", body).created();
    assert_eq!(order["promise"], Value::Null, "nothing is promised before the customer agreed");
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    while !company.pending_steps(&order).is_empty() {
        company.approve_next(&order);
    }
    let order = company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone", "note": "yes"})).ok();
    (company, order)
}

fn promise(company: &Company, order: &Value) -> Value {
    company.order(order)["promise"].clone()
}

fn said(original: &str, predicted: Option<&str>, at_risk: bool) -> Value {
    json!({"original_date": original, "predicted_date": predicted, "at_risk": at_risk})
}

#[test]
fn an_order_that_will_be_late_is_at_risk_before_it_is() {
    on_every_store(|app| {
        let (company, order) = promised(app, "2026-12-04");
        assert_eq!(promise(&company, &order), said("2026-12-04", Some("2026-12-03"), false), "a day to pick, two to ship");
        it_is(app, "2026-12-02T02:00:00Z");
        app.let_the_clock_look();
        assert_eq!(promise(&company, &order)["at_risk"], false, "picking is late, shipping can make up for it");
        it_is(app, "2026-12-03T02:00:00Z");
        company.pick(&order);
        assert_eq!(promise(&company, &order), said("2026-12-04", Some("2026-12-07"), true), "two days from Thursday");
        let told = || app.feed().into_iter().filter(|event| event["name"] == "order.at_risk").collect::<Vec<_>>();
        assert_eq!(told().len(), 1);
        assert_eq!([&told()[0]["data"]["predicted_date"], &told()[0]["data"]["promised_date"]], ["2026-12-07", "2026-12-04"]);
        let at_risk = |yes: bool| company.viewer().get(&format!("/v1/orders?at_risk={yes}")).ok()["data"].as_array().unwrap().len();
        assert_eq!([at_risk(true), at_risk(false)], [1, 0]);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!(promise(&company, &order), said("2026-12-04", None, false), "it has left");
        assert_eq!([at_risk(true), told().len()], [0, 1]);
    });
}

#[test]
fn a_prediction_does_not_stay_in_the_past() {
    on_every_store(|app| {
        let (company, order) = promised(app, "2026-12-31");
        let etag = || company.sales().get(&company.path(&order, "")).etag();
        let before = etag();
        it_is(app, "2026-12-08T02:00:00Z");
        app.let_the_clock_look();
        assert_eq!(promise(&company, &order)["predicted_date"], "2026-12-10", "it was to be done by the 3rd");
        assert_ne!(etag(), before, "who has the old one is told");
        let again = etag();
        app.let_the_clock_look();
        assert_eq!(etag(), again, "and once is enough");
    });
}

#[test]
fn a_promise_that_moves_keeps_where_it_was_and_why_it_moved() {
    on_every_store(|app| {
        let (company, order) = promised(app, "2026-12-04");
        let moved = json!({"delivery": {"promised_date": "2026-12-02"}, "reason": "The customer is in a hurry"});
        company.sales().patch(&company.path(&order, ""), "*", moved).ok();
        while !company.pending_steps(&order).is_empty() {
            company.approve_next(&order);
        }
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        assert_eq!(promise(&company, &order), said("2026-12-04", Some("2026-12-03"), true), "the original one stays");
        let history = company.viewer().get(&company.path(&order, "/promise")).ok();
        assert_eq!(
            [&history["promised_date"], &history["earliest_date"], &history["promise"]["original_date"]],
            ["2026-12-02", "2026-12-02", "2026-12-04"]
        );
        let first = &history["moves"][0];
        assert_eq!(
            [&first["from"], &first["to"], &first["reason"], &first["by"]],
            ["2026-12-04", "2026-12-02", "The customer is in a hurry", "sales1"]
        );
        assert_eq!(history["moves"].as_array().unwrap().len(), 1);
        company.viewer().get("/v1/orders/ord_none/promise").refused(404, "not_found");
    });
}

#[test]
fn a_date_that_a_person_sets_moves_the_prediction() {
    on_every_store(|app| {
        let (company, order) = promised(app, "2026-12-04");
        let assign = format!("{}/assign", task_path(&company, &order, "warehouse"));
        company.order_admin().post(&assign, json!({"due_at": "2026-12-03T04:00:00Z", "reason": "The forklift is repaired"})).ok();
        assert_eq!(promise(&company, &order), said("2026-12-04", Some("2026-12-07"), true));
        super::days_are(app, true, &["2026-12-05"]);
        app.let_the_clock_look();
        assert_eq!(promise(&company, &order)["predicted_date"], "2026-12-05", "somebody works on Saturday");
    });
}

#[test]
fn orders_are_found_by_their_work_and_where_they_go() {
    on_every_store(|app| {
        let (company, order) = promised(app, "2026-12-04");
        let mut abroad = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "1.00"}]));
        abroad["delivery"]["address"] = json!({"country": "DE", "region": "Bayern", "city": "München", "street": "1"});
        abroad["delivery"]["promised_date"] = json!("2027-01-15");
        let abroad = company.sales().post("/v1/orders", abroad).created();
        let found = |query: &str| -> Vec<Value> {
            let page = company.viewer().get(&format!("/v1/orders?{query}")).ok();
            page["data"].as_array().unwrap().iter().map(|found| found["id"].clone()).collect()
        };
        let (here, there) = (vec![order["id"].clone()], vec![abroad["id"].clone()]);
        assert_eq!(found("country=DE"), there);
        assert_eq!(found("region=Bayern"), there);
        assert_eq!(found("region=Shanghai&country=CN"), here);
        assert_eq!(found("promised_from=2026-12-05"), there);
        assert_eq!(found("promised_until=2026-12-04"), here);
        assert_eq!(found("promised_from=2026-12-04&promised_until=2026-12-04"), here);
        assert_eq!(found("department=warehouse"), here);
        assert!(found("department=logistics").is_empty(), "shipping waits for picking");
        assert!(found("overdue=true").is_empty());
        it_is(app, "2026-12-02T02:00:00Z");
        assert_eq!(found("overdue=true"), here);
        assert_eq!(found("overdue=true&department=warehouse"), here);
        assert!(found("overdue=true&department=finance").is_empty());
        assert_eq!(found("overdue=false"), there);
        assert_eq!(found("overdue=false&department=finance").len(), 2);
        company.viewer().get("/v1/orders?country=XX").refused(400, "invalid_parameter");
        company.viewer().get("/v1/orders?promised_from=soon").refused(400, "invalid_parameter");
        let page = company.viewer().get("/v1/orders?overdue=false&limit=1").ok();
        assert!(page["page"]["next_cursor"].is_null());
    });
}
