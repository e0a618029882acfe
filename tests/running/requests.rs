//! What every answer carries, and methods that say something about a path rather than do something.

use crate::support::on_every_store;
use serde_json::json;

#[test]
fn a_request_keeps_the_id_that_it_came_with_and_gets_one_if_it_had_none() {
    on_every_store(|app| {
        for given in ["trace-17", "0af7651916cd43dd8448eb211c80319c", "a.b:c_d-e", "x"] {
            let answer = app.anyone.get_with("/healthz", &[("x-request-id", given)]).is(200);
            assert_eq!(answer.header("x-request-id"), Some(given));
        }
        let ids = [app.anyone.get("/healthz"), app.anyone.get("/healthz")].map(|answer| answer.header("x-request-id").map(str::to_owned));
        assert!(ids.iter().flatten().all(|id| id.len() >= 16) && ids[0] != ids[1], "{ids:?}");
    });
}

#[test]
fn an_id_that_does_not_belong_into_a_log_is_replaced() {
    on_every_store(|app| {
        let long = "x".repeat(101);
        for given in ["two words", "<script>", "a\tb", "日志", "", long.as_str()] {
            let refused = app.anyone.get_with("/v1/orders", &[("x-request-id", given)]);
            let id = refused.header("x-request-id").expect("every answer has one").to_owned();
            assert_ne!(id, given);
            assert!(id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
            assert_eq!(refused.refused(401, "unauthenticated")["request_id"], id);
        }
    });
}

#[test]
fn head_answers_as_get_does_without_the_body() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9.00"}]));
        let sales = company.sales();
        for path in ["/healthz", "/v1/orders", &company.path(&order, ""), "/problems/not_found", "/openapi.json"] {
            let (head, get) = (sales.send("HEAD", path, &[], None).is(200), sales.get(path).is(200));
            assert_eq!(head.text, "", "{path}");
            for header in ["content-type", "content-length", "etag", "cache-control", "x-content-type-options"] {
                assert_eq!(head.header(header), get.header(header), "{header} of {path}");
            }
        }
        assert_eq!(sales.send("HEAD", "/v1/orders/nowhere", &[], None).is(404).text, "");
        assert_eq!(app.anyone.send("HEAD", "/v1/orders", &[], None).is(401).text, "");
        let etag = sales.get(&company.path(&order, "")).etag();
        sales.send("HEAD", &company.path(&order, ""), &[("if-none-match", &etag)], None).is(304);
    });
}

/// What a path knows, by what it says.
const PATHS: &[(&str, &str)] = &[
    ("/v1/orders", "GET, HEAD, POST"),
    ("/v1/orders/202601-001", "GET, HEAD, PATCH"),
    ("/v1/orders/202601-001/verify", "POST"),
    ("/v1/api-keys/key_x", "DELETE"),
    ("/v1/settings", "GET, HEAD, PATCH"),
    ("/healthz", "GET, HEAD"),
];

#[test]
fn options_says_which_methods_a_path_knows() {
    on_every_store(|app| {
        for (path, methods) in PATHS {
            let answer = app.anyone.send("OPTIONS", path, &[], None).is(204);
            assert_eq!((answer.header("allow"), answer.text.as_str()), (Some(*methods), ""), "{path}");
        }
        app.anyone.send("OPTIONS", "/v1/nothing", &[], None).refused(404, "not_found");
        let figures = app.anyone.send("OPTIONS", "/v1/exceptions/figures", &[], None).is(204);
        assert_eq!(figures.header("allow"), Some("GET, HEAD"), "no exception has that id");
    });
}

#[test]
fn another_method_is_refused_and_told_which_there_are() {
    // BEHAVIOUR 2
    on_every_store(|app| {
        let admin = app.admin();
        for (path, methods) in PATHS {
            for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"] {
                if methods.split(", ").any(|known| known == method) {
                    continue;
                }
                let answer = admin.send(method, path, &[], None);
                assert_eq!(answer.header("allow"), Some(*methods), "{method} {path} answered {}", answer.text);
                answer.refused(405, "method_not_allowed");
            }
        }
    });
}

#[test]
fn nothing_that_is_answered_is_kept_or_guessed_at_on_the_way() {
    on_every_store(|app| {
        for path in ["/healthz", "/v1/orders", "/nowhere", "/problems/not_found", "/metrics"] {
            let answer = app.anyone.get(path);
            assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
            assert!(answer.header("cache-control").is_some(), "{path}");
        }
    });
}
