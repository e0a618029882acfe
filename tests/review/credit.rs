//! A customer's credit (DOMAIN 2.3): finance sets the limit, every order that is not paid counts, the
//! answer explains itself, and the check of a round says the same.

use super::rules::latest_round;
use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

fn order(company: &Company, total: &str, currency: &str) -> Value {
    let mut order = order_of(json!([{"name": "Advice", "quantity": "1", "unit_price": total, "kind": "service"}]));
    (order["customer"], order["currency"]) = (json!({"code": "NOVA"}), json!(currency));
    company.sales().post("/v1/orders", order).created()
}

fn verify(company: &Company, order: &Value) {
    company.second_sales().post(&company.path(order, "/verify"), json!({})).ok();
}

#[test]
fn rule_2_3_a_limit_is_measured_by_all_that_is_not_paid() {
    on_every_store(|app| {
        let company = app.company();
        company.rate("USD", "7.00", "2020-01-01");
        let customer = company.sales().post("/v1/customers", json!({"code": "NOVA", "name": "Nova"})).created();
        let path = format!("/v1/customers/{}/credit", id(&customer));
        let finance = company.finance();
        let before = finance.get(&path).is(200);
        assert_eq!([&before.body["limit"], &before.body["exposure"], &before.body["result"]], [&Value::Null, &json!("0.00"), &json!("pass")]);
        let set = finance.patch(&path, "\"v1-x\"", json!({"limit": "1000.00"})).ok();
        assert_eq!([&set["limit"], &set["available"], &set["version"]], [&json!("1000.00"), &json!("1000.00"), &json!(2)]);

        let (one, _other) = (order(&company, "600.00", "CNY"), order(&company, "50.00", "USD"));
        finance.post("/v1/payments", json!({"order_id": id(&one), "amount": "100.00", "method": "cash"})).created();
        let credit = finance.get(&path).ok();
        assert_eq!([&credit["exposure"], &credit["available"], &credit["result"]], ["850.00", "150.00", "pass"]);
        assert_eq!(credit["orders"][0]["left"], "500.00");
        assert_eq!(
            [&credit["orders"][1]["left"], &credit["orders"][1]["left_in_base"], &credit["orders"][1]["currency"]],
            ["50.00", "350.00", "USD"]
        );

        // each of two orders that would share the last of it sees the other
        let (third, fourth) = (order(&company, "100.00", "CNY"), order(&company, "100.00", "CNY"));
        for order in [&third, &fourth] {
            verify(&company, order);
            let checks = latest_round(&company, order)["checks"].clone();
            assert_eq!([&checks[0]["kind"], &checks[0]["result"]], ["credit", "fail"]);
            assert!(!checks[0]["detail"].to_string().contains("1050"), "a specialist reads no figures (DECISIONS 27)");
            let rounds = company.manager().get(&company.path(order, "/approvals")).ok();
            let checks = &rounds["data"].as_array().and_then(|rounds| rounds.last()).expect("there is a round")["checks"];
            assert_eq!(checks[0]["detail"], "No invoice is past due. Unpaid orders come to 1050.00 CNY; the limit is 1000.00.");
        }
        company.sales().post(&company.path(&fourth, "/cancel"), json!({"reason": "too much"})).ok();
        assert_eq!(finance.get(&path).ok()["result"], "pass");

        order(&company, "1.00", "EUR");
        let unknown = finance.get(&path).ok();
        assert_eq!([&unknown["result"], &unknown["without_rate"]], [&json!("warn"), &json!(["EUR"])]);
    });
}

#[test]
fn rule_2_3_only_finance_sets_a_limit_and_under_the_customers_version() {
    on_every_store(|app| {
        let company = app.company();
        let customer = company.sales().post("/v1/customers", json!({"code": "NOVA", "name": "Nova"})).created();
        let path = format!("/v1/customers/{}/credit", id(&customer));
        let finance = company.finance();
        let etag = finance.get(&path).is(200).etag();
        for (patch, code) in [(json!({"limit": "-1"}), "range"), (json!({"limit": 5}), "invalid_value")] {
            assert_eq!(finance.patch(&path, &etag, patch).refused(400, "validation_failed")["errors"][0]["code"], code);
        }
        company.manager().patch(&path, &etag, json!({"limit": "5"})).refused(403, "forbidden");
        company.sales().get(&path).refused(403, "forbidden");
        let merge = [("content-type", "application/merge-patch+json")];
        finance.send_json("PATCH", &path, &merge, &json!({"limit": "5"})).refused(428, "precondition_required");
        finance.patch(&path, &etag, json!({"limit": "5"})).ok();
        finance.patch(&path, &etag, json!({"limit": "6"})).refused(412, "version_mismatch");
        assert_eq!(finance.patch(&path, "*", json!({"limit": null})).ok()["limit"], Value::Null);
        // what sales changes leaves it as it is
        finance.patch(&path, "*", json!({"limit": "7"})).ok();
        company.sales().patch(&format!("/v1/customers/{}", id(&customer)), "*", json!({"name": "Nova Ltd"})).ok();
        assert_eq!(finance.get(&path).ok()["limit"], "7.00");
    });
}
