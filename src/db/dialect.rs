//! The few statements that differ between the databases, side by side. Everything else is one
//! source through diesel's enum.

use crate::db::cached::Cache;
use crate::db::connection::Conn;
use crate::domain::id::Id;
use crate::domain::message::MessageStatus;
use crate::domain::time::UtcTime;
use crate::here;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use sha2::{Digest, Sha256};

#[derive(QueryableByName)]
struct Locked {
    #[diesel(sql_type = Bool)]
    locked: bool,
}

#[derive(QueryableByName)]
struct Horizon {
    #[diesel(sql_type = BigInt)]
    horizon: i64,
}

/// Takes a lock named by a text until the transaction ends; false where another transaction
/// holds it. SQLite has one writer, so the lock is always free there.
pub fn try_lock(connection: &mut Conn, name: &str) -> QueryResult<bool> {
    match connection {
        Conn::Sqlite(_) => Ok(true),
        Conn::Postgres(inner) => {
            let digest = Sha256::digest(name.as_bytes());
            let key = digest.iter().take(8).fold(0_i64, |key, byte| (key << 8) | i64::from(*byte));
            let row: Locked =
                diesel::sql_query("SELECT pg_try_advisory_xact_lock($1) AS locked").bind::<BigInt, _>(key).fixed(here!()).get_result(inner)?;
            Ok(row.locked)
        }
    }
}

/// Below which transaction id every event is visible to everyone, so that no late commit is
/// skipped by a reader of the feed (DECISIONS 14). SQLite commits in order.
pub fn feed_horizon(connection: &mut Conn) -> QueryResult<i64> {
    match connection {
        Conn::Sqlite(_) => Ok(i64::MAX),
        Conn::Postgres(inner) => {
            let query = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon";
            diesel::sql_query(query).get_result::<Horizon>(inner).map(|row| row.horizon)
        }
    }
}

/// Moves a counter on, making it where it is new; gives its value then.
pub fn advance(connection: &mut Conn, counter: &str, by: i64) -> QueryResult<i64> {
    use crate::db::schema::counters::dsl::{counters, name, value};
    crate::each!(connection, inner => diesel::insert_into(counters)
        .values((name.eq(counter), value.eq(by)))
        .on_conflict(name)
        .do_update()
        .set(value.eq(value + by))
        .returning(value)
        .fixed(here!())
        .get_result(inner))
}

/// Copies a whole SQLite database into a new file, consistently, while it is in use.
pub fn copy_into(connection: &mut Conn, path: &str) -> QueryResult<()> {
    match connection {
        Conn::Sqlite(inner) => diesel::sql_query("VACUUM INTO ?").bind::<diesel::sql_types::Text, _>(path).execute(inner).map(drop),
        Conn::Postgres(_) => Err(diesel::result::Error::NotFound),
    }
}

/// Begins to read one state of the whole database, whatever is written meanwhile.
pub fn begin_snapshot(connection: &mut Conn) -> QueryResult<()> {
    match connection {
        Conn::Sqlite(inner) => inner.batch_execute("BEGIN"),
        Conn::Postgres(inner) => inner.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
    }
}

/// Ends it.
pub fn end_snapshot(connection: &mut Conn) -> QueryResult<()> {
    connection.batch_execute("ROLLBACK")
}

/// Messages that can be claimed for sending at an instant: those whose claim ran out, and those whose
/// turn it is. On PostgreSQL several processes ask at once, and each gets others.
pub fn claimable_messages(connection: &mut Conn, now: UtcTime, limit: i64) -> QueryResult<Vec<Id>> {
    use crate::db::schema::messages::dsl::{id, lease_until, messages, next_attempt_at, status};
    let lapsed = || messages.filter(status.eq(MessageStatus::Sending).and(lease_until.le(now))).select(id);
    let due = || messages.filter(status.eq(MessageStatus::Queued).and(next_attempt_at.le(now))).select(id).order(next_attempt_at.asc());
    match connection {
        Conn::Sqlite(inner) => {
            let found: Vec<Id> = lapsed().limit(limit).load(inner)?;
            if found.is_empty() { due().limit(limit).load(inner) } else { Ok(found) }
        }
        Conn::Postgres(inner) => {
            let found: Vec<Id> = lapsed().limit(limit).for_update().skip_locked().load(inner)?;
            if found.is_empty() { due().limit(limit).for_update().skip_locked().load(inner) } else { Ok(found) }
        }
    }
}
