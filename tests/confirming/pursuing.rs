//! Customers who do not answer are reminded once, and then the order is given up (DECISIONS 36).

use super::{asked, link, waiting};
use crate::support::{TestApp, on_every_store};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn reminders(app: &TestApp) -> i64 {
    app.count("messages WHERE kind = 'confirmation_reminder'")
}

fn later(app: &TestApp, hours: i64) {
    app.advance(TimeDelta::hours(hours));
    app.let_the_clock_look();
}

#[test]
fn rule_2_5_a_customer_is_reminded_after_a_day_once_by_the_same_link() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let link = link(app, &order);
        later(app, 23);
        assert_eq!(reminders(app), 0);
        later(app, 1);
        later(app, 24);
        assert_eq!(reminders(app), 1);
        assert!(asked(&company, &order)[0]["reminded_at"].is_string());
        app.anyone.post(&link, json!({"answer": "confirm"})).ok();
    });
}

#[test]
fn who_has_answered_or_was_asked_otherwise_is_not_reminded() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        app.anyone.post(&link(app, &order), json!({"answer": "confirm"})).ok();
        let by_phone = company.approved(json!([{"sku": "PAPER", "quantity": "1"}]));
        company.sales().post(&company.path(&by_phone, "/confirm"), json!({"method": "phone"})).ok();
        later(app, 24);
        later(app, 24 * 14);
        assert_eq!(reminders(app), 0);
        assert_eq!(app.count("links WHERE remind_at IS NOT NULL OR lapse_at IS NOT NULL"), 0, "nobody looks at them again");
        assert_eq!(company.order(&by_phone)["status"], "executing");
    });
}

#[test]
fn decision_36_after_fourteen_days_an_order_goes_back_to_sales() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let link = link(app, &order);
        later(app, 14 * 24 - 1);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
        later(app, 1);
        let given_up = company.order(&order);
        assert_eq!([&given_up["stage"], &given_up["correction"]], ["awaiting_correction", "The customer did not answer."]);
        app.anyone.post(&link, json!({"answer": "confirm"})).refused(410, "link_expired");
    });
}

#[test]
fn what_becomes_of_it_is_a_setting() {
    on_every_store(|app| {
        let company = app.company();
        let set = |patch: Value| company.order_admin().patch("/v1/settings", "*", patch);
        set(json!({"confirmation_lapse": "perhaps"})).refused(400, "validation_failed");
        set(json!({"confirmation_link_days": 0})).refused(400, "validation_failed");
        set(json!({"message_channels": ["email", "email"]})).refused(400, "validation_failed");
        set(json!({"confirmation_lapse": "cancel", "confirmation_lapse_days": 2, "confirmation_reminder_hours": 0})).ok();
        let order = waiting(&company);
        later(app, 48);
        let cancelled = company.order(&order);
        assert_eq!([&cancelled["status"], &cancelled["cancel_reason"]], ["cancelled", "The customer did not answer."]);
        assert_eq!(reminders(app), 0);
        set(json!({"confirmation_lapse_days": 0})).ok();
        let order = company.approved(json!([{"sku": "PAPER", "quantity": "1"}]));
        later(app, 24 * 365);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation", "it waits for ever");
    });
}
