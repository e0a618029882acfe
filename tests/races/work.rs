//! Many at the tasks of one order (DOMAIN 3.2, 3.4).

use super::everywhere;
use super::race::{About, MANY, Race, Try};
use crate::support::{Company, Person, TestApp, id, note_pdf};
use serde_json::{Value, json};

everywhere! {
    two_departments_that_finish_two_tasks_of_one_order_at_once_both_succeed,
    of_those_who_complete_one_task_at_once_one_does,
    of_those_who_take_one_task_upon_themselves_at_once_one_does,
    of_those_who_direct_one_version_of_a_task_at_once_one_does,
}

/// An order of paper to pick and a trophy to make, in execution.
fn executing(company: &Company) -> Value {
    company.with_paper("10");
    let trophy = json!({"name": "Trophy", "kind": "custom", "quantity": "1", "unit_price": "90"});
    company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, trophy]))
}

/// A department's task with its proof, and the request that completes it.
fn proven(company: &Company, order: &Value, person: &Person, kind: &str) -> Try {
    let path = format!("/v1/tasks/{}", id(&company.task(order, if kind == "qc_report" { "production" } else { "warehouse" })));
    person.upload(&format!("{path}/evidence"), kind, "proof.pdf", &note_pdf()).is(201);
    Try::post(person, &format!("{path}/complete"), json!({}))
}

fn two_departments_that_finish_two_tasks_of_one_order_at_once_both_succeed(app: &TestApp) {
    // DECISIONS 5
    let company = app.company();
    let order = executing(&company);
    let picking = proven(&company, &order, &company.warehouse(), "goods_issue_note");
    let making = proven(&company, &order, &company.production(), "qc_report");
    Race::all_win("orders", About::order(&order), vec![picking, making]).events("task.completed", 2).run(app);
    assert_eq!(company.order(&order)["stage"], "awaiting_shipment");
    assert_eq!(company.task(&order, "logistics")["status"], "open");
}

fn of_those_who_complete_one_task_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = executing(&company);
    drop(proven(&company, &order, &company.warehouse(), "goods_issue_note"));
    let path = format!("/v1/tasks/{}/complete", id(&company.task(&order, "warehouse")));
    let people = [company.warehouse(), company.order_admin()];
    let tries = people.iter().cycle().take(MANY).map(|person| Try::post(person, &path, json!({}))).collect();
    Race::one_wins("orders", About::order(&order), tries, &[(409, "invalid_transition")])
        .events("task.completed", 1)
        .rows("stock_movements WHERE kind = 'pick'", 1)
        .run(app);
    let stock = company.viewer().get("/v1/stock?sku=PAPER").ok();
    assert_eq!([&stock["data"][0]["on_hand"], &stock["data"][0]["reserved"]], ["8", "0"]);
}

fn of_those_who_take_one_task_upon_themselves_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = executing(&company);
    let path = format!("/v1/tasks/{}/accept", id(&company.task(&order, "warehouse")));
    let people = [company.warehouse(), company.order_admin(), app.person("picker2", &["warehouse"], "warehouse")];
    let tries = people.iter().map(|person| Try::post(person, &path, json!({}))).collect();
    Race::one_wins("orders", About::order(&order), tries, &[(409, "already_decided")]).events("task.accepted", 1).run(app);
}

fn of_those_who_direct_one_version_of_a_task_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = executing(&company);
    let path = format!("/v1/tasks/{}", id(&company.task(&order, "warehouse")));
    let etag = company.order_admin().get(&path).etag();
    let assign =
        |reason: String| Try::post(&company.order_admin(), &format!("{path}/assign"), json!({"delay_reason": reason})).with("if-match", &etag);
    let tries = (0..MANY).map(|at| assign(format!("reason {at}"))).collect();
    Race::one_wins("orders", About::order(&order), tries, &[(412, "version_mismatch")]).events("task.assigned", 1).run(app);
}
