//! Ways around the review that hostile clients have tried: none works, and each refusal has its code.

use super::rules::latest_round;
use crate::support::{Company, Person, id, on_every_store, order_of};
use chrono::NaiveDate;
use serde_json::{Value, json};

fn steps(company: &Company, order: &Value) -> Vec<String> {
    let round = latest_round(company, order);
    let steps = round["steps"].as_array().expect("a round has steps");
    steps.iter().map(|step| format!("{} {}", step["role"].as_str().unwrap_or("?"), step["status"].as_str().unwrap_or("?"))).collect()
}

fn approve(company: &Company, order: &Value, person: &Person, said: Value) -> crate::support::Answer {
    let step = company.pending_steps(order).remove(0);
    person.post(&format!("/v1/approvals/{}/approve", id(&step)), said)
}

fn amend(company: &Company, order: &Value, mut patch: Value) -> Value {
    patch["reason"] = json!("as agreed");
    company.sales().patch(&company.path(order, ""), "*", patch).ok()
}

fn order(company: &Company, said: Value) -> Value {
    let order = company.sales().post("/v1/orders", said).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok()
}

fn desk(price: &str) -> Value {
    order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": price, "kind": "service"}]))
}

#[test]
fn rule_2_3_a_check_that_fails_after_a_head_said_yes_asks_them_again_and_for_a_reason() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let lines = json!([{"sku": "PAPER", "quantity": "5"}, {"name": "Desk", "quantity": "1", "unit_price": "9", "kind": "custom"}]);
        let order = company.approved(lines);
        amend(&company, &order, json!({"delivery": {"promised_date": "2999-01-04"}}));
        assert_eq!(steps(&company, &order), ["sales_specialist pending", "sales_manager carried", "department_head carried"]);
        let sold = json!({"kind": "adjust", "warehouse": "WH1", "sku": "PAPER", "quantity": "-3", "note": "counted"});
        company.order_admin().post("/v1/stock/movements", sold).created();
        let seen = company.sales().get(&format!("/v1/approvals/{}", id(&company.pending_steps(&order)[0]))).is(200).etag();
        company.order_admin().post(&company.path(&order, "/checks"), json!({})).ok();
        assert_eq!(steps(&company, &order), ["sales_specialist pending", "sales_manager carried", "department_head waiting"]);
        let path = format!("/v1/approvals/{}", id(&company.pending_steps(&order)[0]));
        assert_ne!(company.sales().get(&path).is(200).etag(), seen);
        approve(&company, &order, &company.second_sales(), json!({})).ok();
        for nothing in [json!({}), json!({"comment": "\u{200b}"}), json!({"comment": "\u{3164}"})] {
            approve(&company, &order, &company.head(), nothing).refused(422, "rule_violated");
        }
        approve(&company, &order, &company.head(), json!({"comment": "more comes tomorrow"})).ok();
        assert_eq!(company.order(&order)["stage"], "awaiting_confirmation");
    });
}

#[test]
fn checks_that_were_run_again_are_a_new_version_of_what_is_still_to_be_decided() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let order = company.verified(json!([{"sku": "PAPER", "quantity": "5"}]));
        let path = format!("/v1/approvals/{}", id(&company.pending_steps(&order)[0]));
        let seen = company.second_sales().get(&path).is(200).etag();
        let sold = json!({"kind": "adjust", "warehouse": "WH1", "sku": "PAPER", "quantity": "-3", "note": "counted"});
        company.order_admin().post("/v1/stock/movements", sold).created();
        company.order_admin().post(&company.path(&order, "/checks"), json!({})).ok();
        let now = company.second_sales().get_with(&path, &[("if-none-match", &seen)]).ok();
        assert!(now["checks"].to_string().contains("fail"), "{now}");
        company.second_sales().post_with(&format!("{path}/approve"), &[("if-match", &seen)], json!({})).refused(412, "version_mismatch");
    });
}

#[test]
fn rule_1_6_whoever_changes_what_was_verified_is_not_the_second_person_to_look_at_it() {
    on_every_store(|app| {
        let company = app.company();
        let order = order(&company, desk("10"));
        amend(&company, &order, json!({"lines": [{"name": "Desk", "quantity": "1", "unit_price": "49000", "kind": "service"}]}));
        let problem = approve(&company, &order, &company.sales(), json!({})).refused(403, "self_approval");
        assert_eq!(problem["reasons"][0]["code"], "own_entry");
        approve(&company, &order, &company.second_sales(), json!({})).ok();
        // what nobody judges makes nobody an author of it
        let other = self::order(&company, desk("10"));
        amend(&company, &other, json!({"tags": ["seen"]}));
        approve(&company, &other, &company.sales(), json!({})).ok();
    });
}

#[test]
fn rule_2_3_an_address_that_is_taken_away_after_verification_is_looked_at_again() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let order = company.approved(json!([{"sku": "PAPER", "quantity": "5"}]));
        let patch = json!({"delivery": {"address": {"street": null}}, "reason": "moved"});
        let preview = company.sales().patch(&company.path(&order, "?preview=true"), "*", patch.clone()).ok();
        assert_eq!(preview["asks_again"], true);
        amend(&company, &order, patch);
        assert_eq!(steps(&company, &order), ["sales_specialist pending", "department_head waiting"]);
        amend(&company, &order, json!({"delivery": {"address": {"street": "2 Century Avenue"}}}));
        assert_eq!(steps(&company, &order), ["sales_specialist pending"]);
    });
}

#[test]
fn rule_2_4_whether_an_order_is_large_is_what_its_round_says() {
    on_every_store(|app| {
        let company = app.company();
        let mut said = desk("52000");
        said["currency"] = json!("NOK");
        let rate = company.rate("NOK", "1", "2020-01-01");
        let order = order(&company, said);
        company.order_admin().patch(&format!("/v1/exchange-rates/{}", id(&rate)), "*", json!({"rate": "0.9"})).ok();
        approve(&company, &order, &company.sales(), json!({})).refused(403, "self_approval");
        approve(&company, &order, &company.second_sales(), json!({})).ok();
    });
}

#[test]
fn decision_17_a_rule_that_is_made_anew_under_an_old_code_inherits_no_decision() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let rule = |condition: Value| json!({"code": "X", "title_en": "X", "title_zh": "X", "condition": condition, "roles": ["operations_head"]});
        admin.post("/v1/approval-rules", rule(json!({"channel": "phone"}))).created();
        let order = order(&company, desk("10"));
        company.approve_next(&order);
        company.approve_next(&order);
        admin.send("DELETE", "/v1/approval-rules/X", &[("if-match", "*")], None).is(204);
        admin.post("/v1/approval-rules", rule(json!({"amount_above": "1"}))).created();
        amend(&company, &order, json!({"payment_terms": "net 30"}));
        assert!(steps(&company, &order).contains(&"operations_head waiting".to_owned()), "{:?}", steps(&company, &order));
    });
}

#[test]
fn a_specialist_does_not_choose_who_approves_by_the_customers_tier() {
    on_every_store(|app| {
        let company = app.company();
        let customer = company.sales().post("/v1/customers", json!({"code": "BIG", "name": "Big", "tier": "key_account"})).created();
        let path = format!("/v1/customers/{}", id(&customer));
        company.sales().patch(&path, "*", json!({"tier": "standard"})).refused(403, "forbidden");
        company.sales().patch(&path, "*", json!({"contact_name": "Li Wei"})).ok();
        assert_eq!(company.manager().patch(&path, "*", json!({"tier": "standard"})).ok()["tier"], "standard");
    });
}

#[test]
fn what_is_sold_below_the_catalogue_is_sold_at_a_discount() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let said = order_of(json!([{"sku": "PAPER", "quantity": "1", "unit_price": "0.01"}]));
        let simulated = company.sales().post("/v1/approval-rules/simulate", json!({"order": said})).ok();
        assert_eq!(simulated["facts"]["discount"], "0.9990", "{simulated}");
    });
}

#[test]
fn rule_1_6_a_copy_of_what_a_person_entered_does_not_verify_itself() {
    on_every_store(|app| {
        let company = app.company();
        company.order_admin().patch("/v1/settings", "*", json!({"trusted_channels": ["phone"]})).ok();
        let key = app.machine("shop", &["orders:write"]);
        let entered = company.sales().post("/v1/orders", desk("10")).created();
        assert_eq!(key.post(&company.path(&entered, "/duplicate"), json!({})).created()["stage"], "awaiting_verification");
        let other = order_of(json!([{"name": "Chair", "quantity": "2", "unit_price": "5", "kind": "service"}]));
        assert_eq!(key.post("/v1/orders", other).created()["stage"], "awaiting_approval");
    });
}

#[test]
fn rule_2_4_nobody_makes_themselves_a_deputy_and_of_two_principals_the_one_who_may_counts() {
    on_every_store(|app| {
        let company = app.company();
        let both = app.person("both", &["order_admin", "sales_specialist"], "sales");
        let today = app.app.company.zone.local_date(app.app.clock.now().utc());
        let said = json!({"from": company.operations().id, "to": both.id, "valid_from": today, "valid_until": today});
        both.post("/v1/delegations", said).refused(403, "self_approval");

        let first = app.person("first", &["sales_specialist", "sales_manager"], "sales");
        let deputy = app.person("deputy", &["operations_head"], "operations");
        company.delegated(&first, &deputy);
        company.delegated(&company.manager(), &deputy);
        let mut said = desk("10");
        said["key_account"] = json!(true);
        let order = order(&company, said);
        approve(&company, &order, &first, json!({})).ok();
        let decided = approve(&company, &order, &deputy, json!({})).ok();
        assert_eq!(decided["decided_for"], company.manager().username);
    });
}

#[test]
fn rule_2_3_an_order_that_was_paid_and_grows_is_measured_by_what_it_comes_to() {
    on_every_store(|app| {
        let company = app.company();
        let customer = company.sales().post("/v1/customers", json!({"code": "NOVA", "name": "Nova"})).created();
        company.finance().patch(&format!("/v1/customers/{}/credit", id(&customer)), "*", json!({"limit": "500.00"})).ok();
        let mut said = desk("100");
        said["customer"] = json!({"id": id(&customer)});
        let order = order(&company, said);
        company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": "100.00", "method": "cash"})).created();
        amend(&company, &order, json!({"lines": [{"name": "Desk", "quantity": "100", "unit_price": "100", "kind": "service"}]}));
        assert_eq!(steps(&company, &order), ["sales_specialist pending", "department_head waiting"]);
    });
}

#[test]
fn a_list_of_far_too_many_names_is_refused_before_they_are_compared_with_each_other() {
    on_every_store(|app| {
        let names: Vec<String> = (0..100_000).map(|number| format!("{number:x}")).collect();
        app.anyone.post("/v1/orders/verify", json!({"orders": names})).refused(401, "unauthenticated");
    });
}

#[test]
fn rule_2_3_goods_are_not_promised_to_where_nobody_delivers() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let set = |areas: Value| company.order_admin().patch("/v1/settings", "*", json!({"delivery_areas": areas}));
        set(json!([{"method": "courier", "countries": []}])).refused(400, "validation_failed");
        set(json!([{"method": "courier", "countries": ["XX"]}])).refused(400, "validation_failed");
        set(json!([{"method": "courier", "countries": ["CN"], "regions": ["Beijing"]}])).ok();
        let mut said = order_of(json!([{"sku": "PAPER", "quantity": "1"}]));
        said["delivery"]["method"] = json!("courier");
        let order = order(&company, said);
        let check = latest_round(&company, &order)["checks"][2].clone();
        assert_eq!([&check["kind"], &check["result"]], ["delivery", "fail"]);
        assert!(check["detail"].as_str().is_some_and(|detail| detail.contains("Courier does not serve Shanghai, CN.")), "{check}");
        set(json!(null)).ok();
        company.order_admin().post(&company.path(&order, "/checks"), json!({})).ok();
        assert_eq!(latest_round(&company, &order)["checks"][2]["result"], "pass");
    });
}

/// An order over 100.00 with an invoice that fell due ten days ago, and what is said to enter another for its customer.
fn billed_ten_days_ago(company: &Company, today: NaiveDate) -> (Value, Value) {
    let customer = company.sales().post("/v1/customers", json!({"code": "NOVA", "name": "Nova"})).created();
    let mut said = desk("100");
    said["customer"] = json!({"id": id(&customer)});
    let first = order(company, said.clone());
    let due = today - chrono::Days::new(10);
    let invoice = json!({"order_id": id(&first), "number": "INV-1", "amount": "100.00", "kind": "ordinary", "due_date": due});
    company.finance().post("/v1/invoices", invoice).created();
    said["lines"][0]["name"] = json!("Chair");
    (first, said)
}

#[test]
fn rule_2_3_invoices_of_the_last_year_that_were_paid_late_are_a_warning() {
    on_every_store(|app| {
        let company = app.company();
        let (first, said) = billed_ten_days_ago(&company, app.app.company.zone.local_date(app.app.clock.now().utc()));
        let result = |order: &Value| latest_round(&company, order)["checks"][0]["result"].clone();
        let second = order(&company, said);
        assert_eq!(result(&second), "fail");
        company.finance().post("/v1/payments", json!({"order_id": id(&first), "amount": "100.00", "method": "cash"})).created();
        company.order_admin().post(&company.path(&second, "/checks"), json!({})).ok();
        assert_eq!(result(&second), "warn");
        app.advance(chrono::TimeDelta::days(360));
        company.order_admin().post(&company.path(&second, "/checks"), json!({})).ok();
        assert_eq!(result(&second), "pass");
    });
}

#[test]
fn rule_2_3_invoices_that_were_paid_in_time_are_none_against_their_customer() {
    on_every_store(|app| {
        let (company, now) = (app.company(), app.app.clock.now().utc());
        let (first, said) = billed_ten_days_ago(&company, app.app.company.zone.local_date(now));
        let in_time = (now - chrono::TimeDelta::days(20)).to_rfc3339();
        let payment = json!({"order_id": id(&first), "amount": "100.00", "method": "cash", "paid_at": in_time});
        company.finance().post("/v1/payments", payment).created();
        assert_eq!(latest_round(&company, &order(&company, said))["checks"][0]["result"], "pass");
    });
}

#[test]
fn rule_2_4_the_levels_themselves_are_asked_when_the_order_moves() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(json!([{"name": "Desk", "quantity": "60", "unit_price": "1000", "kind": "service"}]));
        assert_eq!(order["stage"], "awaiting_confirmation");
        app.execute("UPDATE approval_steps SET status = 'waiting', decided_by_id = NULL WHERE level = 3"); // as somebody with access to the database might
        let confirm = || company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone", "note": "yes"}));
        let refused = confirm().refused(409, "invalid_transition");
        assert_eq!(refused["reasons"][0]["code"], "round_open", "{refused}");
    });
}

#[test]
fn rule_1_7_what_was_verified_is_not_amended_without_a_reason() {
    on_every_store(|app| {
        let company = app.company();
        let lines = || json!([{"name": "Desk", "quantity": "60", "unit_price": "1000", "kind": "service"}]);
        let patch = |order: &Value, body: Value| company.order_admin().patch(&company.path(order, ""), "*", body);
        patch(&company.entered(lines()), json!({"rush": true})).ok();
        for order in [company.verified(lines()), company.approved(lines())] {
            let refused = patch(&order, json!({"discount": "59000.00"})).refused(400, "validation_failed");
            assert_eq!(refused["errors"][0]["pointer"], "/reason");
            patch(&order, json!({"discount": "59000.00", "reason": "a gift"})).ok();
        }
    });
}
