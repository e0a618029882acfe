//! Numbers at and past every limit, in every field that takes one.

use super::{is_refused, stored};
use crate::support::{Person, TestApp, on_every_store, order_of};
use serde_json::{Value, json};

/// Where amounts, quantities and rates stand: text of at most 12 digits before the point and 4 after.
const AMOUNTS: &[(&str, &str)] = &[
    ("/v1/orders", "/lines/0/quantity"),
    ("/v1/orders", "/lines/0/unit_price"),
    ("/v1/orders", "/lines/0/discount_rate"),
    ("/v1/orders", "/lines/0/discount_amount"),
    ("/v1/orders", "/lines/0/tax_rate"),
    ("/v1/orders", "/discount"),
    ("/v1/orders", "/shipping_fee"),
    ("/v1/orders", "/declared_total"),
    ("/v1/orders", "/deposit"),
    ("/v1/customers", "/credit_limit"),
    ("/v1/products", "/unit_price"),
    ("/v1/stock/movements", "/quantity"),
    ("/v1/orders/202601-001/shipments", "/lines/0/quantity"),
    ("/v1/invoices", "/amount"),
    ("/v1/payments", "/amount"),
    ("/v1/exceptions", "/impact/amount"),
    ("/v1/exceptions/EX-202601-001/plan", "/cost"),
];

/// Where whole numbers stand.
const COUNTS: &[(&str, &str)] = &[
    ("/v1/products", "/lead_time_days"),
    ("/v1/orders", "/delivery/requested_within_working_days"),
    ("/v1/exceptions", "/impact/customers"),
    ("/v1/exceptions", "/impact/delay_days"),
];

/// JSON that is no amount: numbers of all kinds, text that is none, other values.
const NO_AMOUNTS: &[&str] = &[
    "1",
    "0",
    "-1",
    "1.5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "-1e400",
    "-0",
    "1E+2",
    "007",
    "12.12345",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e-400",
    "1e999999999999",
    "0x10",
    "1_000",
    "\"\"",
    "\" 1\"",
    "\"1 \"",
    "\"+1\"",
    "\"1e3\"",
    "\"1,5\"",
    "\"1.\"",
    "\".5\"",
    "\"-\"",
    "\"--1\"",
    "\"NaN\"",
    "\"Infinity\"",
    "\"0x10\"",
    "\"1_000\"",
    "\"１２\"",
    "\"٣\"",
    "\"½\"",
    "\"1234567890123\"",
    "\"1234567890123.0000\"",
    "\"0.00001\"",
    "\"1.00000\"",
    "\"9223372036854775808\"",
    "\"-1234567890123\"",
    "\"1\\u0000\"",
    "true",
    "[]",
    "{}",
    "[\"1\"]",
    "{\"$numberDecimal\": \"1\"}",
];

/// JSON that is no whole number of a sensible size.
const NO_COUNTS: &[&str] = &[
    "-1",
    "1.5",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1e400",
    "007",
    "12.12345",
    "NaN",
    "1e999999999999",
    "\"3\"",
    "\"\"",
    "true",
    "[]",
    "{}",
    "4294967296",
    "2147483648",
];

/// A body that is right but for one place.
fn body(path: &str) -> Value {
    match path {
        "/v1/orders" => order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}])),
        "/v1/customers" => json!({"name": "Acme"}),
        "/v1/products" => json!({"sku": "P-1", "name": "Pen", "unit_price": "1", "currency": "CNY"}),
        "/v1/stock/movements" => json!({"kind": "receipt", "warehouse": "WH1", "sku": "P-1", "quantity": "1"}),
        "/v1/orders/202601-001/shipments" => json!({"method": "self_pickup", "lines": [{"line_id": "lin_1", "quantity": "1"}]}),
        "/v1/invoices" => json!({"order_id": "202601-001", "number": "INV-1", "amount": "1"}),
        "/v1/payments" => json!({"order_id": "202601-001", "amount": "1", "method": "cash"}),
        "/v1/exceptions" => json!({"kind": "other", "severity": "low", "cause": "x", "impact": {"note": ""}}),
        "/v1/exceptions/EX-202601-001/plan" => json!({"summary": "x"}),
        other => panic!("nothing is known of {other}"),
    }
}

fn who(app: &TestApp, path: &str) -> Person {
    match path {
        "/v1/invoices" | "/v1/payments" => app.company().finance(),
        _ => app.company().order_admin(),
    }
}

/// Puts a token into a place of a body, as it is.
fn with(path: &str, pointer: &str, token: &str) -> Vec<u8> {
    let mut body = body(path);
    let (parent, field) = pointer.rsplit_once('/').expect("a pointer");
    body.pointer_mut(parent).expect("it is there")[field] = json!("@@");
    body.to_string().replace("\"@@\"", token).into_bytes()
}

fn tried(app: &TestApp, path: &str, pointer: &str, token: &str) -> crate::support::Answer {
    who(app, path).send("POST", path, &[("content-type", "application/json")], Some(with(path, pointer, token)))
}

#[track_caller]
fn is_bad_in(fields: &[(&str, &str)], tokens: &[&str]) {
    on_every_store(|app| {
        // everybody has logged in before anything is counted
        fields.iter().for_each(|(path, _)| drop(who(app, path)));
        let before = stored(app);
        for (path, pointer) in fields {
            for token in tokens {
                let answer = tried(app, path, pointer, token);
                assert_eq!(answer.status, 400, "{token} in {pointer} of {path}: {}", answer.text);
                is_refused(&answer);
            }
        }
        assert_eq!(stored(app), before);
    });
}

#[test]
fn an_amount_is_exact_text_within_its_digits_and_nothing_else() {
    // BEHAVIOUR 1
    is_bad_in(AMOUNTS, NO_AMOUNTS);
}

#[test]
fn a_count_is_a_whole_number_within_its_bounds_and_nothing_else() {
    is_bad_in(COUNTS, NO_COUNTS);
}

#[test]
fn the_largest_amounts_are_kept_exactly_or_told_to_be_too_much() {
    on_every_store(|app| {
        let most = "\"999999999999.9999\"";
        for (path, pointer) in AMOUNTS {
            let answer = tried(app, path, pointer, most);
            assert!(answer.status < 500, "{pointer} of {path}: {}", answer.text);
        }
        let product = json!({"sku": "P-9", "name": "Pen", "unit_price": "999999999999.9999", "currency": "CNY"});
        assert_eq!(app.company().order_admin().post("/v1/products", product).created()["unit_price"], "999999999999.9999");
        let order = |quantity: &str, price: &str| order_of(json!([{"name": "Desk", "quantity": quantity, "unit_price": price}]));
        let sales = app.company().sales();
        assert_eq!(sales.post("/v1/orders", order("1", "999999999999.99")).created()["total"], "999999999999.99");
        assert_eq!(sales.post("/v1/orders", order("0.0001", "999999999999.99")).created()["total"], "100000000.00");
        let refused = sales.post("/v1/orders", order("999999999999.9999", "999999999999.9999")).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["code"], "too_large");
        let many: Vec<Value> = (0..200).map(|_| json!({"name": "Desk", "quantity": "1", "unit_price": "999999999999.99"})).collect();
        sales.post("/v1/orders", order_of(json!(many))).refused(400, "validation_failed");
    });
}

#[test]
fn versions_and_limits_past_what_a_number_holds_are_told() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let (sales, path) = (company.sales(), company.path(&order, ""));
        for version in ["9223372036854775807", "0", "2"] {
            sales.patch(&path, &format!("\"v{version}-en\""), json!({"rush": true})).refused(412, "version_mismatch");
        }
        for version in ["9223372036854775808", "-1", "+1", "1e3", "1.0", "", "NaN", "0x1", "1 1"] {
            sales.patch(&path, &format!("\"v{version}-en\""), json!({"rush": true})).refused(400, "invalid_parameter");
        }
        for limit in ["0", "201", "-1", "1.0", "1e2", "4294967296", "99999999999999999999", "", "NaN", "0x10", "１"] {
            let limit: String = limit
                .bytes()
                .map(|byte| if byte == b'%' || byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
                .collect();
            sales.get(&format!("/v1/orders?limit={limit}")).refused(400, "invalid_parameter");
        }
        assert_eq!(company.order(&order)["version"], 1);
    });
}

#[test]
fn a_patch_takes_no_number_that_a_post_would_not() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let admin = company.order_admin();
        let product = company.product("P-1", "standard", "1.00");
        let places = [
            (company.path(&order, ""), "discount"),
            (company.path(&order, ""), "shipping_fee"),
            (format!("/v1/products/{}", crate::support::id(&product)), "unit_price"),
            ("/v1/settings".to_owned(), "large_order_threshold"),
        ];
        for (path, field) in &places {
            let etag = admin.get(path).etag();
            for token in NO_AMOUNTS {
                let body = format!("{{\"{field}\": {token}}}").into_bytes();
                let answer = admin.send("PATCH", path, &[("content-type", "application/json"), ("if-match", &etag)], Some(body));
                assert_eq!(answer.status, 400, "{token} as {field} of {path}: {}", answer.text);
            }
            assert_eq!(admin.get(path).etag(), etag);
        }
    });
}
