//! Whom, when and how often the system asks.

use super::{asked, link, link_of, waiting};
use crate::support::{id, on_every_store, order_of};
use docket::db::Target;
use serde_json::{Value, json};

fn messages(of: &Value, all: &Value) -> Vec<Value> {
    all["data"].as_array().expect("a list has data").iter().filter(|message| message["order_id"] == of["id"]).cloned().collect()
}

#[test]
fn rule_2_5_after_the_last_step_the_customer_is_asked_with_all_that_they_agree_to() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        assert_eq!(order["stage"], "awaiting_confirmation");
        let links = asked(&company, &order);
        assert_eq!((links.len(), &links[0]["standing"], &links[0]["revision"]), (1, &json!("open"), &json!(1)));
        let messages = messages(&order, &company.sales().get("/v1/messages").ok());
        assert_eq!(
            (messages.len(), &messages[0]["kind"], &messages[0]["recipient"]),
            (1, &json!("confirmation_requested"), &json!("buyer@acme.example"))
        );
        let body = messages[0]["body"].as_str().expect("a message says something");
        let due = order["delivery"]["promised_date"].as_str().expect("ten working days were counted")[8..].trim_start_matches('0').to_owned();
        for said in ["Product PAPER", "as in the catalogue", "50 set", "800.00 CNY", "1 Century Avenue", &format!("{due}日"), "{link}"] {
            assert!(body.contains(said), "{said}: {body}");
        }
        let history = company.sales().get(&company.path(&order, "/history")).ok().to_string();
        assert!(history.contains("confirmation.requested"), "{history}");
    });
}

#[test]
fn behaviour_8_the_link_is_nowhere_but_in_the_mail() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let token = link(app, &order).trim_start_matches("/c/").to_owned();
        assert_eq!(token.len(), 43, "256 bits");
        let paths = ["/v1/messages", &company.path(&order, "/confirmations"), &company.path(&order, "/history"), "/v1/events"];
        for path in paths {
            let shown = app.admin().get(path);
            let shown = if shown.status == 200 { shown } else { company.sales().get(path) };
            assert!(!shown.is(200).text.contains(&token), "{path}");
        }
        if let Target::Sqlite(path) = &app.app.config.database {
            for file in [path.clone(), format!("{path}-wal")] {
                let kept = std::fs::read(&file).unwrap_or_default();
                assert!(!kept.windows(token.len()).any(|part| part == token.as_bytes()), "{file}");
            }
        }
        for table in ["links", "messages", "events"].iter().filter(|_| !app.is_embedded()) {
            assert_eq!(app.count(&format!("{table} AS kept WHERE kept::text LIKE '%{token}%'")), 0, "{table}");
        }
    });
}

#[test]
fn an_order_without_an_address_is_confirmed_by_phone() {
    on_every_store(|app| {
        let company = app.company();
        let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        order["customer"]["email"] = Value::Null;
        let order = company.sales().post("/v1/orders", order).created();
        company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
        company.approve_next(&order);
        assert_eq!((company.order(&order)["stage"].as_str(), asked(&company, &order).len()), (Some("awaiting_confirmation"), 0));
        company.sales().post(&company.path(&order, "/request-confirmation"), json!({})).refused(422, "rule_violated");
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
    });
}

#[test]
fn a_new_link_is_sent_on_request_and_the_old_one_says_so() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let old = link(app, &order);
        company.second_sales().post(&company.path(&order, "/request-confirmation"), json!({})).refused(403, "forbidden");
        company.sales().post(&company.path(&order, "/request-confirmation"), json!({})).ok();
        let links = asked(&company, &order);
        assert_eq!([&links[0]["standing"], &links[1]["standing"]], ["open", "amended"]);
        let problem = app.anyone.post(&old, json!({"answer": "confirm"})).refused(410, "link_expired");
        assert_eq!(problem["standing"], "amended");
        app.anyone.post(&link(app, &order), json!({"answer": "confirm"})).ok();
        company.sales().post(&company.path(&order, "/request-confirmation"), json!({})).refused(409, "invalid_transition");
        assert_eq!(app.count("messages WHERE kind = 'confirmation_requested'"), 2);
    });
}

#[test]
fn decision_17_only_what_the_customer_sees_asks_them_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let first = link(app, &order);
        let amend = |mut patch: Value| {
            patch["reason"] = json!("as agreed");
            company.sales().patch(&company.path(&order, ""), "*", patch).ok()
        };
        amend(json!({"rush": true}));
        app.anyone.post(&first, json!({"answer": "confirm"})).refused(410, "link_expired");
        while !company.pending_steps(&order).is_empty() {
            company.approve_next(&order);
        }
        assert_eq!(asked(&company, &order).len(), 1, "the customer sees what they saw before");
        assert_eq!(asked(&company, &order)[0]["revision"], 2);
        amend(json!({"lines": [{"sku": "PAPER", "quantity": "51", "unit_price": "16.00"}]}));
        while !company.pending_steps(&order).is_empty() {
            company.approve_next(&order);
        }
        let links = asked(&company, &order);
        assert_eq!((links.len(), &links[0]["revision"]), (2, &json!(3)));
        assert_ne!(link_of(app, &links[0]), first);
        app.anyone.post(&first, json!({"answer": "confirm"})).refused(410, "link_expired");
        app.anyone.post(&link(app, &order), json!({"answer": "confirm"})).ok();
        assert_eq!(company.order(&order)["status"], "executing");
    });
}

#[test]
fn what_is_put_right_without_anybody_leaves_the_link_good_and_the_yes_given() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let first = link(app, &order);
        company.sales().patch(&company.path(&order, ""), "*", json!({"tags": ["vip"], "reason": "as agreed"})).ok();
        assert_eq!((app.anyone.get(&first).ok()["standing"].clone(), asked(&company, &order).len()), (json!("open"), 1));
        company.order_admin().post(&company.path(&order, "/hold"), json!({"reason": "a question"})).ok();
        app.anyone.post(&first, json!({"answer": "confirm"})).ok();
        company.sales().patch(&company.path(&order, ""), "*", json!({"tags": ["vip", "seen"], "reason": "as agreed"})).ok();
        company.order_admin().post(&company.path(&order, "/unhold"), json!({})).ok();
        assert_eq!(company.order(&order)["status"], "executing");
    });
}

#[test]
fn a_link_that_went_to_another_is_good_no_longer() {
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        let first = link(app, &order);
        company.sales().patch(&company.path(&order, ""), "*", json!({"customer": {"email": "right@acme.example"}, "reason": "as agreed"})).ok();
        app.anyone.post(&first, json!({"answer": "confirm"})).refused(410, "link_expired");
        assert_eq!(messages(&order, &company.sales().get("/v1/messages").ok())[0]["recipient"], "right@acme.example");
        app.anyone.post(&link(app, &order), json!({"answer": "confirm"})).ok();
    });
}

#[test]
fn nobody_is_asked_what_is_past() {
    let mail = crate::support::MailServer::start();
    crate::support::on_every_store_with(&[("DOCKET_SMTP_URL", &mail.url())], |app| {
        let company = app.company();
        mail.refuse_for_now(true);
        let order = waiting(&company);
        let put_off = || app.count("messages WHERE status = 'queued' AND attempts > 0") == 1;
        assert!((0..crate::support::FEED_POLLS).any(|_| put_off()), "it is tried");
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        mail.refuse_for_now(false);
        app.advance(chrono::TimeDelta::hours(1));
        app.drain();
        let message = messages(&order, &company.sales().get("/v1/messages").ok()).remove(0);
        assert_eq!(message["status"], "failed");
        assert!(message["last_error"].as_str().is_some_and(|error| error.contains("not sent")), "{message}");
    });
}

#[test]
fn the_seed_story_a_small_order_of_a_company_needs_one_specialist_and_the_customers_yes() {
    // DOMAIN 2.1, 2.5: 50 sets at 800.00 in total
    on_every_store(|app| {
        let company = app.company();
        let order = waiting(&company);
        assert_eq!(order["total"], "800.00");
        let steps = company.sales().get(&format!("/v1/approvals?order_id={}", id(&order))).ok();
        let roles: Vec<&Value> = steps["data"].as_array().expect("a list has data").iter().map(|step| &step["role"]).collect();
        assert_eq!(roles, ["sales_specialist"]);
        let body = company.sales().get("/v1/messages").ok()["data"][0]["body"].as_str().expect("it says something").to_owned();
        assert!(body.contains("预计送达") || body.contains("Expected delivery"), "{body}");
        app.anyone.post(&link(app, &order), json!({"answer": "confirm"})).ok();
        let order = company.order(&order);
        assert_eq!([&order["status"], &order["inventory_status"]], ["executing", "reserved"]);
    });
}
