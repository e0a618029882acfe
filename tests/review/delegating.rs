//! Whoever holds a role may let another decide for some days (DOMAIN 2.4); a decision made so counts
//! for both people in every rule about two (DECISIONS 24).

use crate::support::{Company, Person, id, on_every_store, order_of};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// An order that waits for its sales manager.
fn for_the_manager(company: &Company) -> Value {
    let mut order = order_of(json!([{"name": "Advice", "quantity": "1", "unit_price": "100", "kind": "service"}]));
    order["key_account"] = json!(true);
    let order = company.order_admin().post("/v1/orders", order).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    company.approve_next(&order);
    order
}

fn approve(company: &Company, order: &Value, person: &Person) -> crate::support::Answer {
    let step = company.pending_steps(order).remove(0);
    person.post(&format!("/v1/approvals/{}/approve", id(&step)), json!({"comment": "in their place"}))
}

fn queue(person: &Person) -> usize {
    person.get("/v1/approvals?decidable_by=me").ok()["data"].as_array().expect("a list has data").len()
}

#[test]
fn rule_2_4_a_deputy_decides_and_both_names_are_kept() {
    on_every_store(|app| {
        let company = app.company();
        let order = for_the_manager(&company);
        let deputy = app.person("deputy", &["operations_head"], "operations");
        approve(&company, &order, &deputy).refused(403, "forbidden");
        assert_eq!(queue(&deputy), 0);
        company.delegated(&company.manager(), &deputy);
        assert_eq!(queue(&deputy), 1);
        let step = approve(&company, &order, &deputy).ok();
        assert_eq!([&step["decided_by"], &step["decided_for"]], [&deputy.username, &company.manager().username]);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
    });
}

#[test]
fn rule_2_4_a_delegation_that_has_lapsed_was_ended_or_has_not_begun_decides_nothing() {
    on_every_store(|app| {
        let company = app.company();
        let deputy = app.person("deputy", &["operations_head"], "operations");
        let order = for_the_manager(&company);
        let delegation = company.delegated_for(&company.manager(), &deputy, 1);
        app.advance(TimeDelta::days(2));
        let deputy = app.log_in("deputy");
        approve(&company, &order, &deputy).refused(403, "forbidden");
        let to_come = json!({"to": "deputy", "valid_from": "2999-01-01", "valid_until": "2999-01-02"});
        company.manager().post("/v1/delegations", to_come).created();
        approve(&company, &order, &deputy).refused(403, "forbidden");
        let running = company.delegated(&company.manager(), &deputy);
        let at = |delegation: &Value| format!("/v1/delegations/{}", id(delegation));
        deputy.send("DELETE", &at(&running), &[("if-match", "*")], None).refused(403, "forbidden");
        let etag = company.manager().get(&at(&running)).is(200).etag();
        company.manager().send("DELETE", &at(&running), &[], None).refused(428, "precondition_required");
        company.manager().send("DELETE", &at(&running), &[("if-match", &etag)], None).is(204);
        assert!(company.manager().get(&at(&running)).ok()["revoked_at"].is_string());
        approve(&company, &order, &deputy).refused(403, "forbidden");
        assert_eq!(queue(&deputy), 0);
        assert_eq!(company.manager().get("/v1/delegations?user=me").ok()["data"].as_array().map(Vec::len), Some(3));
        assert_ne!(id(&delegation), id(&running));
    });
}

#[test]
fn decision_24_a_deputy_gets_around_no_rule_about_two_people() {
    on_every_store(|app| {
        let company = app.company();
        let first = company.second_sales();
        // who decided one level decides no other in another's place
        let order = for_the_manager(&company);
        company.delegated(&company.manager(), &first);
        approve(&company, &order, &first).refused(403, "self_approval");
        assert_eq!(queue(&first), 0);
        // nor does another deputy of somebody who has decided in person
        let mut large = order_of(json!([{"name": "Advice", "quantity": "1", "unit_price": "60000", "kind": "service"}]));
        large["owner"] = json!(company.sales().id);
        let large = company.manager().post("/v1/orders", large).created();
        company.second_sales().post(&company.path(&large, "/verify"), json!({})).ok();
        approve(&company, &large, &company.sales()).ok();
        let deputy = app.person("deputy", &["operations_head"], "operations");
        company.delegated(&company.manager(), &deputy);
        // the manager entered this one: their deputy does not approve it for them
        approve(&company, &large, &deputy).refused(403, "self_approval");
    });
}

#[test]
fn rule_2_4_a_principal_who_has_left_or_lost_the_role_has_no_deputy() {
    on_every_store(|app| {
        let company = app.company();
        let deputy = app.person("deputy", &["operations_head"], "operations");
        let leaving = app.person("leaving", &["sales_manager"], "sales");
        company.delegated(&leaving, &deputy);
        let order = for_the_manager(&company);
        assert_eq!(queue(&deputy), 1);
        app.admin().patch(&format!("/v1/users/{}", leaving.id), "*", json!({"active": false})).ok();
        assert_eq!(queue(&deputy), 0);
        approve(&company, &order, &deputy).refused(403, "forbidden");
        app.admin().patch(&format!("/v1/users/{}", leaving.id), "*", json!({"active": true, "roles": ["finance"]})).ok();
        approve(&company, &order, &deputy).refused(403, "forbidden");
    });
}

#[test]
fn what_is_no_delegation_is_refused() {
    on_every_store(|app| {
        let company = app.company();
        let (manager, head, warehouse) = (company.manager(), company.head(), company.warehouse());
        let good = json!({"to": head.username, "valid_from": "2999-01-01", "valid_until": "2999-01-02"});
        let refused = |field: &str, value: Value| {
            let mut bad = good.clone();
            bad[field] = value;
            manager.post("/v1/delegations", bad).refused(400, "validation_failed")["errors"][0].clone()
        };
        assert_eq!(refused("to", json!("nobody"))["code"], "unknown");
        assert_eq!(refused("to", json!(warehouse.id))["code"], "role");
        assert_eq!(refused("to", json!(manager.id))["code"], "same_person");
        assert_eq!(refused("valid_until", json!("2998-01-01"))["code"], "range");
        assert_eq!(refused("valid_until", json!("3999-01-01"))["code"], "range");
        let mut past = good.clone();
        (past["valid_from"], past["valid_until"]) = (json!("2020-01-01"), json!("2020-01-02"));
        assert_eq!(manager.post("/v1/delegations", past).refused(400, "validation_failed")["errors"][0]["pointer"], "/valid_until");
        warehouse.post("/v1/delegations", good.clone()).refused(403, "forbidden");
        let mut others = good.clone();
        (others["from"], others["to"]) = (json!(head.id), json!(manager.id));
        manager.post("/v1/delegations", others.clone()).refused(403, "forbidden");
        let made = company.order_admin().post("/v1/delegations", others).created();
        assert_eq!([&made["from"], &made["to"]], [&json!(head.id), &json!(manager.id)]);
    });
}

#[test]
fn rule_2_4_history_names_the_deputy_and_whom_they_decided_for() {
    on_every_store(|app| {
        let company = app.company();
        let (manager, deputy) = (company.manager(), company.operations());
        company.delegated(&manager, &deputy);
        let order = company.verified(json!([{"name": "Desk", "quantity": "60", "unit_price": "1000", "kind": "service"}]));
        company.approve_next(&order);
        let step = company.pending_steps(&order).remove(0);
        deputy.post(&format!("/v1/approvals/{}/approve", crate::support::id(&step)), json!({"comment": "for the manager"})).ok();
        let history = company.order_admin().get(&company.path(&order, "/history?limit=200")).ok();
        let decided: Vec<&Value> = history["data"].as_array().unwrap().iter().filter(|entry| entry["name"] == "approval.decided").collect();
        let by_deputy = decided.iter().find(|entry| entry["after"]["comment"] == "for the manager").unwrap();
        assert_eq!(by_deputy["after"]["decided_for"], manager.id.as_str(), "{by_deputy}");
        assert!(decided.iter().filter(|entry| entry["after"].get("decided_for").is_none()).count() == 1, "nobody decided for the other");
    });
}
