//! A person's and a department's queue, first due first, and the same step on many tasks (DOMAIN 3.2).

use super::{it_is, task_path};
use crate::support::on_every_store;
use serde_json::{Value, json};

fn codes(page: &Value) -> Vec<String> {
    page["data"].as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_queue_is_walked_by_due_date_and_what_is_not_due_comes_last() {
    on_every_store(|app| {
        it_is(app, "2026-03-02T02:00:00Z");
        let company = app.company();
        company.with_paper("50");
        let orders: Vec<Value> = (0..5).map(|_| company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]))).collect();
        let admin = company.order_admin();
        for (order, day) in orders.iter().zip(["09", "05", "07", "05"]) {
            let path = format!("{}/assign", task_path(&company, order, "warehouse"));
            admin.post(&path, json!({"due_at": format!("2026-03-{day}T02:00:00Z"), "reason": "as agreed", "assignee": company.warehouse().id})).ok();
        }
        let task = |at: usize, department: &str| company.task(&orders[at], department)["id"].as_str().unwrap().to_owned();
        let by_due: Vec<String> = [4, 1, 3, 2, 0].map(|at| task(at, "warehouse")).to_vec();
        for queue in ["department=warehouse&status=open,in_progress&sort=due_at", "department=warehouse&sort=due_at"] {
            let (mut seen, mut path) = (Vec::new(), format!("/v1/tasks?{queue}&limit=2"));
            loop {
                let page = company.viewer().get(&path).ok();
                seen.extend(codes(&page));
                let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
                path = format!("/v1/tasks?{queue}&limit=2&cursor={cursor}");
            }
            assert_eq!(seen, by_due, "{queue}");
        }
        let mine = company.warehouse().get("/v1/tasks?assignee=me&status=open&sort=due_at").ok();
        assert_eq!(codes(&mine), [1, 3, 2, 0].map(|at| task(at, "warehouse")));
        let (mut all, mut path) = (Vec::new(), "/v1/tasks?sort=due_at&limit=3".to_owned());
        loop {
            let page = company.viewer().get(&path).ok();
            all.extend(page["data"].as_array().unwrap().clone());
            let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
            path = format!("/v1/tasks?sort=due_at&limit=3&cursor={cursor}");
        }
        assert_eq!(all.len(), 20);
        let first_undated = all.iter().position(|task| task["due_at"].is_null()).unwrap();
        assert!(all[first_undated..].iter().all(|task| task["due_at"].is_null()), "shipping and invoices wait");
        let mut once: Vec<&str> = all.iter().map(|task| task["id"].as_str().unwrap()).collect();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), 20);
        let other = company.viewer().get("/v1/tasks?sort=due_at&limit=3").ok()["page"]["next_cursor"].as_str().unwrap().to_owned();
        company.viewer().get(&format!("/v1/tasks?cursor={other}")).refused(400, "invalid_cursor");
    });
}

#[test]
fn many_tasks_are_given_begun_and_done_at_once_each_by_itself() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("50");
        let orders: Vec<Value> = (0..3).map(|_| company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}]))).collect();
        let tasks: Vec<String> = orders.iter().map(|order| company.task(order, "warehouse")["id"].as_str().unwrap().to_owned()).collect();
        let foreign = company.task(&orders[0], "finance")["id"].as_str().unwrap().to_owned();
        let picker = company.warehouse();
        let act = |person: &crate::support::Person, body: Value| person.post("/v1/tasks/bulk", body);
        act(&picker, json!({"tasks": tasks, "action": "assign"})).refused(400, "validation_failed");
        act(&picker, json!({"tasks": tasks, "action": "start", "assignee": picker.id})).refused(400, "validation_failed");
        let refused = act(&picker, json!({"tasks": tasks, "action": "assign", "assignee": picker.id})).ok();
        assert_eq!([&refused["done"], &refused["data"][0]["code"]], [&json!(0), &json!("forbidden")], "who may not direct does not here");
        let given = act(&company.order_admin(), json!({"tasks": tasks, "action": "assign", "assignee": picker.id})).ok();
        assert_eq!(given["done"], 3);
        let begun = act(&picker, json!({"tasks": [tasks[0], foreign, tasks[1], "tsk_none"], "action": "start"})).ok();
        let outcomes: Vec<&Value> = begun["data"].as_array().unwrap().iter().map(|outcome| &outcome["code"]).collect();
        assert_eq!(outcomes, [&Value::Null, &json!("forbidden"), &Value::Null, &json!("not_found")]);
        picker.upload(&format!("/v1/tasks/{}/evidence", tasks[0]), "goods_issue_note", "note.pdf", &crate::support::note_pdf()).is(201);
        let done = act(&picker, json!({"tasks": tasks, "action": "complete"})).ok();
        let outcomes: Vec<&Value> = done["data"].as_array().unwrap().iter().map(|outcome| &outcome["code"]).collect();
        assert_eq!(outcomes, [&Value::Null, &json!("evidence_missing"), &json!("evidence_missing")]);
        assert_eq!(company.order(&orders[0])["stage"], "awaiting_shipment");
    });
}
