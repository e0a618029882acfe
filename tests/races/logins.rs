//! Log-ins, tokens and people at once (BEHAVIOUR 5): tries are counted one by one, a token is good
//! once, and one administrator remains.

use super::everywhere;
use super::race::{About, MANY, Race, Try};
use crate::support::{PASSWORD, TestApp, id, order_of};
use serde_json::json;

everywhere! {
    a_refresh_token_used_many_times_at_once_is_good_once_and_ends_the_log_in,
    failed_log_ins_at_once_are_counted_one_by_one,
    two_administrators_who_disable_each_other_at_once_leave_one,
    who_is_disabled_while_they_write_has_written_or_not_and_writes_no_more,
}

fn a_refresh_token_used_many_times_at_once_is_good_once_and_ends_the_log_in(app: &TestApp) {
    let person = app.company().sales();
    let body = json!({"refresh_token": person.refresh_token});
    let tries = (0..MANY).map(|_| Try::post(&app.anyone, "/v1/auth/refresh", body.clone())).collect();
    let told = &[(401, "token_revoked")];
    let calls = Race::one_wins("refresh_tokens", About::Nothing, tries, told).events("session.revoked", 1).run(app);
    let tokens = &calls.iter().find(|call| call.succeeded()).expect("one has won").answer.body;
    let text = |name: &str| tokens[name].as_str().expect("a token is text").to_owned();
    for access in [person.clone().get("/v1/me"), app.anyone.with_bearer(&text("access_token")).get("/v1/me")] {
        access.refused(401, "token_revoked");
    }
    app.anyone.post("/v1/auth/refresh", json!({"refresh_token": text("refresh_token")})).refused(401, "token_revoked");
}

fn failed_log_ins_at_once_are_counted_one_by_one(app: &TestApp) {
    let person = app.company().sales();
    let wrong = json!({"username": person.username, "password": "not the right one"});
    let tries = (0..MANY).map(|_| Try::post(&app.anyone, "/v1/auth/login", wrong.clone())).collect();
    let race = Race::one_wins("login_failures", About::Nothing, tries, &[(401, "invalid_credentials")]);
    Race { winners: 0..=0, ..race }.rows("login_failures WHERE failures = 4", 1).run(app);
    app.anyone.post("/v1/auth/login", wrong.clone()).refused(401, "invalid_credentials");
    app.anyone.post("/v1/auth/login", wrong).refused(429, "rate_limited");
    let right = json!({"username": person.username, "password": PASSWORD});
    app.anyone.post("/v1/auth/login", right).refused(429, "rate_limited");
}

fn two_administrators_who_disable_each_other_at_once_leave_one(app: &TestApp) {
    let (one, other) = (app.admin(), app.person("admin2", &["admin"], "operations"));
    let (of_one, of_other) = (format!("/v1/users/{}", one.id), format!("/v1/users/{}", other.id));
    let gone = || json!({"active": false});
    let tries =
        vec![Try::patch(&one, &of_other, &one.get(&of_other).etag(), gone()), Try::patch(&other, &of_one, &other.get(&of_one).etag(), gone())];
    // who comes while the other is at it may try again; who comes after it is nobody any more
    let told = &[(503, "unavailable"), (422, "rule_violated"), (401, "token_revoked")];
    let race = Race { together: 1, ..Race::one_wins("users", About::Nothing, tries, told) };
    let admins = if app.is_embedded() { "roles LIKE '%\"admin\"%'" } else { "roles ? 'admin'" };
    race.rows(&format!("users WHERE active AND {admins}"), 1).run(app);
}

fn who_is_disabled_while_they_write_has_written_or_not_and_writes_no_more(app: &TestApp) {
    let (sales, admin) = (app.company().sales(), app.admin());
    let order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
    let path = format!("/v1/users/{}", sales.id);
    let etag = admin.get(&path).etag();
    let enter = || Try::post(&sales, "/v1/orders", order.clone());
    let tries = vec![enter(), enter(), enter(), Try::patch(&admin, &path, &etag, json!({"active": false}))];
    let race = Race { winners: 1..=4, ..Race::one_wins("orders", About::Nothing, tries, &[(401, "token_revoked")]) };
    let calls = race.events("user.updated", 1).run(app);
    let entered: Vec<&str> = calls[..3].iter().filter(|call| call.succeeded()).map(|call| id(&call.answer.body)).collect();
    assert_eq!(app.count("orders"), i64::try_from(entered.len()).expect("a few"));
    assert!(calls[3].succeeded(), "{}", calls[3].answer.text);
    sales.post("/v1/orders", order).refused(401, "token_revoked");
}
