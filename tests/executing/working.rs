//! What people do with tasks on the way: rest, tick off, note, help (DOMAIN 3.2).

use super::task_path;
use crate::support::{Company, on_every_store};
use serde_json::{Value, json};

fn order(company: &Company) -> Value {
    company.with_paper("20");
    company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]))
}

#[test]
fn work_rests_with_a_reason_and_goes_on() {
    on_every_store(|app| {
        let company = app.company();
        let path = task_path(&company, &order(&company), "warehouse");
        let picker = company.warehouse();
        let post = |step: &str, body: Value| picker.post(&format!("{path}/{step}"), body);
        post("pause", json!({"reason": "No pallets"})).refused(409, "invalid_transition");
        post("start", json!({})).ok();
        post("pause", json!({})).refused(400, "validation_failed");
        let paused = post("pause", json!({"reason": "No pallets"})).ok();
        assert_eq!([&paused["status"], &paused["pause_reason"]], ["in_progress", "No pallets"]);
        assert!(paused["paused_at"].is_string());
        let twice = post("pause", json!({"reason": "Still none"})).refused(409, "invalid_transition");
        assert_eq!(twice["reasons"][0]["code"], "task_paused", "{twice}");
        let goes_on = post("resume", json!({})).ok();
        assert_eq!([&goes_on["paused_at"], &goes_on["pause_reason"]], [&Value::Null, &Value::Null]);
        assert_eq!(post("resume", json!({})).ok()["version"], goes_on["version"], "it goes on already");
        post("pause", json!({"reason": "Lunch"})).ok();
        company.prove_and_complete(&picker, &json!({"id": path.rsplit('/').next().unwrap()}), "goods_issue_note");
        assert_eq!(picker.get(&path).ok()["paused_at"], Value::Null, "what is done rests no more");
        post("resume", json!({})).refused(409, "invalid_transition");
        company.finance().post(&format!("{path}/pause"), json!({"reason": "Mine"})).refused(403, "forbidden");
    });
}

#[test]
fn what_is_on_the_list_is_ticked_off_before_a_task_is_done() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let etag = admin.get("/v1/task-templates/pick").etag();
        let list = json!([{"title_en": "Counted", "title_zh": "已清点"}, {"title_en": "Sealed", "title_zh": "已封箱"}]);
        admin.patch("/v1/task-templates/pick", &etag, json!({"checklist": list})).ok();
        let path = task_path(&company, &order(&company), "warehouse");
        let picker = company.warehouse();
        let tick = |item: i64, done: bool| picker.post(&format!("{path}/checklist"), json!({"item": item, "done": done}));
        picker.upload(&format!("{path}/evidence"), "goods_issue_note", "note.pdf", &crate::support::note_pdf()).is(201);
        let refused = picker.post(&format!("{path}/complete"), json!({})).refused(409, "invalid_transition");
        assert_eq!(refused["reasons"][0]["code"], "checklist_open", "{refused}");
        tick(3, true).refused(400, "validation_failed");
        tick(0, true).refused(400, "validation_failed");
        let ticked = tick(1, true).ok();
        assert_eq!([&ticked["checklist"][0]["done_by"], &ticked["checklist"][1]["done_by"]], [&json!("picker"), &Value::Null]);
        assert_eq!(tick(1, true).ok()["version"], ticked["version"]);
        tick(2, true).ok();
        tick(1, false).ok();
        picker.post(&format!("{path}/complete"), json!({})).refused(409, "invalid_transition");
        tick(1, true).ok();
        assert_eq!(picker.post(&format!("{path}/complete"), json!({})).ok()["status"], "done");
        tick(1, false).refused(409, "invalid_transition");
    });
}

#[test]
fn notes_are_kept_newest_first() {
    on_every_store(|app| {
        let company = app.company();
        let path = task_path(&company, &order(&company), "warehouse");
        let notes = format!("{path}/notes");
        for text in ["Half is picked", "The rest is on shelf 4"] {
            let written = company.warehouse().post(&notes, json!({"text": text})).is(201);
            assert_eq!(written.header("location"), Some(notes.as_str()));
        }
        company.warehouse().post(&notes, json!({"text": " "})).refused(400, "validation_failed");
        company.finance().post(&notes, json!({"text": "Not mine"})).refused(403, "forbidden");
        let page = company.viewer().get(&format!("{notes}?limit=1")).ok();
        assert_eq!([&page["data"][0]["text"], &page["data"][0]["written_by"]], ["The rest is on shelf 4", "picker"]);
        let next = page["page"]["next_cursor"].as_str().unwrap();
        let page = company.viewer().get(&format!("{notes}?limit=1&cursor={next}")).ok();
        assert_eq!([&page["data"][0]["text"], &page["page"]["has_more"]], [&json!("Half is picked"), &json!(false)]);
    });
}

#[test]
fn who_is_asked_to_help_works_on_that_task() {
    on_every_store(|app| {
        let company = app.company();
        let path = task_path(&company, &order(&company), "warehouse");
        let (helper, admin) = (company.production(), company.order_admin());
        helper.post(&format!("{path}/start"), json!({})).refused(403, "forbidden");
        let assign = |people: Value| admin.post(&format!("{path}/assign"), json!({"collaborators": people}));
        assign(json!(["usr_00000000000000000000000000000000"])).refused(400, "validation_failed");
        assign(json!([helper.id, helper.id])).refused(400, "validation_failed");
        assert_eq!(assign(json!([helper.id])).ok()["collaborators"][0]["username"], "maker");
        helper.post(&format!("{path}/start"), json!({})).ok();
        helper.post(&format!("{path}/notes"), json!({"text": "On it"})).is(201);
        helper.post(&format!("{path}/assign"), json!({"assignee": helper.id})).refused(403, "forbidden");
        assert_eq!(assign(json!([])).ok()["collaborators"], json!([]));
        helper.post(&format!("{path}/notes"), json!({"text": "Still?"})).refused(403, "forbidden");
    });
}
