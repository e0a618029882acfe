//! Order numbers are human and unique (DOMAIN 1.2).

use super::desk;
use crate::support::{TestApp, id, on_every_store, order_of};
use chrono::{Datelike, TimeDelta};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn number(order: &Value) -> String {
    order["number"].as_str().expect("an order has a number").to_owned()
}

/// Year and month at the company's place, where it is eight hours later than in UTC.
fn month(app: &TestApp) -> String {
    let local = app.app.clock.now().utc() + TimeDelta::hours(8);
    format!("{:04}{:02}", local.year(), local.month())
}

#[test]
fn rule_1_2_a_number_is_year_month_and_a_running_number_within_the_month() {
    on_every_store(|app| {
        let company = app.company();
        let before = month(app);
        let numbers = [number(&company.entered(desk())), number(&company.entered(desk()))];
        // a test that runs over the end of a month sees the new one
        if month(app) == before {
            assert_eq!(numbers, [format!("{before}-001"), format!("{before}-002")]);
        }
        app.advance(TimeDelta::days(32));
        assert_eq!(number(&company.entered(desk())), format!("{}-001", month(app)));
    });
}

#[test]
fn rule_1_2_numbers_are_unique_however_many_enter_orders_at_once() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let numbers: BTreeSet<String> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..30).map(|_| scope.spawn(|| number(&sales.post("/v1/orders", order_of(desk())).created()))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a request ends")).collect()
        });
        assert_eq!(numbers.len(), 30);
        let running: BTreeSet<u32> = numbers.iter().map(|number| number.rsplit('-').next().and_then(|n| n.parse().ok()).expect("a number")).collect();
        assert!(running.iter().all(|number| *number <= 30), "none is lost: {running:?}");
    });
}

#[test]
fn rule_1_2_the_pattern_is_a_setting() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let etag = admin.get("/v1/settings").is(200).etag();
        admin.patch("/v1/settings", &etag, json!({"order_number_pattern": "SO-{year}{month}-{number}"})).ok();
        let order = company.entered(desk());
        assert_eq!(number(&order), format!("SO-{}-001", month(app)));
        assert_eq!(company.sales().get(&format!("/v1/orders/{}", number(&order))).ok()["id"], id(&order));
        let etag = admin.get("/v1/settings").is(200).etag();
        admin.patch("/v1/settings", &etag, json!({"order_number_pattern": "{year}-{number}"})).refused(400, "validation_failed");
    });
}

#[test]
fn rule_1_2_the_running_number_grows_past_999() {
    on_every_store(|app| {
        let company = app.company();
        company.entered(desk());
        let counters = app.count("counters WHERE name LIKE 'order:%'");
        assert_eq!(counters, 1);
        app.execute("UPDATE counters SET value = 999 WHERE name LIKE 'order:%'");
        assert!(number(&company.entered(desk())).ends_with("-1000"));
    });
}

#[test]
fn rule_1_2_numbers_that_another_pattern_has_given_are_passed_over() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let choose = |pattern: &str| {
            let etag = admin.get("/v1/settings").is(200).etag();
            admin.patch("/v1/settings", &etag, json!({"order_number_pattern": pattern})).ok();
        };
        let (plain, with_one) = ("{year}{month}-{number}", "{year}{month}-1{number}");
        let before = month(app);
        let mut numbers = vec![number(&company.entered(desk()))];
        choose(with_one);
        numbers.extend([number(&company.entered(desk())), number(&company.entered(desk()))]);
        choose(plain);
        app.execute("UPDATE counters SET value = 1001 WHERE name LIKE 'order:%'");
        let mut from_web = order_of(desk());
        (from_web["channel"], from_web["channel_ref"]) = (json!("web"), json!("W-1"));
        numbers.extend([number(&company.sales().post("/v1/orders", from_web).created()), number(&company.entered(desk()))]);
        choose(with_one);
        numbers.push(number(&company.entered(desk())));
        assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), 6, "{numbers:?}");
        // a test that runs over the end of a month sees the new one
        if month(app) == before {
            assert_eq!(numbers, ["001", "1002", "1003", "1004", "1005", "11006"].map(|running| format!("{before}-{running}")));
        }
    });
}
