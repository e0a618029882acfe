//! What a failure of the database means: what the caller is told, and whether the work is worth another try.

use super::{Code, Problem};
use diesel::result::{DatabaseErrorKind as Kind, Error};

/// Kinds of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// There is no such row.
    Missing,
    /// Something else has what may be there only once.
    Taken,
    /// Another transaction was in the way: the same again may go well (BEHAVIOUR 3).
    Conflict,
    /// The connection is no good any more.
    Lost,
    /// There is no room left.
    Full,
    /// Anything else is a fault of ours, or of the machine.
    Fault,
}

/// What messages have in them of which the drivers do not tell the kind.
const WORDS: [(&str, Failure); 8] = [
    ("deadlock detected", Failure::Conflict),
    ("is locked", Failure::Conflict),
    ("server closed the connection", Failure::Lost),
    ("terminating connection", Failure::Lost),
    ("no connection to the server", Failure::Lost),
    ("connection to server", Failure::Lost),
    ("disk is full", Failure::Full),
    ("No space left", Failure::Full),
];

impl Failure {
    /// What an error is.
    pub fn of(error: &Error) -> Self {
        match error {
            Error::NotFound => Self::Missing,
            // SQLite has rolled back already where a commit fails for good, and a second time is an error
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            Error::BrokenTransactionManager | Error::DatabaseError(Kind::ClosedConnection, _) => Self::Lost,
            Error::DatabaseError(Kind::UniqueViolation, _) => Self::Taken,
            Error::DatabaseError(Kind::SerializationFailure, _) => Self::Conflict,
            Error::DatabaseError(_, info) => {
                let said = WORDS.iter().find(|(words, _)| info.message().contains(words));
                said.map_or(Self::Fault, |(_, failure)| *failure)
            }
            _ => Self::Fault,
        }
    }

    /// What the caller is told.
    pub fn problem(self) -> Problem {
        match self {
            Self::Missing => Problem::not_found(),
            Self::Taken => Problem::new(Code::DuplicateReference),
            Self::Conflict | Self::Lost => Problem::unavailable(),
            Self::Full => Problem::new(Code::StorageFull),
            Self::Fault => Problem::new(Code::Internal),
        }
    }
}

/// What the caller is told for a failure of the database; what is a fault is said in the log.
pub fn database_problem(error: &Error) -> Problem {
    let failure = Failure::of(error);
    if failure == Failure::Fault {
        log::error!("database: {error:?}");
    }
    failure.problem()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn said(kind: Kind, message: &str) -> Error {
        Error::DatabaseError(kind, Box::new(message.to_owned()))
    }

    thread_local! {
        static TOLD: Cell<usize> = const { Cell::new(0) };
    }

    /// Counts what is said in the log, each thread for itself.
    struct Counting;

    impl log::Log for Counting {
        fn enabled(&self, _: &log::Metadata) -> bool {
            true
        }

        fn log(&self, _: &log::Record) {
            TOLD.with(|told| told.set(told.get() + 1));
        }

        fn flush(&self) {}
    }

    #[test]
    fn the_log_is_told_what_is_a_fault_and_nothing_else() {
        log::set_logger(&Counting).expect("no other test of this library has a log");
        log::set_max_level(log::LevelFilter::Trace);
        let told_of = |error: &Error| {
            TOLD.set(0);
            database_problem(error);
            TOLD.get()
        };
        assert_eq!(told_of(&Error::AlreadyInTransaction), 1);
        for expected in [Error::NotFound, said(Kind::UniqueViolation, "there is one"), said(Kind::ClosedConnection, "gone")] {
            assert_eq!(told_of(&expected), 0, "{expected:?}");
        }
    }

    fn twice(commit: Error) -> Error {
        let rollback = said(Kind::Unknown, "cannot rollback - no transaction is active");
        Error::RollbackErrorOnCommit { rollback_error: Box::new(rollback), commit_error: Box::new(commit) }
    }

    #[test]
    fn what_is_in_the_way_is_tried_again_and_what_is_lost_is_not_used_again() {
        let (conflict, lost, full) = (Code::Unavailable, Code::Unavailable, Code::StorageFull);
        let known = [
            (said(Kind::SerializationFailure, "could not serialize access"), Failure::Conflict, conflict),
            (said(Kind::Unknown, "deadlock detected"), Failure::Conflict, conflict),
            (said(Kind::Unknown, "database is locked"), Failure::Conflict, conflict),
            (said(Kind::ClosedConnection, "gone"), Failure::Lost, lost),
            (said(Kind::Unknown, "server closed the connection unexpectedly"), Failure::Lost, lost),
            (said(Kind::Unknown, "FATAL: terminating connection due to administrator command"), Failure::Lost, lost),
            (said(Kind::Unknown, "no connection to the server"), Failure::Lost, lost),
            (said(Kind::Unknown, "connection to server was lost"), Failure::Lost, lost),
            (Error::BrokenTransactionManager, Failure::Lost, lost),
            (said(Kind::Unknown, "database or disk is full"), Failure::Full, full),
            (said(Kind::Unknown, "could not extend file: No space left on device"), Failure::Full, full),
            (said(Kind::UniqueViolation, "disk is full"), Failure::Taken, Code::DuplicateReference),
            (Error::NotFound, Failure::Missing, Code::NotFound),
            (twice(said(Kind::Unknown, "database or disk is full")), Failure::Full, full),
            (said(Kind::CheckViolation, "CHECK constraint failed"), Failure::Fault, Code::Internal),
            (Error::AlreadyInTransaction, Failure::Fault, Code::Internal),
        ];
        for (error, failure, code) in known {
            assert_eq!((Failure::of(&error), database_problem(&error).code), (failure, code), "{error:?}");
        }
    }
}
