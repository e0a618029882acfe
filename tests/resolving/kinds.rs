//! Each kind of exception from its report to its closing through a plan that suits it, with everything that follows; and each
//! time a plan that fails half-way and leaves nothing half done (DOMAIN 6.1-6.6).

use super::goods::{parcel, tell};
use super::{agree, path, plan, reported, seen, shortage, told};
use crate::support::{Company, TestApp, id, on_every_store};
use serde_json::{Value, json};

/// What a plan could have touched.
const TABLES: &[&str] =
    &["events", "messages", "stock_movements", "tasks", "shipments", "compensations", "refunds", "returns", "order_revisions", "links"];

fn state(app: &TestApp, company: &Company, order: &Value, exception: &Value) -> (Vec<i64>, Value, Value) {
    (TABLES.iter().map(|table| app.count(table)).collect(), company.order(order), seen(company, exception))
}

/// A plan of good actions and one that cannot be done any more when it is approved: nothing of it is.
fn fails_half_way(app: &TestApp, company: &Company, order: &Value, exception: &Value, good: &Value) {
    let paid = company.finance().post("/v1/payments", json!({"order_id": id(order), "amount": "5.00", "method": "cash"})).created();
    let mut actions = good.as_array().expect("a list").clone();
    actions.push(json!({"kind": "refund", "amount": "5.00", "method": "cash"}));
    let last = actions.len() - 1;
    plan(company, exception, json!(actions)).ok();
    company.finance().post(&format!("/v1/payments/{}/reverse", id(&paid)), json!({"reason": "another order's"})).ok();
    let before = state(app, company, order, exception);
    let refused = company.second_sales().post(&path(exception, "/approve"), json!({})).refused(422, "rule_violated");
    assert_eq!(refused["action"], last, "it says which");
    assert_eq!(state(app, company, order, exception), before, "nothing is half done");
}

/// The same, then without what could not be done.
fn carried_out_at_last(app: &TestApp, company: &Company, order: &Value, exception: &Value, good: Value) -> Value {
    fails_half_way(app, company, order, exception, &good);
    let said = json!({"summary": "as agreed", "actions": good, "customer_note": "We have found a way."});
    let needs = company.order_admin().post(&path(exception, "/plan"), said).ok()["plan"]["needs_approval"] == true;
    let costs = seen(company, exception)["plan"]["cost"].is_string();
    let by = if !needs {
        company.order_admin()
    } else if costs {
        company.second_sales()
    } else {
        company.operations()
    };
    let done = by.post(&path(exception, "/approve"), json!({})).ok();
    assert_eq!(told(company, order, "exception_planned").len(), 1, "the customer is told once, and of what is done");
    done
}

fn closed(app: &TestApp, company: &Company, exception: &Value) {
    assert_eq!(seen(company, exception)["status"], "resolved");
    let said = json!({"prevention": "look twice", "customer_answer": "thank you"});
    let closed = company.order_admin().post(&path(exception, "/close"), said).ok();
    assert_eq!([&closed["status"], &closed["prevention"], &closed["customer_answer"]], ["closed", "look twice", "thank you"]);
    assert!(app.check().is_empty(), "{:?}", app.check());
}

/// A department does a task that a plan asks for.
fn done(company: &Company, order: &Value, title: &str) {
    let task = company.tasks(order).into_iter().find(|task| task["title"] == title).unwrap_or_else(|| panic!("nobody has to {title}"));
    for step in ["start", "complete"] {
        company.order_admin().post(&format!("/v1/tasks/{}/{step}", id(&task)), json!({})).ok();
    }
}

fn on_hand(company: &Company) -> [Value; 2] {
    let row = company.warehouse().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
    [row["on_hand"].clone(), row["reserved"].clone()]
}

#[test]
fn rule_6_1_a_stock_shortage_is_made_good_by_production() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("3");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let exception = shortage(&company, &order);
        assert_eq!([&company.order(&order)["blocked_by"][0], &exception["blocking"]], [&exception["number"], &json!(true)]);
        carried_out_at_last(app, &company, &order, &exception, json!([{"kind": "make_short"}]));
        assert_eq!([&company.order(&order)["status"], &company.order(&order)["lines"][0]["to_make"]], ["executing", "2"]);
        closed(app, &company, &exception);
        company.produce(&order);
        assert_eq!(on_hand(&company), ["5", "5"]);
        company.pick(&order);
        company.deliver(&company.dispatched(&order, &[(0, "5")]));
        assert_eq!([company.order(&order)["status"].clone(), on_hand(&company)[0].clone()], ["received", "0"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_1_a_delivery_delay_is_answered_by_another_carrier_and_a_coupon() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let late = parcel(&company, &order);
        let exception = reported(&company, "delivery_delay", &[&order], json!({"customer_note": "A storm has delayed your parcel."}));
        assert_eq!(told(&company, &order, "exception_reported").len(), 1);
        let good = json!([
            {"kind": "other_carrier", "shipment": id(&late), "carrier": "EMS", "tracking_number": "EM1"},
            {"kind": "compensation", "amount": "50", "coupon": {"code": "SORRY", "valid_until": "2099-12-31"}}
        ]);
        carried_out_at_last(app, &company, &order, &exception, good);
        assert_eq!(parcel(&company, &order)["tracking_number"], "EM1");
        let given = company.finance().get(&company.path(&order, "/balance")).ok()["compensations"].clone();
        assert_eq!([&given[0]["coupon_code"], &given[1]], [&json!("SORRY"), &Value::Null], "it is given once");
        closed(app, &company, &exception);
    });
}

#[test]
fn rule_6_1_a_quality_problem_is_replaced_and_the_faulty_goods_are_scrapped() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        company.deliver(&parcel(&company, &order));
        let exception = reported(&company, "quality_problem", &[&order], json!({}));
        let good = json!([{"kind": "replace", "sku": "PAPER", "quantity": "2"}, {"kind": "return_goods", "sku": "PAPER", "quantity": "2"}]);
        carried_out_at_last(app, &company, &order, &exception, good);
        assert_eq!([company.order(&order)["status"].clone(), on_hand(&company)[1].clone()], ["executing", "2"]);
        let back = company.viewer().get(&format!("/v1/returns?exception_id={}", id(&exception))).ok()["data"][0].clone();
        company.warehouse().post(&format!("/v1/returns/{}/receive", id(&back)), json!({"warehouse": "WH1"})).ok();
        let lines = json!([{"line_id": back["lines"][0]["line_id"], "scrapped": "2"}]);
        company.warehouse().post(&format!("/v1/returns/{}/inspect", id(&back)), json!({"lines": lines})).ok();
        company.pick(&order);
        let second = company.dispatched(&order, &[(0, "2")]);
        closed(app, &company, &exception);
        company.deliver(&second);
        assert_eq!([company.order(&order)["status"].clone(), on_hand(&company)[0].clone()], ["received", "6"]);
    });
}

#[test]
fn rule_6_1_a_customer_who_moves_has_the_order_amended() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let exception = reported(&company, "customer_info_change", &[&order], json!({"blocking": true}));
        let wrong = json!([{"kind": "amend", "changes": {"delivery": {"planet": "Mars"}}}]);
        assert_eq!(plan(&company, &exception, wrong).refused(400, "unknown_field")["action"], 0);
        let good = json!([{"kind": "amend", "changes": {"delivery": {"address": {"street": "9 New Road"}}}}]);
        let done = carried_out_at_last(app, &company, &order, &exception, good);
        let street = company.order(&order)["delivery"]["address"]["street"].clone();
        assert_eq!([&done["status"], &street], ["resolved", "9 New Road"], "who asked for it need not be asked");
        closed(app, &company, &exception);
        company.pick(&order);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!(company.order(&order)["status"], "shipped");
    });
}

#[test]
fn rule_6_1_a_lost_shipment_is_sent_again_and_claimed_from_the_carrier() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let lost = parcel(&company, &order);
        tell(&company, &lost, json!({"status": "lost"}));
        let exception = company.order_admin().get(&format!("/v1/exceptions?order_id={}&kind=shipment_lost", id(&order))).ok()["data"][0].clone();
        let good = json!([
            {"kind": "ship_again", "shipment": id(&lost)},
            {"kind": "task", "department": "logistics", "title": "Claim the loss on the carrier"}
        ]);
        carried_out_at_last(app, &company, &order, &exception, good);
        done(&company, &order, "Claim the loss on the carrier");
        company.pick(&order);
        let second = company.dispatched(&order, &[(0, "2")]);
        closed(app, &company, &exception);
        company.deliver(&second);
        assert_eq!([company.order(&order)["status"].clone(), on_hand(&company)[0].clone()], ["received", "6"]);
    });
}

#[test]
fn rule_6_1_a_material_shortage_is_answered_by_another_day_and_other_material() {
    on_every_store(|app| {
        let company = app.company();
        company.product("DESK-C", "custom", "100.00");
        let order = company.confirmed(json!([{"sku": "DESK-C", "quantity": "1", "kind": "custom"}]));
        let exception = reported(&company, "material_shortage", &[&order], json!({"impact": {"delay_days": 3, "note": ""}}));
        let good = json!([
            {"kind": "new_date", "promised_date": "2030-03-08"},
            {"kind": "task", "department": "production", "title": "Find other wood"}
        ]);
        carried_out_at_last(app, &company, &order, &exception, good);
        assert_eq!(company.order(&order)["delivery"]["promised_date"], "2030-03-08");
        agree(&company, &order);
        assert_eq!(seen(&company, &exception)["status"], "resolving", "nobody has found other wood");
        done(&company, &order, "Find other wood");
        closed(app, &company, &exception);
    });
}

#[test]
fn rule_6_1_a_complaint_ends_with_goods_that_come_back_and_money_that_goes_back() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        company.deliver(&parcel(&company, &order));
        company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": "20.00", "method": "transfer"})).created();
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let refund = json!({"amount": "10.00", "method": "transfer"});
        let good = json!([{"kind": "return_goods", "sku": "PAPER", "quantity": "1", "refund": refund}, {"kind": "compensation", "amount": "1.00"}]);
        // what was paid besides is asked back as well, and turns out to be another order's before that is approved
        let more = company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": "1.00", "method": "cash"})).created();
        let twice = json!([good[0], good[1], {"kind": "refund", "amount": "11.00", "method": "cash"}]);
        plan(&company, &exception, twice).ok();
        company.finance().post(&format!("/v1/payments/{}/reverse", id(&more)), json!({"reason": "another order's"})).ok();
        let before = state(app, &company, &order, &exception);
        assert_eq!(company.second_sales().post(&path(&exception, "/approve"), json!({})).refused(422, "rule_violated")["action"], 2);
        assert_eq!(state(app, &company, &order, &exception), before);

        let said = json!({"summary": "as agreed", "actions": good});
        company.order_admin().post(&path(&exception, "/plan"), said).ok();
        company.second_sales().post(&path(&exception, "/approve"), json!({})).ok();
        let back = company.viewer().get(&format!("/v1/returns?exception_id={}", id(&exception))).ok()["data"][0].clone();
        company.warehouse().post(&format!("/v1/returns/{}/receive", id(&back)), json!({"warehouse": "WH1"})).ok();
        company.warehouse().post(&format!("/v1/returns/{}/inspect", id(&back)), json!({})).ok();
        closed(app, &company, &exception);
        let balance = company.finance().get(&company.path(&order, "/balance")).ok();
        assert_eq!([&balance["refunded"], &balance["compensations"][0]["amount"]], ["10.00", "1.00"]);
        assert_eq!(on_hand(&company), ["9", "0"]);
    });
}

#[test]
fn rule_6_1_anything_else_is_work_for_somebody_and_a_discount() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let exception = reported(&company, "other", &[&order], json!({}));
        let good = json!([{"kind": "discount", "amount": "1.00"}, {"kind": "task", "department": "sales", "title": "Call the customer"}]);
        carried_out_at_last(app, &company, &order, &exception, good);
        agree(&company, &order);
        assert_eq!(seen(&company, &exception)["status"], "resolving", "nobody has called");
        done(&company, &order, "Call the customer");
        assert_eq!(company.order(&order)["total"], "19.00");
        closed(app, &company, &exception);
    });
}
