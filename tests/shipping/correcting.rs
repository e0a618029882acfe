//! What was recorded by mistake is taken back with a reason, and what followed from it follows back (DECISIONS 37).

use super::{picked, shipment, shipment_path, tell, troubles};
use crate::support::{Company, id, on_every_store};
use serde_json::{Value, json};

fn because() -> Value {
    json!({"reason": "It was another parcel."})
}

fn task(company: &Company, order: &Value, department: &str) -> Value {
    company.task(order, department)["status"].clone()
}

fn names(company: &Company, order: &Value) -> Vec<String> {
    let history = company.order_admin().get(&company.path(order, "/history?limit=200")).ok();
    history["data"].as_array().expect("a list").iter().map(|row| row["name"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_dispatch_that_was_none_is_recalled() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        assert_eq!([&company.order(&order)["status"], &task(&company, &order, "logistics")], ["shipped", "done"]);
        assert_ne!(company.task(&order, "finance")["due_at"], Value::Null);
        company.logistics().post(&shipment_path(&parcel, "/recall"), json!({})).refused(400, "validation_failed");
        let recalled = company.logistics().post(&shipment_path(&parcel, "/recall"), because()).ok();
        assert_eq!([&recalled["status"], &recalled["dispatched_at"]], [&json!("preparing"), &Value::Null]);
        let now = company.order(&order);
        assert_eq!(
            [&now["status"], &now["stage"], &now["shipped_at"], &now["lines"][0]["shipped"]],
            [&json!("executing"), &json!("awaiting_shipment"), &Value::Null, &json!("0")]
        );
        assert_eq!(task(&company, &order, "logistics"), "open");
        assert_eq!(company.task(&order, "finance")["due_at"], Value::Null, "it is due after shipping");
        company.logistics().post(&shipment_path(&parcel, "/recall"), because()).refused(409, "invalid_transition");
        company.logistics().post(&shipment_path(&parcel, "/dispatch"), json!({})).ok();
        company.deliver(&parcel);
        assert_eq!(company.order(&order)["status"], "received");
        assert!(names(&company, &order).contains(&"order.dispatch_undone".to_owned()));
    });
}

#[test]
fn what_was_followed_on_its_way_has_left() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        let scan = tell(&company, &parcel, json!({"status": "dispatched", "description": "accepted"}));
        assert_eq!(scan["status"], "dispatched");
        let moved = tell(&company, &parcel, json!({"status": "in_transit"}));
        company.logistics().post(&shipment_path(&parcel, "/recall"), because()).refused(409, "invalid_transition");
        let withdrawn = company.logistics().post(&shipment_path(&parcel, &format!("/events/{}/withdraw", id(&moved))), because()).ok();
        assert_eq!(withdrawn["withdrawn_reason"], "It was another parcel.");
        assert_eq!(shipment(&company, &parcel)["status"], "dispatched");
        company.logistics().post(&shipment_path(&parcel, "/recall"), because()).ok();
        assert_eq!(company.order(&order)["status"], "executing");
    });
}

#[test]
fn a_delivery_of_another_parcel_is_withdrawn() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        let wrong = tell(&company, &parcel, json!({"status": "delivered", "signed_by": "Wang"}));
        assert_eq!(company.order(&order)["status"], "received");
        let path = shipment_path(&parcel, &format!("/events/{}/withdraw", id(&wrong)));
        company.warehouse().post(&path, because()).refused(403, "forbidden");
        company.logistics().post(&path, because()).ok();
        let now = company.order(&order);
        assert_eq!([&now["status"], &now["received_at"], &now["lines"][0]["delivered"]], [&json!("shipped"), &Value::Null, &json!("0")]);
        let back = shipment(&company, &parcel);
        assert_eq!([&back["status"], &back["signed_by"], &back["delivered_at"]], [&json!("dispatched"), &Value::Null, &Value::Null]);
        company.logistics().post(&path, because()).ok();
        let departure = company.logistics().get(&shipment_path(&parcel, "/events")).ok()["data"][0].clone();
        company.logistics().post(&shipment_path(&parcel, &format!("/events/{}/withdraw", id(&departure))), because()).refused(422, "rule_violated");
        company
            .logistics()
            .post(&shipment_path(&parcel, "/events/trk_00000000000000000000000000000000/withdraw"), because())
            .refused(404, "not_found");
        company.deliver(&parcel);
        assert_eq!(company.order(&order)["status"], "received");
    });
}

#[test]
fn a_receipt_by_hand_stays_when_a_delivery_is_withdrawn() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        company.sales().post(&company.path(&order, "/receive"), json!({"received_by": "Li Wei"})).ok();
        let wrong = tell(&company, &parcel, json!({"status": "delivered"}));
        company.logistics().post(&shipment_path(&parcel, &format!("/events/{}/withdraw", id(&wrong))), because()).ok();
        assert_eq!([&company.order(&order)["status"], &company.order(&order)["received_by"]], ["received", "Li Wei"]);
    });
}

#[test]
fn trouble_that_was_told_by_mistake_ends_with_it() {
    on_every_store(|app| {
        let company = app.company();
        let order = picked(&company);
        let parcel = company.dispatched(&order, &[(0, "5")]);
        let wrong = tell(&company, &parcel, json!({"status": "lost"}));
        assert_eq!([&troubles(&company, &order)[0][0], &troubles(&company, &order)[0][1]], ["shipment_lost", "reported"]);
        company.logistics().post(&shipment_path(&parcel, &format!("/events/{}/withdraw", id(&wrong))), because()).ok();
        assert_eq!(troubles(&company, &order)[0][1], "dismissed");
        assert_eq!(shipment(&company, &parcel)["status"], "dispatched");
    });
}

#[test]
fn a_verification_that_was_a_mistake_is_undone_until_the_customer_agrees() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let lines = json!([{"sku": "PAPER", "quantity": "1"}]);
        let order = company.verified(lines.clone());
        let undo = |order: &Value, step: &str| {
            company.order_admin().post(&company.path(order, "/undo"), json!({"step": step, "reason": "Compared with another order."}))
        };
        company.sales().post(&company.path(&order, "/undo"), json!({"step": "verify", "reason": "x"})).refused(403, "forbidden");
        let undone = undo(&order, "verify").ok();
        assert_eq!(undone["stage"], "awaiting_verification");
        assert!(company.pending_steps(&order).is_empty(), "nobody is asked to approve what is not verified");
        undo(&order, "verify").refused(409, "invalid_transition");
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        company.approve_next(&order);
        assert_eq!(undo(&order, "verify").ok()["stage"], "awaiting_verification");
        let agreed = company.confirmed(lines);
        undo(&agreed, "verify").refused(409, "invalid_transition");
        assert!(names(&company, &order).contains(&"order.verification_undone".to_owned()));
    });
}

#[test]
fn a_receipt_that_was_recorded_by_hand_is_undone() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let undo = || company.order_admin().post(&company.path(&order, "/undo"), json!({"step": "receive", "reason": "They meant another order."}));
        undo().refused(409, "invalid_transition");
        company.sales().post(&company.path(&order, "/receive"), json!({"received_by": "Li Wei"})).ok();
        assert_eq!(undo().ok()["status"], "shipped");
        let parcel = company.logistics().get(&format!("/v1/shipments?order_id={}", id(&order))).ok()["data"][0].clone();
        company.deliver(&parcel);
        // what follows from a delivery is taken back with that
        undo().refused(409, "invalid_transition");
    });
}

#[test]
fn a_payment_that_was_none_is_reversed_and_stays_on_record() {
    // DOMAIN 7.1: nothing is deleted
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
        let payment = company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": "10.00", "method": "transfer"})).created();
        assert_eq!(company.order(&order)["payment_status"], "paid");
        let path = format!("/v1/payments/{}/reverse", id(&payment));
        company.sales().post(&path, because()).refused(403, "forbidden");
        let reversed = company.finance().post(&path, because()).ok();
        assert_eq!(reversed["reversal_reason"], "It was another parcel.");
        assert_eq!(company.order(&order)["payment_status"], "unpaid");
        assert_eq!(
            company.finance().post(&path, json!({"reason": "again"})).ok()["reversal_reason"],
            "It was another parcel.",
            "the first word counts"
        );
        assert_eq!(company.finance().get("/v1/payments").ok()["data"].as_array().map(Vec::len), Some(1));
        company.finance().post("/v1/payments/pay_00000000000000000000000000000000/reverse", because()).refused(404, "not_found");
    });
}
