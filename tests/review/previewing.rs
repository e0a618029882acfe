//! An amendment seen beforehand (DOMAIN 1.7), and revisions compared.

use super::rules::latest_round;
use crate::support::{on_every_store, order_of};
use serde_json::{Value, json};

#[test]
fn rule_1_7_an_amendment_is_shown_with_what_it_brings_about_and_not_made() {
    on_every_store(|app| {
        let company = app.company();
        let mut order = order_of(json!([{"name": "Advice", "quantity": "60", "unit_price": "1000", "kind": "service"}]));
        order["rush"] = json!(true);
        let order = company.order_admin().post("/v1/orders", order).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        for _ in 0..4 {
            company.approve_next(&order);
        }
        let (admin, path) = (company.order_admin(), company.path(&order, ""));
        let (before, events) = (admin.get(&path).is(200), app.count("events"));
        let patch = json!({"discount": "100.00", "reason": "agreed on the phone"});
        let seen = admin.patch(&format!("{path}?preview=true"), &before.etag(), patch.clone()).ok();
        assert_eq!(
            [&seen["order"]["total"], &seen["order"]["stage"], &seen["order"]["revision"]],
            [&json!("59900.00"), &json!("awaiting_approval"), &json!(2)]
        );
        assert_eq!([&seen["changed"], &seen["asks_again"]], [&json!(["discount"]), &json!(true)]);
        let of = |steps: &Value| -> Vec<(Value, Value)> {
            steps.as_array().expect("there are steps").iter().map(|step| (step["role"].clone(), step["status"].clone())).collect()
        };
        let pair = |role: &str, status: &str| (json!(role), json!(status));
        assert_eq!(
            of(&seen["steps"]),
            [
                pair("sales_specialist", "pending"),
                pair("sales_manager", "waiting"),
                pair("department_head", "waiting"),
                pair("operations_head", "carried")
            ]
        );
        assert_eq!(
            of(&seen["lapsed"]),
            [pair("sales_specialist", "approved"), pair("sales_manager", "approved"), pair("department_head", "approved")]
        );
        assert_eq!(seen["checks"].as_array().map(Vec::len), Some(3));
        assert_eq!((admin.get(&path).is(200).body, app.count("events")), (before.body.clone(), events), "nothing was done");
        // and done, it comes to just that
        let done = admin.patch(&path, &before.etag(), patch).ok();
        assert_eq!([&done["total"], &done["stage"]], [&seen["order"]["total"], &seen["order"]["stage"]]);
        assert_eq!(of(&latest_round(&company, &order)["steps"]), of(&seen["steps"]));
    });
}

#[test]
fn a_preview_is_refused_for_what_the_amendment_would_be() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let (sales, path) = (company.sales(), format!("{}?preview=true", company.path(&order, "")));
        sales.patch(&path, "\"v99-x\"", json!({"rush": true})).refused(412, "version_mismatch");
        sales.patch(&path, "*", json!({"currency": "XXX"})).refused(400, "validation_failed");
        company.second_sales().patch(&path, "*", json!({"rush": true})).refused(403, "forbidden");
        sales.patch(&format!("{}?preview=perhaps", company.path(&order, "")), "*", json!({"rush": true})).refused(400, "invalid_parameter");
        sales.patch(&format!("{}?look=true", company.path(&order, "")), "*", json!({"rush": true})).refused(400, "unknown_parameter");
        let harmless = sales.patch(&path, "*", json!({"tags": ["vip"]})).ok();
        assert_eq!([&harmless["asks_again"], &harmless["steps"], &harmless["lapsed"]], [&json!(false), &json!([]), &json!([])]);
        assert_eq!(company.order(&order)["revision"], 1);
    });
}

#[test]
fn rule_1_7_revisions_are_kept_and_compared() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let patch = json!({"rush": true, "metadata": {"a/b~c": 1}, "lines": [{"id": order["lines"][0]["id"], "name": "Desk", "quantity": "2", "unit_price": "9"}]});
        sales.patch(&path, "*", patch).ok();
        sales.patch(&path, "*", json!({"tags": ["vip"], "reason": "good customer"})).ok();
        let revision = |rest: &str| sales.get(&format!("{path}/revisions/{rest}"));
        let second = revision("2?compare_to=1").ok();
        assert_eq!([&second["revision"], &second["author"]["label"], &second["content"]["rush"]], [&json!(2), &json!("sales1"), &json!(true)]);
        assert_eq!(
            second["differences"],
            json!([
                {"pointer": "/lines/0/quantity", "from": "1.0000", "to": "2.0000"},
                {"pointer": "/metadata/a~1b~0c", "from": null, "to": 1},
                {"pointer": "/rush", "from": false, "to": true}
            ])
        );
        assert_eq!(revision("3").ok()["differences"], Value::Null);
        assert_eq!(revision("3").ok()["reason"], "good customer");
        assert_eq!(revision("1?compare_to=2").ok()["differences"][2], json!({"pointer": "/rush", "from": true, "to": false}));
        assert_eq!(revision("2?compare_to=2").ok()["differences"], json!([]));
        for missing in ["4", "0", "x", "-1", "99999999999"] {
            revision(missing).refused(404, "not_found");
        }
        revision("1?compare_to=4").refused(400, "invalid_parameter");
    });
}

#[test]
fn rule_1_7_a_preview_says_what_it_comes_to_in_stock() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        company.product("PEN", "standard", "1.00");
        company.receive_stock("PEN", "3");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        let line = |quantity: &str| json!({"id": order["lines"][0]["id"], "sku": "PAPER", "quantity": quantity});
        let preview = |lines: Value| {
            let patch = json!({"lines": lines, "reason": "as agreed"});
            company.sales().patch(&company.path(&order, "?preview=true"), "*", patch).ok()["stock"].clone()
        };
        let effect = |sku: &str, reserved: &str, needed: &str, freed: &str, short: &str| json!({"sku": sku, "reserved": reserved, "needed": needed, "freed": freed, "short": short});
        assert_eq!(preview(json!([line("2")])), json!([effect("PAPER", "4", "2", "2", "0")]));
        assert_eq!(preview(json!([line("12")])), json!([effect("PAPER", "4", "12", "0", "2")]));
        let other = json!([{"sku": "PEN", "quantity": "5"}]);
        assert_eq!(preview(other), json!([effect("PAPER", "4", "0", "4", "0"), effect("PEN", "0", "5", "0", "2")]));
        assert_eq!(company.order_admin().get("/v1/stock?sku=PAPER").ok()["data"][0]["reserved"], "4", "nothing of it happened");
    });
}
