//! What goes back to customers comes from exceptions, stays linked to them, and is exact (DOMAIN 7.2).

use super::{path, plan, reported, seen};
use crate::executing::it_is;
use crate::support::{Company, id, on_every_store};
use serde_json::{Value, json};

/// An order of 32.00 that is on its way, paid so far.
fn paid(company: &Company, amount: &str) -> Value {
    let order = company.shipped();
    company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": amount, "method": "transfer"})).created();
    order
}

fn balance(company: &Company, order: &Value) -> Value {
    company.finance().get(&company.path(order, "/balance")).ok()
}

#[test]
fn rule_7_2_a_refund_goes_back_once_approved_and_never_more_than_was_paid() {
    on_every_store(|app| {
        let company = app.company();
        let order = paid(&company, "32.00");
        let exception = reported(&company, "quality_problem", &[&order], json!({}));
        let refund = |amount: &str| json!([{"kind": "refund", "amount": amount, "method": "transfer", "reference": "R1"}]);
        let refused = plan(&company, &exception, refund("32.01")).refused(422, "rule_violated");
        assert_eq!(refused["action"], 0);
        plan(&company, &exception, refund("20.00")).ok();
        company.second_sales().post(&path(&exception, "/approve"), json!({})).ok();
        let after = balance(&company, &order);
        assert_eq!([&after["paid"], &after["refunded"], &after["to_pay"]], ["32.00", "20.00", "0.00"]);
        assert_eq!([&after["refunds"][0]["exception_id"], &after["refunds"][0]["reference"]], [&exception["id"], &json!("R1")]);
        let again = reported(&company, "complaint", &[&order], json!({}));
        plan(&company, &again, refund("12.01")).refused(422, "rule_violated");
        plan(&company, &again, refund("12.00")).ok();
        company.second_sales().post(&path(&again, "/approve"), json!({})).ok();
        assert_eq!(balance(&company, &order)["refunded"], "32.00");
    });
}

#[test]
fn rule_6_5_a_plan_is_carried_out_as_a_whole_or_not_at_all() {
    on_every_store(|app| {
        let company = app.company();
        let order = paid(&company, "32.00");
        let exception = reported(&company, "quality_problem", &[&order], json!({}));
        let actions = json!([{"kind": "compensation", "amount": "5.00"}, {"kind": "refund", "amount": "30.00", "method": "cash"}]);
        plan(&company, &exception, actions).ok();
        // what was paid is found to be none before the plan is approved
        let payment = company.finance().get(&format!("/v1/payments?order_id={}", id(&order))).ok()["data"][0].clone();
        company.finance().post(&format!("/v1/payments/{}/reverse", id(&payment)), json!({"reason": "booked twice"})).ok();
        let refused = company.second_sales().post(&path(&exception, "/approve"), json!({})).refused(422, "rule_violated");
        assert_eq!(refused["action"], 1);
        assert_eq!(seen(&company, &exception)["status"], "planning");
        let after = balance(&company, &order);
        assert_eq!([&after["compensations"], &after["refunds"]], [&json!([]), &json!([])], "nothing is half done");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn amounts_are_of_the_orders_currency_and_above_zero() {
    on_every_store(|app| {
        let company = app.company();
        let order = paid(&company, "32.00");
        let exception = reported(&company, "complaint", &[&order], json!({}));
        for amount in ["0", "-1"] {
            plan(&company, &exception, json!([{"kind": "compensation", "amount": amount}])).refused(400, "validation_failed");
        }
        plan(&company, &exception, json!([{"kind": "compensation", "amount": "1.001"}])).refused(400, "validation_failed");
        let lapsed = json!([{"kind": "compensation", "amount": "1", "coupon": {"code": "X", "valid_until": "2020-01-01"}}]);
        plan(&company, &exception, lapsed).refused(400, "validation_failed");
    });
}

#[test]
fn rule_6_5_a_coupon_can_be_used_up_to_its_last_day() {
    on_every_store(|app| {
        it_is(app, "2027-03-10T04:00:00Z");
        let company = app.company();
        let order = paid(&company, "32.00");
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let coupon = |code: &str| json!({"kind": "compensation", "amount": "1.00", "coupon": {"code": code, "valid_until": "2027-03-10"}});
        plan(&company, &exception, json!([coupon("A"), coupon("B")])).ok();
        company.second_sales().post(&path(&exception, "/approve"), json!({})).ok();
        let given = balance(&company, &order)["compensations"].clone();
        let use_it = |at: usize| company.sales().post(&format!("/v1/compensations/{}/use", id(&given[at])), json!({}));
        it_is(app, "2027-03-10T15:30:00Z"); // half an hour before midnight in Shanghai
        use_it(0).ok();
        it_is(app, "2027-03-10T16:00:00Z");
        assert_eq!(use_it(1).refused(422, "rule_violated")["rule"], "DOMAIN 6.5");
        use_it(0).ok(); // it was used in time
    });
}
