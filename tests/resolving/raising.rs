//! Exceptions that the system raises by itself, by the company's rules: once for each cause, and ended by themselves when
//! the cause goes away, unless somebody has begun to act (DOMAIN 6.1).

use super::path;
use crate::confirming;
use crate::executing::{it_is, settings};
use crate::support::{Company, TestApp, id, on_every_store, order_of};
use chrono::{Days, NaiveDate, TimeDelta};
use serde_json::{Value, json};

/// The exceptions over an order whose cause holds some words, oldest first.
fn about(company: &Company, order: &Value, words: &str) -> Vec<Value> {
    let page = company.order_admin().get(&format!("/v1/exceptions?order_id={}&limit=200", id(order))).ok();
    let all = page["data"].as_array().expect("a list");
    all.iter().rev().filter(|exception| exception["cause"].as_str().is_some_and(|cause| cause.contains(words))).cloned().collect()
}

fn statuses(company: &Company, order: &Value, words: &str) -> Vec<String> {
    about(company, order, words).iter().map(|exception| exception["status"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Changes the rule of what is seen.
fn rule(app: &TestApp, when: &str, change: Value) {
    let mut rules = app.admin().get("/v1/settings").ok()["exception_rules"].clone();
    let all = rules.as_array_mut().expect("rules are a list");
    let rule = all.iter_mut().find(|rule| rule["when"] == when).expect("there is such a rule");
    rule.as_object_mut().expect("an object").extend(change.as_object().cloned().unwrap_or_default());
    settings(app, json!({"exception_rules": rules}));
}

/// Somebody begins to act.
fn plan(company: &Company, exception: &Value) {
    company.order_admin().post(&path(exception, "/plan"), json!({"summary": "call them"})).ok();
}

/// So many weeks after the first Monday, and so many days after that.
fn day(week: u64, days: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).expect("it is a day") + Days::new(7 * week + days)
}

/// What is said of an order of that week which is late.
fn words_of(week: u64) -> String {
    format!("will be done on {}; {} is promised", day(week, 7), day(week, 4))
}

/// An order of paper, entered on the Monday of a week, that is promised for Friday and, since nobody picked it before
/// Thursday, will be done on the next Monday.
fn late(app: &TestApp, company: &Company, week: u64) -> Value {
    it_is(app, &format!("{}T02:00:00Z", day(week, 0)));
    let mut body = order_of(json!([{"sku": "PAPER", "quantity": "2"}]));
    body["delivery"]["promised_date"] = json!(day(week, 4));
    let order = company.sales().post("/v1/orders", body).created();
    company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
    while !company.pending_steps(&order).is_empty() {
        company.approve_next(&order);
    }
    let order = company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone", "note": "yes"})).ok();
    it_is(app, &format!("{}T02:00:00Z", day(week, 3)));
    company.pick(&order);
    order
}

fn monday(app: &TestApp) -> Company<'_> {
    it_is(app, "2026-11-30T02:00:00Z");
    let company = app.company();
    company.with_paper("50");
    company
}

#[test]
fn an_order_that_will_be_late_is_told_of_once_until_it_is_in_time_again() {
    on_every_store(|app| {
        let company = monday(app);
        let order = late(app, &company, 0);
        let told = about(&company, &order, &words_of(0));
        assert_eq!(told.len(), 1);
        let told = &told[0];
        assert_eq!([&told["kind"], &told["severity"], &told["status"], &told["department"]], ["delivery_delay", "medium", "reported", "operations"]);
        assert_eq!([&told["blocking"], &told["impact"]["delay_days"]], [&json!(false), &json!(3)]);
        assert_eq!(company.order(&order)["blocked_by"], json!([]));
        let assign = format!("/v1/tasks/{}/assign", id(&company.task(&order, "logistics")));
        company.order_admin().post(&assign, json!({"due_at": "2026-12-09T04:00:00Z", "reason": "the carrier comes then"})).ok();
        assert_eq!(about(&company, &order, "will be done").len(), 1, "later still is the same cause");
        company.sales().patch(&company.path(&order, ""), "*", json!({"delivery": {"promised_date": "2026-12-31"}, "reason": "as agreed"})).ok();
        while !company.pending_steps(&order).is_empty() {
            company.approve_next(&order);
        }
        company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone"})).ok();
        assert_eq!(statuses(&company, &order, "will be done"), ["resolved"]);
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn a_prediction_that_somebody_acts_on_stays_theirs_and_one_that_has_left_ends() {
    on_every_store(|app| {
        let company = monday(app);
        let order = late(app, &company, 0);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!(statuses(&company, &order, &words_of(0)), ["resolved"]);
        let order = late(app, &company, 1);
        plan(&company, &about(&company, &order, &words_of(1))[0]);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!(statuses(&company, &order, &words_of(1)), ["planning"]);
    });
}

#[test]
fn a_rule_says_how_bad_it_is_whether_it_stops_the_order_from_when_on_and_whether_it_counts() {
    on_every_store(|app| {
        let company = monday(app);
        rule(app, "predicted_late", json!({"severity": "critical", "blocking": true, "after": 2}));
        let order = late(app, &company, 0);
        let told = about(&company, &order, &words_of(0));
        assert_eq!([&told[0]["severity"], &told[0]["blocking"]], [&json!("critical"), &json!(true)]);
        let goods = crate::support::parcel(&order, &[(0, "2")]);
        company.logistics().post(&company.path(&order, "/shipments"), goods).refused(409, "order_blocked");
        for (week, change) in [(1, json!({"after": 3})), (2, json!({"after": 0, "active": false}))] {
            rule(app, "predicted_late", change);
            assert!(about(&company, &late(app, &company, week), "will be done").is_empty());
        }
    });
}

#[test]
fn a_task_a_day_past_its_due_date_is_told_of_once_for_each_due_date_until_it_is_done() {
    on_every_store(|app| {
        let company = monday(app);
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let task = company.task(&order, "warehouse");
        assert_eq!(task["due_at"], "2026-12-01T10:00:00Z");
        let words = format!("\"{}\" was due", task["title"].as_str().expect("a task has a title"));
        let look = |instant: &str| {
            it_is(app, instant);
            app.let_the_clock_look();
            app.let_the_clock_look();
            statuses(&company, &order, &words)
        };
        assert!(look("2026-12-02T09:59:00Z").is_empty(), "a day is its grace");
        assert_eq!(look("2026-12-02T10:01:00Z"), ["reported"]);
        let told = about(&company, &order, &words)[0].clone();
        assert_eq!([&told["kind"], &told["severity"], &told["department"]], ["delivery_delay", "low", "warehouse"]);
        let assign = format!("/v1/tasks/{}/assign", id(&task));
        company.order_admin().post(&assign, json!({"due_at": "2026-12-04T02:00:00Z", "reason": "the forklift is repaired"})).ok();
        assert_eq!(statuses(&company, &order, &words), ["resolved"], "it is due later");
        assert_eq!(look("2026-12-05T02:01:00Z"), ["resolved", "reported"], "and late again");
        let coordinate = format!("\"{}\" was due", company.task(&order, "sales")["title"].as_str().expect("a task has a title"));
        plan(&company, about(&company, &order, &coordinate).last().expect("that is late, too"));
        company.pick(&order);
        assert_eq!(statuses(&company, &order, &words), ["resolved", "resolved"]);
        company.dispatched(&order, &[(0, "2")]);
        assert_eq!(statuses(&company, &order, &coordinate), ["planning"], "somebody acts on it");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn a_rule_that_is_off_raises_nothing_and_raises_it_when_it_is_on_again() {
    on_every_store(|app| {
        let company = monday(app);
        rule(app, "task_overdue", json!({"active": false}));
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        it_is(app, "2026-12-03T02:00:00Z");
        app.let_the_clock_look();
        assert!(about(&company, &order, "was due").is_empty());
        rule(app, "task_overdue", json!({"active": true}));
        app.let_the_clock_look();
        assert!(!about(&company, &order, "was due").is_empty());
    });
}

#[test]
fn a_parcel_of_which_nothing_is_heard_for_days_is_told_of_once_until_something_is() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.shipped();
        let parcel = company.logistics().get(&format!("/v1/shipments?order_id={}", id(&order))).ok()["data"][0].clone();
        let silent = "Nothing has been heard of shipment";
        let look = |by: TimeDelta| {
            app.advance(by);
            app.let_the_clock_look();
            app.let_the_clock_look();
            statuses(&company, &order, silent)
        };
        let moves = || company.logistics().post(&format!("/v1/shipments/{}/events", id(&parcel)), json!({"status": "in_transit"})).is(201);
        assert!(look(TimeDelta::days(5) - TimeDelta::minutes(5)).is_empty());
        assert_eq!(look(TimeDelta::minutes(10)), ["reported"]);
        let told = about(&company, &order, silent)[0].clone();
        assert_eq!([&told["kind"], &told["severity"], &told["department"]], ["delivery_delay", "medium", "logistics"]);
        moves();
        assert_eq!(statuses(&company, &order, silent), ["resolved"]);
        assert_eq!(look(TimeDelta::days(5) + TimeDelta::minutes(5)), ["resolved", "reported"], "silent again");
        moves();
        assert_eq!(statuses(&company, &order, silent), ["resolved", "resolved"], "it stands where it stood, and was heard of");
        assert_eq!(look(TimeDelta::days(5) + TimeDelta::minutes(5)).len(), 3);
        plan(&company, &about(&company, &order, silent)[2]);
        moves();
        assert_eq!(statuses(&company, &order, silent), ["resolved", "resolved", "planning"]);
        company.deliver(&parcel);
        assert_eq!(look(TimeDelta::days(30)).len(), 3, "what has arrived is not waited for");
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_7_1_an_invoice_days_past_due_is_told_of_until_it_is_paid_and_again_if_it_was_not() {
    on_every_store(|app| {
        it_is(app, "2027-03-01T02:00:00Z");
        let company = app.company();
        company.with_paper("50");
        let orders = [company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}])), company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]))];
        for (number, order) in ["INV-1", "INV-2"].iter().zip(&orders) {
            let invoice = json!({"order_id": id(order), "number": number, "amount": "20.00", "due_date": "2027-03-05"});
            company.finance().post("/v1/invoices", invoice).created();
        }
        let [order, punctual] = &orders;
        let pay = |order: &Value, amount: &str| {
            company.finance().post("/v1/payments", json!({"order_id": id(order), "amount": amount, "method": "transfer"})).created()
        };
        pay(punctual, "20.00");
        let owed = "past due and not paid";
        let look = |instant: &str| {
            it_is(app, instant);
            app.let_the_clock_look();
            app.let_the_clock_look();
            statuses(&company, order, owed)
        };
        assert!(look("2027-03-08T02:00:00Z").is_empty(), "three days are its grace");
        assert_eq!(look("2027-03-09T02:00:00Z"), ["reported"]);
        let told = about(&company, order, owed)[0].clone();
        assert!(told["cause"].as_str().is_some_and(|cause| !cause.contains("20")), "how much is for those who read invoices: {told}");
        assert_eq!([&told["kind"], &told["severity"], &told["department"]], ["other", "medium", "finance"]);
        pay(order, "19.99");
        assert_eq!(statuses(&company, order, owed), ["reported"], "a cent is missing");
        let last = pay(order, "0.01");
        assert_eq!(statuses(&company, order, owed), ["resolved"]);
        assert_eq!(look("2027-03-10T02:00:00Z"), ["resolved"]);
        company.finance().post(&format!("/v1/payments/{}/reverse", id(&last)), json!({"reason": "it was booked twice"})).ok();
        assert_eq!(look("2027-03-10T03:00:00Z"), ["resolved", "reported"]);
        plan(&company, &about(&company, order, owed)[1]);
        pay(order, "0.01");
        assert_eq!(statuses(&company, order, owed), ["resolved", "planning"]);
        assert!(about(&company, punctual, owed).is_empty());
        assert!(app.check().is_empty(), "{:?}", app.check());
    });
}

#[test]
fn rule_7_1_a_debt_of_which_nobody_wants_to_hear_is_not_told_again_because_some_of_it_was_paid() {
    on_every_store(|app| {
        it_is(app, "2027-03-01T02:00:00Z");
        let company = app.company();
        let order = company.confirmed(json!([{"name": "Advice", "quantity": "1", "unit_price": "20.00", "kind": "service"}]));
        let invoice = json!({"order_id": id(&order), "number": "INV-1", "amount": "20.00", "due_date": "2027-03-05"});
        company.finance().post("/v1/invoices", invoice).created();
        let owed = "past due and not paid";
        let look = |instant: &str| {
            it_is(app, instant);
            app.let_the_clock_look();
            app.let_the_clock_look();
            statuses(&company, &order, owed)
        };
        assert_eq!(look("2027-03-09T02:00:00Z"), ["reported"]);
        company.order_admin().post(&path(&about(&company, &order, owed)[0], "/dismiss"), json!({"reason": "they pay in parts"})).ok();
        company.finance().post("/v1/payments", json!({"order_id": id(&order), "amount": "5.00", "method": "transfer"})).created();
        assert_eq!(look("2027-03-10T02:00:00Z"), ["dismissed"]);
    });
}

#[test]
fn a_customer_who_asks_for_a_change_is_told_of_until_the_order_is_amended_or_cancelled() {
    on_every_store(|app| {
        let company = app.company();
        let order = confirming::waiting(&company);
        let ask = |order: &Value, wish: &str| app.anyone.post(&confirming::link(app, order), json!({"answer": "change", "comment": wish})).ok();
        ask(&order, "two more");
        let told = about(&company, &order, "asks for a change: two more");
        assert_eq!(told.len(), 1);
        assert_eq!([&told[0]["kind"], &told[0]["severity"], &told[0]["department"]], ["customer_info_change", "medium", "sales"]);
        company.sales().patch(&company.path(&order, ""), "*", json!({"contract_number": "C-9", "reason": "as agreed"})).ok();
        assert_eq!(statuses(&company, &order, "asks for a change"), ["resolved"]);
        let other = company.approved(json!([{"sku": "PAPER", "quantity": "5"}]));
        ask(&other, "none at all");
        company.sales().post(&company.path(&other, "/cancel"), json!({"reason": "no longer wanted"})).ok();
        assert_eq!(statuses(&company, &other, "asks for a change"), ["dismissed"]);
        let third = company.approved(json!([{"sku": "PAPER", "quantity": "6"}]));
        ask(&third, "another day");
        plan(&company, &about(&company, &third, "asks for a change")[0]);
        company.sales().patch(&company.path(&third, ""), "*", json!({"contract_number": "C-10", "reason": "as agreed"})).ok();
        assert_eq!(statuses(&company, &third, "asks for a change"), ["planning"], "somebody acts on it");
        rule(app, "change_asked", json!({"active": false}));
        let last = company.approved(json!([{"sku": "PAPER", "quantity": "7"}]));
        ask(&last, "blue");
        assert!(about(&company, &last, "asks for a change").is_empty());
    });
}

#[test]
fn what_was_raised_always_follows_rules_too() {
    // DOMAIN 2.6, 4.2
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("1");
        rule(app, "shortage", json!({"severity": "low", "blocking": false}));
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        let short = about(&company, &order, "Not enough stock");
        assert_eq!([&short[0]["severity"], &short[0]["blocking"]], [&json!("low"), &json!(false)]);
        assert_eq!(company.order(&order)["status"], "executing", "nothing stops it");
        rule(app, "shortage", json!({"active": false}));
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        assert!(about(&company, &order, "Not enough stock").is_empty());
        company.receive_stock("PAPER", "10");
        rule(app, "parcel_returned", json!({"active": false}));
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        company.pick(&order);
        let parcel = company.dispatched(&order, &[(0, "2")]);
        let tell = |status: &str| company.logistics().post(&format!("/v1/shipments/{}/events", id(&parcel)), json!({"status": status})).is(201);
        tell("exception");
        assert_eq!(statuses(&company, &order, "The carrier reports trouble"), ["reported"]);
        tell("returned");
        assert!(about(&company, &order, "comes back").is_empty());
    });
}

#[test]
fn rules_name_each_cause_once_and_a_shortage_stays_one() {
    on_every_store(|app| {
        let admin = app.company().order_admin();
        let refused = |rules: Value| {
            let problem = admin.patch("/v1/settings", "*", json!({"exception_rules": rules})).refused(400, "validation_failed");
            assert_eq!(problem["errors"][0]["pointer"], "/exception_rules", "{problem}");
        };
        let stuck = json!({"when": "parcel_stuck", "kind": "delivery_delay", "severity": "low", "after": 3});
        refused(json!([stuck, stuck]));
        refused(json!([{"when": "shortage", "kind": "other", "severity": "low"}]));
        refused(json!([{"when": "parcel_stuck", "kind": "delivery_delay", "severity": "low", "after": 8761}]));
        let changed = admin.patch("/v1/settings", "*", json!({"exception_rules": [stuck]})).ok();
        let expected = json!([{"when": "parcel_stuck", "kind": "delivery_delay", "severity": "low", "blocking": false, "after": 3, "active": true}]);
        assert_eq!(changed["exception_rules"], expected);
        let defaults = admin.patch("/v1/settings", "*", json!({"exception_rules": null})).ok();
        assert_eq!(defaults["exception_rules"].as_array().map(Vec::len), Some(12));
    });
}
