//! Comments, meetings and files of exceptions (DOMAIN 6.2, 6.3).

use super::{path, reported, seen};
use crate::support::{id, note_pdf, on_every_store};
use chrono::TimeDelta;
use serde_json::json;

#[test]
fn rule_6_3_a_comment_and_a_meeting_are_kept_and_read_the_newest_first() {
    on_every_store(|app| {
        let company = app.company();
        let exception = reported(&company, "complaint", &[], json!({}));
        let (notes, held) = (path(&exception, "/notes"), company.now());
        let first = company.finance().post(&notes, json!({"text": "It costs us the account"})).created();
        assert_eq!([&first["written_by"], &first["meeting"], &first["file_ids"]], [&json!("finance"), &json!(null), &json!([])]);
        let meeting = json!({"held_at": held, "attendees": ["Chen Jing", "Wang Fang"], "decision": "Send it again"});
        let second = company.order_admin().post(&notes, json!({"text": "We met", "meeting": meeting})).created();
        assert_eq!(second["meeting"], meeting);
        let page = company.viewer().get(&notes).ok();
        assert_eq!(page["data"], json!([second, first]));
        let one = company.viewer().get(&format!("{notes}?limit=1")).ok();
        assert_eq!([&one["data"][0]["id"], &one["page"]["has_more"]], [&second["id"], &json!(true)]);
        assert_eq!(seen(&company, &exception)["version"], 1, "nothing of the exception was changed");
        let told = app.feed().into_iter().filter(|event| event["name"] == "exception.noted").count();
        assert_eq!(told, 2);
        // whoever may report may comment, and however it stands
        company.order_admin().post(&path(&exception, "/dismiss"), json!({"reason": "none"})).ok();
        company.logistics().post(&notes, json!({"text": "Good"})).created();
    });
}

#[test]
fn a_note_is_refused_from_viewers_of_what_is_to_come_and_without_words() {
    on_every_store(|app| {
        let company = app.company();
        let exception = reported(&company, "complaint", &[], json!({}));
        let notes = path(&exception, "/notes");
        company.viewer().post(&notes, json!({"text": "hello"})).refused(403, "forbidden");
        let sales = company.sales();
        sales.post(&notes, json!({"text": " "})).refused(400, "validation_failed");
        sales.post("/v1/exceptions/exc_none/notes", json!({"text": "hello"})).refused(404, "not_found");
        let tomorrow = app.app.clock.now().plus(TimeDelta::days(1));
        let meeting = json!({"held_at": tomorrow, "attendees": [], "decision": "x"});
        let refused = sales.post(&notes, json!({"text": "We will meet", "meeting": meeting})).refused(400, "validation_failed");
        assert_eq!(refused["errors"][0]["pointer"], "/meeting/held_at");
        for file in ["fil_none", "x"] {
            let refused = sales.post(&notes, json!({"text": "See", "file_ids": [file]})).refused(400, "validation_failed");
            assert_eq!([&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]], ["/file_ids/0", "unknown"]);
        }
        assert_eq!(app.count("exception_notes"), 0);
    });
}

#[test]
fn rule_6_2_a_photo_is_attached_to_an_exception_and_pointed_to_by_its_notes() {
    on_every_store(|app| {
        let company = app.company();
        let exception = reported(&company, "quality_problem", &[], json!({}));
        let other = reported(&company, "quality_problem", &[], json!({}));
        let uploaded = company.warehouse().upload(&path(&exception, "/files"), "attachment", "damp carton.pdf", &note_pdf()).is(201);
        let file = uploaded.header("location").and_then(|at| at.rsplit('/').next()).expect("a file has a place").to_owned();
        let shown = seen(&company, &exception);
        assert_eq!(
            [&shown["files"][0]["id"], &shown["files"][0]["file_name"], &shown["version"]],
            [&json!(file), &json!("damp carton.pdf"), &json!(2)]
        );
        assert_eq!(company.viewer().get(&format!("/v1/files/{file}")).is(200).bytes, note_pdf());
        let said = json!({"text": "As the photo shows", "file_ids": [file]});
        assert_eq!(company.sales().post(&path(&exception, "/notes"), said.clone()).created()["file_ids"], json!([file]));
        company.sales().post(&path(&other, "/notes"), said).refused(400, "validation_failed");
        let twice = json!({"text": "See", "file_ids": [file, file]});
        assert_eq!(company.sales().post(&path(&exception, "/notes"), twice).refused(400, "validation_failed")["errors"][0]["code"], "repeated");
        company.viewer().upload(&path(&exception, "/files"), "attachment", "a.pdf", &note_pdf()).refused(403, "forbidden");
        company.sales().upload("/v1/exceptions/exc_none/files", "attachment", "a.pdf", &note_pdf()).refused(404, "not_found");
        // it belongs to something, and is not swept away
        app.advance(TimeDelta::days(3));
        app.let_the_clock_look();
        company.viewer().get(&format!("/v1/files/{file}")).is(200);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn a_note_may_point_to_the_proof_of_an_order_that_is_covered() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let proof = format!("/v1/tasks/{}/evidence", id(&company.task(&order, "warehouse")));
        let proven = company.warehouse().upload(&proof, "goods_issue_note", "note.pdf", &note_pdf()).is(201);
        let file = proven.header("location").and_then(|at| at.rsplit('/').next()).expect("a file has a place").to_owned();
        let exception = reported(&company, "complaint", &[&order], json!({}));
        let said = json!({"text": "As the note shows", "file_ids": [file]});
        assert_eq!(company.sales().post(&path(&exception, "/notes"), said).created()["file_ids"], json!([file]));
    });
}
