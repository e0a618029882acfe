//! What `q` looks for is text: the wildcards of SQL stand for themselves in it.

use crate::support::{Client, on_every_store, order_of};
use serde_json::{Value, json};

const NAMES: &[&str] = &["100% wool", "100x wool", "a_b", "axb", "c\\d", "cd", "e%_\\f", "exyzf"];

/// What is looked for, and the names in which it stands.
const ASKED: &[(&str, &[&str])] = &[
    ("%", &["100% wool", "e%_\\f"]),
    ("0%", &["100% wool"]),
    ("_", &["a_b", "e%_\\f"]),
    ("a_b", &["a_b"]),
    ("\\", &["c\\d", "e%_\\f"]),
    ("c\\d", &["c\\d"]),
    ("%_\\", &["e%_\\f"]),
    ("\\%", &[]),
    ("%%", &[]),
    ("wool", &["100% wool", "100x wool"]),
];

#[track_caller]
fn finds(reader: &Client, list: &str, name: impl Fn(&Value) -> Value) {
    for (asked, expected) in ASKED {
        let escaped: String = asked.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let found = reader.get(&format!("/v1/{list}?q={escaped}")).ok()["data"].clone();
        let mut names: Vec<String> = found.as_array().expect("data").iter().map(|row| name(row).as_str().unwrap_or_default().to_owned()).collect();
        names.sort_unstable();
        assert_eq!(names, *expected, "{asked} in {list}");
    }
}

#[test]
fn wildcards_stand_for_themselves_in_every_list_that_is_searched() {
    on_every_store(|app| {
        let (sales, admin) = (app.company().sales(), app.company().order_admin());
        for (number, name) in NAMES.iter().enumerate() {
            let mut order = order_of(json!([{"name": name, "quantity": "1", "unit_price": "1"}]));
            order["customer"] = json!({"name": name});
            sales.post("/v1/orders", order).created();
            let product = json!({"sku": format!("P{number}"), "name": name, "unit_price": "1", "currency": "CNY"});
            admin.post("/v1/products", product).created();
        }
        finds(&sales, "customers", |row| row["name"].clone());
        finds(&sales, "products", |row| row["name"].clone());
        finds(&sales, "orders", |row| row["customer"]["name"].clone());
    });
}
