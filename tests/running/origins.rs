//! Which pages of the web may call from a browser (CORS): those that are configured.

use crate::command_line::Place;
use crate::support::{Answer, order_of};
use serde_json::json;

const SHOP: &str = "https://shop.example";

fn allowed(answer: &Answer) -> Option<&str> {
    answer.header("access-control-allow-origin")
}

#[test]
fn pages_of_a_configured_origin_may_call_and_read_the_answers() {
    let place = Place::embedded().with("DOCKET_CORS_ORIGINS", "https://shop.example, https://crm.example");
    place.hire("sales1", "sales_specialist", "sales");
    let served = place.serve(&[]);
    for origin in [SHOP, "https://crm.example"] {
        let ask =
            [("origin", origin), ("access-control-request-method", "POST"), ("access-control-request-headers", "authorization,idempotency-key")];
        let preflight = served.anyone.send("OPTIONS", "/v1/orders", &ask, None);
        assert!((200..300).contains(&preflight.status), "{preflight:?}");
        assert_eq!(allowed(&preflight), Some(origin));
        let says = |header: &str, word: &str| preflight.header(header).is_some_and(|said| said.to_ascii_lowercase().contains(word));
        assert!(says("access-control-allow-methods", "post") && says("access-control-allow-headers", "idempotency-key"), "{preflight:?}");

        let sales = served.log_in("sales1");
        let order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9.00"}]));
        let entered = sales.post_with("/v1/orders", &[("origin", origin)], order).is(201);
        assert_eq!(allowed(&entered), Some(origin));
        let exposed = entered.header("access-control-expose-headers").unwrap_or_default().to_ascii_lowercase();
        assert!(exposed == "*" || exposed.contains("etag"), "{exposed}");
        assert_eq!(entered.header("vary").map(|vary| vary.to_ascii_lowercase().contains("origin")), Some(true));
    }
}

#[test]
fn pages_of_a_configured_origin_may_read_what_was_wrong() {
    // a browser hides an answer that does not name the origin, and with it the problem
    let place = Place::embedded().with("DOCKET_CORS_ORIGINS", SHOP);
    place.hire("sales1", "sales_specialist", "sales");
    let served = place.serve(&[]);
    let sales = served.log_in("sales1");
    let from = [("origin", SHOP)];
    let refusals = [
        served.anyone.get_with("/v1/me", &from).is(401),
        served.anyone.get_with("/v1/nothing", &from).is(404),
        sales.get_with("/v1/orders/nowhere", &from).is(404),
        sales.post_with("/v1/orders", &from, json!({"colour": "red"})).is(400),
        sales.get_with("/v1/users", &from).is(403),
        sales.send("DELETE", "/v1/orders", &from, None).is(405),
    ];
    let hidden: Vec<&str> = refusals.iter().filter(|answer| allowed(answer) != Some(SHOP)).map(|answer| answer.asked.as_str()).collect();
    assert!(hidden.is_empty(), "a page cannot read the refusals of {hidden:?}");
}

#[test]
fn a_page_may_read_that_it_asks_too_often() {
    let place = Place::embedded().with("DOCKET_CORS_ORIGINS", SHOP).with("DOCKET_RATE_LIMIT", "1");
    let served = place.serve(&[]);
    served.anyone.get_with("/v1/me", &[("origin", SHOP)]).is(401);
    assert_eq!(allowed(&served.anyone.get_with("/v1/me", &[("origin", SHOP)]).is(429)), Some(SHOP));
}

#[test]
fn pages_of_another_origin_may_not() {
    let place = Place::embedded().with("DOCKET_CORS_ORIGINS", SHOP);
    let served = place.serve(&[]);
    for origin in ["https://evil.example", "https://shop.example.evil.example", "http://shop.example", "null"] {
        let ask = [("origin", origin), ("access-control-request-method", "POST")];
        assert_eq!(allowed(&served.anyone.send("OPTIONS", "/v1/orders", &ask, None)), None, "{origin}");
        assert_eq!(allowed(&served.anyone.get_with("/healthz", &[("origin", origin)])), None, "{origin}");
    }
    served.anyone.get("/healthz").is(200); // whoever is no browser says no origin
}

#[test]
fn without_the_setting_no_page_of_another_origin_may() {
    let served_place = Place::embedded();
    let served = served_place.serve(&[]);
    let ask = [("origin", SHOP), ("access-control-request-method", "POST")];
    assert_eq!(allowed(&served.anyone.send("OPTIONS", "/v1/orders", &ask, None)), None);
    assert_eq!(allowed(&served.anyone.get_with("/healthz", &[("origin", SHOP)]).is(200)), None);
}
