//! Where "now" and chance come from: the only place that reads the system's clock and random
//! source for what is stored. Tests move the clock by hand.

use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use chrono::{TimeDelta, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The clock: the system's, moved by an offset that only tests change.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_micros: Arc<AtomicI64>,
}

impl Clock {
    /// The present instant, in whole microseconds.
    pub fn now(&self) -> UtcTime {
        let micros = Utc::now().timestamp_micros().saturating_add(self.offset_micros.load(Ordering::Relaxed));
        UtcTime::from_micros(micros).unwrap_or_else(|| UtcTime::from_micros(0).expect("1970 is a year between 1 and 9999"))
    }

    /// Moves the clock on (or back).
    pub fn advance(&self, by: TimeDelta) {
        self.offset_micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }
}

/// Random bytes from the operating system.
///
/// # Panics
/// Where the operating system has no randomness to give; nothing safe can be done then.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

/// A new id, sorting by `now`.
pub fn new_id(now: UtcTime) -> Id {
    numbered_id(now, 0)
}

/// A new id, sorting by `now` and, among those of one unit of work, by a running number: UUIDv7's
/// twelve bits after the instant (RFC 9562, 6.2, method 1).
pub fn numbered_id(now: UtcTime, number: u16) -> Id {
    let mut rest: [u8; 10] = random();
    [rest[0], rest[1]] = (number & 0x0fff).to_be_bytes();
    Id::from_parts(now.utc().timestamp_millis().unsigned_abs(), rest)
}
