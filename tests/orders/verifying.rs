//! A second person verifies an order or sends it back (DOMAIN 1.6).

use super::desk;
use crate::support::{id, on_every_store, order_of};
use serde_json::{Value, json};

#[test]
fn rule_1_6_another_person_verifies() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let path = company.path(&order, "/verify");
        company.sales().post(&path, json!({})).refused(403, "self_approval");
        let order = company.second_sales().post(&path, json!({"fields": {"customer": "ok", "quantity": "ok"}})).ok();
        assert_eq!([&order["status"], &order["stage"]], ["created", "awaiting_approval"]);
    });
}

#[test]
fn rule_1_6_what_a_key_entered_anyone_in_sales_may_verify() {
    // DECISIONS 24
    on_every_store(|app| {
        let order = app.machine("shop", &["orders:write"]).post("/v1/orders", order_of(desk())).created();
        assert!(order["owner"].is_null());
        let company = app.company();
        company.sales().post(&company.path(&order, "/verify"), json!({})).ok();
    });
}

#[test]
fn rule_1_6_a_wrong_field_sends_the_order_back_and_its_correction_is_verified_again() {
    // DECISIONS 16
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let wrong = json!({"fields": {"quantity": "wrong", "amount": "ok"}, "note": "the form says 3"});
        let order = company.second_sales().post(&company.path(&order, "/verify"), wrong).ok();
        assert_eq!(order["stage"], "awaiting_correction");
        assert!(order["correction"].as_str().is_some_and(|text| text.contains("quantity") && text.contains("the form says 3")));
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).refused(409, "invalid_transition");

        let etag = company.sales().get(&company.path(&order, "")).etag();
        let lines = json!([{"name": "Desk", "quantity": "3", "unit_price": "450.00"}]);
        let order = company.sales().patch(&company.path(&order, ""), &etag, json!({"lines": lines, "reason": "as on the form"})).ok();
        assert_eq!([&order["stage"], &order["total"]], ["awaiting_verification", "1350.00"]);
        assert_eq!(order["revision"], 2);
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    });
}

#[test]
fn decision_16_who_corrected_an_order_cannot_verify_it() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let (admin, path) = (company.order_admin(), company.path(&order, ""));
        company.second_sales().post(&format!("{path}/send-back"), json!({"reason": "no contract number"})).ok();
        let etag = admin.get(&path).etag();
        admin.patch(&path, &etag, json!({"contract_number": "C-7"})).ok();
        admin.post(&format!("{path}/verify"), json!({})).refused(403, "self_approval");
        company.sales().post(&format!("{path}/verify"), json!({})).refused(403, "self_approval");
        company.second_sales().post(&format!("{path}/verify"), json!({})).ok();
    });
}

#[test]
fn decision_28_a_one_person_shop_may_relax_the_two_people() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let etag = admin.get("/v1/settings").is(200).etag();
        admin.patch("/v1/settings", &etag, json!({"four_eyes": false})).ok();
        let order = company.entered(desk());
        company.sales().post(&company.path(&order, "/verify"), json!({})).ok();
    });
}

#[test]
fn decision_28_the_history_says_that_one_person_entered_and_verified() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let etag = admin.get("/v1/settings").is(200).etag();
        admin.patch("/v1/settings", &etag, json!({"four_eyes": false})).ok();
        let (alone, by_two) = (company.entered(desk()), company.entered(desk()));
        company.sales().post(&company.path(&alone, "/verify"), json!({})).ok();
        company.second_sales().post(&company.path(&by_two, "/verify"), json!({})).ok();
        let own_entry = |order: &Value| {
            let history = company.viewer().get(&company.path(order, "/history")).ok();
            let events = history["data"].as_array().expect("a list has data");
            events.iter().find(|event| event["name"] == "order.verified").expect("it is told")["after"]["own_entry"].clone()
        };
        assert_eq!([own_entry(&alone), own_entry(&by_two)], [json!(true), Value::Null]);
    });
}

#[test]
fn rule_1_6_a_verifier_sends_back_with_what_is_wrong_and_needs_a_reason() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let path = company.path(&order, "/send-back");
        let refused = company.second_sales().post(&path, json!({"reason": " "})).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/reason");
        company.sales().post(&path, json!({"reason": "mine"})).refused(403, "self_approval");
        let order = company.second_sales().post(&path, json!({"reason": "unreadable fax"})).ok();
        assert_eq!([&order["stage"], &order["correction"]], ["awaiting_correction", "unreadable fax"]);
    });
}

#[test]
fn rule_2_4_a_step_may_return_the_order_for_changes_or_reject_it() {
    on_every_store(|app| {
        let company = app.company();
        let returned = company.verified(desk());
        let step = company.pending_steps(&returned).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/send-back", id(&step)), json!({"comment": "price below list"})).ok();
        let returned = company.order(&returned);
        assert_eq!([&returned["stage"], &returned["correction"]], ["awaiting_correction", "price below list"]);

        let rejected = company.verified(desk());
        let step = company.pending_steps(&rejected).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/reject", id(&step)), json!({"comment": "no credit"})).ok();
        let rejected = company.order(&rejected);
        assert_eq!([&rejected["status"], &rejected["cancel_reason"]], ["cancelled", "no credit"]);
    });
}

#[test]
fn rule_2_4_nobody_decides_two_levels_of_one_round() {
    on_every_store(|app| {
        let company = app.company();
        let both = app.person("both", &["sales_specialist", "sales_manager"], "sales");
        let order = company.verified(json!([{"name": "Trophy", "kind": "custom", "quantity": "1", "unit_price": "90"}]));
        let approve = |person: &crate::support::Person| {
            let step = company.pending_steps(&order).remove(0);
            person.post(&format!("/v1/approvals/{}/approve", id(&step)), json!({"comment": "yes"}))
        };
        approve(&both).is(200);
        approve(&both).refused(403, "self_approval");
        approve(&company.manager()).is(200);
        approve(&company.manager()).refused(403, "forbidden");
        approve(&company.head()).is(200);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
    });
}

#[test]
fn rule_2_4_above_the_large_order_threshold_nobody_approves_what_they_entered() {
    on_every_store(|app| {
        let company = app.company();
        let large = company.verified(json!([{"name": "Machine", "quantity": "1", "unit_price": "50000.01"}]));
        let step = company.pending_steps(&large).remove(0);
        let path = format!("/v1/approvals/{}/approve", id(&step));
        company.sales().post(&path, json!({"comment": "mine"})).refused(403, "self_approval");
        company.second_sales().post(&path, json!({"comment": "not mine"})).ok();
        let small = company.verified(json!([{"name": "Machine", "quantity": "1", "unit_price": "50000.00"}]));
        let step = company.pending_steps(&small).remove(0);
        company.sales().post(&format!("/v1/approvals/{}/approve", id(&step)), json!({"comment": "mine"})).ok();
    });
}

#[test]
fn rule_2_1_the_rounds_of_an_order_show_every_level_and_what_called_for_it() {
    on_every_store(|app| {
        let company = app.company();
        let mut said = order_of(json!([{"name": "Trophy", "kind": "custom", "quantity": "1", "unit_price": "90"}]));
        said["rush"] = json!(true);
        let order = company.sales().post("/v1/orders", said).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        let rounds = company.viewer().get(&company.path(&order, "/approvals")).ok();
        let round = &rounds["data"][0];
        assert_eq!([&round["round"], &round["revision"]], [&json!(1), &json!(1)]);
        let steps: Vec<_> = round["steps"].as_array().expect("a round has steps").iter().map(|step| [&step["role"], &step["status"]]).collect();
        assert_eq!(
            steps,
            [["sales_specialist", "pending"], ["sales_manager", "waiting"], ["department_head", "waiting"], ["operations_head", "waiting"]]
        );
        assert!(round["steps"][3]["rule"].as_str().is_some_and(|rule| rule.contains("rush_or_preorder")));
    });
}

#[test]
fn rule_1_6_finding_a_field_wrong_is_a_step_of_verification_only() {
    // found by the model: an order that the customer was being asked about could be sent back by
    // anyone who verifies, past its owner
    on_every_store(|app| {
        let company = app.company();
        let wrong = json!({"fields": {"amount": "wrong"}});
        let order = company.verified(desk());
        company.second_sales().post(&company.path(&order, "/verify"), wrong.clone()).refused(409, "invalid_transition");
        company.approve_next(&order);
        let refused = company.second_sales().post(&company.path(&order, "/verify"), wrong).refused(409, "invalid_transition");
        assert_eq!([&refused["state"], &company.order(&order)["stage"]], ["awaiting_confirmation", "awaiting_confirmation"]);
    });
}

#[test]
fn rule_1_6_a_price_unlike_the_catalogues_is_found() {
    on_every_store(|app| {
        let company = app.company();
        company.product("PAPER", "standard", "10.00");
        let findings = |price: Value| {
            let mut line = json!({"sku": "PAPER", "quantity": "1"});
            if !price.is_null() {
                line["unit_price"] = price;
            }
            company.entered(json!([line]))["findings"].clone()
        };
        let codes = |found: Value| found.as_array().expect("findings are listed").iter().map(|f| f["code"].clone()).collect::<Vec<_>>();
        assert!(!codes(findings(Value::Null)).contains(&json!("price_differs")));
        assert!(!codes(findings(json!("10.0000"))).contains(&json!("price_differs")));
        assert!(codes(findings(json!("9.99"))).contains(&json!("price_differs")));
    });
}

#[test]
fn rule_1_6_an_order_that_a_key_enters_from_a_trusted_channel_verifies_itself() {
    on_every_store(|app| {
        let company = app.company();
        company.product("PAPER", "standard", "10.00");
        company.order_admin().patch("/v1/settings", "*", json!({"trusted_channels": ["web"]})).ok();
        let shop = app.machine("web shop", &["orders:write"]);
        let order = |channel: &str, phone: &str, price: &str| {
            let mut order = order_of(json!([{"sku": "PAPER", "quantity": "1", "unit_price": price}]));
            order["channel"] = json!(channel);
            order["customer"]["phone"] = json!(phone);
            order
        };
        let entered = shop.post_with("/v1/orders", &[("idempotency-key", "o-1")], order("web", "+8613800138001", "10.00")).is(201);
        assert_eq!(entered.body["stage"], "awaiting_approval");
        let history = company.sales().get(&company.path(&entered.body, "/history")).ok()["data"].clone();
        let verified = history.as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "order.verified")).expect("it is in the history");
        assert_eq!([&verified["actor"]["kind"], &verified["after"]["trusted_channel"]], ["system", "web"]);
        // what looks odd, another channel, and whatever a person types in, waits for a person
        for (who, order) in [
            (&shop, order("web", "+8613800138002", "9.00")),
            (&shop, order("web", "+8613800138001", "10.00")),
            (&shop, order("marketplace", "+8613800138003", "10.00")),
            (&*company.sales(), order("web", "+8613800138004", "10.00")),
        ] {
            assert_eq!(who.post("/v1/orders", order).created()["stage"], "awaiting_verification");
        }
    });
}
