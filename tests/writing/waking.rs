//! A commit wakes whoever it leaves work for, and nobody else (ARCHITECTURE, "The way of a write").

use crate::support::{block_on, on_every_store};
use docket::db::Tx;
use docket::db::clock::Clock;
use docket::domain::actor::Actor;
use futures_util::FutureExt;

#[test]
fn a_commit_wakes_whoever_it_leaves_work_for() {
    on_every_store(|running| {
        // over the same store, without workers who would answer the call before the test can hear it
        let (app, _) = docket::server::open(running.app.config.clone(), Clock::default()).expect("the store is in order");
        let woken = |act: fn(&mut Tx)| {
            let write = app.write_as(Actor::system("test"), move |tx| {
                act(tx);
                Ok(())
            });
            block_on(write).expect("it is written");
            [&app.outbox, &app.clockwork].map(|workers| workers.notified().now_or_never().is_some())
        };
        assert_eq!(woken(|_| ()), [false, false]);
        assert_eq!(woken(|tx| tx.ask_delivery()), [true, false]);
        assert_eq!(woken(|tx| tx.ask_clock()), [false, true]);
    });
}
