//! What callers want to be answered, and headers that come twice (RFC 9110).

use crate::support::{Answer, Person, on_every_store};
use serde_json::json;

fn with(person: &Person, headers: &[(&str, &str)]) -> Answer {
    person.get_with("/v1/me", headers)
}

#[test]
fn a_weight_of_nothing_excludes_and_the_closest_range_counts() {
    // RFC 9110, 12.5.1
    on_every_store(|app| {
        let sales = app.company().sales();
        let good = [
            "*/*",
            "application/json",
            "application/*;q=0.1",
            "text/html, */*;q=0.1",
            "application/*;q=0, application/json",
            "application/json;q=0.001",
        ];
        for accept in good {
            with(&sales, &[("accept", accept)]).is(200);
        }
        let bad = [
            "text/html",
            "*/*;q=0",
            "application/json;q=0, application/problem+json;q=0, */*",
            "application/*;q=0, */*",
            "image/png",
            "text/*, */*;q=0.0",
        ];
        for accept in bad {
            with(&sales, &[("accept", accept)]).refused(406, "not_acceptable");
        }
    });
}

#[test]
fn a_header_that_comes_in_two_lines_counts_as_one() {
    // RFC 9110, 5.3
    on_every_store(|app| {
        let sales = app.company().sales();
        with(&sales, &[("accept", "text/html"), ("accept", "application/json")]).is(200);
        with(&sales, &[("accept", "text/html"), ("accept", "image/png")]).refused(406, "not_acceptable");
        let chinese = with(&sales, &[("accept-language", "fr"), ("accept-language", "zh-CN"), ("accept", "text/html")]);
        assert_eq!(chinese.header("content-language"), Some("zh-CN"));
        let etag = with(&sales, &[]).header("etag").map(str::to_owned);
        if let Some(etag) = etag {
            with(&sales, &[("if-none-match", "\"other\""), ("if-none-match", &etag)]).is(304);
        }
    });
}

#[test]
fn a_version_that_is_no_text_is_refused_and_not_overlooked() {
    // found here: it counted as no If-Match, and a step went ahead whatever the version was
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let cancel = company.path(&order, "/cancel");
        let body = json!({"reason": "gone"});
        company.sales().post_with(&cancel, &[("if-match", "\"vé\"")], body.clone()).refused(400, "invalid_parameter");
        let twice = [("if-match", "\"v1-en\""), ("if-match", "nonsense")];
        company.sales().post_with(&cancel, &twice, body.clone()).refused(400, "invalid_parameter");
        assert_eq!(company.order(&order)["status"], "created");
        let either = [("if-match", "\"v9-en\""), ("if-match", "\"v1-en\"")];
        company.sales().post_with(&cancel, &either, body).ok();
    });
}

#[test]
fn two_keys_or_two_log_ins_at_once_are_nobodys() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let twice = [("idempotency-key", "a"), ("idempotency-key", "b")];
        sales.post_with("/v1/customers", &twice, json!({"name": "Acme"})).refused(400, "idempotency_key_invalid");
        with(&sales, &[("authorization", "Bearer dk_x")]).refused(401, "unauthenticated");
        assert_eq!(app.count("customers"), 0);
    });
}
