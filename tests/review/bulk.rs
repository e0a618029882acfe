//! Many orders verified, many steps approved by one request: each by itself (DOMAIN 1.6, 2.4).

use crate::support::{id, on_every_store};
use serde_json::{Value, json};

fn advice() -> Value {
    json!([{"name": "Advice", "quantity": "1", "unit_price": "9", "kind": "service"}])
}

fn codes(answer: &Value) -> Vec<Value> {
    answer["data"].as_array().expect("outcomes are listed").iter().map(|outcome| outcome["code"].clone()).collect()
}

#[test]
fn rule_1_6_several_orders_are_verified_each_by_itself() {
    on_every_store(|app| {
        let company = app.company();
        let orders: Vec<Value> = (0..3).map(|_| company.entered(advice())).collect();
        let verifier = company.second_sales();
        let own = verifier.post("/v1/orders", crate::support::order_of(advice())).created();
        verifier.post(&company.path(&orders[1], "/verify"), json!({})).ok();
        let names: Vec<&str> =
            [&orders[0], &orders[1], &own, &orders[2]].into_iter().map(|order| order["number"].as_str().expect("a number")).collect();
        let names: Vec<&str> = names.into_iter().chain(["209901-001"]).collect();
        let said = json!({"orders": names, "note": "as in the shop"});
        let before = company.order(&own)["version"].clone();
        let answer = verifier.post_with("/v1/orders/verify", &[("idempotency-key", "b-1")], said.clone()).ok();
        assert_eq!(codes(&answer), [Value::Null, json!("invalid_transition"), json!("self_approval"), Value::Null, json!("not_found")]);
        assert_eq!([&answer["done"], &answer["refused"], &answer["data"][0]["name"]], [&json!(2), &json!(3), &json!(names[0])]);
        for (order, stage) in [(&orders[0], "awaiting_approval"), (&orders[2], "awaiting_approval"), (&own, "awaiting_verification")] {
            assert_eq!(company.order(order)["stage"], stage);
        }
        assert_eq!(company.order(&own)["version"], before, "what was refused left nothing");
        assert_eq!(app.count("events WHERE name = 'order.verified'"), 3);
        let replayed = verifier.post_with("/v1/orders/verify", &[("idempotency-key", "b-1")], said).is(200);
        assert_eq!((replayed.header("idempotency-replayed"), &replayed.body), (Some("true"), &answer));
    });
}

#[test]
fn rule_2_4_several_steps_are_approved_each_by_itself() {
    on_every_store(|app| {
        let company = app.company();
        let mut steps = Vec::new();
        for _ in 0..2 {
            let order = company.verified(advice());
            steps.push(id(&company.pending_steps(&order)[0]).to_owned());
        }
        let order = company.verified(json!([{"name": "Advice", "quantity": "1", "unit_price": "60000", "kind": "service"}]));
        let large = company.sales().get(&company.path(&order, "/approvals")).ok()["data"][0]["steps"].clone();
        // the manager's turn comes with the specialist's yes, in the same request; one person decides one level
        steps.extend([id(&large[0]).to_owned(), id(&large[1]).to_owned()]);
        let both = app.person("both", &["sales_specialist", "sales_manager"], "sales");
        let answer = both.post("/v1/approvals/approve", json!({"steps": steps, "comment": "agreed"})).ok();
        assert_eq!(codes(&answer), [Value::Null, Value::Null, Value::Null, json!("self_approval")]);
        assert_eq!(app.count("orders WHERE state = 'awaiting_confirmation'"), 2);
        assert_eq!(company.pending_steps(&order)[0]["role"], "sales_manager");
        let again = both.post("/v1/approvals/approve", json!({"steps": steps})).ok();
        assert_eq!(codes(&again)[..3], [json!("already_decided"), json!("already_decided"), json!("already_decided")]);
    });
}

#[test]
fn what_is_no_list_is_refused_whole() {
    on_every_store(|app| {
        let company = app.company();
        for bad in [json!({"orders": []}), json!({"orders": ["a", "a"]}), json!({"orders": [""]}), json!({"orders": vec!["x"; 101]}), json!({})] {
            company.second_sales().post("/v1/orders/verify", bad).refused(400, "validation_failed");
        }
        company.manager().post("/v1/orders/verify", json!({"orders": ["x"]})).refused(403, "forbidden");
        company.warehouse().post("/v1/approvals/approve", json!({"steps": ["x"]})).refused(403, "forbidden");
    });
}
