//! The way in for the first people and machines.

use super::{Place, on_every_store};
use crate::support::{PASSWORD, order_of};
use serde_json::json;

#[test]
fn somebody_who_was_added_logs_in_with_the_password_that_was_given() {
    on_every_store(|place| {
        let arguments = ["user", "add", "sales1", "--name", "Li Wei", "--role", "sales_specialist", "--role", "viewer", "--department", "sales"];
        let said = place.run_with(&[&arguments[..], &["--password-stdin"]].concat(), &[], &format!("{PASSWORD}\n")).well();
        assert!(said.contains("sales1") && !said.contains(PASSWORD), "{said}");
        let served = place.serve(&[]);
        let me = served.log_in("sales1").get("/v1/me").ok();
        assert_eq!([&me["display_name"], &me["department"]], ["Li Wei", "sales"]);
        assert_eq!(me["roles"], json!(["sales_specialist", "viewer"]));
    });
}

#[test]
fn a_password_that_was_made_up_is_shown_and_good() {
    let place = Place::embedded();
    let said = place.run(&["user", "add", "boss", "--role", "admin"]).well();
    let password = said.split(" with the password ").nth(1).and_then(|rest| rest.split(' ').next()).expect("it is shown");
    let served = place.serve(&[]);
    assert_eq!(served.log_in_with("boss", password).get("/v1/me").ok()["roles"], json!(["admin"]));
}

#[test]
fn nobody_is_added_twice_or_with_a_password_that_anybody_guesses() {
    let place = Place::embedded();
    place.hire("sales1", "sales_specialist", "sales");
    let add = |name: &str, password: &str| place.run_with(&["user", "add", name, "--role", "viewer", "--password-stdin"], &[], password);
    let twice = add("sales1", PASSWORD).ends(1);
    assert!(!twice.complained.is_empty());
    for weak in ["short", "password123", ""] {
        let refused = add("sales2", weak).ends(1);
        assert!(refused.complained.contains("password"), "{weak}: {}", refused.complained);
    }
    assert!(!twice.complained.contains("panicked"));
}

#[test]
fn a_key_that_was_added_does_what_its_scopes_say() {
    // BEHAVIOUR 5
    on_every_store(|place| {
        let key = place.run(&["key", "add", "web shop", "--scope", "orders:write", "--scope", "orders:read"]).well();
        let served = place.serve(&[]);
        let shop = served.anyone.with_bearer(key.trim());
        let order = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9.00"}]));
        shop.post("/v1/orders", order).created();
        shop.get("/v1/stock").refused(403, "insufficient_scope");
        shop.get("/v1/users").refused(403, "forbidden"); // a key is never an administrator
        let refused = place.run(&["key", "add", "odd", "--scope", "orders:eat"]).ends(1);
        assert!(refused.complained.contains("scope"), "{}", refused.complained);
    });
}
