//! From which warehouse an order's goods are set aside (DOMAIN 2.6).

use super::settings;
use crate::support::{Company, on_every_store};
use serde_json::{Value, json};

fn open(company: &Company, code: &str, more: Value) {
    let mut body = json!({"code": code, "name": code});
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    company.order_admin().post("/v1/warehouses", body).created();
}

fn receive(company: &Company, warehouse: &str, sku: &str, quantity: &str) {
    company.order_admin().post("/v1/stock/movements", json!({"kind": "receipt", "warehouse": warehouse, "sku": sku, "quantity": quantity})).created();
}

/// What is reserved of a product, by warehouse.
fn reserved(company: &Company, sku: &str) -> Vec<String> {
    let page = company.order_admin().get(&format!("/v1/stock?sku={sku}")).ok();
    let mut rows: Vec<String> = page["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| format!("{} {}", row["warehouse"].as_str().unwrap(), row["reserved"].as_str().unwrap()))
        .collect();
    rows.sort();
    rows
}

#[test]
fn the_warehouse_that_is_preferred_gives_first_and_the_next_what_it_lacks() {
    // DOMAIN 2.6
    on_every_store(|app| {
        let company = app.company();
        open(&company, "ZZ", json!({}));
        open(&company, "AA", json!({"priority": 10}));
        company.product("PAPER", "standard", "1.00");
        receive(&company, "ZZ", "PAPER", "5");
        receive(&company, "AA", "PAPER", "5");
        company.confirmed(json!([{"sku": "PAPER", "quantity": "3"}]));
        assert_eq!(reserved(&company, "PAPER"), ["AA 3", "ZZ 0"]);
        company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        assert_eq!(reserved(&company, "PAPER"), ["AA 5", "ZZ 2"]);
        assert!(company.order_admin().get("/v1/exceptions").ok()["data"].as_array().unwrap().is_empty());
    });
}

#[test]
fn the_nearest_gives_first_and_then_who_has_all_of_it() {
    // DOMAIN 2.6
    on_every_store(|app| {
        let company = app.company();
        open(&company, "WEST", json!({"serves": [{"country": "CN", "region": "Sichuan"}]}));
        open(&company, "EAST", json!({"serves": [{"country": "CN", "region": "Shanghai"}, {"country": "CN"}]}));
        open(&company, "BIG", json!({}));
        for sku in ["PAPER", "PEN"] {
            company.product(sku, "standard", "1.00");
            receive(&company, "BIG", sku, "9");
        }
        receive(&company, "WEST", "PAPER", "9");
        receive(&company, "EAST", "PAPER", "9");
        company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        assert_eq!(reserved(&company, "PAPER"), ["BIG 0", "EAST 2", "WEST 0"], "it goes to Shanghai");
        settings(app, json!({"reservation_rules": ["fewest_splits", "region"]}));
        company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}, {"sku": "PEN", "quantity": "2"}]));
        assert_eq!(
            (reserved(&company, "PAPER"), reserved(&company, "PEN")),
            (vec!["BIG 2".into(), "EAST 2".into(), "WEST 0".into()], vec!["BIG 2".into()])
        );
    });
}

#[test]
fn a_warehouse_is_changed_under_its_version_and_keeps_its_code() {
    on_every_store(|app| {
        let company = app.company();
        company.open_warehouse();
        let admin = company.order_admin();
        let etag = admin.get("/v1/warehouses/WH1").etag();
        admin.send_json("PATCH", "/v1/warehouses/WH1", &[], &json!({"priority": 1})).refused(428, "precondition_required");
        let changed = admin.patch("/v1/warehouses/WH1", &etag, json!({"priority": 1, "serves": [{"country": "DE"}]})).is(200);
        assert_eq!([&changed.body["priority"], &changed.body["serves"][0]["country"]], [&json!(1), &json!("DE")]);
        admin.patch("/v1/warehouses/WH1", &etag, json!({"priority": 2})).refused(412, "version_mismatch");
        let etag = changed.etag();
        admin.patch("/v1/warehouses/WH1", &etag, json!({"code": "WH2"})).refused(422, "rule_violated");
        admin.patch("/v1/warehouses/WH1", &etag, json!({"serves": [{"country": "XX"}]})).refused(400, "validation_failed");
        admin.patch("/v1/warehouses/WH1", &etag, json!({"priority": -1})).refused(400, "validation_failed");
        company.sales().patch("/v1/warehouses/WH1", &etag, json!({"priority": 2})).refused(403, "forbidden");
        assert_eq!(admin.patch("/v1/warehouses/WH1", &etag, json!({"priority": 1})).ok()["version"], changed.body["version"], "nothing changed");
    });
}

#[test]
fn orders_that_prefer_other_warehouses_do_not_wait_for_each_other() {
    // DECISIONS 5: crossing products in two warehouses
    on_every_store(|app| {
        let company = app.company();
        open(&company, "AA", json!({"serves": [{"country": "CN", "region": "Shanghai"}]}));
        open(&company, "BB", json!({"serves": [{"country": "DE"}]}));
        for sku in ["PAPER", "PEN"] {
            company.product(sku, "standard", "1.00");
            receive(&company, "AA", sku, "30");
            receive(&company, "BB", sku, "30");
        }
        let orders: Vec<Value> = (0..20)
            .map(|at| {
                let mut lines = vec![json!({"sku": "PAPER", "quantity": "4"}), json!({"sku": "PEN", "quantity": "4"})];
                if at % 2 == 1 {
                    lines.reverse();
                }
                let mut body = crate::support::order_of(json!(lines));
                body["channel_ref"] = json!(format!("REF-{at}"));
                if at % 2 == 1 {
                    body["delivery"]["address"]["country"] = json!("DE");
                }
                let order = company.sales().post("/v1/orders", body).created();
                company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
                while !company.pending_steps(&order).is_empty() {
                    company.approve_next(&order);
                }
                order
            })
            .collect();
        let sales = company.sales();
        std::thread::scope(|scope| {
            for half in orders.chunks(3) {
                let (sales, company) = (&sales, &company);
                scope.spawn(move || {
                    for order in half {
                        sales.post(&company.path(order, "/confirm"), json!({"method": "phone", "note": "yes"})).ok();
                    }
                });
            }
        });
        let total = |sku: &str| reserved(&company, sku).iter().map(|row| row.rsplit(' ').next().unwrap().parse::<i64>().unwrap()).sum::<i64>();
        assert_eq!([total("PAPER"), total("PEN")], [60, 60], "all there is, and no more");
        let short = company.order_admin().get("/v1/exceptions?kind=stock_shortage&limit=200").ok();
        assert_eq!(short["data"].as_array().unwrap().len(), 5, "of twenty orders of four, fifteen are served");
    });
}

#[test]
fn goods_go_from_one_warehouse_to_another() {
    // DOMAIN 6.5, DECISIONS 25
    on_every_store(|app| {
        let company = app.company();
        open(&company, "AA", json!({}));
        open(&company, "BB", json!({}));
        company.product("PAPER", "standard", "1.00");
        receive(&company, "AA", "PAPER", "10");
        company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        let admin = company.order_admin();
        let said = |quantity: &str| json!({"kind": "transfer", "warehouse": "AA", "to_warehouse": "BB", "sku": "PAPER", "quantity": quantity});
        let refused = admin.post("/v1/stock/movements", said("7")).refused(409, "insufficient_stock");
        assert_eq!(refused["available"], "6", "four are set aside");
        let out = admin.post("/v1/stock/movements", said("6")).created();
        assert_eq!([&out["kind"], &out["on_hand_change"], &out["transfer_id"]], [&json!("transfer_out"), &json!("-6"), &out["id"]]);
        let page = admin.get("/v1/stock/movements?warehouse=BB").ok();
        let into = &page["data"][0];
        assert_eq!([&into["kind"], &into["on_hand_change"], &into["transfer_id"]], [&json!("transfer_in"), &json!("6"), &out["id"]]);
        let there = |warehouse: &str| admin.get(&format!("/v1/stock?sku=PAPER&warehouse={warehouse}")).ok()["data"][0]["on_hand"].clone();
        assert_eq!([there("AA"), there("BB")], ["4", "6"]);
        for wrong in [
            json!({"kind": "transfer", "warehouse": "AA", "sku": "PAPER", "quantity": "1"}),
            json!({"kind": "transfer", "warehouse": "AA", "to_warehouse": "AA", "sku": "PAPER", "quantity": "1"}),
            json!({"kind": "transfer", "warehouse": "AA", "to_warehouse": "CC", "sku": "PAPER", "quantity": "1"}),
            json!({"kind": "transfer", "warehouse": "AA", "to_warehouse": "BB", "sku": "PAPER", "quantity": "-1"}),
            json!({"kind": "receipt", "warehouse": "AA", "to_warehouse": "BB", "sku": "PAPER", "quantity": "1"}),
        ] {
            admin.post("/v1/stock/movements", wrong).refused(400, "validation_failed");
        }
    });
}

#[test]
fn transfers_both_ways_at_once_lose_nothing() {
    // DECISIONS 5
    on_every_store(|app| {
        let company = app.company();
        open(&company, "AA", json!({}));
        open(&company, "BB", json!({}));
        company.product("PAPER", "standard", "1.00");
        receive(&company, "AA", "PAPER", "10");
        receive(&company, "BB", "PAPER", "10");
        let admin = company.order_admin();
        std::thread::scope(|scope| {
            for (from, to) in [("AA", "BB"), ("BB", "AA"), ("AA", "BB"), ("BB", "AA")] {
                let admin = &admin;
                scope.spawn(move || {
                    for _ in 0..8 {
                        let said = json!({"kind": "transfer", "warehouse": from, "to_warehouse": to, "sku": "PAPER", "quantity": "1"});
                        let status = admin.post("/v1/stock/movements", said).status;
                        assert!(matches!(status, 201 | 409), "{status}");
                    }
                });
            }
        });
        let page = admin.get("/v1/stock?sku=PAPER").ok();
        let total: i64 = page["data"].as_array().unwrap().iter().map(|row| row["on_hand"].as_str().unwrap().parse::<i64>().unwrap()).sum();
        assert_eq!(total, 20);
    });
}
