//! Due dates follow what happens to an order's tasks, and nothing else (DOMAIN 3.1; docs/decisions/0013).

use super::{days_are, it_is, plan, task_path};
use crate::support::{Company, TestApp, id, on_every_store};
use serde_json::{Value, json};

fn paper(quantity: &str) -> Value {
    json!([{"sku": "PAPER", "quantity": quantity}])
}

fn template(company: &Company, code: &str, more: Value) -> Value {
    let mut body =
        json!({"code": code, "department": "operations", "title_en": code, "title_zh": code, "needed": "always", "due": {"after_review": 1}});
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    company.order_admin().post("/v1/task-templates", body).created()
}

fn monday(app: &TestApp) -> Company<'_> {
    it_is(app, "2026-11-30T02:00:00Z");
    let company = app.company();
    company.with_paper("50");
    company
}

/// When the task of a code is due.
fn due(company: &Company, order: &Value, code: &str) -> String {
    let found = plan(company, order).into_iter().find(|line| line.starts_with(&format!("{code} ")));
    found.unwrap_or_else(|| panic!("no {code}")).rsplit(' ').next().unwrap().to_owned()
}

fn agree(company: &Company, order: &Value, patch: Value) {
    company.sales().patch(&company.path(order, ""), "*", patch).ok();
    while !company.pending_steps(order).is_empty() {
        company.approve_next(order);
    }
    company.sales().post(&company.path(order, "/confirm"), json!({"method": "phone"})).ok();
}

#[test]
fn what_is_due_with_another_follows_it() {
    on_every_store(|app| {
        let company = monday(app);
        template(&company, "call", json!({"due": {"with_first_of": ["ship"]}}));
        template(&company, "write", json!({"due": {"with_first_of": ["call"]}}));
        let order = company.confirmed(paper("1"));
        assert_eq!([due(&company, &order, "call"), due(&company, &order, "write")], ["-", "-"]);
        company.pick(&order);
        assert_eq!([due(&company, &order, "call"), due(&company, &order, "write")], ["2026-12-02T10:00:00Z", "2026-12-02T10:00:00Z"]);
        let assign = format!("{}/assign", task_path(&company, &order, "logistics"));
        company.order_admin().post(&assign, json!({"due_at": "2026-12-08T02:00:00Z", "reason": "The carrier comes then"})).ok();
        company.pick(&company.confirmed(paper("1"))); // another order's work moves nothing here
        assert_eq!(due(&company, &order, "ship"), "2026-12-08T02:00:00Z");
    });
}

#[test]
fn what_counts_from_a_task_counts_anew_when_that_is_done_again() {
    // DECISIONS 37
    on_every_store(|app| {
        let company = monday(app);
        template(&company, "tidy", json!({"due": {"after_task": {"task": "pick", "span": 1}}}));
        template(&company, "greet", json!({"due": {"after_task": {"task": "produce", "span": 1}}}));
        let order = company.confirmed(paper("1"));
        assert_eq!([due(&company, &order, "tidy"), due(&company, &order, "greet")], ["-", "2026-12-01T10:00:00Z"], "nothing is produced");
        company.pick(&order);
        assert_eq!(due(&company, &order, "tidy"), "2026-12-01T10:00:00Z");
        let pick = task_path(&company, &order, "warehouse");
        company.order_admin().post(&format!("{pick}/reopen"), json!({"reason": "The wrong shelf"})).ok();
        assert_eq!(due(&company, &order, "tidy"), "-");
        it_is(app, "2026-12-02T02:00:00Z");
        company.warehouse().post(&format!("{pick}/complete"), json!({})).ok();
        assert_eq!(due(&company, &order, "tidy"), "2026-12-03T10:00:00Z");
    });
}

#[test]
fn what_sales_coordinates_is_due_with_what_was_added() {
    // DOMAIN 1.7, 3.1
    on_every_store(|app| {
        let company = monday(app);
        let custom = json!({"name": "Trophy", "kind": "custom", "quantity": "1", "unit": "piece", "unit_price": "200.00"});
        let order = company.confirmed(json!([custom]));
        assert_eq!(due(&company, &order, "coordinate"), "2026-12-03T10:00:00Z");
        let mut kept = custom.clone();
        kept["id"] = order["lines"][0]["id"].clone();
        agree(&company, &order, json!({"lines": [kept, {"sku": "PAPER", "quantity": "1"}], "reason": "paper as well"}));
        assert_eq!([due(&company, &order, "pick"), due(&company, &order, "coordinate")], ["2026-12-01T10:00:00Z", "2026-12-01T10:00:00Z"]);
        let mut kept = custom;
        kept["id"] = order["lines"][0]["id"].clone();
        agree(&company, &order, json!({"lines": [kept], "reason": "no paper"}));
        assert_eq!(due(&company, &order, "coordinate"), "2026-12-03T10:00:00Z", "what was cancelled sets no date");
    });
}

#[test]
fn a_task_keeps_its_condition_when_the_template_is_gone() {
    // DOMAIN 3.1
    on_every_store(|app| {
        let company = monday(app);
        let when = template(&company, "gift", json!({"needed": {"when": {"amount_above": "1.00"}}}));
        let order = company.confirmed(paper("1"));
        let path = format!("/v1/task-templates/{}", id(&when));
        company.order_admin().send("DELETE", &path, &[("if-match", "*")], None).is(204);
        let mut line = json!({"sku": "PAPER", "quantity": "2"});
        line["id"] = order["lines"][0]["id"].clone();
        agree(&company, &order, json!({"lines": [line], "reason": "one more"}));
        assert!(plan(&company, &order).iter().any(|line| line.starts_with("gift operations [] open")), "{:?}", plan(&company, &order));
    });
}

#[test]
fn an_order_may_have_many_tasks() {
    on_every_store(|app| {
        let company = monday(app);
        for at in 0..80 {
            template(&company, &format!("t{at}"), json!({}));
        }
        let order = company.confirmed(paper("1"));
        assert_eq!(order["status"], "executing");
        assert_eq!(company.sales().get(&format!("/v1/tasks?order_id={}&limit=200", id(&order))).ok()["data"].as_array().unwrap().len(), 84);
    });
}

#[test]
fn no_template_is_made_over_another() {
    on_every_store(|app| {
        let company = monday(app);
        let pick = company.order_admin().get("/v1/task-templates/pick").ok();
        let copy = template(&company, id(&pick), json!({}));
        assert_ne!(copy["id"], pick["id"]);
        assert_eq!(company.order_admin().get("/v1/task-templates/pick").ok(), pick);
    });
}

#[test]
fn what_is_done_is_not_overdue_and_what_was_ended_by_mistake_is_taken_up() {
    // DECISIONS 37
    on_every_store(|app| {
        let company = monday(app);
        let order = company.confirmed(paper("1"));
        company.pick(&order);
        let ship = task_path(&company, &order, "logistics");
        company.order_admin().post(&format!("{ship}/cancel"), json!({"reason": "by mistake"})).ok();
        it_is(app, "2027-01-30T02:00:00Z");
        let overdue = |department: &str| company.task(&order, department)["overdue"].clone();
        assert_eq!([overdue("warehouse"), overdue("logistics"), overdue("sales")], [false, false, true]);
        let again = company.order_admin().post(&format!("{ship}/reopen"), json!({"reason": "It was a mistake"})).ok();
        assert_eq!([&again["status"], &again["due_at"]], [&json!("open"), &json!("2027-02-03T10:00:00Z")], "two working days from Saturday");
    });
}

#[test]
fn a_promise_does_not_move_by_itself() {
    // DOMAIN 1.7, 8.1
    on_every_store(|app| {
        let company = monday(app);
        let order = company.confirmed(paper("1"));
        assert_eq!(order["delivery"]["promised_date"], "2026-12-14", "ten working days");
        days_are(app, false, &["2026-12-01", "2026-12-02"]);
        company.sales().patch(&company.path(&order, ""), "*", json!({"customer": {"phone": "+8613900139000"}, "reason": "a new phone"})).ok();
        assert_eq!(company.order(&order)["delivery"]["promised_date"], "2026-12-14");
        agree(&company, &order, json!({"delivery": {"requested_within_working_days": 11}, "reason": "a day later is fine"}));
        assert_eq!(company.order(&order)["delivery"]["promised_date"], "2026-12-17", "counted anew, by the calendar of now");
    });
}

#[test]
fn whoever_a_task_is_given_to_may_work_on_it() {
    // DOMAIN 3.2
    on_every_store(|app| {
        let company = monday(app);
        template(&company, "ask", json!({"department": "warehouse", "assignee": "owner"}));
        let order = company.confirmed(paper("1"));
        let task = company.tasks(&order).into_iter().find(|task| task["code"] == "ask").unwrap();
        assert_eq!(task["assignee"]["username"], "sales1");
        company.sales().post(&format!("/v1/tasks/{}/start", id(&task)), json!({})).ok();
        company.second_sales().post(&format!("/v1/tasks/{}/complete", id(&task)), json!({})).refused(403, "forbidden");
        company.sales().post(&format!("/v1/tasks/{}/complete", id(&task)), json!({})).ok();
    });
}

#[test]
fn a_task_waits_again_when_an_amendment_gives_it_something_to_wait_for() {
    // DOMAIN 1.7, 3.2
    on_every_store(|app| {
        let company = monday(app);
        template(&company, "pack", json!({"depends_on": ["pick", "produce"]}));
        let order = company.confirmed(paper("1"));
        company.pick(&order);
        let pack = || company.tasks(&order).into_iter().find(|task| task["code"] == "pack").unwrap();
        let (before, path) = (pack(), format!("/v1/tasks/{}", id(&pack())));
        assert_eq!(before["status"], "open");
        let mut kept = json!({"sku": "PAPER", "quantity": "1"});
        kept["id"] = order["lines"][0]["id"].clone();
        let trophy = json!({"name": "Trophy", "kind": "custom", "quantity": "1", "unit": "piece", "unit_price": "200.00"});
        agree(&company, &order, json!({"lines": [kept, trophy], "reason": "a trophy as well"}));
        assert_eq!([&pack()["status"], &pack()["depends_on"].as_array().unwrap().len().into()], [&json!("blocked"), &json!(2)]);
        assert_ne!(pack()["version"], before["version"]);
        company.operations().post(&format!("{path}/complete"), json!({})).refused(409, "invalid_transition");
        company.produce(&order);
        company.operations().post(&format!("{path}/complete"), json!({})).ok();
    });
}

#[test]
fn what_is_left_to_do_after_receipt_is_done_then() {
    on_every_store(|app| {
        let company = monday(app);
        template(&company, "thank", json!({"department": "sales", "due": {"after_shipping": 3}}));
        let order = company.confirmed(paper("1"));
        company.pick(&order);
        let shipment = company.dispatched(&order, &[(0, "1")]);
        company.deliver(&shipment);
        assert_eq!(company.order(&order)["status"], "received");
        let task = company.tasks(&order).into_iter().find(|task| task["code"] == "thank").unwrap();
        assert_eq!(company.sales().post(&format!("/v1/tasks/{}/complete", id(&task)), json!({})).ok()["status"], "done");
    });
}

#[test]
fn whoever_says_the_same_date_means_it_and_who_helps_does_not_take_over() {
    // DOMAIN 3.2
    on_every_store(|app| {
        let company = monday(app);
        let order = company.confirmed(paper("1"));
        let path = task_path(&company, &order, "warehouse");
        let helper = company.production();
        let said = json!({"due_at": due(&company, &order, "pick"), "collaborators": [helper.id]});
        assert_eq!(company.order_admin().post(&format!("{path}/assign"), said).ok()["due_is_set"], true);
        days_are(app, false, &["2026-12-01"]);
        app.let_the_clock_look();
        assert_eq!(due(&company, &order, "pick"), "2026-12-01T10:00:00Z");
        helper.post(&format!("{path}/accept"), json!({})).refused(403, "forbidden");
        company.warehouse().post(&format!("{path}/accept"), json!({})).ok();
    });
}
