//! The schema's steps, embedded in the binary: twins for the two databases, run at start and by
//! `docket migrate`. Must not know what the tables mean.

use crate::db::connection::Conn;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::prelude::*;
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

/// Whether any step is still to be run; asks without writing, so that a reader may. Where none ever
/// ran it is an error.
pub fn pending(connection: &mut Conn) -> QueryResult<bool> {
    let known = match connection {
        Conn::Sqlite(_) => versions::<diesel::sqlite::Sqlite>(&SQLITE)?,
        Conn::Postgres(_) => versions::<diesel::pg::Pg>(&POSTGRES)?,
    };
    let run: Vec<Version> = crate::each!(connection, c => diesel::sql_query("SELECT version FROM __diesel_schema_migrations").load(c))?;
    Ok(known.iter().any(|version| !run.iter().any(|row| row.version == *version)))
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = diesel::sql_types::Text)]
    version: String,
}

fn versions<DB: diesel::backend::Backend>(source: &EmbeddedMigrations) -> QueryResult<Vec<String>> {
    let steps = MigrationSource::<DB>::migrations(source).map_err(diesel::result::Error::QueryBuilderError)?;
    Ok(steps.iter().map(|step| step.name().version().to_string()).collect())
}

fn names(versions: Vec<diesel::migration::MigrationVersion<'_>>) -> Vec<String> {
    versions.iter().map(ToString::to_string).collect()
}
