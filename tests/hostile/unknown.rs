//! Every operation of the document, asked with nonsense in its body by people who may.

use crate::support::{TestApp, on_every_store};
use docket::server::document;
use serde_json::Value;

/// Bodies that fit nowhere.
const NONSENSE: &[&str] =
    &["null", "[]", "0", "\"x\"", "{\"\": {}}", "{\"__proto__\": {\"admin\": true}}", "[[[[[[[[[[]]]]]]]]]]", "{\"id\": 1, \"ID\": 2}"];

/// Method and path of everything that takes a body, with ids that nothing has.
fn writes() -> Vec<(String, String)> {
    let document: Value = serde_json::to_value(document()).expect("the document is JSON");
    let paths = document["paths"].as_object().expect("paths are listed").clone();
    let writes = paths.iter().flat_map(|(path, item)| {
        let methods: Vec<&str> = ["post", "patch", "put"].into_iter().filter(|method| item[method].is_object()).collect();
        methods.into_iter().map(|method| (method.to_uppercase(), path.replace("{id}", "202601-001")))
    });
    writes.collect()
}

fn asks(app: &TestApp, method: &str, path: &str) {
    let company = app.company();
    for person in [app.admin(), company.order_admin(), company.sales(), company.finance(), company.logistics(), company.head()] {
        for body in NONSENSE {
            let headers = [("content-type", "application/json"), ("if-match", "*")];
            let answer = person.send(method, path, &headers, Some(body.as_bytes().to_vec()));
            assert!((400..500).contains(&answer.status), "{body} as {}: {} {}", person.username, answer.asked, answer.text);
            answer.is_a_problem();
        }
    }
}

#[test]
fn nonsense_is_refused_by_every_operation() {
    on_every_store(|app| {
        let writes = writes();
        assert!(writes.len() > 40, "{writes:?}");
        for (method, path) in writes.iter().filter(|(_, path)| path != "/v1/auth/logout") {
            asks(app, method, path);
        }
    });
}
