//! A PostgreSQL database for each test, copied from a template that is migrated once per server.
//! `DOCKET_TEST_POSTGRES_URL` names a database (any) on that server whose user may make others.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use docket::db::Target;
use docket::db::clock::random;
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::OnceLock;

/// Processes that test at once take turns at making the template.
const TEMPLATE_LOCK: i64 = 0x7465_6d70;

/// A database that is dropped with this value.
pub struct Database {
    server: String,
    name: String,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

impl Database {
    /// Makes a database with the schema in it.
    pub fn create(server: &str) -> Self {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| template(server));
        let name = format!("docket_test_{}", hex::encode(random::<8>()));
        run(&mut connect(server), &format!("CREATE DATABASE {name} TEMPLATE {template}"));
        Self { server: server.to_owned(), name }
    }

    /// Where it is.
    pub fn url(&self) -> String {
        url_of(&self.server, &self.name)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // a server that is gone has taken its databases with it
        if let Ok(mut connection) = PgConnection::establish(&self.server) {
            let _ = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        }
    }
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap_or_else(|error| panic!("DOCKET_TEST_POSTGRES_URL: {error}"))
}

fn run(connection: &mut PgConnection, statement: &str) {
    connection.batch_execute(statement).unwrap_or_else(|error| panic!("{statement}: {error}"));
}

/// The URL of another database on the same server.
fn url_of(server: &str, name: &str) -> String {
    let (path, query) = server.split_once('?').map_or((server, String::new()), |(path, query)| (path, format!("?{query}")));
    let (head, _) = path.rsplit_once('/').expect("the URL names a database");
    format!("{head}/{name}{query}")
}

/// Finds or makes the migrated template; its name changes with the migrations.
fn template(server: &str) -> String {
    let name = format!("docket_template_{}", migrations_hash());
    let mut connection = connect(server);
    run(&mut connection, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})"));
    let there = diesel::sql_query(format!("SELECT count(*) AS value FROM pg_database WHERE datname = '{name}'"));
    if there.get_result::<Number>(&mut connection).expect("the server lists its databases").value == 0 {
        let unfinished = format!("{name}_unfinished");
        run(&mut connection, &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"));
        run(&mut connection, &format!("CREATE DATABASE {unfinished}"));
        let migrated = Target::Postgres(url_of(server, &unfinished)).open_migrated();
        drop(migrated.unwrap_or_else(|error| panic!("the migrations run: {error}")));
        run(&mut connection, &format!("ALTER DATABASE {unfinished} RENAME TO {name}"));
    }
    run(&mut connection, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})"));
    name
}

fn migrations_hash() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let steps = std::fs::read_dir(&folder).expect("the migrations are there");
    let mut steps: Vec<_> = steps.map(|step| step.expect("a folder can be listed").path()).collect();
    steps.sort();
    let mut hasher = Sha256::new();
    for step in steps {
        hasher.update(std::fs::read(step.join("up.sql")).expect("a migration has an up.sql"));
    }
    hex::encode(&hasher.finalize()[..6])
}
