//! Goods that are sent again: those that were lost, came back or were refused, and others in the place of faulty ones
//! (DOMAIN 6.5).

use super::{carried_out, path, plan, reported, seen, told};
use crate::support::{Company, id, on_every_store};
use serde_json::{Value, json};

/// The first parcel of an order.
pub(super) fn parcel(company: &Company, order: &Value) -> Value {
    let page = company.logistics().get(&format!("/v1/shipments?order_id={}", id(order))).ok();
    page["data"].as_array().and_then(|all| all.last()).expect("there is a parcel").clone()
}

/// The carrier tells of a parcel.
pub(super) fn tell(company: &Company, parcel: &Value, mut what: Value) {
    what["occurred_at"] = company.now();
    company.logistics().post(&format!("/v1/shipments/{}/events", id(parcel)), what).is(201);
}

/// What the system has raised over an order.
fn raised(company: &Company, order: &Value) -> Value {
    company.order_admin().get(&format!("/v1/exceptions?order_id={}", id(order))).ok()["data"][0].clone()
}

fn proposed(company: &Company, exception: &Value, kind: &str) -> Value {
    let all = company.viewer().get(&path(exception, "/proposals")).ok();
    let found = all["proposals"].as_array().and_then(|all| all.iter().find(|one| one["action"]["kind"] == kind).cloned());
    found.unwrap_or_else(|| panic!("{kind} is not among {all}"))["action"].clone()
}

/// What a line says of picked, shipped, delivered.
fn progress(company: &Company, order: &Value) -> [String; 3] {
    let line = company.order(order)["lines"][0].clone();
    ["picked", "shipped", "delivered"].map(|field| line[field].as_str().expect("a quantity").to_owned())
}

#[test]
fn rule_6_5_a_parcel_that_was_lost_is_sent_again_and_the_exception_ends_when_it_has_left() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped(); // two of ten
        let lost = parcel(&company, &order);
        tell(&company, &lost, json!({"status": "lost", "description": "the van burnt"}));
        let exception = raised(&company, &order);
        assert_eq!(exception["kind"], "shipment_lost");
        let again = proposed(&company, &exception, "ship_again");
        assert_eq!(again["shipment"], lost["id"]);
        let claim = json!({"kind": "task", "department": "logistics", "title": "Claim the loss on the carrier"});
        plan(&company, &exception, json!([again, claim])).ok();
        company.order_admin().post(&path(&exception, "/approve"), json!({})).refused(403, "self_approval");
        let resolving = company.operations().post(&path(&exception, "/approve"), json!({})).ok();
        assert_eq!(resolving["status"], "resolving");
        assert_eq!(told(&company, &order, "exception_planned").len(), 1, "the customer is told at once");

        let back = company.order(&order);
        assert_eq!([&back["status"], &back["inventory_status"]], ["executing", "reserved"], "two others are set aside");
        assert_eq!(progress(&company, &order), ["0", "0", "0"]);
        assert_eq!(company.logistics().get(&format!("/v1/shipments/{}", id(&lost))).ok()["lines"][0]["resent"], "2");
        let tasks = company.tasks(&order);
        let claim = tasks.iter().find(|task| task["title"] == "Claim the loss on the carrier").expect("logistics has the claim");
        company.logistics().post(&format!("/v1/tasks/{}/start", id(claim)), json!({})).ok();
        company.logistics().post(&format!("/v1/tasks/{}/complete", id(claim)), json!({})).ok();
        company.pick(&order);
        let second = company.dispatched(&back, &[(0, "2")]);
        assert_eq!([&company.order(&order)["status"], &seen(&company, &exception)["status"]], ["shipped", "resolved"]);
        company.deliver(&second);
        assert_eq!(company.order(&order)["status"], "received");
        let stock = company.warehouse().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
        assert_eq!([&stock["on_hand"], &stock["reserved"]], ["6", "0"], "the first two are gone");
        assert!(app.check().is_empty(), "{:?}", app.check());

        // the carrier finds the first parcel and delivers it: it was sent again and does not count twice
        tell(&company, &lost, json!({"status": "delivered", "description": "found"}));
        assert_eq!(progress(&company, &order), ["2", "2", "2"]);
        company.order_admin().post(&path(&exception, "/close"), json!({"prevention": "insure the van"})).ok();
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_what_a_customer_refused_is_sent_again_and_nothing_else() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let first = parcel(&company, &order);
        let line = id(&order["lines"][0]).to_owned();
        tell(&company, &first, json!({"status": "delivered", "refused": [{"line_id": line, "quantity": "0.5"}]}));
        let exception = raised(&company, &order);
        assert_eq!(exception["kind"], "complaint");
        let again = proposed(&company, &exception, "ship_again");
        carried_out(&company, &exception, json!([again]), &company.operations());
        assert_eq!(progress(&company, &order), ["1.5", "1.5", "1.5"]);
        plan(&company, &reported(&company, "complaint", &[&order], json!({})), json!([again])).refused(422, "rule_violated");
        company.pick(&order);
        let second = company.dispatched(&order, &[(0, "0.5")]);
        company.deliver(&second);
        assert_eq!([&company.order(&order)["status"], &seen(&company, &exception)["status"]], ["received", "resolved"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_faulty_goods_are_replaced_while_they_come_back_and_are_scrapped() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        company.deliver(&parcel(&company, &order));
        assert_eq!(company.order(&order)["status"], "received");
        let exception = reported(&company, "quality_problem", &[&order], json!({"customer_note": "We are sorry for the stains."}));
        let replace = proposed(&company, &exception, "replace");
        assert_eq!([&replace["sku"], &replace["quantity"]], ["PAPER", "2.0000"]);
        let too_many = json!([{"kind": "replace", "sku": "PAPER", "quantity": "3"}]);
        assert_eq!(plan(&company, &exception, too_many).refused(422, "rule_violated")["action"], 0);
        let actions = json!([
            {"kind": "replace", "sku": "PAPER", "quantity": "1"},
            {"kind": "return_goods", "sku": "PAPER", "quantity": "1"}
        ]);
        carried_out(&company, &exception, actions, &company.operations());
        assert_eq!([&company.order(&order)["status"], &seen(&company, &exception)["status"]], ["executing", "resolving"]);
        company.pick(&order);
        let second = company.dispatched(&order, &[(0, "1")]);
        assert_eq!(seen(&company, &exception)["status"], "resolving", "the faulty one is not here yet");
        let back = company.viewer().get(&format!("/v1/returns?exception_id={}", id(&exception))).ok()["data"][0].clone();
        assert_eq!([&back["status"], &back["lines"][0]["quantity"]], ["expected", "1"]);
        let at = format!("/v1/returns/{}", id(&back));
        company.warehouse().post(&format!("{at}/receive"), json!({"warehouse": "WH1"})).ok();
        let lines = json!([{"line_id": back["lines"][0]["line_id"], "scrapped": "1"}]);
        let inspected = company.warehouse().post(&format!("{at}/inspect"), json!({"lines": lines, "note": "stained"})).ok();
        assert_eq!([&inspected["status"], &inspected["lines"][0]["scrapped"]], ["inspected", "1"]);
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        company.deliver(&second);
        assert_eq!(company.order(&order)["status"], "received");
        assert_eq!(company.order(&order)["lines"][0]["returned"], "1");
        let moves = company.warehouse().get(&format!("/v1/stock/movements?order_id={}", id(&order))).ok();
        let of = |kind: &str| moves["data"].as_array().expect("a list").iter().filter(|move_| move_["kind"] == kind).count();
        assert_eq!([of("pick"), of("return"), of("scrap")], [2, 1, 1], "the ledger tells of all of it");
        assert_eq!(company.warehouse().get("/v1/stock?sku=PAPER").ok()["data"][0]["on_hand"], "7");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_custom_goods_that_were_lost_are_made_again() {
    on_every_store(|app| {
        let company = app.company();
        company.product("DESK-C", "custom", "100.00");
        let order = company.confirmed(json!([{"sku": "DESK-C", "quantity": "2", "kind": "custom"}]));
        company.produce(&order);
        let lost = company.dispatched(&order, &[(0, "2")]);
        tell(&company, &lost, json!({"status": "lost"}));
        let exception = raised(&company, &order);
        carried_out(&company, &exception, json!([{"kind": "ship_again", "shipment": id(&lost)}]), &company.operations());
        let back = company.order(&order);
        assert_eq!([&back["status"], &back["production_status"], &back["lines"][0]["made"]], ["executing", "pending", "0"]);
        company.produce(&order);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!([&company.order(&order)["status"], &seen(&company, &exception)["status"]], ["shipped", "resolved"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_what_is_short_to_be_sent_again_is_told_and_waited_for() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("2");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        company.pick(&order);
        let lost = company.dispatched(&order, &[(0, "2")]);
        tell(&company, &lost, json!({"status": "lost"}));
        let exception = raised(&company, &order);
        carried_out(&company, &exception, json!([{"kind": "ship_again", "shipment": id(&lost)}]), &company.operations());
        assert_eq!(raised(&company, &order)["kind"], "stock_shortage");
        company.receive_stock("PAPER", "2");
        app.let_the_clock_look();
        assert_eq!([&raised(&company, &order)["status"], &company.order(&order)["inventory_status"]], ["resolved", "reserved"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_4_what_a_blocking_exception_stops_leaves_after_it_has_ended() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let lost = parcel(&company, &order);
        tell(&company, &lost, json!({"status": "lost"}));
        let exception = reported(&company, "shipment_lost", &[&order], json!({"blocking": true}));
        let done = carried_out(&company, &exception, json!([{"kind": "ship_again", "shipment": id(&lost)}]), &company.operations());
        assert_eq!(done["status"], "resolved", "or it would wait for what it stops");
        company.pick(&order);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!(company.order(&order)["status"], "shipped");
    });
}

#[test]
fn what_is_on_its_way_or_has_arrived_is_not_sent_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let first = parcel(&company, &order);
        let exception = reported(&company, "shipment_lost", &[&order], json!({}));
        let again = json!([{"kind": "ship_again", "shipment": id(&first)}]);
        assert_eq!(plan(&company, &exception, again.clone()).refused(422, "rule_violated")["action"], 0);
        company.deliver(&first);
        plan(&company, &exception, again).refused(422, "rule_violated");
        plan(&company, &exception, json!([{"kind": "ship_again", "shipment": "shp_none"}])).refused(422, "rule_violated");
        plan(&company, &exception, json!([{"kind": "replace", "sku": "NONE", "quantity": "1"}])).refused(422, "rule_violated");
        plan(&company, &exception, json!([{"kind": "replace", "sku": "PAPER", "quantity": "0"}])).refused(400, "validation_failed");
        let waiting = company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
        let early = reported(&company, "quality_problem", &[&waiting], json!({}));
        plan(&company, &early, json!([{"kind": "replace", "sku": "PAPER", "quantity": "1"}])).refused(422, "rule_violated");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn what_a_plan_that_failed_has_sent_is_not_sent_a_second_time() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        company.deliver(&parcel(&company, &order));
        let exception = reported(&company, "quality_problem", &[&order], json!({}));
        let replace = json!({"kind": "replace", "sku": "PAPER", "quantity": "1"});
        let back = json!({"kind": "return_goods", "sku": "PAPER", "quantity": "1"});
        carried_out(&company, &exception, json!([replace, back]), &company.operations());
        let found = company.viewer().get(&format!("/v1/returns?exception_id={}", id(&exception))).ok()["data"][0].clone();
        company.sales().post(&format!("/v1/returns/{}/cancel", id(&found)), json!({"reason": "they keep it"})).ok();
        assert_eq!(seen(&company, &exception)["status"], "planning");
        carried_out(&company, &exception, json!([replace]), &company.operations());
        assert_eq!(progress(&company, &order), ["1", "1", "1"], "one is replaced, once");
        company.pick(&order);
        company.dispatched(&order, &[(0, "1")]);
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn a_refusal_that_is_told_after_a_replacement_sends_nothing_twice() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let first = parcel(&company, &order);
        company.deliver(&first);
        let exception = reported(&company, "quality_problem", &[&order], json!({}));
        carried_out(&company, &exception, json!([{"kind": "replace", "sku": "PAPER", "quantity": "2"}]), &company.operations());
        tell(&company, &first, json!({"status": "delivered", "refused": [{"line_id": order["lines"][0]["id"], "quantity": "0.5"}]}));
        let refused = raised(&company, &order);
        assert_eq!(refused["kind"], "complaint");
        plan(&company, &refused, json!([{"kind": "ship_again", "shipment": id(&first)}])).refused(422, "rule_violated");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn an_order_that_is_sent_again_keeps_its_goods_and_is_not_cancelled_under_the_customer() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        company.product("PEN", "standard", "10.00");
        let first = parcel(&company, &order);
        company.deliver(&first);
        let exception = reported(&company, "quality_problem", &[&order], json!({}));
        carried_out(&company, &exception, json!([{"kind": "replace", "sku": "PAPER", "quantity": "2"}]), &company.operations());
        for (sku, quantity) in [("PEN", "2"), ("PAPER", "1")] {
            let line = json!({"id": order["lines"][0]["id"], "sku": sku, "quantity": quantity});
            let change = json!({"lines": [line], "reason": "other goods"});
            company.order_admin().patch(&company.path(&order, ""), "*", change).refused(422, "rule_violated");
        }
        company.order_admin().post(&company.path(&order, "/cancel"), json!({"reason": "no more"})).refused(409, "invalid_transition");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn a_parcel_that_was_sent_again_is_not_recalled() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let first = parcel(&company, &order);
        tell(&company, &first, json!({"status": "lost"}));
        let at = format!("/v1/shipments/{}", id(&first));
        carried_out(&company, &raised(&company, &order), json!([{"kind": "ship_again", "shipment": id(&first)}]), &company.operations());
        company.pick(&order); // so that it goes, whatever becomes of the first
        let trace = company.logistics().get(&format!("{at}/events")).ok();
        let lost = trace["data"].as_array().and_then(|all| all.iter().find(|told| told["status"] == "lost")).expect("it was told").clone();
        company.logistics().post(&format!("{at}/events/{}/withdraw", id(&lost)), json!({"reason": "another parcel's"})).ok();
        company.logistics().post(&format!("{at}/recall"), json!({"reason": "it is here"})).refused(422, "rule_violated");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_a_parcel_that_turns_up_before_another_was_picked_for_it_is_not_sent_twice() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let lost = parcel(&company, &order);
        tell(&company, &lost, json!({"status": "lost"}));
        let exception = raised(&company, &order);
        carried_out(&company, &exception, json!([{"kind": "ship_again", "shipment": id(&lost)}]), &company.operations());
        assert_eq!(company.order(&order)["status"], "executing");
        tell(&company, &lost, json!({"status": "delivered", "description": "found"}));
        assert_eq!(progress(&company, &order), ["2", "2", "2"]);
        assert_eq!([&company.order(&order)["status"], &seen(&company, &exception)["status"]], ["received", "resolved"]);
        let stock = company.warehouse().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
        assert_eq!([&stock["on_hand"], &stock["reserved"]], ["8", "0"], "nothing is set aside for it any more");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}
