//! That Docket's own connections do not weaken what the database promises of a commit.

use crate::support::{TestApp, block_on, on_every_store};
use diesel::prelude::*;
use diesel::sql_types::Text;
use docket::db::{Conn, Target};

#[derive(Debug, PartialEq, Eq, QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
    /// Who set it.
    #[diesel(sql_type = Text)]
    source: String,
}

const SQLITE: &str = "SELECT CAST(synchronous AS TEXT) AS value, journal_mode AS source FROM pragma_synchronous, pragma_journal_mode";
const POSTGRES: &str = "SELECT setting AS value, source FROM pg_settings WHERE name = 'synchronous_commit'";

fn ask(conn: &mut Conn) -> Setting {
    let query = if matches!(conn, Conn::Sqlite(_)) { SQLITE } else { POSTGRES };
    docket::each!(conn, c => diesel::sql_query(query).get_result(c)).expect("a setting can be read")
}

/// What holds within a transaction of a write.
fn in_a_write(app: &TestApp) -> Setting {
    block_on(app.app.database.write(|conn| Ok(ask(conn)))).expect("the store answers")
}

#[test]
fn a_commit_waits_for_the_disk_as_the_database_says() {
    // BEHAVIOUR 10
    on_every_store(|app| match &app.app.config.database {
        Target::Sqlite(_) => assert_eq!(in_a_write(app), Setting { value: "2".to_owned(), source: "wal".to_owned() }),
        Target::Postgres(url) => {
            let default = ask(&mut Conn::Postgres(PgConnection::establish(url).expect("the server listens")));
            assert_ne!(default.source, "session");
            assert_eq!(in_a_write(app), default, "it is the server's business and nobody else's");
        }
    });
}
