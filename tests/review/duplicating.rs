//! An order that is entered again starts afresh: nothing that was decided about the first is decided
//! about the second.

use crate::support::{id, on_every_store, order_of};
use serde_json::{Value, json};

#[test]
fn a_duplicate_is_verified_and_approved_like_any_other_order() {
    on_every_store(|app| {
        let company = app.company();
        let mut order = order_of(json!([{"name": "Advice", "quantity": "60", "unit_price": "1000", "kind": "service"}]));
        (order["channel_ref"], order["rush"]) = (json!("P-1"), json!(true));
        let order = company.order_admin().post("/v1/orders", order).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        for _ in 0..4 {
            company.approve_next(&order);
        }
        let made = company.sales().post_with(&company.path(&order, "/duplicate"), &[("idempotency-key", "again-1")], json!({})).is(201);
        let again = made.body.clone();
        assert_eq!(made.header("location"), Some(company.path(&again, "").as_str()));
        assert_ne!([id(&again), again["number"].as_str().unwrap_or("?")], [id(&order), order["number"].as_str().unwrap_or("?")]);
        assert_eq!([&again["stage"], &again["channel_ref"], &again["total"]], [&json!("awaiting_verification"), &Value::Null, &order["total"]]);
        assert_eq!([&again["rush"], &again["owner"]["id"]], [&json!(true), &json!(company.sales().id)]);
        assert_ne!(again["lines"][0]["id"], order["lines"][0]["id"]);
        assert_eq!(company.sales().get(&company.path(&again, "/approvals")).ok()["data"], json!([]));
        // who entered it again entered it
        company.sales().post(&company.path(&again, "/verify"), json!({})).refused(403, "self_approval");
        company.second_sales().post(&company.path(&again, "/verify"), json!({})).ok();
        let steps = company.sales().get(&company.path(&again, "/approvals")).ok()["data"][0]["steps"].clone();
        let statuses: Vec<&Value> = steps.as_array().expect("a round has steps").iter().map(|step| &step["status"]).collect();
        assert_eq!(statuses, ["pending", "waiting", "waiting", "waiting"]);
        let replayed = company.sales().post_with(&company.path(&order, "/duplicate"), &[("idempotency-key", "again-1")], json!({})).is(201);
        assert_eq!(replayed.header("idempotency-replayed"), Some("true"));
        assert_eq!(app.count("orders"), 2);
        let history = company.sales().get(&company.path(&again, "/history")).ok()["data"][0].clone();
        assert_eq!(history["after"]["duplicate_of"], order["number"]);
    });
}

#[test]
fn only_sales_enters_an_order_again_and_only_one_that_is_there() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        company.warehouse().post(&company.path(&order, "/duplicate"), json!({})).refused(403, "forbidden");
        company.sales().post("/v1/orders/209901-001/duplicate", json!({})).refused(404, "not_found");
        company.sales().post(&company.path(&order, "/duplicate"), json!({"channel": "web"})).refused(400, "unknown_field");
    });
}
