//! How often one caller may ask (DECISIONS 33).

use crate::command_line::Place;
use crate::support::{Answer, Client, PASSWORD};
use serde_json::json;

fn number(answer: &Answer, header: &str) -> u64 {
    answer.header(header).and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{} has no number in {header}", answer.asked))
}

/// Asks until the limit of five is reached, and once more.
#[track_caller]
fn use_up(caller: &Client, status: u16) {
    for left in (0..5).rev() {
        let answer = caller.get("/v1/me").is(status);
        assert_eq!(answer.header("ratelimit-policy"), Some("\"default\";q=5;w=60"));
        assert_eq!(answer.header("ratelimit"), Some(format!("\"default\";r={left}").as_str()));
    }
    let refused = caller.get("/v1/me");
    assert!((1..=60).contains(&number(&refused, "retry-after")));
    assert_eq!(refused.refused(429, "rate_limited")["retryable"], true);
}

#[test]
fn who_asks_more_often_than_allowed_is_told_when_to_come_back() {
    let place = Place::embedded().with("DOCKET_RATE_LIMIT", "5");
    let served = place.serve(&[]);
    use_up(&served.anyone, 401);
    for path in ["/healthz", "/readyz", "/metrics", "/docs/", "/openapi.json"] {
        served.anyone.get(path).is(200); // those who watch the service are no callers
    }
}

#[test]
fn a_refusal_says_what_is_left_as_well() {
    // BEHAVIOUR 5: with RateLimit headers
    let place = Place::embedded().with("DOCKET_RATE_LIMIT", "5").with("DOCKET_LOGIN_LIMIT", "1");
    let served = place.serve(&[]);
    use_up(&served.anyone, 401);
    let log_in = || served.anyone.post("/v1/auth/login", json!({"username": "admin", "password": PASSWORD}));
    log_in().is(200);
    for (refused, limit) in [(served.anyone.get("/v1/me").is(429), 5), (log_in().is(429), 1)] {
        assert_eq!(refused.header("ratelimit-policy"), Some(format!("\"default\";q={limit};w=60").as_str()), "{}", refused.asked);
        assert!(refused.header("ratelimit").is_some_and(|left| left.starts_with("\"default\";r=0")), "{}", refused.asked);
    }
}

#[test]
fn callers_do_not_use_up_what_is_another_s() {
    let place = Place::embedded().with("DOCKET_RATE_LIMIT", "5");
    for name in ["sales1", "viewer1"] {
        place.hire(name, "viewer", "operations");
    }
    let key = place.run(&["key", "add", "shop", "--scope", "orders:read"]).well();
    let served = place.serve(&[]);
    let person = |name: &str| {
        let tokens = served.anyone.post("/v1/auth/login", json!({"username": name, "password": PASSWORD})).ok();
        served.anyone.with_bearer(tokens["access_token"].as_str().expect("a log-in gives a token"))
    };
    use_up(&person("sales1"), 200);
    use_up(&person("viewer1"), 200);
    use_up(&served.anyone, 401);
    let shop = served.anyone.with_bearer(key.trim());
    (0..5).for_each(|_| drop(shop.get("/v1/orders").is(200)));
    shop.get("/v1/orders").refused(429, "rate_limited");
}

#[test]
fn another_log_in_is_no_way_around_the_limit() {
    let place = Place::embedded().with("DOCKET_RATE_LIMIT", "5");
    let served = place.serve(&[]);
    let again = || {
        let tokens = served.anyone.post("/v1/auth/login", json!({"username": "admin", "password": PASSWORD})).ok();
        served.anyone.with_bearer(tokens["access_token"].as_str().expect("a log-in gives a token"))
    };
    use_up(&again(), 200);
    again().get("/v1/me").refused(429, "rate_limited");
}

#[test]
fn log_ins_are_limited_by_address_whether_or_not_they_are_good() {
    let place = Place::embedded().with("DOCKET_LOGIN_LIMIT", "3");
    let served = place.serve(&[]);
    let log_in = |name: &str, password: &str| served.anyone.post("/v1/auth/login", json!({"username": name, "password": password}));
    log_in("admin", PASSWORD).is(200);
    log_in("nobody", "wrong password").refused(401, "invalid_credentials");
    served.anyone.post("/v1/auth/refresh", json!({"refresh_token": "guessed"})).is(401);
    let refused = log_in("admin", PASSWORD);
    assert!((1..=60).contains(&number(&refused, "retry-after")));
    refused.refused(429, "rate_limited");
    served.anyone.get("/v1/me").refused(401, "unauthenticated"); // only log-ins have a limit by themselves
}

#[test]
fn an_address_that_a_stranger_claims_to_come_from_does_not_count() {
    // DECISIONS 33: only configured proxies are believed
    let log_in = |place: &Place| {
        let served = place.serve(&[]);
        let from = |at: u8| [("x-forwarded-for", format!("203.0.113.{at}"))];
        let statuses = (0..4).map(|at| {
            let headers = from(at);
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            served.anyone.post_with("/v1/auth/login", &headers, json!({"username": "nobody", "password": "wrong password"})).status
        });
        statuses.collect::<Vec<u16>>()
    };
    let limited = || Place::embedded().with("DOCKET_LOGIN_LIMIT", "3");
    assert_eq!(log_in(&limited()), [401, 401, 401, 429]);
    assert_eq!(log_in(&limited().with("DOCKET_TRUSTED_PROXIES", "127.0.0.1")), [401, 401, 401, 401]);
}

#[test]
fn a_log_in_that_is_written_another_way_counts_all_the_same() {
    // DECISIONS 33
    let place = Place::embedded().with("DOCKET_LOGIN_LIMIT", "3");
    let served = place.serve(&[]);
    let log_in = |path: &str| served.anyone.post(path, json!({"username": "nobody", "password": "wrong password"}));
    for path in ["/v1/auth/%6Cogin", "/v1/auth/login", "/v1/%61uth/lo%67in"] {
        log_in(path).refused(401, "invalid_credentials");
    }
    for path in ["/v1/auth/%6Cogin", "/v1/auth/%6c%6f%67%69%6e", "/v1/auth/login"] {
        log_in(path).refused(429, "rate_limited");
    }
    served.anyone.post("/v1/auth/%72efresh", json!({"refresh_token": "guessed"})).refused(429, "rate_limited");
}
