//! Who may plan and approve what, and what a plan may name (DOMAIN 6.3, DECISIONS 26, 28).

use super::{path, plan, reported, seen};
use crate::support::{Passed, WRITERS, at_once, id, on_every_store, order_of};
use serde_json::json;

#[test]
fn a_plan_names_only_what_its_exception_covers_and_what_there_is() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let other = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        company.pick(&other);
        company.dispatched(&other, &[(0, "2")]);
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let pointers = |actions| {
            let problem = plan(&company, &exception, actions).refused(400, "validation_failed");
            problem["errors"].as_array().expect("fields").iter().map(|error| error["pointer"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(pointers(json!([{"kind": "discount", "order": id(&other), "amount": "1"}])), ["/actions/0/order"]);
        assert_eq!(pointers(json!([{"kind": "substitute", "sku": "PAPER", "by_sku": "NONE"}])), ["/actions/0/by_sku"]);
        let transfer = json!([{"kind": "transfer", "sku": "NONE", "from_warehouse": "WH1", "to_warehouse": "NONE", "quantity": "1"}]);
        assert_eq!(pointers(transfer), ["/actions/0/sku", "/actions/0/to_warehouse"]);
        assert_eq!(pointers(json!([{"kind": "task", "department": "sales", "title": "two\nlines"}])), ["/actions"]);
        let idle = [
            json!({"kind": "transfer", "sku": "PAPER", "from_warehouse": "WH1", "to_warehouse": "WH1", "quantity": "1"}),
            json!({"kind": "substitute", "sku": "PAPER", "by_sku": "PAPER"}),
            json!({"kind": "amend", "changes": {}}),
            json!({"kind": "task", "department": "sales", "title": "Claim", "evidence": "invoice_number"}),
        ];
        for action in idle {
            assert_eq!(pointers(json!([action])), ["/actions"], "it changes nothing, or cannot be done");
        }
        plan(&company, &exception, json!([{"kind": "hope"}])).refused(400, "validation_failed");
        let parcel = company.logistics().get(&format!("/v1/shipments?order_id={}", id(&other))).ok()["data"][0].clone();
        plan(&company, &exception, json!([{"kind": "other_carrier", "shipment": id(&parcel), "carrier": "EMS"}])).refused(422, "rule_violated");
        let shipped = plan(&company, &exception, json!([{"kind": "discount", "amount": "1"}])).refused(409, "invalid_transition");
        assert_eq!(shipped["action"], 0, "it has left; that is a matter of refunds");
        assert_eq!(seen(&company, &exception)["status"], "reported", "nothing was planned");
    });
}

#[test]
fn a_preview_tells_what_would_be_recorded_and_records_nothing() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let (events, messages, before) = (app.count("events"), app.count("messages"), company.order(&order));
        let body = json!({"summary": "cheaper", "actions": [{"kind": "discount", "amount": "5.00"}]});
        let preview = company.order_admin().post(&format!("{}?preview=true", path(&exception, "/plan")), body).ok();
        assert_eq!(
            [&preview["cost"], &preview["needs_approval"], &preview["exception"]["status"]],
            [&json!("5.00"), &json!(true), &json!("resolving")]
        );
        let effects = preview["effects"].as_array().expect("a list");
        let amended = effects.iter().find(|effect| effect["event"] == "order.amended").expect("the order would be amended");
        assert_eq!([&amended["order_number"], &amended["after"]["total"]], [&order["number"], &json!("45.0000")]);
        assert_eq!((app.count("events"), app.count("messages")), (events, messages));
        assert_eq!(company.order(&order)["version"], before["version"]);
        assert_eq!(seen(&company, &exception)["status"], "reported");
    });
}

#[test]
fn decisions_26_up_to_a_limit_nobody_has_to_approve_what_a_plan_costs() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        company.order_admin().patch("/v1/settings", "*", json!({"plan_approval_above": "20.00"})).ok();
        let exception = reported(&company, "complaint", &[&order], json!({}));
        plan(&company, &exception, json!([{"kind": "compensation", "amount": "20.01"}])).ok();
        company.order_admin().post(&path(&exception, "/approve"), json!({})).refused(403, "self_approval");
        plan(&company, &exception, json!([{"kind": "compensation", "amount": "20.00"}])).ok();
        let done = company.order_admin().post(&path(&exception, "/approve"), json!({})).ok();
        assert_eq!(done["status"], "resolved");
    });
}

#[test]
fn of_two_who_approve_at_once_one_does_and_what_is_done_is_done_once() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let exception = reported(&company, "complaint", &[&order], json!({}));
        plan(&company, &exception, json!([{"kind": "compensation", "amount": "5.00"}])).ok();
        let approver = company.second_sales();
        let tries = (0..WRITERS).map(|_| || approver.post(&path(&exception, "/approve"), json!({})).status).collect();
        let Passed { outcomes: answers, .. } = at_once(app, "exceptions", tries);
        assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1);
        assert!(answers.iter().all(|status| [200, 409, 412].contains(status)), "{answers:?}");
        assert_eq!(app.count("compensations"), 1);
        assert_eq!(seen(&company, &exception)["status"], "resolved");
    });
}

#[test]
fn behaviour_3_a_plan_that_is_sent_again_under_its_key_is_answered_as_before_even_once_carried_out() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let body = json!({"summary": "sorry", "actions": [{"kind": "compensation", "amount": "5.00"}]});
        let send = || company.order_admin().post_with(&path(&exception, "/plan"), &[("idempotency-key", "plan-1")], body.clone());
        let first = send().ok();
        company.second_sales().post(&path(&exception, "/approve"), json!({})).ok();
        assert_eq!(send().ok(), first);
        assert_eq!(app.count("compensations"), 1);
    });
}

#[test]
fn rule_6_3_what_costs_money_without_a_rate_is_approved_by_another_whatever_is_said_to_be_its_cost() {
    on_every_store(|app| {
        let company = app.company();
        let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "10", "kind": "custom"}]));
        order["currency"] = json!("CHF");
        let order = company.sales().post("/v1/orders", order).created();
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let actions = json!([{"kind": "compensation", "amount": "5.00"}]);
        let problem = plan(&company, &exception, actions.clone()).refused(400, "validation_failed");
        assert_eq!(problem["errors"][0]["pointer"], "/cost");
        let body = json!({"summary": "sorry", "cost": "0", "actions": actions});
        let planned = company.order_admin().post(&path(&exception, "/plan"), body).ok();
        assert_eq!(planned["plan"]["needs_approval"], true);
        company.order_admin().post(&path(&exception, "/approve"), json!({})).refused(403, "self_approval");
    });
}

#[test]
fn what_a_plan_that_failed_has_done_is_not_done_again_by_the_next() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let sorry = json!({"kind": "compensation", "amount": "5.00"});
        plan(&company, &exception, json!([sorry, {"kind": "discount", "amount": "1.00"}])).ok();
        company.second_sales().post(&path(&exception, "/approve"), json!({})).ok();
        let step = company.pending_steps(&order).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/reject", id(&step)), json!({"comment": "no"})).ok();
        assert_eq!(seen(&company, &exception)["status"], "planning");
        plan(&company, &exception, json!([sorry])).ok();
        let done = company.second_sales().post(&path(&exception, "/approve"), json!({})).ok();
        assert_eq!(done["status"], "resolved");
        assert_eq!(app.count("compensations"), 1);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}
