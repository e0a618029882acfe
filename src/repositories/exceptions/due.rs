//! Exceptions whose due times have passed, for the clock (DOMAIN 6.3). Each status is read by the index, so that what was
//! told already is not looked at again.

use crate::db::Conn;
use crate::db::schema::exceptions;
use crate::domain::id::Id;
use crate::domain::lifecycle::exception::ExceptionStatus;
use crate::domain::time::UtcTime;
use crate::each;
use crate::error::Result;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// Exceptions that nobody has planned in time, the longest overdue first, where that was not told yet.
pub fn to_plan(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Id>> {
    let untold = || sql::<Bool>("(exceptions.escalated_at IS NULL OR exceptions.escalated_at < exceptions.plan_due_at)");
    let late = || {
        exceptions::table
            .filter(exceptions::status.eq(ExceptionStatus::Reported))
            .filter(untold())
            .filter(exceptions::plan_due_at.lt(now))
            .order(exceptions::plan_due_at.asc())
            .limit(limit)
    };
    Ok(each!(conn, c => late().select(exceptions::id).load(c))?)
}

/// Open exceptions that were not put right in time, where that was not told yet.
pub fn to_resolve(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Id>> {
    let mut all = Vec::new();
    for status in ExceptionStatus::ALL.iter().filter(|status| status.is_open()) {
        all.extend(late_in_status(conn, *status, now, limit)?);
    }
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

fn late_in_status(conn: &mut Conn, status: ExceptionStatus, now: UtcTime, limit: i64) -> Result<Vec<Id>> {
    let untold = || sql::<Bool>("(exceptions.escalated_at IS NULL OR exceptions.escalated_at < exceptions.due_at)");
    let late = || {
        exceptions::table
            .filter(exceptions::status.eq(status))
            .filter(untold())
            .filter(exceptions::due_at.lt(now))
            .order(exceptions::due_at.asc())
            .limit(limit)
    };
    Ok(each!(conn, c => late().select(exceptions::id).load(c))?)
}
