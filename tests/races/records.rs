//! Many at one record that is no order: its version is looked at in the very statement that changes
//! it, and what must be single is (BEHAVIOUR 3).

use super::everywhere;
use super::race::{About, MANY, Race, Try};
use crate::support::{Client, TestApp, id};
use serde_json::{Value, json};

everywhere! {
    of_those_who_edit_one_version_of_a_customer_at_once_one_does,
    of_those_who_edit_one_version_of_a_product_at_once_one_does,
    of_those_who_edit_one_version_of_a_user_at_once_one_does,
    of_those_who_edit_one_version_of_an_exception_at_once_one_does,
    of_those_who_change_the_settings_for_the_first_time_at_once_one_does,
    of_those_who_give_one_code_away_at_once_one_does,
    of_those_who_decide_about_one_plan_at_once_one_does,
    of_those_who_end_one_exception_at_once_one_does,
    exceptions_over_the_same_orders_do_not_stand_in_each_others_way,
}

const STALE: &[(u16, &str)] = &[(412, "version_mismatch")];
/// On PostgreSQL the version has been looked at before the gate, on SQLite the state is after it.
const OVERTAKEN: &[(u16, &str)] = &[(412, "version_mismatch"), (409, "invalid_transition")];

/// Several edits of the version that is there now, each another one; one is made.
fn edit(app: &TestApp, table: &'static str, who: &Client, path: &str, edits: &[Value; MANY]) {
    let before = who.get(path).is(200);
    let tries = edits.iter().map(|edit| Try::patch(who, path, &before.etag(), edit.clone())).collect();
    let calls = Race::one_wins(table, About::Versioned(path.to_owned()), tries, STALE).run(app);
    let won = calls.iter().position(|call| call.succeeded()).expect("one has won");
    let now = who.get(path).ok();
    for (field, value) in edits[won].as_object().expect("an edit is an object") {
        assert_eq!(&now[field], value, "what is there is what the winner said");
    }
}

fn names() -> [Value; MANY] {
    ["One", "Two", "Three", "Four"].map(|name| json!({"name": name}))
}

fn of_those_who_edit_one_version_of_a_customer_at_once_one_does(app: &TestApp) {
    let sales = app.company().sales();
    let customer = sales.post("/v1/customers", json!({"name": "Acme"})).created();
    edit(app, "customers", &sales, &format!("/v1/customers/{}", id(&customer)), &names());
}

fn of_those_who_edit_one_version_of_a_product_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let product = company.product("PAPER", "standard", "10.00");
    edit(app, "products", &company.order_admin(), &format!("/v1/products/{}", id(&product)), &names());
}

fn of_those_who_edit_one_version_of_a_user_at_once_one_does(app: &TestApp) {
    let person = app.company().viewer();
    let edits = ["One", "Two", "Three", "Four"].map(|name| json!({"display_name": name}));
    edit(app, "users", &app.admin(), &format!("/v1/users/{}", person.id), &edits);
}

fn of_those_who_edit_one_version_of_an_exception_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
    let path = format!("/v1/exceptions/{}", id(&company.blocked(&order)));
    let edits = ["one", "two", "three", "four"].map(|cause| json!({"cause": cause}));
    edit(app, "exceptions", &company.order_admin(), &path, &edits);
}

fn of_those_who_change_the_settings_for_the_first_time_at_once_one_does(app: &TestApp) {
    let admin = app.company().order_admin();
    let etag = admin.get("/v1/settings").etag();
    let change = |minutes: usize| Try::patch(&admin, "/v1/settings", &etag, json!({"report_within_minutes": minutes + 1}));
    Race::one_wins("settings", About::Nothing, (0..MANY).map(change).collect(), STALE).events("settings.updated", 1).run(app);
}

fn of_those_who_give_one_code_away_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let told = &[(409, "duplicate_reference")];
    let product = |price: usize| json!({"sku": "PEN", "name": "Pen", "unit": "piece", "unit_price": price.to_string(), "currency": "CNY"});
    let person = |at: usize| json!({"username": "twin", "password": crate::support::PASSWORD, "display_name": at.to_string(), "roles": ["viewer"]});
    let customer = |at: usize| json!({"code": "A", "name": at.to_string()});
    let tries = |who: &Client, path: &str, body: &dyn Fn(usize) -> Value| (1..=MANY).map(|at| Try::post(who, path, body(at))).collect();
    let (sales, keeper, admin) = (company.sales(), company.order_admin(), app.admin());
    Race::one_wins("products", About::Nothing, tries(&keeper, "/v1/products", &product), told).rows("products", 1).run(app);
    Race::one_wins("customers", About::Nothing, tries(&sales, "/v1/customers", &customer), told).rows("customers", 1).run(app);
    Race::one_wins("users", About::Nothing, tries(&admin, "/v1/users", &person), told).rows("users WHERE username = 'twin'", 1).run(app);
}

fn of_those_who_decide_about_one_plan_at_once_one_does(app: &TestApp) {
    // DECISIONS 26
    let company = app.company();
    let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
    let path = format!("/v1/exceptions/{}", id(&company.blocked(&order)));
    company.order_admin().post(&format!("{path}/plan"), json!({"summary": "repack"})).ok();
    let decide = |decision: &str| Try::post(&company.operations(), &format!("{path}/{decision}"), json!({"comment": "decided"}));
    let tries = vec![decide("approve"), decide("reject"), decide("approve"), decide("reject")];
    Race::one_wins("exceptions", About::Versioned(path.clone()), tries, OVERTAKEN).run(app);
    let decided = app.count("events WHERE name IN ('exception.approved', 'exception.rejected')");
    assert_eq!(decided, 1);
}

fn of_those_who_end_one_exception_at_once_one_does(app: &TestApp) {
    let company = app.company();
    let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
    let path = format!("/v1/exceptions/{}", id(&company.blocked(&order)));
    let admin = company.order_admin();
    let resolve = || Try::post(&admin, &format!("{path}/resolve"), json!({"result": "repacked"}));
    let dismiss = || Try::post(&admin, &format!("{path}/dismiss"), json!({"reason": "no exception"}));
    let race = Race::one_wins("orders", About::order(&order), vec![resolve(), dismiss(), dismiss(), resolve()], OVERTAKEN);
    race.events("order.exception_settled", 1).run(app);
}

fn exceptions_over_the_same_orders_do_not_stand_in_each_others_way(app: &TestApp) {
    // DECISIONS 5: orders are taken in one fixed order
    let company = app.company();
    let desk = || company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
    let (one, other) = (desk(), desk());
    let now = company.now();
    let over = |orders: [&Value; 2]| {
        let body = json!({
            "kind": "quality_problem", "severity": "high", "order_ids": orders.map(id), "discovered_at": now,
            "department": "warehouse", "cause": "damp cartons", "impact": {"note": ""}, "blocking": true
        });
        Try::post(&company.warehouse(), "/v1/exceptions", body)
    };
    let tries = vec![over([&one, &other]), over([&other, &one]), over([&one, &other]), over([&other, &one])];
    Race::all_win("orders", About::Orders(vec![one.clone(), other.clone()]), tries).rows("exceptions", 4).run(app);
}
