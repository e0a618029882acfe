//! The customer's yes, as sales records it (DOMAIN 2.5, 2.6).

use super::desk;
use crate::support::on_every_store;
use serde_json::json;

#[test]
fn rule_2_5_sales_records_the_customers_yes_once_and_after_the_approvals() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.verified(desk());
        let (sales, path) = (company.sales(), company.path(&order, "/confirm"));
        sales.post(&path, json!({"method": "phone"})).refused(409, "invalid_transition");
        company.approve_next(&order);
        sales.post(&path, json!({"method": "pigeon"})).refused(400, "validation_failed");
        let confirmed = sales.post(&path, json!({"method": "phone", "note": "goods and date agreed"})).ok();
        assert_eq!([&confirmed["status"], &confirmed["reviewed_at"]], [&json!("executing"), &confirmed["updated_at"]]);
        sales.post(&path, json!({"method": "phone"})).refused(409, "invalid_transition");
        let history = sales.get(&company.path(&order, "/history")).ok()["data"].clone();
        let reviewed = history.as_array().and_then(|rows| rows.iter().find(|row| row["name"] == "order.reviewed")).expect("it is in the history");
        assert_eq!([&reviewed["after"]["confirmed_by"], &reviewed["actor"]["label"]], ["phone", "sales1"]);
    });
}

#[test]
fn rule_2_5_only_the_orders_own_sales_person_or_a_manager_records_it() {
    // DECISIONS 27
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(desk());
        let path = company.path(&order, "/confirm");
        let refused = company.second_sales().post(&path, json!({"method": "phone"})).refused(403, "forbidden");
        assert_eq!(refused["reasons"][0]["code"], "not_owner");
        company.warehouse().post(&path, json!({"method": "phone"})).refused(403, "forbidden");
        company.manager().post(&path, json!({"method": "email"})).ok();
    });
}

#[test]
fn rule_2_5_a_customer_who_wants_a_change_sends_the_order_back_to_sales() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(desk());
        let back = company.sales().post(&company.path(&order, "/send-back"), json!({"reason": "they want three desks"})).ok();
        assert_eq!([&back["stage"], &back["correction"]], ["awaiting_correction", "they want three desks"]);
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).refused(409, "invalid_transition");
    });
}
