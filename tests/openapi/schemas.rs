//! The schemas of the document hold for what they describe: the examples that it gives, the answers
//! that the service gives, and the words that serde writes.

use super::{document, operations};
use crate::support::{id, on_every_store};
use docket::domain::actor::{Department, Role};
use docket::domain::event::EventName;
use docket::domain::lifecycle::order::{Stage, Status};
use docket::domain::order::{Channel, KeyField};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What is wrong with a value by a schema of the document.
fn faults(document: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let whole = json!({"allOf": [schema], "components": document["components"]});
    let validator = jsonschema::options().should_validate_formats(true).build(&whole).expect("the schema is one");
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The example that goes with a body: its own, or that of its schema.
fn example<'d>(document: &'d Value, content: &'d Value) -> Option<&'d Value> {
    let own = content.get("example");
    own.or_else(|| {
        let reference = content.pointer("/schema/$ref")?.as_str()?;
        let schema = document.pointer(reference.strip_prefix('#')?)?;
        schema.get("example").or_else(|| schema.pointer("/examples/0"))
    })
}

#[test]
fn every_body_has_an_example_that_is_valid_by_its_own_schema() {
    let document = document();
    for (method, path, operation) in operations(&document) {
        for (kind, content) in operation.pointer("/requestBody/content").and_then(Value::as_object).into_iter().flatten() {
            let example = example(&document, content).unwrap_or_else(|| panic!("{method} {path} has no example of {kind}"));
            assert_eq!(faults(&document, &content["schema"], example), Vec::<String>::new(), "{method} {path} {example}");
        }
    }
}

/// Where a body may, by its schema, have a field that nobody has described: each object that has
/// fields and is not closed. `open` gets them; `known` are the schemas that were looked at.
fn look_for_open<'d>(document: &'d Value, schema: &'d Value, place: &str, known: &mut BTreeSet<&'d str>, open: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        if known.insert(reference) {
            let target = document.pointer(reference.trim_start_matches('#')).expect("what is referred to is described");
            look_for_open(document, target, reference, known, open);
        }
        return;
    }
    if schema.get("properties").is_some() && schema["additionalProperties"] != json!(false) {
        open.push(place.to_owned());
    }
    for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
        look_for_open(document, schema, &format!("{place}/{field}"), known, open);
    }
    let choices = ["oneOf", "anyOf", "allOf"].into_iter().filter_map(|name| schema[name].as_array()).flatten();
    for (index, part) in choices.chain(schema.get("items")).enumerate() {
        look_for_open(document, part, &format!("{place}[{index}]"), known, open);
    }
}

#[test]
fn no_body_may_have_a_field_that_is_not_described() {
    // BEHAVIOUR 1: unknown fields are refused, at whatever depth
    let (document, mut known, mut open) = (document(), BTreeSet::new(), Vec::new());
    for (method, path, operation) in operations(&document) {
        for (kind, content) in operation.pointer("/requestBody/content").and_then(Value::as_object).into_iter().flatten() {
            look_for_open(&document, &content["schema"], &format!("{method} {path} {kind}"), &mut known, &mut open);
        }
    }
    assert!(known.len() > 50, "bodies were looked at");
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn a_patch_takes_null_for_what_the_whole_can_do_without_and_nothing_unknown() {
    let document = document();
    for (_, path, operation) in operations(&document).into_iter().filter(|(method, _, _)| method == "PATCH") {
        let schema = operation.pointer("/requestBody/content/application~1merge-patch+json/schema").expect("a patch has a body");
        let name = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')).expect("the body has a name");
        let fields = document.pointer(name).and_then(|schema| schema["properties"].as_object()).expect("a patch has fields");
        let whole = document.pointer(name.strip_suffix("Patch").expect("it is the patch of something")).expect("what it patches is described");
        let needed: Vec<&str> = whole["required"].as_array().into_iter().flatten().filter_map(Value::as_str).chain(["reason"]).collect();
        for field in fields.keys() {
            let refused = !faults(&document, schema, &json!({field: null})).is_empty();
            assert_eq!(refused, needed.contains(&field.as_str()), "{path} {field}");
        }
        assert!(!faults(&document, schema, &json!({"no_such_field": 1})).is_empty(), "{path}");
    }
}

#[test]
fn answers_are_valid_by_the_schemas_that_they_are_documented_with() {
    on_every_store(|app| {
        let (document, sales, admin) = (document(), app.company().sales(), app.admin());
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        let order = sales.post("/v1/orders", document.pointer("/components/schemas/OrderInput/example").expect("an example").clone()).created();
        let path = format!("/v1/orders/{}", id(&order));
        let asked = [
            (sales.get(&path).ok(), "OrderView"),
            (sales.get(&format!("{path}/actions")).ok(), "OrderActions"),
            (sales.get(&format!("{path}/history")).ok(), "Listing_OrderEvent"),
            (sales.get(&format!("{path}/revisions")).ok(), "Listing_OrderRevision"),
            (sales.get("/v1/orders?include_total=true&expand=customer").ok(), "Listing_OrderView"),
            (sales.get("/v1/customers").ok(), "Listing_CustomerView"),
            (sales.get("/v1/task-templates").ok(), "Listing_TaskTemplateView"),
            (admin.get("/v1/events").ok(), "Listing_EventView"),
            (admin.get("/v1/settings").ok(), "SettingsView"),
            (admin.get("/v1/users").ok(), "Listing_UserView"),
            (admin.get("/v1/me").ok(), "MeView"),
            (sales.post("/v1/orders", json!({"lines": [{"quantity": "-1"}]})).refused(400, "validation_failed"), "Problem"),
            (sales.get("/v1/orders?status=lost").refused(400, "invalid_parameter"), "Problem"),
        ];
        for (answer, schema) in asked {
            assert_eq!(faults(&document, &reference(schema), &answer), Vec::<String>::new(), "{schema}: {answer}");
        }
    });
}

#[test]
fn the_words_of_the_document_are_those_that_serde_writes() {
    let document = document();
    let words = |name: &str| document.pointer(&format!("/components/schemas/{name}/enum")).cloned().unwrap_or_default();
    assert_eq!(words("Role"), json!(Role::ALL));
    assert_eq!(words("Department"), json!(Department::ALL));
    assert_eq!(words("EventName"), json!(EventName::ALL));
    assert_eq!(words("Status"), json!(Status::ALL));
    assert_eq!(words("Stage"), json!(Stage::ALL));
    assert_eq!(words("Channel"), json!(Channel::ALL));
    let marked = document.pointer("/components/schemas/VerifyInput/properties/fields/properties").and_then(Value::as_object);
    assert_eq!(marked.map(|fields| json!(fields.keys().collect::<Vec<_>>()).as_array().map(Vec::len)), Some(Some(KeyField::ALL.len())));
}

#[test]
fn nothing_in_the_document_is_meant_for_ourselves() {
    let text = document().to_string();
    for ours in ["(DOMAIN", "(DECISIONS", "(BEHAVIOUR", "Not `Debug`"] {
        assert!(!text.contains(ours), "{ours}");
    }
}

#[test]
fn every_field_parameter_and_list_of_words_is_described() {
    fn said(schema: &Value) -> bool {
        schema.get("description").is_some() || schema["oneOf"].as_array().is_some_and(|items| items.iter().any(said))
    }
    let document = document();
    for (name, schema) in document.pointer("/components/schemas").and_then(Value::as_object).expect("there are schemas") {
        assert!(schema.get("enum").is_none() || said(schema), "{name}");
        for (field, schema) in schema["properties"].as_object().into_iter().flatten() {
            assert!(said(schema), "{name} {field}");
        }
    }
    for (method, path, operation) in operations(&document) {
        for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter.get("$ref").is_none()) {
            assert!(parameter.get("description").is_some(), "{method} {path} {parameter}");
        }
    }
}
