//! The connection: one enum over both databases, chosen by the URL's scheme. SQLite's settings
//! are made here and read back, so that a database that does not obey is not used.

use crate::db::migrations;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::result::{ConnectionError, ConnectionResult};
use diesel::sql_types::{BigInt, Text};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    Postgres(diesel::PgConnection),
    Sqlite(diesel::SqliteConnection),
}

/// Which database an URL means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The path of the file.
    Sqlite(String),
    /// The whole URL.
    Postgres(String),
}

impl Target {
    /// Reads `sqlite:path`, `sqlite://path`, `postgres://…`, `postgresql://…`.
    pub fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"));
        match path {
            Some("") => Err("the URL names no file".to_owned()),
            Some(path) if path.starts_with(":memory:") => Err("an in-memory database is not durable and cannot be shared; name a file".to_owned()),
            Some(path) => Ok(Self::Sqlite(path.to_owned())),
            None => Err("must begin with sqlite: or postgres://".to_owned()),
        }
    }

    /// Opens a connection, with SQLite's settings made and read back.
    pub fn open(&self) -> ConnectionResult<Conn> {
        match self {
            Self::Postgres(url) => PgConnection::establish(url).map(Conn::Postgres),
            Self::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(path)?;
                prepare_sqlite(&mut connection)?;
                Ok(Conn::Sqlite(connection))
            }
        }
    }

    /// Opens, and brings the schema up to date.
    pub fn open_migrated(&self) -> Result<Conn, Box<dyn std::error::Error + Send + Sync>> {
        let mut connection = self.open()?;
        migrations::run(&mut connection)?;
        Ok(connection)
    }
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct NumberSetting {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

/// So many pages of 4 KiB in SQLite's log before whoever commits copies what the thread of
/// [`checkpoints`](super::checkpoints) has left; then the log begins again.
const WRITER_COPIES_AFTER: u32 = 4000;

/// Durable, checked, and patient with a second process (BEHAVIOUR 10).
fn prepare_sqlite(connection: &mut SqliteConnection) -> ConnectionResult<()> {
    let broken = ConnectionError::CouldntSetupConfiguration;
    connection
        .batch_execute(&format!(
            "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; \
             PRAGMA recursive_triggers=ON; PRAGMA cache_size=-16384; PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; \
             PRAGMA wal_autocheckpoint={WRITER_COPIES_AFTER};"
        ))
        .map_err(broken)?;
    let mode: Setting = diesel::sql_query("SELECT journal_mode AS value FROM pragma_journal_mode").get_result(connection).map_err(broken)?;
    let mut read = |pragma: &str| -> ConnectionResult<i64> {
        let query = format!("SELECT CAST({pragma} AS INTEGER) AS value FROM pragma_{pragma}");
        diesel::sql_query(query).get_result::<NumberSetting>(connection).map(|s| s.value).map_err(broken)
    };
    let obeyed = mode.value == "wal" && read("synchronous")? == 2 && read("foreign_keys")? == 1;
    if obeyed { Ok(()) } else { Err(ConnectionError::BadConnection("SQLite refused WAL, synchronous=FULL or foreign keys on this file".to_owned())) }
}

/// Runs an expression on the connection inside, compiled once for each database: for statements
/// that both know but the enum does not carry (several rows at once, `ON CONFLICT`).
#[macro_export]
macro_rules! each {
    ($connection:expr, $inner:ident => $expression:expr) => {{
        let connection: &mut $crate::db::connection::Conn = $connection;
        match connection {
            $crate::db::connection::Conn::Postgres($inner) => $expression,
            $crate::db::connection::Conn::Sqlite($inner) => $expression,
        }
    }};
}

/// Inserts several rows: one statement a row on SQLite, prepared once; one statement for all on
/// PostgreSQL, where each is a round trip.
#[macro_export]
macro_rules! insert_rows {
    ($connection:expr, $table:ident, $rows:expr) => {{
        let connection: &mut $crate::db::connection::Conn = $connection;
        let rows = $rows;
        match connection {
            $crate::db::connection::Conn::Postgres(inner) => {
                diesel::insert_into($table::table).values(rows).cached_if_few(rows.len()).execute(inner).map(drop)
            }
            $crate::db::connection::Conn::Sqlite(inner) => {
                rows.iter().try_for_each(|row| $crate::row_of!($table, row, Refuse).execute(inner).map(drop))
            }
        }
    }};
}

#[cfg(test)]
mod fuzz {
    use super::Target;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_target_keeps_what_the_url_names(url in prop_oneof!["(sqlite|postgres|postgresql|mysql)?:?(//)?[a-z:/.]{0,20}", any::<String>()]) {
            match Target::parse(&url) {
                Ok(Target::Postgres(kept)) => prop_assert_eq!(kept, url),
                Ok(Target::Sqlite(path)) => prop_assert!(!path.is_empty() && url.ends_with(&path) && url.starts_with("sqlite:") && path != ":memory:"),
                Err(why) => prop_assert!(!why.is_empty()),
            }
        }
    }
}
