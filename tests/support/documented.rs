//! What the OpenAPI document says of an answer. Every refusal that a test sees has its status there.

use serde_json::Value;
use std::sync::OnceLock;

/// The paths of the committed document.
fn paths() -> &'static serde_json::Map<String, Value> {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| serde_json::from_str(include_str!("../../openapi/openapi.json")).expect("it is JSON"));
    document["paths"].as_object().expect("the document has paths")
}

/// How many parts of a path are those of a template word by word; none where it is another path.
fn likeness(template: &str, path: &str) -> Option<usize> {
    let (known, asked): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    let fits = |(known, asked): (&&str, &&str)| known.starts_with('{') || known == asked;
    (known.len() == asked.len() && known.iter().zip(&asked).all(fits))
        .then(|| known.iter().zip(&asked).filter(|(known, asked)| known == asked).count())
}

/// Whether the document knows that a request (`GET /v1/orders?limit=1`) may be answered so; what it does not describe may be
/// answered anyhow.
pub fn has(asked: &str, status: u16) -> bool {
    let (method, target) = asked.split_once(' ').unwrap_or_default();
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let closest = paths().iter().filter_map(|(template, item)| likeness(template, path).map(|alike| (alike, item))).max_by_key(|(alike, _)| *alike);
    let operation = closest.and_then(|(_, item)| item.get(method.to_ascii_lowercase()));
    operation.is_none_or(|operation| operation["responses"].get(status.to_string()).is_some())
}
