//! Decisions are bound to what they were made about (DOMAIN 1.7, DECISIONS 17): an amendment asks
//! again exactly the levels whose facts it changes, and the others' decisions are carried over.

use super::rules::latest_round;
use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

/// An order of 60,000 that is rushed: all four levels are asked.
fn heavy(company: &Company) -> Value {
    let mut order = order_of(json!([{"name": "Desk", "quantity": "60", "unit_price": "1000", "kind": "service"}]));
    order["rush"] = json!(true);
    let order = company.order_admin().post("/v1/orders", order).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok()
}

fn amend(company: &Company, order: &Value, mut patch: Value) -> Value {
    patch["reason"] = json!("as agreed");
    company.order_admin().patch(&company.path(order, ""), "*", patch).ok()
}

/// The steps of the round that counts, as role and status.
fn steps(company: &Company, order: &Value) -> Vec<String> {
    let round = latest_round(company, order);
    let steps = round["steps"].as_array().expect("a round has steps");
    steps.iter().map(|step| format!("{} {}", step["role"].as_str().unwrap_or("?"), step["status"].as_str().unwrap_or("?"))).collect()
}

#[test]
fn rule_1_7_a_change_asks_again_those_whose_facts_it_changes_and_no_others() {
    on_every_store(|app| {
        let company = app.company();
        let order = heavy(&company);
        for _ in 0..4 {
            company.approve_next(&order);
        }
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
        // of the flag, only the operations head's decision was about
        let amended = amend(&company, &order, json!({"rush": false, "preorder": true}));
        assert_eq!(amended["stage"], "awaiting_approval");
        assert_eq!(
            steps(&company, &order),
            ["sales_specialist carried", "sales_manager carried", "department_head carried", "operations_head pending"]
        );
        company.approve_next(&order);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
        // the date is looked at by whoever approves every order
        amend(&company, &order, json!({"delivery": {"promised_date": "2999-01-05"}}));
        assert_eq!(
            steps(&company, &order),
            ["sales_specialist pending", "sales_manager carried", "department_head carried", "operations_head carried"]
        );
        company.approve_next(&order);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
        // the amount by all but the operations head
        amend(&company, &order, json!({"discount": "1.00"}));
        assert_eq!(
            steps(&company, &order),
            ["sales_specialist pending", "sales_manager waiting", "department_head waiting", "operations_head carried"]
        );
        // what nobody looks at asks nobody
        let before = latest_round(&company, &order);
        amend(&company, &order, json!({"tags": ["vip"], "customer": {"phone": "+8613900139000"}}));
        assert_eq!(latest_round(&company, &order), before);
    });
}

#[test]
fn rule_1_7_a_decision_that_is_carried_says_whose_it_was_and_what_they_saw() {
    on_every_store(|app| {
        let company = app.company();
        let order = heavy(&company);
        company.approve_next(&order);
        let first = latest_round(&company, &order)["steps"][0].clone();
        assert_eq!([&first["decided_revision"], &first["carried_from"]], [&json!(1), &Value::Null]);
        for (round, flag) in [(2, true), (3, false)] {
            amend(&company, &order, json!({"preorder": flag}));
            let carried = latest_round(&company, &order)["steps"][0].clone();
            assert_eq!([&carried["status"], &carried["round"], &carried["decided_revision"]], [&json!("carried"), &json!(round), &json!(1)]);
            for field in ["decided_by", "decided_at", "comment"] {
                assert_eq!(carried[field], first[field]);
            }
            assert_eq!(carried["carried_from"], first["id"], "the decision itself, however often it is carried");
        }
        assert_eq!(app.count("events WHERE name = 'approval.carried'"), 2);
        company.sales().post(&format!("/v1/approvals/{}/approve", id(&first)), json!({})).refused(409, "already_decided");
    });
}

#[test]
fn rule_1_7_amending_after_a_level_has_said_yes_does_not_get_around_it() {
    on_every_store(|app| {
        let company = app.company();
        let order = heavy(&company);
        company.approve_next(&order);
        company.approve_next(&order);
        let price = json!({"lines": [{"name": "Desk", "quantity": "60", "unit_price": "2000", "kind": "service"}]});
        let stale = company.pending_steps(&order).remove(0);
        amend(&company, &order, price);
        let late = company.head().post(&format!("/v1/approvals/{}/approve", id(&stale)), json!({"comment": "as before"}));
        late.refused(409, "invalid_transition"); // its round was superseded
        assert_eq!(
            steps(&company, &order),
            ["sales_specialist pending", "sales_manager waiting", "department_head waiting", "operations_head waiting"]
        );
        // putting back what was approved brings no decision back: the last round said nothing
        amend(&company, &order, json!({"lines": [{"name": "Desk", "quantity": "60", "unit_price": "1000", "kind": "service"}]}));
        assert_eq!(steps(&company, &order)[0], "sales_specialist pending");
    });
}

#[test]
fn rule_1_7_a_level_that_is_asked_for_another_reason_is_asked_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = heavy(&company);
        for _ in 0..4 {
            company.approve_next(&order);
        }
        company.order_admin().patch("/v1/approval-rules/large_order", "*", json!({"title_en": "Dear"})).ok();
        amend(&company, &order, json!({"preorder": true}));
        assert_eq!(
            steps(&company, &order),
            ["sales_specialist carried", "sales_manager pending", "department_head waiting", "operations_head waiting"]
        );
    });
}

#[test]
fn rule_1_7_what_no_level_looks_at_is_the_first_ones() {
    on_every_store(|app| {
        let company = app.company();
        for rule in ["every_order", "large_order", "custom_goods", "key_account", "rush_or_preorder"] {
            company.order_admin().send("DELETE", &format!("/v1/approval-rules/{rule}"), &[("if-match", "*")], None).is(204);
        }
        let rule = json!({"code": "dear", "title_en": "Dear", "title_zh": "贵", "condition": {"amount_above": "1"}, "roles": ["sales_manager"]});
        company.order_admin().post("/v1/approval-rules", rule).created();
        let order = heavy(&company);
        company.approve_next(&order);
        let other = json!({"lines": [{"name": "Gold", "quantity": "60", "unit_price": "1000", "kind": "service"}]});
        amend(&company, &order, other);
        assert_eq!(steps(&company, &order), ["sales_manager pending"]);
    });
}

#[test]
fn rule_2_4_who_amended_a_large_order_has_not_approved_it() {
    on_every_store(|app| {
        let company = app.company();
        let order = heavy(&company);
        company.approve_next(&order);
        company.approve_next(&order);
        // the manager says yes and then changes what only the operations head looks at
        company.manager().patch(&company.path(&order, ""), "*", json!({"preorder": true, "reason": "as agreed"})).ok();
        assert_eq!(
            steps(&company, &order),
            ["sales_specialist carried", "sales_manager pending", "department_head waiting", "operations_head waiting"]
        );
        let step = company.pending_steps(&order).remove(0);
        company.manager().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({})).refused(403, "self_approval");
    });
}

#[test]
fn rule_2_4_an_order_that_came_back_is_approved_anew() {
    on_every_store(|app| {
        let company = app.company();
        let order = heavy(&company);
        company.approve_next(&order);
        let step = company.pending_steps(&order).remove(0);
        company.manager().post(&format!("/v1/approvals/{}/send-back", id(&step)), json!({"comment": "the tags"})).ok();
        amend(&company, &order, json!({"tags": ["vip"]}));
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        assert_eq!(steps(&company, &order)[0], "sales_specialist pending");
    });
}
