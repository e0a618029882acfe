//! Random moments that can be had again: by a seed that is printed.

use docket::db::clock::random;
use std::time::Duration;

/// How often the process is killed: `DOCKET_TEST_KILLS`, else a few times.
pub fn kills() -> usize {
    number("DOCKET_TEST_KILLS").map_or(3, |kills| usize::try_from(kills).expect("a number of kills"))
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a whole number, not {text}")))
}

/// Draws numbers (SplitMix64).
pub struct Chance(u64);

impl Chance {
    /// From `DOCKET_TEST_SEED`, else from a seed of its own; prints it either way.
    pub fn new() -> Self {
        let seed = number("DOCKET_TEST_SEED").unwrap_or_else(|| u64::from_ne_bytes(random()));
        println!("DOCKET_TEST_SEED={seed}");
        Self(seed)
    }

    /// A number below this one.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    /// A moment of a crash: half of them at once after an acknowledgement, when others of the same
    /// commit are on their way; an acknowledgement ahead of its commit would be lost then.
    pub fn moment(&mut self) -> Moment {
        let (more, wait) = (usize::try_from(self.below(100)).expect("a small number"), self.below(40_000));
        Moment { acknowledged: ENOUGH + more, then: Duration::from_micros(wait.saturating_sub(20_000)) }
    }
}

/// So many writes are acknowledged between two crashes, at least.
pub const ENOUGH: usize = 200;

/// When a crash comes: after so many acknowledgements, and then so much later.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    pub acknowledged: usize,
    pub then: Duration,
}
