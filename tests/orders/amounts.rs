//! Amounts are exact decimals, and a difference is shown, not swallowed (DOMAIN 1.5).

use crate::support::{id, on_every_store, order_of};
use serde_json::{Value, json};

/// An order of these lines with these fields changed.
fn with(lines: Value, fields: Value) -> Value {
    let mut order = order_of(lines);
    for (name, value) in fields.as_object().expect("fields are an object") {
        order[name] = value.clone();
    }
    order
}

fn texts<'o>(order: &'o Value, pointers: &[&str]) -> Vec<&'o str> {
    pointers.iter().map(|pointer| order.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {order}"))).collect()
}

#[test]
fn rule_1_5_a_line_is_quantity_times_price_less_its_discount_rounded_half_up() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let line = |quantity: &str, price: &str, discount: Value| {
            let mut line = json!({"name": "Cable", "quantity": quantity, "unit_price": price});
            discount.as_object().expect("a discount is an object").iter().for_each(|(name, value)| line[name] = value.clone());
            line
        };
        let lines = json!([
            line("3", "0.335", json!({})),
            line("1", "0.0049", json!({})),
            line("1", "0.005", json!({})),
            line("0.5", "33.33", json!({"discount_rate": "0.1"})),
            line("2", "10.00", json!({"discount_amount": "5.55"})),
        ]);
        let order = sales.post("/v1/orders", order_of(lines)).created();
        let amounts = ["/lines/0/amount", "/lines/1/amount", "/lines/2/amount", "/lines/3/amount", "/lines/4/amount"];
        assert_eq!(texts(&order, &amounts), ["1.01", "0.00", "0.01", "15.00", "14.45"]);
        assert_eq!(texts(&order, &["/goods_amount", "/total"]), ["30.47", "30.47"]);
    });
}

#[test]
fn rule_1_5_amounts_follow_the_currencys_minor_unit() {
    // BEHAVIOUR 1
    on_every_store(|app| {
        let sales = app.company().sales();
        let total = |currency: &str| {
            let lines = json!([{"name": "Cable", "quantity": "1", "unit_price": "10.0055"}]);
            sales.post("/v1/orders", with(lines, json!({"currency": currency}))).created()["total"].clone()
        };
        assert_eq!([total("JPY"), total("CNY"), total("BHD")], ["10", "10.01", "10.006"]);
        let lines = json!([{"name": "Cable", "quantity": "1", "unit_price": "10"}]);
        let refused = sales.post("/v1/orders", with(lines, json!({"currency": "JPY", "shipping_fee": "0.5"}))).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/shipping_fee");
    });
}

#[test]
fn decision_21_total_is_lines_less_discount_plus_fee_plus_tax() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let lines = json!([{"name": "Cable", "quantity": "50", "unit_price": "10", "tax_rate": "0.13"}]);
        let extra = json!({"discount": "100", "shipping_fee": "8", "prices_include_tax": false});
        let order = sales.post("/v1/orders", with(lines.clone(), extra)).created();
        assert_eq!(texts(&order, &["/goods_amount", "/tax", "/total"]), ["500.00", "65.00", "473.00"]);
        let order = sales.post("/v1/orders", with(lines, json!({}))).created();
        assert_eq!(texts(&order, &["/tax", "/total"]), ["0.00", "500.00"]);
    });
}

#[test]
fn rule_1_5_a_declared_total_that_differs_is_accepted_and_shown() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let lines = json!([{"name": "Cable", "quantity": "80", "unit_price": "10"}]);
        let order = sales.post("/v1/orders", with(lines.clone(), json!({"declared_total": "790.00"}))).created();
        assert_eq!(texts(&order, &["/total", "/declared_total", "/amount_difference"]), ["800.00", "790.00", "-10.00"]);
        assert!(order["findings"].to_string().contains("amount_difference"));
        let order = sales.post("/v1/orders", with(lines, json!({"declared_total": "800"}))).created();
        assert_eq!(order["amount_difference"], "0.00");
        assert!(!order["findings"].to_string().contains("amount_difference"));
    });
}

#[test]
fn rule_1_5_what_is_too_large_or_no_exact_decimal_is_refused_not_wrapped() {
    on_every_store(|app| {
        let sales = app.company().sales();
        let refused = |quantity: Value, price: Value| {
            let lines = json!([{"name": "Cable", "quantity": quantity, "unit_price": price}]);
            sales.post("/v1/orders", order_of(lines)).refused(400, "validation_failed");
        };
        refused(json!("999999999999"), json!("999999999999"));
        refused(json!("1000000000000"), json!("1"));
        refused(json!("1.00001"), json!("1"));
        refused(json!("1e3"), json!("1"));
        refused(json!("0"), json!("1"));
        refused(json!("-1"), json!("1"));
        refused(json!("1"), json!("-0.01"));
        let over = json!([{"name": "Cable", "quantity": "1", "unit_price": "1", "discount_amount": "1.01"}]);
        sales.post("/v1/orders", order_of(over)).refused(400, "validation_failed");
    });
}

#[test]
fn rule_1_5_what_is_invoiced_and_paid_has_no_more_digits_than_the_currency() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.confirmed(json!([{"name": "Advice", "quantity": "1", "unit_price": "9", "kind": "service"}]));
        let (finance, order) = (company.finance(), id(&order).to_owned());
        let payment = |amount: &str| finance.post("/v1/payments", json!({"order_id": order, "amount": amount, "method": "cash"}));
        let invoice = |amount: &str| {
            finance.post("/v1/invoices", json!({"order_id": order, "number": format!("INV-{amount}"), "amount": amount, "kind": "ordinary"}))
        };
        for refused in [payment("1.001"), invoice("1.001")] {
            assert_eq!(refused.refused(400, "validation_failed")["errors"][0]["pointer"], "/amount");
        }
        payment("1.01").created();
        invoice("1.01").created();
    });
}
