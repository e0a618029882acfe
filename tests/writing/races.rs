//! Two people at once: exactly one wins and the other is told (BEHAVIOUR 11).

use crate::support::{Answer, Person, id, on_every_store};
use serde_json::{Value, json};

/// The same request by several people at the same moment.
fn at_once(people: &[Person], path: &str, body: &Value) -> Vec<Answer> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = people.iter().map(|person| scope.spawn(move || person.post(path, body.clone()))).collect();
        threads.into_iter().map(|thread| thread.join().expect("a request ends")).collect()
    })
}

/// Expects one success and conflicts otherwise.
#[track_caller]
fn one_wins(answers: Vec<Answer>, codes: &[&str]) {
    let (won, told): (Vec<Answer>, Vec<Answer>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!(won.len(), 1, "{told:?}");
    for answer in told {
        assert_eq!(answer.status, 409, "{}", answer.text);
        assert!(codes.contains(&answer.code()), "{}", answer.text);
        answer.is_a_problem();
    }
}

#[test]
fn of_those_who_verify_one_order_at_once_one_does() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let people = [company.second_sales(), company.order_admin(), app.person("sales3", &["sales_specialist"], "sales")];
        one_wins(at_once(&people, &company.path(&order, "/verify"), &json!({})), &["invalid_transition"]);
        assert_eq!(app.count("events WHERE name = 'order.verified'"), 1);
        assert_eq!(app.count("approval_rounds"), 1);
    });
}

#[test]
fn of_those_who_decide_one_step_at_once_one_does() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.verified(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let step = company.pending_steps(&order).remove(0);
        let people = [company.sales(), company.second_sales(), app.person("sales3", &["sales_specialist"], "sales")];
        let answers = at_once(&people, &format!("/v1/approvals/{}/approve", id(&step)), &json!({"comment": "yes"}));
        one_wins(answers, &["already_decided", "invalid_transition"]);
        assert_eq!(app.count("events WHERE name = 'approval.decided'"), 1);
    });
}

#[test]
fn approving_and_rejecting_at_once_ends_in_one_of_both_not_in_half_of_each() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.verified(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let path = format!("/v1/approvals/{}", id(&company.pending_steps(&order).remove(0)));
        let (yes, no) = (company.sales(), company.second_sales());
        let statuses = std::thread::scope(|scope| {
            let approve = scope.spawn(|| yes.post(&format!("{path}/approve"), json!({"comment": "yes"})).status);
            let reject = scope.spawn(|| no.post(&format!("{path}/reject"), json!({"comment": "no"})).status);
            [approve.join().expect("a request ends"), reject.join().expect("a request ends")]
        });
        let stage = company.order(&order)["stage"].clone();
        match statuses {
            [200, 409] => assert_eq!(stage, "awaiting_confirmation"),
            [409, 200] => assert_eq!(stage, "cancelled"),
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn two_departments_that_finish_two_tasks_of_one_order_at_once_both_succeed() {
    // DECISIONS 5
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([
            {"sku": "PAPER", "quantity": "2"},
            {"name": "Trophy", "kind": "custom", "quantity": "1", "unit_price": "90"}
        ]));
        let (picking, making) = (company.task(&order, "warehouse"), company.task(&order, "production"));
        let (picker, maker) = (company.warehouse(), company.production());
        std::thread::scope(|scope| {
            scope.spawn(|| company.prove_and_complete(&picker, &picking, "goods_issue_note"));
            scope.spawn(|| company.prove_and_complete(&maker, &making, "qc_report"));
        });
        assert_eq!(company.order(&order)["stage"], "awaiting_shipment");
        assert_eq!(company.task(&order, "logistics")["status"], "open");
    });
}

#[test]
fn a_step_with_a_stale_version_is_refused_before_anything_else_is_looked_at() {
    // BEHAVIOUR 3: transitions accept If-Match
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let (verifier, path) = (company.second_sales(), company.path(&order, "/verify"));
        let etag = verifier.get(&company.path(&order, "")).etag();
        verifier.post_with(&path, &[("if-match", "\"v99-en\"")], json!({})).refused(412, "version_mismatch");
        verifier.post_with(&path, &[("if-match", &etag)], json!({})).is(200);
        verifier.post_with(&path, &[("if-match", &etag)], json!({})).refused(412, "version_mismatch");
    });
}

#[test]
fn the_etag_of_an_answer_is_that_of_the_final_version() {
    // DECISIONS 1
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let sales = company.sales();
        let confirmed = sales.post(&company.path(&order, "/confirm"), json!({"method": "phone"})).is(200);
        let read = sales.get(&company.path(&order, "")).is(200);
        assert_eq!((confirmed.etag(), &confirmed.body), (read.etag(), &read.body));
    });
}
