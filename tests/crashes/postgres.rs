//! PostgreSQL itself crashes and comes back under thirty-two writers: callers hear 503 or nothing,
//! soon everything goes on, and nothing acknowledged is lost (BEHAVIOUR 11).

use super::chance::{Chance, Moment, kills};
use super::cluster::Cluster;
use super::reconcile::{holds_nothing_else, holds_what_was_acknowledged};
use super::writers::{Record, WRITERS, repeat};
use super::writes::{Chain, People, Write, furnish, hire};
use crate::command_line::{PATIENCE, Place, Served};
use crate::support::Answer;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

/// How soon after the database the service must be back (BEHAVIOUR 11).
const BACK: Duration = Duration::from_secs(2);

/// So many refusals are waited for before the database comes back; while it is away each takes a while.
const NOTICED: usize = 8;

/// What a writer tells of.
enum News {
    Acknowledged(Record),
    /// Answered by 503, or not at all.
    Refused,
}

/// What a writer is given.
struct Desk<'a> {
    people: &'a People,
    tell: Sender<News>,
    /// Whether to go on.
    open: &'a AtomicBool,
}

/// Sends a write until it is acknowledged, by its key or its version only once.
fn insist(mut write: Write, desk: &Desk) -> Option<(Record, Answer)> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let begun = Instant::now();
        match write.send(desk.people) {
            Ok(answer) if answer.status == write.kind.status || write.was_done_before(&answer) => {
                write.learn(&answer);
                return Some((Record { write, answer: Some(answer.text.clone()), begun }, answer));
            }
            Ok(answer) => drop(answer.refused(503, "unavailable")),
            Err(_) => {}
        }
        desk.tell.send(News::Refused).ok()?;
    }
    panic!("{} is refused for ever", write.key)
}

fn write(name: String, desk: &Desk) {
    let mut chain = Chain::new(name);
    while desk.open.load(Ordering::Relaxed) {
        let Some((record, answer)) = insist(chain.next(), desk) else { return };
        chain.learn(&record.write, &answer);
        // the test listens to the end
        let _ = desk.tell.send(News::Acknowledged(record));
    }
}

/// Lets the writers go home, however the test ends.
struct Closing<'a>(&'a AtomicBool);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// What the test has heard of the writers.
struct Heard<'a> {
    news: &'a Receiver<News>,
    records: Vec<Record>,
    refused: usize,
}

impl Heard<'_> {
    /// Listens until something holds, at most so long.
    #[track_caller]
    fn until(&mut self, what: &str, patience: Duration, holds: impl Fn(&Self) -> bool) {
        let deadline = Instant::now() + patience;
        while !holds(self) {
            match self.news.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(News::Acknowledged(record)) => self.records.push(record),
                Ok(News::Refused) => self.refused += 1,
                Err(_) => panic!("{what}: not within {patience:?}"),
            }
        }
    }
}

/// Crashes the database at a moment and lets it come back; gives how long after it the service was
/// ready and how long after it a write that was begun then was acknowledged.
fn crash(cluster: &Cluster, served: &Served, heard: &mut Heard, Moment { acknowledged, then }: Moment) -> (Duration, Duration) {
    let known = heard.records.len();
    heard.until("writes go on", PATIENCE, |heard| heard.records.len() >= known + acknowledged);
    let moment = Instant::now() + then;
    heard.until("the moment comes", PATIENCE, |_| Instant::now() >= moment);
    cluster.crash();
    let refused = heard.refused;
    heard.until("it is noticed", PATIENCE, |heard| heard.refused >= refused + NOTICED);
    assert_eq!(served.anyone.get("/readyz").refused(503, "unavailable")["detail"], "The database does not answer.");
    cluster.begin();
    let back = Instant::now();
    while served.anyone.get("/readyz").status != 200 {
        assert!(back.elapsed() < BACK, "not ready {BACK:?} after the database");
    }
    let ready = back.elapsed();
    let written = |heard: &Heard| heard.records.last().is_some_and(|record| record.begun > back);
    heard.until("a write succeeds", BACK.saturating_sub(ready), written);
    (ready, back.elapsed())
}

#[test]
fn a_crash_of_postgresql_loses_nothing_acknowledged_and_is_over_soon() {
    if std::env::var("DOCKET_TEST_POSTGRES_URL").is_ok_and(|url| !url.is_empty()) {
        let cluster = Cluster::start();
        let place = Place::embedded().with("DOCKET_DATABASE_URL", &cluster.url()).with("RUST_LOG", "error");
        write_through_crashes(&cluster, &place, (kills() / 5).max(2));
    }
}

fn write_through_crashes(cluster: &Cluster, place: &Place, crashes: usize) {
    let mut chance = Chance::new();
    hire(place);
    let served = place.serve(&[]);
    let people = People::of(&served);
    furnish(&people);
    let (tell, news) = mpsc::channel();
    let (open, mut heard) = (AtomicBool::new(true), Heard { news: &news, records: Vec::new(), refused: 0 });
    let mut slowest = (Duration::ZERO, Duration::ZERO);
    std::thread::scope(|scope| {
        let closing = Closing(&open);
        for writer in 0..WRITERS {
            let desk = Desk { people: &people, tell: tell.clone(), open: &open };
            scope.spawn(move || write(format!("w{writer:02}"), &desk));
        }
        drop(tell);
        for _ in 0..crashes {
            let (ready, written) = crash(cluster, &served, &mut heard, chance.moment());
            slowest = (slowest.0.max(ready), slowest.1.max(written));
            holds_what_was_acknowledged(&place.store(), &heard.records);
        }
        drop(closing);
        for news in &news {
            match news {
                News::Acknowledged(record) => heard.records.push(record),
                News::Refused => heard.refused += 1,
            }
        }
    });
    repeat(&mut heard.records, &people);
    holds_nothing_else(&place.store(), &heard.records, &people);
    place.run(&["check"]).well();
    println!("{crashes} crashes of PostgreSQL: {} acknowledged, {} refused or broken off", heard.records.len(), heard.refused);
    println!("after the database, ready within {:?}, the first write done within {:?}", slowest.0, slowest.1);
    served.stop();
}
