//! What is another's: orders of another sales person, work of another department, answers under
//! another's key, log-ins (BEHAVIOUR 3, DECISIONS 8, 27).

use super::people::amend;
use crate::support::{Company, Person, id, note_pdf, on_every_store, order_of};
use serde_json::{Value, json};

fn desk() -> Value {
    json!([{"name": "Desk", "quantity": "1", "unit_price": "9.00"}])
}

/// A way to touch an order as its sales person, and the way to an order that can be touched so.
type Touch = (&'static str, fn(&Company) -> Value, fn(&Person, &str) -> crate::support::Answer);

const TOUCHES: &[Touch] = &[
    ("amend", |company| company.entered(desk()), |person, path| person.patch(path, &person.get(path).etag(), json!({"contract_number": "C-1"}))),
    ("cancel", |company| company.entered(desk()), |person, path| person.post(&format!("{path}/cancel"), json!({"reason": "gone"}))),
    ("confirm", |company| company.approved(desk()), |person, path| person.post(&format!("{path}/confirm"), json!({"method": "phone"}))),
    ("send back", |company| company.approved(desk()), |person, path| person.post(&format!("{path}/send-back"), json!({"reason": "another colour"}))),
];

#[test]
fn decision_27_specialists_touch_their_own_orders_managers_and_order_administrators_all() {
    on_every_store(|app| {
        let company = app.company();
        for (name, make, touch) in TOUCHES {
            let order = make(&company);
            let path = company.path(&order, "");
            let before = company.order(&order);
            let answer = touch(&company.second_sales(), &path);
            assert_eq!((answer.status, answer.code()), (403, "forbidden"), "{name} by another specialist: {}", answer.text);
            assert_eq!(company.order(&order), before, "{name} by another specialist changed the order");
            company.second_sales().get(&path).ok(); // seen by all staff, therefore 403 and not 404
            for person in [company.sales(), company.manager(), company.order_admin()] {
                let order = make(&company);
                let answer = touch(&person, &company.path(&order, ""));
                assert_eq!(answer.status, 200, "{name} by {}: {}", person.username, answer.text);
            }
        }
    });
}

/// What is done with a task by those it belongs to and by their lead, each with what it says.
const WORK: &[(&str, &str)] =
    &[("accept", "{}"), ("start", "{}"), ("complete", "{}"), ("assign", r#"{"delay_reason": "not mine"}"#), ("cancel", r#"{"reason": "not mine"}"#)];

#[test]
fn decision_27_departments_do_their_own_tasks_and_nobody_elses() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let custom = json!({"name": "Banner", "kind": "custom", "specification": "2 m, red", "quantity": "1", "unit_price": "80.00"});
        let service = json!({"name": "Installation", "kind": "service", "quantity": "1", "unit_price": "300.00"});
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, custom, service]));
        let workers = [
            ("sales", company.sales()),
            ("warehouse", company.warehouse()),
            ("production", company.production()),
            ("logistics", company.logistics()),
            ("finance", company.finance()),
            ("operations", company.operations()),
        ];
        let tasks = company.tasks(&order);
        for (department, _) in &workers {
            assert!(tasks.iter().any(|task| task["department"] == *department), "no task for {department} to try");
        }
        for task in &tasks {
            let path = format!("/v1/tasks/{}", id(task));
            for (_, stranger) in workers.iter().filter(|(department, _)| task["department"] != *department) {
                for (step, said) in WORK {
                    let said = serde_json::from_str(said).expect("it is JSON");
                    stranger.post(&format!("{path}/{step}"), said).refused(403, "forbidden");
                }
                stranger.upload(&format!("{path}/evidence"), "goods_issue_note", "note.pdf", &note_pdf()).refused(403, "forbidden");
                stranger.get(&path).ok();
            }
        }
        assert_eq!(company.tasks(&order), tasks, "nothing was changed");
        assert_eq!(app.count("files"), 0);
    });
}

#[test]
fn another_callers_key_is_another_key_and_never_shows_the_first_ones_answer() {
    on_every_store(|app| {
        let company = app.company();
        let key = [("idempotency-key", "k-1")];
        let order = order_of(desk());
        let first = company.sales().post_with("/v1/orders", &key, order.clone()).is(201);
        let (own, number) = (id(&first.body).to_owned(), first.body["number"].as_str().expect("an order has a number").to_owned());
        let machine = app.machine("shop", &["orders:write"]);
        for (name, client) in [("another specialist", &*company.second_sales()), ("a manager", &*company.manager()), ("a machine", &machine)] {
            let answer = client.post_with("/v1/orders", &key, order.clone()).is(201);
            assert!(answer.header("idempotency-replayed").is_none() && id(&answer.body) != own, "{name} got {}", answer.text);
        }
        let reader = app.machine("board", &["orders:read"]);
        let refused = [
            company.viewer().post_with("/v1/orders", &key, order.clone()).refused(403, "forbidden"),
            reader.post_with("/v1/orders", &key, order.clone()).refused(403, "insufficient_scope"),
            app.anyone.post_with("/v1/orders", &key, order.clone()).refused(401, "unauthenticated"),
        ];
        assert!(refused.iter().all(|problem| !problem.to_string().contains(&own) && !problem.to_string().contains(&number)));
        let again = company.sales().post_with("/v1/orders", &key, order).is(201);
        assert_eq!((again.text, again.headers.get("idempotency-replayed").is_some()), (first.text, true));
    });
}

#[test]
fn a_kept_answer_is_not_for_who_may_no_longer_ask() {
    // BEHAVIOUR 3: after a fresh check of rights
    on_every_store(|app| {
        let key = [("idempotency-key", "k-1")];
        let enter = |client: &crate::support::Client| client.post_with("/v1/orders", &key, order_of(desk()));
        let [lowered, disabled, left] = ["lowered", "disabled", "left"].map(|name| app.person(name, &["sales_specialist"], "sales"));
        let admin = app.admin();
        let made = admin.post("/v1/api-keys", json!({"name": "shop", "scopes": ["orders:write"]})).is(201);
        let machine = app.anyone.with_bearer(made.body["key"].as_str().expect("a new key is shown"));
        for client in [&*lowered, &*disabled, &*left, &machine] {
            enter(client).is(201);
            assert_eq!(enter(client).is(201).header("idempotency-replayed"), Some("true"));
        }
        amend(app, &lowered, json!({"roles": ["viewer"]}));
        amend(app, &disabled, json!({"active": false}));
        left.post("/v1/auth/logout", json!({})).is(204);
        admin.send("DELETE", &format!("/v1/api-keys/{}", id(&made.body)), &[("if-match", &made.etag())], None).is(204);
        enter(&lowered).refused(403, "forbidden");
        for client in [&*disabled, &*left, &machine] {
            enter(client).refused(401, "token_revoked");
        }
    });
}

#[test]
fn a_log_in_is_ended_by_whoever_has_it_and_ends_no_other() {
    on_every_store(|app| {
        let (mine, elsewhere, other) = (app.log_in("admin"), app.log_in("admin"), app.company().viewer());
        mine.post("/v1/auth/logout", json!({})).is(204);
        mine.get("/v1/me").refused(401, "token_revoked");
        for (client, username) in [(&elsewhere, "admin"), (&other, other.username.as_str())] {
            assert_eq!(client.get("/v1/me").ok()["username"], username);
        }
        // nobody but the administrator looks at users, not even at themselves by their id
        for user in [&other.id, &elsewhere.id] {
            other.get(&format!("/v1/users/{user}")).refused(403, "forbidden");
        }
        other.get(&format!("/v1/me?user_id={}", elsewhere.id)).refused(400, "unknown_parameter");
    });
}

#[test]
fn a_file_is_for_who_may_see_tasks_and_for_nobody_without_a_name() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let evidence = format!("/v1/tasks/{}/evidence", id(&company.task(&order, "warehouse")));
        let path = company
            .warehouse()
            .upload(&evidence, "goods_issue_note", "note.pdf", &note_pdf())
            .is(201)
            .header("location")
            .expect("a file has a place")
            .to_owned();
        app.anyone.get(&path).refused(401, "unauthenticated");
        app.machine("board", &["orders:read"]).get(&path).refused(403, "insufficient_scope");
        for client in [&*company.viewer(), &app.machine("press", &["tasks:read"])] {
            assert_eq!(client.get(&path).is(200).text.as_bytes(), note_pdf());
        }
        let nobodys = format!("/v1/files/fil_{}", "0".repeat(32));
        company.viewer().get(&nobodys).refused(404, "not_found");
    });
}
