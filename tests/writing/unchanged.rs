//! Where nothing was said, or nothing happened, nothing changes (BEHAVIOUR 1, 3).

use crate::support::{id, on_every_store};
use chrono::TimeDelta;
use serde_json::json;

const JSON: (&str, &str) = ("content-type", "application/json");

#[test]
fn a_patch_says_something_and_an_empty_one_changes_no_version() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let product = company.product("PAPER", "standard", "10.00");
        let (sales, admin, setup) = (company.sales(), company.order_admin(), app.admin());
        let customer = order["customer"]["id"].as_str().expect("an order has a customer");
        let things = [
            (&sales, format!("/v1/customers/{customer}")),
            (&admin, format!("/v1/products/{}", id(&product))),
            (&admin, "/v1/settings".to_owned()),
            (&setup, format!("/v1/users/{}", sales.id)),
            (&admin, format!("/v1/exceptions/{}", id(&company.blocked(&order)))),
            (&sales, company.path(&order, "")),
        ];
        let events = app.count("events");
        app.advance(TimeDelta::minutes(1));
        for (person, path) in things {
            let before = person.get(&path).is(200);
            let (etag, version) = (before.etag(), &before.body["version"]);
            assert!(version.is_i64(), "{path} has a version");
            person.send("PATCH", &path, &[("if-match", &etag)], None).refused(400, "malformed_json");
            person.send("PATCH", &path, &[("if-match", &etag), JSON], Some(Vec::new())).refused(400, "malformed_json");
            let patched = person.patch(&path, &etag, json!({})).is(200);
            assert_eq!((&patched.body["version"], patched.etag()), (version, etag), "{path}");
            assert_eq!(person.get(&path).ok(), before.body, "{path}");
        }
        assert_eq!(app.count("events"), events);
    });
}

#[test]
fn verifying_without_a_body_says_nothing_about_the_order() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let verify = company.path(&order, "/verify");
        company.second_sales().send("POST", &verify, &[], None).refused(400, "malformed_json");
        company.second_sales().send("POST", &verify, &[JSON], Some(Vec::new())).refused(400, "malformed_json");
        assert_eq!(company.order(&order), order);
        company.second_sales().post(&verify, json!({})).ok();
    });
}

#[test]
fn an_order_to_which_nothing_happened_is_as_it_was() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        company.pick(&order);
        let shipment = company.dispatched(&order, &[(0, "2")]);
        let told = json!({"status": "in_transit", "occurred_at": company.now(), "description": "scanned"});
        let tell = || company.logistics().post(&format!("/v1/shipments/{}/events", id(&shipment)), told.clone()).status;
        let accept = || company.finance().post(&format!("/v1/tasks/{}/accept", id(&company.task(&order, "finance"))), json!({})).ok();
        assert_eq!(tell(), 201);
        accept();
        let events = || app.count("events WHERE order_id IS NOT NULL");
        let (before, recorded) = (company.order(&order), events());
        app.advance(TimeDelta::minutes(1));
        assert_eq!(tell(), 200);
        accept();
        let after = company.order(&order);
        assert_eq!([&after["version"], &after["updated_at"]], [&before["version"], &before["updated_at"]]);
        assert_eq!(after, before);
        assert_eq!(events(), recorded);
    });
}
