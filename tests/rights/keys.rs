//! Keys of machines: scoped, expiring, revocable (BEHAVIOUR 5, DOMAIN 9.1).

use crate::support::{id, on_every_store, order_of};
use chrono::TimeDelta;
use serde_json::json;

fn desk() -> serde_json::Value {
    order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]))
}

#[test]
fn a_key_does_what_its_scopes_say_writing_implies_reading() {
    on_every_store(|app| {
        let writer = app.machine("shop", &["orders:write"]);
        let order = writer.post("/v1/orders", desk()).created();
        writer.get("/v1/orders").ok();
        writer.get(&format!("/v1/orders/{}/history", id(&order))).ok();
        let refused = writer.get("/v1/customers").refused(403, "insufficient_scope");
        assert_eq!(refused["scope"], "customers:read");
        let reader = app.machine("board", &["orders:read"]);
        reader.get(&format!("/v1/orders/{}", id(&order))).ok();
        let refused = reader.post("/v1/orders", desk()).refused(403, "insufficient_scope");
        assert_eq!(refused["scope"], "orders:write");
    });
}

#[test]
fn a_key_never_does_what_only_a_person_may() {
    on_every_store(|app| {
        let key = app.machine("all", docket::domain::permission::SCOPES);
        let order = key.post("/v1/orders", desk()).created();
        key.post(&format!("/v1/orders/{}/verify", id(&order)), json!({})).refused(403, "forbidden");
        key.get("/v1/users").refused(403, "forbidden");
        let refused = key.get("/v1/me").refused(403, "forbidden");
        assert_eq!(refused["detail"], "No API key may do this, whatever its scopes; a person has to.");
        key.post("/v1/api-keys", json!({"name": "more", "scopes": ["orders:write"]})).refused(403, "forbidden");
    });
}

#[test]
fn a_revoked_key_is_no_good_from_the_next_request() {
    on_every_store(|app| {
        let admin = app.admin();
        let made = admin.post("/v1/api-keys", json!({"name": "shop", "scopes": ["orders:read"]})).is(201);
        let key = app.anyone.with_bearer(made.body["key"].as_str().expect("a key"));
        key.get("/v1/orders").ok();
        let path = format!("/v1/api-keys/{}", id(&made.body));
        admin.send("DELETE", &path, &[], None).refused(428, "precondition_required");
        admin.send("DELETE", &path, &[("if-match", &made.etag())], None).is(204);
        key.get("/v1/orders").refused(401, "token_revoked");
    });
}

#[test]
fn a_key_expires() {
    on_every_store(|app| {
        let ends = app.app.clock.now().plus(TimeDelta::hours(1)).text();
        let made = app.admin().post("/v1/api-keys", json!({"name": "shop", "scopes": ["orders:read"], "expires_at": ends})).created();
        let key = app.anyone.with_bearer(made["key"].as_str().expect("a key"));
        key.get("/v1/orders").ok();
        app.advance(TimeDelta::hours(2));
        key.get("/v1/orders").refused(401, "token_expired");
    });
}

#[test]
fn a_key_has_known_scopes_and_an_end_that_is_still_to_come() {
    on_every_store(|app| {
        let admin = app.admin();
        let past = app.app.clock.now().plus(-TimeDelta::hours(1)).text();
        for body in [
            json!({"name": "shop", "scopes": []}),
            json!({"name": "shop", "scopes": ["users:write"]}),
            json!({"name": "shop", "scopes": ["orders:read", "orders:read"]}),
            json!({"name": "shop", "scopes": ["orders:read"], "expires_at": past}),
        ] {
            admin.post("/v1/api-keys", body).refused(400, "validation_failed");
        }
    });
}

#[test]
fn the_store_holds_no_key_and_no_token_as_they_are() {
    on_every_store(|app| {
        let admin = app.admin();
        let made = admin.post("/v1/api-keys", json!({"name": "shop", "scopes": ["orders:read"]})).created();
        let key = made["key"].as_str().expect("a key");
        app.anyone.with_bearer(key).get("/v1/orders").ok();
        assert_eq!(app.count(&format!("api_keys WHERE name LIKE '%{key}%'")), 0);
        assert_eq!(app.count("api_keys WHERE length(key_hash) = 32"), 1);
        assert!(!json!(app.feed()).to_string().contains(key));
    });
}

#[test]
fn a_key_cancels_no_order_that_is_being_executed() {
    // DECISIONS 27
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let shop = app.machine("shop", &["orders:write"]);
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        shop.post(&company.path(&order, "/cancel"), json!({"reason": "clicked"})).refused(403, "forbidden");
        assert_eq!(company.order(&order)["status"], "executing");
        let early = shop.post("/v1/orders", desk()).created();
        assert_eq!(shop.post(&company.path(&early, "/cancel"), json!({"reason": "clicked"})).ok()["status"], "cancelled");
    });
}
