//! Amendments after review (DOMAIN 1.7; DECISIONS 16, 17, 19): the order stands still until everybody
//! concerned has agreed, and nothing that was done is lost.

use crate::support::{Company, Person, TestApp, id, on_every_store};
use serde_json::{Value, json};

/// An order of so much paper that is being executed; there are 10 sets.
fn executing(company: &Company, quantity: &str) -> Value {
    company.with_paper("10");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": quantity, "unit_price": "10.00"}]));
    assert_eq!(order["status"], "executing");
    order
}

fn amend(company: &Company, order: &Value, patch: Value) -> crate::support::Answer {
    company.sales().patch(&company.path(order, ""), "*", patch)
}

/// The same line, of so much.
fn of(order: &Value, quantity: &str) -> Value {
    json!([{"id": id(&order["lines"][0]), "sku": "PAPER", "quantity": quantity, "unit_price": "10.00"}])
}

fn approve_all(company: &Company, order: &Value) {
    while !company.pending_steps(order).is_empty() {
        company.approve_next(order);
    }
}

fn by_phone(company: &Company, person: &Person, order: &Value) -> crate::support::Answer {
    person.post(&company.path(order, "/confirm"), json!({"method": "phone"}))
}

fn available(app: &TestApp) -> i64 {
    app.number("SELECT CAST(SUM(on_hand - reserved) AS BIGINT) AS value FROM stock") / 10_000
}

#[test]
fn decision_17_a_reviewed_order_keeps_its_status_and_stands_still_until_all_agree() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        amend(&company, &order, json!({"lines": of(&order, "3")})).refused(400, "validation_failed");
        let amended = amend(&company, &order, json!({"lines": of(&order, "3"), "reason": "one more"})).ok();
        assert_eq!([&amended["status"], &amended["amended_from"], &amended["reconfirm"]], [&json!("executing"), &json!(1), &json!(true)]);
        assert_eq!(amended["total"], "30.00");
        let task = company.task(&order, "warehouse");
        let problem = company.warehouse().post(&format!("/v1/tasks/{}/start", id(&task)), json!({})).refused(409, "order_blocked");
        assert_eq!(problem["reasons"][0]["code"], "amendment_open");
        company.logistics().post(&company.path(&order, "/shipments"), crate::support::parcel(&order, &[(0, "2")])).refused(409, "order_blocked");
        by_phone(&company, &company.sales(), &order).refused(409, "invalid_transition");
        approve_all(&company, &order);
        assert_eq!(company.order(&order)["amended_from"], 1, "the customer is asked next");
        by_phone(&company, &company.second_sales(), &order).refused(403, "forbidden");
        let agreed = by_phone(&company, &company.sales(), &order).ok();
        assert_eq!([&agreed["status"], &agreed["amended_from"], &agreed["reconfirm"]], [&json!("executing"), &Value::Null, &json!(false)]);
        assert_eq!([&agreed["inventory_status"], &agreed["lines"][0]["reserved"]], ["reserved", "3"]);
        by_phone(&company, &company.sales(), &order).refused(409, "invalid_transition");
        company.pick(&order);
        company.dispatched(&agreed, &[(0, "3")]);
        assert_eq!(company.order(&order)["status"], "shipped");
    });
}

#[test]
fn decision_17_the_customer_agrees_to_an_amendment_by_a_new_link() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.approved(json!([{"sku": "PAPER", "quantity": "2", "unit_price": "10.00"}]));
        let first = crate::confirming::link(app, &order);
        app.anyone.post(&first, json!({"answer": "confirm"})).ok();
        amend(&company, &order, json!({"lines": of(&order, "4"), "reason": "two more"})).ok();
        approve_all(&company, &order);
        let second = crate::confirming::link(app, &order);
        assert_ne!(first, second);
        assert_eq!(app.anyone.get(&second).ok()["order"]["total"], "40.00");
        app.anyone.post(&first, json!({"answer": "change", "comment": "no"})).refused(409, "link_already_used");
        app.anyone.post(&second, json!({"answer": "confirm"})).ok();
        let agreed = company.order(&order);
        assert_eq!([&agreed["amended_from"], &agreed["lines"][0]["reserved"]], [&Value::Null, &json!("4")]);
        // who does not want it says so, and the order stands still with their words
        amend(&company, &order, json!({"lines": of(&order, "5"), "reason": "one more"})).ok();
        approve_all(&company, &order);
        app.anyone.post(&crate::confirming::link(app, &order), json!({"answer": "change", "comment": "four are enough"})).ok();
        let open = company.order(&order);
        assert_eq!([&open["status"], &open["correction"], &open["amended_from"]], [&json!("executing"), &json!("four are enough"), &json!(3 - 1)]);
        amend(&company, &order, json!({"lines": of(&order, "4"), "reason": "as the customer says"})).ok();
        approve_all(&company, &order);
        assert_eq!(company.order(&order)["amended_from"], Value::Null, "they had agreed to four before");
    });
}

#[test]
fn decision_16_a_rejected_amendment_brings_back_what_counted() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "4");
        let second = json!({"name": "Desk", "quantity": "1", "unit_price": "5", "kind": "custom"});
        let lines = json!([of(&order, "1")[0], second]);
        amend(&company, &order, json!({"lines": lines, "reason": "fewer sets, and a desk"})).ok();
        assert_eq!(available(app), 6, "nothing is given up before it is agreed");
        let step = company.pending_steps(&order).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/reject", id(&step)), json!({"comment": "not at this price"})).ok();
        let restored = company.order(&order);
        assert_eq!([&restored["status"], &restored["total"], &restored["amended_from"]], [&json!("executing"), &json!("40.00"), &Value::Null]);
        assert_eq!((restored["revision"].as_i64(), restored["lines"].as_array().map(Vec::len)), (Some(3), Some(1)));
        assert_eq!([&restored["lines"][0]["id"], &restored["lines"][0]["reserved"]], [&order["lines"][0]["id"], &json!("4")]);
        let revision = company.sales().get(&company.path(&order, "/revisions/3")).ok();
        assert_eq!(revision["reason"], "The amendment was rejected: not at this price");
        company.pick(&order);
    });
}

#[test]
fn decision_19_what_was_picked_or_packed_cannot_be_taken_back() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "4");
        company.pack(&order, &[(0, "3")]);
        let refused = |lines: Value| amend(&company, &order, json!({"lines": lines, "reason": "fewer"})).refused(422, "rule_violated");
        assert_eq!(refused(of(&order, "2"))["rule"], "DECISIONS 19");
        let other = json!([{"name": "Desk", "quantity": "1", "unit_price": "5", "kind": "custom"}]);
        refused(other);
        company.pick(&order);
        refused(of(&order, "3"));
        refused(of(&order, "5"));
        assert_eq!(company.order(&order)["revision"], 1, "nothing was changed");
        amend(&company, &order, json!({"tags": ["fragile"], "reason": "for the carrier"})).ok();
        assert_eq!(company.order(&order)["amended_from"], Value::Null, "tags are nobody's");
        company.dispatched(&order, &[(0, "1")]);
    });
}

#[test]
fn rule_1_7_work_follows_the_lines() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        let desk = json!({"name": "Desk", "quantity": "1", "unit_price": "5", "kind": "custom"});
        let with_desk = amend(&company, &order, json!({"lines": [of(&order, "2")[0], desk], "reason": "and a desk"})).ok();
        approve_all(&company, &order);
        by_phone(&company, &company.sales(), &order).ok();
        let task = company.task(&order, "production");
        assert_eq!(task["status"], "open");
        amend(&company, &order, json!({"lines": of(&order, "2"), "reason": "no desk"})).ok();
        approve_all(&company, &order);
        by_phone(&company, &company.sales(), &order).ok();
        assert_eq!(company.task(&order, "production")["status"], "cancelled");
        assert_eq!(with_desk["lines"].as_array().map(Vec::len), Some(2));
        company.pick(&order);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!(company.order(&order)["status"], "shipped");
        amend(&company, &order, json!({"tags": ["late"], "reason": "too late"})).refused(409, "invalid_transition");
    });
}

#[test]
fn an_amendment_that_cannot_be_served_is_short_and_one_that_is_smaller_frees_stock() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "8");
        amend(&company, &order, json!({"lines": of(&order, "12"), "reason": "more"})).ok();
        approve_all(&company, &order);
        by_phone(&company, &company.sales(), &order).ok();
        let short = company.order(&order);
        assert_eq!([&short["inventory_status"], &short["lines"][0]["reserved"]], ["partly_reserved", "10"]);
        assert_eq!(short["blocked_by"].as_array().map(Vec::len), Some(1));
        amend(&company, &order, json!({"lines": of(&order, "6"), "reason": "fewer"})).ok();
        approve_all(&company, &order);
        by_phone(&company, &company.sales(), &order).ok();
        let served = company.order(&order);
        assert_eq!([&served["inventory_status"], &served["blocked_by"]], [&json!("reserved"), &json!([])]);
        assert_eq!(available(app), 4);
    });
}

#[test]
fn rule_1_7_what_an_amendment_would_come_to_is_seen_beforehand() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        let before = (company.order(&order), app.count("stock_movements"));
        let said = json!({"lines": of(&order, "1"), "reason": "one is enough"});
        let preview = company.sales().patch(&company.path(&order, "?preview=true"), "*", said).ok();
        assert_eq!(
            [&preview["order"]["total"], &preview["asks_again"], &preview["order"]["reconfirm"]],
            [&json!("10.00"), &json!(true), &json!(true)]
        );
        assert_eq!((company.order(&order), app.count("stock_movements")), before, "nothing of it is done");
    });
}

#[test]
fn work_that_was_needed_once_is_needed_again_and_what_a_person_cancelled_stays_so() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        let desk = json!({"name": "Desk", "quantity": "1", "unit_price": "5", "kind": "custom"});
        let coordinate = company.task(&order, "sales");
        company.order_admin().post(&format!("/v1/tasks/{}/cancel", id(&coordinate)), json!({"reason": "nothing to coordinate"})).ok();
        let mut task = Value::Null;
        for lines in [json!([of(&order, "2")[0], desk]), of(&order, "2"), json!([of(&order, "2")[0], desk])] {
            amend(&company, &order, json!({"lines": lines, "reason": "as they wish"})).ok();
            approve_all(&company, &order);
            by_phone(&company, &company.sales(), &order).ok();
            task = company.task(&order, "production");
        }
        assert_eq!([&task["status"], &company.task(&order, "sales")["status"]], ["open", "cancelled"]);
        let waits_for = company.task(&order, "logistics")["depends_on"].clone();
        assert_eq!(waits_for.as_array().map(Vec::len), Some(2), "nothing leaves before the desk is made");
    });
}

#[test]
fn an_order_is_not_complete_because_of_what_nobody_has_agreed_to() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let desk = json!({"name": "Desk", "quantity": "1", "unit_price": "5", "kind": "custom"});
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, desk]));
        company.pick(&order);
        let parcel = company.dispatched(&order, &[(0, "2")]);
        let paper = json!({"id": id(&order["lines"][0]), "sku": "PAPER", "quantity": "2", "unit_price": "10.00"});
        amend(&company, &order, json!({"lines": [paper], "reason": "no desk"})).ok();
        company.deliver(&parcel);
        assert_eq!(company.order(&order)["status"], "executing", "the desk is not given up yet");
        approve_all(&company, &order);
        by_phone(&company, &company.sales(), &order).ok();
        assert_eq!(company.order(&order)["status"], "received");
        assert_eq!(company.task(&order, "logistics")["status"], "done");
    });
}

#[test]
fn a_line_that_was_ever_packed_may_change_but_not_go() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, {"name": "Pen", "quantity": "1", "unit_price": "1"}]));
        let parcel = company.pack(&order, &[(1, "1")]);
        company.logistics().post(&format!("/v1/shipments/{}/cancel", id(&parcel)), json!({"reason": "not yet"})).ok();
        amend(&company, &order, json!({"lines": of(&order, "2"), "reason": "no pen"})).refused(422, "rule_violated");
    });
}

#[test]
fn what_was_sent_back_is_looked_at_again_whatever_was_changed() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        amend(&company, &order, json!({"lines": of(&order, "3"), "reason": "one more"})).ok();
        let step = company.pending_steps(&order).remove(0);
        let said = json!({"comment": "which purchase order?"});
        company.second_sales().post(&format!("/v1/approvals/{}/send-back", id(&step)), said).ok();
        assert_eq!(company.order(&order)["correction"], "which purchase order?");
        amend(&company, &order, json!({"metadata": {"po": "4711"}, "reason": "it is 4711"})).ok();
        approve_all(&company, &order);
        by_phone(&company, &company.sales(), &order).ok();
        assert_eq!(company.order(&order)["amended_from"], Value::Null);
    });
}

#[test]
fn an_amendment_is_taken_back_by_what_counted_before() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        amend(&company, &order, json!({"lines": of(&order, "3"), "reason": "one more"})).ok();
        let back = amend(&company, &order, json!({"lines": of(&order, "2"), "reason": "after all not"})).ok();
        assert_eq!([&back["amended_from"], &back["reconfirm"]], [&Value::Null, &json!(false)]);
        assert_eq!(company.pending_steps(&order).len(), 0);
        company.pick(&order);
    });
}

#[test]
fn rule_7_1_nothing_is_invoiced_by_what_is_not_agreed() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        amend(&company, &order, json!({"currency": "USD", "reason": "they pay in dollars"})).refused(422, "rule_violated");
        amend(&company, &order, json!({"lines": of(&order, "9"), "reason": "more"})).ok();
        let invoice = json!({"order_id": id(&order), "number": "INV-1", "amount": "90.00", "kind": "ordinary"});
        company.finance().post("/v1/invoices", invoice).refused(409, "order_blocked");
    });
}

#[test]
fn decision_36_silence_about_an_amendment_is_told_and_the_order_goes_on_waiting() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        amend(&company, &order, json!({"lines": of(&order, "3"), "reason": "one more"})).ok();
        approve_all(&company, &order);
        company.sales().post(&company.path(&order, "/request-confirmation"), json!({})).ok();
        app.advance(chrono::TimeDelta::days(15));
        app.let_the_clock_look();
        let waiting = company.order(&order);
        assert_eq!(
            [&waiting["status"], &waiting["correction"], &waiting["amended_from"]],
            [&json!("executing"), &json!("The customer did not answer."), &json!(1)]
        );
        company.sales().post(&company.path(&order, "/request-confirmation"), json!({})).ok();
        app.anyone.post(&crate::confirming::link(app, &order), json!({"answer": "confirm"})).ok();
        assert_eq!(company.order(&order)["amended_from"], Value::Null);
    });
}

#[test]
fn decision_17_only_the_last_yes_counts() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.approved(json!([{"sku": "PAPER", "quantity": "2", "unit_price": "10.00"}]));
        let confirm = || app.anyone.post(&crate::confirming::link(app, &order), json!({"answer": "confirm"})).ok();
        confirm();
        for quantity in ["3", "2"] {
            amend(&company, &order, json!({"lines": of(&order, quantity), "reason": "as they wish"})).ok();
            approve_all(&company, &order);
            assert_ne!(company.order(&order)["amended_from"], Value::Null, "they agreed to something else since");
            confirm();
            assert_eq!(company.order(&order)["amended_from"], Value::Null);
        }
        amend(&company, &order, json!({"lines": of(&order, "3"), "reason": "by phone"})).ok();
        approve_all(&company, &order);
        by_phone(&company, &company.sales(), &order).ok();
        amend(&company, &order, json!({"lines": of(&order, "2"), "reason": "and back"})).ok();
        approve_all(&company, &order);
        assert_ne!(company.order(&order)["amended_from"], Value::Null);
    });
}

#[test]
fn decision_16_a_rejection_takes_back_what_was_judged_and_nothing_else() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "4");
        amend(&company, &order, json!({"lines": of(&order, "5"), "reason": "one more"})).ok();
        let street = json!({"delivery": {"address": {"street": "77 New Street"}}, "tags": ["keep"], "reason": "they have moved"});
        amend(&company, &order, street).ok();
        let step = company.pending_steps(&order).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/reject", id(&step)), json!({"comment": "no"})).ok();
        let restored = company.order(&order);
        assert_eq!(
            [&restored["total"], &restored["delivery"]["address"]["street"], &restored["tags"]],
            [&json!("40.00"), &json!("77 New Street"), &json!(["keep"])]
        );
    });
}

#[test]
fn decision_17_a_written_no_is_not_made_a_yes_by_phone() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        amend(&company, &order, json!({"lines": of(&order, "8"), "reason": "more"})).ok();
        approve_all(&company, &order);
        app.anyone.post(&crate::confirming::link(app, &order), json!({"answer": "change", "comment": "No! two"})).ok();
        by_phone(&company, &company.sales(), &order).refused(409, "invalid_transition");
        amend(&company, &order, json!({"lines": of(&order, "2"), "reason": "as they say"})).ok();
        assert_eq!(company.order(&order)["amended_from"], Value::Null);
    });
}

#[test]
fn decision_23_what_an_amendment_adds_is_invoiced_too() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        let invoice = json!({"order_id": id(&order), "number": "INV-1", "amount": "20.00", "kind": "ordinary"});
        company.finance().post("/v1/invoices", invoice).created();
        assert_eq!(company.task(&order, "finance")["status"], "done");
        amend(&company, &order, json!({"lines": of(&order, "3"), "reason": "more"})).ok();
        approve_all(&company, &order);
        by_phone(&company, &company.sales(), &order).ok();
        assert_eq!(company.task(&order, "finance")["status"], "open");
    });
}

#[test]
fn decision_36_nobody_is_late_while_others_are_asked() {
    on_every_store(|app| {
        let company = app.company();
        let order = executing(&company, "2");
        let overdue = || app.count("events WHERE name = 'task.overdue'");
        amend(&company, &order, json!({"lines": of(&order, "3"), "reason": "one more"})).ok();
        app.advance(chrono::TimeDelta::days(20));
        app.let_the_clock_look();
        assert_eq!(overdue(), 0, "the amendment waits for its approvers");
        approve_all(&company, &order);
        app.let_the_clock_look();
        assert_eq!(overdue(), 0, "and then for the customer");
        by_phone(&company, &company.sales(), &order).ok();
        app.let_the_clock_look();
        assert_eq!(overdue(), 2, "picking and coordinating");
    });
}
