//! Shipments: split, never over-shipped, and right in the end whatever the carrier says when
//! (DOMAIN 4).

use crate::support::{Company, id, on_every_store, parcel};
use chrono::TimeDelta;
use docket::domain::time::UtcTime;
use serde_json::{Value, json};

/// An order of five sets of paper, picked.
fn picked(company: &Company) -> Value {
    company.with_paper("10");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
    company.pick(&order);
    order
}

/// What a carrier tells of a shipment: 201, or 200 where it was told before.
fn track(company: &Company, shipment: &Value, status: &str, occurred_at: UtcTime) -> u16 {
    let body = json!({"status": status, "occurred_at": occurred_at, "description": "scanned"});
    company.logistics().post(&format!("/v1/shipments/{}/events", id(shipment)), body).status
}

fn status(company: &Company, shipment: &Value) -> Value {
    company.logistics().get(&format!("/v1/shipments/{}", id(shipment))).ok()["status"].clone()
}

#[test]
fn the_last_of_several_dispatches_makes_the_order_shipped_and_the_last_delivery_received() {
    // DOMAIN 4.1, 4.3
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let first = company.dispatched(&order, &[(0, "2")]);
        assert_eq!([&company.order(&order)["status"], &company.order(&order)["stage"]], ["executing", "awaiting_shipment"]);
        let second = company.dispatched(&order, &[(0, "3")]);
        assert_eq!(company.order(&order)["status"], "shipped");
        company.deliver(&second);
        assert_eq!(company.order(&order)["status"], "shipped");
        company.deliver(&first);
        assert_eq!(company.order(&order)["status"], "received");
    });
}

#[test]
fn nothing_is_shipped_that_was_not_ordered() {
    // DOMAIN 4.1: never over-shipped, whether in one parcel or in several that are still open
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let path = company.path(&order, "/shipments");
        let refused = |goods: &[(usize, &str)]| {
            let answer = company.logistics().post(&path, parcel(&order, goods));
            assert!([400, 409, 422].contains(&answer.status), "{}", answer.text);
            answer.is_a_problem();
        };
        refused(&[(0, "6")]);
        company.pack(&order, &[(0, "4")]);
        refused(&[(0, "2")]);
        company.pack(&order, &[(0, "1")]);
        refused(&[(0, "0.0001")]);
    });
}

#[test]
fn a_cancelled_parcel_gives_its_goods_back_to_be_shipped() {
    // DOMAIN 4.2
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.pack(&order, &[(0, "5")]);
        let cancelled = company.logistics().post(&format!("/v1/shipments/{}/cancel", id(&parcel)), json!({"reason": "torn box"})).ok();
        assert_eq!(cancelled["status"], "cancelled");
        company.dispatched(&order, &[(0, "5")]);
        assert_eq!(company.order(&order)["status"], "shipped");
    });
}

#[test]
fn nothing_is_dispatched_before_it_is_picked_nor_without_a_tracking_number() {
    // DOMAIN 3.3, 4.1
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let early = company.pack(&order, &[(0, "1")]);
        company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&early)), json!({})).refused(409, "invalid_transition");
        company.pick(&order);
        let line = id(&order["lines"][0]);
        let nameless = json!({"method": "courier", "carrier": "SF", "lines": [{"line_id": line, "quantity": "1"}]});
        let nameless = company.logistics().post(&company.path(&order, "/shipments"), nameless).created();
        company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&nameless)), json!({})).refused(422, "evidence_missing");
        let fetched = json!({"method": "self_pickup", "lines": [{"line_id": line, "quantity": "1"}]});
        let fetched = company.logistics().post(&company.path(&order, "/shipments"), fetched).created();
        company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&fetched)), json!({})).ok();
    });
}

#[test]
fn tracking_events_may_come_twice_late_and_out_of_order() {
    // DOMAIN 4.2
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let shipment = company.dispatched(&order, &[(0, "5")]);
        app.advance(TimeDelta::minutes(60));
        let now = app.app.clock.now();
        let ago = |minutes: i64| now.plus(-TimeDelta::minutes(minutes));
        assert_eq!(track(&company, &shipment, "out_for_delivery", ago(10)), 201);
        assert_eq!(track(&company, &shipment, "out_for_delivery", ago(10)), 200);
        assert_eq!(status(&company, &shipment), "out_for_delivery");
        assert_eq!(track(&company, &shipment, "in_transit", ago(30)), 201);
        assert_eq!(status(&company, &shipment), "out_for_delivery");
        company.deliver(&shipment);
        assert_eq!(track(&company, &shipment, "in_transit", ago(20)), 201);
        assert_eq!(status(&company, &shipment), "delivered");
        assert_eq!(company.order(&order)["status"], "received");
        let events = company.logistics().get(&format!("/v1/shipments/{}/events", id(&shipment))).ok();
        let told = events["data"].as_array().expect("a list has data");
        let count = |status: &str| told.iter().filter(|event| event["status"] == status).count();
        assert_eq!([count("dispatched"), count("in_transit"), count("out_for_delivery"), count("delivered")], [1, 2, 1, 1]);
    });
}

#[test]
fn a_lost_parcel_becomes_an_exception_by_itself() {
    // DOMAIN 6.1
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let shipment = company.dispatched(&order, &[(0, "5")]);
        assert_eq!(track(&company, &shipment, "lost", app.app.clock.now()), 201);
        assert_eq!(status(&company, &shipment), "lost");
        let exceptions = company.sales().get("/v1/exceptions").ok();
        let found = exceptions["data"].as_array().expect("a list has data").iter().find(|exception| exception["kind"] == "shipment_lost").cloned();
        let found = found.unwrap_or_else(|| panic!("no exception in {exceptions}"));
        assert_eq!(found["order_ids"], json!([id(&order)]));
        assert_eq!(found["blocking"], false);
    });
}

#[test]
fn a_parcel_is_not_delivered_long_before_it_left() {
    // DOMAIN 4.2
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let shipment = company.dispatched(&order, &[(0, "5")]);
        let path = format!("/v1/shipments/{}/events", id(&shipment));
        let delivered = json!({"status": "delivered", "occurred_at": "2001-01-01T00:00:00Z", "signed_by": "Li Wei"});
        let refused = company.logistics().post(&path, delivered).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/occurred_at");
        assert_eq!([status(&company, &shipment), company.order(&order)["status"].clone()], ["dispatched", "shipped"]);
        // a dispatch may be recorded late
        let ago = app.app.clock.now().plus(-TimeDelta::minutes(10));
        assert_eq!(track(&company, &shipment, "delivered", ago), 201);
        assert_eq!([status(&company, &shipment), company.order(&order)["status"].clone()], ["delivered", "received"]);
    });
}

#[test]
fn a_parcel_that_is_lost_twice_is_one_exception() {
    // DOMAIN 6.1
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let shipment = company.dispatched(&order, &[(0, "5")]);
        app.advance(TimeDelta::minutes(60));
        let now = app.app.clock.now();
        let ago = |minutes: i64| now.plus(-TimeDelta::minutes(minutes));
        let exceptions = || app.count("exceptions WHERE kind = 'shipment_lost'");
        assert_eq!(track(&company, &shipment, "lost", ago(30)), 201);
        assert_eq!(track(&company, &shipment, "lost", ago(30)), 200);
        assert_eq!(exceptions(), 1);
        assert_eq!(track(&company, &shipment, "lost", ago(25)), 201);
        assert_eq!(exceptions(), 1);
        assert_eq!(track(&company, &shipment, "in_transit", ago(20)), 201);
        assert_eq!(status(&company, &shipment), "in_transit");
        assert_eq!(track(&company, &shipment, "lost", ago(10)), 201);
        assert_eq!(status(&company, &shipment), "lost");
        assert_eq!(exceptions(), 1);
        assert_eq!(app.count("exceptions"), 1);
    });
}
