//! What replicas do by themselves, all at once: each message, each notice, each piece of stock goes
//! out once (BEHAVIOUR 11).

use super::history::{History, check_store};
use crate::support::{MailServer, TestApp, at_once, block_on, id, on_two_replicas};
use chrono::TimeDelta;
use docket::app::App;
use docket::delivery::{Sender, deliver_once};
use docket::jobs;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::mpsc;

/// The most rounds that settling may take; each asks the store several times, so this is long.
const SETTLING_ROUNDS: usize = 5_000;

/// Hands on what waits to be sent until nothing is left.
fn deliver_all(app: &App) {
    let sender = Sender::new(&app.config).expect("the configuration is good");
    block_on(async { while deliver_once(app, &sender).await.expect("the store answers") > 0 {} });
}

/// As [`deliver_all`] by each server in turn, until the servers' own workers have nothing in hand either.
fn try_all(app: &TestApp) {
    for _ in 0..SETTLING_ROUNDS {
        app.servers().iter().for_each(|server| deliver_all(&server.app));
        if app.count("messages WHERE status = 'sending'") == 0 {
            return;
        }
    }
    panic!("what was claimed is never settled");
}

/// An order of a dozen sets that leaves in a dozen parcels, with a message about each: more than one
/// replica claims at a time.
fn leaves_in_parcels(app: &TestApp) {
    let company = app.company();
    company.with_paper("12");
    let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "12"}]));
    company.pick(&order);
    for _ in 0..12 {
        company.dispatched(&order, &[(0, "1")]);
    }
}

#[test]
fn each_message_goes_out_once_although_two_replicas_send_at_once() {
    // BEHAVIOUR 6, 11
    let mail = MailServer::start();
    let settings = [("DOCKET_SMTP_URL", mail.url()), ("DOCKET_MAIL_FROM", "Docket <docket@shop.example>".to_owned())];
    on_two_replicas(&settings.each_ref().map(|(name, value)| (*name, value.as_str())), |app| {
        mail.refuse_for_now(true);
        leaves_in_parcels(app);
        try_all(app);
        assert_eq!(
            (app.count("messages WHERE status = 'queued' AND kind <> 'confirmation_requested'"), mail.taken().len()),
            (12, 0),
            "everything was tried and put off"
        );
        mail.refuse_for_now(false);
        // the time to try again comes once the gate stands, or the servers' own workers might be first; and
        // once only, or a claim of the first would lapse while it sends
        let send_a_day_later = app.servers().iter().enumerate().map(|(at, server)| {
            move || {
                if at == 0 {
                    app.advance(TimeDelta::days(1));
                }
                deliver_all(&server.app);
            }
        });
        let passed = at_once(app, "messages", send_a_day_later.collect());
        assert!(passed.together >= 2, "both had chosen what to send");
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        mail.taken().into_iter().for_each(|message| *times.entry(message).or_default() += 1);
        assert!(times.len() == 12 && times.values().all(|count| *count == 1), "{times:?}");
        assert_eq!(app.count("messages WHERE status = 'sent'"), 12);
    });
}

#[test]
fn each_overdue_task_is_told_once_although_two_clocks_look_at_once() {
    // DOMAIN 5.2, BEHAVIOUR 11
    on_two_replicas(&[], |app| {
        let company = app.company();
        company.with_paper("10");
        let order = company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]));
        app.advance(TimeDelta::days(60));
        let waited_for = app.count("tasks WHERE status IN ('open', 'in_progress') AND due_at IS NOT NULL");
        assert!(waited_for >= 2);
        let passed = at_once(app, "orders", app.servers().iter().map(|server| || block_on(jobs::tick(&server.app))).collect());
        assert_eq!(passed.together, 2, "both had seen what is overdue");
        assert_eq!(app.count("events WHERE name = 'task.overdue'"), waited_for);
        let (history, order) = History::with_order(&app.admin(), id(&order));
        history.check(app, &order, &[]);
        check_store(app);
    });
}

#[test]
fn new_stock_is_given_once_although_two_clocks_serve_who_waits() {
    // DECISIONS 25, BEHAVIOUR 11
    on_two_replicas(&[], |app| {
        let company = app.company();
        company.with_paper("1");
        let orders: Vec<Value> = (0..4).map(|_| company.confirmed(json!([{"sku": "PAPER", "quantity": "2"}]))).collect();
        let (came, comes) = mpsc::channel();
        let (first, second) = (&app.servers()[0].app, &app.servers()[1].app);
        let receive = move || {
            company.receive_stock("PAPER", "5");
            came.send(()).expect("the other waits");
            block_on(jobs::tick(first));
        };
        let look = move || {
            comes.recv().expect("the stock comes");
            block_on(jobs::tick(second));
        };
        let tries: Vec<Box<dyn FnOnce() + Send>> = vec![Box::new(receive), Box::new(look)];
        assert!(at_once(app, "orders", tries).together >= 2, "both had seen who waits");
        let company = app.company();
        let stock = company.viewer().get("/v1/stock?sku=PAPER").ok()["data"][0].clone();
        assert_eq!([&stock["on_hand"], &stock["reserved"]], ["6", "6"]);
        let reserved = orders.iter().filter(|order| company.order(order)["inventory_status"] == "reserved").count();
        assert_eq!(reserved, 3);
        check_store(app);
    });
}
