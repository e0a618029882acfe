//! A task that was done by mistake is done again: a recorded correction (DECISIONS 37).

use super::{plan, task_path};
use crate::support::{Company, on_every_store};
use serde_json::{Value, json};

fn standard_and_custom(company: &Company) -> Value {
    company.with_paper("20");
    let custom = json!({"name": "Engraved trophy", "kind": "custom", "quantity": "1", "unit": "piece", "unit_price": "200.00"});
    company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, custom]))
}

fn stock(company: &Company) -> Vec<Value> {
    let row = company.order_admin().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
    vec![row["on_hand"].clone(), row["reserved"].clone()]
}

#[test]
fn picking_that_was_no_picking_is_undone() {
    // DECISIONS 37
    on_every_store(|app| {
        let company = app.company();
        let order = standard_and_custom(&company);
        let path = task_path(&company, &order, "warehouse");
        assert_eq!(stock(&company), ["20", "2"]);
        company.pick(&order);
        company.produce(&order);
        assert_eq!((stock(&company), company.order(&order)["stage"].clone()), (vec![json!("18"), json!("0")], json!("awaiting_shipment")));
        assert!(plan(&company, &order)[3].contains("open"));

        let reopen = |body: Value| company.order_admin().post(&format!("{path}/reopen"), body);
        reopen(json!({})).refused(400, "validation_failed");
        company.warehouse().post(&format!("{path}/reopen"), json!({"reason": "Wrong shelf"})).refused(403, "forbidden");
        let again = reopen(json!({"reason": "The wrong shelf was picked"})).ok();
        assert_eq!([&again["status"], &again["completed_at"], &again["started_at"]], [&json!("open"), &Value::Null, &Value::Null]);
        assert_eq!(stock(&company), ["20", "2"], "set aside as before");
        assert_eq!(
            (company.order(&order)["stage"].clone(), company.order(&order)["inventory_status"].clone()),
            (json!("awaiting_preparation"), json!("reserved"))
        );
        assert_eq!(plan(&company, &order)[3], "ship logistics [pick produce] blocked -", "it waits again");
        company.logistics().post(&company.path(&order, "/shipments"), json!({"method": "self_pickup"})).created();
        reopen(json!({"reason": "Twice"})).refused(409, "invalid_transition");

        company.warehouse().post(&format!("{path}/complete"), json!({})).ok();
        assert_eq!((stock(&company), company.order(&order)["stage"].clone()), (vec![json!("18"), json!("0")], json!("awaiting_shipment")));
        let history = company.order_admin().get(&company.path(&order, "/history?limit=200")).ok();
        let reopened = history["data"].as_array().unwrap().iter().find(|entry| entry["name"] == "task.reopened").unwrap().clone();
        assert_eq!(reopened["after"]["reason"], "The wrong shelf was picked", "{reopened}");
    });
}

#[test]
fn production_that_was_none_is_done_again() {
    // DECISIONS 37
    on_every_store(|app| {
        let company = app.company();
        let order = standard_and_custom(&company);
        company.produce(&order);
        assert_eq!(company.order(&order)["production_status"], "completed");
        let path = task_path(&company, &order, "production");
        company.order_admin().post(&format!("{path}/reopen"), json!({"reason": "It broke"})).ok();
        assert_eq!(company.order(&order)["production_status"], "pending");
        company.pick(&order);
        let shipment = company.pack(&order, &[(0, "2"), (1, "1")]);
        let dispatch = format!("/v1/shipments/{}/dispatch", crate::support::id(&shipment));
        let refused = company.logistics().post(&dispatch, json!({})).refused(409, "invalid_transition");
        assert_eq!(refused["reasons"][0]["code"], "goods_not_ready", "{refused}");
    });
}

#[test]
fn what_has_left_or_happened_elsewhere_is_not_reopened() {
    // DECISIONS 37
    on_every_store(|app| {
        let company = app.company();
        let order = standard_and_custom(&company);
        company.pick(&order);
        company.produce(&order);
        company.dispatched(&order, &[(0, "1")]);
        let refused = |department: &str, code: &str| {
            let path = format!("{}/reopen", task_path(&company, &order, department));
            let problem = company.order_admin().post(&path, json!({"reason": "A mistake"})).refused(409, "invalid_transition");
            assert_eq!(problem["reasons"][0]["code"], code, "{problem}");
        };
        refused("warehouse", "goods_dispatched");
        refused("production", "goods_dispatched");
        let invoice = json!({"order_id": order["id"], "kind": "ordinary", "number": "INV-1", "amount": order["total"]});
        company.finance().post("/v1/invoices", invoice).created();
        refused("finance", "done_by_fact");
        let path = format!("{}/reopen", task_path(&company, &order, "sales"));
        assert_eq!(company.order_admin().post(&path, json!({"reason": "One more wish"})).ok()["status"], "open");
    });
}

#[test]
fn reopening_meets_completing_what_depends_on_it_once() {
    // two requests at once on one order: each sees what the other did (DECISIONS 5)
    on_every_store(|app| {
        let company = app.company();
        let order = standard_and_custom(&company);
        company.pick(&order);
        company.produce(&order);
        let (reopen, pack) = (format!("{}/reopen", task_path(&company, &order, "warehouse")), company.pack(&order, &[(0, "2"), (1, "1")]));
        let (admin, logistics) = (company.order_admin(), company.logistics());
        let dispatch = format!("/v1/shipments/{}/dispatch", crate::support::id(&pack));
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| admin.post(&reopen, json!({"reason": "A mistake"})).status);
            let other = scope.spawn(|| logistics.post(&dispatch, json!({})).status);
            (one.join().unwrap(), other.join().unwrap())
        });
        assert!(matches!((one, other), (200, 409) | (409, 200)), "{one} {other}");
        let gone = other == 200;
        assert_eq!(stock(&company), if gone { ["18", "0"] } else { ["20", "2"] });
    });
}
