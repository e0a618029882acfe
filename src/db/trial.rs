//! Work that is tried: run within the transaction of a job, looked at, and undone.

use crate::db::connection::Conn;
use crate::db::executor::run_prepared;
use crate::error::{Error, Result};

/// Runs part of a job whose effects are undone, whatever comes of it: a trial. A refusal that would
/// outlive itself is only told.
pub fn undone<T>(connection: &mut Conn, trial: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
    run_prepared(connection, "SAVEPOINT trial")?;
    let outcome = trial(connection);
    let ended = run_prepared(connection, "ROLLBACK TO trial").and_then(|()| run_prepared(connection, "RELEASE trial"));
    match outcome {
        Ok(value) => Ok(ended.map(|()| value)?),
        Err(Error::Refused(problem)) => Err(Error::Problem(problem)),
        Err(error) => Err(error),
    }
}
