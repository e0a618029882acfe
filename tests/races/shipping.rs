//! Many at the same goods: nothing leaves twice, nothing leaves of what was cancelled, and what
//! several do to one line adds up (DOMAIN 4).

use super::everywhere;
use super::race::{About, MANY, Race, Try};
use crate::support::{Company, TestApp, id, parcel};
use serde_json::{Value, json};

everywhere! {
    of_those_who_dispatch_one_shipment_at_once_one_does,
    of_those_who_pack_the_last_goods_at_once_one_does,
    shipments_of_one_line_that_leave_at_once_add_up,
    of_cancelling_an_order_and_dispatching_all_of_it_one_happens,
    of_cancelling_a_shipment_and_dispatching_it_one_happens,
    a_delivery_that_is_told_many_times_at_once_happened_once,
    shipments_of_one_order_that_arrive_at_once_make_it_received_once,
}

/// An order of eight sets of paper, picked.
fn picked(company: &Company) -> Value {
    company.with_paper("8");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "8"}]));
    company.pick(&order);
    order
}

fn dispatch(company: &Company, shipment: &Value) -> Try {
    Try::post(&company.logistics(), &format!("/v1/shipments/{}/dispatch", id(shipment)), json!({}))
}

fn delivered(company: &Company, shipment: &Value, at: &Value) -> Try {
    let body = json!({"status": "delivered", "occurred_at": at, "description": "signed at the door", "signed_by": "Li Wei"});
    Try::post(&company.logistics(), &format!("/v1/shipments/{}/events", id(shipment)), body)
}

/// What of the order's line has been shipped and delivered.
fn progress(company: &Company, order: &Value) -> [String; 2] {
    let line = &company.order(order)["lines"][0];
    ["shipped", "delivered"].map(|field| line[field].as_str().unwrap_or_default().to_owned())
}

fn of_those_who_dispatch_one_shipment_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = picked(&company);
    let shipment = company.pack(&order, &[(0, "8")]);
    let tries = (0..MANY).map(|_| dispatch(&company, &shipment)).collect();
    Race::one_wins("orders", About::order(&order), tries, &[(409, "invalid_transition")])
        .events("shipment.dispatched", 1)
        .events("order.shipped", 1)
        .rows("tracking_events", 1)
        .rows("messages WHERE kind = 'shipment_dispatched'", 1)
        .run(app);
    assert_eq!(progress(&company, &order), ["8", "0"]);
}

fn of_those_who_pack_the_last_goods_at_once_one_does(app: &TestApp) {
    // DOMAIN 4.1
    let company = app.company();
    let order = picked(&company);
    company.pack(&order, &[(0, "2")]);
    let tries = (0..MANY).map(|_| Try::post(&company.logistics(), &company.path(&order, "/shipments"), parcel(&order, &[(0, "6")]))).collect();
    Race::one_wins("orders", About::order(&order), tries, &[(422, "rule_violated")]).events("shipment.created", 2).rows("shipments", 2).run(app);
}

fn shipments_of_one_line_that_leave_at_once_add_up(app: &TestApp) {
    let company = app.company();
    let order = picked(&company);
    let shipments: Vec<Value> = (0..MANY).map(|_| company.pack(&order, &[(0, "2")])).collect();
    let tries = shipments.iter().map(|shipment| dispatch(&company, shipment)).collect();
    Race::all_win("orders", About::order(&order), tries).events("shipment.dispatched", 4).events("order.shipped", 1).run(app);
    assert_eq!(progress(&company, &order), ["8", "0"]);
    assert_eq!(company.order(&order)["status"], "shipped");
}

fn of_cancelling_an_order_and_dispatching_all_of_it_one_happens(app: &TestApp) {
    // DECISIONS 27: none once goods have left
    let company = app.company();
    let order = picked(&company);
    let shipment = company.pack(&order, &[(0, "8")]);
    let cancel = || Try::post(&company.order_admin(), &company.path(&order, "/cancel"), json!({"reason": "gone"}));
    let tries = vec![dispatch(&company, &shipment), cancel(), cancel(), dispatch(&company, &shipment)];
    let told = &[(409, "invalid_transition"), (403, "forbidden")];
    let calls = Race::one_wins("orders", About::order(&order), tries, told).run(app);
    let dispatched = calls[0].succeeded() || calls[3].succeeded();
    let ends = if dispatched { ("shipped", "8", "0") } else { ("cancelled", "0", "8") };
    let stock = company.viewer().get("/v1/stock?sku=PAPER").ok();
    let shown = (company.order(&order)["status"].clone(), progress(&company, &order)[0].clone(), stock["data"][0]["on_hand"].clone());
    assert_eq!(shown, (json!(ends.0), ends.1.to_owned(), json!(ends.2)));
}

fn of_cancelling_a_shipment_and_dispatching_it_one_happens(app: &TestApp) {
    // DOMAIN 4.2
    let company = app.company();
    let order = picked(&company);
    let shipment = company.pack(&order, &[(0, "8")]);
    let cancel = || Try::post(&company.logistics(), &format!("/v1/shipments/{}/cancel", id(&shipment)), json!({"reason": "torn"}));
    let tries = vec![cancel(), dispatch(&company, &shipment), dispatch(&company, &shipment), cancel()];
    Race::one_wins("orders", About::order(&order), tries, &[(409, "invalid_transition")]).run(app);
}

fn a_delivery_that_is_told_many_times_at_once_happened_once(app: &TestApp) {
    // DOMAIN 4.2
    let company = app.company();
    let order = picked(&company);
    let shipment = company.dispatched(&order, &[(0, "8")]);
    let at = company.now();
    let tries = (0..MANY).map(|_| delivered(&company, &shipment, &at)).collect();
    let calls = Race::all_win("orders", About::order(&order), tries)
        .events("shipment.delivered", 1)
        .events("order.received", 1)
        .rows("tracking_events", 2)
        .run(app);
    assert_eq!(calls.iter().filter(|call| call.answer.status == 201).count(), 1, "one is new, the others are known");
    assert_eq!(progress(&company, &order), ["8", "8"]);
}

fn shipments_of_one_order_that_arrive_at_once_make_it_received_once(app: &TestApp) {
    // DOMAIN 4.3
    let company = app.company();
    let order = picked(&company);
    let shipments: Vec<Value> = (0..MANY).map(|_| company.dispatched(&order, &[(0, "2")])).collect();
    let at = company.now();
    let tries = shipments.iter().map(|shipment| delivered(&company, shipment, &at)).collect();
    Race::all_win("orders", About::order(&order), tries).events("shipment.delivered", 4).events("order.received", 1).run(app);
    assert_eq!(progress(&company, &order), ["8", "8"]);
}
