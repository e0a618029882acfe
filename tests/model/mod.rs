//! The life of an order against a small model of it: random sequences of what people may and may
//! not do, each answer foretold. The model (`world`, `desk`, `amend`, `follow`, `adapt`, `work`, `order`,
//! `judged`, `menu`) is plain Rust written from the design; `drive` does the same over HTTP and compares.
//!
//! `DOCKET_TEST_CASES` says how many sequences a rule set gets, `DOCKET_TEST_SEED` (or
//! `PROPTEST_RNG_SEED`) which; the seed is printed, and told with a failure. A failing sequence is
//! shrunk on the same server, with new orders.

mod acts;
mod adapt;
mod amend;
mod compare;
mod decimal;
mod desk;
mod drive;
mod follow;
mod judged;
mod menu;
mod onward;
mod order;
mod people;
mod requests;
mod work;
mod world;

use crate::proofs::findings;
use crate::support::{TestApp, on_every_store};
use decimal::ONE;
use docket::db::clock::random;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use serde_json::json;
use std::cell::Cell;
use world::Rules;

/// What a line costs that an amendment adds.
pub const ADDED_PRICE: i64 = 10 * ONE;

/// How many sequences each rule set gets by default; a small number, since each is dozens of calls.
const CASES: u32 = 8;

/// Tokens live ten minutes, so a long run logs in again now and then.
const CASES_PER_LOGIN: u32 = 50;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} must be a whole number, not {text}")))
}

/// Plays sequences on one server, and lets `docket check` look over what they left.
fn play(app: &TestApp, rules: Rules) {
    let seed = number("DOCKET_TEST_SEED").or_else(|| number("PROPTEST_RNG_SEED")).unwrap_or_else(|| u64::from_be_bytes(random()));
    let cases = number("DOCKET_TEST_CASES").map_or(CASES, |cases| u32::try_from(cases).expect("so many cases"));
    println!("DOCKET_TEST_SEED={seed} DOCKET_TEST_CASES={cases} {rules:?}");
    adopt(app, rules);
    let config = Config { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    let (played, tally) = (Cell::new(0), drive::Tally::default());
    let outcome = TestRunner::new(config).run(&acts::case(), |sequence| {
        played.set(played.get() + 1);
        if played.get() % CASES_PER_LOGIN == 0 {
            app.advance(chrono::TimeDelta::zero());
        }
        drive::play(app, &tally, rules, &sequence).map_err(TestCaseError::fail)
    });
    println!("{:#?}", tally.into_inner());
    match outcome {
        Ok(()) => assert_eq!(findings(app), []),
        Err(TestError::Abort(why)) => panic!("the run was given up: {why}"),
        Err(TestError::Fail(why, sequence)) => panic!("DOCKET_TEST_SEED={seed} {rules:?}: {why}\n{}", told(&sequence)),
    }
}

/// A sequence, a step a line.
fn told((on_hand, first, steps): &acts::Sequence) -> String {
    let steps: String = steps.iter().enumerate().map(|(number, step)| format!("  {number}: {step:?}\n")).collect();
    format!("with {} on hand and {first:?}\n{steps}", decimal::text(*on_hand))
}

fn adopt(app: &TestApp, rules: Rules) {
    for who in people::EVERYBODY {
        who.person(app); // a level that nobody holds is opened to those above at once
    }
    let admin = people::Who::Admin.person(app);
    let etag = admin.get("/v1/settings").etag();
    let settings = json!({"four_eyes": rules.four_eyes, "auto_release": rules.auto_release});
    admin.patch("/v1/settings", &etag, settings).ok();
    app.company().open_warehouse();
}

#[test]
fn an_order_lives_as_the_model_says() {
    on_every_store(|app| play(app, Rules { four_eyes: true, auto_release: true }));
}

#[test]
fn an_order_that_is_released_by_hand_lives_as_the_model_says() {
    on_every_store(|app| play(app, Rules { four_eyes: true, auto_release: false }));
}

#[test]
fn an_order_of_a_one_person_shop_lives_as_the_model_says() {
    on_every_store(|app| play(app, Rules { four_eyes: false, auto_release: true }));
}
