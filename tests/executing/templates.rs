//! Templates are data: made, changed, deleted; what is wrong with a set of them is refused, and what exists
//! keeps the rules it was made by (DOMAIN 3.1).

use super::{it_is, plan};
use crate::support::{id, on_every_store};
use serde_json::{Value, json};

fn engrave() -> Value {
    json!({
        "code": "engrave", "department": "production", "title_en": "Engrave", "title_zh": "刻字", "needed": {"lines": ["standard"]},
        "depends_on": ["pick"], "due": {"after_dependencies": {"hours": 4}}, "required_evidence": "qc_report", "position": 3
    })
}

#[test]
fn a_template_is_made_read_changed_and_deleted() {
    on_every_store(|app| {
        let admin = app.company().order_admin();
        let made = admin.post("/v1/task-templates", engrave()).is(201);
        let path = made.header("location").unwrap().to_owned();
        assert_eq!([&made.body["assignee"], &made.body["due"]], [&json!("nobody"), &json!({"after_dependencies": {"hours": 4}})]);
        admin.post("/v1/task-templates", engrave()).refused(409, "duplicate_reference");
        let read = admin.get("/v1/task-templates/engrave").is(200);
        assert_eq!(read.body, made.body);
        admin.patch(&path, "\"v9\"", json!({"title_en": "Cut"})).refused(412, "version_mismatch");
        admin.send_json("PATCH", &path, &[], &json!({"title_en": "Cut"})).refused(428, "precondition_required");
        let changed = admin.patch(&path, &read.etag(), json!({"title_en": "Cut", "due": {"after_task": {"task": "pick", "span": 1}}})).is(200);
        assert_eq!([&changed.body["title"], &changed.body["version"]], [&json!("Cut"), &json!(2)]);
        admin.patch(&path, &changed.etag(), json!({"code": "cut"})).refused(422, "rule_violated");
        admin.send("DELETE", &path, &[("if-match", &changed.etag())], None).is(204);
        admin.get(&path).refused(404, "not_found");
        admin.send("DELETE", &path, &[("if-match", &changed.etag())], None).refused(404, "not_found");
        let again = admin.post("/v1/task-templates", engrave()).created();
        assert_eq!([&again["id"], &again["version"]], [&made.body["id"], &json!(4)], "its history is one");
        assert_eq!(app.count("events WHERE name LIKE 'task_template.%'"), 4);
    });
}

#[test]
fn tasks_that_would_wait_for_each_other_or_for_nobody_are_refused() {
    // DOMAIN 3.2
    on_every_store(|app| {
        let admin = app.company().order_admin();
        let with = |field: &str, value: Value| {
            let mut body = engrave();
            body[field] = value;
            admin.post("/v1/task-templates", body)
        };
        let wrong = |answer: crate::support::Answer, pointer: &str| {
            let problem = answer.refused(400, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        };
        wrong(with("depends_on", json!(["paint"])), "/depends_on");
        wrong(with("depends_on", json!(["engrave"])), "/depends_on");
        wrong(with("due", json!({"with_first_of": ["paint"]})), "/due");
        wrong(with("due", json!({"after_review": 1001})), "/due");
        wrong(with("needed", json!({"lines": []})), "/needed");
        wrong(with("needed", json!({"when": {"all": []}})), "/needed");
        wrong(with("required_evidence", json!("tracking_number")), "/required_evidence");
        wrong(with("checklist", json!([{"title_en": "a\nb", "title_zh": "甲"}])), "/checklist");
        wrong(with("due", json!({"after_review": "soon"})), "/due/after_review");
        wrong(with("due", json!({"after_review": {"days": 1}})), "/due/after_review");
        admin.post("/v1/task-templates", engrave()).created();
        let etag = admin.get("/v1/task-templates/pick").etag();
        let problem = admin.patch("/v1/task-templates/pick", &etag, json!({"depends_on": ["engrave"]})).refused(400, "validation_failed");
        assert_eq!(problem["errors"][0]["code"], "circle");
    });
}

#[test]
fn what_lines_and_others_wait_for_is_not_deleted_or_waived() {
    // DOMAIN 3.3, 3.4
    on_every_store(|app| {
        let admin = app.company().order_admin();
        let etag = |code: &str| admin.get(&format!("/v1/task-templates/{code}")).etag();
        for code in ["pick", "produce", "serve", "ship", "invoice"] {
            let path = format!("/v1/task-templates/{code}");
            admin.send("DELETE", &path, &[("if-match", &etag(code))], None).refused(422, "rule_violated");
            admin.patch(&path, &etag(code), json!({"needed": {"when": "rush"}})).refused(400, "validation_failed");
        }
        admin.patch("/v1/task-templates/ship", &etag("ship"), json!({"required_evidence": null})).refused(400, "validation_failed");
        let call = json!({
            "code": "call", "department": "sales", "title_en": "Call", "title_zh": "致电", "needed": "always",
            "due": {"after_task": {"task": "coordinate", "span": 1}}
        });
        admin.post("/v1/task-templates", call).created();
        admin.send("DELETE", "/v1/task-templates/coordinate", &[("if-match", &etag("coordinate"))], None).refused(422, "rule_violated");
        admin.send("DELETE", "/v1/task-templates/call", &[("if-match", &etag("call"))], None).is(204);
        admin.send("DELETE", "/v1/task-templates/coordinate", &[("if-match", &etag("coordinate"))], None).is(204);
    });
}

#[test]
fn a_change_alters_no_task_that_exists_and_all_that_are_made_later() {
    // DOMAIN 3.1
    on_every_store(|app| {
        it_is(app, "2026-03-02T02:00:00Z");
        let company = app.company();
        company.with_paper("20");
        let line = || json!([{"sku": "PAPER", "quantity": "2"}]);
        let before = company.confirmed(line());
        let admin = company.order_admin();
        admin.post("/v1/task-templates", engrave()).created();
        let etag = admin.get("/v1/task-templates/pick").etag();
        admin.patch("/v1/task-templates/pick", &etag, json!({"due": {"after_release": {"hours": 2}}, "title_en": "Fetch"})).ok();
        let ship = admin.get("/v1/task-templates/ship").etag();
        admin.patch("/v1/task-templates/ship", &ship, json!({"depends_on": ["engrave", "produce"]})).ok();
        let after = company.confirmed(line());
        assert_eq!(
            plan(&company, &after),
            [
                "coordinate sales [] open 2026-03-02T04:00:00Z",
                "pick warehouse [] open 2026-03-02T04:00:00Z",
                "engrave production [pick] blocked -",
                "ship logistics [engrave] blocked -",
                "invoice finance [] open -",
            ]
        );
        assert_eq!([&company.task(&after, "warehouse")["title"], &company.task(&before, "warehouse")["title"]], ["Fetch", "Pick and prepare stock"]);
        super::days_are(app, false, &["2026-03-03"]);
        app.let_the_clock_look();
        assert_eq!(plan(&company, &before)[1], "pick warehouse [] open 2026-03-04T10:00:00Z", "by the rule it was made by");
        company.pick(&before);
        assert!(plan(&company, &before)[2].starts_with("ship logistics [pick] open"), "it waits for nothing new");
        it_is(app, "2026-03-02T08:00:00Z");
        company.pick(&after);
        assert_eq!(plan(&company, &after)[2], "engrave production [pick] open 2026-03-04T03:00:00Z", "2 hours today, 2 after the closed day");
    });
}

#[test]
fn a_template_may_look_at_what_approval_rules_look_at() {
    // DOMAIN 3.1
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("200");
        let wrap = json!({
            "code": "wrap", "department": "warehouse", "title_en": "Wrap as a present", "title_zh": "礼品包装",
            "needed": {"when": {"all": [{"amount_above": "100.00"}, {"not": "rush"}]}}, "due": {"after_review": 1}
        });
        company.order_admin().post("/v1/task-templates", wrap).created();
        let codes = |order: &Value| company.tasks(order).iter().map(|task| task["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
        let small = company.confirmed(json!([{"sku": "PAPER", "quantity": "10"}]));
        assert!(!codes(&small).contains(&"wrap".to_owned()));
        let large = company.confirmed(json!([{"sku": "PAPER", "quantity": "11"}]));
        assert!(codes(&large).contains(&"wrap".to_owned()));
    });
}

#[test]
fn a_task_is_given_to_somebody_when_it_opens() {
    // DOMAIN 3.2
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("20");
        let (first, second) = (company.warehouse(), app.person("picker2", &["warehouse"], "warehouse"));
        app.person("looker", &["viewer"], "warehouse");
        let head = app.person("head.stock", &["department_head"], "warehouse");
        let admin = company.order_admin();
        let rule = |rule: &str| {
            let etag = admin.get("/v1/task-templates/pick").etag();
            admin.patch("/v1/task-templates/pick", &etag, json!({"assignee": rule})).ok();
        };
        let given = || company.task(&company.confirmed(json!([{"sku": "PAPER", "quantity": "1"}])), "warehouse")["assignee"]["username"].clone();
        assert_eq!(given(), Value::Null);
        rule("least_busy");
        let taken: Vec<Value> = (0..3).map(|_| given()).collect();
        assert_eq!(taken, ["picker", "picker2", "head.stock"], "in turn, and nobody who may not work");
        rule("head");
        assert_eq!(given(), "head.stock");
        rule("owner");
        assert_eq!(given(), "sales1");
        assert_eq!(app.feed().iter().filter(|event| event["name"] == "task.opened" && event["data"]["code"] == "pick").count(), 6);
        let mine = |person: &crate::support::Person| person.get("/v1/tasks?assignee=me").ok()["data"].as_array().unwrap().len();
        assert_eq!([mine(&first), mine(&second), mine(&head)], [1, 1, 2]);
        assert!(!id(&admin.get("/v1/task-templates/pick").ok()).is_empty());
    });
}
