//! Which refusal comes first (DECISIONS 29): route (404, 405), 413 and 415, 401, 403, 400, 404 of
//! the object, 428, 412, then 409 and 422.

use crate::support::on_every_store;
use serde_json::json;

const NOBODYS: &str = "/v1/orders/ord_00000000000000000000000000000000";

#[test]
fn the_route_comes_before_everything() {
    on_every_store(|app| {
        app.anyone.send("POST", "/v1/nothing", &[("content-type", "text/plain")], Some(b"x".to_vec())).refused(404, "not_found");
        app.anyone.send("PUT", "/v1/orders", &[("content-type", "text/plain")], Some(b"x".to_vec())).refused(405, "method_not_allowed");
    });
}

#[test]
fn the_kind_and_size_of_the_body_come_before_who_asks() {
    on_every_store(|app| {
        app.anyone.send("POST", "/v1/orders", &[("content-type", "text/plain")], Some(b"x".to_vec())).refused(415, "unsupported_media_type");
        let huge = vec![b' '; 1024 * 1024 + 1];
        app.anyone.send("POST", "/v1/orders", &[("content-type", "application/json")], Some(huge)).refused(413, "body_too_large");
    });
}

#[test]
fn who_asks_comes_before_what_they_may_and_both_before_what_they_say() {
    on_every_store(|app| {
        let viewer = app.company().viewer();
        let nonsense = || Some(b"{".to_vec());
        let json_header = [("content-type", "application/json"), ("idempotency-key", "two words")];
        app.anyone.send("POST", "/v1/orders?x=1", &json_header, nonsense()).refused(401, "unauthenticated");
        viewer.send("POST", "/v1/orders?x=1", &json_header, nonsense()).refused(403, "forbidden");
        viewer.send("POST", &format!("{NOBODYS}/verify"), &json_header, nonsense()).refused(403, "forbidden");
        app.anyone.get("/v1/orders?limit=0").refused(401, "unauthenticated");
        app.company().sales().get("/v1/users?limit=0").refused(403, "forbidden");
    });
}

#[test]
fn what_is_said_comes_before_the_object_and_the_object_before_its_version() {
    on_every_store(|app| {
        let sales = app.company().sales();
        sales.post(&format!("{NOBODYS}/cancel"), json!({"why": "x"})).refused(400, "unknown_field");
        sales.send("PATCH", NOBODYS, &[("content-type", "application/json")], Some(b"{".to_vec())).refused(400, "malformed_json");
        sales.send_json("PATCH", NOBODYS, &[], &json!({"rush": true})).refused(404, "not_found");
        sales.patch(NOBODYS, "\"v9-en\"", json!({"rush": true})).refused(404, "not_found");
        sales.patch("/v1/orders/not-an-order", "\"v9-en\"", json!({"rush": true})).refused(404, "not_found");
    });
}

#[test]
fn the_version_comes_before_the_state() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let (sales, path) = (company.sales(), company.path(&order, ""));
        sales.post(&format!("{path}/cancel"), json!({"reason": "gone"})).ok();
        sales.send_json("PATCH", &path, &[], &json!({"rush": true})).refused(428, "precondition_required");
        sales.patch(&path, "\"v1-en\"", json!({"rush": true})).refused(412, "version_mismatch");
        sales.patch(&path, &sales.get(&path).etag(), json!({"rush": true})).refused(409, "invalid_transition");
        sales.post_with(&format!("{path}/cancel"), &[("if-match", "\"v1-en\"")], json!({"reason": "x"})).refused(412, "version_mismatch");
    });
}

#[test]
fn a_key_used_for_another_request_is_told_before_that_request_is_looked_at() {
    on_every_store(|app| {
        let sales = app.company().sales();
        sales.post_with("/v1/customers", &[("idempotency-key", "k")], json!({"name": "Acme"})).is(201);
        sales.post_with(&format!("{NOBODYS}/cancel"), &[("idempotency-key", "k")], json!({"reason": "x"})).refused(422, "idempotency_key_reused");
    });
}
