//! Filters (BEHAVIOUR 4).

use super::{ids, orders};
use crate::support::{Person, TestApp, id, on_every_store, order_of};
use docket::domain::actor::Role;
use serde_json::json;

/// Someone who may see everything.
fn someone(app: &TestApp) -> Person {
    let roles: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    app.person("everything", &roles, "sales")
}

#[test]
fn orders_are_filtered_by_status_stage_channel_reference_customer_and_text() {
    on_every_store(|app| {
        let company = app.company();
        let plain = orders(&company, 1).remove(0);
        let mut said = order_of(json!([{"name": "\u{58a8}\u{6c34} Ink", "quantity": "1", "unit_price": "9"}]));
        said["channel"] = json!("web");
        said["channel_ref"] = json!("WEB-1");
        said["customer"] = json!({"name": "\u{5149}\u{660e} Trading"});
        let other = company.sales().post("/v1/orders", said).created();
        company.sales().post(&company.path(&plain, "/cancel"), json!({"reason": "gone"})).ok();
        let found = |query: &str| ids(&company.sales().get(&format!("/v1/orders?{query}")).ok());
        let (plain, other, customer) = (id(&plain).to_owned(), id(&other).to_owned(), id(&other["customer"]).to_owned());
        assert_eq!(found("status=cancelled"), [plain.as_str()]);
        assert_eq!(found("status=created,cancelled"), [other.as_str(), plain.as_str()]);
        assert_eq!(found("stage=awaiting_verification"), [other.as_str()]);
        assert_eq!(found("channel=web&channel_ref=WEB-1"), [other.as_str()]);
        assert_eq!(found(&format!("customer_id={customer}")), [other.as_str()]);
        assert_eq!(found("q=ink"), [other.as_str()]);
        assert_eq!(found("q=%E5%85%89%E6%98%8E"), [other.as_str()]);
        assert_eq!(found("q=nothing%20like%20that"), Vec::<String>::new());
    });
}

#[test]
fn orders_are_filtered_by_when_they_came_in() {
    on_every_store(|app| {
        let company = app.company();
        let first = orders(&company, 1).remove(0);
        app.advance(chrono::TimeDelta::hours(2));
        let second = orders(&company, 1).remove(0);
        let at = first["created_at"].as_str().expect("a time").to_owned();
        let found = |query: &str| ids(&company.sales().get(&format!("/v1/orders?{query}")).ok());
        assert_eq!(found(&format!("created_after={at}")), [id(&second)]);
        let between = app.app.clock.now().plus(-chrono::TimeDelta::hours(1)).text();
        assert_eq!(found(&format!("created_before={between}")), [id(&first)]);
    });
}

#[test]
fn every_list_about_orders_takes_an_id_or_a_number_and_refuses_what_is_neither() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
        company.blocked(&order);
        let (known, number) = (id(&order), order["number"].as_str().expect("a number"));
        let everything = someone(app);
        for list in ["approvals", "exceptions", "invoices", "messages", "payments", "shipments", "stock/movements", "tasks"] {
            let asked = |order: &str| everything.get(&format!("/v1/{list}?order_id={order}"));
            let by_id = asked(known).ok();
            assert_eq!(ids(&by_id), ids(&asked(number).ok()), "{list}");
            assert_eq!(ids(&asked("ord_00000000000000000000000000000000").ok()), Vec::<String>::new(), "{list}");
            for neither in ["999912-999", "ord_1", "cus_00000000000000000000000000000000"] {
                assert_eq!(asked(neither).refused(400, "invalid_parameter")["parameter"], "order_id", "{list} {neither}");
            }
        }
    });
}

#[test]
fn every_list_of_statuses_takes_several_and_refuses_a_word_that_is_none() {
    on_every_store(|app| {
        let everything = someone(app);
        let lists = [
            ("approvals", "waiting,pending"),
            ("exceptions", "reported,closed"),
            ("orders", "created,shipped"),
            ("shipments", "preparing,lost"),
            ("tasks", "open,done"),
        ];
        for (list, words) in lists {
            everything.get(&format!("/v1/{list}?status={words}")).ok();
            for bad in ["nonsense".to_owned(), format!("{words},"), format!("{words},nonsense")] {
                let refused = everything.get(&format!("/v1/{list}?status={bad}")).refused(400, "invalid_parameter");
                assert_eq!(refused["parameter"], "status", "{list} {bad}");
            }
        }
    });
}
