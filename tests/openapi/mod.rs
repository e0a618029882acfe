//! The OpenAPI document: committed as it is served, complete, and with examples that work
//! (BEHAVIOUR 1).

mod schemas;

use crate::support::{Answer, Client, golden, on_every_store};
use docket::domain::permission::Operation;
use docket::input;
use docket::services::orders::input::{ConfirmInput, OrderInput, ReasonInput, ReceiveInput, VerifyInput};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn document() -> Value {
    serde_json::to_value(docket::server::document()).expect("the document is JSON")
}

/// Every operation as method, path and description.
fn operations(document: &Value) -> Vec<(String, String, &Value)> {
    let paths = document["paths"].as_object().expect("the document has paths");
    let mut all = Vec::new();
    for (path, item) in paths {
        for (method, operation) in item.as_object().expect("a path has operations") {
            if operation.get("operationId").is_some() {
                all.push((method.to_uppercase(), path.clone(), operation));
            }
        }
    }
    all
}

/// The example of a schema, wherever it is kept.
fn example<'d>(document: &'d Value, schema: &str) -> Option<&'d Value> {
    let schema = document.pointer(&format!("/components/schemas/{schema}"))?;
    schema.get("example").or_else(|| schema.pointer("/examples/0"))
}

/// The JSON body that a POST gives as its example, by the schema's name.
fn body_schema(operation: &Value) -> Option<&str> {
    let reference = operation.pointer("/requestBody/content/application~1json/schema/$ref")?.as_str()?;
    reference.rsplit('/').next()
}

#[test]
fn the_committed_document_is_the_one_that_is_served() {
    let text = docket::server::document().to_pretty_json().expect("the document is JSON");
    golden("openapi/openapi.json", &format!("{text}\n"));
    on_every_store(|app| {
        assert_eq!(app.anyone.get("/openapi.json").ok(), document());
    });
}

#[test]
fn the_document_is_of_version_3_1() {
    assert!(document()["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")));
}

#[test]
fn every_operation_has_a_row_in_the_table_of_rights_or_is_public_and_every_row_an_operation() {
    // BEHAVIOUR 5
    let document = document();
    let public = ["answer_link", "healthz", "login", "metrics", "readyz", "refresh", "show_link", "show_problem", "show_trace"];
    let ids: Vec<&str> = operations(&document).iter().filter_map(|(_, _, operation)| operation["operationId"].as_str()).collect();
    let documented: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), documented.len(), "an id names one operation");
    let granted: BTreeSet<&str> = Operation::ALL.iter().map(|operation| operation.grant().id).chain(public).collect();
    let only = |these: &BTreeSet<&str>, those: &BTreeSet<&str>| these.difference(those).map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(only(&documented, &granted), Vec::<String>::new(), "without a row");
    assert_eq!(only(&granted, &documented), Vec::<String>::new(), "without an operation");
}

#[test]
fn every_operation_says_what_it_does_and_how_it_may_refuse() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        let summary = operation["summary"].as_str().or(operation["description"].as_str());
        assert!(summary.is_some_and(|text| !text.is_empty()), "{method} {path} has no summary");
        assert!(operation["tags"].as_array().is_some_and(|tags| !tags.is_empty()), "{method} {path} has no tag");
        if operation.get("security").is_some() {
            for status in ["401", "403"] {
                let refusal = operation.pointer(&format!("/responses/{status}/$ref")).and_then(Value::as_str);
                let response = refusal.and_then(|reference| document.pointer(reference.strip_prefix('#')?));
                let problem = response.and_then(|response| response.pointer("/content/application~1problem+json"));
                assert!(problem.is_some(), "{method} {path} does not say how it answers {status}");
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references<'d>(value: &'d Value, found: &mut BTreeSet<&'d str>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference} leads out of the document"));
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[test]
fn the_examples_of_order_bodies_are_read_by_what_reads_the_bodies() {
    let document = document();
    let shown = |schema: &str| example(&document, schema).unwrap_or_else(|| panic!("{schema} has no example")).clone();
    assert!(input::read::<OrderInput>(shown("OrderInput")).is_ok());
    assert!(input::read::<VerifyInput>(shown("VerifyInput")).is_ok());
    assert!(input::read::<ReasonInput>(shown("ReasonInput")).is_ok());
    assert!(input::read::<ConfirmInput>(shown("ConfirmInput")).is_ok());
    assert!(input::read::<ReceiveInput>(shown("ReceiveInput")).is_ok());
}

/// Whether an answer finds fault with the shape or the values of a body, rather than with what it
/// refers to.
fn finds_fault(answer: &Answer) -> bool {
    let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
    let about_references = !errors.is_empty() && errors.iter().all(|error| error["code"] == "unknown");
    answer.status == 415 || answer.status >= 500 || (answer.status == 400 && !about_references)
}

/// Someone who may do anything.
fn someone(app: &crate::support::TestApp) -> Client {
    let roles: Vec<&str> = docket::domain::actor::Role::ALL.iter().map(|role| role.as_str()).collect();
    (*app.person("everything", &roles, "sales")).clone()
}

#[test]
fn every_example_of_a_post_is_accepted_as_it_stands() {
    on_every_store(|app| {
        let document = document();
        let someone = someone(app);
        let posts = operations(&document).into_iter().filter(|(method, _, operation)| method == "POST" && operation["operationId"] != "logout");
        for (_, path, operation) in posts {
            let Some(schema) = body_schema(operation) else { continue };
            let example = example(&document, schema).unwrap_or_else(|| panic!("{schema} of POST {path} has no example"));
            let path = path.replace("{id}", "unknown");
            let answer = someone.post(&path, example.clone());
            assert!(!finds_fault(&answer), "POST {path} {example}: {}", answer.text);
        }
    });
}

#[test]
fn the_example_of_an_order_is_an_order() {
    on_every_store(|app| {
        let document = document();
        let said = example(&document, "OrderInput").expect("an example").clone();
        let order = app.company().sales().post("/v1/orders", said).created();
        assert_eq!([&order["total"], &order["amount_difference"]], [&json!("800.00"), &json!("0.00")]);
    });
}

#[test]
fn the_swagger_page_is_served() {
    on_every_store(|app| {
        let page = app.anyone.get("/docs/").is(200);
        assert!(page.header("content-type").is_some_and(|kind| kind.starts_with("text/html")));
    });
}
