//! The company's own words, tried before they count (DOMAIN 5.6).

use super::waiting;
use crate::support::{MailServer, id, on_every_store, on_every_store_with};
use serde_json::{Value, json};

const REQUEST: &str = "/v1/message-templates/confirmation_requested/zh-CN";

#[test]
fn rule_5_6_a_template_can_be_rewritten_and_is_used() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let all = admin.get("/v1/message-templates").ok();
        assert_eq!(all["data"].as_array().map(Vec::len), Some(12), "six kinds in two languages");
        for language in ["en", "zh-CN"] {
            let path = format!("/v1/message-templates/confirmation_requested/{language}");
            let etag = admin.get(&path).is(200).etag();
            let written = admin.patch(
                &path,
                &etag,
                json!({"subject": "订单 {order_number} 待确认", "body": "{customer_name}：\n{carrier}\n{goods}\n请确认：{link}\n"}),
            );
            written.refused(400, "validation_failed");
            let said = json!({"subject": "订单 {order_number} 待确认", "body": "{customer_name}：\n{goods}\n请确认：{link}\n"});
            assert_eq!(admin.patch(&path, &etag, said.clone()).ok()["version"], 1);
            admin.patch(&path, &etag, said).refused(412, "version_mismatch");
        }
        waiting(&company);
        let message = company.sales().get("/v1/messages").ok()["data"][0].clone();
        assert!(message["subject"].as_str().is_some_and(|subject| subject.ends_with("待确认")), "{message}");
        assert_eq!(message["body"].as_str().map(|body| body.lines().last().unwrap_or_default().to_owned()), Some("请确认：{link}".to_owned()));
        company.sales().patch(REQUEST, "*", json!({"sms": "x {link}"})).refused(403, "forbidden");
    });
}

#[test]
fn rule_5_6_texts_are_looked_at_before_they_count() {
    on_every_store(|app| {
        let admin = app.company().order_admin();
        let preview = |said: Value| admin.post(&format!("{REQUEST}/preview"), said);
        let shown =
            preview(json!({"subject": "{order_number}", "body": "<b>{customer_name}</b>\n\n{goods}\n\n确认：{link}", "sms": "{total} {link}"})).ok();
        let html = shown["html"].as_str().expect("there is HTML");
        assert!(html.contains("&lt;b&gt;") && html.contains("<li>") && html.contains(">确认</a>"), "{html}");
        assert!(
            shown["text"].as_str().is_some_and(|text| text.contains("确认：https://"))
                && shown["sms"].as_str().is_some_and(|sms| sms.starts_with("800.00 CNY"))
        );
        let problem = preview(json!({"subject": "{goods}", "body": "{link", "sms": "no link"})).refused(400, "validation_failed");
        let told: Vec<&Value> = problem["errors"].as_array().expect("each is told").iter().map(|error| &error["pointer"]).collect();
        assert_eq!(told, ["/subject", "/body", "/sms"]);
        for unknown in ["/v1/message-templates/confirmation_requested/de", "/v1/message-templates/nothing/en"] {
            admin.get(unknown).refused(404, "not_found");
        }
        assert_eq!(app.count("message_templates"), 0, "nothing is kept");
    });
}

#[test]
fn rule_5_6_a_test_goes_to_whoever_wants_to_see_it() {
    let mail = MailServer::start();
    on_every_store_with(&[("DOCKET_SMTP_URL", &mail.url())], |app| {
        let admin = app.company().order_admin();
        let before = mail.taken().len();
        admin.post(&format!("{REQUEST}/test"), json!({"to": "nobody"})).refused(400, "validation_failed");
        admin.post(&format!("{REQUEST}/test"), json!({"to": "me@company.example"})).is(202);
        app.drain();
        let message = app.company().sales().get("/v1/messages").ok()["data"][0].clone();
        assert_eq!([&message["recipient"], &message["order_id"], &message["status"]], [&json!("me@company.example"), &Value::Null, &json!("sent")]);
        assert!(message["body"].as_str().is_some_and(|body| body.contains("https://docket.example/c/sample")), "its link leads nowhere");
        assert_eq!(mail.taken().len(), before + 1);
        let mut store = app.app.config.database.open().expect("the store can be opened");
        assert_eq!(docket::check::run(&mut store, &app.app.company), [], "it is about no order, and so is its event");
    });
}

#[test]
fn behaviour_6_what_was_held_or_has_failed_can_be_sent_again() {
    on_every_store(|app| {
        let company = app.company();
        waiting(&company);
        app.drain();
        let message = company.sales().get("/v1/messages").ok()["data"][0].clone();
        assert_eq!(message["status"], "held");
        let path = format!("/v1/messages/{}/send", id(&message));
        assert_eq!(company.sales().post(&path, json!({})).ok()["status"], "queued");
        app.drain();
        app.execute("UPDATE messages SET status = 'sent'");
        company.sales().post(&path, json!({})).refused(409, "invalid_transition");
        company.sales().post("/v1/messages/x/send", json!({})).refused(404, "not_found");
    });
}
