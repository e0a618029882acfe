//! Carriers are data: where they deliver, how long they take, where their traces are shown (DOMAIN 4.1, 4.3).

use super::{picked, shipment, shipment_path};
use crate::executing::{it_is, settings};
use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

fn carrier(company: &Company, said: Value) -> Value {
    company.logistics().post("/v1/carriers", said).created()
}

#[test]
fn a_new_store_knows_the_usual_carriers_and_they_can_be_changed() {
    // DOMAIN 4.3
    on_every_store(|app| {
        let company = app.company();
        let all = company.viewer().get("/v1/carriers?limit=200").ok();
        assert!(all["data"].as_array().expect("a list").len() >= 13);
        let sf = company.viewer().get("/v1/carriers/SF").ok();
        assert_eq!([&sf["methods"], &sf["service_days"], &sf["active"]], [&json!(["courier", "freight"]), &json!(null), &json!(true)]);
        let etag = company.logistics().get("/v1/carriers/SF").etag();
        let changed = company
            .logistics()
            .patch("/v1/carriers/SF", &etag, json!({"service_days": 2, "tracking_template": "https://t.example/{number}?x=1"}))
            .ok();
        assert_eq!([&changed["service_days"], &changed["version"]], [2, 2]);
        company.logistics().patch("/v1/carriers/SF", &etag, json!({"service_days": 3})).refused(412, "version_mismatch");
        let etag = company.logistics().get("/v1/carriers/SF").etag();
        company.logistics().patch("/v1/carriers/SF", &etag, json!({"code": "SFX"})).refused(422, "rule_violated");
        let order = picked(&company);
        let packed = company.pack(&order, &[(0, "5")]);
        let number = packed["tracking_number"].as_str().unwrap_or_default();
        assert_eq!(packed["tracking_url"], format!("https://t.example/{number}?x=1"));
    });
}

#[test]
fn what_is_wrong_with_a_carrier_is_named() {
    on_every_store(|app| {
        let company = app.company();
        carrier(&company, json!({"code": "WANG", "name": "Wang Transport", "aliases": ["王记"], "methods": ["freight"]}));
        let refused = |said: Value, pointer: &str| {
            let problem = company.logistics().post("/v1/carriers", said).refused(400, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        };
        refused(json!({"code": "X", "name": "王记", "methods": ["freight"]}), "/name");
        refused(json!({"code": "X", "name": "X", "methods": ["self_pickup"]}), "/methods");
        refused(json!({"code": "X", "name": "X", "methods": ["courier"], "tracking_template": "https://t.example/"}), "/tracking_template");
        refused(json!({"code": "X", "name": "X", "methods": ["courier"], "tracking_template": "http://t.example/{number}"}), "/tracking_template");
        refused(json!({"code": "X", "name": "X", "methods": ["courier"], "tracking_template": "https://{number}/"}), "/tracking_template");
        refused(json!({"code": "X", "name": "X", "methods": ["courier"], "coverage": [{"country": "ZZ"}]}), "/coverage");
        company
            .logistics()
            .post("/v1/carriers", json!({"code": "WANG", "name": "Other", "methods": ["freight"]}))
            .refused(409, "duplicate_reference");
    });
}

#[test]
fn goods_arrive_after_the_carriers_working_days() {
    // DOMAIN 4.3: expected by the carrier's days to the place, on the working calendar
    on_every_store(|app| {
        it_is(app, "2027-03-01T02:00:00Z"); // a Monday, ten o'clock in Shanghai
        let company = app.company();
        settings(app, json!({"holidays": "none"}));
        let places = json!([{"country": "CN", "service_days": 4}, {"country": "CN", "region": "Shanghai", "service_days": 2}]);
        carrier(&company, json!({"code": "SLOW", "name": "Slow Post", "methods": ["courier"], "service_days": 9, "coverage": places}));
        let order = picked(&company);
        let said = json!({"method": "courier", "carrier": "slow post", "tracking_number": "1", "planned_dispatch_at": "2027-03-04T02:00:00Z"});
        let packed = company.logistics().post(&company.path(&order, "/shipments"), said).created();
        // Thursday and two working days: Monday, at the end of the day
        assert_eq!(packed["expected_at"], "2027-03-08T10:00:00Z");
        let left = company.logistics().post(&shipment_path(&packed, "/dispatch"), json!({})).ok();
        assert_eq!(left["expected_at"], "2027-03-03T10:00:00Z", "it left on Monday already");
        // a day that somebody has named stays
        let etag = company.logistics().get(&shipment_path(&packed, "")).etag();
        let named = company.logistics().patch(&shipment_path(&packed, ""), &etag, json!({"expected_at": "2027-03-09T04:00:00Z"})).ok();
        assert_eq!(named["expected_at"], "2027-03-09T04:00:00Z");
        let etag = company.logistics().get(&shipment_path(&packed, "")).etag();
        let counted = company.logistics().patch(&shipment_path(&packed, ""), &etag, json!({"expected_at": null})).ok();
        assert_eq!(counted["expected_at"], "2027-03-03T10:00:00Z");
    });
}

#[test]
fn a_carrier_takes_only_what_it_can_bring_there() {
    // DOMAIN 4.1, 2.3
    on_every_store(|app| {
        let company = app.company();
        carrier(&company, json!({"code": "JP", "name": "Nippon Haiso", "methods": ["courier"], "coverage": [{"country": "JP"}]}));
        carrier(&company, json!({"code": "PALLET", "name": "Pallets", "methods": ["freight"]}));
        let order = picked(&company);
        let pack = |carrier: &str| {
            company.logistics().post(&company.path(&order, "/shipments"), json!({"method": "courier", "carrier": carrier, "tracking_number": "1"}))
        };
        let refused = pack("JP").refused(422, "rule_violated");
        assert!(refused["detail"].as_str().unwrap_or_default().contains("does not deliver to Shanghai, CN"), "{refused}");
        pack("Pallets").refused(422, "rule_violated");
        let packed = pack("Somebody's van").created();
        assert_eq!(packed["tracking_url"], Value::Null, "whom we do not know carries what we are told");
        company.logistics().post(&shipment_path(&packed, "/dispatch"), json!({"carrier": "JP"})).refused(422, "rule_violated");
        assert_eq!(shipment(&company, &packed)["status"], "preparing");
    });
}

#[test]
fn an_address_that_no_carrier_serves_is_a_finding_of_the_review() {
    // DOMAIN 2.3: a carrier or method serves the address
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        for row in company.viewer().get("/v1/carriers?limit=200").ok()["data"].as_array().expect("a list") {
            let path = format!("/v1/carriers/{}", id(row));
            let etag = company.logistics().get(&path).etag();
            company.logistics().patch(&path, &etag, json!({"coverage": [{"country": "CN"}]})).ok();
        }
        let mut order = order_of(json!([{"sku": "PAPER", "quantity": "1"}]));
        order["delivery"]["method"] = json!("courier");
        order["delivery"]["address"]["country"] = json!("DE");
        let order = company.sales().post("/v1/orders", order).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        let step = company.pending_steps(&order).pop().expect("a step is pending");
        let delivery = step["checks"].as_array().expect("a list").iter().find(|check| check["kind"] == "delivery").cloned().unwrap_or_default();
        assert_eq!(delivery["result"], "fail", "{delivery}");
    });
}
