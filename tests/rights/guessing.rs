//! Nobody learns from a log-in that fails which users exist: the answer and the work are the same
//! (BEHAVIOUR 5). The work is counted, not timed: `/metrics` says how many passwords were compared.

use super::people::amend;
use crate::support::{Answer, PASSWORD, TestApp, on_every_store};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// How many passwords the server has compared.
fn compared(app: &TestApp) -> u64 {
    let figures = app.anyone.get("/metrics").is(200).text;
    let line = figures.lines().find_map(|line| line.strip_prefix("docket_passwords_compared_total "));
    line.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("the figure is not in {figures}"))
}

/// Tries a name and a password; gives the answer and how many passwords were compared for it.
fn attempt(app: &TestApp, username: &str, password: &str) -> (Answer, u64) {
    let before = compared(app);
    let answer = app.anyone.post("/v1/auth/login", json!({"username": username, "password": password}));
    let after = compared(app);
    (answer, after - before)
}

/// All that an answer says, but for what names the request.
fn said(answer: &Answer) -> (u16, Value, BTreeMap<String, String>) {
    let mut body = answer.body.clone();
    body["request_id"] = Value::Null;
    let headers = answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let fixed = headers.filter(|(name, _)| !["x-request-id", "date", "ratelimit"].contains(&name.as_str()));
    (answer.status, body, fixed.collect())
}

#[test]
fn an_unknown_name_a_wrong_password_and_a_disabled_user_meet_the_same_answer_after_the_same_work() {
    on_every_store(|app| {
        let company = app.company();
        let (known, gone) = (company.sales(), company.viewer());
        amend(app, &gone, json!({"active": false}));
        let (wrong, work) = attempt(app, &known.username, "not the password");
        assert_eq!(work, 1, "one password is compared");
        wrong.clone().refused(401, "invalid_credentials");
        for (username, password) in [
            ("nobody", "not the password"),
            ("nobody", PASSWORD),
            (gone.username.as_str(), "not the password"),
            (gone.username.as_str(), PASSWORD),
            ("' OR 1=1 --", PASSWORD),
        ] {
            let (answer, compared) = attempt(app, username, password);
            assert_eq!(said(&answer), said(&wrong), "{username} with {password}");
            assert_eq!(compared, 1, "{username} with {password}: as much work as for a user who exists");
        }
        let (right, work) = attempt(app, &known.username, PASSWORD);
        right.is(200);
        assert_eq!(work, 1);
    });
}

#[test]
fn a_name_that_is_made_to_wait_does_no_work_whether_or_not_anyone_has_it() {
    on_every_store(|app| {
        let known = app.company().sales();
        for name in [known.username.as_str(), "nobody"] {
            // the fifth failure begins the waiting
            let work: u64 = (0..5).map(|_| attempt(app, name, "not the password").1).sum();
            assert_eq!(work, 5, "{name}");
        }
        let waiting = [known.username.as_str(), "nobody"].map(|name| attempt(app, name, PASSWORD));
        for (answer, work) in &waiting {
            answer.clone().refused(429, "rate_limited");
            assert_eq!(*work, 0);
        }
    });
}
