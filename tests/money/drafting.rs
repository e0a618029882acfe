//! Drafts, their issue, and when what was issued is to be paid (DOMAIN 7.1).

use super::{agreed, at, balance, customer, drafted, entered_by, invoice, invoiced, nothing_is_wrong, now, paid, task, texts};
use crate::executing::it_is;
use crate::support::{id, note_pdf, on_every_store, order_of};
use chrono::TimeDelta;
use serde_json::{Value, json};

#[test]
fn rule_7_1_a_draft_counts_for_nothing_until_it_is_issued() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let draft = drafted(&company, &order, "800.00");
        assert_eq!(texts(&draft, ["status", "number", "amount", "open", "issued_at"]), ["draft", "null", "800.00", "0.00", "null"]);
        assert_eq!((balance(&company, &order), task(&company, &order) == "done"), (["0.00".to_owned(), "800.00".to_owned()], false));
        let refused = finance.post(&at(&draft, "/issue"), json!({})).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/number");
        let issued = finance.post(&at(&draft, "/issue"), json!({"number": "INV-1"})).ok();
        assert_eq!(texts(&issued, ["status", "status_label", "number", "open", "issued_by"]), ["issued", "Issued", "INV-1", "800.00", "finance"]);
        assert_eq!((balance(&company, &order), task(&company, &order)), (["800.00".to_owned(), "0.00".to_owned()], "done".to_owned()));
        finance.post(&at(&draft, "/issue"), json!({})).refused(409, "invalid_transition");
        finance.patch(&at(&draft, ""), "*", json!({"amount": "1.00"})).refused(409, "invalid_transition");
        nothing_is_wrong(app);
    });
}

#[test]
fn a_draft_is_amended_under_its_version() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let draft = drafted(&company, &order, "500.00");
        let etag = finance.get(&at(&draft, "")).etag();
        let patch = json!({"amount": "300.00", "number": "INV-7", "due_date": "2027-04-15"});
        let amended = finance.patch(&at(&draft, ""), &etag, patch).ok();
        assert_eq!(texts(&amended, ["amount", "number", "due_date", "version"]), ["300.00", "INV-7", "2027-04-15", "2"]);
        finance.patch(&at(&draft, ""), &etag, json!({"amount": "1.00"})).refused(412, "version_mismatch");
        finance.send_json("PATCH", &at(&draft, ""), &[], &json!({"amount": "1.00"})).refused(428, "precondition_required");
        finance.patch(&at(&draft, ""), "*", json!({"amount": "0"})).refused(400, "validation_failed");
        finance.patch(&at(&draft, ""), "*", json!({"order_id": "1"})).refused(400, "unknown_field");
        assert_eq!(finance.patch(&at(&draft, ""), "*", json!({"number": "INV-7"})).ok()["version"], 2, "nothing changed");
        assert_eq!(finance.patch(&at(&draft, ""), "*", json!({"due_date": null})).ok()["due_date"], Value::Null);
        assert_eq!(finance.post(&at(&draft, "/issue"), json!({})).ok()["number"], "INV-7");
    });
}

#[test]
fn rule_7_1_what_is_issued_stays_within_the_total_whatever_was_drafted() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let draft = drafted(&company, &order, "400.00");
        invoiced(&company, &order, "INV-1", "500.00", json!({}));
        let issue = |number: &str| finance.post(&at(&draft, "/issue"), json!({"number": number}));
        assert_eq!(issue("INV-2").refused(422, "rule_violated")["rule"], "DOMAIN 7.1");
        finance.patch(&at(&draft, ""), "*", json!({"amount": "300.00"})).ok();
        issue("INV-1").refused(409, "duplicate_reference");
        issue("INV-2").ok();
        assert_eq!(balance(&company, &order), ["800.00", "0.00"]);
        finance.post("/v1/invoices", invoice(&order, "INV-2", "1.00", json!({"draft": true}))).refused(409, "duplicate_reference");
        finance.post("/v1/invoices", json!({"order_id": id(&order), "amount": "1.00"})).refused(400, "validation_failed");
    });
}

#[test]
fn what_an_invoice_needs_is_asked_when_it_is_issued() {
    on_every_store(|app| {
        let company = app.company();
        let finance = company.finance();
        customer(&company, json!({"code": "NOVA", "name": "Nova"}));
        let order = entered_by(&company, "NOVA", "90.00", "CNY");
        let special = finance.post("/v1/invoices", invoice(&order, "INV-1", "90.00", json!({"draft": true, "kind": "special_vat"}))).created();
        finance.post(&at(&special, "/issue"), json!({})).refused(422, "rule_violated");
        let draft = finance.post("/v1/invoices", invoice(&order, "INV-2", "90.00", json!({"draft": true}))).created();
        company.sales().post(&company.path(&order, "/cancel"), json!({"reason": "too much"})).ok();
        finance.post(&at(&draft, "/issue"), json!({})).refused(409, "invalid_transition");
        finance.post("/v1/invoices", invoice(&order, "INV-3", "90.00", json!({"draft": true}))).refused(409, "invalid_transition");
        finance.get("/v1/invoices/inv_00000000000000000000000000000000").refused(404, "not_found");
        company.sales().post(&at(&draft, "/issue"), json!({})).refused(403, "forbidden");
    });
}

#[test]
fn rule_7_1_the_due_date_follows_from_the_payment_terms_on_the_day_of_issue() {
    on_every_store(|app| {
        it_is(app, "2027-03-10T20:00:00Z"); // the 11th in Shanghai
        let company = app.company();
        let order = |terms: Value| {
            let mut order = order_of(json!([{"name": format!("Advice {terms}"), "quantity": "1", "unit_price": "90.00", "kind": "service"}]));
            (order["payment_terms"], order["customer"]) = (terms, json!({"code": "NOVA"}));
            company.sales().post("/v1/orders", order).created()
        };
        customer(&company, json!({"code": "NOVA", "name": "Nova", "payment_terms": "月结30天"}));
        let (net, usual, vague) = (order(json!("net 30")), order(Value::Null), order(json!("as agreed")));
        let due = |invoice: &Value| invoice["due_date"].clone();
        assert_eq!(due(&invoiced(&company, &net, "INV-1", "10.00", json!({}))), "2027-04-10");
        assert_eq!(due(&invoiced(&company, &usual, "INV-2", "10.00", json!({}))), "2027-04-30", "30 days after the month");
        assert_eq!(due(&invoiced(&company, &vague, "INV-3", "10.00", json!({}))), Value::Null);
        assert_eq!(due(&invoiced(&company, &net, "INV-4", "10.00", json!({"due_date": "2027-03-20"}))), "2027-03-20");
        let draft = drafted(&company, &net, "10.00");
        assert_eq!(due(&draft), Value::Null);
        app.advance(TimeDelta::days(5));
        assert_eq!(due(&company.finance().post(&at(&draft, "/issue"), json!({"number": "INV-5"})).ok()), "2027-04-15");
    });
}

#[test]
fn an_invoice_can_be_paid_by_another_customer_and_counts_as_theirs() {
    on_every_store(|app| {
        let company = app.company();
        let finance = company.finance();
        let nova = customer(&company, json!({"code": "NOVA", "name": "Nova"}));
        let tax = json!({"taxpayer": "general", "title": "Holding Ltd"});
        let holding = customer(&company, json!({"code": "HOLD", "name": "Holding", "tax_number": "91310000MA1K35XT0P", "tax": tax}));
        let order = entered_by(&company, "NOVA", "90.00", "CNY");
        let refused = finance.post("/v1/invoices", invoice(&order, "INV-1", "90.00", json!({"payer": "NOBODY"}))).refused(400, "validation_failed");
        assert_eq!([&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]], ["/payer", "unknown"]);
        let theirs = invoiced(&company, &order, "INV-1", "60.00", json!({"payer": "HOLD", "due_date": "2020-01-01"}));
        assert_eq!(texts(&theirs, ["buyer_name", "buyer_tax_number", "kind"]), ["Holding Ltd", "91310000MA1K35XT0P", "special_vat"]);
        assert_eq!(theirs["customer_id"], holding["id"]);
        let draft = drafted(&company, &order, "30.00");
        assert_eq!(texts(&draft, ["buyer_name", "kind"]), ["Nova", "ordinary"]);
        let amended = finance.patch(&at(&draft, ""), "*", json!({"payer": id(&holding)})).ok();
        assert_eq!(texts(&amended, ["buyer_name", "buyer_tax_number", "kind"]), ["Holding Ltd", "91310000MA1K35XT0P", "ordinary"]);
        let overdue = |who: &Value| finance.get(&format!("/v1/customers/{}/credit", id(who))).ok()["overdue_invoices"].clone();
        assert_eq!((overdue(&nova), overdue(&holding)[0]["number"].clone()), (json!([]), json!("INV-1")));
    });
}

#[test]
fn rule_7_1_payments_go_to_what_is_due_first() {
    on_every_store(|app| {
        it_is(app, "2027-03-10T04:00:00Z");
        let company = app.company();
        let nova = customer(&company, json!({"code": "NOVA", "name": "Nova"}));
        let order = entered_by(&company, "NOVA", "800.00", "CNY");
        let later = invoiced(&company, &order, "INV-1", "300.00", json!({"due_date": "2027-03-05"}));
        paid(&company, &order, "200.00");
        assert_eq!(now(&company, &later)["open"], "100.00");
        let first = invoiced(&company, &order, "INV-2", "500.00", json!({"due_date": "2027-03-01"}));
        assert_eq!([&first["open"], &now(&company, &later)["open"]], ["300.00", "300.00"], "what is due first takes what was paid");
        paid(&company, &order, "300.00");
        assert_eq!([&now(&company, &first)["open"], &now(&company, &later)["open"]], ["0.00", "300.00"]);
        let credit = company.finance().get(&format!("/v1/customers/{}/credit", id(&nova))).ok();
        assert_eq!(texts(&credit["overdue_invoices"][0], ["number", "amount", "open"]), ["INV-1", "300.00", "300.00"]);
        assert_eq!([&credit["overdue_invoices"][1], &credit["result"]], [&Value::Null, &json!("fail")]);
        nothing_is_wrong(app);
        app.execute("UPDATE invoices SET open = 10000 WHERE number = 'INV-1'");
        assert!(app.check().iter().any(|finding| finding.proof == "invoices"), "{:?}", app.check());
    });
}

#[test]
fn a_payment_that_looks_booked_twice_has_to_be_said_again() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let pay = |method: &str, again: bool| {
            let body = json!({"order_id": id(&order), "amount": "100.00", "method": method, "reference": "B2027-1", "again": again});
            finance.post("/v1/payments", body)
        };
        let first = pay("transfer", false).created();
        assert_eq!(pay("transfer", false).refused(409, "duplicate_reference")["field"], "reference");
        pay("cheque", false).is(201);
        let second = pay("transfer", true).created();
        for payment in [&first, &second] {
            finance.post(&format!("/v1/payments/{}/reverse", id(payment)), json!({"reason": "booked twice"})).ok();
        }
        pay("transfer", false).is(201);
    });
}

#[test]
fn the_file_of_an_invoice_is_for_those_who_may_read_invoices() {
    on_every_store(|app| {
        let company = app.company();
        let (order, finance) = (agreed(&company, "800.00"), company.finance());
        let invoice = invoiced(&company, &order, "INV-1", "800.00", json!({}));
        finance.upload(&at(&invoice, "/file"), "signed_receipt", "INV-1.pdf", &note_pdf()).refused(400, "validation_failed");
        let with_file = finance.upload(&at(&invoice, "/file"), "invoice", "INV-1.pdf", &note_pdf()).created();
        assert_eq!([&with_file["version"], &now(&company, &invoice)["file_id"]], [&json!(2), &with_file["file_id"]]);
        let path = format!("/v1/files/{}", with_file["file_id"].as_str().expect("it has a file"));
        for reader in [&*finance, &*company.manager(), &*company.order_admin()] {
            reader.get(&path).is(200);
        }
        for other in [&*company.sales(), &*company.warehouse(), &*company.viewer(), &app.machine("tasks", &["tasks:read"])] {
            other.get(&path).is(403);
        }
        app.machine("both", &["tasks:read", "invoices:read"]).get(&path).is(200);
        company.sales().upload(&at(&invoice, "/file"), "invoice", "INV-1.pdf", &note_pdf()).refused(403, "forbidden");
        let task = format!("/v1/tasks/{}/evidence", id(&company.task(&order, "sales")));
        company.order_admin().upload(&task, "invoice", "INV-1.pdf", &note_pdf()).refused(400, "validation_failed");
        finance.post(&at(&invoice, "/void"), json!({"reason": "a wrong name"})).ok();
        finance.upload(&at(&invoice, "/file"), "invoice", "INV-1.pdf", &note_pdf()).refused(409, "invalid_transition");
    });
}

#[test]
fn a_draft_for_which_nobody_said_who_pays_is_made_out_to_whoever_has_ordered_by_then() {
    // DOMAIN 7.1
    on_every_store(|app| {
        let company = app.company();
        customer(&company, json!({"code": "FIRST", "name": "FIRST Ltd"}));
        let second = customer(&company, json!({"code": "SECOND", "name": "SECOND Ltd", "tax_number": "91310000MA1K35XT0P"}));
        let order = entered_by(&company, "FIRST", "100.00", "CNY");
        let draft = drafted(&company, &order, "60.00");
        company.sales().patch(&company.path(&order, ""), "*", json!({"customer": {"id": id(&second), "code": "SECOND", "name": "SECOND Ltd"}})).ok();
        let issued = company.finance().post(&at(&draft, "/issue"), json!({"number": "INV-1"})).ok();
        assert_eq!(texts(&issued, ["buyer_name", "buyer_tax_number"]), ["SECOND Ltd", "91310000MA1K35XT0P"]);
        assert_eq!(issued["customer_id"], second["id"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}
