//! Exchange rates (DECISIONS 24): entered, corrected, deleted; what counts is the last that began.

use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

/// What an order of 100 units of a currency comes to, as the rules see it.
fn in_base(company: &Company, currency: &str) -> Value {
    let mut order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "100"}]));
    order["currency"] = json!(currency);
    company.sales().post("/v1/approval-rules/simulate", json!({"order": order})).ok()["facts"]["total_in_base"].clone()
}

#[test]
fn the_rate_that_began_last_counts_from_its_day_on() {
    on_every_store(|app| {
        let company = app.company();
        assert_eq!(in_base(&company, "USD"), Value::Null);
        assert_eq!(in_base(&company, "CNY"), "100.0000");
        let old = company.rate("USD", "7.00", "2020-01-01");
        assert_eq!(in_base(&company, "USD"), "700.0000");
        let new = company.rate("USD", "7.25", "2020-01-02");
        company.rate("USD", "9.99", "2999-01-01");
        assert_eq!(in_base(&company, "USD"), "725.0000");
        let admin = company.order_admin();
        let at = |rate: &Value| format!("/v1/exchange-rates/{}", id(rate));
        let etag = admin.get(&at(&new)).is(200).etag();
        let corrected = admin.patch(&at(&new), &etag, json!({"rate": "14.5", "units": 2})).ok();
        assert_eq!([&corrected["version"], &corrected["units"], &corrected["rate"]], [&json!(2), &json!(2), &json!("14.5000")]);
        assert_eq!(in_base(&company, "USD"), "725.0000");
        admin.patch(&at(&new), &etag, json!({"rate": "1"})).refused(412, "version_mismatch");
        admin.send("DELETE", &at(&new), &[("if-match", &etag)], None).refused(412, "version_mismatch");
        admin.send("DELETE", &at(&new), &[("if-match", "*")], None).is(204);
        admin.get(&at(&new)).refused(404, "not_found");
        assert_eq!(in_base(&company, "USD"), "700.0000");
        let listed = company.viewer().get("/v1/exchange-rates?currency=USD").ok();
        assert_eq!(listed["data"].as_array().map(Vec::len), Some(2));
        assert_eq!(listed["data"][1], admin.get(&at(&old)).ok());
    });
}

#[test]
fn yen_are_quoted_by_the_hundred_and_rounded_half_up_once() {
    on_every_store(|app| {
        let company = app.company();
        let said = json!({"currency": "JPY", "units": 100, "rate": "4.8265", "valid_from": "2020-01-01"});
        company.order_admin().post("/v1/exchange-rates", said).created();
        assert_eq!(in_base(&company, "JPY"), "4.8300");
    });
}

#[test]
fn what_is_no_rate_is_refused() {
    on_every_store(|app| {
        let (company, kinds) = (app.company(), app.count("exchange_rates"));
        let good = json!({"currency": "USD", "rate": "7.10", "valid_from": "2026-01-01"});
        let admin = company.order_admin();
        for (field, value, code) in [
            ("currency", json!("CNY"), "base_currency"),
            ("currency", json!("XXX"), "currency"),
            ("rate", json!("0"), "range"),
            ("rate", json!("-1"), "range"),
            ("units", json!(0), "range"),
            ("units", json!(1_000_001), "range"),
            ("valid_from", json!("2026-02-30"), "invalid_value"),
        ] {
            let mut bad = good.clone();
            bad[field] = value.clone();
            let problem = admin.post("/v1/exchange-rates", bad).refused(400, "validation_failed");
            assert_eq!([&problem["errors"][0]["pointer"], &problem["errors"][0]["code"]], [&json!(format!("/{field}")), &json!(code)], "{value}");
        }
        assert_eq!(app.count("exchange_rates"), kinds);
        let rate = admin.post("/v1/exchange-rates", good.clone()).created();
        admin.post("/v1/exchange-rates", good).refused(409, "duplicate_reference");
        let other = company.rate("USD", "7.20", "2026-02-01");
        let at = format!("/v1/exchange-rates/{}", id(&other));
        let etag = admin.get(&at).is(200).etag();
        admin.patch(&at, &etag, json!({"valid_from": rate["valid_from"]})).refused(409, "duplicate_reference");
        admin
            .send_json("PATCH", &at, &[("content-type", "application/merge-patch+json")], &json!({"rate": "8"}))
            .refused(428, "precondition_required");
        company.sales().patch(&at, &etag, json!({"rate": "8"})).refused(403, "forbidden");
    });
}
