//! Versions in requests and answers (BEHAVIOUR 3, DECISIONS 1). Those who meet at one are in `races`.

use crate::support::on_every_store;
use serde_json::json;

#[test]
fn a_step_with_a_stale_version_is_refused_before_anything_else_is_looked_at() {
    // BEHAVIOUR 3: transitions accept If-Match
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let (verifier, path) = (company.second_sales(), company.path(&order, "/verify"));
        let etag = verifier.get(&company.path(&order, "")).etag();
        verifier.post_with(&path, &[("if-match", "\"v99-en\"")], json!({})).refused(412, "version_mismatch");
        verifier.post_with(&path, &[("if-match", &etag)], json!({})).is(200);
        verifier.post_with(&path, &[("if-match", &etag)], json!({})).refused(412, "version_mismatch");
    });
}

#[test]
fn the_etag_of_an_answer_is_that_of_the_final_version() {
    // DECISIONS 1
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
        let sales = company.sales();
        let confirmed = sales.post(&company.path(&order, "/confirm"), json!({"method": "phone"})).is(200);
        let read = sales.get(&company.path(&order, "")).is(200);
        assert_eq!((confirmed.etag(), &confirmed.body), (read.etag(), &read.body));
    });
}
