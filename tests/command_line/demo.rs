//! `docket serve --demo`: a company to try things out with (README "Start").

use super::program::orders;
use super::{Served, on_every_store};
use crate::support::PASSWORD;
use docket::domain::actor::Role;
use docket::domain::lifecycle::order::Stage;
use serde_json::Value;
use std::collections::BTreeSet;

/// The user names of the log-ins that were printed, with the password that is everybody's.
fn log_ins(served: &Served) -> (Vec<String>, String) {
    let password = served.said.iter().find_map(|line| line.split("Everybody's password: ").nth(1)).expect("the password is printed");
    let names = served.said.iter().filter_map(|line| line.strip_prefix("  ")?.split_whitespace().next());
    (names.map(str::to_owned).collect(), password.to_owned())
}

#[test]
fn the_company_has_somebody_for_every_role_and_everybody_can_log_in() {
    on_every_store(|place| {
        let served = place.serve(&["--demo"]);
        let (names, password) = log_ins(&served);
        assert_eq!(password, PASSWORD, "the administrator's, where it is configured");
        let mut held = BTreeSet::new();
        for name in &names {
            let me = served.log_in_with(name, &password).get("/v1/me").ok();
            held.extend(me["roles"].as_array().expect("roles are a list").iter().filter_map(Value::as_str).map(str::to_owned));
        }
        let roles: BTreeSet<String> = Role::ALL.iter().map(|role| role.as_str().to_owned()).collect();
        assert_eq!(held, roles);
    });
}

#[test]
fn the_company_has_an_order_in_every_stage_and_fits_together() {
    on_every_store(|place| {
        let served = place.serve(&["--demo"]);
        let orders = orders(&served.log_in("admin"));
        let stages: BTreeSet<&str> = orders.iter().filter_map(|order| order["stage"].as_str()).collect();
        assert_eq!(stages, Stage::ALL.iter().map(|stage| stage.as_str()).collect());
        assert!(place.run(&["check"]).well().contains("Everything fits together"));
        served.stop();
        place.run(&["check"]).well();
    });
}

#[test]
fn a_store_that_holds_anything_is_not_made_into_an_example() {
    on_every_store(|place| {
        place.hire("sales1", "sales_specialist", "sales");
        let refused = place.run(&["serve", "--demo"]).ends(1);
        assert!(refused.complained.contains("store holds something"), "{}", refused.complained);
        let served = place.serve(&[]);
        assert!(orders(&served.log_in("sales1")).is_empty());
    });
}

#[test]
fn the_example_is_made_once() {
    on_every_store(|place| {
        let served = place.serve(&["--demo"]);
        let made = orders(&served.log_in("admin")).len();
        served.stop();
        place.run(&["serve", "--demo"]).ends(1);
        assert_eq!(orders(&place.serve(&[]).log_in("admin")).len(), made);
    });
}
