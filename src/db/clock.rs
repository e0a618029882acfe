//! Where "now" and chance come from: the only place that reads the system's clock and random
//! source for what is stored. Tests move the clock by hand.

use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use chrono::{TimeDelta, Utc};
use std::cell::RefCell;
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

/// Random bytes of the operating system, fetched many at a time: a system call each would be most of the
/// cost of an id. For what must not come twice; secrets are fetched by [`random`].
fn distinct<const N: usize>() -> [u8; N] {
    const FETCHED: usize = 1000;
    thread_local! {
        static LEFT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    LEFT.with_borrow_mut(|left| {
        if left.len() < N {
            left.extend(random::<FETCHED>());
        }
        std::array::from_fn(|_| left.pop().unwrap_or_default())
    })
}

/// A new id, sorting by `now`.
pub fn new_id(now: UtcTime) -> Id {
    numbered_id(now, 0)
}

/// A new id, sorting by `now` and, among those of one unit of work, by a running number: UUIDv7's
/// twelve bits after the instant (RFC 9562, 6.2, method 1).
pub fn numbered_id(now: UtcTime, number: u16) -> Id {
    let mut rest: [u8; 10] = distinct();
    [rest[0], rest[1]] = (number & 0x0fff).to_be_bytes();
    Id::from_parts(now.utc().timestamp_millis().unsigned_abs(), rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_of_one_moment_are_distinct_on_all_threads() {
        let now = Clock::default().now();
        let made = || (0..2000).map(|_| new_id(now)).collect::<Vec<Id>>();
        let ids: Vec<Id> = std::thread::scope(|scope| {
            let threads = [scope.spawn(made), scope.spawn(made)];
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
    }
}
