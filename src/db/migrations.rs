//! The schema's steps, embedded in the binary: twins for the two databases, run at start and by
//! `docket migrate`. Must not know what the tables mean.

use crate::db::connection::Conn;
use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number, the same in every replica: they take turns at migrating.
const LOCK: i64 = 0x0064_6F63_6B65_7431;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Runs what has not run yet; gives the names of the steps that ran.
pub fn run(connection: &mut Conn) -> Result<Vec<String>, Failure> {
    match connection {
        Conn::Sqlite(inner) => Ok(names(inner.run_pending_migrations(SQLITE)?)),
        Conn::Postgres(inner) => {
            inner.batch_execute(&format!("SELECT pg_advisory_lock({LOCK})"))?;
            let outcome = inner.run_pending_migrations(POSTGRES).map(names);
            inner.batch_execute(&format!("SELECT pg_advisory_unlock({LOCK})"))?;
            outcome
        }
    }
}

/// Whether any step is still to be run.
pub fn pending(connection: &mut Conn) -> Result<bool, Failure> {
    match connection {
        Conn::Sqlite(inner) => inner.has_pending_migration(SQLITE),
        Conn::Postgres(inner) => inner.has_pending_migration(POSTGRES),
    }
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
