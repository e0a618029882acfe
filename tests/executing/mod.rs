//! How an order is executed: the working calendar, the tasks that templates make of it, and what is done
//! with them (DOMAIN 3).

mod calendar;
mod correcting;
mod dating;
mod invoicing;
mod making;
mod paying;
mod planned;
mod promising;
mod queues;
mod refusals;
mod stock;
mod templates;
mod throughout;
mod warehouses;
mod working;

use crate::support::{Company, TestApp, id};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// Moves the clock to an instant.
pub fn it_is(app: &TestApp, instant: &str) {
    let then: DateTime<Utc> = instant.parse().expect("it is an instant");
    app.advance(then - app.app.clock.now().utc());
}

/// Says of days whether they are worked.
fn days_are(app: &TestApp, worked: bool, days: &[&str]) {
    let days: Vec<Value> = days.iter().map(|day| json!({"day": day, "worked": worked, "name": "as announced"})).collect();
    app.company().order_admin().post("/v1/calendar/days", json!({"days": days})).ok();
}

/// Amends the settings.
pub fn settings(app: &TestApp, patch: Value) {
    let admin = app.admin();
    let etag = admin.get("/v1/settings").etag();
    admin.patch("/v1/settings", &etag, patch).ok();
}

/// What each task of an order is: its code, what it waits for, where it stands and when it is due.
fn plan(company: &Company, order: &Value) -> Vec<String> {
    let mut tasks = company.tasks(order);
    tasks.reverse(); // newest first, and they are made in the templates' order
    let code_of = |wanted: &Value| tasks.iter().find(|task| task["id"] == *wanted).and_then(|task| task["code"].as_str()).unwrap_or("?");
    let line = |task: &Value| {
        let before: Vec<&str> = task["depends_on"].as_array().expect("a list").iter().map(code_of).collect();
        let due = task["due_at"].as_str().unwrap_or("-");
        let text = |field: &str| task[field].as_str().unwrap_or_default().to_owned();
        format!("{} {} [{}] {} {}", text("code"), text("department"), before.join(" "), text("status"), due)
    };
    tasks.iter().map(line).collect()
}

/// The path of a department's task.
fn task_path(company: &Company, order: &Value, department: &str) -> String {
    format!("/v1/tasks/{}", id(&company.task(order, department)))
}
