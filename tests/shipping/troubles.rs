//! What goes wrong on the way becomes an exception by itself, and ends by itself (DOMAIN 4.2, 6.1).

use super::{picked, shipment, tell, troubles};
use crate::support::{id, on_every_store};
use chrono::TimeDelta;
use serde_json::json;

#[test]
fn a_failed_attempt_is_an_exception_until_the_parcel_arrives() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        tell(&company, &parcel, json!({"status": "failed_attempt", "description": "nobody at home"}));
        assert_eq!(shipment(&company, &parcel)["status"], "in_transit");
        let cause = format!(
            "Shipment {} could not be delivered at the first try. The carrier says: nobody at home",
            parcel["tracking_number"].as_str().unwrap_or_default()
        );
        assert_eq!(troubles(&company, &order), [json!(["delivery_delay", "reported", cause])]);
        app.advance(TimeDelta::minutes(5));
        tell(&company, &parcel, json!({"status": "failed_attempt", "description": "again"}));
        assert_eq!(troubles(&company, &order).len(), 1, "once for each cause");
        company.deliver(&parcel);
        assert_eq!(troubles(&company, &order), [json!(["delivery_delay", "resolved", cause])]);
        assert_eq!(company.order(&order)["status"], "received");
    });
}

#[test]
fn what_somebody_has_begun_to_act_on_stays_theirs() {
    // DOMAIN 6.1
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        tell(&company, &parcel, json!({"status": "exception", "description": "held at customs"}));
        let open = company.order_admin().get("/v1/exceptions").ok()["data"][0].clone();
        company.order_admin().post(&format!("/v1/exceptions/{}/plan", id(&open)), json!({"summary": "call the carrier"})).ok();
        company.deliver(&parcel);
        assert_eq!(troubles(&company, &order)[0][1], "planning");
    });
}

#[test]
fn what_people_have_dealt_with_is_not_told_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        tell(&company, &parcel, json!({"status": "failed_attempt"}));
        let open = company.order_admin().get("/v1/exceptions").ok()["data"][0].clone();
        company.order_admin().post(&format!("/v1/exceptions/{}/resolve", id(&open)), json!({"result": "a new day agreed"})).ok();
        tell(&company, &parcel, json!({"status": "out_for_delivery"}));
        assert_eq!(troubles(&company, &order).len(), 1);
        app.advance(TimeDelta::minutes(5));
        tell(&company, &parcel, json!({"status": "failed_attempt", "description": "again"}));
        assert_eq!(troubles(&company, &order).len(), 2, "that is news");
    });
}

#[test]
fn what_comes_back_is_told_and_does_not_count_as_delivered() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        tell(&company, &parcel, json!({"status": "returned", "description": "address unknown"}));
        assert_eq!([&troubles(&company, &order)[0][0], &troubles(&company, &order)[0][1]], ["delivery_delay", "reported"]);
        assert_eq!([&company.order(&order)["status"], &company.order(&order)["lines"][0]["delivered"]], ["shipped", "0"]);
    });
}

#[test]
fn a_receipt_goes_with_the_delivery_that_it_followed_from() {
    // DOMAIN 4.2: whatever was told first
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        company.deliver(&parcel);
        assert_eq!(company.order(&order)["status"], "received");
        let before = app.app.clock.now().plus(-TimeDelta::minutes(10));
        tell(&company, &parcel, json!({"status": "returned", "occurred_at": before}));
        assert_eq!([&company.order(&order)["status"], &company.order(&order)["lines"][0]["delivered"]], ["shipped", "0"]);
        assert_eq!(app.check(), []);
    });
}

#[test]
fn what_the_customer_did_not_take_does_not_count_as_delivered() {
    // DOMAIN 4.2: partly refused
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        let line = id(&order["lines"][0]);
        let path = super::shipment_path(&parcel, "/events");
        let delivered = |refused: &str| json!({"status": "delivered", "signed_by": "Li Wei", "refused": [{"line_id": line, "quantity": refused}]});
        company.logistics().post(&path, delivered("6")).refused(400, "validation_failed");
        let everything = company.logistics().post(&path, delivered("5")).refused(400, "validation_failed");
        assert_eq!(everything["errors"][0]["pointer"], "/refused");
        company
            .logistics()
            .post(&path, json!({"status": "in_transit", "refused": [{"line_id": line, "quantity": "1"}]}))
            .refused(400, "validation_failed");
        let stranger = json!({"status": "delivered", "refused": [{"line_id": "lin_x", "quantity": "1"}]});
        company.logistics().post(&path, stranger).refused(400, "validation_failed");
        tell(&company, &parcel, delivered("2"));
        let now = shipment(&company, &parcel);
        assert_eq!([&now["status"], &now["lines"][0]["refused"]], ["delivered", "2"]);
        assert_eq!([&company.order(&order)["status"], &company.order(&order)["lines"][0]["delivered"]], ["shipped", "3"]);
        let found = troubles(&company, &order);
        assert_eq!([&found[0][0], &found[0][1]], ["complaint", "reported"]);
        assert!(found[0][2].as_str().unwrap_or_default().contains("2 of Product PAPER (line 1)"), "{found:?}");
        assert_eq!(app.check(), []);
        // a return that happened before, and is told after, takes the delivery back
        let before = app.app.clock.now().plus(-TimeDelta::minutes(10));
        tell(&company, &parcel, json!({"status": "returned", "occurred_at": before}));
        let now = shipment(&company, &parcel);
        assert_eq!([&now["status"], &now["lines"][0]["refused"]], ["returned", "0"]);
        assert_eq!(company.order(&order)["lines"][0]["delivered"], "0");
    });
}

#[test]
fn work_that_did_not_pass_its_quality_control_is_an_exception_until_it_does() {
    // DOMAIN 3.3, 6.1
    on_every_store(|app| {
        let company = app.company();
        company.product("DESK", "custom", "100.00");
        let order = company.confirmed(json!([{"sku": "DESK", "quantity": "1"}]));
        let path = format!("/v1/tasks/{}", id(&company.task(&order, "production")));
        company.production().upload_report(&format!("{path}/evidence"), "fail", &crate::support::note_pdf()).is(201);
        assert_eq!([&troubles(&company, &order)[0][0], &troubles(&company, &order)[0][1]], ["quality_problem", "reported"]);
        company.production().post(&format!("{path}/complete"), json!({})).refused(422, "evidence_missing");
        company.production().upload_report(&format!("{path}/evidence"), "fail", &crate::support::note_pdf()).is(201);
        assert_eq!(troubles(&company, &order).len(), 1);
        company.production().upload_report(&format!("{path}/evidence"), "pass", &crate::support::note_pdf()).is(201);
        assert_eq!(troubles(&company, &order)[0][1], "resolved");
        company.production().post(&format!("{path}/complete"), json!({})).ok();
    });
}
