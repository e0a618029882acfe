//! Where files are kept (BEHAVIOUR 9): in a folder or in a bucket, and what belongs to nothing is swept away.

use crate::support::{Company, Peer, TestApp, block_on, id, note_pdf, on_every_store, on_every_store_with};
use chrono::TimeDelta;
use docket::domain::time::UtcTime;
use serde_json::{Value, json};
use std::fs;

fn sweep(app: &TestApp) -> usize {
    block_on(docket::jobs::sweep_files(&app.app)).expect("the files can be listed")
}

/// Hands in the proof of a picking task; gives where the file is.
fn hand_in(company: &Company) -> String {
    company.with_paper("10");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]));
    let path = format!("/v1/tasks/{}/evidence", id(&company.task(&order, "warehouse")));
    let taken = company.warehouse().upload(&path, "goods_issue_note", "note.pdf", &note_pdf()).is(201);
    taken.header("location").expect("a file has a place").to_owned()
}

/// The name under which a file's bytes are stored.
fn name_of(place: &str) -> &str {
    place.strip_prefix("/v1/files/fil_").expect("a file's place")
}

#[test]
fn what_belongs_to_nothing_is_swept_away_a_day_later_and_nothing_else() {
    on_every_store(|app| {
        let company = app.company();
        let folder = app.app.config.data_dir.join("files");
        // bytes whose row was never written, whole and half; and what somebody else has put there
        let orphan = block_on(app.app.storage.store(app.app.clock.now(), note_pdf())).expect("there is room");
        let half = folder.join(format!("{}#1", docket::db::clock::new_id(app.app.clock.now())));
        fs::write(&half, b"%PD").and_then(|()| fs::write(folder.join("README"), b"backed up nightly")).expect("there is room");
        let place = hand_in(&company);
        // what came after all that is known may be of a time that the store was set back from
        let unknown = block_on(app.app.storage.store(app.app.clock.now(), note_pdf())).expect("there is room");
        let earlier = UtcTime::parse("2026-01-01T00:00:00Z").expect("an instant");
        let of_another_store = block_on(app.app.storage.store(earlier, note_pdf())).expect("there is room");
        assert_eq!(sweep(app), 0, "an upload may still be under way");
        app.advance(TimeDelta::days(1) + TimeDelta::seconds(1));
        assert_eq!(sweep(app), 2);
        assert_eq!(sweep(app), 0);
        let mut left: Vec<String> =
            fs::read_dir(&folder).expect("the folder").map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect();
        left.sort();
        assert_eq!(left, [of_another_store.id.to_string().as_str(), name_of(&place), unknown.id.to_string().as_str(), "README"]);
        assert!(!half.exists() && !folder.join(orphan.id.to_string()).exists());
        assert_eq!(app.company().viewer().get(&place).is(200).bytes, note_pdf());
    });
}

#[test]
fn files_can_be_in_a_bucket() {
    let Some(python) = Peer::python() else { return };
    let mut bucket = Peer::start(&python, "bucket.py", [] as [&str; 0]);
    let endpoint = format!("http://127.0.0.1:{}", bucket.port);
    let settings = [
        ("DOCKET_FILES_URL", "s3://docket/files of ours"),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ];
    let bucket = std::cell::RefCell::new(&mut bucket);
    let listed = || serde_json::from_str::<Value>(&bucket.borrow_mut().ask("list")).expect("names as JSON");
    on_every_store_with(&settings, |app| {
        let company = app.company();
        let before = listed().as_array().map_or(0, Vec::len);
        block_on(app.app.storage.store(app.app.clock.now(), note_pdf())).expect("there is room");
        let place = hand_in(&company);
        let kept = format!("files of ours/{}", name_of(&place));
        assert!(listed().as_array().is_some_and(|names| names.contains(&json!(kept))), "{} in {}", kept, listed());
        assert_eq!(company.viewer().get(&place).is(200).bytes, note_pdf());
        assert!(!app.app.config.data_dir.join("files").exists());
        app.advance(TimeDelta::days(2));
        assert_eq!(sweep(app), 1, "what no row names");
        assert_eq!(listed().as_array().map_or(0, Vec::len), before + 1);
        block_on(app.app.storage.remove(serde_json::from_value(json!(name_of(&place))).expect("an id"))).expect("it can be removed");
        app.company().viewer().get(&place).refused(500, "internal");
    });
}
