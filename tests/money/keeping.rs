//! What is kept of invoices and payments: numbers, versions, and who took back what (DOMAIN 7.1).

use super::{agreed, at, drafted, invoiced, now, paid, refunded, texts};
use crate::executing::it_is;
use crate::support::{id, note_pdf, on_every_store};
use serde_json::{Value, json};

#[test]
fn rule_7_1_a_draft_is_not_given_a_number_that_another_has() {
    on_every_store(|app| {
        let company = app.company();
        let order = agreed(&company, "100.00");
        invoiced(&company, &order, "F-1", "40.00", json!({}));
        let draft = drafted(&company, &order, "60.00");
        let refused = company.finance().patch(&at(&draft, ""), "*", json!({"number": "F-1"})).refused(409, "duplicate_reference");
        assert_eq!(refused["field"], "number");
        assert_eq!(now(&company, &draft)["number"], json!(null));
    });
}

#[test]
fn a_draft_stays_whose_it_was_whoever_amends_and_issues_it() {
    on_every_store(|app| {
        let company = app.company();
        let order = agreed(&company, "100.00");
        let draft = drafted(&company, &order, "60.00");
        let drawn_up = company.finance().upload(&at(&draft, "/file"), "invoice", "F-1.pdf", &note_pdf()).created();
        it_is(app, "2099-01-05T04:00:00Z");
        let other = app.person("finance2", &["finance"], "finance");
        let amended = other.patch(&at(&draft, ""), "*", json!({"number": "F-1"})).ok();
        let kept = ["id", "created_at", "created_by", "file_id", "order_id"];
        assert_eq!(texts(&amended, kept), texts(&drawn_up, kept));
        let issued = other.post(&at(&draft, "/issue"), json!({})).ok();
        assert_eq!(texts(&issued, kept), texts(&drawn_up, kept));
        assert_eq!(texts(&issued, ["created_by", "issued_by"]), ["finance", "finance2"]);
        assert!(issued["issued_at"].as_str().is_some_and(|at| at.starts_with("2099-01-05T04:")), "{issued}");
    });
}

#[test]
fn what_a_payment_leaves_open_of_an_invoice_is_a_version_of_it() {
    on_every_store(|app| {
        let company = app.company();
        let order = agreed(&company, "100.00");
        let invoice = invoiced(&company, &order, "F-1", "100.00", json!({}));
        let version = |amount: &str| {
            paid(&company, &order, amount);
            now(&company, &invoice)["version"].as_i64().unwrap_or_default() - invoice["version"].as_i64().unwrap_or_default()
        };
        assert_eq!([version("10.00"), version("20.00"), version("30.00")], [1, 2, 3]);
    });
}

#[test]
fn rule_7_1_who_took_a_payment_back_says_why() {
    on_every_store(|app| {
        let company = app.company();
        let order = agreed(&company, "100.00");
        let body = json!({"order_id": id(&order), "amount": "10.00", "method": "transfer"});
        let payment = company.finance().post("/v1/payments", body).created();
        let path = format!("/v1/payments/{}/reverse", id(&payment));
        let reversed = company.finance().post(&path, json!({"reason": "It came from another customer."})).ok();
        assert_eq!(texts(&reversed, ["reversed_by", "reversal_reason"]), ["finance", "It came from another customer."]);
    });
}

#[test]
fn rule_7_1_what_went_back_for_one_order_is_not_anothers() {
    on_every_store(|app| {
        let company = app.company();
        let (first, second) = (agreed(&company, "100.00"), agreed(&company, "90.00"));
        invoiced(&company, &first, "F-1", "100.00", json!({}));
        paid(&company, &first, "150.00");
        paid(&company, &second, "30.00");
        refunded(&company, &first, "40.00");
        let path = format!("/v1/customers/{}/balance", first["customer"]["id"].as_str().unwrap_or_default());
        let balance = company.finance().get(&path).ok()["currencies"][0].clone();
        assert_eq!(texts(&balance, ["invoiced", "open", "refunded", "unassigned"]), ["100.00", "0.00", "40.00", "40.00"]);
    });
}

#[test]
fn rule_7_1_a_credit_note_is_a_document_of_its_own() {
    on_every_store(|app| {
        it_is(app, "2027-03-01T02:00:00Z");
        let company = app.company();
        let order = agreed(&company, "100.00");
        let first = invoiced(&company, &order, "F-1", "100.00", json!({"due_date": "2027-04-01"}));
        paid(&company, &order, "100.00");
        it_is(app, "2027-03-02T02:00:00Z");
        company.finance().upload(&at(&first, "/file"), "invoice", "F-1.pdf", &note_pdf()).is(201);
        let other = app.person("finance2", &["finance"], "finance");
        let credit = |said: Value| other.post(&at(&first, "/credit"), said);
        let note = credit(json!({"number": "CN-1", "reason": "came back"})).created();
        assert_eq!(texts(&note, ["version", "due_date", "file_id"]), ["1", "null", "null"]);
        assert_eq!(texts(&note, ["created_by", "issued_by"]), ["finance2", "finance2"]);
        assert!(note["issued_at"].as_str().is_some_and(|at| at.starts_with("2027-03-02")), "{note}");
        assert_eq!(note["created_at"], note["issued_at"]);
        credit(json!({"number": "CN-2", "reason": "again"})).refused(422, "rule_violated");
    });
}

#[test]
fn behaviour_1_what_was_paid_is_exact_or_refused() {
    on_every_store(|app| {
        let company = app.company();
        let order = agreed(&company, "100.00");
        paid(&company, &order, "999999999999.98");
        let one_more = |amount: &str| company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": amount, "method": "cash"}));
        one_more("0.02").refused(422, "rule_violated");
        one_more("0.01").created();
        let balance = company.finance().get(&company.path(&order, "/balance")).ok();
        assert_eq!([&balance["paid"], &balance["overpaid"]], ["999999999999.99", "999999999899.99"]);
    });
}
