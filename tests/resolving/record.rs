//! What is recorded of an exception: its cause from a catalogue, what it touches, who is concerned, and what was learned in
//! the end; and how it is found again (DOMAIN 6.1-6.3).

use super::{path, reported, seen};
use crate::support::{Company, id, on_every_store, order_of};
use serde_json::{Value, json};

fn desk(company: &Company, price: &str) -> Value {
    company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": price}]))
}

/// The first bad field that a refusal names, and why.
fn flaw(refusal: &Value) -> (String, String) {
    let error = &refusal["errors"][0];
    (error["pointer"].as_str().unwrap_or_default().to_owned(), error["code"].as_str().unwrap_or_default().to_owned())
}

fn cause(code: &str) -> Value {
    json!({"code": code, "name_en": "A power cut", "name_zh": "停电"})
}

#[test]
fn rule_6_1_the_catalogue_of_causes_is_kept_by_those_who_lead_orders() {
    on_every_store(|app| {
        let company = app.company();
        let codes = |query: &str| -> Vec<String> {
            let page = company.viewer().get(&format!("/v1/exception-causes?limit=200{query}")).ok();
            page["data"].as_array().unwrap().iter().map(|cause| cause["code"].as_str().unwrap().to_owned()).collect()
        };
        let all = codes("");
        assert!(all.is_sorted() && all.contains(&"weather".to_owned()) && all.contains(&"lost_by_carrier".to_owned()), "{all:?}");
        let lost = codes("&kind=shipment_lost");
        assert!(lost.contains(&"weather".to_owned()) && lost.contains(&"lost_by_carrier".to_owned()), "{lost:?}");
        assert!(!lost.contains(&"production_fault".to_owned()));

        let made = company.operations().post("/v1/exception-causes", cause("power_cut")).is(201);
        assert_eq!(made.header("location"), Some("/v1/exception-causes/power_cut"));
        assert_eq!([&made.body["name"], &made.body["kind"], &made.body["active"]], [&json!("A power cut"), &Value::Null, &json!(true)]);
        company.order_admin().post("/v1/exception-causes", cause("power_cut")).refused(409, "duplicate_reference");
        company.order_admin().post("/v1/exception-causes", cause("Power-Cut")).refused(400, "validation_failed");
        company.sales().post("/v1/exception-causes", cause("other")).refused(403, "forbidden");

        let (admin, at) = (company.order_admin(), "/v1/exception-causes/power_cut");
        let etag = company.viewer().get(at).etag();
        admin.send_json("PATCH", at, &[], &json!({"active": false})).refused(428, "precondition_required");
        admin.patch(at, &etag, json!({"code": "blackout"})).refused(422, "rule_violated");
        assert_eq!(admin.patch(at, &etag, json!({"active": false})).ok()["active"], false);
        admin.patch(at, &etag, json!({"active": true})).refused(412, "version_mismatch");
        assert!(codes("&active=false") == ["power_cut"] && !codes("&active=true").contains(&"power_cut".to_owned()));
        company.viewer().get("/v1/exception-causes/none").refused(404, "not_found");
        let first = company.viewer().get("/v1/exception-causes?limit=1").ok();
        let next = first["page"]["next_cursor"].as_str().expect("there are more");
        let second = company.viewer().get(&format!("/v1/exception-causes?limit=1&cursor={next}")).ok();
        assert_eq!([&first["data"][0]["code"], &second["data"][0]["code"]], [&json!(all[0]), &json!(all[1])]);
    });
}

#[test]
fn rule_6_1_a_cause_is_given_by_its_code_where_it_is_in_use_and_suits_the_kind() {
    on_every_store(|app| {
        let company = app.company();
        let report = |code: &str| {
            let body = json!({"kind": "delivery_delay", "severity": "low", "cause": "snow", "cause_code": code});
            company.logistics().post("/v1/exceptions", body)
        };
        let snow = report("weather").created();
        assert_eq!([&snow["cause_code"], &snow["cause_label"]], ["weather", "Weather"]);
        assert_eq!(flaw(&report("no_such").refused(400, "validation_failed")), ("/cause_code".to_owned(), "unknown".to_owned()));
        assert_eq!(flaw(&report("production_fault").refused(400, "validation_failed")), ("/cause_code".to_owned(), "wrong_kind".to_owned()));
        let admin = company.order_admin();
        admin.patch("/v1/exception-causes/weather", "*", json!({"active": false})).ok();
        assert_eq!(flaw(&report("weather").refused(400, "validation_failed")), ("/cause_code".to_owned(), "inactive".to_owned()));
        // what has it keeps it
        let kept = admin.patch(&path(&snow, ""), "*", json!({"severity": "high"})).ok();
        assert_eq!([&kept["severity"], &kept["cause_code"]], ["high", "weather"]);
        let other = admin.patch(&path(&snow, ""), "*", json!({"cause_code": "customs"})).ok();
        assert_eq!(other["cause_code"], "customs");
        assert_eq!(admin.patch(&path(&snow, ""), "*", json!({"cause_code": null})).ok()["cause_code"], Value::Null);
        admin.patch(&path(&snow, ""), "*", json!({"cause_code": "weather"})).refused(400, "validation_failed");
    });
}

#[test]
fn rule_6_2_what_a_report_does_not_say_of_its_impact_is_reckoned_from_its_orders() {
    on_every_store(|app| {
        let company = app.company();
        let (one, other) = (desk(&company, "10.00"), desk(&company, "15.00"));
        let mut foreign = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "100.00"}]));
        foreign["currency"] = json!("USD");
        foreign["customer"] = json!({"name": "Somebody else", "phone": "+8613900139000"});
        let foreign = company.sales().post("/v1/orders", foreign).created();
        let exception = reported(&company, "complaint", &[&one, &other, &foreign], json!({}));
        let touched = json!({"orders": 3, "customers": 2, "delay_days": null, "amount": "25.00", "note": ""});
        assert_eq!(exception["impact"], touched, "there is no rate for USD");
        let nobody = reported(&company, "other", &[], json!({}));
        assert_eq!(nobody["impact"], json!({"orders": 0, "customers": null, "delay_days": null, "amount": null, "note": ""}));

        company.rate("USD", "7.00", "2026-01-01");
        let said = json!({"impact": {"customers": 9, "note": "as counted"}});
        let exception = reported(&company, "complaint", &[&one, &foreign], said);
        assert_eq!(exception["impact"], json!({"orders": 2, "customers": 9, "delay_days": null, "amount": "710.00", "note": "as counted"}));
        let otherwise = company.order_admin().patch(&path(&exception, ""), "*", json!({"impact": {"amount": "5.00", "delay_days": 4}})).ok();
        assert_eq!([&otherwise["impact"]["amount"], &otherwise["impact"]["delay_days"]], [&json!("5.00"), &json!(4)]);
        assert_eq!(otherwise["impact"]["customers"], 9);
    });
}

#[test]
fn rule_6_2_the_delay_is_that_of_the_order_that_will_be_latest() {
    on_every_store(|app| {
        let company = app.company();
        let agreed = || {
            let mut body = order_of(json!([{"name": "Desk", "quantity": "1", "unit_price": "10.00"}]));
            body["delivery"]["promised_date"] = json!("2099-01-05");
            let order = company.sales().post("/v1/orders", body).created();
            company.second_sales().post(&company.path(&order, "/verify"), json!({})).ok();
            while !company.pending_steps(&order).is_empty() {
                company.approve_next(&order);
            }
            company.sales().post(&company.path(&order, "/confirm"), json!({"method": "phone", "note": "yes"})).ok()
        };
        let (one, other) = (agreed(), agreed());
        let days = |orders: &[&Value]| reported(&company, "delivery_delay", orders, json!({}))["impact"]["delay_days"].clone();
        app.execute("UPDATE order_promises SET predicted_date = '2099-01-02'");
        assert_eq!(days(&[&one]), 0, "it will be done before");
        app.execute("UPDATE order_promises SET predicted_date = '2099-01-08'");
        assert_eq!(days(&[&one, &other]), 3);
    });
}

#[test]
fn rule_6_3_the_departments_concerned_are_named_and_told_by_the_event() {
    on_every_store(|app| {
        let company = app.company();
        let exception = reported(&company, "complaint", &[], json!({"departments": ["sales", "logistics"]}));
        assert_eq!([&exception["department"], &exception["departments"]], [&json!("logistics"), &json!(["sales", "logistics"])]);
        let told = |name: &str| app.feed().into_iter().rfind(|event| event["name"] == name).expect("it was told")["data"]["departments"].clone();
        assert_eq!(told("exception.reported"), json!(["logistics", "sales"]), "each once");
        let admin = company.order_admin();
        let more = admin.patch(&path(&exception, ""), "*", json!({"departments": ["finance"]})).ok();
        assert_eq!(more["departments"], json!(["finance"]));
        assert_eq!(told("exception.updated"), json!(["logistics", "finance"]));
        let twice = json!({"kind": "other", "severity": "low", "cause": "x", "departments": ["sales", "sales"]});
        assert_eq!(flaw(&company.sales().post("/v1/exceptions", twice).refused(400, "validation_failed")).0, "/departments");
    });
}

#[test]
fn rule_6_3_closing_records_why_it_happened_what_the_customer_said_and_who_prevents_a_repeat() {
    on_every_store(|app| {
        let company = app.company();
        let admin = company.order_admin();
        let resolved = || {
            let exception = reported(&company, "quality_problem", &[], json!({}));
            admin.post(&path(&exception, "/resolve"), json!({"result": "repacked"})).ok()
        };
        let exception = resolved();
        let close = |body: Value| admin.post(&path(&exception, "/close"), body);
        let nobody = close(json!({"prevention_owner": "usr_none"})).refused(400, "validation_failed");
        assert_eq!(flaw(&nobody), ("/prevention_owner".to_owned(), "unknown".to_owned()));
        assert_eq!(flaw(&close(json!({"cause_code": "customs"})).refused(400, "validation_failed")).1, "wrong_kind");
        let owner = company.warehouse();
        let closed = close(json!({
            "root_cause": "The roof leaks", "cause_code": "production_fault", "customer_answer": "Fine with us", "prevention": "Mend the roof",
            "prevention_owner": owner.id, "prevention_due": "2030-03-31"
        }))
        .ok();
        assert_eq!([&closed["status"], &closed["result"], &closed["root_cause"]], ["closed", "repacked", "The roof leaks"]);
        assert_eq!([&closed["cause_code"], &closed["customer_answer"], &closed["prevention"]], ["production_fault", "Fine with us", "Mend the roof"]);
        assert_eq!([&closed["prevention_owner"]["id"], &closed["prevention_due"]], [&json!(owner.id), &json!("2030-03-31")]);
        assert_eq!(seen(&company, &exception), closed);
        // nothing of it has to be said
        let plain = admin.post(&path(&resolved(), "/close"), json!({})).ok();
        assert_eq!([&plain["status"], &plain["root_cause"]], [&json!("closed"), &Value::Null]);
    });
}

#[test]
fn exceptions_are_found_by_what_was_recorded_of_them() {
    on_every_store(|app| {
        let company = app.company();
        let order = desk(&company, "10.00");
        let (warehouse, now) = (company.warehouse(), app.app.clock.now());
        let early = now.plus(-chrono::TimeDelta::hours(3));
        let wet = reported(&company, "complaint", &[&order], json!({"cause_code": "weather", "blocking": true, "owner": warehouse.id}));
        let late = reported(&company, "other", &[], json!({"severity": "low", "department": "sales", "discovered_at": early}));
        let over = reported(&company, "other", &[], json!({"department": "finance"}));
        company.order_admin().post(&path(&over, "/resolve"), json!({"result": "done"})).ok();
        let found = |query: &str| -> Vec<Value> {
            let page = company.viewer().get(&format!("/v1/exceptions?{query}")).ok();
            page["data"].as_array().unwrap().iter().map(|found| found["id"].clone()).collect()
        };
        let ids = |all: &[&Value]| -> Vec<Value> { all.iter().map(|exception| exception["id"].clone()).collect() };
        assert_eq!(found("open=true"), ids(&[&late, &wet]));
        assert_eq!(found("open=false"), ids(&[&over]));
        assert_eq!(found("open=true&status=reported,resolved"), ids(&[&late, &wet]));
        assert!(found("open=false&status=reported").is_empty());
        assert_eq!(found("severity=low"), ids(&[&late]));
        assert_eq!(found("department=finance"), ids(&[&over]));
        assert_eq!(found(&format!("owner={}", warehouse.id)), ids(&[&wet]));
        assert_eq!(found("cause_code=weather"), ids(&[&wet]));
        assert_eq!(found("late_report=true"), ids(&[&late]));
        assert_eq!(found("late_report=false&open=true"), ids(&[&wet]));
        assert_eq!(found("blocking=true"), ids(&[&wet]));
        assert_eq!(found(&format!("order_id={}", id(&order))), ids(&[&wet]));
        let at = |exception: &Value| exception["reported_at"].as_str().unwrap().to_owned();
        assert_eq!(found(&format!("reported_from={}", at(&wet))), ids(&[&over, &late, &wet]), "from that instant on");
        assert_eq!(found(&format!("reported_from={}&reported_to={}", at(&wet), at(&late))), ids(&[&wet]), "until before the other");
        let mine = warehouse.get("/v1/exceptions?owner=me").ok();
        assert_eq!(mine["data"][0]["id"], wet["id"]);
        company.viewer().get("/v1/exceptions?department=roof").refused(400, "invalid_parameter");
        company.viewer().get("/v1/exceptions?reported_from=soon").refused(400, "invalid_parameter");
    });
}
