//! A thousand orders that are agreed at once share out a hundred; nobody is promised what is not there (DECISIONS 25).

use crate::executing::settings;
use crate::support::{Client, Company, TestApp, id, on_every_store, order_of};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many confirm at a time.
const CALLERS: usize = 16;

/// Orders of these lines, approved, so that only the customer's yes is missing.
fn approved(company: &Company, bodies: Vec<Value>) -> Vec<Value> {
    let orders: Vec<Value> = bodies.into_iter().map(|body| company.sales().post("/v1/orders", body).created()).collect();
    for some in orders.chunks(100) {
        let named: Vec<&str> = some.iter().map(id).collect();
        company.second_sales().post("/v1/orders/verify", json!({"orders": named})).ok();
        let steps = company.sales().get("/v1/approvals?status=pending&limit=200").ok();
        let steps: Vec<&str> = steps["data"].as_array().expect("a list").iter().map(id).collect();
        company.second_sales().post("/v1/approvals/approve", json!({"steps": steps})).ok();
    }
    orders
}

/// The customers of all of them say yes at once; every one of them is taken.
fn all_confirm(company: &Company, orders: &[Value]) {
    let (sales, next) = (company.sales(), AtomicUsize::new(0));
    let confirm = |client: Client| {
        while let Some(order) = orders.get(next.fetch_add(1, Ordering::Relaxed)) {
            let path = format!("/v1/orders/{}/confirm", id(order));
            // who is told to come again comes again
            while client.post(&path, json!({"method": "phone"})).told_to_wait() {}
        }
    };
    thread::scope(|scope| (0..CALLERS).for_each(|_| drop(scope.spawn(|| confirm((*sales).clone())))));
}

/// How many orders have what they need, and how many lack some and are told so once.
fn shares(app: &TestApp) -> [i64; 3] {
    [
        app.count("orders WHERE inventory_status = 'reserved' AND state = 'executing'"),
        app.count("orders WHERE inventory_status <> 'reserved' AND state = 'reviewed'"),
        app.number(
            "SELECT count(*) AS value FROM (SELECT order_id FROM exception_orders JOIN exceptions ON exceptions.id = exception_id \
             WHERE kind = 'stock_shortage' AND status = 'reported' GROUP BY order_id HAVING count(*) = 1) AS told",
        ),
    ]
}

#[test]
fn a_thousand_orders_share_a_stock_of_a_hundred() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("100");
        let orders = approved(&company, vec![order_of(json!([{"sku": "PAPER", "quantity": "1"}])); 1000]);
        all_confirm(&company, &orders);
        assert_eq!(shares(app), [100, 900, 900]);
        let stock = company.viewer().get("/v1/stock").ok()["data"][0].clone();
        assert_eq!([&stock["on_hand"], &stock["reserved"], &stock["available"]], ["100", "100", "0"]);
        assert_eq!(app.count("stock_movements WHERE on_hand_change < 0"), 0);
        assert_eq!(app.check(), []);
    });
}

#[test]
fn orders_of_crossing_products_in_two_warehouses_do_not_stop_each_other() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        settings(app, json!({"reservation_rules": ["region", "priority"]}));
        for (code, region) in [("EAST", "Shanghai"), ("WEST", "Sichuan")] {
            admin.post("/v1/warehouses", json!({"code": code, "name": code, "serves": [{"country": "CN", "region": region}]})).created();
        }
        for sku in ["INK", "PEN"] {
            company.product(sku, "standard", "1.00");
            for warehouse in ["EAST", "WEST"] {
                admin.post("/v1/stock/movements", json!({"kind": "receipt", "warehouse": warehouse, "sku": sku, "quantity": "30"})).created();
            }
        }
        // one after the other asks for the products, and is near to the warehouses, the other way round
        let body = |at: usize| {
            let skus = if at.is_multiple_of(2) { ["INK", "PEN"] } else { ["PEN", "INK"] };
            let mut order = order_of(json!(skus.map(|sku| json!({"sku": sku, "quantity": "1"}))));
            order["delivery"]["address"]["region"] = json!(if at % 4 < 2 { "Shanghai" } else { "Sichuan" });
            order
        };
        let orders = approved(&company, (0..200).map(body).collect());
        all_confirm(&company, &orders);
        let [whole, short, told] = shares(app);
        assert_eq!([whole + short, told], [200, short]);
        let stock = company.viewer().get("/v1/stock").ok();
        let rows: Vec<[&str; 2]> = stock["data"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|row| ["reserved", "available"].map(|field| row[field].as_str().unwrap_or_default()))
            .collect();
        assert_eq!(rows, [["30", "0"]; 4], "all of it is given out, and no more");
        assert_eq!(app.check(), []);
    });
}
