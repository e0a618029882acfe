//! Terms that ask for money first are kept (DECISIONS 38).

use crate::support::{Answer, Company, id, on_every_store, order_of};
use serde_json::{Value, json};

/// An order of two sets of paper at 10.00 on these terms, agreed with the customer.
fn agreed(company: &Company, terms: Value) -> Value {
    let mut body = order_of(json!([{"sku": "PAPER", "quantity": "2"}]));
    for (name, value) in terms.as_object().expect("an object") {
        body[name] = value.clone();
    }
    let order = company.sales().post("/v1/orders", body).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    while !company.pending_steps(&order).is_empty() {
        company.approve_next(&order);
    }
    company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone", "note": "yes"})).ok()
}

fn pay(company: &Company, order: &Value, amount: &str) {
    let body = json!({"order_id": id(order), "amount": amount, "method": "transfer", "paid_at": company.now()});
    company.finance().post("/v1/payments", body).is(201);
}

fn stage(company: &Company, order: &Value) -> Value {
    company.order(order)["stage"].clone()
}

fn is_unpaid(answer: Answer, amount: &str) {
    let problem = answer.refused(409, "invalid_transition");
    assert_eq!(problem["reasons"][0]["code"], "payment_missing", "{problem}");
    assert!(problem["reasons"][0]["detail"].as_str().unwrap().contains(amount), "{problem}");
}

#[test]
fn an_order_waits_for_its_deposit_and_goes_on_with_it() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = agreed(&company, json!({"payment_due": "deposit", "deposit": "5.00"}));
        assert_eq!([&order["status"], &order["stage"]], ["reviewed", "awaiting_release"]);
        assert_eq!(order["lines"][0]["reserved"], "2", "its goods are set aside");
        is_unpaid(company.order_admin().post(&company.path(&order, "/release"), json!({})), "5.00 CNY");
        pay(&company, &order, "4.99");
        is_unpaid(company.order_admin().post(&company.path(&order, "/release"), json!({})), "0.01 CNY");
        let actions = company.order_admin().get(&company.path(&order, "/actions")).ok();
        let release = actions["data"].as_array().unwrap().iter().find(|action| action["name"] == "release").unwrap();
        assert_eq!([&release["allowed"], &release["reasons"][0]["code"]], [&json!(false), &json!("payment_missing")]);
        pay(&company, &order, "0.01");
        assert_eq!(stage(&company, &order), "awaiting_preparation", "it goes on by itself");
        company.pick(&order);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!(company.order(&order)["status"], "shipped", "the rest is on account");
    });
}

#[test]
fn nothing_leaves_before_all_is_paid_where_that_was_agreed() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        for (terms, first) in
            [(json!({"payment_due": "before_dispatch"}), "0"), (json!({"payment_due": "deposit_then_balance", "deposit": "6.00"}), "6.00")]
        {
            let order = agreed(&company, terms);
            if first != "0" {
                assert_eq!(stage(&company, &order), "awaiting_release");
                pay(&company, &order, first);
            }
            company.pick(&order);
            let shipment = company.pack(&order, &[(0, "2")]);
            let dispatch = || company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(&shipment)), json!({}));
            is_unpaid(dispatch(), if first == "0" { "20.00 CNY" } else { "14.00 CNY" });
            pay(&company, &order, if first == "0" { "20.00" } else { "14.00" });
            dispatch().ok();
        }
    });
}

#[test]
fn all_of_it_before_release_and_a_deposit_above_the_total_is_the_total() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        for terms in [json!({"payment_due": "before_release"}), json!({"payment_due": "deposit", "deposit": "500.00"})] {
            let order = agreed(&company, terms);
            is_unpaid(company.order_admin().post(&company.path(&order, "/release"), json!({})), "20.00 CNY");
            pay(&company, &order, "20.00");
            assert_eq!(stage(&company, &order), "awaiting_preparation");
        }
    });
}

#[test]
fn a_customer_has_usual_terms_and_a_deposit_has_to_be_said() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let customer = json!({"code": "NOVA", "name": "Nova", "payment_due": "before_release"});
        let customer = company.sales().post("/v1/customers", customer).created();
        assert_eq!(customer["payment_due"], "before_release");
        let usual = agreed(&company, json!({"customer": {"id": customer["id"]}}));
        assert_eq!(
            [&usual["payment_due"], &usual["payment_due_label"], &usual["stage"]],
            ["before_release", "All of it before release", "awaiting_release"]
        );
        let other = agreed(&company, json!({"customer": {"id": customer["id"]}, "payment_due": "on_account"}));
        assert_eq!(other["stage"], "awaiting_preparation", "this once it is agreed otherwise");
        let mut body = order_of(json!([{"sku": "PAPER", "quantity": "2"}]));
        body["payment_due"] = json!("deposit");
        let refused = company.sales().post("/v1/orders", body).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/deposit");
    });
}

#[test]
fn other_terms_are_approved_again() {
    // DOMAIN 1.7
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = agreed(&company, json!({"payment_due": "before_release"}));
        let patch = json!({"payment_due": "on_account", "reason": "an old friend"});
        let amended = company.sales().patch(&company.path(&order, ""), "*", patch).ok();
        assert_eq!((&amended["amended_from"], stage(&company, &order)), (&json!(1), json!("awaiting_release")));
        while !company.pending_steps(&order).is_empty() {
            company.approve_next(&order);
        }
        if company.order(&order)["reconfirm"] == true {
            company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        }
        assert_eq!(stage(&company, &order), "awaiting_preparation");
    });
}
