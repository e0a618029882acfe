//! Whoever works for an order that is amended is told, and what is due by the promised day follows it
//! (DOMAIN 1.7, 3.1).

use crate::support::{Company, TestApp, id, on_every_store};
use serde_json::{Value, json};

/// Advice, by the day that is usually asked for, which is being given.
fn advising(company: &Company) -> Value {
    company.confirmed(json!([{"name": "Advice", "quantity": "1", "unit_price": "9", "kind": "service"}]))
}

/// The departments that were told of an order's amendments, each with the revision.
fn told(app: &TestApp) -> Vec<(String, i64)> {
    let of =
        |event: &Value| (event["data"]["department"].as_str().unwrap_or_default().to_owned(), event["data"]["revision"].as_i64().unwrap_or_default());
    let mut told: Vec<_> = app.feed().iter().filter(|event| event["name"] == "task.order_amended").map(of).collect();
    told.sort();
    told
}

fn promise(company: &Company, order: &Value, day: &str) {
    company.sales().patch(&company.path(order, ""), "*", json!({"delivery": {"promised_date": day}, "reason": "they asked for it"})).ok();
    while !company.pending_steps(order).is_empty() {
        company.approve_next(order);
    }
    company.sales().post(&company.path(order, "/confirm"), json!({"method": "phone"})).ok();
}

fn due(company: &Company, order: &Value, department: &str) -> String {
    company.task(order, department)["due_at"].as_str().unwrap_or_default().chars().take(10).collect()
}

#[test]
fn rule_1_7_departments_with_work_left_are_told_of_what_needs_no_approval() {
    on_every_store(|app| {
        let company = app.company();
        let order = advising(&company);
        company.order_admin().post(&format!("/v1/tasks/{}/cancel", id(&company.task(&order, "sales"))), json!({"reason": "nothing to relay"})).ok();
        let address = json!({"delivery": {"address": {"contact_name": "Li Na"}}, "reason": "another person is there"});
        let revision = company.sales().patch(&company.path(&order, ""), "*", address).ok()["revision"].as_i64().expect("a number");
        assert_eq!(told(app), [("finance".to_owned(), revision), ("operations".to_owned(), revision)]);
    });
}

#[test]
fn rule_1_7_departments_are_told_of_an_amendment_once_it_is_agreed() {
    on_every_store(|app| {
        let company = app.company();
        let order = advising(&company);
        company.sales().patch(&company.path(&order, ""), "*", json!({"delivery": {"promised_date": "2999-01-04"}, "reason": "later"})).ok();
        assert_eq!(told(app), []);
        let step = company.pending_steps(&order).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({})).ok();
        assert_eq!(told(app), []);
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        let departments: Vec<String> = told(app).into_iter().map(|(department, _)| department).collect();
        assert_eq!(departments, ["finance", "operations", "sales"]);
    });
}

#[test]
fn rule_3_1_what_is_due_by_the_promised_day_follows_it_unless_a_person_has_set_another() {
    on_every_store(|app| {
        let company = app.company();
        let order = advising(&company);
        assert!(due(&company, &order, "operations").as_str() < "2999");
        promise(&company, &order, "2999-01-04");
        assert_eq!([due(&company, &order, "operations"), due(&company, &order, "sales")], ["2999-01-04", "2999-01-04"]);
        let task = company.task(&order, "operations");
        let later = json!({"due_at": "2999-03-01T02:00:00Z", "reason": "the expert is away"});
        company.order_admin().post(&format!("/v1/tasks/{}/assign", id(&task)), later).ok();
        promise(&company, &order, "2999-01-07");
        assert_eq!([due(&company, &order, "operations"), due(&company, &order, "sales")], ["2999-03-01", "2999-03-01"], "sales goes with it");
        assert_eq!(company.task(&order, "finance")["due_at"], Value::Null, "it counts from shipping");
    });
}
