//! Ways around a rule that somebody once found, each closed since.

use super::desk;
use crate::support::{id, on_every_store, order_of};
use serde_json::{Value, json};

#[test]
fn rule_7_1_an_amendment_keeps_to_the_money_that_is_recorded() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let invoice = json!({"order_id": id(&order), "kind": "ordinary", "number": "INV-1", "amount": "900.00"});
        company.finance().post("/v1/invoices", invoice).created();
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let other_currency = sales.patch(&path, &sales.get(&path).etag(), json!({"currency": "USD"}));
        assert_eq!(other_currency.refused(422, "rule_violated")["rule"], "DOMAIN 7.1");
        let fewer = json!({"lines": [{"name": "Desk", "quantity": "1", "unit_price": "450.00"}]});
        let less = sales.patch(&path, &sales.get(&path).etag(), fewer);
        assert_eq!(less.refused(422, "rule_violated")["rule"], "DOMAIN 7.1");
        assert_eq!(company.order(&order)["total"], "900.00");
    });
}

#[test]
fn rule_1_2_numbers_that_another_pattern_has_given_are_passed_over() {
    on_every_store(|app| {
        let company = app.company();
        let set = |pattern: &str| {
            let admin = company.order_admin();
            admin.patch("/v1/settings", &admin.get("/v1/settings").etag(), json!({"order_number_pattern": pattern})).is(200);
        };
        let number = || company.entered(desk())["number"].as_str().map(str::to_owned).expect("an order has a number");
        set("{year}{month}-00{number}");
        let first = number();
        assert!(first.ends_with("-00001"), "{first}");
        app.execute("UPDATE counters SET value = 0 WHERE name LIKE 'order:%'");
        let second = number();
        assert!(second.ends_with("-00002"), "{second}");
    });
}

#[test]
fn rule_3_4_a_task_that_lines_wait_for_is_not_cancelled_and_a_cancelled_order_gives_back_what_was_picked() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        let pick = format!("/v1/tasks/{}/cancel", id(&company.task(&order, "warehouse")));
        company.order_admin().post(&pick, json!({"reason": "no"})).refused(422, "rule_violated");
        company.pick(&order);
        let stock = || company.viewer().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
        assert_eq!([&stock()["on_hand"], &stock()["reserved"]], ["6", "0"]);
        company.order_admin().post(&company.path(&order, "/cancel"), json!({"reason": "insolvent"})).ok();
        assert_eq!([&stock()["on_hand"], &stock()["reserved"]], ["10", "0"]);
        let mut conn = app.app.config.database.open().expect("the store can be opened");
        assert_eq!(docket::check::run(&mut conn, &app.app.company), []);
    });
}

#[test]
fn rule_2_1_what_calls_for_more_approvers_cannot_be_talked_away() {
    on_every_store(|app| {
        let company = app.company();
        company.product("SIGN", "custom", "240.00");
        let sales = company.sales();
        sales.post("/v1/customers", json!({"code": "KEY", "name": "Cedar Hotels", "tier": "key_account"})).created();
        let mut order = order_of(json!([{"sku": "SIGN", "quantity": "1"}]));
        order["customer"] = json!({"code": "KEY"});
        order["key_account"] = json!(false);
        assert_eq!(sales.post("/v1/orders", order).created()["key_account"], true);
        let renamed = order_of(json!([{"sku": "SIGN", "quantity": "1", "kind": "standard"}]));
        assert_eq!(sales.post("/v1/orders", renamed).refused(400, "validation_failed")["errors"][0]["pointer"], "/lines/0/kind");
        let mut owned = order_of(desk());
        owned["owner"] = json!(company.viewer().id);
        assert_eq!(sales.post("/v1/orders", owned).refused(400, "validation_failed")["errors"][0]["pointer"], "/owner");
    });
}

#[test]
fn rule_1_7_another_customers_name_asks_the_approvers_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(desk());
        assert_eq!(order["stage"], "awaiting_confirmation");
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let amended = sales.patch(&path, &sales.get(&path).etag(), json!({"customer": {"name": "Shell Co"}})).ok();
        assert_eq!(amended["stage"], "awaiting_approval");
    });
}

#[test]
fn rule_3_3_the_last_report_and_the_whole_invoice_count() {
    on_every_store(|app| {
        let company = app.company();
        company.product("SIGN", "custom", "240.00");
        let order = company.confirmed(json!([{"sku": "SIGN", "quantity": "1"}]));
        let task = format!("/v1/tasks/{}", id(&company.task(&order, "production")));
        let failed = failed_report();
        let headers = [("content-type", "multipart/form-data; boundary=x")];
        company.production().upload(&format!("{task}/evidence"), "qc_report", "passed.pdf", &crate::support::note_pdf()).is(201);
        company.production().send("POST", &format!("{task}/evidence"), &headers, Some(failed)).is(201);
        company.production().post(&format!("{task}/complete"), json!({})).refused(422, "evidence_missing");

        let invoice = json!({"order_id": id(&order), "kind": "ordinary", "number": "INV-1", "amount": "0.01"});
        company.finance().post("/v1/invoices", invoice).created();
        let task = format!("/v1/tasks/{}/complete", id(&company.task(&order, "finance")));
        company.finance().post(&task, json!({})).refused(422, "evidence_missing");
    });
}

/// An upload that says that the goods failed.
fn failed_report() -> Vec<u8> {
    let part = |name: &str, more: &str, content: &str| format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n{content}\r\n");
    let file = part("file", "; filename=\"failed.pdf\"", "%PDF-1.4\n%%EOF");
    [part("kind", "", "qc_report"), part("result", "", "fail"), file, "--x--\r\n".to_owned()].concat().into_bytes()
}

#[test]
fn decision_23_what_was_invoiced_before_release_is_not_asked_for_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(desk());
        let invoice = json!({"order_id": id(&order), "kind": "ordinary", "number": "INV-1", "amount": "900.00"});
        company.finance().post("/v1/invoices", invoice).created();
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        assert_eq!(company.task(&order, "finance")["status"], "done");
        let free = company.confirmed(json!([{"name": "Leaflet", "quantity": "1", "unit_price": "0"}]));
        assert_eq!(company.task(&free, "finance")["status"], "done");
    });
}

#[test]
fn decision_27_a_key_does_not_cancel_what_only_the_order_administrator_may() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.confirmed(desk());
        let machine = app.machine("shop", &["orders:write"]);
        machine.post(&company.path(&order, "/cancel"), json!({"reason": "changed their mind"})).refused(403, "forbidden");
        assert_eq!(company.order(&order)["status"], "executing");
    });
}

#[test]
fn nothing_said_is_nothing_done() {
    // BEHAVIOUR 1, 3
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let etag = sales.get(&path).etag();
        sales.send("PATCH", &path, &[("if-match", etag.as_str())], None).refused(400, "malformed_json");
        assert_eq!(sales.patch(&path, &etag, json!({})).is(200).etag(), etag);
        assert_eq!(sales.get(&format!("{path}/revisions")).ok()["data"].as_array().map(Vec::len), Some(1));
        company.second_sales().send("POST", &format!("{path}/verify"), &[], None).refused(400, "malformed_json");
        assert_eq!(company.order(&order)["stage"], "awaiting_verification");
        let product = company.product("PAPER", "standard", "10.00");
        let (admin, path) = (company.order_admin(), format!("/v1/products/{}", id(&product)));
        assert_eq!(admin.patch(&path, &admin.get(&path).etag(), json!({})).is(200).body["version"], 1);
    });
}

#[test]
fn decision_28_where_one_person_suffices_history_shows_it() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        admin.patch("/v1/settings", &admin.get("/v1/settings").etag(), json!({"four_eyes": false})).is(200);
        let order = company.entered(desk());
        company.sales().post(&company.path(&order, "/verify"), json!({})).ok();
        let history = admin.get(&company.path(&order, "/history")).ok()["data"].clone();
        let verified = history.as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "order.verified")).cloned().unwrap_or(Value::Null);
        assert_eq!(verified["after"]["own_entry"], true, "{verified}");
    });
}
