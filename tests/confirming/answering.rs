//! What the holder of a link can do with it, and what nobody can.

use super::{asked, link, waiting};
use crate::support::{Answer, TestApp, id, on_every_store, on_every_store_with};
use serde_json::{Value, json};

const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml,*/*;q=0.8");

fn page(app: &TestApp, link: &str) -> Answer {
    app.anyone.get_with(link, &[BROWSER])
}

fn submit(app: &TestApp, link: &str, form: &str) -> Answer {
    app.anyone.send("POST", link, &[BROWSER, ("content-type", "application/x-www-form-urlencoded")], Some(form.as_bytes().to_vec()))
}

#[test]
fn behaviour_8_fetching_changes_nothing_and_answering_does() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let (link, version) = (link(app, &order), company.order(&order)["version"].clone());
        for _ in 0..3 {
            let shown = app.anyone.get(&link);
            for (name, value) in [("cache-control", "no-store"), ("referrer-policy", "no-referrer"), ("x-robots-tag", "noindex, nofollow")] {
                assert_eq!(shown.header(name), Some(value));
            }
            let shown = shown.ok();
            assert_eq!(
                [&shown["standing"], &shown["order"]["total"], &shown["order"]["order_number"]],
                [&json!("open"), &json!("800.00"), &order["number"]]
            );
            page(app, &link).is(200);
        }
        assert_eq!(company.order(&order)["version"], version);
        let said = app.anyone.post(&link, json!({"answer": "confirm"})).ok();
        assert_eq!([&said["standing"], &said["answer"]], ["answered", "confirm"]);
        let order = company.order(&order);
        assert_eq!(order["status"], "executing");
        let history = company.sales().get(&company.path(&order, "/history")).ok()["data"].clone();
        let answered =
            history.as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "confirmation.answered")).expect("it is in the history");
        assert_eq!([&answered["actor"]["kind"], &answered["data"]["answer"]], ["customer", "confirm"]);
    });
}

#[test]
fn behaviour_8_the_same_answer_again_is_fine_another_is_refused() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let link = link(app, &order);
        app.anyone.post(&link, json!({"answer": "confirm"})).ok();
        let events = app.count("events");
        app.anyone.post(&link, json!({"answer": "confirm"})).ok();
        app.anyone.post(&link, json!({"answer": "change", "comment": "two more"})).refused(409, "link_already_used");
        assert_eq!(app.count("events"), events, "nothing happened");
        assert_eq!(app.anyone.get(&link).ok()["standing"], "answered");
    });
}

#[test]
fn rule_2_5_a_change_sends_the_order_back_with_the_customers_words() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let link = link(app, &order);
        app.anyone.post(&link, json!({"answer": "change"})).refused(400, "validation_failed");
        app.anyone.post(&link, json!({"answer": "change", "comment": " \u{200b}"})).refused(400, "validation_failed");
        app.anyone.post(&link, json!({"answer": "change", "comment": "<b>60 sets</b>, please"})).ok();
        let changed = company.order(&order);
        assert_eq!([&changed["stage"], &changed["correction"]], ["awaiting_correction", "<b>60 sets</b>, please"]);
        assert_eq!([&asked(&company, &order)[0]["answer"], &asked(&company, &order)[0]["comment"]], ["change", "<b>60 sets</b>, please"]);
        let shown = page(app, &link).is(200).text;
        assert!(shown.contains("&lt;b&gt;60 sets") && !shown.contains("<b>60"), "{shown}");
        app.anyone.post(&link, json!({"answer": "confirm"})).refused(409, "link_already_used");
    });
}

#[test]
fn behaviour_8_an_unknown_token_is_nothing_and_an_old_one_is_gone() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let link = link(app, &order);
        for unknown in ["/c/x", "/c/%F0%9F%98%80", &format!("{link}A"), &link[..link.len() - 1]] {
            app.anyone.get(unknown).refused(404, "not_found");
            app.anyone.post(unknown, json!({"answer": "confirm"})).refused(404, "not_found");
            assert_eq!(page(app, unknown).is(404).header("content-type"), Some("text/html; charset=utf-8"));
        }
        app.advance(chrono::TimeDelta::days(7));
        let gone = app.anyone.get(&link);
        assert_eq!((gone.header("cache-control"), &gone.body["instance"]), (Some("no-store"), &json!("/c/…")), "no answer holds a token");
        gone.refused(410, "link_expired");
        let problem = app.anyone.post(&link, json!({"answer": "confirm"})).refused(410, "link_expired");
        assert_eq!(problem["standing"], "expired");
        assert!(!page(app, &link).is(410).text.contains("Century Avenue"), "whoever finds an old link learns nothing");
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
    });
}

#[test]
fn what_became_of_the_order_otherwise_is_said_and_nothing_can_be_answered() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let first = link(app, &order);
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        assert_eq!(app.anyone.get(&first).ok()["standing"], "confirmed");
        app.anyone.post(&first, json!({"answer": "change", "comment": "no"})).refused(409, "link_already_used");
        let other = company.approved(json!([{"sku": "PAPER", "quantity": "1"}]));
        let second = link(app, &other);
        company.sales().post(&company.path(&other, "/cancel"), json!({"reason": "by phone"})).ok();
        let problem = app.anyone.post(&second, json!({"answer": "confirm"})).refused(410, "link_expired");
        assert_eq!(problem["standing"], "cancelled");
    });
}

#[test]
fn decision_18_a_yes_to_a_blocked_order_counts_when_the_block_is_gone() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let exception = company.blocked(&order);
        let said = app.anyone.post(&link(app, &order), json!({"answer": "confirm"}));
        assert!(!said.text.contains(exception["number"].as_str().expect("it has a number")), "the customer hears nothing of our troubles");
        said.ok();
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
        company.order_admin().post(&format!("/v1/exceptions/{}/dismiss", id(&exception)), json!({"reason": "dry"})).ok();
        assert_eq!(company.order(&order)["status"], "executing");
    });
}

#[test]
fn decision_35_a_page_takes_forms_and_needs_no_script() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let link = link(app, &order);
        let shown = page(app, &link).is(200);
        let policy = shown.header("content-security-policy").expect("there is a policy").to_owned();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("form-action 'self'"), "{policy}");
        assert!(!shown.text.contains("<script") && shown.text.contains("name=\"viewport\"") && shown.text.contains("800.00 CNY"), "{}", shown.text);
        assert!(submit(app, &link, "answer=change&comment=+").is(400).text.contains("role=\"alert\""));
        submit(app, &link, "answer=change&answer=confirm&comment=x").is(400);
        submit(app, &link, "answer=change&comment=%ff").is(400);
        submit(app, &link, &format!("answer=change&comment={}", "x".repeat(2001))).is(400);
        submit(app, &link, &format!("answer=change&comment={}", "x".repeat(70_000))).is(413);
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
        assert!(submit(app, &link, "answer=confirm").is(200).text.contains("谢谢") || page(app, &link).text.contains("Thank you"));
        assert_eq!(company.order(&order)["status"], "executing");
        submit(app, &link, "answer=confirm").is(200);
        assert_eq!(submit(app, &link, "answer=change&comment=more").is(409).header("content-type"), Some("text/html; charset=utf-8"));
        app.anyone.send("POST", &link, &[("content-type", "text/plain")], Some(b"confirm".to_vec())).refused(415, "unsupported_media_type");
    });
}

#[test]
fn the_customer_reads_their_own_language() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let (customer, link) = (order["customer"]["id"].as_str().expect("an order has a customer").to_owned(), link(app, &order));
        let tag = company.sales().get(&format!("/v1/customers/{customer}")).ok()["language"].as_str().unwrap_or_default().to_owned();
        let (said, other) = if tag.starts_with("zh") { ("确认订单", "Confirm the order") } else { ("Confirm the order", "确认订单") };
        let shown = page(app, &link).is(200).text;
        assert!(shown.contains(said) && !shown.contains(other), "{tag}: {shown}");
    });
}

#[test]
fn of_two_answers_at_once_one_counts() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let link = link(app, &order);
        let say = |body: Value| {
            let link = link.clone();
            move || app.anyone.post(&link, body).status
        };
        let yes = (0..8).map(|_| Box::new(say(json!({"answer": "confirm"}))) as Box<dyn FnOnce() -> u16 + Send + '_>);
        let no = (0..8).map(|_| Box::new(say(json!({"answer": "change", "comment": "one more"}))) as Box<dyn FnOnce() -> u16 + Send + '_>);
        let statuses: Vec<u16> = std::thread::scope(|scope| {
            let asked: Vec<_> = yes.chain(no).map(|ask| scope.spawn(ask)).collect();
            asked.into_iter().map(|thread| thread.join().expect("nobody panics")).collect()
        });
        assert_eq!(
            (statuses.iter().filter(|status| **status == 200).count(), statuses.iter().filter(|status| **status == 409).count()),
            (8, 8),
            "{statuses:?}"
        );
        assert_eq!(app.count("events WHERE name = 'confirmation.answered'"), 1);
        let stage = company.order(&order)["stage"].clone();
        assert!(stage == "awaiting_correction" || stage == "awaiting_preparation", "{stage}");
    });
}

#[test]
fn decision_33_links_have_a_limit_of_their_own() {
    on_every_store_with(&[("DOCKET_LOGIN_LIMIT", "20")], |app| {
        let tries: Vec<u16> = (0..21).map(|_| app.anyone.get("/c/x").status).collect();
        assert_eq!((tries[19], tries[20]), (404, 429));
        app.anyone.post("/v1/auth/login", json!({"username": "admin", "password": "wrong"})).refused(401, "invalid_credentials");
    });
}
