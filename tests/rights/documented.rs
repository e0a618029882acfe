//! What the OpenAPI document says can be asked for, and a way to ask for any of it.

use crate::support::{Answer, Client, note_pdf};
use docket::domain::permission::Operation;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What needs no log-in and therefore has no row; everything else does.
pub const PUBLIC: &[&str] = &["answer_link", "healthz", "login", "metrics", "readyz", "refresh", "show_link", "show_problem", "show_trace"];

/// One operation of the document.
pub struct Documented {
    /// Empty where the document gives none.
    pub id: String,
    pub method: String,
    pub path: String,
    /// The document says that nobody needs to show anything.
    pub open: bool,
    multipart: bool,
}

/// The document that the program makes.
pub fn document() -> Value {
    serde_json::to_value(docket::server::document()).expect("the document is JSON")
}

/// The operations of a document.
pub fn documented(document: &Value) -> Vec<Documented> {
    let paths = document["paths"].as_object().expect("the document has paths");
    let entries = paths.iter().flat_map(|(path, item)| item.as_object().into_iter().flatten().map(move |entry| (path, entry)));
    let operations = entries.filter(|(_, (_, operation))| operation.get("responses").is_some());
    operations
        .map(|(path, (method, operation))| Documented {
            id: operation["operationId"].as_str().unwrap_or_default().to_owned(),
            method: method.to_uppercase(),
            path: path.clone(),
            open: operation["security"].as_array().is_none_or(Vec::is_empty),
            multipart: operation.pointer("/requestBody/content/multipart~1form-data").is_some(),
        })
        .collect()
}

/// What stands only in the document or only in the table of permissions, one sentence each.
pub fn strays(document: &Value) -> Vec<String> {
    let all = documented(document);
    let rows: BTreeSet<&str> = Operation::ALL.iter().map(|operation| operation.grant().id).collect();
    let mut seen = BTreeSet::new();
    let mut strays = Vec::new();
    for operation in &all {
        let id = operation.id.as_str();
        if !seen.insert(id) {
            strays.push(format!("{} {}: {id:?} is the id of another operation as well", operation.method, operation.path));
        }
        if !rows.contains(id) && !PUBLIC.contains(&id) {
            strays.push(format!("{} {}: {id:?} has no row in the table of permissions", operation.method, operation.path));
        }
    }
    strays.extend(rows.difference(&seen).map(|row| format!("{row:?} has a row, but is not in the document")));
    strays
}

impl Documented {
    /// Whether something is changed by it.
    pub fn writes(&self) -> bool {
        self.method != "GET"
    }

    /// Asks for it, with this in the path's place for a thing, and nothing to say.
    pub fn ask(&self, client: &Client, thing: &str) -> Answer {
        let mut path = self.path.clone();
        while let (Some(from), Some(to)) = (path.find('{'), path.find('}')) {
            path.replace_range(from..=to, thing);
        }
        match self.method.as_str() {
            "GET" => client.get(&path),
            _ if self.multipart => client.upload(&path, "goods_issue_note", "note.pdf", &note_pdf()),
            method => client.send_json(method, &path, &[], &Value::Object(Map::new())),
        }
    }
}
