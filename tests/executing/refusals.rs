//! Every way around proof, release, stock and turn is refused with its code (DOMAIN 3.2, 3.3, 4.1, 6.4).

use super::settings;
use crate::support::{Company, Person, id, note_pdf, on_every_store, parcel};
use serde_json::{Value, json};

fn complete(person: &Person, task: &Value) -> crate::support::Answer {
    person.post(&format!("/v1/tasks/{}/complete", id(task)), json!({}))
}

fn dispatch(company: &Company, shipment: &Value) -> crate::support::Answer {
    company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(shipment)), json!({}))
}

fn goods() -> Value {
    json!([{"sku": "PAPER", "quantity": "2"}, {"name": "Trophy", "kind": "custom", "quantity": "1", "unit": "piece", "unit_price": "20.00"}])
}

#[test]
fn no_task_is_finished_without_its_proof() {
    // DOMAIN 3.3: alone, in bulk, by anybody who could, begun or not
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(goods());
        let (boss, begin) =
            (company.order_admin(), |task: &Value| drop(company.order_admin().post(&format!("/v1/tasks/{}/start", id(task)), json!({})).ok()));
        for (department, person) in [("warehouse", company.warehouse()), ("production", company.production())] {
            let task = company.task(&order, department);
            complete(&person, &task).refused(422, "evidence_missing");
            begin(&task);
            complete(&boss, &task).refused(422, "evidence_missing");
            let bulk = person.post("/v1/tasks/bulk", json!({"action": "complete", "tasks": [id(&task)]})).ok();
            assert_eq!(bulk["data"][0]["code"], "evidence_missing", "{bulk}");
        }
        // proof of another kind, and a report that failed, prove nothing
        let (pick, make) = (company.task(&order, "warehouse"), company.task(&order, "production"));
        let evidence = |task: &Value| format!("/v1/tasks/{}/evidence", id(task));
        company.warehouse().upload(&evidence(&pick), "qc_report", "note.pdf", &note_pdf()).refused(400, "validation_failed");
        company.production().upload_report(&evidence(&make), "fail", &note_pdf()).is(201);
        complete(&company.production(), &make).refused(422, "evidence_missing");
        complete(&company.finance(), &company.task(&order, "finance")).refused(422, "evidence_missing");
        assert_eq!(complete(&company.viewer(), &pick).status, 403);
    });
}

#[test]
fn no_task_is_finished_before_its_turn() {
    // DOMAIN 3.2
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(goods());
        let ship = company.task(&order, "logistics");
        assert_eq!(ship["status"], "blocked");
        for person in [company.logistics(), company.order_admin()] {
            complete(&person, &ship).refused(409, "invalid_transition");
            person.post(&format!("/v1/tasks/{}/start", id(&ship)), json!({})).refused(409, "invalid_transition");
            let bulk = person.post("/v1/tasks/bulk", json!({"action": "complete", "tasks": [id(&ship)]})).ok();
            assert_eq!(bulk["data"][0]["code"], "invalid_transition");
        }
        company.pick(&order);
        complete(&company.logistics(), &ship).refused(409, "invalid_transition");
        company.produce(&order);
        complete(&company.logistics(), &ship).refused(422, "evidence_missing");
    });
}

#[test]
fn no_more_is_shipped_than_was_ordered_nor_before_it_is_ready() {
    // DOMAIN 4.1
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(goods());
        let pack = |goods: &[(usize, &str)]| company.logistics().post(&company.path(&order, "/shipments"), parcel(&order, goods));
        pack(&[(0, "2.0001")]).refused(422, "rule_violated");
        pack(&[(0, "0")]).refused(400, "validation_failed");
        pack(&[(0, "-1")]).refused(400, "validation_failed");
        pack(&[(0, "1"), (0, "1")]).refused(400, "validation_failed");
        let whole = pack(&[(0, "2"), (1, "1")]).created();
        pack(&[(1, "0.0001")]).refused(422, "rule_violated");
        dispatch(&company, &whole).refused(409, "invalid_transition");
        company.pick(&order);
        let refused = dispatch(&company, &whole).refused(409, "invalid_transition");
        assert!(refused["detail"].as_str().unwrap_or_default().contains("picked or produced"), "the trophy is not made: {refused}");
        company.produce(&order);
        dispatch(&company, &whole).ok();
        dispatch(&company, &whole).refused(409, "invalid_transition");
        pack(&[(0, "1")]).refused(409, "invalid_transition");
    });
}

#[test]
fn nothing_of_an_order_leaves_that_is_blocked_held_or_not_released() {
    // DOMAIN 6.4, DECISIONS 18
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let lines = json!([{"sku": "PAPER", "quantity": "1"}]);
        settings(app, json!({"auto_release": false}));
        let unreleased = company.confirmed(lines.clone());
        assert_eq!(unreleased["status"], "reviewed");
        let pack = |order: &Value| company.logistics().post(&company.path(order, "/shipments"), parcel(order, &[(0, "1")]));
        pack(&unreleased).refused(409, "invalid_transition");
        pack(&company.entered(lines.clone())).refused(409, "invalid_transition");
        settings(app, json!({"auto_release": true}));
        let order = company.confirmed(lines);
        company.pick(&order);
        let packed = pack(&order).created();
        let exception = company.blocked(&order);
        let told = dispatch(&company, &packed).refused(409, "order_blocked");
        assert!(told.to_string().contains(exception["number"].as_str().expect("a number")), "it is named: {told}");
        pack(&order).refused(409, "order_blocked");
        company.order_admin().post(&format!("/v1/exceptions/{}/resolve", id(&exception)), json!({"result": "dried"})).ok();
        company.order_admin().post(&company.path(&order, "/hold"), json!({"reason": "a question"})).ok();
        dispatch(&company, &packed).refused(409, "order_blocked");
        company.order_admin().post(&company.path(&order, "/unhold"), json!({})).ok();
        dispatch(&company, &packed).ok();
        let done = company.entered(json!([{"sku": "PAPER", "quantity": "1"}]));
        company.order_admin().post(&company.path(&done, "/cancel"), json!({"reason": "given up"})).ok();
        pack(&done).refused(409, "invalid_transition");
    });
}
