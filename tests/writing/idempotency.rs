//! `Idempotency-Key`: a request that is repeated does nothing twice (BEHAVIOUR 3, DECISIONS 8, 10).

use crate::support::{Answer, id, on_every_store, order_of};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn desk() -> Value {
    order_of(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]))
}

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotency-replayed") == Some("true")
}

#[test]
fn fifty_equal_requests_at_once_make_one_order() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let answers: Vec<Answer> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..50).map(|_| scope.spawn(|| sales.post_with("/v1/orders", &[("idempotency-key", "once")], desk()))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a request ends")).collect()
        });
        let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.iter().filter(|answer| !replayed(answer)).count(), 1, "one is the first, every other a replay");
        assert!(made.iter().all(|answer| answer.text == made[0].text), "the same answer to the byte");
        for other in answers.iter().filter(|answer| answer.status != 201) {
            other.clone().refused(409, "idempotency_in_flight");
            assert!(other.header("retry-after").is_some());
        }
        assert_eq!(app.count("orders"), 1);
        assert_eq!(app.count("events WHERE name = 'order.created'"), 1);
        let next = sales.post("/v1/orders", desk()).created();
        assert!(next["number"].as_str().is_some_and(|number| number.ends_with("-002")), "one number was used: {}", next["number"]);
    });
}

#[test]
fn a_repeated_request_gets_the_same_answer_with_its_headers() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let ask = || sales.post_with("/v1/orders", &[("idempotency-key", "k-1")], desk()).is(201);
        let (first, again) = (ask(), ask());
        assert!(!replayed(&first) && replayed(&again));
        assert_eq!(first.text, again.text);
        for header in ["etag", "location"] {
            assert!(first.header(header).is_some() && first.header(header) == again.header(header), "{header}");
        }
    });
}

#[test]
fn the_order_of_keys_in_the_body_does_not_matter_but_any_value_does() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let key = [("idempotency-key", "k-1"), ("content-type", "application/json")];
        let send = |body: &str| sales.send("POST", "/v1/customers", &key, Some(body.as_bytes().to_vec()));
        send(r#"{"name": "Acme", "code": "A"}"#).is(201);
        assert!(replayed(&send(r#"{"code":"A","name":"Acme"}"#).is(201)));
        send(r#"{"name": "Acme", "code": "B"}"#).refused(422, "idempotency_key_reused");
        sales.post_with("/v1/orders", &[("idempotency-key", "k-1")], desk()).refused(422, "idempotency_key_reused");
        assert_eq!(app.count("customers"), 1);
    });
}

#[test]
fn keys_of_two_callers_do_not_meet() {
    on_every_store(|app| {
        let company = app.company();
        let key = [("idempotency-key", "k-1")];
        let first = company.sales().post_with("/v1/orders", &key, desk()).created();
        let second = company.second_sales().post_with("/v1/orders", &key, desk()).created();
        assert_ne!(id(&first), id(&second));
    });
}

#[test]
fn a_key_that_cannot_be_one_is_refused() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let long = "k".repeat(256);
        for key in ["two words", "", long.as_str()] {
            sales.post_with("/v1/orders", &[("idempotency-key", key)], desk()).refused(400, "idempotency_key_invalid");
        }
        sales.post_with("/v1/orders", &[("idempotency-key", &long[1..])], desk()).is(201);
        assert_eq!(app.count("orders"), 1);
    });
}

#[test]
fn what_failed_is_not_kept_and_may_be_tried_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let (verifier, path, key) = (company.second_sales(), company.path(&order, "/verify"), [("idempotency-key", "k-1")]);
        let (admin, order_path) = (company.order_admin(), company.path(&order, ""));
        admin.post(&format!("{order_path}/hold"), json!({"reason": "wait"})).ok();
        verifier.post_with(&path, &key, json!({})).refused(409, "order_blocked");
        assert_eq!(app.count("idempotency_keys WHERE operation = 'verify_order'"), 0);
        admin.post(&format!("{order_path}/unhold"), json!({})).ok();
        assert!(!replayed(&verifier.post_with(&path, &key, json!({})).is(200)));
        assert!(replayed(&verifier.post_with(&path, &key, json!({})).is(200)), "and not verified twice");
    });
}

#[test]
fn a_replay_asks_for_the_right_afresh() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let ask = || sales.post_with("/v1/orders", &[("idempotency-key", "k-1")], desk());
        ask().is(201);
        let admin = app.admin();
        let path = format!("/v1/users/{}", sales.id);
        admin.patch(&path, &admin.get(&path).etag(), json!({"roles": ["viewer"]})).ok();
        ask().refused(403, "forbidden");
        admin.patch(&path, &admin.get(&path).etag(), json!({"roles": ["sales_specialist"]})).ok();
        assert!(replayed(&ask().is(201)));
    });
}

#[test]
fn a_step_that_was_taken_is_answered_again_even_when_the_order_has_gone_on() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let (verifier, path) = (company.second_sales(), company.path(&order, "/verify"));
        let ask = || verifier.post_with(&path, &[("idempotency-key", "k-1")], json!({}));
        ask().is(200);
        company.sales().post(&company.path(&order, "/cancel"), json!({"reason": "gone"})).ok();
        let again = ask().is(200);
        assert!(replayed(&again));
        assert_eq!(again.body["stage"], "awaiting_approval");
    });
}

#[test]
fn answers_that_hold_a_secret_are_never_kept() {
    // DECISIONS 10
    on_every_store(|app| {
        let admin = app.admin();
        let make = || admin.post_with("/v1/api-keys", &[("idempotency-key", "k-1")], json!({"name": "shop", "scopes": ["orders:read"]})).is(201);
        let (first, second) = (make(), make());
        assert!(!replayed(&second));
        assert_ne!(first.body["key"], second.body["key"]);
        let log_in = json!({"username": "admin", "password": crate::support::PASSWORD});
        app.anyone.post_with("/v1/auth/login", &[("idempotency-key", "k-2")], log_in).is(200);
        assert_eq!(app.count("idempotency_keys"), 0);
    });
}

#[test]
fn a_file_is_attached_once_however_often_it_is_sent() {
    // DECISIONS 10: multipart, by the parts' digests
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let path = format!("/v1/tasks/{}/evidence", id(&company.task(&order, "warehouse")));
        let upload = |content: &[u8]| company.warehouse().upload_with(&path, &[("idempotency-key", "k-1")], "goods_issue_note", "note.pdf", content);
        let first = upload(&crate::support::note_pdf()).is(201);
        let again = upload(&crate::support::note_pdf()).is(201);
        assert!(replayed(&again));
        assert_eq!(first.text, again.text);
        upload(b"%PDF-1.7\nanother\n%%EOF\n").refused(422, "idempotency_key_reused");
        assert_eq!(app.count("files"), 1);
    });
}

#[test]
fn time_alone_does_not_make_a_kept_key_do_its_work_again() {
    on_every_store(|app| {
        let ask = || app.company().sales().post_with("/v1/orders", &[("idempotency-key", "k-1")], desk()).is(201);
        let first = ask();
        app.advance(TimeDelta::days(6));
        let again = ask();
        assert!(replayed(&again));
        assert_eq!(first.text, again.text);
    });
}

#[test]
fn behaviour_3_an_answer_is_kept_for_seven_days_and_then_forgotten() {
    on_every_store(|app| {
        let said = json!({"name": "Acme"});
        let enter = || app.company().sales().post_with("/v1/customers", &[("idempotency-key", "week-1")], said.clone()).is(201);
        let first = enter().body;
        app.advance(TimeDelta::days(7) - TimeDelta::minutes(5));
        app.let_the_clock_look();
        assert_eq!(enter().body, first);
        app.advance(TimeDelta::minutes(10));
        app.let_the_clock_look();
        assert_eq!(app.count("idempotency_keys"), 0);
        assert_ne!(enter().body["id"], first["id"]);
    });
}
