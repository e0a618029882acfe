//! The working calendar: holidays, what the company says itself, hours, and what is due by it (DOMAIN 0, 3.1).

use super::{days_are, it_is, plan, settings};
use crate::support::on_every_store;
use serde_json::{Value, json};

#[test]
fn a_day_says_whether_it_is_worked_and_why() {
    // DOMAIN 0
    on_every_store(|app| {
        let admin = app.company().order_admin();
        days_are(app, false, &["2026-10-09"]);
        let page = admin.get("/v1/calendar/days?from=2026-10-01&until=2026-10-12").ok();
        let says = |day: &str| -> Vec<Value> {
            let row = page["data"].as_array().unwrap().iter().find(|row| row["day"] == day).unwrap().clone();
            vec![row["worked"].clone(), row["reason"].clone()]
        };
        assert_eq!(says("2026-10-01"), [json!(false), json!("holiday")]);
        assert_eq!(says("2026-10-08"), [json!(true), json!("working_day")]);
        assert_eq!(says("2026-10-09"), [json!(false), json!("company")]);
        assert_eq!(says("2026-10-10"), [json!(true), json!("make_up")]);
        assert_eq!(says("2026-10-11"), [json!(false), json!("day_off")]);
        assert_eq!(page["data"][8]["name"], "as announced");
        let later = admin.get("/v1/calendar/days?from=2031-10-01&until=2031-10-01").ok();
        assert_eq!([&later["data"][0]["holidays_known"], &later["data"][0]["worked"]], [&json!(false), &json!(true)]);
    });
}

#[test]
fn the_days_of_years_are_walked_page_by_page() {
    on_every_store(|app| {
        let staff = app.company().viewer();
        let (mut seen, mut path) = (Vec::new(), "/v1/calendar/days?from=2026-01-01&until=2027-12-31&limit=200".to_owned());
        loop {
            let page = staff.get(&path).ok();
            seen.extend(page["data"].as_array().unwrap().iter().map(|row| row["day"].as_str().unwrap().to_owned()));
            let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
            path = format!("/v1/calendar/days?from=2026-01-01&until=2027-12-31&limit=200&cursor={cursor}");
        }
        assert_eq!((seen.len(), seen[0].as_str(), seen[729].as_str()), (730, "2026-01-01", "2027-12-31"));
        seen.dedup();
        assert_eq!(seen.len(), 730);
    });
}

#[test]
fn what_is_no_day_or_named_twice_is_refused() {
    on_every_store(|app| {
        let admin = app.company().order_admin();
        let set = |days: Value| admin.post("/v1/calendar/days", json!({"days": days}));
        set(json!([])).refused(400, "validation_failed");
        set(json!([{"day": "2027-02-30", "worked": true}])).refused(400, "validation_failed");
        set(json!([{"day": "2027-02-01", "worked": true}, {"day": "2027-02-01", "worked": false}])).refused(400, "validation_failed");
        set(json!([{"day": "2027-02-01", "worked": true, "name": "a\nb"}])).refused(400, "validation_failed");
        admin.get("/v1/calendar/days?from=2027-02-02&until=2027-02-01").refused(400, "invalid_parameter");
        admin.get("/v1/calendar/days?from=2027-02-02&until=2127-02-01").refused(400, "invalid_parameter");
        app.company().manager().post("/v1/calendar/days", json!({"days": [{"day": "2027-02-01"}]})).refused(403, "forbidden");
    });
}

#[test]
fn what_is_due_moves_with_the_calendar_where_nobody_has_set_it() {
    // DOMAIN 3.1: recomputed for tasks that are not done
    on_every_store(|app| {
        it_is(app, "2026-11-30T02:00:00Z");
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let set_by_hand = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let done = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        company.pick(&done);
        let due = |order: &Value| company.task(order, "warehouse")["due_at"].clone();
        assert_eq!(due(&order), "2026-12-01T10:00:00Z");
        let assign = format!("{}/assign", super::task_path(&company, &set_by_hand, "warehouse"));
        let later = json!({"due_at": "2026-12-03T04:00:00Z", "reason": "The forklift is repaired"});
        assert_eq!(company.order_admin().post(&assign, later).ok()["due_is_set"], true);

        days_are(app, false, &["2026-12-01", "2026-12-02"]);
        app.let_the_clock_look();
        assert_eq!(due(&order), "2026-12-03T10:00:00Z", "two days are closed");
        assert_eq!(due(&set_by_hand), "2026-12-03T04:00:00Z", "a person said so");
        assert_eq!(due(&done), "2026-12-01T10:00:00Z", "what is done was due when it was");
        assert_eq!(company.task(&order, "sales")["due_at"], "2026-12-03T10:00:00Z", "with the first of the goods tasks");
        let moved = app.feed().into_iter().filter(|event| event["name"] == "task.dated" && event["data"]["order_id"] == order["id"]).count();
        assert_eq!(moved, 2);

        let admin = company.order_admin();
        admin.post("/v1/calendar/days", json!({"days": [{"day": "2026-12-01", "worked": null}, {"day": "2026-12-02"}]})).ok();
        app.let_the_clock_look();
        assert_eq!(due(&order), "2026-12-01T10:00:00Z");
        settings(app, json!({"working_hours": [{"from": "08:30", "until": "12:00"}, {"from": "13:00", "until": "16:30"}]}));
        app.let_the_clock_look();
        assert_eq!(due(&order), "2026-12-01T08:30:00Z", "the day ends earlier");
        app.let_the_clock_look();
        let again = app.feed().into_iter().filter(|event| event["name"] == "task.dated" && event["data"]["order_id"] == order["id"]).count();
        assert_eq!(again, 6, "what is dated already is left alone");
    });
}

#[test]
fn whoever_runs_it_is_told_when_holidays_are_not_known() {
    // DOMAIN 0
    on_every_store(|app| {
        let warnings = || app.anyone.get("/readyz").ok()["warnings"].as_array().unwrap().len();
        it_is(app, "2026-11-30T02:00:00Z");
        assert_eq!(warnings(), 0);
        it_is(app, "2026-12-05T02:00:00Z");
        assert!(app.anyone.get("/readyz").ok()["warnings"][0].as_str().unwrap().contains("2027"));
        days_are(app, false, &["2027-01-01"]);
        assert_eq!(warnings(), 0, "somebody has seen to it");
        it_is(app, "2027-12-05T02:00:00Z");
        assert_eq!(warnings(), 1);
        settings(app, json!({"holidays": "none"}));
        assert_eq!(warnings(), 0);
    });
}

#[test]
fn hours_that_are_none_are_refused() {
    on_every_store(|app| {
        let admin = app.admin();
        let etag = admin.get("/v1/settings").etag();
        for bad in [
            json!({"working_hours": []}),
            json!({"working_hours": [{"from": "13:00", "until": "18:00"}, {"from": "09:00", "until": "12:00"}]}),
            json!({"working_hours": [{"from": "09:00", "until": "9:30"}]}),
            json!({"working_hours": [{"from": "09:00", "until": "09:30"}]}),
            json!({"working_days": []}),
            json!({"working_days": ["monday", "monday"]}),
            json!({"holidays": "atlantis"}),
        ] {
            admin.patch("/v1/settings", &etag, bad).refused(400, "validation_failed");
        }
    });
}

#[test]
fn an_order_within_working_days_is_promised_by_the_companys_calendar() {
    // DOMAIN 1.1
    on_every_store(|app| {
        it_is(app, "2026-11-30T02:00:00Z");
        let company = app.company();
        days_are(app, false, &["2026-12-01"]);
        let order = company.entered(json!([{"name": "Paper", "quantity": "1", "unit_price": "1.00"}]));
        assert_eq!(order["delivery"]["requested_date"], "2026-12-15", "ten working days, one of them closed");
        assert!(plan(&company, &order).is_empty());
    });
}
