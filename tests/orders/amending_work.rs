//! What is to be done for an order that was amended: as much as its lines need, and no more (DOMAIN 1.7, 3.1;
//! DECISIONS 16, 19).

use crate::support::{Company, id, on_every_store};
use serde_json::{Value, json};

/// Two sets of paper, and advice about it.
fn paper_and_advice(company: &Company) -> Value {
    company.confirmed(json!([{"sku": "PAPER", "quantity": "2", "unit_price": "10.00"}, advice()]))
}

fn advice() -> Value {
    json!({"name": "Advice", "quantity": "1", "unit_price": "9", "kind": "service"})
}

fn desk() -> Value {
    json!({"name": "Desk", "quantity": "1", "unit_price": "5", "kind": "custom"})
}

/// The lines of an order as they are, by their ids.
fn kept(order: &Value, places: &[usize]) -> Vec<Value> {
    let kept = |place: &usize| {
        let line = &order["lines"][*place];
        let mut said =
            json!({"id": line["id"], "name": line["name"], "quantity": line["quantity"], "unit_price": line["unit_price"], "kind": line["kind"]});
        if line["sku"].is_string() {
            said["sku"] = line["sku"].clone();
        }
        said
    };
    places.iter().map(kept).collect()
}

fn amend(company: &Company, order: &Value, lines: Vec<Value>) -> Value {
    company.sales().patch(&company.path(order, ""), "*", json!({"lines": lines, "reason": "as they wish"})).ok()
}

/// Everybody concerned says yes to what was amended.
fn agree(company: &Company, order: &Value) {
    while !company.pending_steps(order).is_empty() {
        company.approve_next(order);
    }
    if company.order(order)["reconfirm"] == true {
        company.sales().post(&company.path(order, "/confirm"), json!({"method": "phone"})).ok();
    }
}

fn status_of(company: &Company, order: &Value, department: &str) -> Value {
    company.task(order, department)["status"].clone()
}

#[test]
fn rule_3_1_goods_added_when_all_had_left_are_to_be_shipped() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = paper_and_advice(&company);
        company.pick(&order);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!([&company.order(&order)["status"], &status_of(&company, &order, "logistics")], ["executing", "done"]);
        amend(&company, &order, [kept(&order, &[0, 1]), vec![desk()]].concat());
        agree(&company, &order);
        assert_eq!(status_of(&company, &order, "logistics"), "blocked", "by what is to be made");
        company.produce(&order);
        assert_eq!(status_of(&company, &order, "logistics"), "open");
    });
}

#[test]
fn rule_3_1_what_a_person_cancelled_stays_so_where_nothing_is_left_to_ship() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = paper_and_advice(&company);
        company.pick(&order);
        let ship = company.task(&order, "logistics");
        company.order_admin().post(&format!("/v1/tasks/{}/cancel", id(&ship)), json!({"reason": "the carrier comes by itself"})).ok();
        company.dispatched(&order, &[(0, "2")]);
        amend(&company, &order, [kept(&order, &[0, 1]), vec![advice()]].concat());
        agree(&company, &order);
        assert_eq!([&status_of(&company, &order, "logistics"), &status_of(&company, &order, "operations")], ["cancelled", "open"]);
    });
}

#[test]
fn rule_3_4_an_order_is_not_shipped_before_the_service_that_is_left_of_it_is_given() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        let order = paper_and_advice(&company);
        assert_eq!(company.order(&order)["status"], "reviewed", "what is short stops the release");
        amend(&company, &order, kept(&order, &[1]));
        agree(&company, &order);
        assert_eq!([&company.order(&order)["status"], &status_of(&company, &order, "operations")], ["executing", "open"]);
    });
}

#[test]
fn decision_16_an_amendment_that_was_sent_back_can_be_taken_back() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = paper_and_advice(&company);
        amend(&company, &order, [kept(&order, &[0, 1]), vec![desk()]].concat());
        let step = company.pending_steps(&order).remove(0);
        company.second_sales().post(&format!("/v1/approvals/{}/send-back", id(&step)), json!({"comment": "which desk?"})).ok();
        let back = amend(&company, &order, kept(&order, &[0, 1]));
        assert_eq!([&back["amended_from"], &back["correction"]], [&Value::Null, &Value::Null]);
        company.pick(&order);
        assert_eq!(app.check().len(), 0);
    });
}
