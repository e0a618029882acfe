//! A blocking exception stops the steps forward of its orders, and nothing else (DOMAIN 6.4, DECISIONS 18).

use super::path;
use crate::executing::settings;
use crate::support::{Company, TestApp, golden, id, on_every_store, parcel};
use serde_json::{Value, json};
use std::fmt::Write;

fn paper() -> Value {
    json!([{"sku": "PAPER", "quantity": "2"}])
}

/// An order in each state, none of which goes on by itself.
fn one_in_each_state(company: &Company) -> Vec<(&'static str, Value)> {
    let cancelled = company.entered(paper());
    company.sales().post(&company.path(&cancelled, "/cancel"), json!({"reason": "no longer wanted"})).ok();
    let sent_back = company.entered(paper());
    company.second_sales().post(&company.path(&sent_back, "/send-back"), json!({"reason": "another colour"})).ok();
    let executing = released(company);
    let (shipped, received) = (left(company), left(company));
    let arrived = company.logistics().get(&format!("/v1/shipments?order_id={}", id(&received))).ok()["data"][0].clone();
    company.deliver(&arrived);
    vec![
        ("awaiting_verification", company.entered(paper())),
        ("awaiting_correction", sent_back),
        ("awaiting_approval", company.verified(paper())),
        ("awaiting_confirmation", company.approved(paper())),
        ("awaiting_release", company.confirmed(paper())),
        ("awaiting_shipment", executing),
        ("awaiting_receipt", shipped),
        ("done", received),
        ("cancelled", cancelled),
    ]
}

fn released(company: &Company) -> Value {
    let order = company.confirmed(paper());
    company.order_admin().post(&company.path(&order, "/release"), json!({})).ok();
    company.pick(&order);
    order
}

fn left(company: &Company) -> Value {
    let order = released(company);
    company.dispatched(&order, &[(0, "2")]);
    order
}

fn reported(company: &Company, order: &Value, blocking: bool) -> Value {
    let body = json!({
        "kind": "other", "severity": "medium", "order_ids": [id(order)], "department": "warehouse", "cause": "damp cartons", "blocking": blocking
    });
    company.warehouse().post("/v1/exceptions", body).created()
}

/// What the order administrator, who may do everything, can do with an order; and what is refused since it is blocked.
fn line(company: &Company, order: &Value, stage: &str, what: &str) -> String {
    let now = company.order(order);
    assert_eq!(now["stage"], stage, "{what}: it stands where it stood");
    let actions = company.order_admin().get(&company.path(order, "/actions")).ok()["data"].clone();
    let (mut allowed, mut stopped) = (Vec::new(), Vec::new());
    for action in actions.as_array().expect("actions are listed") {
        let name = action["name"].as_str().expect("a name");
        let reasons: Vec<&str> = action["reasons"].as_array().expect("reasons").iter().filter_map(|reason| reason["code"].as_str()).collect();
        if action["allowed"] == true {
            allowed.push(name);
        } else if reasons.contains(&"order_blocked") {
            stopped.push(name);
        }
    }
    let blocked = if now["blocked_by"] == json!([]) { "free" } else { "blocked" };
    let list = |names: &[&str]| if names.is_empty() { "-".to_owned() } else { names.join(" ") };
    format!("    {what:26} {blocked:8} can: {:50} stopped: {}", list(&allowed), list(&stopped))
}

/// The same with no exception, and with one in each of its states.
fn lines(company: &Company, order: &Value, stage: &str) -> Vec<String> {
    let say = |what: &str| line(company, order, stage, what);
    let (admin, operations) = (company.order_admin(), company.operations());
    let mut all = vec![say("none")];
    let harmless = reported(company, order, false);
    all.push(say("not blocking, reported"));
    admin.post(&path(&harmless, "/dismiss"), json!({"reason": "it was none"})).ok();
    let blocking = reported(company, order, true);
    all.push(say("blocking, reported"));
    admin.post(&path(&blocking, "/plan"), json!({"summary": "repack", "steps": ["take dry cartons"]})).ok();
    all.push(say("blocking, planning"));
    // approving begins to carry it out: an approved one is never seen
    assert_eq!(operations.post(&path(&blocking, "/approve"), json!({})).ok()["status"], "resolving");
    all.push(say("blocking, resolving"));
    admin.post(&path(&blocking, "/resolve"), json!({"result": "repacked"})).ok();
    all.push(say("blocking, resolved"));
    admin.post(&path(&blocking, "/close"), json!({})).ok();
    all.push(say("blocking, closed"));
    let blocking = reported(company, order, true);
    admin.post(&path(&blocking, "/dismiss"), json!({"reason": "it was none"})).ok();
    all.push(say("blocking, dismissed"));
    all
}

fn not_released_by_themselves(app: &TestApp) -> Company<'_> {
    settings(app, json!({"auto_release": false}));
    let company = app.company();
    company.with_paper("100");
    company
}

#[test]
fn rule_6_4_a_blocking_exception_stops_exactly_the_steps_forward_in_every_state() {
    on_every_store(|app| {
        let company = not_released_by_themselves(app);
        let mut text = String::from("What can be done with an order, and what is stopped, by its state and by the exception over it.\n");
        for (stage, order) in one_in_each_state(&company) {
            writeln!(text, "\n{stage}").expect("text grows");
            for line in lines(&company, &order, stage) {
                writeln!(text, "{line}").expect("text grows");
            }
        }
        golden("tests/resolving/blocking.txt", &text);
    });
}

#[test]
fn rule_6_4_every_step_forward_is_refused_by_the_number_of_the_exception() {
    on_every_store(|app| {
        let company = not_released_by_themselves(app);
        let stopped = |order: &Value, step: &dyn Fn() -> crate::support::Answer| {
            let exception = reported(&company, order, true);
            let refused = step().refused(409, "order_blocked");
            assert_eq!(refused["blocked_by"], json!([exception["number"]]), "{refused}");
        };
        let order = company.entered(paper());
        stopped(&order, &|| company.second_sales().post(&company.path(&order, "/verify"), json!({})));
        let order = company.verified(paper());
        let step = company.pending_steps(&order).remove(0);
        stopped(&order, &|| company.second_sales().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({"comment": "yes"})));
        let order = company.approved(paper());
        stopped(&order, &|| company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})));
        let order = company.confirmed(paper());
        stopped(&order, &|| company.order_admin().post(&company.path(&order, "/release"), json!({})));
        let order = company.confirmed(paper());
        company.order_admin().post(&company.path(&order, "/release"), json!({})).ok();
        let task = format!("/v1/tasks/{}", id(&company.task(&order, "warehouse")));
        stopped(&order, &|| company.warehouse().post(&format!("{task}/start"), json!({})));
        let order = released(&company);
        stopped(&order, &|| company.logistics().post(&company.path(&order, "/shipments"), parcel(&company.order(&order), &[(0, "2")])));
        let order = released(&company);
        let shipment = company.pack(&order, &[(0, "2")]);
        stopped(&order, &|| company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&shipment)), json!({})));
    });
}

#[test]
fn decision_18_amending_money_what_carriers_tell_and_cancelling_are_never_stopped() {
    on_every_store(|app| {
        let company = not_released_by_themselves(app);
        let order = company.verified(paper());
        reported(&company, &order, true);
        company.sales().patch(&company.path(&order, ""), "*", json!({"contract_number": "C-9", "reason": "as agreed"})).ok();
        let payment = json!({"order_id": id(&order), "amount": "5.00", "method": "cash"});
        company.finance().post("/v1/payments", payment).is(201);
        company.sales().post(&company.path(&order, "/cancel"), json!({"reason": "no longer wanted"})).ok();
        let order = released(&company);
        let shipment = company.dispatched(&order, &[(0, "2")]);
        reported(&company, &order, true);
        company.deliver(&shipment);
        assert_eq!(company.order(&order)["status"], "received", "it has arrived, blocked or not");
    });
}
