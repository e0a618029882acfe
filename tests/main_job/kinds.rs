//! Custom goods, services, and orders of several kinds (DOMAIN 3.1).

use crate::support::{id, note_pdf, on_every_store};
use serde_json::{Value, json};

fn custom(quantity: &str) -> Value {
    json!({"name": "Engraved trophy", "kind": "custom", "quantity": quantity, "unit": "piece", "unit_price": "200.00"})
}

fn service() -> Value {
    json!({"name": "Installation on site", "kind": "service", "quantity": "1", "unit": "visit", "unit_price": "300.00"})
}

#[test]
fn a_custom_order_asks_three_levels_and_is_produced_with_a_qc_report() {
    // DOMAIN 2.1, 3.1, 3.3, 3.4
    on_every_store(|app| {
        let company = app.company();
        let order = company.verified(json!([custom("5")]));
        for role in ["sales_specialist", "sales_manager", "department_head"] {
            let pending = company.pending_steps(&order);
            assert_eq!(pending.len(), 1, "one level at a time");
            assert_eq!(pending[0]["role"], role);
            company.approve_next(&order);
        }
        let order = company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        assert_eq!([&order["stage"], &order["production_status"], &order["inventory_status"]], ["awaiting_production", "pending", "not_required"]);

        let making = company.task(&order, "production");
        assert_eq!(making["required_evidence"], "qc_report");
        let path = format!("/v1/tasks/{}", id(&making));
        let maker = company.production();
        maker.post(&format!("{path}/start"), json!({})).ok();
        assert_eq!(company.order(&order)["production_status"], "in_progress");
        maker.post(&format!("{path}/complete"), json!({})).refused(422, "evidence_missing");
        maker.upload(&format!("{path}/evidence"), "qc_report", "report.pdf", &note_pdf()).is(201);
        maker.post(&format!("{path}/complete"), json!({})).ok();
        let order = company.order(&order);
        assert_eq!([&order["stage"], &order["production_status"]], ["awaiting_shipment", "completed"]);

        let shipment = company.dispatched(&order, &[(0, "5")]);
        assert_eq!(company.order(&order)["status"], "shipped");
        company.deliver(&shipment);
        assert_eq!(company.order(&order)["status"], "received");
    });
}

#[test]
fn a_service_order_has_no_shipment_and_is_received_when_the_customer_accepts_it() {
    // DOMAIN 3.1
    on_every_store(|app| {
        let company = app.company();
        let order = company.confirmed(json!([service()]));
        assert_eq!([&order["status"], &order["stage"]], ["executing", "awaiting_preparation"]);
        let departments: Vec<Value> = company.tasks(&order).iter().map(|task| task["department"].clone()).collect();
        assert!(!departments.contains(&json!("logistics")) && !departments.contains(&json!("warehouse")), "{departments:?}");

        let serving = company.task(&order, "operations");
        company.operations().post(&format!("/v1/tasks/{}/complete", id(&serving)), json!({})).ok();
        assert_eq!(company.order(&order)["status"], "shipped");
        let order = company.sales().post(&company.path(&order, "/receive"), json!({"received_by": "Li Wei"})).ok();
        assert_eq!([&order["status"], &order["stage"]], ["received", "done"]);
    });
}

#[test]
fn a_mixed_order_ships_when_the_goods_have_left_and_the_service_was_carried_out() {
    // DOMAIN 3.1, 4.3
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, custom("1"), service()]));
        assert_eq!(order["stage"], "awaiting_production");
        company.produce(&order);
        assert_eq!(company.order(&order)["stage"], "awaiting_preparation");
        company.pick(&order);
        let shipment = company.dispatched(&order, &[(0, "2"), (1, "1")]);
        assert_eq!(company.order(&order)["status"], "executing", "the service is still to be carried out");
        let serving = company.task(&order, "operations");
        company.operations().post(&format!("/v1/tasks/{}/complete", id(&serving)), json!({})).ok();
        assert_eq!(company.order(&order)["status"], "shipped");
        company.deliver(&shipment);
        assert_eq!(company.order(&order)["status"], "received");
    });
}

#[test]
fn a_task_waits_until_those_before_it_are_done() {
    // DOMAIN 3.2
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, custom("1")]));
        let shipping = company.task(&order, "logistics");
        assert_eq!(shipping["status"], "blocked");
        company.logistics().post(&format!("/v1/tasks/{}/start", id(&shipping)), json!({})).refused(409, "invalid_transition");
        company.pick(&order);
        assert_eq!(company.task(&order, "logistics")["status"], "blocked");
        company.produce(&order);
        assert_eq!(company.task(&order, "logistics")["status"], "open");
    });
}

#[test]
fn work_of_another_department_is_not_ours_to_do() {
    // DECISIONS 27
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let picking = company.task(&order, "warehouse");
        company.finance().post(&format!("/v1/tasks/{}/start", id(&picking)), json!({})).refused(403, "forbidden");
    });
}

#[test]
fn proof_of_another_kind_or_with_a_false_name_is_refused() {
    // DOMAIN 3.3, BEHAVIOUR 9
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let path = format!("/v1/tasks/{}/evidence", id(&company.task(&order, "warehouse")));
        let picker = company.warehouse();
        let disguised = picker.upload(&path, "goods_issue_note", "note.png", &note_pdf());
        assert!((400..500).contains(&disguised.status), "{}", disguised.text);
        disguised.is_a_problem();
        let script = picker.upload(&path, "goods_issue_note", "note.html", b"<script>alert(1)</script>");
        assert!((400..500).contains(&script.status), "{}", script.text);
        script.is_a_problem();
        picker.post(&path.replace("/evidence", "/complete"), json!({})).refused(422, "evidence_missing");
    });
}

#[test]
fn evidence_comes_back_as_an_attachment_just_as_it_was() {
    // BEHAVIOUR 9
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let path = format!("/v1/tasks/{}/evidence", id(&company.task(&order, "warehouse")));
        let task = company.warehouse().upload(&path, "goods_issue_note", "note.pdf", &note_pdf()).is(201);
        let file = task.header("location").expect("it says where the file is");
        assert_eq!(file, format!("/v1/files/{}", id(&task.body["evidence"][0])));
        let download = company.sales().get(file).is(200);
        assert_eq!(download.text.as_bytes(), note_pdf());
        assert_eq!(download.header("x-content-type-options"), Some("nosniff"));
        assert!(download.header("content-disposition").is_some_and(|text| text.starts_with("attachment")));
    });
}
