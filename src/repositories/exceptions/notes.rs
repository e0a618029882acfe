//! What people note about exceptions on the way: comments and meetings (DOMAIN 6.2, 6.3).

use crate::db::schema::exception_notes::{self, dsl};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend};
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::each;
use crate::error::Result;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// A meeting about an exception, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meeting {
    pub held_at: UtcTime,
    pub attendees: Vec<String>,
    pub decision: String,
}

/// What somebody noted about an exception.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = exception_notes, treat_none_as_default_value = false)]
pub struct ExceptionNote {
    pub id: Id,
    pub exception_id: Id,
    pub text: String,
    pub meeting: Option<Json<Meeting>>,
    /// The files that it points to, of the exception or of one of its orders.
    pub files: Json<Vec<Id>>,
    pub actor_label: String,
    pub created_at: UtcTime,
}

/// An exception's notes, newest first, made before a given one.
pub fn notes_of(conn: &mut Conn, exception: Id, before: Option<Id>, limit: i64) -> Result<Vec<ExceptionNote>> {
    let query = dsl::exception_notes.filter(dsl::exception_id.eq(exception)).filter(dsl::id.lt(before.unwrap_or(Id::LAST)));
    Ok(query.order(dsl::id.desc()).limit(limit).select(ExceptionNote::as_select()).into_boxed::<MultiBackend>().load(conn)?)
}

/// How many notes an exception has.
pub fn count(conn: &mut Conn, exception: Id) -> Result<i64> {
    Ok(each!(conn, c => dsl::exception_notes.filter(dsl::exception_id.eq(exception)).count().get_result(c))?)
}

/// Stores a note.
pub fn insert(conn: &mut Conn, note: &ExceptionNote) -> Result<()> {
    each!(conn, c => diesel::insert_into(dsl::exception_notes).values(note).execute(c))?;
    Ok(())
}
