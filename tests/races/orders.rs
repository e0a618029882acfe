//! Many at one order: of those who take the same step at once one does, and of two steps that
//! exclude each other one is taken.

use super::everywhere;
use super::race::{About, MANY, Race, Try};
use crate::support::{Company, Person, TestApp, id};
use serde_json::{Value, json};

everywhere! {
    of_those_who_verify_one_order_at_once_one_does,
    of_those_who_edit_one_version_of_an_order_at_once_one_does,
    of_those_who_decide_one_step_at_once_one_does,
    approving_and_rejecting_at_once_ends_in_one_of_both_not_in_half_of_each,
    of_those_who_confirm_one_order_at_once_one_does,
    of_those_who_record_one_receipt_at_once_one_does,
    of_those_who_hold_one_order_at_once_one_does,
    of_those_who_cancel_one_order_at_once_one_does,
    cancelling_while_others_verify_leaves_it_cancelled,
    cancelling_while_others_approve_leaves_it_cancelled,
    editing_while_another_verifies_makes_nobody_verify_what_they_did_not_see,
    of_invoices_over_the_whole_total_at_once_one_is_recorded,
    payments_at_once_are_all_recorded,
    of_those_who_credit_most_of_one_invoice_at_once_one_does,
    issuing_and_making_void_at_once_leaves_one_of_both,
}

const TAKEN_ALREADY: &[(u16, &str)] = &[(409, "invalid_transition")];
const DECIDED_ALREADY: &[(u16, &str)] = &[(409, "already_decided"), (409, "invalid_transition")];

fn desk() -> Value {
    json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}])
}

/// The same request by these people in turn.
fn same(people: &[Person], path: &str, body: &Value) -> Vec<Try> {
    people.iter().cycle().take(MANY).map(|person| Try::post(person, path, body.clone())).collect()
}

/// A step of an order that these people take at once.
fn step(company: &Company, people: &[Person], order: Value, name: &str, body: &Value) -> Race {
    let path = company.path(&order, name);
    Race::one_wins("orders", About::order(&order), same(people, &path, body), TAKEN_ALREADY)
}

/// A path of the step of an order whose turn it is.
fn pending(company: &Company, order: &Value, decision: &str) -> String {
    format!("/v1/approvals/{}/{decision}", id(&company.pending_steps(order).remove(0)))
}

fn of_those_who_verify_one_order_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let people = [company.second_sales(), company.order_admin()];
    let race = step(&company, &people, company.entered(desk()), "/verify", &json!({}));
    race.events("order.verified", 1).rows("approval_rounds", 1).rows("approval_steps", 1).run(app);
}

fn of_those_who_edit_one_version_of_an_order_at_once_one_does(app: &TestApp) {
    // BEHAVIOUR 3
    let company = app.company();
    let order = company.entered(desk());
    let path = company.path(&order, "");
    let etag = company.sales().get(&path).etag();
    let fees = ["1.00", "2.00", "3.00", "4.00"];
    let tries = fees.map(|fee| Try::patch(&company.sales(), &path, &etag, json!({"shipping_fee": fee}))).into();
    let calls = Race::one_wins("orders", About::order(&order), tries, &[(412, "version_mismatch")])
        .events("order.amended", 1)
        .rows("order_revisions", 2)
        .run(app);
    let won = calls.iter().find(|call| call.succeeded()).expect("one has won");
    assert_eq!(company.order(&order)["shipping_fee"], won.answer.body["shipping_fee"]);
}

fn of_those_who_decide_one_step_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = company.verified(desk());
    let path = pending(&company, &order, "approve");
    let tries = same(&[company.sales(), company.second_sales()], &path, &json!({"comment": "yes"}));
    Race::one_wins("orders", About::order(&order), tries, DECIDED_ALREADY).events("approval.decided", 1).events("order.approved", 1).run(app);
}

fn approving_and_rejecting_at_once_ends_in_one_of_both_not_in_half_of_each(app: &TestApp) {
    let company = app.company();
    let order = company.verified(desk());
    let (yes, no) = (pending(&company, &order, "approve"), pending(&company, &order, "reject"));
    let decide = |person: &Person, path: &str| Try::post(person, path, json!({"comment": "decided"}));
    let (one, other) = (company.sales(), company.second_sales());
    let tries = vec![decide(&one, &yes), decide(&other, &no), decide(&other, &yes), decide(&one, &no)];
    let calls = Race::one_wins("orders", About::order(&order), tries, DECIDED_ALREADY).events("approval.decided", 1).run(app);
    let won = calls.iter().position(|call| call.succeeded()).expect("one has won");
    let expected = if won % 2 == 0 { "awaiting_confirmation" } else { "cancelled" };
    assert_eq!(company.order(&order)["stage"], expected);
}

fn of_those_who_confirm_one_order_at_once_one_does(app: &TestApp) {
    let company = app.company();
    company.with_paper("10");
    let order = company.approved(json!([{"sku": "PAPER", "quantity": "2"}]));
    let race = step(&company, &[company.sales(), company.manager()], order, "/confirm", &json!({"method": "phone"}));
    race.events("order.reviewed", 1).events("order.stock_reserved", 1).events("order.executing", 1).run(app);
}

fn of_those_who_record_one_receipt_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = company.shipped();
    let race = step(&company, &[company.sales(), company.logistics()], order, "/receive", &json!({"received_by": "Li Wei"}));
    race.events("order.received", 1).rows("messages WHERE kind = 'order_received'", 1).run(app);
}

fn of_those_who_hold_one_order_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = company.entered(desk());
    step(&company, &[company.order_admin()], order, "/hold", &json!({"reason": "wait"})).events("order.held", 1).run(app);
}

fn of_those_who_cancel_one_order_at_once_one_does(app: &TestApp) {
    let company = app.company();
    company.with_paper("10");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
    let race = step(&company, &[company.order_admin()], order, "/cancel", &json!({"reason": "gone"}));
    race.events("order.cancelled", 1).events("order.stock_released", 1).rows("stock_movements WHERE kind = 'release'", 1).run(app);
}

fn cancelling_while_others_verify_leaves_it_cancelled(app: &TestApp) {
    let company = app.company();
    let order = company.entered(desk());
    let mut tries = same(&[company.second_sales()], &company.path(&order, "/verify"), &json!({}));
    tries[1] = Try::post(&company.sales(), &company.path(&order, "/cancel"), json!({"reason": "gone"}));
    let race = Race::one_wins("orders", About::order(&order), tries, TAKEN_ALREADY).events("order.cancelled", 1);
    Race { winners: 1..=2, ..race }.run(app);
    assert_eq!(company.order(&order)["status"], "cancelled");
    assert_eq!(app.count("approval_rounds WHERE status = 'open'"), 0);
}

fn cancelling_while_others_approve_leaves_it_cancelled(app: &TestApp) {
    let company = app.company();
    let order = company.verified(desk());
    let mut tries = same(&[company.second_sales()], &pending(&company, &order, "approve"), &json!({"comment": "yes"}));
    tries[1] = Try::post(&company.sales(), &company.path(&order, "/cancel"), json!({"reason": "gone"}));
    let race = Race::one_wins("orders", About::order(&order), tries, DECIDED_ALREADY).events("order.cancelled", 1);
    Race { winners: 1..=2, ..race }.run(app);
    assert_eq!(company.order(&order)["status"], "cancelled");
    assert_eq!(app.count("approval_steps WHERE status = 'pending'"), 0);
}

fn editing_while_another_verifies_makes_nobody_verify_what_they_did_not_see(app: &TestApp) {
    // DOMAIN 1.6: both name the version that they have seen
    let company = app.company();
    let order = company.entered(desk());
    let (path, verify) = (company.path(&order, ""), company.path(&order, "/verify"));
    let etag = company.sales().get(&path).etag();
    let mut tries: Vec<Try> = (0..MANY).map(|_| Try::post(&company.second_sales(), &verify, json!({})).with("if-match", &etag)).collect();
    tries[1] = Try::patch(&company.sales(), &path, &etag, json!({"shipping_fee": "9.00"}));
    Race::one_wins("orders", About::order(&order), tries, &[(412, "version_mismatch")]).run(app);
}

fn invoices(company: &Company, order: &Value, path: &str, body: &Value) -> Vec<Try> {
    let numbered = |at: usize| {
        let mut body = body.clone();
        body["order_id"] = order["id"].clone();
        body[if path == "/v1/invoices" { "number" } else { "reference" }] = json!(format!("N-{at}"));
        Try::post(&company.finance(), path, body)
    };
    (0..MANY).map(numbered).collect()
}

fn of_invoices_over_the_whole_total_at_once_one_is_recorded(app: &TestApp) {
    // DOMAIN 7.1
    let company = app.company();
    let order = company.approved(desk());
    let tries = invoices(&company, &order, "/v1/invoices", &json!({"kind": "ordinary", "amount": "900.00"}));
    Race::one_wins("orders", About::order(&order), tries, &[(422, "rule_violated")]).events("invoice.issued", 1).rows("invoices", 1).run(app);
}

fn payments_at_once_are_all_recorded(app: &TestApp) {
    // DOMAIN 7.1
    let company = app.company();
    let order = company.approved(desk());
    let tries = invoices(&company, &order, "/v1/payments", &json!({"method": "transfer", "amount": "225.00"}));
    Race::all_win("orders", About::order(&order), tries).events("payment.recorded", 4).run(app);
    assert_eq!(company.order(&order)["payment_status"], "paid");
}

/// What several do to one invoice at once.
fn at_invoice(company: &Company, invoice: &Value, rest: &str, body: Value) -> Try {
    Try::post(&company.finance(), &format!("/v1/invoices/{}{rest}", id(invoice)), body)
}

fn of_those_who_credit_most_of_one_invoice_at_once_one_does(app: &TestApp) {
    // DOMAIN 7.1
    let company = app.company();
    let order = company.approved(desk());
    let said = json!({"order_id": id(&order), "number": "INV-1", "amount": "900.00"});
    let invoice = company.finance().post("/v1/invoices", said).created();
    let credit = |at: usize| json!({"number": format!("CN-{at}"), "amount": "500.00", "reason": "came back"});
    let tries = (0..MANY).map(|at| at_invoice(&company, &invoice, "/credit", credit(at))).collect();
    let race = Race::one_wins("orders", About::order(&order), tries, &[(422, "rule_violated")]);
    race.events("invoice.credited", 1).rows("invoices", 2).run(app);
    let now = company.finance().get(&format!("/v1/invoices/{}", id(&invoice))).ok();
    assert_eq!([&now["credited"], &now["open"]], ["500.00", "400.00"]);
}

fn issuing_and_making_void_at_once_leaves_one_of_both(app: &TestApp) {
    // DOMAIN 7.1: what was issued may still be made void, what is void is not issued
    let company = app.company();
    let order = company.approved(desk());
    let said = json!({"order_id": id(&order), "draft": true, "number": "INV-1", "amount": "900.00"});
    let draft = company.finance().post("/v1/invoices", said).created();
    let issue = || at_invoice(&company, &draft, "/issue", json!({}));
    let void = || at_invoice(&company, &draft, "/void", json!({"reason": "not wanted"}));
    let race = Race::one_wins("orders", About::order(&order), vec![issue(), void(), issue(), void()], TAKEN_ALREADY);
    Race { winners: 1..=2, ..race }.events("invoice.voided", 1).run(app);
    assert_eq!(company.finance().get(&format!("/v1/invoices/{}", id(&draft))).ok()["status"], "void");
    assert_eq!(company.finance().get(&company.path(&order, "/balance")).ok()["invoiced"], "0.00");
}
