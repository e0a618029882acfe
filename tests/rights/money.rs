//! Amounts that were invoiced and paid are for those who may read invoices and payments, wherever
//! they stand (DECISIONS 27).

use crate::support::{Client, id, on_every_store};
use serde_json::{Value, json};

/// The order's events of money, as somebody reads them.
fn of_money(reader: &Client, path: &str) -> Vec<Value> {
    let history = reader.get(&format!("{path}/history?limit=200")).ok();
    let events = history["data"].as_array().expect("a list has data");
    events.iter().filter(|event| ["invoice", "payment"].contains(&event["subject"].as_str().unwrap_or_default())).cloned().collect()
}

#[test]
fn an_orders_history_shows_amounts_of_money_to_those_who_may_read_them_only() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.confirmed(json!([{"name": "Desk", "quantity": "1", "unit_price": "450.00"}]));
        let (finance, path) = (company.finance(), company.path(&order, ""));
        finance.post("/v1/invoices", json!({"order_id": id(&order), "number": "INV-1", "amount": "123.45"})).is(201);
        finance.post("/v1/payments", json!({"order_id": id(&order), "amount": "67.89", "method": "transfer"})).is(201);
        let machine = |scopes: &[&str]| app.machine(&scopes.join(" "), scopes);
        for reader in [&*finance, &*company.manager(), &*company.head(), &*company.operations(), &*company.order_admin()] {
            let shown: Vec<Value> = of_money(reader, &path).iter().map(|event| event["after"]["amount"].clone()).collect();
            assert_eq!(shown, ["123.45", "67.89"]);
        }
        let others = [&*company.sales(), &*company.viewer(), &*company.warehouse(), &*company.logistics(), &*app.admin(), &machine(&["orders:read"])];
        for reader in others {
            let shown = of_money(reader, &path);
            assert_eq!(shown.len(), 2, "that it was invoiced and paid is no secret");
            let text = json!(shown).to_string();
            assert!(!text.contains("123.45") && !text.contains("67.89"), "{text}");
            reader.get("/v1/payments").is(403);
        }
        let shown = of_money(&machine(&["orders:read", "payments:read"]), &path);
        assert_eq!([&shown[0]["after"], &shown[1]["after"]["amount"]], [&json!({}), &json!("67.89")]);
    });
}
