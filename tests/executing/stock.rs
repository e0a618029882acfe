//! What is low, what is expected to come, and what one order gives to another (DOMAIN 2.3, DECISIONS 25).

use super::it_is;
use crate::support::{Company, id, on_every_store};
use serde_json::{Value, json};

fn paper(company: &Company) -> Value {
    company.viewer().get("/v1/stock?sku=PAPER").ok()["data"][0].clone()
}

#[test]
fn what_falls_below_its_level_is_listed() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let level = |level: Value| company.warehouse().post("/v1/stock/reorder-levels", json!({"warehouse": "WH1", "sku": "PAPER", "level": level}));
        let low = || company.viewer().get("/v1/stock?low=true").ok()["data"].as_array().map(Vec::len);
        assert_eq!(low(), Some(0));
        assert_eq!(level(json!("8")).ok()["low"], false);
        company.confirmed(json!([{"sku": "PAPER", "quantity": "3"}]));
        assert_eq!([&paper(&company)["low"], &paper(&company)["reorder_level"]], [&json!(true), &json!("8")]);
        assert_eq!(low(), Some(1));
        assert_eq!(level(Value::Null).ok()["reorder_level"], Value::Null);
        assert_eq!(low(), Some(0));
        level(json!("-1")).refused(400, "validation_failed");
        company.sales().post("/v1/stock/reorder-levels", json!({"warehouse": "WH1", "sku": "PAPER", "level": "1"})).refused(403, "forbidden");
        company
            .warehouse()
            .post("/v1/stock/reorder-levels", json!({"warehouse": "WH9", "sku": "INK", "level": "1"}))
            .refused(400, "validation_failed");
    });
}

#[test]
fn expected_goods_are_shown_and_received_in_parts() {
    on_every_store(|app| {
        it_is(app, "2027-03-01T02:00:00Z");
        let company = app.company();
        company.with_paper("1");
        let said = json!({"warehouse": "WH1", "sku": "PAPER", "quantity": "10", "expected_on": "2027-03-05", "reference": "PO-88"});
        let expected = company.warehouse().post("/v1/stock/expected", said).created();
        company
            .warehouse()
            .post("/v1/stock/expected", json!({"warehouse": "WH1", "sku": "PAPER", "quantity": "5", "expected_on": "2027-03-09"}))
            .created();
        assert_eq!([&paper(&company)["expected"], &paper(&company)["expected_on"]], ["15", "2027-03-05"]);
        // who waits is served when they come
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        assert_eq!(company.order(&order)["lines"][0]["reserved"], "1");
        let path = format!("/v1/stock/expected/{}", id(&expected));
        let arrive = |quantity: &str| company.warehouse().post(&format!("{path}/receive"), json!({"quantity": quantity}));
        arrive("11").refused(400, "validation_failed");
        assert_eq!(arrive("4").ok()["received"], "4");
        app.let_the_clock_look();
        assert_eq!([&company.order(&order)["lines"][0]["reserved"], &company.order(&order)["status"]], ["4", "executing"]);
        let done = company.warehouse().post(&format!("{path}/receive"), json!({})).ok();
        assert_eq!([&done["status"], &done["received"]], ["received", "10"]);
        arrive("1").refused(409, "invalid_transition");
        company.warehouse().post(&format!("{path}/cancel"), json!({})).refused(409, "invalid_transition");
        let other = company.viewer().get("/v1/stock/expected?status=open").ok()["data"][0].clone();
        company.warehouse().post(&format!("/v1/stock/expected/{}/cancel", id(&other)), json!({})).ok();
        assert_eq!(
            [&paper(&company)["expected"], &paper(&company)["expected_on"], &paper(&company)["on_hand"]],
            [&json!("0"), &Value::Null, &json!("11")]
        );
        assert_eq!(app.check(), []);
    });
}

#[test]
fn a_person_gives_what_one_order_has_to_another() {
    // DECISIONS 25
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let has = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let lacks = company.confirmed(json!([{"sku": "PAPER", "quantity": "3"}]));
        let give = |quantity: &str, from: &Value, to: &Value| {
            let said = json!({"sku": "PAPER", "from_order": id(from), "to_order": id(to), "quantity": quantity, "reason": "They cannot wait."});
            company.order_admin().post("/v1/stock/reservations/move", said)
        };
        give("4", &has, &lacks).refused(422, "rule_violated");
        give("6", &has, &lacks).refused(409, "insufficient_stock");
        give("1", &has, &has).refused(400, "validation_failed");
        give("1", &has, &json!({"id": "202601-999"})).refused(400, "validation_failed");
        company.sales().post("/v1/stock/reservations/move", json!({})).refused(403, "forbidden");
        give("3", &has, &lacks).ok();
        let reserved = |order: &Value| company.order(order)["lines"][0]["reserved"].clone();
        assert_eq!([reserved(&has), reserved(&lacks)], ["2", "3"]);
        // the one is short now and stopped, the other goes on
        let blocked = |order: &Value| company.order(order)["blocked_by"].as_array().map(Vec::len);
        assert_eq!([blocked(&has), blocked(&lacks)], [Some(1), Some(0)]);
        assert_eq!(company.order(&lacks)["status"], "executing");
        company.pick(&lacks);
        give("1", &lacks, &has).refused(409, "insufficient_stock");
        company.receive_stock("PAPER", "3");
        app.let_the_clock_look();
        assert_eq!([reserved(&has), json!(blocked(&has))], [json!("5"), json!(0)]);
        let history = company.sales().get(&company.path(&has, "/history?limit=200")).ok();
        let moved =
            history["data"].as_array().expect("a list").iter().find(|row| row["name"] == "order.reservation_moved").cloned().unwrap_or_default();
        assert_eq!(moved["after"]["reason"], "They cannot wait.");
        assert_eq!(app.check(), []);
    });
}
