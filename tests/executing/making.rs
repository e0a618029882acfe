//! Goods that are made: custom ones, those that pass through the warehouse, and standard ones that are short
//! (DOMAIN 3.1, 3.4).

use super::{it_is, plan, settings};
use crate::support::{Company, id, note_pdf, on_every_store};
use serde_json::{Value, json};

fn product(company: &Company, sku: &str, kind: &str, more: Value) {
    let mut said = json!({"sku": sku, "name": sku, "kind": kind, "unit_price": "10.00", "currency": "CNY"});
    said.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    company.order_admin().post("/v1/products", said).created();
}

fn line(company: &Company, order: &Value, at: usize) -> Vec<String> {
    let line = company.order(order)["lines"][at].clone();
    ["production_status", "made", "to_make", "reserved", "picked"].iter().map(|field| line[field].as_str().unwrap_or("-").to_owned()).collect()
}

fn task(company: &Company, order: &Value, code: &str) -> Value {
    company.tasks(order).into_iter().find(|task| task["code"] == code).unwrap_or_else(|| panic!("no task {code}"))
}

#[test]
fn custom_goods_that_pass_through_the_warehouse_are_made_and_then_picked() {
    // DOMAIN 3.1: "or custom goods that pass through the warehouse"
    on_every_store(|app| {
        it_is(app, "2027-03-01T02:00:00Z");
        let company = app.company();
        settings(app, json!({"holidays": "none"}));
        product(&company, "DESK", "custom", json!({"through_warehouse": true, "lead_time_days": 2}));
        let order = company.confirmed(json!([{"sku": "DESK", "quantity": "2"}]));
        assert_eq!(
            plan(&company, &order)[1..4],
            ["pick warehouse [produce] blocked -", "produce production [] open 2027-03-03T10:00:00Z", "ship logistics [pick produce] blocked -",]
        );
        assert_eq!([&company.order(&order)["stage"], &company.order(&order)["production_status"]], ["awaiting_production", "pending"]);
        company.production().post(&format!("/v1/tasks/{}/start", id(&task(&company, &order, "produce"))), json!({})).ok();
        assert_eq!(line(&company, &order, 0), ["in_progress", "0", "0", "0", "0"]);
        company.produce(&order);
        assert_eq!(line(&company, &order, 0), ["completed", "2", "0", "0", "0"]);
        assert_eq!(company.order(&order)["stage"], "awaiting_preparation");
        assert_eq!(task(&company, &order, "pick")["due_at"], "2027-03-02T10:00:00Z", "a working day after they were made");
        // what is made and not picked does not leave
        let parcel = company.pack(&order, &[(0, "2")]);
        company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&parcel)), json!({})).refused(409, "invalid_transition");
        company.pick(&order);
        assert_eq!(line(&company, &order, 0), ["completed", "2", "0", "0", "2"]);
        // made again, they are picked again
        company.order_admin().post(&format!("/v1/tasks/{}/reopen", id(&task(&company, &order, "produce"))), json!({"reason": "scratched"})).ok();
        assert_eq!(line(&company, &order, 0), ["pending", "0", "0", "0", "0"]);
        assert_eq!([&task(&company, &order, "pick")["status"], &task(&company, &order, "produce")["status"]], ["blocked", "open"]);
        company.produce(&order);
        company.pick(&order);
        company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&parcel)), json!({})).ok();
        assert_eq!(company.order(&order)["status"], "shipped");
        assert_eq!(app.check(), []);
    });
}

#[test]
fn standard_goods_are_made_where_stock_is_short() {
    // DOMAIN 3.1: "standard lines to be made because stock is short"
    on_every_store(|app| {
        let company = app.company();
        company.open_warehouse();
        product(&company, "CHAIR", "standard", json!({"made_when_short": true, "lead_time_days": 5}));
        company.receive_stock("CHAIR", "3");
        let order = company.confirmed(json!([{"sku": "CHAIR", "quantity": "5"}]));
        assert_eq!([&company.order(&order)["status"], &company.order(&order)["blocked_by"]], [&json!("executing"), &json!([])]);
        assert_eq!(line(&company, &order, 0), ["pending", "0", "2", "3", "0"]);
        assert_eq!(company.order(&order)["production_status"], "pending");
        // what comes in meanwhile is for others: this order makes its own
        company.receive_stock("CHAIR", "1");
        app.let_the_clock_look();
        assert_eq!(line(&company, &order, 0), ["pending", "0", "2", "3", "0"]);
        let other = company.confirmed(json!([{"sku": "CHAIR", "quantity": "1"}]));
        assert_eq!(line(&company, &other, 0), ["-", "0", "0", "1", "0"]);
        company.produce(&order);
        assert_eq!(line(&company, &order, 0), ["completed", "2", "0", "5", "0"]);
        let movements = company.order_admin().get(&format!("/v1/stock/movements?order_id={}&kind=receipt", id(&order))).ok();
        assert_eq!(movements["data"][0]["on_hand_change"], "2");
        company.pick(&order);
        assert_eq!(line(&company, &order, 0), ["completed", "2", "0", "0", "5"]);
        company.dispatched(&order, &[(0, "5")]);
        assert_eq!(company.order(&order)["status"], "shipped");
        assert_eq!(app.check(), []);
    });
}

#[test]
fn an_amendment_makes_more_or_less() {
    // DOMAIN 1.7, 3.1
    on_every_store(|app| {
        let company = app.company();
        company.open_warehouse();
        product(&company, "CHAIR", "standard", json!({"made_when_short": true}));
        company.receive_stock("CHAIR", "3");
        let order = company.confirmed(json!([{"sku": "CHAIR", "quantity": "3"}]));
        assert_eq!(company.order(&order)["production_status"], "not_required");
        let amend = |quantity: &str| {
            let path = company.path(&order, "");
            let etag = company.sales().get(&path).etag();
            let lines = json!([{"id": id(&order["lines"][0]), "sku": "CHAIR", "quantity": quantity, "name": "CHAIR", "unit_price": "10.00"}]);
            company.sales().patch(&path, &etag, json!({"lines": lines, "reason": "The customer asked."})).ok();
            while !company.pending_steps(&order).is_empty() {
                company.approve_next(&order);
            }
            company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        };
        amend("7");
        assert_eq!(line(&company, &order, 0), ["pending", "0", "4", "3", "0"]);
        assert_eq!([&task(&company, &order, "produce")["status"], &task(&company, &order, "pick")["status"]], ["open", "blocked"]);
        amend("4");
        assert_eq!(line(&company, &order, 0), ["pending", "0", "1", "3", "0"]);
        company.produce(&order);
        amend("6");
        assert_eq!(line(&company, &order, 0), ["in_progress", "1", "2", "4", "0"]);
        assert_eq!(task(&company, &order, "produce")["status"], "open");
        company.order_admin().post(&company.path(&order, "/cancel"), json!({"reason": "given up"})).ok();
        assert_eq!(company.order(&order)["lines"][0]["to_make"], "0");
        let stock = company.viewer().get("/v1/stock?sku=CHAIR").ok()["data"][0].clone();
        assert_eq!([&stock["on_hand"], &stock["reserved"]], ["4", "0"], "what was made stays in stock");
        assert_eq!(app.check(), []);
    });
}

/// Amends an order's lines, with everybody agreed.
fn amend(company: &Company, order: &Value, lines: Value) {
    let path = company.path(order, "");
    let etag = company.sales().get(&path).etag();
    company.sales().patch(&path, &etag, json!({"lines": lines, "reason": "The customer asked."})).ok();
    while !company.pending_steps(order).is_empty() {
        company.approve_next(order);
    }
    company.sales().post(&company.path(order, "/confirm"), json!({"method": "phone"}));
}

#[test]
fn a_line_that_becomes_something_else_is_made_anew_or_not_at_all() {
    // DECISIONS 19
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        product(&company, "CHAIR", "standard", json!({"made_when_short": true}));
        let order = company.confirmed(json!([{"sku": "CHAIR", "quantity": "5"}]));
        assert_eq!(line(&company, &order, 0), ["pending", "0", "5", "0", "0"]);
        amend(&company, &order, json!([{"id": id(&order["lines"][0]), "sku": "PAPER", "quantity": "5"}]));
        assert_eq!(line(&company, &order, 0), ["-", "0", "0", "5", "0"], "paper is in stock, and nobody makes it");
        assert_eq!(task(&company, &order, "produce")["status"], "cancelled");
        company.pick(&order);
        company.dispatched(&order, &[(0, "5")]);
        assert_eq!(company.order(&order)["status"], "shipped");
        assert_eq!(app.check(), []);
    });
}

#[test]
fn a_line_keeps_its_way_whatever_the_catalogue_says_since() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        product(&company, "DESK", "custom", json!({"through_warehouse": true}));
        let order = company.confirmed(json!([{"sku": "DESK", "quantity": "2"}, {"sku": "PAPER", "quantity": "1"}]));
        company.produce(&order);
        let etag = company.order_admin().get("/v1/products/DESK").etag();
        company.order_admin().patch("/v1/products/DESK", &etag, json!({"through_warehouse": false})).ok();
        let path = company.path(&order, "");
        company.sales().patch(&path, &company.sales().get(&path).etag(), json!({"tags": ["vip"], "reason": "tag"})).ok();
        company.pick(&order);
        assert_eq!(line(&company, &order, 0), ["completed", "2", "0", "0", "2"]);
        // what is made to order is not taken back
        let lines =
            json!([{"id": id(&order["lines"][0]), "sku": "DESK", "quantity": "1"}, {"id": id(&order["lines"][1]), "sku": "PAPER", "quantity": "1"}]);
        company.sales().patch(&path, &company.sales().get(&path).etag(), json!({"lines": lines, "reason": "less"})).refused(422, "rule_violated");
        company.dispatched(&order, &[(0, "2"), (1, "1")]);
        assert_eq!(company.order(&order)["status"], "shipped");
        assert_eq!(app.check(), []);
    });
}

#[test]
fn custom_goods_that_come_after_the_picking_are_picked_too() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        product(&company, "DESK", "custom", json!({"through_warehouse": true}));
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
        company.pick(&order);
        amend(&company, &order, json!([{"id": id(&order["lines"][0]), "sku": "PAPER", "quantity": "1"}, {"sku": "DESK", "quantity": "2"}]));
        assert_eq!(task(&company, &order, "pick")["status"], "blocked");
        company.produce(&order);
        company.pick(&order);
        let order = company.order(&order);
        company.dispatched(&order, &[(0, "1"), (1, "2")]);
        assert_eq!(company.order(&order)["status"], "shipped");
        assert_eq!(app.check(), []);
    });
}

#[test]
fn what_was_made_so_far_is_ready_before_the_rest() {
    // DOMAIN 3.4: production status for each line
    on_every_store(|app| {
        let company = app.company();
        product(&company, "DESK", "custom", json!({}));
        product(&company, "LAMP", "custom", json!({}));
        let etag = company.order_admin().get("/v1/task-templates/produce").etag();
        let list = json!({"checklist": [{"title_en": "Cleaned", "title_zh": "已清洁"}]});
        company.order_admin().patch("/v1/task-templates/produce", &etag, list).ok();
        let order = company.confirmed(json!([{"sku": "DESK", "quantity": "3"}, {"sku": "LAMP", "quantity": "1"}]));
        let path = format!("/v1/tasks/{}", id(&task(&company, &order, "produce")));
        let output = |at: usize, quantity: &str| {
            company.production().post(&format!("{path}/output"), json!({"lines": [{"line_id": id(&order["lines"][at]), "quantity": quantity}]}))
        };
        output(0, "1").refused(422, "evidence_missing");
        company.production().upload_report(&format!("{path}/evidence"), "pass", &note_pdf()).is(201);
        company
            .warehouse()
            .post(&format!("{path}/output"), json!({"lines": [{"line_id": id(&order["lines"][0]), "quantity": "1"}]}))
            .refused(403, "forbidden");
        output(0, "4").refused(400, "validation_failed");
        output(0, "0").refused(400, "validation_failed");
        output(0, "2").ok();
        assert_eq!([line(&company, &order, 0), line(&company, &order, 1)], [["in_progress", "2", "0", "0", "2"], ["pending", "0", "0", "0", "0"]]);
        company.dispatched(&order, &[(0, "2")]);
        output(0, "2").refused(400, "validation_failed");
        output(0, "1").ok();
        assert_eq!(line(&company, &order, 0)[0], "completed");
        // the list is ticked off when the whole of it is done
        company.production().post(&format!("{path}/complete"), json!({})).refused(409, "invalid_transition");
        company.production().post(&format!("{path}/checklist"), json!({"item": 1, "done": true})).ok();
        company.production().post(&format!("{path}/complete"), json!({})).ok();
        assert_eq!(line(&company, &order, 1)[0], "completed");
        output(1, "1").refused(409, "invalid_transition");
        let picking = format!("/v1/tasks/{}/output", id(&task(&company, &order, "ship")));
        company.order_admin().post(&picking, json!({"lines": [{"line_id": id(&order["lines"][0]), "quantity": "1"}]})).refused(422, "rule_violated");
        company.dispatched(&order, &[(0, "1"), (1, "1")]);
        assert_eq!(company.order(&order)["status"], "shipped");
        assert_eq!(app.check(), []);
    });
}
