//! r2d2's pool over our own connections. A manager of our own, because diesel's would try the
//! enum's variants in turn and SQLite takes any text for a file name.

use crate::db::connection::{Conn, Target};
use diesel::connection::SimpleConnection;
use std::time::Duration;

/// A pooled connection, and whether it was seen to be broken.
pub struct Pooled {
    pub connection: Conn,
    pub broken: bool,
}

/// Opens connections of one target for one use.
pub struct Manager {
    target: Target,
    read_only: bool,
}

pub type Pool = r2d2::Pool<Manager>;

/// Why a connection could not be had.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    #[error("{0}")]
    Connection(#[from] diesel::ConnectionError),
    #[error("{0}")]
    Query(#[from] diesel::result::Error),
}

impl r2d2::ManageConnection for Manager {
    type Connection = Pooled;
    type Error = PoolError;

    fn connect(&self) -> Result<Pooled, PoolError> {
        let mut connection = self.target.open()?;
        if self.read_only && matches!(self.target, Target::Sqlite(_)) {
            connection.batch_execute("PRAGMA query_only=ON")?;
        }
        Ok(Pooled { connection, broken: false })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<(), PoolError> {
        Ok(pooled.connection.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.broken
    }
}

/// A pool of at most `size` connections. A connection that cannot be had within a second is an
/// error, so that a restarted server is found again quickly.
pub fn build(target: &Target, size: u32, read_only: bool) -> Pool {
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(Duration::from_secs(1))
        .error_handler(Box::new(QuietErrors))
        .build_unchecked(Manager { target: target.clone(), read_only })
}

/// Connection errors are answered to callers as 503; the log needs no stack of them.
#[derive(Debug)]
struct QuietErrors;

impl r2d2::HandleError<PoolError> for QuietErrors {
    fn handle_error(&self, error: PoolError) {
        log::warn!("database connection: {error}");
    }
}
