//! The two stories of DOMAIN's seed: a storm, and material that is short for five customers (DOMAIN 6.5-6.7).

use super::{agree, path, plan, reported, seen, told};
use crate::support::{id, on_every_store};
use serde_json::{Value, json};

#[test]
fn a_storm_delays_a_parcel_the_carrier_is_changed_and_the_customer_has_a_coupon_the_same_minute() {
    // DOMAIN 6.5, 6.6, 7.2
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let parcel = company.logistics().get(&format!("/v1/shipments?order_id={}", id(&order))).ok()["data"][0].clone();
        let note = json!({"customer_note": "A storm has delayed your parcel by a day.", "impact": {"delay_days": 1, "note": ""}});
        let storm = reported(&company, "delivery_delay", &[&order], note);
        let first = told(&company, &order, "exception_reported");
        assert!(first.len() == 1 && first[0]["body"].as_str().is_some_and(|body| body.contains("A storm has") && !body.contains("internal")));

        let actions = json!([
            {"kind": "other_carrier", "shipment": id(&parcel), "carrier": "EMS", "tracking_number": "EM77"},
            {"kind": "compensation", "amount": "50", "coupon": {"code": "SORRY50", "valid_until": "2030-12-31"}}
        ]);
        let planned = plan(&company, &storm, actions.clone()).ok();
        assert_eq!(
            [&planned["status"], &planned["plan"]["cost"], &planned["plan"]["needs_approval"]],
            [&json!("planning"), &json!("50.00"), &json!(true)]
        );
        assert_eq!(told(&company, &order, "exception_planned").len(), 0, "it is no more than planned");
        company.order_admin().post(&path(&storm, "/approve"), json!({})).refused(403, "self_approval");
        let done = company.second_sales().post(&path(&storm, "/approve"), json!({})).ok();
        assert_eq!([&done["status"], &done["result"]], ["resolved", "as agreed"]);
        assert!(done["plan"]["actions"].as_array().is_some_and(|actions| actions.iter().all(|action| action["done_at"].is_string())));

        let parcel = company.logistics().get(&format!("/v1/shipments/{}", id(&parcel))).ok();
        assert_eq!([&parcel["carrier"], &parcel["tracking_number"]], ["EMS", "EM77"]);
        let message = told(&company, &order, "exception_planned");
        let body = message[0]["body"].as_str().expect("a message says something");
        assert!(message.len() == 1 && body.contains("SORRY50") && body.contains("EMS") && !body.contains("internal"), "{body}");
        let balance = company.finance().get(&company.path(&order, "/balance")).ok();
        let coupon = &balance["compensations"][0];
        assert_eq!([&coupon["amount"], &coupon["coupon_code"], &coupon["exception_id"]], [&json!("50.00"), &json!("SORRY50"), &storm["id"]]);
        let use_it = format!("/v1/compensations/{}/use", id(coupon));
        let used = company.sales().post(&use_it, json!({})).ok();
        assert_eq!(company.sales().post(&use_it, json!({})).ok(), used, "once is enough");
        let closed = company.order_admin().post(&path(&storm, "/close"), json!({"prevention": "watch the forecast"})).ok();
        assert_eq!(closed["status"], "closed");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn material_is_short_for_five_customers_and_one_exception_ends_when_all_have_agreed_and_the_work_is_done() {
    // DOMAIN 6.5, 6.7
    on_every_store(|app| {
        let company = app.company();
        company.product("DESK-C", "custom", "100.00");
        let orders: Vec<Value> = (0..5).map(|_| company.confirmed(json!([{"sku": "DESK-C", "quantity": "1", "kind": "custom"}]))).collect();
        let all: Vec<&Value> = orders.iter().collect();
        let exception = reported(&company, "material_shortage", &all, json!({"customer_note": "The wood is late.", "blocking": true}));
        assert!(orders.iter().all(|order| told(&company, order, "exception_reported").len() == 1), "all are told at once");
        let actions = json!([
            {"kind": "new_date", "promised_date": "2030-03-08"},
            {"kind": "task", "department": "production", "title": "Find other wood"}
        ]);
        let body = json!({"summary": "as agreed", "actions": actions, "customer_note": "It will be three days later."});
        company.order_admin().post(&path(&exception, "/plan"), body).ok();
        let resolving = company.operations().post(&path(&exception, "/approve"), json!({})).ok();
        assert_eq!(resolving["status"], "resolving");
        for order in &orders {
            assert_eq!(company.order(order)["delivery"]["promised_date"], "2030-03-08", "as it would be");
            agree(&company, order);
        }
        app.let_the_clock_look();
        let waiting = seen(&company, &exception);
        assert_eq!(waiting["status"], "resolving", "there is work left");
        assert!(waiting["plan"]["actions"][0]["done_at"].is_string() && waiting["plan"]["actions"][1]["done_at"].is_null(), "{waiting}");
        for order in &orders {
            let tasks = company.tasks(order);
            let extra = tasks.iter().find(|task| task["title"] == "Find other wood").expect("production has the task");
            company.production().post(&format!("/v1/tasks/{}/start", id(extra)), json!({})).ok();
            company.production().post(&format!("/v1/tasks/{}/complete", id(extra)), json!({})).ok();
        }
        app.let_the_clock_look();
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert!(orders.iter().all(|order| told(&company, order, "exception_planned").len() == 1));
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}
