//! `ETag` and 304 (BEHAVIOUR 3, DECISIONS 31).

use super::orders;
use crate::support::on_every_store;
use serde_json::json;

#[test]
fn what_the_caller_has_already_is_not_sent_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = orders(&company, 1).remove(0);
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let etag = sales.get(&path).etag();
        let known = |tags: &str| sales.get_with(&path, &[("if-none-match", tags)]);
        let unchanged = known(&etag).is(304);
        assert_eq!((unchanged.text.as_str(), unchanged.etag()), ("", etag.clone()));
        known(&format!("\"v7-en\", W/{etag}")).is(304);
        known("\"v7-en\"").is(200);
        sales.patch(&path, &etag, json!({"contract_number": "C-1"})).is(200);
        let changed = known(&etag).is(200);
        assert_ne!(changed.etag(), etag);
    });
}

#[test]
fn representations_in_two_languages_have_two_tags_but_one_version() {
    on_every_store(|app| {
        let company = app.company();
        let order = orders(&company, 1).remove(0);
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let chinese = sales.get_with(&path, &[("accept-language", "zh-CN")]).etag();
        let english = sales.get_with(&path, &[("accept-language", "en")]).etag();
        assert_ne!(chinese, english);
        sales.get_with(&path, &[("accept-language", "en"), ("if-none-match", &chinese)]).is(200);
        sales.patch(&path, &chinese, json!({"contract_number": "C-1"})).is(200);
    });
}

#[test]
fn lists_have_no_tag_and_answers_to_people_are_not_shared() {
    on_every_store(|app| {
        let company = app.company();
        orders(&company, 1);
        let list = company.sales().get("/v1/orders").is(200);
        assert!(list.header("etag").is_none());
        assert!(list.header("vary").is_some_and(|vary| vary.contains("authorization")));
        assert!(list.header("cache-control").is_some_and(|text| text.contains("private") || text.contains("no-store")));
    });
}

#[test]
fn a_head_request_answers_like_a_get_without_its_body() {
    on_every_store(|app| {
        let company = app.company();
        let order = orders(&company, 1).remove(0);
        let head = company.sales().send("HEAD", &company.path(&order, ""), &[], None).is(200);
        assert_eq!((head.etag(), head.text.as_str()), (company.sales().get(&company.path(&order, "")).etag(), ""));
    });
}
