//! Running numbers for what comes in many at a time. On SQLite a number is drawn from its counter's
//! row in the transaction that uses it. On PostgreSQL that row would make all who enter orders wait
//! for each other's commits, so a process takes numbers ahead, in a transaction of its own, and hands
//! them out: what is undone, and what a process had left when it ended, leaves gaps, and replicas
//! hand out theirs in no common order.

use crate::db::connection::{Conn, Target};
use crate::db::dialect;
use diesel::QueryResult;
use diesel::result::Error as DieselError;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// How many numbers a process takes ahead.
const AHEAD: i64 = 32;

/// Hands out numbers, each once.
#[derive(Clone, Default)]
pub struct Numbers(Option<Arc<Ahead>>);

struct Ahead {
    target: Target,
    state: Mutex<State>,
}

/// What is left of the numbers taken ahead, of which counter; and the connection that takes them.
#[derive(Default)]
struct State {
    counter: String,
    left: Range<i64>,
    connection: Option<Conn>,
}

impl Numbers {
    /// For a store.
    pub fn new(target: &Target) -> Self {
        match target {
            Target::Sqlite(_) => Self(None),
            Target::Postgres(_) => Self(Some(Arc::new(Ahead { target: target.clone(), state: Mutex::default() }))),
        }
    }

    /// The next number of a counter, from 1.
    ///
    /// # Errors
    /// Those of the database.
    pub fn next(&self, conn: &mut Conn, counter: &str) -> QueryResult<i64> {
        match &self.0 {
            None => dialect::advance(conn, counter, 1),
            Some(ahead) => ahead.next(counter),
        }
    }
}

impl Ahead {
    fn next(&self, counter: &str) -> QueryResult<i64> {
        // a panic while the lock was held left numbers that nobody was given, or none
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.counter != counter {
            // the month has turned; what was left of the old one stays unused
            (state.counter, state.left) = (counter.to_owned(), 0..0);
        }
        if state.left.is_empty() {
            state.left = self.take(&mut state.connection, counter)?;
        }
        let next = state.left.start;
        state.left.start += 1;
        Ok(next)
    }

    /// Takes numbers ahead, durably. A connection that fails is not used again.
    fn take(&self, connection: &mut Option<Conn>, counter: &str) -> QueryResult<Range<i64>> {
        let mut conn = match connection.take() {
            Some(conn) => conn,
            None => self.target.open().map_err(|error| {
                log::warn!("cannot connect to take numbers: {error}");
                DieselError::BrokenTransactionManager
            })?,
        };
        let last = dialect::advance(&mut conn, counter, AHEAD)?;
        *connection = Some(conn);
        Ok(last - AHEAD + 1..last + 1)
    }
}
