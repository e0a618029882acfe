//! Pages (BEHAVIOUR 4).

use super::{ids, orders};
use crate::support::{id, on_every_store, order_of};
use serde_json::{Value, json};

#[test]
fn a_row_that_exists_throughout_a_walk_is_seen_exactly_once() {
    on_every_store(|app| {
        let company = app.company();
        let known: Vec<String> = orders(&company, 7).iter().map(|order| id(order).to_owned()).collect();
        let sales = company.sales();
        let (mut seen, mut path) = (Vec::new(), "/v1/orders?limit=3".to_owned());
        loop {
            let page = sales.get(&path).is(200);
            seen.extend(ids(&page.body));
            orders(&company, 2);
            let Some(cursor) = page.body["page"]["next_cursor"].as_str() else {
                assert_eq!(page.body["page"]["has_more"], false);
                assert!(page.header("link").is_none());
                break;
            };
            assert_eq!([&page.body["page"]["has_more"], &page.body["page"]["limit"]], [&json!(true), &json!(3)]);
            path = format!("/v1/orders?limit=3&cursor={cursor}");
            assert_eq!(page.header("link"), Some(format!("<{path}>; rel=\"next\"").as_str()));
        }
        let newest_first: Vec<String> = known.into_iter().rev().collect();
        assert_eq!(seen, newest_first);
    });
}

#[test]
fn a_cursor_is_good_for_its_list_and_filter_only() {
    on_every_store(|app| {
        let company = app.company();
        orders(&company, 3);
        let sales = company.sales();
        let page = sales.get("/v1/orders?limit=1&channel=phone").ok();
        let cursor = page["page"]["next_cursor"].as_str().expect("there is more");
        sales.get(&format!("/v1/orders?limit=2&channel=phone&cursor={cursor}")).ok();
        sales.get(&format!("/v1/orders?cursor={cursor}")).refused(400, "invalid_cursor");
        sales.get(&format!("/v1/orders?channel=web&cursor={cursor}")).refused(400, "invalid_cursor");
        sales.get(&format!("/v1/customers?cursor={cursor}")).refused(400, "invalid_cursor");
        let forged = format!("{}A", &cursor[..cursor.len() - 1]);
        let forged = if forged == cursor { format!("{}B", &cursor[..cursor.len() - 1]) } else { forged };
        sales.get(&format!("/v1/orders?channel=phone&cursor={forged}")).refused(400, "invalid_cursor");
    });
}

#[test]
fn an_empty_list_is_a_list() {
    on_every_store(|app| {
        let page = app.company().viewer().get("/v1/orders").ok();
        assert_eq!(page["data"], json!([]));
        assert_eq!(page["page"], json!({"next_cursor": null, "has_more": false, "limit": 50}));
    });
}

#[test]
fn a_total_is_counted_only_when_asked_for() {
    on_every_store(|app| {
        let company = app.company();
        orders(&company, 3);
        let sales = company.sales();
        let without = sales.get("/v1/orders?limit=1").ok();
        assert!(without["page"].as_object().is_some_and(|page| !page.contains_key("total")));
        let with = sales.get("/v1/orders?limit=1&include_total=true").ok();
        assert_eq!(with["page"]["total"], 3);
    });
}

#[test]
fn what_one_request_made_is_listed_in_the_order_in_which_it_was_made() {
    // BEHAVIOUR 4: newest first
    on_every_store(|app| {
        let company = app.company();
        for _ in 0..5 {
            let mut said = order_of(json!([{"name": "Trophy", "kind": "custom", "quantity": "1", "unit_price": "90"}]));
            said["rush"] = json!(true);
            let order = company.sales().post("/v1/orders", said).created();
            company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
            let steps = company.sales().get(&format!("/v1/approvals?order_id={}", id(&order))).ok();
            let levels: Vec<&Value> = steps["data"].as_array().expect("a list has data").iter().map(|step| &step["level"]).collect();
            assert_eq!(levels, [4, 3, 2, 1]);
        }
    });
}
