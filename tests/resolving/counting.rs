//! What is learned from exceptions, counted by hand; and the orders that one may cover (DOMAIN 6.2).

use super::{path, reported};
use crate::support::{Company, TestApp, id, on_every_store, order_of};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn figures(company: &Company, by: &str) -> Value {
    company.viewer().get(&format!("/v1/exceptions/figures?by={by}")).ok()
}

/// A row: its key, how many there are, open, reported late, orders, share, cost, hours.
fn row(key: Value, counts: [i64; 4], share: &str, cost: &str, hours: Option<&str>) -> Value {
    let [exceptions, open, late_reports, orders] = counts;
    json!([key, exceptions, open, late_reports, orders, share, cost, hours])
}

fn plain(row: &Value) -> Value {
    let fields = ["key", "exceptions", "open", "late_reports", "orders", "share_of_orders", "cost", "hours_to_resolve"];
    fields.map(|field| row[field].clone()).to_vec().into()
}

fn rows(figures: &Value) -> Vec<Value> {
    figures["rows"].as_array().expect("rows").iter().map(plain).collect()
}

/// Four orders; a shortage over two of them, told late; another over the second, over after an hour and a half; a delay
/// whose plan costs 40.00; and one that is none.
fn scene(app: &TestApp) -> Company<'_> {
    let company = app.company();
    company.with_paper("10");
    company.product("DESK", "standard", "100.00");
    let (paper, desk) = (json!({"sku": "PAPER", "quantity": "1"}), json!({"sku": "DESK", "quantity": "1"}));
    let orders = [json!([paper]), json!([paper, desk]), json!([paper]), json!([desk])].map(|lines| company.entered(lines));
    let early = app.app.clock.now().plus(-TimeDelta::hours(2));
    let more = json!({"department": "warehouse", "cause_code": "supplier_late", "discovered_at": early});
    reported(&company, "stock_shortage", &[&orders[0], &orders[1]], more);
    let delay = reported(&company, "delivery_delay", &[], json!({}));
    company.order_admin().post(&path(&delay, "/plan"), json!({"summary": "a taxi", "cost": "40.00"})).ok();
    company.operations().post(&path(&delay, "/approve"), json!({})).ok();
    let none = reported(&company, "complaint", &[&orders[2]], json!({}));
    company.order_admin().post(&path(&none, "/dismiss"), json!({"reason": "a mistake"})).ok();
    let short = reported(&company, "stock_shortage", &[&orders[1]], json!({"department": "warehouse"}));
    app.advance(TimeDelta::minutes(90));
    company.order_admin().post(&path(&short, "/resolve"), json!({"result": "more came"})).ok();
    company
}

#[test]
fn exceptions_are_counted_by_kind_cause_and_department() {
    on_every_store(|app| {
        let company = scene(app);
        let by_kind = figures(&company, "kind");
        let short = |key: Value| row(key, [2, 1, 1, 2], "0.5000", "0.00", Some("1.50"));
        let delay = |key: Value| row(key, [1, 1, 0, 0], "0.0000", "40.00", None);
        assert_eq!(by_kind["orders_entered"], 4);
        assert_eq!(plain(&by_kind["all"]), row(Value::Null, [3, 2, 1, 2], "0.5000", "40.00", Some("1.50")));
        assert_eq!(rows(&by_kind), [short(json!("stock_shortage")), delay(json!("delivery_delay"))]);
        assert_eq!(by_kind["rows"][0]["label"], "Stock shortage");
        assert_eq!(rows(&figures(&company, "department")), [short(json!("warehouse")), delay(json!("logistics"))]);
        let by_cause = figures(&company, "cause");
        let unsaid = row(Value::Null, [2, 1, 0, 1], "0.2500", "40.00", Some("1.50"));
        assert_eq!(rows(&by_cause), [unsaid, row(json!("supplier_late"), [1, 1, 1, 2], "0.5000", "0.00", None)]);
        assert_eq!([&by_cause["rows"][0]["label"], &by_cause["rows"][1]["label"]], ["None named", "The supplier was late"]);
    });
}

#[test]
fn exceptions_are_counted_by_product_with_the_orders_that_have_it() {
    on_every_store(|app| {
        let company = scene(app);
        let by_product = figures(&company, "product");
        let expected = [
            row(json!("DESK"), [2, 1, 1, 1], "0.2500", "0.00", Some("1.50")),
            row(json!("PAPER"), [2, 1, 1, 2], "0.5000", "0.00", Some("1.50")),
            row(Value::Null, [1, 1, 0, 0], "0.0000", "40.00", None),
        ];
        assert_eq!(rows(&by_product), expected);
        assert_eq!(by_product["rows"][0]["label"], "Product DESK");
    });
}

#[test]
fn exceptions_are_counted_by_the_carrier_of_the_shipments() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        reported(&company, "delivery_delay", &[&order], json!({}));
        let by_carrier = figures(&company, "carrier");
        assert_eq!(rows(&by_carrier), [row(json!("SF"), [1, 1, 0, 1], "1.0000", "0.00", None)]);
        assert_eq!(by_carrier["rows"][0]["label"], "SF Express");
    });
}

#[test]
fn figures_are_of_some_days_and_by_something() {
    on_every_store(|app| {
        let company = app.company();
        reported(&company, "other", &[], json!({}));
        let viewer = company.viewer();
        let before = viewer.get("/v1/exceptions/figures?by=kind&from=2020-01-01&to=2020-12-31").ok();
        assert_eq!([&before["rows"], &before["orders_entered"], &before["all"]["exceptions"]], [&json!([]), &json!(0), &json!(0)]);
        assert_eq!([&before["all"]["share_of_orders"], &before["from"], &before["to"]], [&Value::Null, &json!("2020-01-01"), &json!("2020-12-31")]);
        for bad in ["", "?by=colour", "?by=kind&from=2020-01-02&to=2020-01-01", "?by=kind&from=2020-01-01&to=2021-01-01", "?by=kind&from=soon"] {
            viewer.get(&format!("/v1/exceptions/figures{bad}")).refused(400, "invalid_parameter");
        }
    });
}

#[test]
fn rule_6_2_open_orders_are_found_by_what_they_have_in_common_and_confirmed_by_a_report() {
    on_every_store(|app| {
        let company = app.company();
        let shipped = company.shipped();
        let mut south = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "10.00"}]));
        south["delivery"]["address"] = json!({"country": "CN", "region": "Guangdong", "city": "Shenzhen", "street": "1"});
        let entered = company.sales().post("/v1/orders", south).created();
        company.second_sales().post(&company.path(&entered, "/verify"), json!({})).ok();
        while !company.pending_steps(&entered).is_empty() {
            company.approve_next(&entered);
        }
        let south = company.sales().post(&company.path(&entered, "/confirm"), json!({"method": "phone", "note": "yes"})).ok();
        let waiting = company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
        let new = company.entered(json!([{"sku": "PAPER", "quantity": "1"}]));

        let asked = |query: &str| company.viewer().get(&format!("/v1/exceptions/candidates?{query}")).ok();
        let found = |query: &str| -> Vec<Value> {
            asked(query)["data"].as_array().expect("a list").iter().map(|candidate| candidate["order_id"].clone()).collect()
        };
        let ids = |orders: &[&Value]| -> Vec<Value> { orders.iter().map(|order| order["id"].clone()).collect() };
        assert_eq!(found("sku=PAPER"), ids(&[&waiting, &shipped]), "the newest first, and what is agreed");
        assert_eq!(found("sku=PAPER&status=created"), ids(&[&new]));
        assert_eq!(found("sku=PAPER&status=shipped"), ids(&[&shipped]));
        assert_eq!(found("carrier=sf%20express"), ids(&[&shipped]), "by any of its names");
        assert!(found("carrier=DHL").is_empty());
        assert_eq!(found("region=Guangdong"), ids(&[&south]));
        assert_eq!(found("city=Shenzhen&country=CN"), ids(&[&south]));
        assert!(found("region=Guangdong&sku=PAPER").is_empty());
        assert!(found("warehouse=WH1").contains(&waiting["id"]) && !found("warehouse=WH1").contains(&south["id"]));
        assert_eq!(found(&format!("customer_id={}", id(&south["customer"]))).len(), 3, "all are of one customer");

        let in_the_south = asked("region=Guangdong");
        assert_eq!(in_the_south["more"], false);
        assert_eq!([&in_the_south["impact"]["orders"], &in_the_south["impact"]["customers"]], [&json!(1), &json!(1)]);
        assert_eq!(in_the_south["impact"]["amount"], in_the_south["data"][0]["total"]);
        let confirmed: Vec<&str> = in_the_south["data"].as_array().unwrap().iter().map(|candidate| candidate["order_id"].as_str().unwrap()).collect();
        let body = json!({"kind": "delivery_delay", "severity": "high", "cause": "a typhoon", "order_ids": confirmed});
        let exception = company.logistics().post("/v1/exceptions", body).created();
        assert_eq!([&exception["order_ids"], &exception["impact"]["amount"]], [&json!([south["id"]]), &in_the_south["impact"]["amount"]]);

        company.viewer().get("/v1/exceptions/candidates?status=received").refused(400, "invalid_parameter");
        company.viewer().get("/v1/exceptions/candidates?warehouse=NONE").refused(400, "invalid_parameter");
        company.viewer().get("/v1/exceptions/candidates?province=Hunan").refused(400, "unknown_parameter");
    });
}
