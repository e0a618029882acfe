//! What `GET …/actions` says is what happens (BEHAVIOUR 1).

use super::desk;
use crate::support::{Company, Person, id, on_every_store};
use serde_json::{Value, json};

/// A body with which an action can be tried.
fn body(company: &Company, order: &Value, action: &str) -> Value {
    match action {
        "verify" | "release" | "unhold" | "receive" | "request_confirmation" => json!({}),
        "confirm" => json!({"method": "phone"}),
        "amend" => json!({"contract_number": "C-9", "reason": "as agreed"}),
        "ship" => crate::support::parcel(&company.order(order), &[(0, "1")]),
        "undo" if order["status"] == "received" => json!({"step": "receive", "reason": "tried"}),
        "undo" => json!({"step": "verify", "reason": "tried"}),
        _ => json!({"reason": "tried"}),
    }
}

/// Tries each action that is said to be forbidden, and one that is said to be allowed.
fn check(company: &Company, person: &Person, order: &Value, take: Option<&str>) {
    let actions = person.get(&company.path(order, "/actions")).ok()["data"].clone();
    let attempt = |action: &Value| {
        let (name, path) = (action["name"].as_str().expect("a name"), action["path"].as_str().expect("a path"));
        let etag = person.get(&company.path(order, "")).etag();
        person.send_json(action["method"].as_str().expect("a method"), path, &[("if-match", &etag)], &body(company, order, name))
    };
    for action in actions.as_array().expect("actions are listed") {
        let forbidden = action["reasons"].as_array().is_some_and(|reasons| !reasons.is_empty());
        assert_eq!(action["allowed"], !forbidden, "{action}");
        if forbidden {
            let answer = attempt(action);
            assert!([403, 409, 422].contains(&answer.status), "{} as {}: {action} but {}", order["stage"], person.username, answer.text);
        }
    }
    if let Some(name) = take {
        let action = actions.as_array().and_then(|actions| actions.iter().find(|action| action["name"] == name)).expect("the action is listed");
        assert_eq!(action["allowed"], true, "{} as {}: {action}", order["stage"], person.username);
        let answer = attempt(action);
        assert!([200, 201].contains(&answer.status), "{} as {}: {}", order["stage"], person.username, answer.text);
    }
}

#[test]
fn behaviour_1_what_is_said_to_be_allowed_is_and_what_is_not_is_not_at_every_stage() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.entered(json!([{"sku": "PAPER", "quantity": "2"}]));
        let everyone = [company.sales(), company.second_sales(), company.manager(), company.order_admin(), company.logistics(), company.viewer()];
        let at = |stage: &str, taker: &Person, take: Option<&str>| {
            let order = company.order(&order);
            assert_eq!(order["stage"], stage);
            everyone.iter().for_each(|person| check(&company, person, &order, None));
            check(&company, taker, &order, take);
        };
        at("awaiting_verification", &company.second_sales(), Some("send_back"));
        at("awaiting_correction", &company.sales(), Some("amend"));
        at("awaiting_verification", &company.order_admin(), Some("hold"));
        at("awaiting_verification", &company.order_admin(), Some("unhold"));
        at("awaiting_verification", &company.second_sales(), Some("verify"));
        at("awaiting_approval", &company.sales(), Some("amend"));
        while !company.pending_steps(&order).is_empty() {
            company.approve_next(&order);
        }
        at("awaiting_confirmation", &company.sales(), Some("confirm"));
        at("awaiting_preparation", &company.logistics(), Some("ship"));
        company.pick(&order);
        at("awaiting_shipment", &company.logistics(), Some("ship"));
        for shipment in company.logistics().get(&format!("/v1/shipments?order_id={}", id(&order))).ok()["data"].as_array().expect("a list has data") {
            company.logistics().post(&format!("/v1/shipments/{}/dispatch", id(shipment)), json!({})).ok();
        }
        at("awaiting_receipt", &company.sales(), Some("receive"));
        at("done", &company.sales(), None);
    });
}

#[test]
fn behaviour_1_reasons_are_told_in_the_callers_language() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(desk());
        let exception = company.blocked(&order);
        let answer = company.second_sales().get_with(&company.path(&order, "/actions"), &[("accept-language", "zh-CN")]).ok();
        let verify = answer["data"].as_array().and_then(|actions| actions.iter().find(|action| action["name"] == "verify")).cloned().expect("verify");
        assert_eq!(verify["reasons"][0]["code"], "order_blocked");
        let detail = verify["reasons"][0]["detail"].as_str().expect("a sentence");
        assert!(detail.contains("异常") && detail.contains(exception["number"].as_str().expect("a number")), "{detail}");
    });
}

#[test]
fn behaviour_1_a_hold_can_be_let_go_whatever_became_of_its_order() {
    // found by the model: the menu said no, the server yes; finance works on after receipt, so yes
    on_every_store(|app| {
        let company = app.company();
        let (order, admin) = (company.entered(desk()), company.order_admin());
        let path = company.path(&order, "");
        let allowed = |name: &str| {
            let actions = admin.get(&format!("{path}/actions")).ok()["data"].clone();
            actions.as_array().and_then(|actions| actions.iter().find(|action| action["name"] == name)).expect("it is listed")["allowed"].clone()
        };
        admin.post(&format!("{path}/hold"), json!({"reason": "insolvent"})).ok();
        company.sales().post(&format!("{path}/cancel"), json!({"reason": "insolvent"})).ok();
        assert_eq!([allowed("hold"), allowed("unhold")], [false, true]);
        assert_eq!(admin.post(&format!("{path}/unhold"), json!({})).ok()["on_hold"], false);
        assert_eq!([allowed("hold"), allowed("unhold")], [false, false]);
        admin.post(&format!("{path}/hold"), json!({"reason": "again"})).refused(409, "invalid_transition");
    });
}
