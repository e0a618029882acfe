//! Stock that is short: whose goods could be given, what could take their place, and what becomes of each way
//! (DOMAIN 6.5).

use super::{agree, carried_out, path, plan, reported, seen, shortage};
use crate::support::{Company, id, on_every_store};
use serde_json::{Value, json};

/// An order of five, of which there are three.
fn short(company: &Company) -> (Value, Value) {
    company.with_paper("3");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
    let exception = shortage(company, &order);
    (order, exception)
}

fn proposed(company: &Company, exception: &Value) -> Vec<Value> {
    company.viewer().get(&path(exception, "/proposals")).ok()["proposals"].as_array().expect("a list").clone()
}

fn kinds(proposals: &[Value]) -> Vec<&str> {
    proposals.iter().filter_map(|proposal| proposal["action"]["kind"].as_str()).collect()
}

#[test]
fn rule_6_5_goods_of_an_order_that_is_promised_later_are_proposed_and_given() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let later = company.confirmed(json!([{"sku": "PAPER", "quantity": "5"}]));
        let day = (chrono::Utc::now() + chrono::TimeDelta::days(1)).date_naive().to_string();
        let mut first = company.entered(json!([{"sku": "PAPER", "quantity": "5"}]));
        first = company.sales().patch(&company.path(&first, ""), "*", json!({"delivery": {"promised_date": day}})).ok();
        company.second_sales().post(&company.path(&first, "/verify"), json!({})).ok();
        while !company.pending_steps(&first).is_empty() {
            company.approve_next(&first);
        }
        company.sales().post(&company.path(&first, "/confirm"), json!({"method": "phone", "note": "Ms Li agreed"})).ok();
        let exception = shortage(&company, &first);
        let proposals = proposed(&company, &exception);
        let best = &proposals[0];
        assert_eq!([&best["action"]["kind"], &best["action"]["from_order"], &best["delay_days"]], [&json!("give_stock"), &later["id"], &json!(0)]);
        let planned = plan(&company, &exception, json!([best["action"]])).ok();
        assert_eq!(planned["plan"]["needs_approval"], false, "it costs nothing and changes nothing for the customer");
        company.order_admin().post(&path(&exception, "/approve"), json!({})).ok();
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert_eq!(company.order(&first)["inventory_status"], "reserved");
        assert_eq!(shortage(&company, &later)["status"], "reported", "what was given is missing there");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_another_product_takes_the_place_when_approvers_and_the_customer_agree() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = short(&company);
        company.product("PAPER-B", "standard", "17.00");
        company.receive_stock("PAPER-B", "9");
        for sku in ["PAPER", "PAPER-B"] {
            company.order_admin().patch(&format!("/v1/products/{sku}"), "*", json!({"category": "paper"})).ok();
        }
        let proposals = proposed(&company, &exception);
        let substitute = proposals.iter().find(|proposal| proposal["action"]["kind"] == "substitute").expect("there is another paper");
        assert_eq!(substitute["action"]["by_sku"], "PAPER-B");
        let resolving = carried_out(&company, &exception, json!([substitute["action"]]), &company.operations());
        assert_eq!([&resolving["status"], &resolving["plan"]["needs_approval"]], [&json!("resolving"), &json!(true)]);
        agree(&company, &order);
        let order = company.order(&order);
        assert_eq!([&order["lines"][0]["sku"], &order["lines"][0]["unit_price"], &order["inventory_status"]], ["PAPER-B", "10.0000", "reserved"]);
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert_eq!(order["status"], "executing", "nothing is in the way any more");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_3_what_approvers_do_not_agree_to_is_planned_anew() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = short(&company);
        plan(&company, &exception, json!([{"kind": "cancel_goods", "sku": "PAPER"}])).refused(422, "rule_violated");
        carried_out(&company, &exception, json!([{"kind": "discount", "amount": "1.00"}]), &company.second_sales());
        let step = company.pending_steps(&order).remove(0);
        let reject = format!("/v1/approvals/{}/reject", id(&step));
        company.second_sales().post(&reject, json!({"comment": "the customer needs it"})).ok();
        let back = seen(&company, &exception);
        assert_eq!([&back["status"], &back["plan"]["decision"]["approved"]], [&json!("planning"), &json!(false)]);
        assert_eq!(company.order(&order)["discount"], "0.00", "what counted counts");
        let waits = carried_out(&company, &exception, json!([{"kind": "wait_for_restock"}]), &company.order_admin());
        assert_eq!(waits["status"], "resolving");
        company.receive_stock("PAPER", "2");
        app.let_the_clock_look();
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_what_is_short_is_made_and_more_that_comes_is_waited_for() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = short(&company);
        company
            .warehouse()
            .post("/v1/stock/expected", json!({"sku": "PAPER", "warehouse": "WH1", "quantity": "9", "expected_on": "2030-01-01"}))
            .created();
        let proposals = proposed(&company, &exception);
        assert!(["wait_for_restock", "make_short", "cancel_goods"].iter().all(|kind| kinds(&proposals).contains(kind)), "{proposals:?}");
        let done = carried_out(&company, &exception, json!([{"kind": "make_short"}]), &company.order_admin());
        assert_eq!(done["status"], "resolved", "it is covered by what is made");
        let order = company.order(&order);
        assert_eq!([&order["status"], &order["lines"][0]["to_make"]], ["executing", "2"]);
        company.produce(&order);
        assert_eq!(company.order(&order)["inventory_status"], "reserved");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_goods_go_to_the_warehouse_where_they_are_wanted() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = short(&company);
        company.order_admin().post("/v1/warehouses", json!({"code": "WH2", "name": "North"})).created();
        let actions = json!([{"kind": "transfer", "sku": "PAPER", "from_warehouse": "WH2", "to_warehouse": "WH1", "quantity": "2"}]);
        let refused = plan(&company, &exception, actions).refused(409, "insufficient_stock");
        assert_eq!(refused["action"], 0, "it could not be done now");
        assert_eq!(seen(&company, &exception)["plan"], Value::Null);
        assert_eq!(company.order(&order)["inventory_status"], "partly_reserved");
    });
}

#[test]
fn rule_6_5_an_order_does_not_go_while_goods_are_missing_after_all_that_a_plan_did() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = short(&company);
        company.product("PAPER-B", "standard", "17.00");
        company.receive_stock("PAPER-B", "2");
        let other = json!([{"kind": "substitute", "sku": "PAPER", "by_sku": "PAPER-B"}]);
        carried_out(&company, &exception, other, &company.operations());
        agree(&company, &order);
        let waiting = seen(&company, &exception);
        assert_eq!([&waiting["status"], &waiting["cause"]], ["resolving", "Not enough stock: 3 of PAPER-B (line 1)."]);
        assert!(waiting["plan"]["actions"][0]["done_at"].is_string(), "{waiting}");
        let stopped = company.order(&order);
        assert_eq!([&stopped["status"], &stopped["blocked_by"][0]], [&json!("reviewed"), &exception["number"]]);
        company.receive_stock("PAPER-B", "3");
        app.let_the_clock_look();
        assert_eq!(seen(&company, &exception)["status"], "resolved");
        assert_eq!(company.order(&order)["status"], "executing");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_6_5_what_brings_no_goods_ends_no_shortage_unless_a_person_says_so() {
    on_every_store(|app| {
        let company = app.company();
        let (order, exception) = short(&company);
        let sorry = json!([{"kind": "compensation", "amount": "1.00"}]);
        let waiting = carried_out(&company, &exception, sorry, &company.second_sales());
        assert_eq!([&waiting["status"], &company.order(&order)["status"]], ["resolving", "reviewed"]);
        app.let_the_clock_look();
        assert_eq!(seen(&company, &exception)["status"], "resolving", "nothing has come");
        company.order_admin().post(&path(&exception, "/resolve"), json!({"result": "the rest is fetched next door"})).ok();
        assert_eq!(company.order(&order)["status"], "executing");
        assert_eq!(app.count("compensations"), 1);
    });
}

#[test]
fn rule_6_5_a_shortage_over_several_orders_ends_when_the_last_of_them_has_its_goods_or_needs_none() {
    on_every_store(|app| {
        let company = app.company();
        let (first, of_first) = short(&company);
        let second = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        let third = company.confirmed(json!([{"sku": "PAPER", "quantity": "4"}]));
        let all = reported(&company, "stock_shortage", &[&first, &second, &third], json!({"blocking": true}));
        company.order_admin().post(&path(&of_first, "/dismiss"), json!({"reason": "one for all", "duplicate_of": all["number"]})).ok();
        carried_out(&company, &all, json!([{"kind": "compensation", "amount": "1.00"}]), &company.second_sales());
        company.receive_stock("PAPER", "6");
        app.let_the_clock_look();
        assert_eq!(seen(&company, &all)["status"], "resolving", "the third has none");
        company.sales().post(&company.path(&third, "/cancel"), json!({"reason": "too late"})).ok();
        app.let_the_clock_look();
        assert_eq!(seen(&company, &all)["status"], "resolved");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}
