//! `docket import`: good rows are kept, a bad one is named with its reason, a repeat adds nothing
//! (DOMAIN 1.4).

use super::program::{Place, Ran, orders};
use super::{Served, on_every_store};
use crate::support::order_of;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A row without a reference of its own.
fn row(goods: &str) -> Value {
    let mut row = order_of(json!([{"name": goods, "quantity": "2", "unit_price": "450.00"}]));
    row["channel"] = json!("import");
    row
}

fn referenced(goods: &str, reference: &str) -> Value {
    let mut row = row(goods);
    row["channel_ref"] = json!(reference);
    row
}

/// Three good rows, one of them twice; an empty line; three bad rows.
fn file() -> String {
    let nameless = json!({"channel": "import", "customer": {"name": "Acme"}, "currency": "CNY", "lines": [{"quantity": "-1", "unit_price": "2"}]});
    let mut odd = row("Desk");
    odd["colour"] = json!("red");
    let rows = [referenced("Desk", "A-1").to_string(), row("Chair").to_string(), String::new(), nameless.to_string(), row("Chair").to_string()];
    [&rows[..], &["{\"channel\":".to_owned(), odd.to_string(), row("Lamp").to_string()]].concat().join("\n")
}

/// What the report says of each row.
fn report(place: &Place) -> Vec<Value> {
    place.read("report.ndjson").lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"))).collect()
}

#[track_caller]
fn import(place: &Place, more: &[&str]) -> Ran {
    place.run(&[&["import", "orders.ndjson", "--report", "report.ndjson"], more].concat())
}

/// Everybody's orders, as the administrator sees them.
fn entered(served: &Served) -> Vec<Value> {
    orders(&served.log_in("admin"))
}

#[test]
fn good_rows_are_entered_and_bad_ones_named_with_their_reason() {
    on_every_store(|place| {
        place.write("orders.ndjson", &file());
        let ran = import(place, &[]).ends(1);
        assert!(ran.said.contains("4 orders entered, 0 known already, 3 rows refused."), "{}", ran.said);
        for refused in ["row 4: validation_failed: ", "row 6: malformed_json: ", "row 7: unknown_field: "] {
            assert!(ran.said.contains(refused), "{refused} is not in {}", ran.said);
        }
        assert!(ran.said.contains("/lines/0/quantity") && ran.said.contains("/colour"), "{}", ran.said);

        let report = report(place);
        let outcomes: Vec<String> = report.iter().map(|row| format!("{} {}", row["row"], row["outcome"].as_str().unwrap_or_default())).collect();
        assert_eq!(outcomes, ["1 entered", "2 entered", "4 refused", "5 entered", "6 refused", "7 refused", "8 entered"]);
        assert!(report[2]["detail"].as_str().is_some_and(|why| why.contains("/lines/0/quantity")));

        let entered = entered(&place.serve(&[]));
        let known: BTreeSet<&str> = entered.iter().filter_map(|order| order["number"].as_str()).collect();
        let told: BTreeSet<&str> = report.iter().filter_map(|row| row["number"].as_str()).collect();
        assert_eq!(known, told);
        let first = entered.iter().find(|order| order["channel_ref"] == "A-1").expect("the reference is kept");
        assert_eq!(report[0]["number"], first["number"]);
        assert!(entered.iter().all(|order| order["status"] == "created" && order["channel"] == "import"));
        place.run(&["check"]).well();
    });
}

#[test]
fn the_same_file_again_adds_nothing() {
    // DOMAIN 1.4
    on_every_store(|place| {
        place.write("orders.ndjson", &file());
        import(place, &[]).ends(1);
        let numbers = |report: Vec<Value>| -> Vec<Value> { report.iter().map(|row| row["number"].clone()).collect() };
        let first = numbers(report(place));
        let again = import(place, &[]).ends(1);
        assert!(again.said.contains("0 orders entered, 4 known already, 3 rows refused."), "{}", again.said);
        assert_eq!(numbers(report(place)), first);
        assert_eq!(entered(&place.serve(&[])).len(), 4);
    });
}

#[test]
fn a_file_without_a_bad_row_ends_well_also_while_the_store_is_served() {
    on_every_store(|place| {
        let rows: Vec<String> = (0..300).map(|at| referenced("Desk", &format!("R-{at}")).to_string()).collect();
        place.write("orders.ndjson", &rows.join("\n"));
        let served = place.serve(&[]);
        let said = import(place, &[]).well();
        assert!(said.contains("300 orders entered, 0 known already, 0 rows refused."), "{said}");
        assert_eq!(entered(&served).len(), 300);
    });
}

#[test]
fn rows_are_entered_by_whoever_is_named() {
    on_every_store(|place| {
        place.hire("sales1", "sales_specialist", "sales");
        place.hire("viewer1", "viewer", "operations");
        place.write("orders.ndjson", &row("Desk").to_string());
        import(place, &["--as", "Sales1"]).well();
        let served = place.serve(&[]);
        let seller = served.log_in("sales1");
        let order = orders(&seller).remove(0);
        let order = seller.get(&format!("/v1/orders/{}", crate::support::id(&order))).ok();
        assert_eq!(order["entered_by"]["id"], seller.id);

        assert!(import(place, &["--as", "nobody"]).ends(1).complained.contains("nobody"));
        place.write("orders.ndjson", &row("Chair").to_string());
        import(place, &["--as", "viewer1"]).ends(1);
        assert_eq!(orders(&seller).len(), 1, "a viewer enters nothing");
    });
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let ran = Place::embedded().run(&["import", "nowhere.ndjson"]).ends(1);
    assert!(ran.complained.contains("nowhere.ndjson"), "{}", ran.complained);
}
