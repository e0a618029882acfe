//! Cancelling and holding (DECISIONS 18, 27).

use super::desk;
use crate::proofs;
use crate::support::{id, on_every_store};
use serde_json::{Value, json};

#[test]
fn decision_27_sales_cancels_before_release_and_only_the_order_administrator_after_it() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let path = |order: &Value| company.path(order, "/cancel");
        let early = company.entered(desk());
        company.second_sales().post(&path(&early), json!({"reason": "not mine"})).refused(403, "forbidden");
        let early = company.sales().post(&path(&early), json!({"reason": "changed their mind"})).ok();
        assert_eq!([&early["status"], &early["stage"], &early["cancel_reason"]], ["cancelled", "cancelled", "changed their mind"]);

        let late = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        company.sales().post(&path(&late), json!({"reason": "too late"})).refused(403, "forbidden");
        company.order_admin().post(&path(&late), json!({"reason": "agreed with the customer"})).ok();
        assert!(company.tasks(&late).iter().all(|task| task["status"] == "cancelled"));
        let stock = company.viewer().get("/v1/stock?sku=PAPER").ok();
        assert_eq!([&stock["data"][0]["reserved"], &stock["data"][0]["available"]], ["0", "10"]);
    });
}

#[test]
fn decision_27_nobody_cancels_once_goods_have_left() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        company.pick(&order);
        company.dispatched(&order, &[(0, "1")]);
        let cancel = company.path(&order, "/cancel");
        let refused = company.order_admin().post(&cancel, json!({"reason": "too late"})).refused(409, "invalid_transition");
        assert_eq!(refused["reasons"][0]["code"], "goods_dispatched");
        company.dispatched(&order, &[(0, "3")]);
        company.order_admin().post(&cancel, json!({"reason": "too late"})).refused(409, "invalid_transition");
    });
}

#[test]
fn a_cancelled_order_stays_cancelled() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.verified(desk());
        let step = company.pending_steps(&order).remove(0);
        company.sales().post(&company.path(&order, "/cancel"), json!({"reason": "gone"})).ok();
        company.sales().post(&company.path(&order, "/cancel"), json!({"reason": "gone"})).refused(409, "invalid_transition");
        let late = company.second_sales().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({"comment": "yes"}));
        assert_eq!(late.status, 409, "{}", late.text);
        assert!(company.pending_steps(&order).is_empty());
        let path = company.path(&order, "");
        let patched = company.sales().patch(&path, &company.sales().get(&path).etag(), json!({"contract_number": "C"}));
        patched.refused(409, "invalid_transition");
    });
}

#[test]
fn decision_18_a_hold_stops_people_until_it_is_let_go() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let (admin, path) = (company.order_admin(), company.path(&order, ""));
        company.sales().post(&format!("{path}/hold"), json!({"reason": "mine"})).refused(403, "forbidden");
        admin.post(&format!("{path}/unhold"), json!({})).refused(409, "invalid_transition");
        let held = admin.post(&format!("{path}/hold"), json!({"reason": "deposit missing"})).ok();
        assert_eq!([&held["on_hold"], &held["hold_reason"]], [&json!(true), &json!("deposit missing")]);
        admin.post(&format!("{path}/hold"), json!({"reason": "again"})).refused(409, "invalid_transition");
        let refused = company.second_sales().post(&format!("{path}/verify"), json!({})).refused(409, "order_blocked");
        assert_eq!(refused["reasons"][0]["code"], "on_hold");
        assert_eq!(admin.post(&format!("{path}/unhold"), json!({})).ok()["on_hold"], false);
        company.second_sales().post(&format!("{path}/verify"), json!({})).ok();
    });
}

#[test]
fn decision_18_an_order_held_while_its_stock_came_goes_on_when_it_is_let_go() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let (admin, path) = (company.order_admin(), company.path(&order, ""));
        admin.post(&format!("{path}/hold"), json!({"reason": "deposit missing"})).ok();
        company.receive_stock("PAPER", "1");
        app.let_the_clock_look();
        assert_eq!([&company.order(&order)["status"], &company.order(&order)["inventory_status"]], ["reviewed", "reserved"]);
        assert_eq!(admin.post(&format!("{path}/unhold"), json!({})).ok()["status"], "executing");
    });
}

#[test]
fn goods_of_an_order_that_is_cancelled_after_picking_go_back_to_where_they_lay() {
    // DECISIONS 25, 27
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        let stock = || company.viewer().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
        company.pick(&order);
        assert_eq!([&stock()["on_hand"], &stock()["reserved"]], ["6", "0"]);
        company.order_admin().post(&company.path(&order, "/cancel"), json!({"reason": "insolvent"})).ok();
        assert_eq!([&stock()["on_hand"], &stock()["reserved"], &stock()["available"]], ["10", "0", "10"]);
        let returns = company.viewer().get(&format!("/v1/stock/movements?kind=return&order_id={}", id(&order))).ok()["data"].clone();
        assert_eq!(returns.as_array().map(Vec::len), Some(1), "{returns}");
        assert_eq!([&returns[0]["sku"], &returns[0]["on_hand_change"], &returns[0]["reserved_change"]], ["PAPER", "4", "0"]);
        assert_eq!(proofs::findings(app), []);
    });
}

#[test]
fn goods_that_were_only_reserved_do_not_come_back_twice() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        company.order_admin().post(&company.path(&order, "/cancel"), json!({"reason": "insolvent"})).ok();
        assert_eq!(company.viewer().get("/v1/stock?sku=PAPER").ok()["data"][0]["on_hand"], "10");
        assert_eq!(company.viewer().get("/v1/stock/movements?kind=return").ok()["data"], json!([]));
        assert_eq!(proofs::findings(app), []);
    });
}

#[test]
fn goods_that_no_catalogue_knows_are_not_shown_as_issued_once_their_order_is_cancelled() {
    // DECISIONS 20; found by the model
    on_every_store(|app| {
        let company = app.company();
        let order = company.confirmed(desk());
        company.pick(&order);
        assert_eq!(company.order(&order)["inventory_status"], "issued");
        let order = company.order_admin().post(&company.path(&order, "/cancel"), json!({"reason": "insolvent"})).ok();
        assert_eq!([&order["inventory_status"], &order["lines"][0]["picked"]], ["unreserved", "0"]);
        assert_eq!(proofs::findings(app), []);
    });
}
