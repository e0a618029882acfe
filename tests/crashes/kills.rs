//! kill -9 at random moments under thirty-two writers; then every acknowledgement is compared with
//! the store (BEHAVIOUR 11). `DOCKET_TEST_KILLS=100` makes a long run of it, `DOCKET_TEST_SEED` the
//! same moments again.

use super::chance::{Chance, ENOUGH, kills};
use super::reconcile::{holds_nothing_else, holds_what_was_acknowledged};
use super::writers::{Killed, Record, repeat, write_until_killed};
use super::writes::{People, furnish, hire};
use crate::command_line::{Place, Served, on_every_store};
use std::time::{Duration, Instant};

/// How soon after its start the process must be ready (BEHAVIOUR 11).
const READY: Duration = Duration::from_secs(3);
/// `docket check` walks the whole store, so a long run asks it now and then, and in the end.
const CHECKED_EVERY: usize = 10;

/// What the kills of a run came to.
#[derive(Debug, Default)]
struct Tally {
    kills: usize,
    acknowledged: usize,
    fewest_between_kills: Option<usize>,
    kills_with_writes_in_flight: usize,
    in_flight: usize,
    in_doubt: usize,
    in_doubt_but_done: usize,
    checks: usize,
    slowest_start: Duration,
}

impl Tally {
    fn count(&mut self, killed: &Killed) {
        let acknowledged = killed.records.iter().filter(|record| record.answer.is_some()).count();
        self.kills += 1;
        self.acknowledged += acknowledged;
        self.fewest_between_kills = Some(self.fewest_between_kills.map_or(acknowledged, |fewest| fewest.min(acknowledged)));
        self.kills_with_writes_in_flight += usize::from(killed.in_flight > 0);
        self.in_flight += killed.in_flight;
        self.in_doubt += killed.records.len() - acknowledged;
    }
}

/// Starts the process and waits until it is ready; gives how long that took.
fn start(place: &Place) -> (Served, Duration) {
    let begun = Instant::now();
    let served = place.serve(&[]);
    while served.anyone.get("/readyz").status != 200 {
        assert!(begun.elapsed() < READY, "not ready after {READY:?}");
    }
    (served, begun.elapsed())
}

#[test]
fn what_was_acknowledged_before_a_kill_is_there_after_it_and_nothing_twice() {
    on_every_store(|place| {
        let (kills, mut chance) = (kills(), Chance::new());
        let (mut tally, mut history) = (Tally::default(), Vec::<Record>::new());
        hire(place);
        let (mut served, _) = start(place);
        let mut people = People::of(&served);
        furnish(&people);
        for round in 1..=kills {
            let killed = write_until_killed(served, &people, &format!("r{round:03}"), chance.moment());
            tally.count(&killed);
            let took;
            (served, took) = start(place);
            tally.slowest_start = tally.slowest_start.max(took);
            people = People::of(&served);

            let before = history.len();
            history.extend(killed.records);
            holds_what_was_acknowledged(&place.store(), &history);
            tally.in_doubt_but_done += repeat(&mut history[before..], &people);
            holds_nothing_else(&place.store(), &history, &people);
            if round % CHECKED_EVERY == 0 || round == kills {
                place.run(&["check"]).well();
                tally.checks += 1;
            }
        }
        served.stop();
        println!("{tally:#?}");
        assert!(tally.fewest_between_kills.is_some_and(|fewest| fewest >= ENOUGH));
        assert!(tally.kills_with_writes_in_flight * 3 >= kills, "the kills came when nobody wrote");
    });
}
