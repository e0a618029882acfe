//! `application/problem+json` on every error path, the framework's own included (BEHAVIOUR 2).

use crate::support::{Answer, on_every_store};
use docket::error::Code;
use serde_json::json;
use std::collections::BTreeSet;

/// A body too large by one byte (DECISIONS 30).
fn too_large() -> Vec<u8> {
    let mut body = br#"{"name": ""#.to_vec();
    body.resize(1024 * 1024 - 1, b'x');
    body.extend_from_slice(br#""}"#);
    body
}

#[test]
fn a_path_that_is_not_there_is_404() {
    on_every_store(|app| {
        for path in ["/", "/v1", "/v1/nothing", "/v1/orders/x/y/z", "/v2/orders", "/v1/orders/", "//v1/orders", "/%00", "/%ff%fe"] {
            app.anyone.get(path).refused(404, "not_found");
        }
        app.anyone.post("/v1/nothing", json!({})).refused(404, "not_found");
    });
}

#[test]
fn a_method_that_a_path_does_not_know_is_405_with_those_that_it_does() {
    on_every_store(|app| {
        let allowed = |method: &str, path: &str| -> BTreeSet<String> {
            let answer = app.anyone.send(method, path, &[], None);
            let allow = answer.header("allow").unwrap_or_default().split(", ").map(str::to_owned).collect();
            answer.refused(405, "method_not_allowed");
            allow
        };
        let set = |methods: &[&str]| methods.iter().map(|method| (*method).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(allowed("DELETE", "/v1/orders"), set(&["GET", "HEAD", "POST"]));
        assert_eq!(allowed("DELETE", "/v1/orders/anything"), set(&["GET", "HEAD", "PATCH"]));
        assert_eq!(allowed("GET", "/v1/orders/anything/verify"), set(&["POST"]));
        assert_eq!(allowed("PROPFIND", "/v1/me"), set(&["GET", "HEAD"]));
    });
}

#[test]
fn a_body_that_is_too_large_is_413_and_one_of_another_kind_415() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let send = |kind: &str, body: Vec<u8>| sales.send("POST", "/v1/customers", &[("content-type", kind)], Some(body));
        send("application/json", too_large()).refused(413, "body_too_large");
        for kind in ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"] {
            let refused = send(kind, br#"{"name": "Acme"}"#.to_vec()).refused(415, "unsupported_media_type");
            assert_eq!(refused["supported"], json!(["application/json"]), "{kind}");
        }
        let patch = sales.send("PATCH", "/v1/customers/x", &[("content-type", "text/plain"), ("if-match", "*")], Some(b"{}".to_vec()));
        assert_eq!(patch.refused(415, "unsupported_media_type")["supported"], json!(["application/json", "application/merge-patch+json"]));
        send("application/json; charset=utf-8", br#"{"name": "Acme"}"#.to_vec()).is(201);
        assert_eq!(app.count("customers"), 1);
    });
}

#[test]
fn an_answer_that_cannot_be_given_is_406() {
    on_every_store(|app| {
        let sales = app.company().sales();
        for bad in ["text/csv", "application/json;q=0", "*/*; Q=0.000", "text/html, application/json;q=0"] {
            sales.get_with("/v1/orders", &[("accept", bad)]).refused(406, "not_acceptable");
        }
        for good in ["text/html, application/json;q=0.5", "text/csv;q=0, */*;q=0.1", "Application/JSON"] {
            sales.get_with("/v1/orders", &[("accept", good)]).is(200);
        }
        sales.get_with("/v1/orders", &[("accept", "text/html"), ("accept", "application/json")]).is(200);
        sales.get_with("/v1/orders", &[("accept", "text/html"), ("accept", "text/csv")]).refused(406, "not_acceptable");
    });
}

#[test]
fn every_refusal_names_its_request_by_the_id_that_history_and_headers_carry() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let ask = || sales.get("/v1/orders/ord_00000000000000000000000000000000");
        let (first, second) = (ask(), ask());
        for answer in [&first, &second] {
            assert_eq!(answer.header("x-request-id"), answer.body["request_id"].as_str());
            assert_eq!(answer.body["instance"], "/v1/orders/ord_00000000000000000000000000000000");
        }
        assert_ne!(first.body["request_id"], second.body["request_id"]);
        let named = sales.get_with("/v1/orders/nowhere", &[("x-request-id", "trace-17")]);
        assert_eq!(named.body["request_id"], "trace-17");
    });
}

#[test]
fn titles_and_details_come_in_the_callers_language() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let chinese = [("accept-language", "zh-CN,zh;q=0.9,en;q=0.8")];
        let is_chinese = |answer: &Answer| {
            assert_eq!(answer.header("content-language"), Some("zh-CN"));
            for member in ["title", "detail"] {
                let text = answer.body[member].as_str().expect("text");
                assert!(text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{member}: {text}");
            }
        };
        is_chinese(&app.anyone.get_with("/v1/orders", &chinese));
        is_chinese(&app.anyone.get_with("/v1/nothing", &chinese));
        is_chinese(&company.viewer().post_with("/v1/orders", &chinese, json!({})));
        is_chinese(&company.sales().post_with("/v1/orders", &chinese, json!({})));
        let own = company.sales().post_with(&company.path(&order, "/verify"), &chinese, json!({}));
        is_chinese(&own);
        assert_eq!(own.body["detail"], "须由录入或更正该订单以外的人员操作。");
        let late = company.sales().post_with(&company.path(&order, "/confirm"), &chinese, json!({"method": "phone"}));
        is_chinese(&late);
        assert_eq!(late.code(), "invalid_transition");
        let labels = company.sales().get_with(&company.path(&order, ""), &chinese).ok();
        assert_eq!(labels["status_label"], "已创建");
        assert_eq!(company.sales().get(&company.path(&order, "")).ok()["status_label"], "Created");
    });
}

#[test]
fn an_impossible_step_says_what_is_possible() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let refused = company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).refused(409, "invalid_transition");
        assert_eq!(refused["state"], "awaiting_verification");
        assert_eq!(refused["allowed"], json!(["verify", "send_back", "amend", "cancel"]));
    });
}

#[test]
fn every_code_has_a_page_that_explains_it() {
    on_every_store(|app| {
        for code in Code::ALL {
            let page = app.anyone.get(&format!("/problems/{}", code.as_str())).is(200);
            assert!(page.text.contains(code.as_str()), "{}", page.text);
        }
        app.anyone.get("/problems/no_such_code").refused(404, "not_found");
    });
}

#[test]
fn a_401_says_how_to_show_who_one_is() {
    on_every_store(|app| {
        let answer = app.anyone.get("/v1/me");
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"));
        answer.refused(401, "unauthenticated");
    });
}
