//! Orders that leave in parts: what there is first, the rest when it comes (DOMAIN 4.1, 6.5).

use super::{agree, path, plan, seen, shortage};
use crate::support::{Company, id, note_pdf, on_every_store, order_of};
use serde_json::{Value, json};

fn lines(company: &Company, order: &Value) -> [String; 3] {
    let line = company.order(order)["lines"][0].clone();
    ["picked", "shipped", "delivered"].map(|field| line[field].as_str().expect("a quantity").to_owned())
}

/// An order of so much paper that may leave in parts, agreed with the customer.
fn in_parts(company: &Company, quantity: &str) -> Value {
    let mut body = order_of(json!([{"sku": "PAPER", "quantity": quantity}]));
    body["delivery"]["in_parts"] = json!(true);
    let order = company.sales().post("/v1/orders", body).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    agree(company, &order);
    order
}

/// Everything that is ready is packed and leaves.
fn leaves(company: &Company, order: &Value) -> Value {
    let body = json!({"method": "courier", "carrier": "SF", "tracking_number": format!("SF{}", company.order(order)["version"])});
    let shipment = company.logistics().post(&company.path(order, "/shipments"), body).created();
    company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&shipment)), json!({})).ok()
}

#[test]
fn rule_6_5_what_there_is_leaves_when_the_customer_agrees_and_the_rest_when_it_comes() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("3");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let exception = shortage(&company, &order);
        let proposals = company.viewer().get(&path(&exception, "/proposals")).ok();
        let part = proposals["proposals"].as_array().and_then(|all| all.iter().find(|one| one["action"]["kind"] == "ship_part").cloned());
        let part = part.expect("three are there")["action"].clone();
        plan(&company, &exception, json!([part])).ok();
        company.order_admin().post(&path(&exception, "/approve"), json!({})).refused(403, "self_approval");
        company.operations().post(&path(&exception, "/approve"), json!({})).ok();
        assert_eq!([&seen(&company, &exception)["status"], &company.order(&order)["status"]], ["resolving", "reviewed"], "nobody has agreed");
        agree(&company, &order);
        let going = company.order(&order);
        assert_eq!([&seen(&company, &exception)["status"], &going["status"]], ["resolved", "executing"]);
        assert_eq!(going["delivery"]["in_parts"], true);

        company.pick(&order);
        assert_eq!(lines(&company, &order), ["3", "0", "0"]);
        let first = leaves(&company, &order);
        assert_eq!([&first["lines"][0]["quantity"], &company.order(&order)["status"]], ["3", "executing"]);
        company.logistics().post(&company.path(&order, "/shipments"), json!({"method": "courier", "carrier": "SF"})).refused(422, "rule_violated");
        company.deliver(&first);
        assert_eq!(company.order(&order)["status"], "executing", "two are missing");

        company.receive_stock("PAPER", "9");
        app.let_the_clock_look();
        company.pick(&order);
        let second = leaves(&company, &order);
        assert_eq!([&second["lines"][0]["quantity"], &company.order(&order)["status"]], ["2", "shipped"]);
        company.deliver(&second);
        assert_eq!(company.order(&order)["status"], "received");
        let stock = company.warehouse().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
        assert_eq!([&stock["on_hand"], &stock["reserved"]], ["7", "0"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn an_order_that_may_leave_in_parts_is_not_stopped_by_what_is_missing() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        let order = in_parts(&company, "2");
        assert_eq!(company.order(&order)["status"], "executing");
        assert_eq!([&shortage(&company, &order)["status"], &shortage(&company, &order)["blocking"]], [&json!("reported"), &json!(false)]);
        company.pick(&order);
        assert_eq!(lines(&company, &order), ["1", "0", "0"]);
        company.receive_stock("PAPER", "1");
        app.let_the_clock_look();
        assert_eq!(shortage(&company, &order)["status"], "resolved", "nothing is missing any more");
        company.pick(&order);
        assert_eq!(lines(&company, &order), ["2", "0", "0"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn nothing_is_picked_of_what_is_not_there_at_all() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
        let order = in_parts(&company, "2");
        let task = company.task(&order, "warehouse");
        let path = format!("/v1/tasks/{}", id(&task));
        company.warehouse().upload(&format!("{path}/evidence"), "goods_issue_note", "proof.pdf", &note_pdf()).is(201);
        company.warehouse().post(&format!("{path}/complete"), json!({})).refused(409, "invalid_transition");
    });
}

#[test]
fn what_is_given_to_an_order_after_its_first_part_is_picked_and_an_amendment_of_it_may_be_rejected() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let giver = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let order = in_parts(&company, "5");
        company.pick(&order);
        leaves(&company, &order);
        let less = json!({"lines": [{"id": order["lines"][0]["id"], "sku": "PAPER", "quantity": "3"}], "reason": "fewer"});
        company.sales().patch(&company.path(&order, ""), "*", less).ok();
        let step = company.pending_steps(&order).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/reject", id(&step)), json!({"comment": "they need all"})).ok();
        assert_eq!(company.order(&order)["lines"][0]["quantity"], "5");
        let give = json!({"sku": "PAPER", "from_order": id(&giver), "to_order": id(&order), "quantity": "2", "reason": "they wait"});
        company.order_admin().post("/v1/stock/reservations/move", give).ok();
        company.pick(&order);
        leaves(&company, &order);
        assert_eq!(company.order(&order)["status"], "shipped");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn an_order_that_comes_to_leave_in_parts_is_let_go_though_its_shortage_stays() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("3");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        assert_eq!(shortage(&company, &order)["blocking"], true);
        let change = json!({"delivery": {"in_parts": true}, "reason": "they cannot wait for all of it"});
        company.sales().patch(&company.path(&order, ""), "*", change).ok();
        agree(&company, &order);
        assert_eq!([&shortage(&company, &order)["status"], &shortage(&company, &order)["blocking"]], [&json!("reported"), &json!(false)]);
        assert_eq!(company.order(&order)["status"], "executing");
        company.pick(&order);
        leaves(&company, &order);
        assert_eq!(lines(&company, &order), ["3", "3", "0"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}
