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

fn next_month(app: &TestApp) -> String {
    let local = app.app.clock.now().utc() + TimeDelta::hours(8) + chrono::Months::new(1);
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
        // before the first order: on PostgreSQL a process takes numbers ahead
        for month in [month(app), next_month(app)] {
            app.execute(&format!("INSERT INTO counters (name, value) VALUES ('order:{month}', 999)"));
        }
        assert!(number(&app.company().entered(desk())).ends_with("-1000"));
    });
}

#[test]
fn rule_1_2_numbers_that_another_pattern_has_given_are_passed_over() {
    on_every_store(|app| {
        let company = app.company();
        let first = number(&company.entered(desk()));
        let month = first.strip_suffix("-001").expect("the first of its month");
        // as `{year}{month}-00{number}` could have given it, if numbers were not three digits wide
        app.execute(&format!("UPDATE orders SET number = '{month}-003' WHERE number = '{first}'"));
        let mut from_web = order_of(desk());
        (from_web["channel"], from_web["channel_ref"]) = (json!("web"), json!("W-1"));
        let second = number(&company.sales().post("/v1/orders", from_web).created());
        let third = number(&company.entered(desk()));
        // a test that runs over the end of a month sees the new one
        if second.starts_with(month) && third.starts_with(month) {
            assert_eq!([second, third], ["002", "004"].map(|running| format!("{month}-{running}")));
        }
    });
}

#[test]
fn rule_1_2_what_a_process_took_ahead_and_did_not_use_is_never_given_again() {
    on_every_store(|app| {
        let first = number(&app.company().entered(desk()));
        let counted = app.count("counters WHERE name LIKE 'order:%' AND value >= 1");
        assert_eq!((first.ends_with("-001"), counted), (true, 1));
        let taken = app.number("SELECT value FROM counters WHERE name LIKE 'order:%'");
        assert_eq!(taken, if app.is_embedded() { 1 } else { 32 });
    });
}

