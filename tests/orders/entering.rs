//! All channels end in one list, and nothing enters twice (DOMAIN 1.1, 1.3).

use super::desk;
use crate::support::{id, on_every_store, order_of};
use chrono::TimeDelta;
use serde_json::{Value, json};

/// An order from the web shop under its own reference.
fn from_web(reference: &str, quantity: &str) -> Value {
    let mut order = order_of(json!([{"name": "Desk", "quantity": quantity, "unit_price": "450.00"}]));
    order["channel"] = json!("web");
    order["channel_ref"] = json!(reference);
    order
}

fn findings(order: &Value) -> String {
    order["findings"].to_string()
}

#[test]
fn rule_1_3_the_same_reference_with_the_same_content_gives_the_first_order_back() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let first = sales.post("/v1/orders", from_web("W-1", "2")).created();
        let again = sales.post("/v1/orders", from_web("W-1", "2")).ok();
        assert_eq!(id(&first), id(&again));
        assert_eq!(app.count("orders"), 1);
        assert_eq!(app.count("events WHERE name = 'order.created'"), 1);
    });
}

#[test]
fn decision_22_the_same_reference_with_other_content_is_a_conflict_that_names_the_order() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let first = sales.post("/v1/orders", from_web("W-1", "2")).created();
        let refused = sales.post("/v1/orders", from_web("W-1", "3")).refused(409, "duplicate_reference");
        assert_eq!([&refused["order_id"], &refused["number"]], [&first["id"], &first["number"]]);
    });
}

#[test]
fn rule_1_3_references_of_different_channels_do_not_meet_and_none_never_repeats() {
    on_every_store(|app| {
        let sales = app.company().sales();
        sales.post("/v1/orders", from_web("W-1", "2")).created();
        let mut other = from_web("W-1", "2");
        other["channel"] = json!("marketplace");
        sales.post("/v1/orders", other).created();
        sales.post("/v1/orders", order_of(desk())).created();
        sales.post("/v1/orders", order_of(desk())).created();
        assert_eq!(app.count("orders"), 4);
    });
}

#[test]
fn rule_1_3_twenty_at_once_under_one_reference_are_one_order() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let answers: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..20).map(|_| scope.spawn(|| sales.post("/v1/orders", from_web("W-1", "2")))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a request ends")).collect()
        });
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        assert!(answers.iter().all(|answer| [200, 201].contains(&answer.status) && answer.body["id"] == answers[0].body["id"]));
        assert_eq!(app.count("orders"), 1);
    });
}

#[test]
fn rule_1_3_an_order_that_looks_like_one_of_the_last_day_is_marked() {
    on_every_store(|app| {
        let company = app.company();
        let first = company.sales().post("/v1/orders", from_web("W-1", "2")).created();
        assert!(!findings(&first).contains("looks_alike"));
        let by_phone = order_of(json!([{"name": "desk", "quantity": "2", "unit_price": "440.00"}]));
        let twin = company.sales().post("/v1/orders", by_phone.clone()).created();
        assert!(findings(&twin).contains("looks_alike"), "same phone, same goods, other channel: {twin}");
        let mut stranger = by_phone.clone();
        stranger["customer"]["phone"] = json!("+8613900139000");
        assert!(!findings(&company.sales().post("/v1/orders", stranger).created()).contains("looks_alike"));
        app.advance(TimeDelta::hours(25));
        assert!(!findings(&company.sales().post("/v1/orders", by_phone).created()).contains("looks_alike"));
    });
}

#[test]
fn decision_20_a_line_with_an_unknown_sku_is_accepted_and_marked() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        let order = company.entered(json!([{"sku": "NOPE", "name": "Something", "quantity": "1", "unit_price": "1"}]));
        assert!(findings(&order).contains("unknown_sku"));
        let order = company.entered(json!([{"sku": "PAPER", "quantity": "1"}]));
        assert!(!findings(&order).contains("unknown_sku"));
        assert_eq!([&order["lines"][0]["name"], &order["total"]], ["Product PAPER", "10.00"], "what the catalogue knows need not be said");
        let nameless = order_of(json!([{"sku": "NOPE", "quantity": "1"}]));
        let refused = company.sales().post("/v1/orders", nameless).refused(400, "validation_failed");
        let pointers: Vec<&Value> = refused["errors"].as_array().expect("errors are listed").iter().map(|error| &error["pointer"]).collect();
        assert_eq!(pointers, ["/lines/0/name", "/lines/0/unit_price"]);
    });
}

#[test]
fn decision_22_ordered_at_may_lie_in_the_past_but_number_and_created_at_are_the_servers() {
    on_every_store(|app| {
        let mut said = order_of(desk());
        said["ordered_at"] = json!("2024-05-06T09:00:00+08:00");
        said["delivery"] = json!({"requested_date": "2024-05-20"});
        let order = app.company().sales().post("/v1/orders", said).created();
        assert_eq!(order["ordered_at"], "2024-05-06T01:00:00Z");
        assert!(!order["number"].as_str().expect("a number").starts_with("202405"));
        assert!(findings(&order).contains("promised_in_past") && findings(&order).contains("incomplete_address"));
    });
}

#[test]
fn rule_1_1_the_asked_date_may_be_a_number_of_working_days_and_the_promise_follows_it() {
    on_every_store(|app| {
        let mut said = order_of(desk());
        // a Tuesday; three working days later is a Friday
        said["ordered_at"] = json!("2026-03-03T02:00:00Z");
        said["delivery"] = json!({"requested_within_working_days": 3});
        let order = app.company().sales().post("/v1/orders", said.clone()).created();
        assert_eq!([&order["delivery"]["requested_date"], &order["delivery"]["promised_date"]], ["2026-03-06", "2026-03-06"]);
        said["delivery"]["promised_date"] = json!("2026-03-10");
        let order = app.company().sales().post("/v1/orders", said.clone()).created();
        assert_eq!([&order["delivery"]["requested_date"], &order["delivery"]["promised_date"]], ["2026-03-06", "2026-03-10"]);
        said["delivery"]["requested_date"] = json!("2026-03-06");
        app.company().sales().post("/v1/orders", said).refused(400, "validation_failed");
    });
}

#[test]
fn rule_1_1_a_customer_is_known_by_id_or_made_by_name() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let first = sales.post("/v1/orders", order_of(desk())).created();
        let same = sales.post("/v1/orders", order_of(desk())).created();
        assert_eq!(first["customer"]["id"], same["customer"]["id"], "exactly the same customer is not made twice");
        let mut by_id = order_of(desk());
        by_id["customer"] = json!({"id": first["customer"]["id"]});
        let by_id = sales.post("/v1/orders", by_id).created();
        assert_eq!(by_id["customer"]["name"], "Acme Technology Ltd");
        let mut nobody = order_of(desk());
        nobody["customer"] = json!({"id": "cus_00000000000000000000000000000000"});
        let refused = sales.post("/v1/orders", nobody).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/customer/id");
    });
}

#[test]
fn behaviour_1_an_order_is_found_by_its_number_too() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let order = sales.post("/v1/orders", order_of(desk())).created();
        let number = order["number"].as_str().expect("a number");
        assert_eq!(sales.get(&format!("/v1/orders/{number}")).ok()["id"], order["id"]);
        sales.get("/v1/orders/209901-001").refused(404, "not_found");
    });
}

#[test]
fn rule_2_1_a_key_accounts_order_is_one_whatever_it_says() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let customer = sales.post("/v1/customers", json!({"name": "Big Buyer Ltd", "tier": "key_account"})).created();
        let mut said = order_of(desk());
        said["customer"] = json!({"id": id(&customer)});
        said["key_account"] = json!(false);
        let order = sales.post("/v1/orders", said).created();
        assert_eq!(order["key_account"], true);
        let path = format!("/v1/orders/{}", id(&order));
        let amended = sales.patch(&path, &sales.get(&path).etag(), json!({"key_account": false, "contract_number": "C-1"})).ok();
        assert_eq!([&amended["key_account"], &amended["contract_number"]], [&json!(true), &json!("C-1")]);
        assert_eq!(sales.post("/v1/orders", order_of(desk())).created()["key_account"], false);
    });
}

#[test]
fn rule_2_1_only_what_is_stocked_can_be_ordered_as_another_kind_and_only_made_to_order() {
    on_every_store(|app| {
        let company = app.company();
        for kind in ["standard", "custom", "service"] {
            company.product(kind, kind, "10.00");
        }
        let ordered_as = |sku: &str, kind: &str| {
            let line = json!([{"sku": sku, "kind": kind, "quantity": "1"}]);
            company.sales().post("/v1/orders", order_of(line))
        };
        for (sku, kind) in [("custom", "standard"), ("custom", "service"), ("service", "standard"), ("service", "custom"), ("standard", "service")] {
            let refused = ordered_as(sku, kind).refused(400, "validation_failed");
            assert_eq!(refused["errors"][0]["pointer"], "/lines/0/kind", "{sku} as {kind}");
        }
        for (sku, kind) in [("custom", "custom"), ("service", "service"), ("standard", "standard"), ("standard", "custom")] {
            assert_eq!(ordered_as(sku, kind).created()["lines"][0]["kind"], kind);
        }
    });
}

#[test]
fn rule_2_1_an_owner_is_someone_in_sales() {
    // the head of the owner's department approves
    on_every_store(|app| {
        let company = app.company();
        let owned_by = |owner: &str| {
            let mut said = order_of(desk());
            said["owner"] = json!(owner);
            company.sales().post("/v1/orders", said)
        };
        for stranger in [company.warehouse(), company.finance(), company.operations(), company.order_admin()] {
            let refused = owned_by(&stranger.id).refused(400, "validation_failed");
            assert_eq!(refused["errors"][0]["pointer"], "/owner", "{}", stranger.username);
        }
        for seller in [company.second_sales(), company.manager()] {
            assert_eq!(owned_by(&seller.id).created()["owner"]["id"], seller.id);
        }
        let by_admin = company.order_admin().post("/v1/orders", order_of(desk())).created();
        assert!(by_admin["owner"].is_null(), "{by_admin}");
    });
}

#[test]
fn rule_1_1_nothing_was_ordered_in_the_future() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let ordered_at = |at: Value| {
            let mut said = order_of(desk());
            said["ordered_at"] = at;
            sales.post("/v1/orders", said)
        };
        let refused = ordered_at(json!("9999-01-01T00:00:00Z")).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/ordered_at");
        ordered_at(json!(app.app.clock.now().plus(TimeDelta::minutes(10)))).refused(400, "validation_failed");
        let ago = json!(app.app.clock.now().plus(-TimeDelta::minutes(10)));
        assert_eq!(ordered_at(ago.clone()).created()["ordered_at"], ago);
    });
}
