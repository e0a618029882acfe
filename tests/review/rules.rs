//! Approval rules as data (DOMAIN 2.1): made, changed and deleted through the API; a round that is
//! open keeps the rules it was opened with.

use super::simulating::simulate;
use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

fn export() -> Value {
    json!({
        "code": "export", "title_en": "Export", "title_zh": "出口",
        "condition": {"all": [{"not": {"country": "CN"}}, {"amount_above": "500.0000"}]}, "roles": ["operations_head"]
    })
}

fn desk_to(country: &str) -> Value {
    let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "900"}]));
    order["delivery"]["address"]["country"] = json!(country);
    order
}

fn roles(company: &Company, order: Value) -> Vec<Value> {
    let simulated = simulate(company, json!({"order": order}));
    simulated["steps"].as_array().expect("there are steps").iter().map(|step| step["role"].clone()).collect()
}

/// Takes an order up to its approvers; gives it with the roles of its steps.
fn round_of(company: &Company, order: Value) -> (Value, Vec<Value>) {
    let order = company.sales().post("/v1/orders", order).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    let round = latest_round(company, &order);
    let roles = round["steps"].as_array().expect("there are steps").iter().map(|step| step["role"].clone()).collect();
    (order, roles)
}

pub fn latest_round(company: &Company, order: &Value) -> Value {
    company.sales().get(&company.path(order, "/approvals")).ok()["data"].as_array().and_then(|rounds| rounds.last().cloned()).expect("a round")
}

#[test]
fn rule_2_1_a_rule_counts_from_the_next_round_on_and_is_changed_under_its_version() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let (_, before) = round_of(&company, desk_to("DE"));
        assert_eq!(before, ["sales_specialist"]);
        let made = admin.post("/v1/approval-rules", export()).is(201);
        assert_eq!(made.header("location"), Some(format!("/v1/approval-rules/{}", id(&made.body)).as_str()));
        assert_eq!([&made.body["title"], &made.body["position"], &made.body["active"]], [&json!("Export"), &json!(100), &json!(true)]);
        assert_eq!(round_of(&company, desk_to("DE")).1, ["sales_specialist", "operations_head"]);
        assert_eq!(round_of(&company, desk_to("CN")).1, ["sales_specialist"]);
        let chinese = company.viewer().get_with("/v1/approval-rules/export", &[("accept-language", "zh-CN")]).ok();
        assert_eq!([&chinese["title"], &chinese["condition"]], [&json!("出口"), &export()["condition"]]);

        let etag = admin.get("/v1/approval-rules/export").is(200).etag();
        let changed = admin.patch("/v1/approval-rules/export", &etag, json!({"condition": {"country": "DE"}, "roles": ["sales_manager"]})).ok();
        assert_eq!([&changed["condition"], &changed["version"]], [&json!({"country": "DE"}), &json!(2)], "a condition is replaced whole");
        assert_eq!(round_of(&company, desk_to("DE")).1, ["sales_specialist", "sales_manager"]);
        admin.patch("/v1/approval-rules/export", &etag, json!({"active": false})).refused(412, "version_mismatch");
        admin.patch("/v1/approval-rules/export", "*", json!({"active": false})).ok();
        assert_eq!(round_of(&company, desk_to("DE")).1, ["sales_specialist"]);
        admin.send("DELETE", "/v1/approval-rules/export", &[("if-match", "*")], None).is(204);
        admin.get("/v1/approval-rules/export").refused(404, "not_found");
        assert_eq!(app.count("events WHERE name LIKE 'approval_rule.%'"), 4);
    });
}

#[test]
fn rule_2_1_a_round_that_is_open_keeps_the_rules_it_was_opened_with() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        admin.post("/v1/approval-rules", export()).created();
        let (order, roles) = round_of(&company, desk_to("DE"));
        assert_eq!(roles, ["sales_specialist", "operations_head"]);
        let opened = latest_round(&company, &order);
        let kept = json!({"code": "export", "version": 1, "title": "Export", "condition": export()["condition"], "roles": export()["roles"]});
        assert_eq!(opened["rules"][1], kept, "what the rule said then");
        assert_eq!([&opened["facts"]["country"], &opened["facts"]["total_in_base"]], ["DE", "900.0000"]);

        admin.patch("/v1/approval-rules/export", "*", json!({"condition": "rush", "title_en": "Another", "roles": ["sales_manager"]})).ok();
        company.approve_next(&order);
        admin.send("DELETE", "/v1/approval-rules/export", &[("if-match", "*")], None).is(204);
        assert_eq!(latest_round(&company, &order)["rules"], opened["rules"]);
        let step = company.pending_steps(&order).remove(0);
        assert_eq!([&step["role"], &step["rule"]], ["operations_head", "export"]);
        company.approve_next(&order);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
    });
}

#[test]
fn rule_2_1_a_rule_counts_from_its_first_day_to_its_last() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        admin.post("/v1/approval-rules", export()).created();
        let today = simulate(&company, json!({"order": desk_to("DE")}));
        assert_eq!(today["rules"][1]["code"], "export");
        let asked = |patch: Value| {
            admin.patch("/v1/approval-rules/export", "*", patch).ok();
            roles(&company, desk_to("DE")).len() == 2
        };
        assert!(!asked(json!({"valid_from": "2999-01-01"})));
        assert!(asked(json!({"valid_from": "2020-01-01", "valid_until": "2999-01-01"})));
        assert!(!asked(json!({"valid_until": "2020-01-01"})));
        assert!(asked(json!({"valid_from": null, "valid_until": null})));
        admin
            .patch("/v1/approval-rules/export", "*", json!({"valid_from": "2026-01-02", "valid_until": "2026-01-01"}))
            .refused(400, "validation_failed");
    });
}

#[test]
fn rule_2_1_discount_category_channel_tier_and_region_can_be_asked_for() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let product = json!({"sku": "SAFE", "name": "Safe", "category": "security", "unit_price": "100", "currency": "CNY"});
        admin.post("/v1/products", product).created();
        company.sales().post("/v1/customers", json!({"code": "NOVA", "name": "Nova", "tier": "key_account"})).created();
        let plain = || desk_to("CN");
        let with = |pointer: &str, value: Value| {
            let mut order = plain();
            *order.pointer_mut(pointer).expect("the field is there") = value;
            order
        };
        for (condition, order) in [
            (
                json!({"discount_above": "0.1"}),
                with("/lines/0", json!({"name": "Desk", "quantity": "1", "unit_price": "900", "discount_rate": "0.1001"})),
            ),
            (json!({"discount_above": "0.1"}), {
                let mut order = plain();
                order["discount"] = json!("90.01");
                order
            }),
            (json!({"product_category": "Security"}), with("/lines/0", json!({"sku": "SAFE", "quantity": "1"}))),
            (json!({"channel": "fax"}), with("/channel", json!("fax"))),
            (json!({"customer_tier": "key_account"}), with("/customer", json!({"code": "NOVA"}))),
            (json!({"region": "tibet"}), with("/delivery/address/region", json!("Tibet"))),
        ] {
            let rule = json!({"code": "tried", "title_en": "Tried", "title_zh": "试", "condition": condition, "roles": ["operations_head"]});
            admin.post("/v1/approval-rules", rule).created();
            assert_eq!(round_of(&company, plain()).1, ["sales_specialist"], "{condition}");
            assert!(round_of(&company, order).1.contains(&json!("operations_head")), "{condition}");
            admin.send("DELETE", "/v1/approval-rules/tried", &[("if-match", "*")], None).is(204);
        }
    });
}

#[test]
fn rule_2_1_an_exclusive_rule_that_applies_is_the_last_that_is_asked() {
    on_every_store(|app| {
        let company = app.company();
        let trusted = json!({
            "code": "trusted", "title_en": "Our own shop", "title_zh": "自营商城", "condition": {"channel": "web"},
            "roles": ["sales_specialist"], "position": 0, "exclusive": true
        });
        company.order_admin().post("/v1/approval-rules", trusted).created();
        let mut large = order_of(json!([{"name": "Desk", "quantity": "100", "unit_price": "900"}]));
        assert_eq!(roles(&company, large.clone()).len(), 3);
        large["channel"] = json!("web");
        assert_eq!(roles(&company, large), ["sales_specialist"]);
    });
}

#[test]
fn rule_2_1_rules_that_ask_nobody_let_an_order_pass() {
    on_every_store(|app| {
        let company = app.company();
        for rule in ["every_order", "large_order", "custom_goods", "key_account", "rush_or_preorder"] {
            company.order_admin().send("DELETE", &format!("/v1/approval-rules/{rule}"), &[("if-match", "*")], None).is(204);
        }
        let (order, roles) = round_of(&company, desk_to("CN"));
        assert_eq!((roles.len(), &company.order(&order)["stage"]), (0, &json!("awaiting_confirmation")));
    });
}

#[test]
fn what_is_no_rule_is_refused_and_named() {
    on_every_store(|app| {
        let company = app.company();
        let (admin, rules) = (company.order_admin(), app.count("approval_rules"));
        for (field, value, pointer) in [
            ("roles", json!([]), "/roles"),
            ("roles", json!(["finance"]), "/roles"),
            ("roles", json!(["sales_manager", "sales_manager"]), "/roles"),
            ("condition", json!({"all": []}), "/condition"),
            ("condition", json!({"amount_above": "-1"}), "/condition"),
            ("condition", json!({"colour": "red"}), "/condition"),
            ("condition", json!({"country": "Germany"}), "/condition"),
            ("code", json!(" "), "/code"),
            ("position", json!(-1), "/position"),
            ("title_zh", json!(""), "/title_zh"),
        ] {
            let mut bad = export();
            bad[field] = value.clone();
            let problem = admin.post("/v1/approval-rules", bad).refused(400, "validation_failed");
            assert!(problem["errors"][0]["pointer"].as_str().is_some_and(|at| at.starts_with(pointer)), "{value}: {problem}");
        }
        let mut double = export();
        double["code"] = json!("every_order");
        admin.post("/v1/approval-rules", double).refused(409, "duplicate_reference");
        company.manager().post("/v1/approval-rules", export()).refused(403, "forbidden");
        assert_eq!(app.count("approval_rules"), rules);
    });
}
