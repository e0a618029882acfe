//! "One order from entry to receipt" (docs/api.md), each row with the answer that it states.

use crate::support::{PASSWORD, id, note_pdf, on_every_store};
use serde_json::{Value, json};

/// The order of the API's example, with goods from the catalogue.
fn web_order() -> Value {
    json!({
        "channel": "web", "channel_ref": "WEB-88213",
        "customer": {"name": "Acme Technology Ltd", "contact_name": "Li Wei", "phone": "+8613800138000", "email": "buyer@acme.example"},
        "currency": "CNY",
        "lines": [
            {"sku": "PAPER", "name": "A4 printing paper", "specification": "80 g, 10 packs", "quantity": "50", "unit": "set", "unit_price": "10.00"},
            {"sku": "PEN", "name": "Signing pen", "specification": "0.5 mm black, 20 pieces", "quantity": "50", "unit": "set", "unit_price": "6.00"}
        ],
        "shipping_fee": "0.00", "discount": "0.00", "declared_total": "800.00",
        "delivery": {
            "address": {"country": "CN", "region": "Shanghai", "city": "Shanghai", "street": "1 Century Avenue", "postcode": "200120"},
            "requested_date": "2027-03-05", "instructions": ""
        },
        "rush": false, "preorder": false, "tags": [], "metadata": {}
    })
}

#[test]
fn an_order_goes_from_the_web_shop_to_the_customers_signature() {
    // DOMAIN 1 to 4, 7
    on_every_store(|app| {
        let company = app.company();
        company.open_warehouse();
        for (sku, price) in [("PAPER", "10.00"), ("PEN", "6.00")] {
            company.product(sku, "standard", price);
            company.receive_stock(sku, "60");
        }
        let shop = app.machine("web shop", &["orders:write"]);

        let entered = shop.post("/v1/orders", web_order()).is(201);
        let order = entered.body.clone();
        assert_eq!(entered.header("location"), Some(company.path(&order, "").as_str()));
        assert!(entered.etag().starts_with("\"v1-"));
        assert_eq!([&order["status"], &order["stage"]], ["created", "awaiting_verification"]);
        assert_eq!([&order["total"], &order["goods_amount"], &order["amount_difference"]], ["800.00", "800.00", "0.00"]);

        let verify = json!({"fields": {"amount": "ok", "customer": "ok"}, "note": "as in the shop"});
        let order = company.second_sales().post(&company.path(&order, "/verify"), verify).ok();
        assert_eq!(order["stage"], "awaiting_approval");

        let steps = company.pending_steps(&order);
        assert_eq!(steps.len(), 1, "DOMAIN 2.1: an order of 800 asks sales only");
        assert_eq!([&steps[0]["role"], &steps[0]["status"]], ["sales_specialist", "pending"]);
        assert_eq!(steps[0]["level"], 1);
        assert!(
            steps[0]["checks"].as_array().is_some_and(|checks| checks.iter().any(|check| check["kind"] == "credit" && check["result"] == "pass"))
        );
        let step = company.sales().post(&format!("/v1/approvals/{}/approve", id(&steps[0])), json!({"comment": "fine"})).ok();
        assert_eq!([&step["status"], &step["comment"]], ["approved", "fine"]);
        assert!(step["decided_at"].is_string() && !step["decided_by"].is_null());
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");

        let order = company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone", "note": "Ms Li agreed"})).ok();
        assert_eq!([&order["status"], &order["stage"], &order["inventory_status"]], ["executing", "awaiting_preparation", "reserved"]);
        assert!(order["reviewed_at"].is_string());

        let picking = company.task(&order, "warehouse");
        assert_eq!([&picking["status"], &picking["required_evidence"]], ["open", "goods_issue_note"]);
        assert_eq!(company.task(&order, "logistics")["status"], "blocked");
        let picker = company.warehouse();
        let path = format!("/v1/tasks/{}", id(&picking));
        assert_eq!(picker.post(&format!("{path}/start"), json!({})).ok()["status"], "in_progress");
        picker.post(&format!("{path}/complete"), json!({})).refused(422, "evidence_missing");
        picker.upload(&format!("{path}/evidence"), "goods_issue_note", "note.pdf", &note_pdf()).is(201);
        assert_eq!(picker.post(&format!("{path}/complete"), json!({})).ok()["status"], "done");
        let order = company.order(&order);
        assert_eq!([&order["stage"], &order["inventory_status"]], ["awaiting_shipment", "issued"]);
        assert_eq!(company.task(&order, "logistics")["status"], "open");

        let shipment = company.pack(&order, &[(0, "50"), (1, "50")]);
        assert_eq!(shipment["status"], "preparing");
        let shipment = company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&shipment)), json!({})).ok();
        assert_eq!(shipment["status"], "dispatched");
        assert!(shipment["dispatched_at"].is_string());
        let order = company.order(&order);
        assert_eq!([&order["status"], &order["stage"]], ["shipped", "awaiting_receipt"]);
        assert_eq!(company.task(&order, "logistics")["status"], "done");
        assert_eq!(company.task(&order, "sales")["status"], "done");

        company.deliver(&shipment);
        let shipment = company.logistics().get(&format!("/v1/shipments/{}", id(&shipment))).ok();
        assert_eq!([&shipment["status"], &shipment["signed_by"]], ["delivered", "Li Wei"]);
        let order = company.order(&order);
        assert_eq!([&order["status"], &order["stage"]], ["received", "done"]);
        assert!(order["received_at"].is_string());

        let invoice = json!({"order_id": id(&order), "kind": "ordinary", "number": "INV-1", "amount": "800.00", "due_date": "2027-04-05"});
        company.finance().post("/v1/invoices", invoice).is(201);
        assert_eq!(company.task(&order, "finance")["status"], "done");
        let payment = json!({"order_id": id(&order), "amount": "800.00", "method": "transfer", "paid_at": company.now()});
        company.finance().post("/v1/payments", payment).is(201);
        assert_eq!(company.order(&order)["payment_status"], "paid");
    });
}

#[test]
fn whoever_logs_in_gets_tokens_and_is_told_who_they_are() {
    // DOMAIN 9.1
    on_every_store(|app| {
        let tokens = app.anyone.post("/v1/auth/login", json!({"username": "admin", "password": PASSWORD})).ok();
        assert_eq!(tokens["token_type"], "Bearer");
        assert_eq!(tokens["expires_in"], 600);
        assert!(tokens["access_token"].is_string() && tokens["refresh_token"].is_string());
        let me = app.admin().get("/v1/me").ok();
        assert_eq!(me["username"], "admin");
        assert_eq!(me["roles"], json!(["admin"]));
    });
}

#[test]
fn a_new_key_is_shown_once() {
    // BEHAVIOUR 5
    on_every_store(|app| {
        let key = app.admin().post("/v1/api-keys", json!({"name": "shop", "scopes": ["orders:write"]})).created();
        let secret = key["key"].as_str().expect("a new key is shown");
        assert!(secret.starts_with("dk_"));
        let list = app.admin().get("/v1/api-keys").ok();
        assert_eq!(list["data"][0]["name"], "shop");
        assert!(!list.to_string().contains(secret));
    });
}

#[test]
fn stock_that_is_received_is_available() {
    // a stock row
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("60");
        let stock = company.viewer().get("/v1/stock?sku=PAPER").ok();
        let row = &stock["data"][0];
        assert_eq!([&row["sku"], &row["on_hand"], &row["reserved"], &row["available"]], ["PAPER", "60", "0", "60"]);
        assert!(row["warehouse"].to_string().contains("WH1"));
    });
}

#[test]
fn the_customer_is_told_of_each_dispatch_and_without_smtp_the_message_is_kept() {
    // DOMAIN 4.3, API "Running it"
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        company.pick(&order);
        company.dispatched(&order, &[(0, "2")]);
        app.drain();
        let messages = company.sales().get("/v1/messages").ok();
        let about: Vec<&Value> = messages["data"].as_array().expect("a list has data").iter().filter(|m| m["order_id"] == order["id"]).collect();
        let kinds: Vec<&Value> = about.iter().map(|message| &message["kind"]).collect();
        assert_eq!(kinds, ["shipment_dispatched", "confirmation_requested"], "{messages}");
        assert_eq!([&about[0]["status"], &about[0]["recipient"]], ["held", "buyer@acme.example"]);
    });
}
