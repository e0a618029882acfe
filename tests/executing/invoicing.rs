//! Which invoice finance issues, and what an order comes to against invoices and payments (DOMAIN 3.1, 7.1).

use crate::support::{Company, id, on_every_store};
use serde_json::{Value, json};

fn balance(company: &Company, order: &Value) -> Value {
    company.finance().get(&company.path(order, "/balance")).ok()
}

#[test]
fn a_general_taxpayer_gets_a_special_invoice_unless_something_else_is_said() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        assert_eq!(balance(&company, &order)["invoice_kind"], "ordinary");
        let path = format!("/v1/customers/{}", order["customer"]["id"].as_str().expect("an id"));
        let change = |said: Value| drop(company.order_admin().patch(&path, &company.order_admin().get(&path).etag(), said).ok());
        change(json!({"tax": {"taxpayer": "general", "title": "上海艾克米科技有限公司"}}));
        assert_eq!(balance(&company, &order)["invoice_kind"], "ordinary", "without a tax number there is none");
        change(json!({"tax_number": "91310000MA1K35XT0P"}));
        let asked = balance(&company, &order);
        assert_eq!(
            [&asked["invoice_kind"], &asked["buyer_name"], &asked["buyer_tax_number"]],
            ["special_vat", "上海艾克米科技有限公司", "91310000MA1K35XT0P"]
        );
        let invoice = |said: Value| company.finance().post("/v1/invoices", said).created();
        let special = invoice(json!({"order_id": id(&order), "number": "INV-1", "amount": "5.00"}));
        assert_eq!([&special["kind"], &special["buyer_name"]], ["special_vat", "上海艾克米科技有限公司"]);
        let said = invoice(json!({"order_id": id(&order), "number": "INV-2", "amount": "5.00", "kind": "ordinary", "buyer_name": "Acme"}));
        assert_eq!([&said["kind"], &said["buyer_name"]], ["ordinary", "Acme"]);
    });
}

#[test]
fn an_order_is_shown_against_its_invoices_and_payments() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let amounts = || {
            let now = balance(&company, &order);
            ["total", "invoiced", "to_invoice", "paid", "to_pay", "overpaid"].map(|field| now[field].as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(amounts(), ["20.00", "0.00", "20.00", "0.00", "20.00", "0.00"]);
        company.finance().post("/v1/invoices", json!({"order_id": id(&order), "number": "INV-1", "amount": "12.50"})).created();
        let payment = company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": "20.50", "method": "transfer"})).created();
        assert_eq!(amounts(), ["20.00", "12.50", "7.50", "20.50", "0.00", "0.50"]);
        company.finance().post(&format!("/v1/payments/{}/reverse", id(&payment)), json!({"reason": "booked twice"})).ok();
        assert_eq!(amounts(), ["20.00", "12.50", "7.50", "0.00", "20.00", "0.00"]);
        company.sales().get(&company.path(&order, "/balance")).refused(403, "forbidden");
        company.finance().get("/v1/orders/202601-999/balance").refused(404, "not_found");
    });
}
