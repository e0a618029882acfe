//! What was issued is made void in its month, and credited afterwards; nothing is deleted (DOMAIN 7.1).

use super::{agreed, at, balance, drafted, invoiced, nothing_is_wrong, now, paid, refunded, task, texts};
use crate::executing::it_is;
use crate::support::{id, on_every_store};
use chrono::TimeDelta;
use serde_json::json;

#[test]
fn rule_7_1_an_invoice_is_made_void_and_is_finances_work_again() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let first = invoiced(&company, &order, "INV-1", "800.00", json!({}));
        assert_eq!(task(&company, &order), "done");
        finance.post(&at(&first, "/void"), json!({"reason": " "})).refused(400, "validation_failed");
        let void = finance.post(&at(&first, "/void"), json!({"reason": "a wrong name"})).ok();
        assert_eq!(texts(&void, ["status", "number", "open", "reason", "voided_by"]), ["void", "INV-1", "0.00", "a wrong name", "finance"]);
        assert_eq!(balance(&company, &order), ["0.00", "800.00"]);
        assert_ne!(task(&company, &order), "done");
        finance.post(&at(&first, "/void"), json!({"reason": "again"})).refused(409, "invalid_transition");
        finance.post(&at(&first, "/credit"), json!({"number": "CN-1", "reason": "late"})).refused(409, "invalid_transition");
        let taken = json!({"order_id": order["id"], "number": "INV-1", "amount": "800.00"});
        finance.post("/v1/invoices", taken).refused(409, "duplicate_reference");
        invoiced(&company, &order, "INV-2", "800.00", json!({}));
        assert_eq!(task(&company, &order), "done");
        nothing_is_wrong(app);
    });
}

#[test]
fn the_number_of_a_draft_that_is_void_is_free_again() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let draft = drafted(&company, &order, "100.00");
        finance.patch(&at(&draft, ""), "*", json!({"number": "INV-1"})).ok();
        assert_eq!(finance.post(&at(&draft, "/void"), json!({"reason": "not wanted"})).ok()["number"], json!(null));
        invoiced(&company, &order, "INV-1", "100.00", json!({}));
    });
}

#[test]
fn rule_7_1_when_the_month_is_over_an_invoice_is_credited_and_not_made_void() {
    on_every_store(|app| {
        it_is(app, "2027-03-31T15:50:00Z"); // ten minutes before April in Shanghai
        let company = app.company();
        let order = agreed(&company, "800.00");
        let (one, other) = (invoiced(&company, &order, "INV-1", "300.00", json!({})), invoiced(&company, &order, "INV-2", "500.00", json!({})));
        let draft = drafted(&company, &order, "1.00");
        company.finance().post(&at(&one, "/void"), json!({"reason": "in time"})).ok();
        app.advance(TimeDelta::minutes(15));
        let refused = company.finance().post(&at(&other, "/void"), json!({"reason": "late"})).refused(422, "rule_violated");
        assert_eq!([&refused["rule"], &refused["reasons"][0]["code"]], ["DOMAIN 7.1", "credit_instead"]);
        company.finance().post(&at(&draft, "/void"), json!({"reason": "a draft at any time"})).ok();
        let note = company.finance().post(&at(&other, "/credit"), json!({"number": "CN-1", "reason": "a wrong name"})).created();
        assert_eq!(texts(&note, ["amount", "status", "number"]), ["-500.00", "issued", "CN-1"]);
        nothing_is_wrong(app);
    });
}

#[test]
fn rule_7_1_credit_notes_take_back_what_is_left_and_no_more() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let first = invoiced(&company, &order, "INV-1", "800.00", json!({}));
        let credit = |number: &str, amount: &str| {
            finance.post(&at(&first, "/credit"), json!({"number": number, "amount": amount, "reason": "two sets came back"}))
        };
        let note = credit("CN-1", "300.00").created();
        assert_eq!((&note["credit"], &note["credits_id"]), (&json!(true), &first["id"]));
        assert_eq!(texts(&note, ["amount", "open", "credited", "reason"]), ["-300.00", "0.00", "0.00", "two sets came back"]);
        assert_eq!(texts(&now(&company, &first), ["amount", "credited", "open", "version"]), ["800.00", "300.00", "500.00", "2"]);
        assert_eq!((balance(&company, &order), task(&company, &order)), (["500.00".to_owned(), "300.00".to_owned()], "done".to_owned()));
        credit("CN-2", "500.01").refused(422, "rule_violated");
        credit("CN-1", "1.00").refused(409, "duplicate_reference");
        credit("CN-2", "0.001").refused(400, "validation_failed");
        let refused = finance.post(&at(&first, "/void"), json!({"reason": "late"})).refused(422, "rule_violated");
        assert_eq!(refused["reasons"][0]["code"], "credit_instead");
        for rest in ["/void", "/credit"] {
            let said = if rest == "/void" { json!({"reason": "no"}) } else { json!({"number": "CN-3", "reason": "no"}) };
            let refused = finance.post(&at(&note, rest), said).refused(422, "rule_violated");
            assert_eq!(refused["reasons"][0]["code"], "is_credit_note");
        }
        let all = finance.post(&at(&first, "/credit"), json!({"number": "CN-2", "reason": "the rest"})).created();
        assert_eq!((all["amount"].clone(), balance(&company, &order)), (json!("-500.00"), ["0.00".to_owned(), "800.00".to_owned()]));
        assert_ne!(task(&company, &order), "done", "nothing is left of what was invoiced");
        credit("CN-3", "0.01").refused(422, "rule_violated");
        let draft = drafted(&company, &order, "1.00");
        finance.post(&at(&draft, "/credit"), json!({"number": "CN-3", "reason": "no"})).refused(409, "invalid_transition");
        assert_eq!(app.count("invoices"), 4, "nothing is deleted");
        nothing_is_wrong(app);
    });
}

#[test]
fn what_an_invoice_does_not_take_any_more_pays_the_next_one() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let first = invoiced(&company, &order, "INV-1", "500.00", json!({"due_date": "2027-01-01"}));
        let second = invoiced(&company, &order, "INV-2", "300.00", json!({"due_date": "2027-02-01"}));
        paid(&company, &order, "500.00");
        assert_eq!([&now(&company, &first)["open"], &now(&company, &second)["open"]], ["0.00", "300.00"]);
        finance.post(&at(&first, "/credit"), json!({"number": "CN-1", "amount": "200.00", "reason": "cheaper"})).created();
        assert_eq!([&now(&company, &first)["open"], &now(&company, &second)["open"]], ["0.00", "100.00"]);
        let payment = finance.get(&format!("/v1/payments?order_id={}", id(&order))).ok()["data"][0].clone();
        finance.post(&format!("/v1/payments/{}/reverse", id(&payment)), json!({"reason": "booked twice"})).ok();
        assert_eq!([&now(&company, &first)["open"], &now(&company, &second)["open"]], ["300.00", "300.00"]);
        nothing_is_wrong(app);
    });
}

#[test]
fn money_that_went_back_pays_no_other_invoice() {
    // DOMAIN 7.1, 7.2
    on_every_store(|app| {
        let company = app.company();
        let order = agreed(&company, "100.00");
        let first = invoiced(&company, &order, "INV-1", "100.00", json!({}));
        paid(&company, &order, "100.00");
        refunded(&company, &order, "100.00");
        assert_eq!(now(&company, &first)["open"], "0.00", "a customer whose money went back is no debtor");
        company.finance().post(&at(&first, "/credit"), json!({"number": "RED-1", "reason": "it went back"})).created();
        let second = invoiced(&company, &order, "INV-2", "100.00", json!({}));
        assert_eq!(second["open"], "100.00", "nobody has paid it");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn decision_23_what_was_credited_in_part_is_not_billed_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = agreed(&company, "100.00");
        let first = invoiced(&company, &order, "INV-1", "60.00", json!({}));
        company.finance().post(&at(&first, "/credit"), json!({"number": "RED-1", "amount": "10.00", "reason": "a rebate"})).created();
        invoiced(&company, &order, "INV-2", "40.00", json!({}));
        assert_eq!(company.task(&order, "finance")["status"], "done");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_7_1_what_an_invoice_paid_for_another_and_went_back_is_asked_for_again() {
    on_every_store(|app| {
        // whichever of the two is credited, the payment is for the other
        for (month, credited, other) in [("2027-03", 0, 1), ("2027-04", 1, 0)] {
            it_is(app, &format!("{month}-01T02:00:00Z"));
            let company = app.company();
            let order = agreed(&company, "20.00");
            let due = json!({"due_date": format!("{month}-05")});
            let invoices = [0, 1].map(|at| invoiced(&company, &order, &format!("INV-{credited}{at}"), "10.00", due.clone()));
            paid(&company, &order, "10.00");
            let past_due = |instant: &str| {
                it_is(app, &format!("{month}-{instant}:00:00Z"));
                app.let_the_clock_look();
                app.let_the_clock_look();
                let told = company.order_admin().get(&format!("/v1/exceptions?order_id={}&limit=200", id(&order))).ok();
                let all = told["data"].as_array().cloned().unwrap_or_default();
                let past_due = all.iter().rev().filter(|one| one["cause"].as_str().is_some_and(|cause| cause.contains("past due")));
                past_due.map(|one| one["status"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
            };
            assert_eq!(past_due("09T02"), ["reported"]);
            let note = json!({"number": format!("CN-{credited}"), "reason": "cheaper"});
            company.finance().post(&at(&invoices[credited], "/credit"), note).created();
            assert_eq!((now(&company, &invoices[other])["open"].clone(), past_due("10T02")), (json!("0.00"), vec!["resolved".to_owned()]));
            refunded(&company, &order, "10.00");
            assert_eq!(now(&company, &invoices[other])["open"], "10.00");
            assert_eq!(past_due("10T03"), ["resolved", "reported"]);
        }
        nothing_is_wrong(app);
    });
}
