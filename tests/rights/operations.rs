//! The OpenAPI document and the table of permissions name the same operations, and whoever may not
//! learns and changes nothing (BEHAVIOUR 5).

use super::documented::{Documented, PUBLIC, document, documented, strays};
use crate::support::{Client, Company, TestApp, id, note_pdf, on_every_store};
use docket::domain::actor::Role;
use docket::domain::permission::Operation;
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[test]
fn every_operation_of_the_document_has_a_row_and_every_row_an_operation() {
    assert_eq!(strays(&document()), [""; 0]);
}

#[test]
fn an_operation_without_a_row_and_a_row_without_an_operation_are_told() {
    let made_up = |change: fn(&mut Value)| {
        let mut document = document();
        change(&mut document["paths"]);
        strays(&document)
    };
    assert_eq!(
        made_up(|paths| paths["/v1/back-door"] = json!({"post": {"operationId": "open_back_door", "responses": {}}})),
        ["POST /v1/back-door: \"open_back_door\" has no row in the table of permissions"]
    );
    assert_eq!(
        made_up(|paths| paths["/v1/nameless"] = json!({"get": {"responses": {}}})),
        ["GET /v1/nameless: \"\" has no row in the table of permissions"]
    );
    assert_eq!(
        made_up(|paths| paths["/v1/zwilling"] = json!({"get": {"operationId": "get_order", "responses": {}}})),
        ["GET /v1/zwilling: \"get_order\" is the id of another operation as well"]
    );
    assert_eq!(made_up(|paths| drop(paths["/v1/orders/{id}/hold"].take())), ["\"hold_order\" has a row, but is not in the document"]);
}

#[test]
fn the_document_says_of_the_public_operations_and_of_no_others_that_they_are_public() {
    let mut open: Vec<String> = documented(&document()).into_iter().filter(|operation| operation.open).map(|operation| operation.id).collect();
    open.sort();
    assert_eq!(open, PUBLIC);
}

#[test]
fn a_viewer_writes_nothing() {
    on_every_store(|app| {
        let viewer = app.company().viewer();
        // one's own log-in may be ended, and trying the rules changes nothing
        let harmless = ["logout", "simulate_approval"];
        let writes =
            |operation: &&Documented| operation.writes() && !harmless.contains(&operation.id.as_str()) && !PUBLIC.contains(&operation.id.as_str());
        for operation in documented(&document()).iter().filter(writes) {
            operation.ask(&viewer, "x").refused(403, "forbidden");
        }
    });
}

/// One of everything that a path can name, by the path up to its name.
/// A coupon for the customer of an order.
fn coupon(company: &Company, order: &Value) -> String {
    let report = json!({"kind": "complaint", "severity": "low", "order_ids": [id(order)], "cause": "late"});
    let path = format!("/v1/exceptions/{}", id(&company.order_admin().post("/v1/exceptions", report).created()));
    let actions = json!([{"kind": "compensation", "amount": "5.00", "coupon": {"code": "SORRY", "valid_until": "2099-12-31"}}]);
    company.order_admin().post(&format!("{path}/plan"), json!({"summary": "sorry", "actions": actions})).ok();
    company.second_sales().post(&format!("{path}/approve"), json!({})).ok();
    id(&company.finance().get(&company.path(order, "/balance")).ok()["compensations"][0]).to_owned()
}

/// Goods that a customer sends back.
fn returned(company: &Company) -> String {
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
    company.pick(&order);
    company.deliver(&company.dispatched(&order, &[(0, "1")]));
    let lines = json!([{"line_id": id(&order["lines"][0]), "quantity": "1"}]);
    id(&company.sales().post("/v1/returns", json!({"order_id": id(&order), "reason": "the wrong size", "lines": lines})).created()).to_owned()
}

fn one_of_everything(app: &TestApp) -> BTreeMap<&'static str, String> {
    let company = app.company();
    company.with_paper("5");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
    let (step, task) = (company.sales().get("/v1/approvals").ok(), company.task(&order, "warehouse"));
    let proven = company.warehouse().upload(&format!("/v1/tasks/{}/evidence", id(&task)), "goods_issue_note", "note.pdf", &note_pdf()).is(201);
    let invoice = json!({"order_id": id(&order), "number": "INV-1", "amount": "20.00", "kind": "ordinary"});
    let first = |path: &str| id(&company.order_admin().get(path).ok()["data"][0]).to_owned();
    let payment = json!({"order_id": id(&order), "amount": "1.00", "method": "cash"});
    BTreeMap::from([
        ("/v1/payments", id(&company.finance().post("/v1/payments", payment).created()).to_owned()),
        ("/v1/api-keys", id(&app.admin().post("/v1/api-keys", json!({"name": "shop", "scopes": ["orders:read"]})).created()).to_owned()),
        ("/v1/approvals", id(&step["data"][0]).to_owned()),
        ("/v1/approval-rules", first("/v1/approval-rules")),
        ("/v1/delegations", id(&company.delegated(&company.manager(), &company.second_sales())).to_owned()),
        ("/v1/carriers", first("/v1/carriers")),
        ("/v1/compensations", coupon(&company, &order)),
        ("/v1/customers", first("/v1/customers")),
        ("/v1/exchange-rates", id(&company.rate("USD", "7.10", "2026-01-01")).to_owned()),
        ("/v1/exceptions", id(&company.blocked(&order)).to_owned()),
        ("/v1/files", proven.header("location").and_then(|at| at.rsplit('/').next()).expect("a file has a place").to_owned()),
        ("/v1/invoices", id(&company.finance().post("/v1/invoices", invoice).created()).to_owned()),
        ("/v1/messages", first("/v1/messages")),
        ("/v1/orders", id(&order).to_owned()),
        ("/v1/products", first("/v1/products")),
        ("/v1/shipments", id(&company.pack(&company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}])), &[(0, "1")])).to_owned()),
        ("/v1/task-templates", first("/v1/task-templates")),
        ("/v1/tasks", id(&task).to_owned()),
        (
            "/v1/stock/expected",
            id(&company.order_admin().post("/v1/stock/expected", json!({"warehouse": "WH1", "sku": "PAPER", "quantity": "1"})).created()).to_owned(),
        ),
        ("/v1/returns", returned(&company)),
        ("/v1/users", company.sales().id.clone()),
        ("/v1/warehouses", first("/v1/warehouses")),
    ])
}

/// What an answer tells, but for what names the request.
fn told(answer: crate::support::Answer) -> Value {
    let mut body = answer.refused(403, "forbidden");
    for own in ["instance", "request_id"] {
        body[own] = Value::Null;
    }
    body
}

#[test]
fn who_may_not_is_answered_alike_whether_the_thing_exists_or_not_and_changes_nothing() {
    on_every_store(|app| {
        let (things, all) = (one_of_everything(app), documented(&document()));
        let people: Vec<(Role, Client)> =
            Role::ALL.iter().map(|role| (*role, (*app.person(&format!("only.{role}"), &[role.as_str()], "sales")).clone())).collect();
        let recorded = app.count("events");
        let mut asked = 0;
        for operation in all.iter().filter(|operation| operation.path.contains("{id}")) {
            let collection = operation.path.split("/{id}").next().unwrap_or_default();
            let thing = things.get(collection).unwrap_or_else(|| panic!("{}: there is none of these to ask for", operation.path));
            let row = Operation::ALL.iter().map(|row| row.grant()).find(|grant| grant.id == operation.id).expect("every operation has a row");
            for (_, client) in people.iter().filter(|(role, _)| !row.roles.contains(role)) {
                assert_eq!(told(operation.ask(client, thing)), told(operation.ask(client, "x")), "{}", operation.id);
                asked += 1;
            }
            operation.ask(&app.anyone, thing).refused(401, "unauthenticated");
        }
        assert!(asked > 200, "only {asked} were asked");
        assert_eq!(app.count("events"), recorded, "nothing was changed");
    });
}
