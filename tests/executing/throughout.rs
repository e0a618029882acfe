//! One order from release to receipt: a standard and a custom line, two warehouses, three parcels. After each step its
//! stage, tasks, sub-statuses and promise are read (DOMAIN 3, 4).

use super::{it_is, settings};
use crate::support::{Company, id, on_every_store, order_of, parcel};
use serde_json::{Value, json};

/// Where an order stands: status and stage; inventory, production and payment; its tasks; what is promised and predicted.
fn stands(company: &Company, order: &Value) -> [String; 4] {
    let now = company.order(order);
    let text = |field: &str| now[field].as_str().unwrap_or("-").to_owned();
    let mut tasks: Vec<String> = company
        .tasks(order)
        .iter()
        .map(|task| format!("{} {}", task["code"].as_str().unwrap_or("?"), task["status"].as_str().unwrap_or("?")))
        .collect();
    tasks.reverse();
    let promise = company.sales().get(&company.path(order, "/promise")).ok()["promise"].clone();
    let day = |field: &str| promise[field].as_str().unwrap_or("-").to_owned();
    [
        format!("{} {}", text("status"), text("stage")),
        format!("{} {} {}", text("inventory_status"), text("production_status"), text("payment_status")),
        tasks.join(", "),
        format!("{} {} {}", day("original_date"), day("predicted_date"), promise["at_risk"]),
    ]
}

fn finish(company: &Company, order: &Value, code: &str) {
    let task = company.tasks(order).into_iter().find(|task| task["code"] == code).expect("there is such a task");
    let kind = task["required_evidence"].as_str().unwrap_or_default().to_owned();
    company.prove_and_complete(&company.order_admin(), &task, &kind);
}

#[test]
fn an_order_is_followed_from_release_to_receipt() {
    on_every_store(|app| {
        it_is(app, "2027-03-01T01:30:00Z"); // Monday, half past nine in Shanghai
        let company = app.company();
        settings(app, json!({"holidays": "none"}));
        company.with_paper("3");
        company.order_admin().post("/v1/warehouses", json!({"code": "WH2", "name": "Second", "priority": 200})).created();
        company.order_admin().post("/v1/stock/movements", json!({"kind": "receipt", "warehouse": "WH2", "sku": "PAPER", "quantity": "10"})).created();
        company.product("DESK", "custom", "100.00");
        let mut body = order_of(json!([{"sku": "PAPER", "quantity": "5"}, {"sku": "DESK", "quantity": "1"}]));
        body["delivery"] = json!({"address": body["delivery"]["address"], "requested_date": "2027-03-08"});
        let order = company.sales().post("/v1/orders", body).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        while !company.pending_steps(&order).is_empty() {
            company.approve_next(&order);
        }
        let seen = |expected: [&str; 4]| assert_eq!(stands(&company, &order), expected.map(str::to_owned));

        // agreed and released: goods of both warehouses are set aside
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        seen([
            "executing awaiting_production",
            "reserved pending unpaid",
            "coordinate open, pick open, produce open, ship blocked, invoice open",
            "2027-03-08 2027-03-08 false",
        ]);
        // picked on Tuesday
        it_is(app, "2027-03-02T02:00:00Z");
        finish(&company, &order, "pick");
        seen([
            "executing awaiting_production",
            "issued pending unpaid",
            "coordinate open, pick done, produce open, ship blocked, invoice open",
            "2027-03-08 2027-03-08 false",
        ]);
        // the first parcel leaves from the second warehouse: sales' coordination is over
        let from = |warehouse: &str, goods: &[(usize, &str)]| {
            let mut said = parcel(&order, goods);
            said["warehouse"] = json!(warehouse);
            let packed = company.logistics().post(&company.path(&order, "/shipments"), said).created();
            company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&packed)), json!({})).ok()
        };
        let first = from("WH2", &[(0, "2")]);
        seen([
            "executing awaiting_production",
            "issued pending unpaid",
            "coordinate done, pick done, produce open, ship blocked, invoice open",
            "2027-03-08 2027-03-08 false",
        ]);
        // production is a day late: the promise is at risk before it is broken
        it_is(app, "2027-03-05T02:00:00Z");
        app.let_the_clock_look();
        seen([
            "executing awaiting_production",
            "issued pending unpaid",
            "coordinate done, pick done, produce open, ship blocked, invoice open",
            "2027-03-08 2027-03-09 true",
        ]);
        let make = company.task(&order, "production");
        company.production().post(&format!("/v1/tasks/{}/start", id(&make)), json!({})).ok();
        assert_eq!(company.order(&order)["production_status"], "in_progress");
        finish(&company, &order, "produce");
        seen([
            "executing awaiting_shipment",
            "issued completed unpaid",
            "coordinate done, pick done, produce done, ship open, invoice open",
            "2027-03-08 2027-03-09 true",
        ]);
        // what is left leaves in two parcels, the same day: in time after all
        let second = from("WH1", &[(0, "3")]);
        seen([
            "executing awaiting_shipment",
            "issued completed unpaid",
            "coordinate done, pick done, produce done, ship open, invoice open",
            "2027-03-08 2027-03-09 true",
        ]);
        let third = from("WH1", &[(1, "1")]);
        seen([
            "shipped awaiting_receipt",
            "issued completed unpaid",
            "coordinate done, pick done, produce done, ship done, invoice open",
            "2027-03-08 - false",
        ]);
        assert_eq!(company.task(&order, "finance")["due_at"], "2027-03-10T10:00:00Z", "three working days after shipping");
        for parcel in [&third, &first] {
            company.deliver(parcel);
            assert_eq!(company.order(&order)["stage"], "awaiting_receipt");
        }
        company.deliver(&second);
        company
            .finance()
            .post("/v1/invoices", json!({"order_id": id(&order), "number": "INV-1", "amount": company.order(&order)["total"]}))
            .created();
        company
            .finance()
            .post("/v1/payments", json!({"order_id": id(&order), "amount": company.order(&order)["total"], "method": "transfer"}))
            .created();
        seen(["received done", "issued completed paid", "coordinate done, pick done, produce done, ship done, invoice done", "2027-03-08 - false"]);
        assert_eq!(app.check(), []);
        app.drain();
    });
}
