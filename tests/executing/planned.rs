//! The default templates: exactly these tasks, in this order, due then (DOMAIN 3.1); across a Chinese New Year
//! with make-up days, and where clocks are put on.

use super::{it_is, plan, settings};
use crate::support::{Company, TestApp, on_every_store, on_every_store_with, order_of};
use serde_json::{Value, json};

fn standard() -> Value {
    json!({"sku": "PAPER", "quantity": "2"})
}

fn custom() -> Value {
    json!({"name": "Engraved trophy", "kind": "custom", "quantity": "1", "unit": "piece", "unit_price": "200.00"})
}

/// An order of these lines, with whatever else it says, agreed with the customer.
fn agreed(company: &Company, lines: Value, more: Value) -> Value {
    let mut body = order_of(lines);
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let order = company.sales().post("/v1/orders", body).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    while !company.pending_steps(&order).is_empty() {
        company.approve_next(&order);
    }
    company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone", "note": "Ms Li agreed"})).ok()
}

/// The Friday before the Chinese New Year of 2026: the 14th makes up, the 15th to 23rd are off, the 28th makes up.
fn before_the_new_year(app: &TestApp) -> Company<'_> {
    it_is(app, "2026-02-13T02:00:00Z");
    let company = app.company();
    company.with_paper("20");
    company
}

#[test]
fn standard_goods_are_picked_shipped_and_invoiced() {
    // DOMAIN 3.1
    on_every_store(|app| {
        let company = before_the_new_year(app);
        let order = agreed(&company, json!([standard()]), json!({}));
        assert_eq!(
            plan(&company, &order),
            [
                "coordinate sales [] open 2026-02-14T10:00:00Z",
                "pick warehouse [] open 2026-02-14T10:00:00Z",
                "ship logistics [pick] blocked -",
                "invoice finance [] open -",
            ]
        );
        it_is(app, "2026-02-14T03:00:00Z");
        company.pick(&order);
        assert_eq!(plan(&company, &order)[2], "ship logistics [pick] open 2026-02-25T10:00:00Z", "2 working days over the holiday");
        it_is(app, "2026-02-26T03:00:00Z");
        company.dispatched(&order, &[(0, "2")]);
        let after = plan(&company, &order);
        assert_eq!(after[0], "coordinate sales [] done 2026-02-14T10:00:00Z");
        assert_eq!(after[3], "invoice finance [] open 2026-03-02T10:00:00Z", "3 working days; Saturday the 28th makes up");
    });
}

#[test]
fn custom_goods_are_produced_in_their_lead_time() {
    // DOMAIN 3.1
    on_every_store(|app| {
        let company = before_the_new_year(app);
        let order = agreed(&company, json!([custom()]), json!({}));
        assert_eq!(
            plan(&company, &order),
            [
                "coordinate sales [] open 2026-02-25T10:00:00Z",
                "produce production [] open 2026-02-25T10:00:00Z",
                "ship logistics [produce] blocked -",
                "invoice finance [] open -",
            ],
            "the usual 3 working days: the 14th, 24th and 25th"
        );
        let product = company.product("TROPHY", "custom", "200.00");
        let etag = company.order_admin().get(&format!("/v1/products/{}", crate::support::id(&product))).etag();
        company.order_admin().patch("/v1/products/TROPHY", &etag, json!({"lead_time_days": 5})).ok();
        let order = agreed(&company, json!([{"sku": "TROPHY", "quantity": "1"}, custom()]), json!({}));
        assert_eq!(plan(&company, &order)[1], "produce production [] open 2026-02-27T10:00:00Z", "the longest lead time");
    });
}

#[test]
fn mixed_goods_leave_when_both_are_ready() {
    // DOMAIN 3.1, 3.2
    on_every_store(|app| {
        let company = before_the_new_year(app);
        let order = agreed(&company, json!([standard(), custom()]), json!({}));
        assert_eq!(
            plan(&company, &order),
            [
                "coordinate sales [] open 2026-02-14T10:00:00Z",
                "pick warehouse [] open 2026-02-14T10:00:00Z",
                "produce production [] open 2026-02-25T10:00:00Z",
                "ship logistics [pick produce] blocked -",
                "invoice finance [] open -",
            ]
        );
        company.pick(&order);
        assert_eq!(plan(&company, &order)[3], "ship logistics [pick produce] blocked -");
        it_is(app, "2026-02-25T11:00:00Z");
        company.produce(&order);
        assert_eq!(plan(&company, &order)[3], "ship logistics [pick produce] open 2026-02-27T10:00:00Z");
    });
}

#[test]
fn a_service_is_carried_out_by_the_promised_date() {
    // DOMAIN 3.1
    on_every_store(|app| {
        let company = before_the_new_year(app);
        let service = json!({"name": "Installation", "kind": "service", "quantity": "1", "unit": "visit", "unit_price": "50.00"});
        let order = agreed(&company, json!([service]), json!({}));
        assert_eq!(
            plan(&company, &order),
            ["coordinate sales [] open 2026-03-05T10:00:00Z", "serve operations [] open 2026-03-05T10:00:00Z", "invoice finance [] open -",],
            "within ten working days from the 13th"
        );
    });
}

#[test]
fn what_is_collected_and_what_is_ordered_ahead_have_the_same_tasks() {
    // DOMAIN 3.1, 3.3: there is no tracking number to enter for what is collected
    on_every_store(|app| {
        let company = before_the_new_year(app);
        let pickup = agreed(&company, json!([standard()]), json!({"delivery": {"method": "self_pickup", "requested_date": "2026-03-05"}}));
        let usual = plan(&company, &pickup);
        assert_eq!(
            usual,
            [
                "coordinate sales [] open 2026-02-14T10:00:00Z",
                "pick warehouse [] open 2026-02-14T10:00:00Z",
                "ship logistics [pick] blocked -",
                "invoice finance [] open -",
            ]
        );
        company.pick(&pickup);
        let shipment = company.logistics().post(&company.path(&pickup, "/shipments"), json!({"method": "self_pickup"})).created();
        company.logistics().post(&format!("/v1/shipments/{}/dispatch", crate::support::id(&shipment)), json!({})).ok();
        assert!(plan(&company, &pickup)[2].starts_with("ship logistics [pick] done"));
        let ahead = agreed(&company, json!([standard()]), json!({"preorder": true}));
        assert_eq!(plan(&company, &ahead), usual);
    });
}

#[test]
fn days_end_by_the_clock_on_the_wall_when_it_is_put_on() {
    // DOMAIN 3.1: New York puts its clocks on in the night to Sunday, 8 March 2026
    on_every_store_with(&[("DOCKET_TIME_ZONE", "America/New_York")], |app| {
        it_is(app, "2026-03-06T15:00:00Z");
        let company = app.company();
        company.with_paper("20");
        settings(app, json!({"holidays": "none"}));
        let order = agreed(&company, json!([standard(), custom()]), json!({}));
        assert_eq!(
            plan(&company, &order),
            [
                "coordinate sales [] open 2026-03-09T22:00:00Z",
                "pick warehouse [] open 2026-03-09T22:00:00Z",
                "produce production [] open 2026-03-11T22:00:00Z",
                "ship logistics [pick produce] blocked -",
                "invoice finance [] open -",
            ],
            "18:00 is 22:00 UTC from Sunday on, and was 23:00 on Friday"
        );
    });
}
