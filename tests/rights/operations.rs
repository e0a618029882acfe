//! Every operation of the OpenAPI document asked for by those who may not (BEHAVIOUR 5).

use crate::support::{Answer, Client, on_every_store};
use docket::domain::actor::Role;
use docket::domain::permission::Operation;
use serde_json::Value;

/// What needs no log-in; everything else does.
const PUBLIC: &[&str] = &["healthz", "login", "metrics", "readyz", "refresh", "show_problem"];

/// One operation of the document.
struct Documented {
    id: String,
    method: String,
    path: String,
    multipart: bool,
    open: bool,
}

fn documented() -> Vec<Documented> {
    let document = serde_json::to_value(docket::server::document()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("the document has paths");
    let operations = paths.iter().flat_map(|(path, item)| item.as_object().expect("a path has operations").iter().map(move |entry| (path, entry)));
    let all = operations.filter(|(_, (_, operation))| operation.get("operationId").is_some());
    all.map(|(path, (method, operation))| Documented {
        id: operation["operationId"].as_str().expect("an id is text").to_owned(),
        method: method.to_uppercase(),
        path: path.clone(),
        multipart: operation.pointer("/requestBody/content/multipart~1form-data").is_some(),
        open: operation.get("security").is_none_or(|security| security.as_array().is_none_or(Vec::is_empty)),
    })
    .collect()
}

/// Asks for an operation, of something that does not exist where the path names a thing.
fn ask(client: &Client, operation: &Documented) -> Answer {
    let mut path = operation.path.clone();
    while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
        path.replace_range(from..=to, "x");
    }
    match operation.method.as_str() {
        "GET" => client.get(&path),
        _ if operation.multipart => client.upload(&path, "goods_issue_note", "note.pdf", &crate::support::note_pdf()),
        method => client.send_json(method, &path, &[], &Value::Object(serde_json::Map::new())),
    }
}

#[test]
fn every_operation_but_the_public_ones_asks_who_calls() {
    on_every_store(|app| {
        let stranger = app.anyone.with_bearer("dk_not-a-key-that-anyone-has");
        for operation in documented().iter().filter(|operation| !PUBLIC.contains(&operation.id.as_str())) {
            ask(&app.anyone, operation).refused(401, "unauthenticated");
            ask(&stranger, operation).refused(401, "unauthenticated");
        }
    });
}

#[test]
fn the_document_says_of_the_public_operations_and_of_no_others_that_they_are_public() {
    let mut open: Vec<String> = documented().into_iter().filter(|operation| operation.open).map(|operation| operation.id).collect();
    open.sort();
    assert_eq!(open, PUBLIC);
}

#[test]
fn every_operation_is_forbidden_to_the_roles_that_the_table_does_not_name_and_to_no_other() {
    on_every_store(|app| {
        let all = documented();
        for role in Role::ALL {
            let person = app.person(&format!("only.{role}"), &[role.as_str()], "operations");
            for operation in Operation::ALL.iter().map(|operation| operation.grant()) {
                let Some(documented) = all.iter().find(|documented| documented.id == operation.id && operation.id != "logout") else { continue };
                let answer = ask(&person, documented);
                let forbidden = answer.status == 403 && answer.code() == "forbidden";
                assert_eq!(forbidden, !operation.roles.contains(role), "{role} {}: {}", operation.id, answer.text);
                assert!(answer.status < 500, "{role} {}: {}", operation.id, answer.text);
            }
        }
    });
}

#[test]
fn a_viewer_writes_nothing() {
    on_every_store(|app| {
        let viewer = app.company().viewer();
        let writes = |operation: &&Documented| operation.method != "GET" && operation.id != "logout" && !PUBLIC.contains(&operation.id.as_str());
        for operation in documented().iter().filter(writes) {
            ask(&viewer, operation).refused(403, "forbidden");
        }
    });
}
