//! How the program is asked: settings, the schema, the document, one server a store.

use super::Place;
use super::program::exists;
use crate::support::PASSWORD;
use serde_json::json;

#[test]
fn a_setting_that_does_not_exist_stops_every_command_and_is_named() {
    // BEHAVIOUR 10
    let place = Place::embedded().with("DOCKET_LISTN", "127.0.0.1:80").with("DOCKET_TIME_ZONE", "Mars/Olympus");
    let commands: &[&[&str]] = &[&[], &["serve"], &["migrate"], &["check"], &["user", "add", "x", "--role", "viewer"], &["backup", "copy"]];
    for command in commands {
        let ran = place.run(command).ends(2);
        for name in ["DOCKET_LISTN", "DOCKET_TIME_ZONE"] {
            assert!(ran.complained.contains(name), "{command:?} does not name {name}: {}", ran.complained);
        }
        assert!(!ran.complained.contains("DOCKET_LISTEN:"), "{}", ran.complained);
    }
    assert!(!exists(&place.path("docket.db")), "nothing was begun");
}

#[test]
fn a_command_that_does_not_exist_is_refused_as_asked_wrongly() {
    let place = Place::embedded();
    for command in [&["serv"][..], &["import"], &["user", "add", "x", "--role", "emperor"], &["check", "--hard"]] {
        let ran = place.run(command).ends(2);
        assert!(!ran.complained.is_empty(), "{command:?}");
    }
}

#[test]
fn migrating_brings_up_a_store_and_may_be_repeated() {
    super::on_every_store(|place| {
        place.run(&["migrate"]).well();
        place.run(&["migrate"]).well();
        assert!(place.run(&["check"]).well().contains("Everything fits together"));
    });
}

#[test]
fn the_document_that_is_printed_is_the_one_that_is_committed() {
    let place = Place::embedded();
    let committed = include_str!("../../openapi/openapi.json");
    assert!(place.run(&["openapi"]).well() == committed, "docket openapi > openapi/openapi.json");
    assert!(!exists(&place.path("docket.db")), "no store is needed for it");
}

#[test]
fn a_second_server_on_the_same_embedded_store_is_refused() {
    // ARCHITECTURE: one writer on SQLite
    let place = Place::embedded();
    let first = place.serve(&[]);
    let second = place.run(&["serve"]).ends(1);
    assert!(second.complained.contains("another server"), "{}", second.complained);
    first.anyone.get("/readyz").is(200);
    first.kill();
    place.serve(&[]).anyone.get("/readyz").is(200); // the claim ended with the process
}

#[test]
fn replicas_share_a_database_that_is_no_file() {
    // BEHAVIOUR 10
    super::on_every_store(|place| {
        if place.is_embedded() {
            return;
        }
        let (one, two) = (place.serve(&[]), place.serve(&[]));
        let log_in = json!({"username": "admin", "password": PASSWORD});
        let tokens = one.anyone.post("/v1/auth/login", log_in).ok();
        let there = two.anyone.with_bearer(tokens["access_token"].as_str().expect("a log-in gives a token"));
        assert_eq!(there.get("/v1/me").ok()["username"], "admin", "a token of one is good at the other");
    });
}
