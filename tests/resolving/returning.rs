//! Goods that come back: never more than were delivered, inspected before anything is in stock or refunded (DOMAIN 6.5, 7.2).

use super::goods::{parcel, tell};
use super::{carried_out, path, plan, reported, seen};
use crate::support::{Answer, Company, Passed, WRITERS, at_once, id, on_every_store};
use serde_json::{Value, json};

/// An order of two, 32.00 in all, delivered and paid.
fn delivered(company: &Company) -> Value {
    let order = company.shipped();
    company.deliver(&parcel(company, &order));
    company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": "32.00", "method": "transfer"})).created();
    order
}

fn sent_back(company: &Company, order: &Value, quantity: &str) -> Answer {
    let lines = json!([{"line_id": id(&order["lines"][0]), "quantity": quantity}]);
    company.sales().post("/v1/returns", json!({"order_id": id(order), "reason": "the wrong size", "lines": lines}))
}

fn at(back: &Value, rest: &str) -> String {
    format!("/v1/returns/{}{rest}", id(back))
}

fn balance(company: &Company, order: &Value) -> Value {
    company.finance().get(&company.path(order, "/balance")).ok()
}

fn on_hand(company: &Company) -> Value {
    company.warehouse().get("/v1/stock?sku=PAPER").ok()["data"][0]["on_hand"].clone()
}

#[test]
fn rule_6_5_goods_are_refunded_when_they_are_here_and_as_much_as_came_of_them() {
    on_every_store(|app| {
        let company = app.company();
        let order = delivered(&company);
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let proposals = company.viewer().get(&path(&exception, "/proposals")).ok();
        let usual = proposals["proposals"].as_array().and_then(|all| all.iter().find(|one| one["action"]["kind"] == "return_goods").cloned());
        assert_eq!(usual.expect("it is proposed")["action"]["refund"], json!({"amount": "20.0000", "method": "transfer"}));
        let action = |amount: &str| {
            let refund = json!({"amount": amount, "method": "transfer"});
            json!([{"kind": "return_goods", "sku": "PAPER", "quantity": "2", "refund": refund}])
        };
        carried_out(&company, &exception, action("19.99"), &company.second_sales());
        let back = company.viewer().get(&format!("/v1/returns?order_id={}", id(&order))).ok()["data"][0].clone();
        assert_eq!([&back["refund_amount"], &back["exception_id"]], [&json!("19.99"), &exception["id"]]);
        assert_eq!(balance(&company, &order)["refunded"], "0.00", "nothing has come yet");

        let lines = json!([{"line_id": back["lines"][0]["line_id"], "quantity": "1.5"}]);
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "WH1", "lines": lines})).ok();
        assert_eq!([&on_hand(&company), &seen(&company, &exception)["status"]], ["8", "resolving"], "it is not inspected yet");
        company.warehouse().post(&at(&back, "/inspect"), json!({})).ok();
        assert_eq!(on_hand(&company), "9.5");
        assert_eq!(balance(&company, &order)["refunded"], "14.99", "three quarters of it, to the fen");
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert_eq!(company.order(&order)["status"], "received", "it stays so");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_no_more_comes_back_than_was_delivered() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        sent_back(&company, &order, "1").refused(422, "rule_violated"); // it is on its way
        company.deliver(&parcel(&company, &order));
        let refused = sent_back(&company, &order, "2.0001").refused(422, "rule_violated");
        assert_eq!(refused["left"], "2");
        let first = sent_back(&company, &order, "1.5").created();
        assert!(first["number"].as_str().is_some_and(|number| number.starts_with("RT-")), "{first}");
        sent_back(&company, &order, "0.6").refused(422, "rule_violated");
        company.sales().post(&at(&first, "/cancel"), json!({"reason": "they keep them"})).ok();
        let second = sent_back(&company, &order, "2").created();
        // what does not come counts no more once the rest was received
        let lines = json!([{"line_id": second["lines"][0]["line_id"], "quantity": "0.5"}]);
        company.warehouse().post(&at(&second, "/receive"), json!({"warehouse": "WH1", "lines": lines})).ok();
        sent_back(&company, &order, "1.6").refused(422, "rule_violated");
        sent_back(&company, &order, "1.5").created();
        assert_eq!(company.order(&order)["lines"][0]["returned"], "0.5");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_a_parcel_that_came_back_is_received_inspected_and_sent_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let first = parcel(&company, &order);
        tell(&company, &first, json!({"status": "returned", "description": "nobody at home"}));
        let back = sent_back(&company, &order, "2").created();
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "WH1"})).ok();
        let lines = json!([{"line_id": back["lines"][0]["line_id"], "restocked": "1.5", "scrapped": "0.5"}]);
        company.warehouse().post(&at(&back, "/inspect"), json!({"lines": lines})).ok();
        assert_eq!(on_hand(&company), "9.5");
        let exception = company.order_admin().get(&format!("/v1/exceptions?order_id={}", id(&order))).ok()["data"][0].clone();
        carried_out(&company, &exception, json!([{"kind": "ship_again", "shipment": id(&first)}]), &company.operations());
        company.pick(&order);
        let second = company.dispatched(&order, &[(0, "2")]);
        company.deliver(&second);
        assert_eq!([&company.order(&order)["status"], &seen(&company, &exception)["status"]], ["received", "resolved"]);
        assert_eq!(on_hand(&company), "7.5");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_3_a_plan_whose_goods_do_not_come_is_made_anew() {
    on_every_store(|app| {
        let company = app.company();
        let order = delivered(&company);
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let actions = json!([{"kind": "return_goods", "sku": "PAPER", "quantity": "1", "refund": {"amount": "10", "method": "transfer"}}]);
        carried_out(&company, &exception, actions, &company.second_sales());
        let back = company.viewer().get(&format!("/v1/returns?exception_id={}&status=expected", id(&exception))).ok()["data"][0].clone();
        company.sales().post(&at(&back, "/cancel"), json!({"reason": "they keep it"})).ok();
        assert_eq!(seen(&company, &exception)["status"], "planning");
        assert_eq!(balance(&company, &order)["refunds"], json!([]));
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_7_2_what_cannot_be_refunded_any_more_is_for_people_to_see_to() {
    on_every_store(|app| {
        let company = app.company();
        let order = delivered(&company);
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let action =
            |amount: &str| json!([{"kind": "return_goods", "sku": "PAPER", "quantity": "1", "refund": {"amount": amount, "method": "transfer"}}]);
        assert_eq!(plan(&company, &exception, action("32.01")).refused(422, "rule_violated")["action"], 0, "it was not paid");
        plan(&company, &exception, action("0.001")).refused(400, "validation_failed");
        carried_out(&company, &exception, action("30"), &company.second_sales());
        let other = reported(&company, "complaint", &[&order], json!({}));
        plan(&company, &other, action("2.01")).refused(422, "rule_violated"); // the rest is promised
        let back = company.viewer().get(&format!("/v1/returns?exception_id={}", id(&exception))).ok()["data"][0].clone();
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "WH1"})).ok();
        let payment = company.finance().get(&format!("/v1/payments?order_id={}", id(&order))).ok()["data"][0].clone();
        company.finance().post(&format!("/v1/payments/{}/reverse", id(&payment)), json!({"reason": "booked twice"})).ok();
        company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": "12.00", "method": "cash"})).created();
        company.warehouse().post(&at(&back, "/inspect"), json!({})).ok();
        assert_eq!([&on_hand(&company), &balance(&company, &order)["refunded"]], ["9", "12.00"], "what came is a fact");
        assert_eq!(seen(&company, &exception)["status"], "planning", "what is missing is planned anew");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn goods_that_were_made_for_one_customer_are_nobody_elses_stock() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "1", "kind": "custom"}]));
        company.produce(&order);
        company.deliver(&company.dispatched(&order, &[(0, "1")]));
        let back = sent_back(&company, &order, "1").created();
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "WH1"})).ok();
        company.warehouse().post(&at(&back, "/inspect"), json!({})).ok();
        assert_eq!(on_hand(&company), "1");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn a_return_that_no_plan_wanted_ends_none_when_it_is_cancelled() {
    on_every_store(|app| {
        let company = app.company();
        let order = delivered(&company);
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let task = json!([{"kind": "task", "department": "sales", "title": "Call them"}]);
        carried_out(&company, &exception, task, &company.order_admin());
        let lines = json!([{"line_id": order["lines"][0]["id"], "quantity": "1"}]);
        let body = json!({"order_id": id(&order), "exception_id": id(&exception), "reason": "too big", "lines": lines});
        let back = company.sales().post("/v1/returns", body).created();
        company.sales().post(&at(&back, "/cancel"), json!({"reason": "they keep it"})).ok();
        assert_eq!(seen(&company, &exception)["status"], "resolving");
    });
}

#[test]
fn a_return_names_what_there_is_and_goes_its_way_once() {
    on_every_store(|app| {
        let company = app.company();
        let order = delivered(&company);
        let line = order["lines"][0]["id"].clone();
        let body = |lines: Value| json!({"order_id": id(&order), "reason": "the wrong size", "lines": lines});
        let pointers = |body: Value| {
            let problem = company.sales().post("/v1/returns", body).refused(400, "validation_failed");
            problem["errors"].as_array().expect("fields").iter().map(|error| error["pointer"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(pointers(body(json!([]))), ["/lines"]);
        assert_eq!(pointers(body(json!([{"line_id": "lin_none", "quantity": "1"}]))), ["/lines/0/line_id"]);
        assert_eq!(pointers(body(json!([{"line_id": line, "quantity": "1"}, {"line_id": line, "quantity": "1"}]))), ["/lines"]);
        let mut stranger = body(json!([{"line_id": line, "quantity": "1"}]));
        stranger["exception_id"] = json!("EX-209901-001");
        assert_eq!(pointers(stranger), ["/exception_id"]);
        assert_eq!(pointers(json!({"order_id": "none", "reason": "x", "lines": [{"line_id": line, "quantity": "1"}]})), ["/order_id"]);

        let back = sent_back(&company, &order, "2").created();
        company.warehouse().post(&at(&back, "/inspect"), json!({})).refused(409, "invalid_transition");
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "NONE"})).refused(400, "validation_failed");
        let more = json!({"warehouse": "WH1", "lines": [{"line_id": line, "quantity": "2.5"}]});
        company.warehouse().post(&at(&back, "/receive"), more).refused(400, "validation_failed");
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "WH1"})).ok();
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "WH1"})).refused(409, "invalid_transition");
        company.sales().post(&at(&back, "/cancel"), json!({"reason": "too late"})).refused(409, "invalid_transition");
        let less = json!({"lines": [{"line_id": line, "restocked": "1"}]});
        company.warehouse().post(&at(&back, "/inspect"), less).refused(400, "validation_failed");
        company.viewer().post(&at(&back, "/inspect"), json!({})).refused(403, "forbidden");
        company.warehouse().post("/v1/returns/ret_none/inspect", json!({})).refused(404, "not_found");
    });
}

#[test]
fn two_who_inspect_the_same_goods_put_them_into_stock_once() {
    on_every_store(|app| {
        let company = app.company();
        let order = delivered(&company);
        let back = sent_back(&company, &order, "2").created();
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "WH1"})).ok();
        let warehouse = company.warehouse();
        let tries = (0..WRITERS).map(|_| || warehouse.post(&at(&back, "/inspect"), json!({})).status).collect();
        let Passed { outcomes: answers, .. } = at_once(app, "returns", tries);
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1);
        assert!(answers.iter().all(|status| [200, 409, 412].contains(status)), "{answers:?}");
        assert_eq!(on_hand(&company), "10");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn goods_that_have_not_left_after_all_do_not_come_back() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let first = parcel(&company, &order);
        company.deliver(&first);
        let back = sent_back(&company, &order, "2").created();
        let trace = company.logistics().get(&format!("/v1/shipments/{}/events", id(&first))).ok();
        let told = trace["data"].as_array().and_then(|all| all.iter().find(|told| told["status"] == "delivered")).expect("it was told").clone();
        let withdraw = format!("/v1/shipments/{}/events/{}/withdraw", id(&first), id(&told));
        company.logistics().post(&withdraw, json!({"reason": "another parcel's"})).ok();
        company.warehouse().post(&at(&back, "/receive"), json!({"warehouse": "WH1"})).refused(422, "rule_violated");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn money_is_promised_once() {
    on_every_store(|app| {
        let company = app.company();
        let order = delivered(&company);
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let back = json!({"kind": "return_goods", "sku": "PAPER", "quantity": "1", "refund": {"amount": "32", "method": "transfer"}});
        let twice = json!([back, {"kind": "refund", "amount": "0.01", "method": "cash"}]);
        assert_eq!(plan(&company, &exception, twice).refused(422, "rule_violated")["action"], 1);
        carried_out(&company, &exception, json!([back]), &company.second_sales());
        let dismiss = json!({"reason": "it is none"});
        company.order_admin().post(&path(&exception, "/dismiss"), dismiss).ok();
        let payment = company.finance().get(&format!("/v1/payments?order_id={}", id(&order))).ok()["data"][0].clone();
        assert_eq!(balance(&company, &order)["refunded_too_much"], "0.00");
        company.finance().post(&format!("/v1/payments/{}/reverse", id(&payment)), json!({"reason": "booked twice"})).ok();
        assert_eq!(balance(&company, &order)["refunded_too_much"], "0.00", "nothing went back");
    });
}
