//! Answers kept under a caller's key, so that a repeated request does nothing twice (BEHAVIOUR 3).

use crate::db::Conn;
use crate::db::cached::Cache;
use crate::db::schema::idempotency_keys::{self, dsl};
use crate::db::types::Json;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, insert_row};
use diesel::prelude::*;

/// A kept answer.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys, treat_none_as_default_value = false)]
pub struct Kept {
    pub caller: String,
    pub key: String,
    pub fingerprint: Vec<u8>,
    pub operation: String,
    pub status: i32,
    pub headers: Json<Vec<(String, String)>>,
    pub body: Vec<u8>,
    pub created_at: UtcTime,
}

/// What was answered to a caller under a key.
pub fn find(conn: &mut Conn, caller: &str, key: &str) -> Result<Option<Kept>> {
    Ok(each!(conn, c => dsl::idempotency_keys.filter(dsl::caller.eq(caller).and(dsl::key.eq(key))).select(Kept::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Keeps an answer.
pub fn insert(conn: &mut Conn, kept: &Kept) -> Result<()> {
    insert_row!(conn, idempotency_keys, kept)?;
    Ok(())
}

/// Forgets answers older than an instant; gives how many.
pub fn delete_before(conn: &mut Conn, instant: UtcTime) -> Result<usize> {
    Ok(each!(conn, c => diesel::delete(dsl::idempotency_keys.filter(dsl::created_at.lt(instant))).fixed(here!()).execute(c))?)
}
