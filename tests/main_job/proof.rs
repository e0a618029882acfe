//! Work is done when it is proven, and what lines wait for is not waved through (DOMAIN 3.3, 3.4,
//! DECISIONS 23).

use crate::support::{Company, Person, id, note_pdf, on_every_store};
use serde_json::{Value, json};

/// A picked order of two sets of paper at 10.00.
fn two_sets(company: &Company) -> Value {
    company.with_paper("10");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
    company.pick(&order);
    order
}

fn invoice(company: &Company, order: &Value, number: &str, amount: &str) {
    let body = json!({"order_id": id(order), "kind": "ordinary", "number": number, "amount": amount});
    company.finance().post("/v1/invoices", body).is(201);
}

fn service(unit_price: &str) -> Value {
    json!({"name": "Installation on site", "kind": "service", "quantity": "1", "unit": "visit", "unit_price": unit_price})
}

fn custom() -> Value {
    json!({"name": "Engraved trophy", "kind": "custom", "quantity": "1", "unit": "piece", "unit_price": "200.00"})
}

#[test]
fn the_last_quality_report_counts_and_one_that_failed_proves_nothing() {
    // DOMAIN 3.3
    on_every_store(|app| {
        let company = app.company();
        let order = company.confirmed(json!([custom()]));
        let (maker, task) = (company.production(), format!("/v1/tasks/{}", id(&company.task(&order, "production"))));
        let report = |result: &str| drop(maker.upload_report(&format!("{task}/evidence"), result, &note_pdf()).is(201));
        let complete = || maker.post(&format!("{task}/complete"), json!({}));
        report("fail");
        complete().refused(422, "evidence_missing");
        report("pass");
        report("fail");
        complete().refused(422, "evidence_missing");
        assert_eq!(company.order(&order)["stage"], "awaiting_production");
        report("pass");
        assert_eq!(complete().ok()["status"], "done");
    });
}

#[test]
fn finance_is_done_when_the_whole_total_is_invoiced() {
    // DECISIONS 23
    on_every_store(|app| {
        let company = app.company();
        let order = two_sets(&company);
        let complete = format!("/v1/tasks/{}/complete", id(&company.task(&order, "finance")));
        company.finance().post(&complete, json!({})).refused(422, "evidence_missing");
        invoice(&company, &order, "INV-1", "19.99");
        company.finance().post(&complete, json!({})).refused(422, "evidence_missing");
        assert_eq!(company.task(&order, "finance")["status"], "open");
        invoice(&company, &order, "INV-2", "0.01");
        assert_eq!(company.task(&order, "finance")["status"], "done");
    });
}

#[test]
fn logistics_is_done_when_all_goods_have_left() {
    // DECISIONS 23
    on_every_store(|app| {
        let company = app.company();
        let order = two_sets(&company);
        let complete = format!("/v1/tasks/{}/complete", id(&company.task(&order, "logistics")));
        company.logistics().post(&complete, json!({})).refused(422, "evidence_missing");
        company.dispatched(&order, &[(0, "1")]);
        company.logistics().post(&complete, json!({})).refused(422, "evidence_missing");
        assert_eq!([&company.task(&order, "logistics")["status"], &company.order(&order)["status"]], ["open", "executing"]);
        company.dispatched(&order, &[(0, "1")]);
        assert_eq!([&company.task(&order, "logistics")["status"], &company.order(&order)["status"]], ["done", "shipped"]);
    });
}

#[test]
fn what_was_invoiced_before_the_release_is_not_asked_for_again() {
    // DECISIONS 23
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let lines = json!([{"sku": "PAPER", "quantity": "2"}]);
        let (whole, half) = (company.approved(lines.clone()), company.approved(lines));
        invoice(&company, &whole, "INV-1", "20.00");
        invoice(&company, &half, "INV-2", "10.00");
        for order in [&whole, &half] {
            let confirmed = company.sales().post(&company.path(order, "/confirm"), json!({"method": "phone"})).ok();
            assert_eq!(confirmed["status"], "executing");
        }
        assert_eq!([&company.task(&whole, "finance")["status"], &company.task(&half, "finance")["status"]], ["done", "open"]);
    });
}

#[test]
fn where_there_is_nothing_to_pay_there_is_nothing_to_invoice() {
    on_every_store(|app| {
        let company = app.company();
        let (free, paid) = (company.confirmed(json!([service("0.00")])), company.confirmed(json!([service("0.01")])));
        assert_eq!([&free["total"], &free["status"]], ["0.00", "executing"]);
        assert_eq!([&company.task(&free, "finance")["status"], &company.task(&paid, "finance")["status"]], ["done", "open"]);
    });
}

#[test]
fn what_lines_wait_for_is_not_cancelled_away() {
    // DOMAIN 3.4
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, custom(), service("300.00")]));
        let cancel = |person: &Person, task: &Value| person.post(&format!("/v1/tasks/{}/cancel", id(task)), json!({"reason": "not needed"}));
        let started = company.task(&order, "production");
        company.production().post(&format!("/v1/tasks/{}/start", id(&started)), json!({})).ok();
        for (department, status) in [("warehouse", "open"), ("production", "in_progress"), ("operations", "open")] {
            let task = company.task(&order, department);
            cancel(&company.order_admin(), &task).refused(422, "rule_violated");
            assert_eq!(company.task(&order, department), task);
            assert_eq!(task["status"], status);
        }
        assert_eq!(company.task(&order, "logistics")["status"], "blocked");
        let other = company.task(&order, "sales");
        assert_eq!(cancel(&company.order_admin(), &other).ok()["status"], "cancelled");
    });
}
