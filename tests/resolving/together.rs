//! A plan, and what others do to its orders at the same time: somebody wins, and the other one is told (DOMAIN 6.3, 6.5);
//! and the customer's answer to a link, which moves the plan (DOMAIN 6.5).

use super::{path, plan, reported, seen};
use crate::confirming::link;
use crate::support::{Company, Passed, at_once, on_every_store};
use serde_json::{Value, json};

/// An order of five in execution, and an exception over it for which actions are planned.
fn planned(company: &Company, actions: Value) -> (Value, Value) {
    company.with_paper("20");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
    let exception = reported(company, "complaint", &[&order], json!({}));
    plan(company, &exception, actions).ok();
    (order, exception)
}

#[test]
fn of_an_approver_and_a_canceller_neither_finds_half_of_what_the_other_did() {
    on_every_store(|app| {
        let company = app.company();
        let actions = json!([{"kind": "compensation", "amount": "5.00"}, {"kind": "discount", "amount": "1.00"}]);
        let (order, exception) = planned(&company, actions);
        let (approver, admin) = (company.second_sales(), company.order_admin());
        let (approve, cancel) = (path(&exception, "/approve"), company.path(&order, "/cancel"));
        let tries: Vec<Box<dyn FnOnce() -> u16 + Send>> =
            vec![Box::new(|| approver.post(&approve, json!({})).status), Box::new(|| admin.post(&cancel, json!({"reason": "no more"})).status)];
        let Passed { outcomes, .. } = at_once(app, "orders", tries);
        let (approved, given) = (outcomes[0] == 200, app.count("compensations"));
        assert!(outcomes.iter().all(|status| [200, 409, 412, 422].contains(status)), "{outcomes:?}");
        assert_eq!([outcomes[1], u16::from(approved)], [200, u16::try_from(given).expect("few")], "all of the plan or nothing");
        assert_eq!(company.order(&order)["status"], "cancelled");
        let status = seen(&company, &exception)["status"].clone();
        assert!(if approved { status != "planning" } else { status == "planning" }, "{status}");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn a_plan_that_amends_and_somebody_who_amends_at_once_are_one_after_the_other() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = planned(&company, json!([{"kind": "discount", "amount": "1.00"}]));
        let (approver, sales) = (company.second_sales(), company.sales());
        let (approve, amend) = (path(&exception, "/approve"), company.path(&order, ""));
        let etag = sales.get(&amend).etag();
        let tries: Vec<Box<dyn FnOnce() -> u16 + Send>> = vec![
            Box::new(|| approver.post(&approve, json!({})).status),
            Box::new(|| sales.patch(&amend, &etag, json!({"discount": "2.00", "reason": "as agreed"})).status),
        ];
        let Passed { outcomes, .. } = at_once(app, "orders", tries);
        assert!(outcomes.contains(&200) && outcomes.iter().all(|status| [200, 409, 412, 422].contains(status)), "{outcomes:?}");
        let total = company.order(&order)["total"].clone();
        let expected = match outcomes[..] {
            [200, 200] => "47.00",
            [200, _] => "49.00",
            _ => "48.00",
        };
        assert_eq!(total, expected, "{outcomes:?}");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn a_resolution_and_an_amendment_at_once_both_stand() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = planned(&company, json!([]));
        let (admin, sales) = (company.order_admin(), company.sales());
        let (resolve, amend) = (path(&exception, "/resolve"), company.path(&order, ""));
        let etag = sales.get(&amend).etag();
        let tries: Vec<Box<dyn FnOnce() -> u16 + Send>> = vec![
            Box::new(|| admin.post(&resolve, json!({"result": "spoken to"})).status),
            Box::new(|| sales.patch(&amend, &etag, json!({"discount": "2.00", "reason": "as agreed"})).status),
        ];
        let Passed { outcomes, .. } = at_once(app, "orders", tries);
        assert_eq!(outcomes[0], 200);
        assert!([200, 412].contains(&outcomes[1]), "whoever saw the order before may be told so: {outcomes:?}");
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_the_customers_answer_to_a_link_ends_the_plan() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = planned(&company, json!([{"kind": "new_date", "promised_date": "2030-03-08"}]));
        company.operations().post(&path(&exception, "/approve"), json!({})).ok();
        while !company.pending_steps(&order).is_empty() {
            company.approve_next(&order);
        }
        assert_eq!(seen(&company, &exception)["status"], "resolving", "the customer is asked");
        app.anyone.post(&link(app, &order), json!({"answer": "confirm"})).ok();
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert_eq!(company.order(&order)["delivery"]["promised_date"], "2030-03-08");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}
