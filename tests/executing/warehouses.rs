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
