//! What a row refers to exists. SQLite has a statement for it; on PostgreSQL each foreign key of
//! the catalogue is tried, since a restored or tampered table may break one unnoticed.

use super::Finding;
use crate::db::Conn;
use crate::domain::company::Company;
use crate::error::Result;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

#[derive(QueryableByName)]
struct Broken {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = BigInt)]
    rows: i64,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    child: String,
    #[diesel(sql_type = Text)]
    column: String,
    #[diesel(sql_type = Text)]
    parent: String,
    #[diesel(sql_type = Text)]
    target: String,
}

const SQLITE: &str = r#"SELECT "table" AS child, parent, COUNT(*) AS "rows" FROM pragma_foreign_key_check GROUP BY "table", parent"#;
/// Our foreign keys have one column each.
const POSTGRES_KEYS: &str = "SELECT conrelid::regclass::text AS child, a.attname::text AS column, confrelid::regclass::text AS parent, \
     b.attname::text AS target FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
     JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1] \
     WHERE c.contype = 'f' AND c.connamespace = current_schema()::regnamespace ORDER BY 1, 2";

/// See the module.
pub fn hold(conn: &mut Conn, _: &Company) -> Result<Vec<Finding>> {
    let broken = match conn {
        Conn::Sqlite(inner) => diesel::sql_query(SQLITE).load::<Broken>(inner)?,
        Conn::Postgres(inner) => {
            let keys: Vec<Key> = diesel::sql_query(POSTGRES_KEYS).load(inner)?;
            let mut broken = Vec::new();
            for Key { child, column, parent, target } in keys {
                // the names come from the catalogue, quoted by regclass
                let query = format!(
                    "SELECT '{child}' AS child, '{parent}' AS parent, COUNT(*) AS rows FROM {child} c \
                     WHERE c.\"{column}\" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM {parent} p WHERE p.\"{target}\" = c.\"{column}\")"
                );
                broken.extend(diesel::sql_query(query).load::<Broken>(inner)?);
            }
            broken
        }
    };
    let of_rows = |b: Broken| Finding::new("references", b.child, format!("{} rows refer to nothing in {}", b.rows, b.parent));
    Ok(broken.into_iter().filter(|b| b.rows > 0).map(of_rows).collect())
}
