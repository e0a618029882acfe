//! What stands in the way: exceptions that people report and shortages that the system sees
//! (DOMAIN 2.6, 6).

use crate::support::{Company, Person, id, on_every_store};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// The numbers of what blocks an order.
fn blocked_by(company: &Company, order: &Value) -> String {
    company.order(order)["blocked_by"].to_string()
}

fn number(exception: &Value) -> &str {
    exception["number"].as_str().expect("an exception has a number")
}

#[test]
fn a_blocking_exception_is_named_stops_the_next_step_and_lets_go_once_resolved() {
    // DOMAIN 6.4, DECISIONS 18
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let exception = company.blocked(&order);
        assert!(number(&exception).starts_with("EX-"));
        assert_eq!([&exception["status"], &exception["department"]], ["reported", "warehouse"]);
        assert_eq!(exception["order_ids"], json!([id(&order)]));
        assert!(blocked_by(&company, &order).contains(number(&exception)));

        let start = format!("/v1/tasks/{}/start", id(&company.task(&order, "warehouse")));
        let refused = company.warehouse().post(&start, json!({})).refused(409, "order_blocked");
        assert_eq!(refused["blocked_by"], json!([number(&exception)]));

        let resolve = json!({"result": "repacked in dry cartons"});
        let exception = company.order_admin().post(&format!("/v1/exceptions/{}/resolve", id(&exception)), resolve).ok();
        assert_eq!(exception["status"], "resolved");
        assert_eq!(blocked_by(&company, &order), "[]");
        company.warehouse().post(&start, json!({})).ok();
    });
}

#[test]
fn a_block_stops_approval_and_confirmation_but_not_cancelling() {
    // DECISIONS 18
    on_every_store(|app| {
        let company = app.company();
        let lines = json!([{"name": "Desk", "quantity": "1", "unit_price": "10.00"}]);
        let order = company.verified(lines.clone());
        company.blocked(&order);
        let step = company.pending_steps(&order).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({"comment": ""})).refused(409, "order_blocked");

        let agreed = company.approved(lines);
        company.blocked(&agreed);
        company.sales().post(&company.path(&agreed, "/confirm"), json!({"method": "phone"})).refused(409, "order_blocked");
        company.sales().post(&company.path(&agreed, "/cancel"), json!({"reason": "no longer wanted"})).ok();
    });
}

#[test]
fn what_cannot_be_reserved_is_a_shortage_and_a_restock_resolves_it() {
    // DOMAIN 2.6, 6.1, DECISIONS 25
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("3");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        assert_eq!([&order["status"], &order["stage"], &order["inventory_status"]], ["reviewed", "awaiting_release", "partly_reserved"]);
        let exceptions = company.sales().get("/v1/exceptions").ok();
        let shortage = &exceptions["data"][0];
        assert_eq!([&shortage["kind"], &shortage["severity"], &shortage["department"]], ["stock_shortage", "high", "warehouse"]);
        assert_eq!(shortage["blocking"], true);
        assert!(blocked_by(&company, &order).contains(number(shortage)));
        company.order_admin().post(&company.path(&order, "/release"), json!({})).refused(409, "order_blocked");

        company.receive_stock("PAPER", "2");
        app.let_the_clock_look();
        let order = company.order(&order);
        assert_eq!([&order["status"], &order["inventory_status"]], ["executing", "reserved"]);
        assert_eq!(order["blocked_by"], json!([]));
        assert_eq!(company.sales().get(&format!("/v1/exceptions/{}", id(shortage))).ok()["status"], "resolved");
        let stock = company.viewer().get("/v1/stock?sku=PAPER").ok();
        assert_eq!([&stock["data"][0]["reserved"], &stock["data"][0]["available"]], ["5", "0"]);
    });
}

#[test]
fn a_restock_serves_rush_orders_first_and_cancelling_frees_what_was_reserved() {
    // DECISIONS 25
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let holder = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let calm = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let mut rushed = crate::support::order_of(json!([{"sku": "PAPER", "quantity": "5"}]));
        rushed["rush"] = json!(true);
        let rushed = company.sales().post("/v1/orders", rushed).created();
        company.second_sales().post(&company.path(&rushed, "/verify"), json!({})).ok();
        company.approve_next(&rushed);
        company.approve_next(&rushed);
        company.sales().post(&company.path(&rushed, "/confirm"), json!({"method": "phone"})).ok();

        company.order_admin().post(&company.path(&holder, "/cancel"), json!({"reason": "insolvent"})).ok();
        app.let_the_clock_look();
        assert_eq!(company.order(&rushed)["inventory_status"], "reserved");
        assert_eq!(company.order(&calm)["inventory_status"], "unreserved");
        company.receive_stock("PAPER", "5");
        app.let_the_clock_look();
        assert_eq!(company.order(&calm)["inventory_status"], "reserved");
    });
}

#[test]
fn of_many_orders_for_little_stock_exactly_as_many_are_reserved_as_there_is() {
    // BEHAVIOUR 11, DECISIONS 25
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("4");
        let orders: Vec<Value> = (0..8).map(|_| company.approved(json!([{"sku": "PAPER", "quantity": "1"}]))).collect();
        let sales = company.sales();
        std::thread::scope(|scope| {
            for order in &orders {
                let (sales, path) = (sales.clone(), company.path(order, "/confirm"));
                scope.spawn(move || sales.post(&path, json!({"method": "phone"})).is(200));
            }
        });
        let reserved = orders.iter().filter(|order| company.order(order)["inventory_status"] == "reserved").count();
        assert_eq!(reserved, 4);
        let stock = company.viewer().get("/v1/stock?sku=PAPER").ok();
        assert_eq!([&stock["data"][0]["on_hand"], &stock["data"][0]["reserved"]], ["4", "4"]);
        assert_eq!(app.count("exceptions WHERE kind = 'stock_shortage'"), 4);
    });
}

#[test]
fn an_exception_reported_more_than_an_hour_after_its_discovery_is_late() {
    // DOMAIN 6.2
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "10.00"}]));
        let report = |minutes: i64| {
            let discovered = app.app.clock.now().plus(-TimeDelta::minutes(minutes));
            let body = json!({
                "kind": "complaint", "severity": "low", "order_ids": [id(&order)], "occurred_at": discovered, "discovered_at": discovered,
                "department": "sales", "cause": "wrong colour", "impact": {"delay_days": 0, "note": ""}, "blocking": false
            });
            company.sales().post("/v1/exceptions", body).created()["late_report"].clone()
        };
        assert_eq!(report(59), false);
        assert_eq!(report(61), true);
        assert_eq!(blocked_by(&company, &order), "[]");
    });
}

#[test]
fn one_exception_over_several_orders_lets_go_of_all_of_them_together() {
    // DOMAIN 6.7
    on_every_store(|app| {
        let company = app.company();
        let lines = json!([{"name": "Desk", "quantity": "1", "unit_price": "10.00"}]);
        let orders = [company.verified(lines.clone()), company.verified(lines)];
        let now = company.now();
        let body = json!({
            "kind": "delivery_delay", "severity": "medium", "order_ids": orders.iter().map(id).collect::<Vec<_>>(), "occurred_at": now,
            "discovered_at": now, "department": "logistics", "cause": "snow", "impact": {"delay_days": 3, "note": ""}, "blocking": true
        });
        let exception = company.logistics().post("/v1/exceptions", body).created();
        for order in &orders {
            assert!(blocked_by(&company, order).contains(number(&exception)));
        }
        company.order_admin().post(&format!("/v1/exceptions/{}/dismiss", id(&exception)), json!({"reason": "the road is open"})).ok();
        for order in &orders {
            assert_eq!(blocked_by(&company, order), "[]");
        }
    });
}

#[test]
fn a_block_ends_when_its_exception_does_and_not_by_amending_it() {
    // DOMAIN 6.4
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "10.00"}]));
        let exception = company.blocked(&order);
        let (admin, path) = (company.order_admin(), format!("/v1/exceptions/{}", id(&exception)));
        let unblock = || admin.patch(&path, &admin.get(&path).etag(), json!({"blocking": false}));
        unblock().refused(422, "rule_violated");
        assert!(blocked_by(&company, &order).contains(number(&exception)));
        assert_eq!(admin.get(&path).ok()["blocking"], true);
        assert_eq!(admin.patch(&path, &admin.get(&path).etag(), json!({"severity": "low"})).ok()["severity"], "low");
        admin.post(&format!("{path}/resolve"), json!({"result": "repacked"})).ok();
        assert_eq!(blocked_by(&company, &order), "[]");
        unblock().ok();
    });
}

#[test]
fn a_plan_that_costs_money_and_covers_no_order_is_for_the_operations_head_to_decide() {
    // DOMAIN 6.3, DECISIONS 26
    on_every_store(|app| {
        let company = app.company();
        let body = json!({
            "kind": "quality_problem", "severity": "high", "order_ids": [], "department": "warehouse", "cause": "the roof leaks", "blocking": false
        });
        let path = format!("/v1/exceptions/{}", id(&company.warehouse().post("/v1/exceptions", body).created()));
        let plan = json!({"summary": "mend the roof", "cost": "500.00", "steps": ["call the roofer"]});
        company.order_admin().post(&format!("{path}/plan"), plan).ok();
        let approve = |person: Person| person.post(&format!("{path}/approve"), json!({"comment": "go ahead"}));
        approve(company.manager()).refused(403, "forbidden");
        approve(company.order_admin()).refused(403, "self_approval");
        assert_eq!(approve(company.operations()).ok()["status"], "resolving");
    });
}

#[test]
fn a_costly_plan_is_decided_by_who_approved_the_order_and_the_exception_is_closed_with_what_prevents_a_repeat() {
    // DOMAIN 6.3, DECISIONS 26
    on_every_store(|app| {
        let company = app.company();
        let order = company.confirmed(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let path = format!("/v1/exceptions/{}", id(&company.blocked(&order)));
        let admin = company.order_admin();
        let at = |action: &str, body: Value| admin.post(&format!("{path}/{action}"), body);
        at("close", json!({"result": "done"})).refused(409, "invalid_transition");
        assert_eq!(at("plan", json!({"summary": "buy new cartons", "cost": "80.00"})).ok()["status"], "planning");
        at("resolve", json!({"result": "repacked"})).refused(409, "invalid_transition");
        let refused = company.manager().post(&format!("{path}/approve"), json!({})).refused(403, "forbidden");
        assert_eq!(refused["reasons"][0]["code"], "not_an_approver");
        let approver = company.second_sales();
        assert_eq!(approver.post(&format!("{path}/reject"), json!({"comment": "too dear"})).ok()["status"], "planning");
        at("plan", json!({"summary": "buy cheaper cartons", "cost": "40.00"})).ok();
        assert_eq!(approver.post(&format!("{path}/approve"), json!({})).ok()["status"], "resolving");
        assert!(blocked_by(&company, &order).contains("EX-"), "it still blocks while the plan is carried out");
        assert_eq!(at("resolve", json!({"result": "repacked"})).ok()["status"], "resolved");
        assert_eq!(blocked_by(&company, &order), "[]");
        let closed = at("close", json!({"prevention": "cartons are kept off the floor"})).ok();
        assert_eq!([&closed["status"], &closed["result"], &closed["prevention"]], ["closed", "repacked", "cartons are kept off the floor"]);
    });
}
