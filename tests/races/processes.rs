//! Two writers on one SQLite file: the only writes that overlap there. `docket import` is one, a
//! server beside it the other (DOMAIN 1.4, BEHAVIOUR 10).

use super::history::check_store;
use crate::command_line::{Place, on_every_store};
use crate::support::{Answer, Client, TestApp, block_on, order_of};
use docket::app::App;
use docket::db::clock::Clock;
use docket::domain::actor::Actor;
use docket::services::orders::create::{Entered, Incoming, create};
use futures_util::FutureExt;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// How many references both know.
const REFERENCES: usize = 60;

fn referenced(at: usize) -> Value {
    let mut order = order_of(json!([{"name": "Desk", "quantity": "2", "unit_price": "450.00"}]));
    order["channel"] = json!("import");
    order["channel_ref"] = json!(format!("R-{at}"));
    order
}

/// Enters every reference as `docket import` does, all on their way at once; tells when they are.
fn import(app: &App, sent: &mpsc::Sender<()>) -> Vec<(String, bool)> {
    let enter = |at: usize| {
        let said = Incoming::new(serde_json::from_value(referenced(at)).expect("a good order"));
        app.write_as(Actor::system("import"), move |tx| create(tx, &said))
    };
    let mut all = join_all((0..REFERENCES).map(enter).map(Box::pin));
    block_on(async {
        assert!((&mut all).now_or_never().is_none(), "nobody can have written yet");
        sent.send(()).expect("the test waits");
        all.await
            .into_iter()
            .map(|entered| entered.map(|entered| (entered.order().number.clone(), matches!(entered, Entered::New(_)))).expect("nothing stops it"))
            .collect()
    })
}

#[test]
fn two_writers_on_one_file_enter_every_reference_once() {
    crate::support::on_every_store(|app| {
        if !app.is_embedded() {
            return; // two replicas do the same there, in `keys`
        }
        let (second, _) = docket::server::open(app.app.config.clone(), Clock::default()).expect("the file is there");
        let entered = both_at_once(app, &second);
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        for (one, other) in entered[0].iter().zip(&entered[1]) {
            assert_eq!(one.0, other.0, "both were told the same order");
            assert!(one.1 != other.1, "it was new to one of both: {one:?}, {other:?}");
            *numbers.entry(one.0.as_str()).or_default() += 1;
        }
        assert_eq!(numbers.len(), REFERENCES);
        assert_eq!(app.count("orders"), i64::try_from(REFERENCES).expect("a few"));
        check_store(app);
    });
}

/// Both writers have taken their work and want the file, which a third connection holds.
fn both_at_once(app: &TestApp, second: &App) -> Vec<Vec<(String, bool)>> {
    let mut holder = app.app.config.database.open().expect("the store can be opened");
    diesel::connection::SimpleConnection::batch_execute(&mut holder, "BEGIN IMMEDIATE").expect("nobody else writes");
    let writers: [&App; 2] = [&app.app, second];
    scope(|scope| {
        let (sent, came) = mpsc::channel();
        let threads: Vec<_> = writers
            .iter()
            .map(|writer| {
                scope.spawn({
                    let sent = sent.clone();
                    move || import(writer, &sent)
                })
            })
            .collect();
        writers.iter().for_each(|_| came.recv_timeout(Duration::from_secs(20)).expect("both send"));
        let deadline = Instant::now() + Duration::from_secs(20);
        while writers.iter().any(|writer| writer.database.waiting().0 >= REFERENCES) {
            assert!(Instant::now() < deadline, "a writer does not begin");
            sleep(Duration::from_millis(1));
        }
        drop(holder);
        threads.into_iter().map(|thread| thread.join().expect("a writer ends")).collect()
    })
}

#[test]
fn an_import_beside_a_server_that_is_sent_the_same_enters_every_reference_once() {
    // DOMAIN 1.4
    on_every_store(|place| {
        place.hire("shop", "order_admin", "operations");
        let served = place.serve(&[]);
        let shop = served.log_in("shop");
        let rows: Vec<String> = (0..REFERENCES).map(|at| referenced(at).to_string()).collect();
        place.write("orders.ndjson", &rows.join("\n"));
        let (ended, (begin, begun)) = (&AtomicBool::new(false), mpsc::channel());
        let (ran, posted) = scope(|scope| {
            let posting = scope.spawn(|| post_until(ended, &begin, &shop));
            begun.recv_timeout(Duration::from_secs(20)).expect("the first is posted");
            let ran = place.run(&["import", "orders.ndjson", "--report", "report.ndjson"]);
            ended.store(true, Ordering::SeqCst);
            (ran, posting.join().expect("the server answers"))
        });
        let told = ran.well();
        assert!(told.contains("0 rows refused."), "{told}");
        agree(place, &posted);
        assert_eq!(shop.get("/v1/orders?limit=200").ok()["data"].as_array().map(Vec::len), Some(REFERENCES));
        drop(served);
        place.run(&["check"]).well();
    });
}

/// Posts every reference again and again, from before the import begins until it has ended, and
/// each at least once.
fn post_until(ended: &AtomicBool, begin: &mpsc::Sender<()>, shop: &Client) -> Vec<(usize, Answer)> {
    let mut posted = Vec::new();
    while posted.len() < REFERENCES || !ended.load(Ordering::SeqCst) {
        let at = REFERENCES - 1 - posted.len() % REFERENCES;
        posted.push((at, shop.post("/v1/orders", referenced(at))));
        if posted.len() == 1 {
            begin.send(()).expect("the import waits");
        }
    }
    posted
}

/// Both were told the same number for a reference, and each reference was new once.
fn agree(place: &Place, posted: &[(usize, Answer)]) {
    assert!(posted.iter().all(|(_, answer)| [200, 201].contains(&answer.status)), "{posted:?}");
    let report: Vec<Value> = place.read("report.ndjson").lines().map(|line| serde_json::from_str(line).expect("a report is JSON")).collect();
    let new = [report.iter().filter(|row| row["outcome"] == "entered").count(), posted.iter().filter(|(_, answer)| answer.status == 201).count()];
    assert_eq!(new.iter().sum::<usize>(), REFERENCES, "each was new to one of both: {new:?}");
    let numbers: BTreeSet<&str> = report.iter().filter_map(|row| row["number"].as_str()).collect();
    assert_eq!(numbers.len(), REFERENCES);
    for (at, answer) in posted {
        assert_eq!(report[*at]["number"], answer.body["number"], "reference {at}");
    }
}
