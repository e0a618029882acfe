//! How people show who they are: log-in, refresh, log-out, and what ends them (BEHAVIOUR 5).

use crate::support::{Answer, Client, PASSWORD, Person, TestApp, id, on_every_store};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn log_in(app: &TestApp, username: &str, password: &str) -> Answer {
    app.anyone.post("/v1/auth/login", json!({"username": username, "password": password}))
}

fn refresh(app: &TestApp, token: &Value) -> Answer {
    app.anyone.post("/v1/auth/refresh", json!({"refresh_token": token}))
}

fn bearer(app: &TestApp, tokens: &Value) -> Client {
    app.anyone.with_bearer(tokens["access_token"].as_str().expect("an access token"))
}

/// Changes a person, as the administrator does.
pub fn amend(app: &TestApp, person: &Person, change: Value) {
    let (admin, path) = (app.admin(), format!("/v1/users/{}", person.id));
    admin.patch(&path, &admin.get(&path).etag(), change).ok();
}

#[test]
fn a_name_is_known_in_any_case() {
    on_every_store(|app| {
        log_in(app, "ADMIN", PASSWORD).ok();
    });
}

#[test]
fn failures_slow_down_and_never_end_a_live_log_in() {
    on_every_store(|app| {
        let live = app.company().sales();
        for name in [live.username.as_str(), "nobody.at.all"] {
            for _ in 0..5 {
                log_in(app, name, "not the password").refused(401, "invalid_credentials");
            }
            // each further failure doubles the wait; at the end it is long enough to be seen
            for _ in 0..6 {
                app.advance(TimeDelta::seconds(65));
                log_in(app, name, "not the password").refused(401, "invalid_credentials");
            }
            let told = log_in(app, name, PASSWORD);
            let wait: i64 = told.header("retry-after").and_then(|seconds| seconds.parse().ok()).expect("it says how long");
            assert!((1..=64).contains(&wait), "{wait}");
            told.refused(429, "rate_limited");
            app.advance(TimeDelta::seconds(65));
        }
        app.log_in(&live.username);
    });
}

#[test]
fn failures_of_one_name_leave_live_sessions_and_other_names_alone() {
    on_every_store(|app| {
        let (live, other) = (app.company().sales(), app.company().viewer());
        for _ in 0..5 {
            log_in(app, &live.username, "not the password").refused(401, "invalid_credentials");
        }
        live.get("/v1/me").ok();
        log_in(app, &other.username, PASSWORD).ok();
    });
}

#[test]
fn an_access_token_ends_after_ten_minutes_and_a_refresh_token_goes_on() {
    on_every_store(|app| {
        let tokens = log_in(app, "admin", PASSWORD).ok();
        app.advance(TimeDelta::seconds(590));
        bearer(app, &tokens).get("/v1/me").ok();
        app.advance(TimeDelta::seconds(30));
        bearer(app, &tokens).get("/v1/me").refused(401, "token_expired");
        let next = refresh(app, &tokens["refresh_token"]).ok();
        bearer(app, &next).get("/v1/me").ok();
    });
}

#[test]
fn a_refresh_token_is_good_once_and_its_reuse_ends_the_whole_family() {
    on_every_store(|app| {
        let first = log_in(app, "admin", PASSWORD).ok();
        let elsewhere = log_in(app, "admin", PASSWORD).ok();
        let second = refresh(app, &first["refresh_token"]).ok();
        assert_ne!(first["refresh_token"], second["refresh_token"]);
        bearer(app, &second).get("/v1/me").ok();
        refresh(app, &first["refresh_token"]).refused(401, "token_revoked");
        refresh(app, &second["refresh_token"]).refused(401, "token_revoked");
        bearer(app, &second).get("/v1/me").refused(401, "token_revoked");
        bearer(app, &elsewhere).get("/v1/me").ok();
        refresh(app, &json!("dr_never-given")).refused(401, "unauthenticated");
    });
}

#[test]
fn a_log_in_ends_after_thirty_days() {
    on_every_store(|app| {
        let tokens = log_in(app, "admin", PASSWORD).ok();
        app.advance(TimeDelta::days(31));
        refresh(app, &tokens["refresh_token"]).refused(401, "token_expired");
    });
}

#[test]
fn who_logs_out_is_out_at_once() {
    on_every_store(|app| {
        let tokens = log_in(app, "admin", PASSWORD).ok();
        let here = bearer(app, &tokens);
        here.post("/v1/auth/logout", json!({})).is(204);
        here.get("/v1/me").refused(401, "token_revoked");
        refresh(app, &tokens["refresh_token"]).refused(401, "token_revoked");
    });
}

#[test]
fn who_is_disabled_is_out_at_the_next_request_and_cannot_come_back() {
    on_every_store(|app| {
        let sales = app.company().sales();
        sales.get("/v1/orders").ok();
        amend(app, &sales, json!({"active": false}));
        sales.get("/v1/orders").refused(401, "token_revoked");
        refresh(app, &json!(sales.refresh_token)).refused(401, "token_revoked");
        log_in(app, &sales.username, PASSWORD).refused(401, "invalid_credentials");
    });
}

#[test]
fn a_changed_role_counts_from_the_next_request() {
    on_every_store(|app| {
        let viewer = app.company().viewer();
        let customer = json!({"name": "Acme"});
        viewer.post("/v1/customers", customer.clone()).refused(403, "forbidden");
        amend(app, &viewer, json!({"roles": ["viewer", "sales_manager"]}));
        viewer.post("/v1/customers", customer.clone()).is(201);
        amend(app, &viewer, json!({"roles": ["viewer"]}));
        viewer.post("/v1/customers", customer).refused(403, "forbidden");
    });
}

#[test]
fn a_new_password_ends_every_log_in_made_with_the_old_one() {
    on_every_store(|app| {
        let sales = app.company().sales();
        amend(app, &sales, json!({"password": "battery staple correct"}));
        sales.get("/v1/me").refused(401, "token_revoked");
        log_in(app, &sales.username, PASSWORD).refused(401, "invalid_credentials");
        log_in(app, &sales.username, "battery staple correct").ok();
    });
}

#[test]
fn an_administrator_always_remains() {
    on_every_store(|app| {
        let admin = app.admin();
        let path = format!("/v1/users/{}", admin.id);
        let etag = || admin.get(&path).etag();
        admin.patch(&path, &etag(), json!({"active": false})).refused(422, "rule_violated");
        admin.patch(&path, &etag(), json!({"roles": ["viewer"]})).refused(422, "rule_violated");
        app.person("second", &["admin"], "operations");
        admin.patch(&path, &etag(), json!({"roles": ["viewer"]})).ok();
    });
}

#[test]
fn users_are_made_once_with_a_good_password_which_nobody_sees_again() {
    on_every_store(|app| {
        let admin = app.admin();
        let body = json!({"username": "li.wei", "password": PASSWORD, "display_name": "Li Wei", "roles": ["warehouse"], "department": "warehouse"});
        let user = admin.post("/v1/users", body.clone()).is(201);
        assert!(!user.text.contains("battery") && !user.text.contains("argon2"));
        admin.post("/v1/users", body.clone()).refused(409, "duplicate_reference");
        for password in ["short", "password123", "li.wei.2"] {
            let mut weak = body.clone();
            (weak["username"], weak["password"]) = (json!("li.wei.2"), json!(password));
            admin.post("/v1/users", weak).refused(400, "validation_failed");
        }
        assert_eq!(admin.get(&format!("/v1/users/{}", id(&user.body))).ok()["roles"], json!(["warehouse"]));
    });
}
