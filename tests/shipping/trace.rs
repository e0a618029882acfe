//! The page on which a customer follows their goods (DOMAIN 4.3, BEHAVIOUR 8).

use super::{picked, tell};
use crate::support::{Answer, Company, TestApp, id, on_every_store, on_every_store_with};
use chrono::TimeDelta;
use docket::db::Target;
use docket::domain::id::Kind;
use serde_json::{Value, json};

/// Where the link of a shipment leads, as only its message says.
pub fn link(app: &TestApp, shipment: &Value) -> String {
    let links = &app.app.company.links;
    let shipment = Kind::Shipment.parse(id(shipment)).expect("a shipment has an id");
    format!("/t/{}", links.token_of(shipment, &links.hash_for(shipment)).expect("the key is known"))
}

fn page(app: &TestApp, path: &str) -> Answer {
    app.anyone.get_with(path, &[("accept", "text/html")])
}

fn dispatched(company: &Company) -> Value {
    let order = picked(company);
    company.dispatched(&order, &[(0, "5")])
}

#[test]
fn rule_4_3_whoever_has_the_link_sees_where_the_goods_are_and_no_more() {
    on_every_store(|app| {
        let company = app.company();
        let parcel = dispatched(&company);
        let told = json!({"status": "in_transit", "occurred_at": company.now(), "description": "Sorted <b>", "location": "Wuhan"});
        let wrong = tell(&company, &parcel, json!({"status": "exception", "occurred_at": company.now(), "description": "another parcel"}));
        tell(&company, &parcel, told);
        let withdraw = format!("/v1/shipments/{}/events/{}/withdraw", id(&parcel), id(&wrong));
        company.logistics().post(&withdraw, json!({"reason": "another parcel"})).ok();
        let link = link(app, &parcel);
        let seen = app.anyone.get(&link);
        for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-robots-tag", "noindex, nofollow")] {
            assert_eq!(seen.header(name), Some(value));
        }
        let seen = seen.ok();
        assert_eq!([&seen["status"], &seen["order_number"], &seen["position"]], [&json!("in_transit"), &parcel["order_number"], &json!(1)]);
        assert_eq!(seen["lines"][0]["quantity"], "5");
        let events: Vec<&Value> = seen["events"].as_array().expect("a list").iter().map(|event| &event["status"]).collect();
        assert_eq!(events, ["in_transit", "dispatched"], "the latest first, and nothing that was withdrawn");
        let html = page(app, &link).ok_text();
        assert!(html.contains("Wuhan") && html.contains("Sorted &lt;b&gt;") && html.contains("<html lang=\"zh-CN\">"), "{html}");
        for text in [&html, &seen.to_string()] {
            assert!(["Century", "13800138000", "buyer@acme", "16.00", "another parcel"].iter().all(|private| !text.contains(private)), "{text}");
        }
        company.deliver(&parcel);
        let there = app.anyone.get(&link).ok();
        assert_eq!([&there["status"], &there["signed_by"]], [&json!("delivered"), &json!("Li Wei")]);
        assert!(page(app, &link).ok_text().contains("Li Wei"));
    });
}

#[test]
fn behaviour_8_the_link_is_nowhere_but_in_the_message_and_ends() {
    on_every_store(|app| {
        let company = app.company();
        let parcel = dispatched(&company);
        let link = link(app, &parcel);
        let token = link.trim_start_matches("/t/");
        assert_eq!(token.len(), 43, "256 bits");
        let body = company.sales().get("/v1/messages?status=queued").ok()["data"].to_string();
        let held = company.sales().get("/v1/messages").ok()["data"].to_string();
        assert!(held.contains("shipment_dispatched") && held.contains("{link}") && !(held + &body).contains(token));
        if let Target::Sqlite(path) = &app.app.config.database {
            let kept = std::fs::read(format!("{path}-wal")).expect("the store is at work");
            assert!(!kept.windows(token.len()).any(|part| part == token.as_bytes()));
        }
        for unknown in ["/t/x", &format!("{link}A"), &link.replace("/t/", "/c/")] {
            app.anyone.get(unknown).refused(404, "not_found");
        }
        assert_eq!(app.anyone.get("/t/x").body["instance"], "/t/…", "no answer holds a token");
        assert_eq!(page(app, "/t/x").is(404).header("content-type"), Some("text/html; charset=utf-8"));
        company.order_admin().patch("/v1/settings", "*", json!({"trace_link_days": 30})).ok();
        app.advance(TimeDelta::days(30) - TimeDelta::minutes(1));
        app.anyone.get(&link).ok();
        app.advance(TimeDelta::minutes(2));
        app.anyone.get(&link).refused(410, "link_expired");
        assert!(!page(app, &link).is(410).text.contains("PAPER"), "whoever finds an old link learns nothing");
    });
}

#[test]
fn decisions_37_a_dispatch_that_was_taken_back_shows_nothing_until_it_leaves_again() {
    on_every_store(|app| {
        let company = app.company();
        let parcel = dispatched(&company);
        let link = link(app, &parcel);
        let path = format!("/v1/shipments/{}", id(&parcel));
        company.logistics().post(&format!("{path}/recall"), json!({"reason": "still in the yard"})).ok();
        app.anyone.get(&link).refused(404, "not_found");
        company.logistics().post(&format!("{path}/dispatch"), json!({})).ok();
        assert_eq!(app.anyone.get(&link).ok()["status"], "dispatched");
    });
}

#[test]
fn nobody_can_try_links_for_long() {
    on_every_store_with(&[("DOCKET_LOGIN_LIMIT", "20")], |app| {
        let tries: Vec<u16> = (0..21).map(|_| app.anyone.get("/t/x").status).collect();
        assert_eq!(tries.iter().filter(|status| **status == 404).count(), 20);
        app.anyone.get("/t/x").refused(429, "rate_limited");
    });
}
