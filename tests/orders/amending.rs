//! Changing an order: a new revision each, never a silent overwrite (DOMAIN 1.7).

use super::desk;
use crate::support::{id, on_every_store};
use serde_json::{Value, json};

#[test]
fn rule_1_7_an_amendment_needs_the_version_that_it_amends() {
    // BEHAVIOUR 3
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let etag = sales.get(&path).etag();
        sales.send_json("PATCH", &path, &[], &json!({"rush": true})).refused(428, "precondition_required");
        let amended = sales.patch(&path, &etag, json!({"contract_number": "C-1"})).is(200);
        assert_ne!(amended.etag(), etag);
        let refused = sales.patch(&path, &etag, json!({"contract_number": "C-2"})).refused(412, "version_mismatch");
        assert_eq!(refused["current_version"], amended.body["version"]);
        sales.patch(&path, &amended.etag(), json!({"contract_number": "C-2"})).is(200);
    });
}

#[test]
fn rule_1_7_every_revision_is_kept_with_who_when_what_and_why() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let lines = json!([{"name": "Desk", "quantity": "5", "unit_price": "450.00"}]);
        let amended = sales.patch(&path, &sales.get(&path).etag(), json!({"lines": lines, "reason": "three more"})).ok();
        assert_eq!(amended["revision"], 2);
        let revisions = sales.get(&format!("{path}/revisions")).ok()["data"].clone();
        let said = |at: usize, pointer: &str| revisions[at].pointer(pointer).cloned().unwrap_or_default();
        assert_eq!([said(0, "/revision"), said(1, "/revision")], [json!(1), json!(2)]);
        assert_eq!([said(0, "/reason"), said(1, "/reason")], [Value::Null, json!("three more")]);
        assert_eq!([said(0, "/content/lines/0/quantity"), said(1, "/content/lines/0/quantity")], ["2.0000", "5.0000"]);
        assert_eq!(said(1, "/author/id"), sales.id);
        assert!(said(1, "/at").is_string());
    });
}

#[test]
fn decision_19_lines_keep_their_identity_by_id_new_ones_have_none_and_missing_ones_go() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([
            {"name": "Desk", "quantity": "2", "unit_price": "450.00"},
            {"name": "Chair", "quantity": "2", "unit_price": "80.00"}
        ]));
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let desk = id(&order["lines"][0]);
        let lines =
            json!([{"id": desk, "name": "Desk", "quantity": "1", "unit_price": "450.00"}, {"name": "Lamp", "quantity": "1", "unit_price": "30.00"}]);
        let amended = sales.patch(&path, &sales.get(&path).etag(), json!({"lines": lines})).ok();
        assert_eq!(id(&amended["lines"][0]), desk);
        assert_eq!([&amended["lines"][1]["name"], &amended["total"]], ["Lamp", "480.00"]);
        assert_eq!(amended["lines"].as_array().map(Vec::len), Some(2));
        let foreign = json!([{"id": id(&order["lines"][1]), "name": "Chair", "quantity": "1", "unit_price": "80.00"}]);
        let refused = sales.patch(&path, &sales.get(&path).etag(), json!({"lines": foreign})).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/lines/0/id");
    });
}

#[test]
fn behaviour_1_a_patch_is_merged_null_removes_and_what_is_unknown_is_refused() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let patch = |body: Value| sales.patch(&path, &sales.get(&path).etag(), body);
        let amended = patch(json!({"delivery": {"instructions": "ring twice"}, "contract_number": "C-1"})).ok();
        assert_eq!([&amended["delivery"]["instructions"], &amended["delivery"]["address"]["city"]], ["ring twice", "Shanghai"]);
        assert!(patch(json!({"contract_number": null})).ok()["contract_number"].is_null());
        patch(json!({"contract": "C-1"})).refused(400, "unknown_field");
        patch(json!({"lines": []})).refused(400, "validation_failed");
        patch(json!({"status": "shipped"})).refused(400, "unknown_field");
        let refused = patch(json!({"channel": "web"})).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["code"], "immutable");
    });
}

#[test]
fn rule_1_7_what_approvers_look_at_asks_them_again_a_contact_does_not() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(desk());
        assert_eq!(order["stage"], "awaiting_confirmation");
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let patch = |mut body: Value| {
            body["reason"] = json!("as agreed");
            sales.patch(&path, &sales.get(&path).etag(), body).ok()["stage"].clone()
        };
        assert_eq!(patch(json!({"customer": {"contact_name": "Wang Fang"}})), "awaiting_confirmation");
        assert_eq!(patch(json!({"delivery": {"address": {"street": "2 Century Avenue"}}})), "awaiting_confirmation");
        assert_eq!(patch(json!({"rush": true})), "awaiting_approval");
        let rounds = sales.get(&format!("{path}/approvals")).ok();
        let numbers: Vec<&Value> = rounds["data"].as_array().expect("rounds").iter().map(|round| &round["round"]).collect();
        assert!(numbers.contains(&&json!(2)), "{rounds}");
        let last = rounds["data"].as_array().and_then(|rounds| rounds.iter().max_by_key(|round| round["round"].as_i64())).expect("a round");
        assert!(last["steps"].to_string().contains("operations_head"), "DOMAIN 2.1: rush needs the operations head");
    });
}

#[test]
fn decision_27_a_specialist_amends_their_own_orders_a_manager_any() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let path = company.path(&order, "");
        let etag = || company.sales().get(&path).etag();
        company.second_sales().patch(&path, &etag(), json!({"contract_number": "C-1"})).refused(403, "forbidden");
        company.manager().patch(&path, &etag(), json!({"contract_number": "C-1"})).ok();
    });
}

#[test]
fn behaviour_11_of_two_who_amend_at_once_exactly_one_wins_and_the_other_is_told() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let etag = sales.get(&path).etag();
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let amend = |name: &'static str| {
                let (sales, path, etag) = (sales.clone(), path.clone(), etag.clone());
                scope.spawn(move || sales.patch(&path, &etag, json!({"contract_number": name})).status)
            };
            [amend("C-1"), amend("C-2")].map(|thread| thread.join().expect("a request ends")).to_vec()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 412]);
        assert_eq!(company.order(&order)["revision"], 2);
    });
}

#[test]
fn rule_7_1_what_was_invoiced_or_paid_keeps_the_currency_and_the_total_above_it() {
    on_every_store(|app| {
        let company = app.company();
        let finance = company.finance();
        let amend = |order: &Value, body: Value| {
            let path = company.path(order, "");
            company.sales().patch(&path, &company.sales().get(&path).etag(), body)
        };
        let come_to = |amount: &str| json!({"lines": [{"name": "Desk", "quantity": "1", "unit_price": amount}]});

        let invoiced = company.entered(desk());
        let invoice = json!({"order_id": id(&invoiced), "kind": "ordinary", "number": "INV-1", "amount": "100.00"});
        finance.post("/v1/invoices", invoice).is(201);
        let refused = amend(&invoiced, json!({"currency": "USD"})).refused(422, "rule_violated");
        assert_eq!(refused["rule"], "DOMAIN 7.1");
        amend(&invoiced, come_to("99.99")).refused(422, "rule_violated");
        assert_eq!([&company.order(&invoiced)["currency"], &company.order(&invoiced)["total"]], ["CNY", "900.00"]);
        assert_eq!(amend(&invoiced, come_to("100.00")).ok()["total"], "100.00");

        let paid = company.entered(desk());
        let payment = json!({"order_id": id(&paid), "amount": "100.00", "method": "transfer"});
        finance.post("/v1/payments", payment).is(201);
        amend(&paid, json!({"currency": "USD"})).refused(422, "rule_violated");
        assert_eq!(amend(&paid, come_to("99.99")).ok()["total"], "99.99", "what was paid too much is a fact");

        let neither = company.entered(desk());
        assert_eq!(amend(&neither, json!({"currency": "USD"})).ok()["currency"], "USD");
    });
}

#[test]
fn rule_1_7_another_name_of_the_customer_asks_the_approvers_again() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(desk());
        assert_eq!(order["stage"], "awaiting_confirmation");
        let (sales, path) = (company.sales(), company.path(&order, ""));
        let amended = sales.patch(&path, &sales.get(&path).etag(), json!({"customer": {"name": "Somebody Else Ltd"}, "reason": "renamed"})).ok();
        assert_eq!([&amended["stage"], &amended["customer"]["name"]], ["awaiting_approval", "Somebody Else Ltd"]);
        assert_eq!(company.pending_steps(&order).len(), 1);
    });
}

#[test]
fn an_amendment_that_names_no_owner_leaves_an_order_without_one() {
    // found by the model: whoever amended it became its owner, and a patch of nothing made a revision
    on_every_store(|app| {
        let company = app.company();
        let order = company.order_admin().post("/v1/orders", crate::support::order_of(desk())).created();
        let path = company.path(&order, "");
        let patch = |body: Value| company.second_sales().patch(&path, &company.sales().get(&path).etag(), body).ok();
        let unchanged = patch(json!({}));
        assert_eq!([&unchanged["version"], &unchanged["revision"]], [1, 1]);
        let amended = patch(json!({"contract_number": "C-1"}));
        assert_eq!([&amended["owner"], &amended["revision"]], [&Value::Null, &json!(2)]);
        let named = patch(json!({"owner": company.sales().id}));
        assert_eq!(named["owner"]["username"], "sales1");
    });
}
