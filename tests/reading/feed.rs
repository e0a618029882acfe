//! The feed of events and an order's history (DOMAIN 9.2, 9.3, DECISIONS 13, 14).

use crate::support::{FEED_POLLS, at_once, id, on_every_store};
use serde_json::{Value, json};

/// The names of the events about one order or a part of it.
fn names(events: &[Value], order: &Value) -> Vec<String> {
    let about = |event: &&Value| event.to_string().contains(id(order));
    events.iter().filter(about).map(|event| event["name"].as_str().expect("an event has a name").to_owned()).collect()
}

#[test]
fn rule_9_3_the_feed_tells_in_order_what_happened_once_each() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let events = app.feed();
        let told = names(&events, &order);
        let expected = ["order.created", "order.verified", "approval.requested", "approval.decided", "order.approved"];
        let mut rest = told.iter();
        assert!(expected.iter().all(|name| rest.any(|told| told == name)), "{told:?}");
        let mut seen: Vec<&str> = events.iter().map(id).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), events.len());
    });
}

#[test]
fn rule_9_3_the_last_cursor_of_the_feed_is_where_to_ask_for_more() {
    on_every_store(|app| {
        let company = app.company();
        company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let known = app.feed().len();
        let admin = app.admin();
        let mut after = String::new();
        let mut seen = 0;
        while seen < known {
            let separator = if after.is_empty() { "" } else { "&after=" };
            let page = admin.get(&format!("/v1/events?limit=2{separator}{after}")).ok();
            seen += page["data"].as_array().map_or(0, Vec::len);
            after = page["page"]["next_cursor"].as_str().expect("a feed always says where to go on").to_owned();
        }
        let quiet = admin.get(&format!("/v1/events?after={after}")).ok();
        assert_eq!(quiet["data"], json!([]));
        assert!(quiet["page"]["next_cursor"].is_string());
        let order = company.entered(json!([{"name": "Chair", "quantity": "1", "unit_price": "9"}]));
        app.feed();
        let news = admin.get(&format!("/v1/events?after={after}")).ok();
        assert_eq!(names(news["data"].as_array().expect("data"), &order), ["order.created"]);
    });
}

#[test]
fn decision_13_the_feed_holds_no_personal_data() {
    on_every_store(|app| {
        let company = app.company();
        company.with_paper("5");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        company.pick(&order);
        let shipment = company.dispatched(&order, &[(0, "2")]);
        company.deliver(&shipment);
        let told = json!(app.feed()).to_string();
        for personal in ["Li Wei", "+8613800138000", "buyer@acme.example", "Century Avenue", "Acme Technology"] {
            assert!(!told.contains(personal), "{personal}");
        }
    });
}

#[test]
fn rule_9_3_a_bad_position_in_the_feed_is_refused_and_not_everyone_reads_it() {
    on_every_store(|app| {
        app.admin().get("/v1/events?after=nonsense").refused(400, "invalid_cursor");
        app.company().viewer().get("/v1/events").refused(403, "forbidden");
    });
}

#[test]
fn rule_9_2_an_orders_history_says_who_when_from_where_and_what_before_and_after() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.entered(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let path = company.path(&order, "");
        let verified = company.second_sales().post(&format!("{path}/verify"), json!({"note": "as on the form"})).is(200);
        let history = company.viewer().get(&format!("{path}/history")).ok();
        let events = history["data"].as_array().expect("a list has data");
        assert_eq!([&events[0]["name"], &events[0]["subject_id"]], [&json!("order.created"), &order["id"]]);
        let event = events.iter().find(|event| event["name"] == "order.verified").expect("it is told");
        assert_eq!([&event["actor"]["kind"], &event["actor"]["label"]], ["user", "sales2"]);
        assert_eq!(event["actor"]["id"], company.second_sales().id);
        assert_eq!(event["request_id"].as_str(), verified.header("x-request-id"));
        assert_eq!(event["address"], "127.0.0.1");
        assert_eq!([&event["before"]["state"], &event["after"]["state"]], ["awaiting_verification", "awaiting_approval"]);
        assert_eq!(event["after"]["note"], "as on the form");
        assert!(event["at"].is_string());
        let system = events.iter().find(|event| event["name"] == "approval.requested").expect("it is told");
        assert_eq!([&system["actor"]["kind"], &system["actor"]["label"]], ["system", "order.verified"]);
    });
}

#[test]
fn rule_9_2_a_history_is_paged_oldest_first() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.approved(json!([{"name": "Desk", "quantity": "1", "unit_price": "9"}]));
        let path = company.path(&order, "/history");
        let whole = company.sales().get(&path).ok();
        let (mut seen, mut next) = (Vec::new(), format!("{path}?limit=2"));
        loop {
            let page = company.sales().get(&next).ok();
            seen.extend(page["data"].as_array().expect("data").iter().cloned());
            let Some(cursor) = page["page"]["next_cursor"].as_str() else { break };
            next = format!("{path}?limit=2&cursor={cursor}");
        }
        assert_eq!(json!(seen), whole["data"]);
    });
}

#[test]
fn decision_13_who_received_an_order_stands_in_the_order_and_in_no_event() {
    on_every_store(|app| {
        let company = app.company();
        let order = company.confirmed(json!([{"name": "Installation", "kind": "service", "quantity": "1", "unit_price": "300.00"}]));
        let serving = company.task(&order, "operations");
        company.operations().post(&format!("/v1/tasks/{}/complete", id(&serving)), json!({})).ok();
        let received = json!({"received_by": "Zhao Qianli", "note": "at the front desk"});
        let received = company.sales().post(&company.path(&order, "/receive"), received).ok();
        assert_eq!([&received["status"], &received["received_by"]], ["received", "Zhao Qianli"]);
        assert_eq!(company.order(&order)["received_by"], "Zhao Qianli");
        let telling = |text: &str| {
            let column = |name: &str| format!("CAST({name} AS TEXT) LIKE '%{text}%'");
            app.count(&format!("events WHERE {}", ["payload", "before", "after", "actor_label"].map(column).join(" OR ")))
        };
        assert_eq!([telling("at the front desk"), telling("Zhao Qianli")], [1, 0]);
    });
}

#[test]
fn decision_14_the_feed_passes_over_nobody_who_commits_late() {
    on_every_store(|app| {
        let (sales, reader) = (app.company().sales(), app.admin());
        let enter = |headers: &[(&str, &str)]| sales.post_with("/v1/customers", headers, json!({"name": "Acme"})).created();
        let read = |after: &str| reader.get(&format!("/v1/events?limit=200{after}")).ok();
        // on PostgreSQL the first has written its event and is about to keep its answer when another
        // begins and commits, and somebody reads the feed to its end
        let tries: Vec<Box<dyn FnOnce() -> Value + Send>> =
            vec![Box::new(|| enter(&[("idempotency-key", "late")])), Box::new(|| enter(&[])), Box::new(|| read(""))];
        let passed = at_once(app, "idempotency_keys", tries);
        assert!(passed.together >= 1, "nobody was late");
        let [late, early, mut page] = <[Value; 3]>::try_from(passed.outcomes).expect("three tries");
        let (recorded, mut told) = (usize::try_from(app.count("events")).expect("a number of rows"), Vec::new());
        for _ in 0..FEED_POLLS {
            told.extend(page["data"].as_array().expect("a feed has data").iter().map(|event| event["subject_id"].clone()));
            if told.len() >= recorded {
                break;
            }
            page = read(&format!("&after={}", page["page"]["next_cursor"].as_str().expect("a feed always says where to go on")));
        }
        for (name, customer) in [("who commits late", &late), ("who commits early", &early)] {
            assert_eq!(told.iter().filter(|subject| **subject == customer["id"]).count(), 1, "{name} is told of once");
        }
    });
}
