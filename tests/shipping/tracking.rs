//! Where a shipment stands does not depend on the order in which it was told (DOMAIN 4.2): the state is a fold over the
//! set of what happened, by time and rank. A dispatch may be recorded after the carrier has told of it.

use super::{shipment_path, troubles};
use crate::support::{Company, id, on_every_store};
use chrono::TimeDelta;
use docket::domain::time::UtcTime;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What happens to a parcel, in the order in which it happened: it is dispatched by us, and the carrier tells the rest.
const TRACE: [&str; 6] = ["dispatched", "in_transit", "out_for_delivery", "failed_attempt", "out_for_delivery", "delivered"];

/// All orders in which that many things can be told.
fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let longer = |short: &Vec<usize>| (0..count).map(|at| [&short[..at], &[count - 1], &short[at..]].concat()).collect::<Vec<_>>();
    permutations(count - 1).iter().flat_map(longer).collect()
}

/// Orders of one set of paper each, packed: the order and its shipment.
fn packed(company: &Company, count: usize) -> Vec<(Value, Value)> {
    company.with_paper(&count.to_string());
    // what has to be picked is proved elsewhere
    let etag = company.order_admin().get("/v1/task-templates/pick").etag();
    company.order_admin().patch("/v1/task-templates/pick", &etag, json!({"required_evidence": null})).ok();
    let orders: Vec<Value> = (0..count).map(|_| company.entered(json!([{"sku": "PAPER", "quantity": "1"}]))).collect();
    for some in orders.chunks(50) {
        let named: Vec<&str> = some.iter().map(id).collect();
        company.second_sales().post("/v1/orders/verify", json!({"orders": named})).ok();
        let steps = company.sales().get("/v1/approvals?status=pending&limit=200").ok();
        let steps: Vec<&str> = steps["data"].as_array().expect("a list").iter().map(id).collect();
        company.second_sales().post("/v1/approvals/approve", json!({"steps": steps})).ok();
        some.iter().for_each(|order| drop(company.sales().post(&company.path(order, "/confirm"), json!({"method": "phone"})).ok()));
        let tasks = company.warehouse().get("/v1/tasks?department=warehouse&status=open&limit=200").ok();
        let tasks: Vec<&str> = tasks["data"].as_array().expect("a list").iter().map(id).collect();
        company.warehouse().post("/v1/tasks/bulk", json!({"action": "complete", "tasks": tasks})).ok();
    }
    let send = |order: Value| {
        let said = json!({"method": "courier", "carrier": "SF", "tracking_number": "SF1"});
        let packed = company.logistics().post(&company.path(&order, "/shipments"), said).created();
        (order, packed)
    };
    orders.into_iter().map(send).collect()
}

/// What happens to one parcel is recorded in one turn; the carrier's entry of this number comes a second time at the end.
fn told(company: &Company, shipment: &Value, turn: &[usize], (start, twice): (UtcTime, usize)) {
    for at in turn.iter().chain([&twice]) {
        if *at == 0 {
            company.logistics().post(&shipment_path(shipment, "/dispatch"), json!({})).ok();
            continue;
        }
        let when = start.plus(TimeDelta::minutes(i64::try_from(*at).expect("small")));
        let signed = (TRACE[*at] == "delivered").then_some("Li Wei");
        let what = json!({"status": TRACE[*at], "occurred_at": when, "description": format!("scan {at}"), "signed_by": signed});
        let answer = company.logistics().post(&shipment_path(shipment, "/events"), what);
        assert!([200, 201].contains(&answer.status), "{}", answer.text);
    }
}

#[test]
fn what_is_told_before_the_dispatch_waits_for_it() {
    // DOMAIN 4.2, DECISIONS 18
    on_every_store(|app| {
        let company = app.company();
        let (order, shipment) = packed(&company, 1).remove(0);
        let events = shipment_path(&shipment, "/events");
        let tell = |what: Value| company.logistics().post(&events, what);
        tell(json!({"status": "delivered", "occurred_at": "2001-01-01T00:00:00Z"})).refused(400, "validation_failed");
        let wrong = tell(json!({"status": "dispatched", "description": "another parcel"})).created();
        company.logistics().post(&format!("{events}/{}/withdraw", id(&wrong)), json!({"reason": "another parcel"})).ok();
        tell(json!({"status": "delivered", "signed_by": "Li Wei"})).created();
        assert_eq!([&super::shipment(&company, &shipment)["status"], &company.order(&order)["status"]], ["preparing", "executing"]);
        let left = company.logistics().post(&shipment_path(&shipment, "/dispatch"), json!({})).ok();
        assert_eq!([&left["status"], &left["signed_by"], &company.order(&order)["status"]], ["delivered", "Li Wei", "received"]);
        company.logistics().post(&shipment_path(&shipment, "/cancel"), json!({"reason": "x"})).refused(409, "invalid_transition");
        assert_eq!(app.check(), []);
    });
}

/// What is left of an order and its parcel that could depend on the turn in which it was told.
fn outcome(company: &Company, order: &Value, shipment: &Value) -> String {
    let now = company.order(order);
    let parcel = super::shipment(company, shipment);
    let trace = company.logistics().get(&shipment_path(shipment, "/events")).ok();
    let trace: Vec<Value> = trace["data"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|row| row["status"] != "dispatched")
        .map(|row| json!([row["status"], row["occurred_at"], row["description"]]))
        .collect();
    let shown = json!({
        "order": [now["status"], now["stage"], now["received_at"].is_null(), now["lines"][0]["delivered"], now["blocked_by"]],
        "shipment": [parcel["status"], parcel["delivered_at"], parcel["signed_by"], parcel["expected_at"]],
        "trace": trace,
        "exceptions": troubles(company, order),
    });
    shown.to_string()
}

#[test]
fn all_turns_in_which_a_trace_is_told_end_alike() {
    // DOMAIN 4.2; each with an entry that comes twice
    on_every_store(|app| {
        let company = app.company();
        // all of them where a write costs least; one of six, in which each stands at each place, on the other
        let turns: Vec<_> = permutations(TRACE.len()).into_iter().step_by(if app.is_embedded() { 1 } else { 6 }).collect();
        let parcels = packed(&company, turns.len());
        app.advance(TimeDelta::minutes(90));
        let start = app.app.clock.now().plus(-TimeDelta::minutes(60));
        for (at, ((_, shipment), turn)) in parcels.iter().zip(&turns).enumerate() {
            told(&company, shipment, turn, (start, 1 + at % (TRACE.len() - 1)));
        }
        let outcomes: BTreeSet<String> = parcels.iter().map(|(order, shipment)| outcome(&company, order, shipment)).collect();
        assert_eq!(outcomes.len(), 1, "{outcomes:#?}");
        let only = outcomes.first().expect("there is one");
        assert!(only.contains("\"received\"") && only.contains("Li Wei") && only.contains("[\"delivery_delay\",\"resolved\""), "{only}");
        let count = i64::try_from(turns.len()).expect("small");
        // each customer has heard of the dispatch once, and of the receipt once
        for kind in ["shipment_dispatched", "order_received"] {
            let (all, orders) = (
                app.count(&format!("messages WHERE kind = '{kind}'")),
                app.number(&format!("SELECT count(DISTINCT order_id) AS value FROM messages WHERE kind = '{kind}'")),
            );
            assert_eq!([all, orders], [count, count], "{kind}");
        }
        assert_eq!(app.count("exceptions"), count);
        app.drain();
    });
}
