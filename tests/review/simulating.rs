//! Trying the rules (DOMAIN 2.2): on an order that need not exist, with a rule that need not either.

use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

/// What the rules say of an order.
pub fn simulate(company: &Company, said: Value) -> Value {
    company.viewer().post("/v1/approval-rules/simulate", said).ok()
}

fn rows(app: &crate::support::TestApp) -> Vec<i64> {
    ["orders", "customers", "events", "order_lines", "approval_rounds", "approval_rules", "counters", "idempotency_keys", "messages"]
        .iter()
        .map(|table| app.count(table))
        .collect()
}

#[test]
fn rule_2_2_the_rules_are_tried_on_an_order_that_does_not_exist_and_nothing_of_it_stays() {
    on_every_store(|app| {
        let company = app.company();
        company.viewer();
        let before = rows(app);
        let mut order = order_of(json!([{"name": "Desk", "kind": "custom", "quantity": "60", "unit_price": "1000"}]));
        order["customer"] = json!({"name": "Somebody whom nobody knows"});
        let said = json!({"order": order});
        let viewer = company.viewer();
        let tried = viewer.post_with("/v1/approval-rules/simulate", &[("idempotency-key", "try-1")], said.clone()).ok();
        assert_eq!([&tried["total"], &tried["currency"]], ["60000.00", "CNY"]);
        let rule = &tried["steps"][1]["rules"][0];
        assert_eq!([&rule["code"], &rule["title"]], ["large_order", "Total over 50,000 in the base currency"]);
        assert_eq!([&rule["condition"], &rule["roles"]], [&json!({"amount_above": "50000.0000"}), &json!(["sales_manager", "department_head"])]);
        assert_eq!([&tried["steps"][2]["role"], &tried["steps"][2]["department"]], ["department_head", "sales"]);
        let again = viewer.post_with("/v1/approval-rules/simulate", &[("idempotency-key", "try-1")], said).is(200);
        assert_eq!((again.header("idempotency-replayed"), &again.body), (None, &tried));
        assert_eq!(rows(app), before);
    });
}

#[test]
fn rule_2_2_an_order_that_exists_is_asked_about_as_it_is() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "60", "unit_price": "1000"}]));
        for reference in [id(&order), order["number"].as_str().expect("it has a number")] {
            let tried = simulate(&company, json!({"order_id": reference}));
            assert_eq!(tried["steps"].as_array().map(Vec::len), Some(3));
        }
        assert_eq!(company.order(&order)["version"], 1);
    });
}

#[test]
fn rule_2_2_a_rule_is_tried_before_it_is_made() {
    on_every_store(|app| {
        let company = app.company();
        let order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "900"}]));
        let rule = |code: &str| json!({"code": code, "title_en": "Dear", "title_zh": "贵", "condition": {"amount_above": "500"}, "roles": ["operations_head"]});
        let steps = |code: &str| simulate(&company, json!({"order": order, "rule": rule(code)}))["steps"].clone();
        assert_eq!([&steps("dear")[0]["role"], &steps("dear")[1]["role"]], ["sales_specialist", "operations_head"]);
        let replaced = steps("every_order");
        assert_eq!((replaced.as_array().map(Vec::len), &replaced[0]["role"]), (Some(1), &json!("operations_head")));
        assert_eq!(simulate(&company, json!({"order": order}))["steps"].as_array().map(Vec::len), Some(1));
    });
}

#[test]
fn what_cannot_be_tried_is_refused_by_where_it_stands() {
    on_every_store(|app| {
        let company = app.company();
        let order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "900"}]));
        let refused =
            |said: Value| company.sales().post("/v1/approval-rules/simulate", said).refused(400, "validation_failed")["errors"][0]["pointer"].clone();
        assert_eq!(refused(json!({})), "");
        assert_eq!(refused(json!({"order": order, "order_id": "202601-001"})), "");
        assert_eq!(refused(json!({"order_id": "202601-001"})), "/order_id");
        let mut bad = order.clone();
        bad["customer"] = json!({"id": "cus_00000000000000000000000000000000"});
        assert_eq!(refused(json!({"order": bad})), "/order/customer/id");
        bad = order.clone();
        bad["lines"][0]["quantity"] = json!("-1");
        assert_eq!(refused(json!({"order": bad})), "/order/lines/0/quantity");
        let rule = json!({"code": "a", "title_en": "A", "title_zh": "甲", "condition": {"any": []}, "roles": ["sales_manager"]});
        assert_eq!(refused(json!({"order": order, "rule": rule})), "/rule/condition");
    });
}

#[test]
fn rule_2_2_a_trial_asks_whom_the_round_asks_where_a_check_fails() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        let order = order_of(json!([{"sku": "PAPER", "quantity": "5"}]));
        let tried = company.sales().post("/v1/approval-rules/simulate", json!({"order": order})).ok();
        let roles: Vec<&Value> = tried["steps"].as_array().unwrap().iter().map(|step| &step["role"]).collect();
        assert_eq!(roles, ["sales_specialist", "department_head"]);
        assert_eq!([&tried["steps"][1]["rules"][0]["code"], &tried["checks"][1]["result"]], ["failed_check", "fail"]);
        let order = company.sales().post("/v1/orders", order).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        let round = super::rules::latest_round(&company, &order);
        let asked: Vec<&Value> = round["steps"].as_array().unwrap().iter().map(|step| &step["role"]).collect();
        assert_eq!(asked, roles);
    });
}

#[test]
fn rule_2_2_a_trial_counts_what_the_order_itself_would_come_to() {
    // DOMAIN 2.3
    on_every_store(|app| {
        let company = app.company();
        let customer = company.sales().post("/v1/customers", json!({"code": "NOVA", "name": "Nova"})).created();
        let path = format!("/v1/customers/{}/credit", id(&customer));
        let etag = company.finance().get(&path).etag();
        company.finance().patch(&path, &etag, json!({"limit": "1000.00"})).ok();
        let check = |price: &str| {
            let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": price, "kind": "service"}]));
            order["customer"] = json!({"id": customer["id"]});
            company.sales().post("/v1/approval-rules/simulate", json!({"order": order})).ok()["checks"][0]["result"].clone()
        };
        assert_eq!([check("1000.00"), check("1000.01")], ["pass", "fail"]);
    });
}

#[test]
fn rule_2_2_a_key_that_may_not_read_stock_is_told_no_figures() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("7");
        let order = json!({"order": order_of(json!([{"sku": "PAPER", "quantity": "9"}]))});
        let stock = |scopes: &[&str]| {
            app.machine(&format!("key {}", scopes.len()), scopes).post("/v1/approval-rules/simulate", order.clone()).ok()["checks"][1].clone()
        };
        let blind = stock(&["orders:write"]);
        assert_eq!([&blind["result"], &blind["inputs"]], [&json!("fail"), &Value::Null]);
        assert!(!blind["detail"].as_str().unwrap().contains('7'), "{blind}");
        assert_eq!(stock(&["orders:write", "stock:read"])["inputs"]["products"][0]["available"], "7");
    });
}
