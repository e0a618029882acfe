//! `docket check` and `docket backup`.

use super::program::{exists, orders};
use super::{Place, on_every_store};
use crate::support::{id, order_of};
use serde_json::{Value, json};

/// The settings of a copy.
const COPY: [(&str, &str); 2] = [("DOCKET_DATABASE_URL", "sqlite:copy/docket.db"), ("DOCKET_DATA_DIR", "copy/docket-data")];

fn numbers(orders: &[Value]) -> Vec<&Value> {
    orders.iter().map(|order| &order["number"]).collect()
}

#[test]
fn a_copy_that_is_made_while_it_serves_fits_together_and_holds_the_same() {
    // BEHAVIOUR 10
    let place = Place::embedded();
    let served = place.serve(&["--demo"]);
    let sales = served.log_in("sales1");
    let known = orders(&sales);
    let said = place.run(&["backup", "copy"]).well();
    assert!(said.contains("copy"), "{said}");
    sales.post("/v1/orders", order_of(json!([{"name": "Late", "quantity": "1", "unit_price": "9.00"}]))).created();
    assert!(place.run_with(&["check"], &COPY, "").well().contains("Everything fits together"));

    // it serves like the original, documents included
    let copy = COPY.iter().fold(Place::embedded(), |copy, (name, value)| {
        let path = place.path(value.trim_start_matches("sqlite:"));
        let scheme = if value.starts_with("sqlite:") { "sqlite:" } else { "" };
        copy.with(name, &format!("{scheme}{}", path.display()))
    });
    let served = copy.serve(&[]);
    let reader = served.log_in("sales1");
    assert_eq!(numbers(&orders(&reader)), numbers(&known));
    let tasks = reader.get("/v1/tasks?status=done&limit=200").ok();
    let proven = tasks["data"].as_array().expect("a list has data").iter().find(|task| task["required_evidence"] == "goods_issue_note");
    let task = reader.get(&format!("/v1/tasks/{}", id(proven.expect("something was picked")))).ok();
    let file = reader.get(&format!("/v1/files/{}", id(&task["evidence"][0]))).is(200);
    assert!(file.text.starts_with("%PDF"));
}

#[test]
fn copies_that_are_made_among_writers_fit_together() {
    let place = Place::embedded();
    place.hire("sales1", "sales_specialist", "sales");
    let served = place.serve(&[]);
    let sales = served.log_in("sales1");
    let enter = || sales.post("/v1/orders", order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "9.00"}]))).created();
    (0..8).for_each(|_| drop(enter()));
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..500).take_while(|_| !done.load(std::sync::atomic::Ordering::Relaxed)).for_each(|_| drop(enter())));
        }
        let copied = place.run(&["backup", "copy"]);
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        copied.well();
    });
    place.run_with(&["check"], &COPY, "").well();
    place.run(&["check"]).well();
}

#[test]
fn a_copy_overwrites_nothing() {
    let place = Place::embedded();
    place.run(&["migrate"]).well();
    place.run(&["user", "add", "boss", "--role", "admin"]).well();
    place.run(&["backup", "copy"]).well();
    let refused = place.run(&["backup", "copy"]).ends(1);
    assert!(refused.complained.contains("copy"), "{}", refused.complained);
    place.run_with(&["check"], &COPY, "").well();
}

#[test]
fn nothing_is_copied_where_the_files_are_not() {
    let place = Place::embedded();
    place.run(&["migrate"]).well();
    let refused = place.run_with(&["backup", "copy"], &[("DOCKET_DATA_DIR", "nowhere")], "").ends(1);
    assert!(refused.complained.contains("DOCKET_DATA_DIR: nowhere"), "{}", refused.complained);
    assert!(!exists(&place.path("copy")));
}

#[test]
fn a_database_with_tools_of_its_own_is_left_to_them() {
    on_every_store(|place| {
        if place.is_embedded() {
            return;
        }
        assert!(place.run(&["backup", "copy"]).ends(1).complained.contains("pg_dump"));
        assert!(!exists(&place.path("copy")));
    });
}

#[test]
fn whatever_does_not_fit_together_is_named() {
    // BEHAVIOUR 10
    let place = Place::embedded();
    let served = place.serve(&["--demo"]);
    served.anyone.get("/readyz").is(200);
    served.stop();
    place.run(&["check"]).well();
    let url = format!("sqlite:{}", place.path("docket.db").display());
    let mut store = docket::db::Target::parse(&url).and_then(|target| target.open().map_err(|error| error.to_string())).expect("it opens");
    let cheat = "UPDATE stock SET on_hand = on_hand + 10000 WHERE product_id = (SELECT id FROM products WHERE sku = 'PAPER-A4')";
    diesel::connection::SimpleConnection::batch_execute(&mut store, cheat).expect("the store takes it");
    let found = place.run(&["check"]).ends(1);
    assert!(found.said.contains("PAPER-A4"), "{}", found.said);
}
