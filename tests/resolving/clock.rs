//! Until when exceptions are to be planned and resolved, and what happens when that passes (DOMAIN 6.3, DECISIONS 36).

use super::{path, seen};
use crate::executing::settings;
use crate::support::{Company, Person, TestApp, on_every_store};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn reported(company: &Company, severity: &str, more: Value) -> Value {
    let mut body = json!({"kind": "other", "severity": severity, "order_ids": [], "cause": "the roof leaks"});
    body.as_object_mut().expect("an object").extend(more.as_object().cloned().unwrap_or_default());
    company.warehouse().post("/v1/exceptions", body).created()
}

fn told(app: &TestApp) -> i64 {
    app.count("events WHERE name = 'exception.overdue'")
}

fn later(app: &TestApp, by: TimeDelta) {
    app.advance(by);
    app.let_the_clock_look();
}

#[test]
fn rule_6_3_what_is_worse_is_to_be_planned_and_resolved_sooner() {
    on_every_store(|app| {
        let company = app.company();
        let now = app.app.clock.now();
        let due = |hours: i64| json!(now.plus(TimeDelta::hours(hours)));
        for (severity, plan, resolve) in [("critical", 2, 24), ("high", 8, 48), ("medium", 24, 120), ("low", 48, 240)] {
            let exception = reported(&company, severity, json!({"discovered_at": now}));
            assert_eq!([&exception["plan_due_at"], &exception["due_at"]], [&due(plan), &due(resolve)], "{severity}");
            assert_eq!([&exception["overdue"], &exception["escalated_at"]], [&json!(false), &Value::Null]);
        }
        settings(app, json!({"exception_hours": {"low": {"plan": 0, "resolve": 0}, "high": {"plan": 1}}}));
        let low = reported(&company, "low", json!({"discovered_at": now}));
        assert_eq!([&low["plan_due_at"], &low["due_at"]], [&Value::Null, &Value::Null], "no hours are no time");
        let high = reported(&company, "high", json!({"discovered_at": now}));
        assert_eq!([&high["plan_due_at"], &high["due_at"]], [&due(1), &due(48)]);
        let admin = company.order_admin();
        let beyond = json!({"exception_hours": {"low": {"plan": 8761, "resolve": 0}}});
        admin.patch("/v1/settings", "*", beyond).refused(400, "validation_failed");
    });
}

#[test]
fn a_change_of_severity_reckons_the_due_times_anew_but_not_one_that_a_person_gave() {
    on_every_store(|app| {
        let company = app.company();
        let now = app.app.clock.now();
        let due = |hours: i64| json!(now.plus(TimeDelta::hours(hours)));
        let worse = |exception: &Value| {
            let admin = company.order_admin();
            admin.patch(&path(exception, ""), &admin.get(&path(exception, "")).etag(), json!({"severity": "critical"})).ok()
        };
        let reckoned = worse(&reported(&company, "low", json!({"discovered_at": now})));
        assert_eq!([&reckoned["plan_due_at"], &reckoned["due_at"]], [&due(2), &due(24)]);
        let given = worse(&reported(&company, "low", json!({"discovered_at": now, "due_at": due(100)})));
        assert_eq!([&given["plan_due_at"], &given["due_at"]], [&due(2), &due(100)]);
    });
}

#[test]
fn decision_36_what_nobody_plans_or_resolves_in_time_is_told_once_each_and_led_by_the_operations_head_too() {
    on_every_store(|app| {
        let exception = reported(&app.company(), "critical", json!({}));
        later(app, TimeDelta::minutes(110));
        assert_eq!((told(app), &seen(&app.company(), &exception)["overdue"]), (0, &json!(false)));
        let plan = |person: Person| person.post(&path(&exception, "/plan"), json!({"summary": "mend the roof"}));
        plan(app.company().operations()).refused(403, "forbidden");
        later(app, TimeDelta::minutes(15));
        let late = seen(&app.company(), &exception);
        assert_eq!((told(app), &late["overdue"]), (1, &json!(true)));
        assert!(late["escalated_at"].is_string(), "{late}");
        app.let_the_clock_look();
        assert_eq!(told(app), 1, "once");
        assert_eq!(plan(app.company().operations()).ok()["status"], "planning");
        assert_eq!(seen(&app.company(), &exception)["overdue"], false, "it is planned, and there is time to resolve it");
        later(app, TimeDelta::hours(22));
        assert_eq!((told(app), &seen(&app.company(), &exception)["overdue"]), (2, &json!(true)));
        later(app, TimeDelta::hours(1));
        assert_eq!(told(app), 2, "once each");
        let due: Vec<Value> =
            app.feed().into_iter().filter(|event| event["name"] == "exception.overdue").map(|event| event["data"]["due"].clone()).collect();
        assert_eq!(due, ["plan", "resolve"]);
        let operations = app.company().operations();
        operations.post(&path(&exception, "/resolve"), json!({"result": "mended"})).ok();
        assert_eq!(operations.post(&path(&exception, "/close"), json!({})).ok()["status"], "closed");
    });
}

#[test]
fn before_that_the_order_administrator_alone_leads_an_exception() {
    // DOMAIN 6.3
    on_every_store(|app| {
        let company = app.company();
        let (exception, operations) = (reported(&company, "critical", json!({})), company.operations());
        operations.post(&path(&exception, "/resolve"), json!({"result": "mended"})).refused(403, "forbidden");
        operations.post(&path(&exception, "/dismiss"), json!({"reason": "it was none"})).refused(403, "forbidden");
        operations.patch(&path(&exception, ""), "*", json!({"severity": "low"})).refused(403, "forbidden");
        company.order_admin().post(&path(&exception, "/resolve"), json!({"result": "mended"})).ok();
        operations.post(&path(&exception, "/close"), json!({})).refused(403, "forbidden");
        later(app, TimeDelta::days(30));
        assert_eq!(told(app), 0, "what is resolved in time is late for nothing");
        assert_eq!(seen(&app.company(), &exception)["overdue"], false);
    });
}

#[test]
fn a_time_that_moves_to_before_what_was_told_is_told_at_once() {
    on_every_store(|app| {
        let company = app.company();
        let exception = reported(&company, "medium", json!({}));
        later(app, TimeDelta::hours(25));
        assert_eq!(told(app), 1, "it was not planned");
        let admin = company.order_admin();
        admin.patch(&path(&exception, ""), &admin.get(&path(&exception, "")).etag(), json!({"severity": "critical"})).ok();
        assert_eq!(told(app), 2, "it was to be resolved an hour ago");
        later(app, TimeDelta::hours(1));
        assert_eq!(told(app), 2, "once each");
    });
}
