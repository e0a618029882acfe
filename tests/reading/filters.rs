//! Filters (BEHAVIOUR 4).

use super::{ids, orders};
use crate::support::{id, on_every_store, order_of};
use serde_json::json;

#[test]
fn orders_are_filtered_by_status_stage_channel_reference_customer_and_text() {
    on_every_store(|app| {
        let company = app.company();
        let plain = orders(&company, 1).remove(0);
        let mut said = order_of(json!([{"name": "\u{58a8}\u{6c34} Ink", "quantity": "1", "unit_price": "9"}]));
        said["channel"] = json!("web");
        said["channel_ref"] = json!("WEB-1");
        said["customer"] = json!({"name": "\u{5149}\u{660e} Trading"});
        let other = company.sales().post("/v1/orders", said).created();
        company.sales().post(&company.path(&plain, "/cancel"), json!({"reason": "gone"})).ok();
        let found = |query: &str| ids(&company.sales().get(&format!("/v1/orders?{query}")).ok());
        let (plain, other, customer) = (id(&plain).to_owned(), id(&other).to_owned(), id(&other["customer"]).to_owned());
        assert_eq!(found("status=cancelled"), [plain.as_str()]);
        assert_eq!(found("status=created,cancelled"), [other.as_str(), plain.as_str()]);
        assert_eq!(found("stage=awaiting_verification"), [other.as_str()]);
        assert_eq!(found("channel=web&channel_ref=WEB-1"), [other.as_str()]);
        assert_eq!(found(&format!("customer_id={customer}")), [other.as_str()]);
        assert_eq!(found("q=ink"), [other.as_str()]);
        assert_eq!(found("q=%E5%85%89%E6%98%8E"), [other.as_str()]);
        assert_eq!(found("q=nothing%20like%20that"), Vec::<String>::new());
    });
}

#[test]
fn orders_are_filtered_by_when_they_came_in() {
    on_every_store(|app| {
        let company = app.company();
        let first = orders(&company, 1).remove(0);
        app.advance(chrono::TimeDelta::hours(2));
        let second = orders(&company, 1).remove(0);
        let at = first["created_at"].as_str().expect("a time").to_owned();
        let found = |query: &str| ids(&company.sales().get(&format!("/v1/orders?{query}")).ok());
        assert_eq!(found(&format!("created_after={at}")), [id(&second)]);
        let between = app.app.clock.now().plus(-chrono::TimeDelta::hours(1)).text();
        assert_eq!(found(&format!("created_before={between}")), [id(&first)]);
    });
}
