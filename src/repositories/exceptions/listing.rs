//! Lists of exceptions: each status of a filter is read by its own index, and the few rows are merged.

use super::ExceptionRow;
use crate::db::schema::{exception_orders, exceptions};
use crate::db::{Conn, MultiBackend};
use crate::domain::actor::Department;
use crate::domain::id::Id;
use crate::domain::lifecycle::exception::{ExceptionKind, ExceptionStatus, Severity};
use crate::domain::time::UtcTime;
use crate::error::Result;
use diesel::prelude::*;

/// Which exceptions a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExceptionFilter {
    /// Any of these; all where empty.
    pub statuses: Vec<ExceptionStatus>,
    pub kind: Option<ExceptionKind>,
    pub order: Option<Id>,
    pub blocking: Option<bool>,
    pub severity: Option<Severity>,
    /// The one that is to put it right.
    pub department: Option<Department>,
    pub owner: Option<Id>,
    /// The code of its cause.
    pub cause: Option<String>,
    pub late_report: Option<bool>,
    /// Reported at this instant or later.
    pub reported_from: Option<UtcTime>,
    /// Reported before this instant.
    pub reported_to: Option<UtcTime>,
}

type Matching = exceptions::BoxedQuery<'static, MultiBackend>;

fn matching(filter: &ExceptionFilter, status: Option<ExceptionStatus>) -> Matching {
    let mut query = exceptions::table.into_boxed::<MultiBackend>();
    if let Some(status) = status {
        query = query.filter(exceptions::status.eq(status));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(exceptions::kind.eq(kind));
    }
    if let Some(blocking) = filter.blocking {
        query = query.filter(exceptions::blocking.eq(blocking));
    }
    if let Some(order) = filter.order {
        let linked = exception_orders::table.filter(exception_orders::order_id.eq(order)).select(exception_orders::exception_id);
        query = query.filter(exceptions::id.eq_any(linked));
    }
    by_record(query, filter)
}

/// What is asked of what was recorded.
fn by_record(mut query: Matching, filter: &ExceptionFilter) -> Matching {
    if let Some(severity) = filter.severity {
        query = query.filter(exceptions::severity.eq(severity));
    }
    if let Some(department) = filter.department {
        query = query.filter(exceptions::department.eq(department));
    }
    if let Some(owner) = filter.owner {
        query = query.filter(exceptions::owner_id.eq(owner));
    }
    if let Some(cause) = &filter.cause {
        query = query.filter(exceptions::cause_code.eq(cause.clone()));
    }
    if let Some(late) = filter.late_report {
        query = query.filter(exceptions::late_report.eq(late));
    }
    if let Some(at) = filter.reported_from {
        query = query.filter(exceptions::reported_at.ge(at)).filter(exceptions::id.ge(Id::first_at(at)));
    }
    if let Some(at) = filter.reported_to {
        query = query.filter(exceptions::reported_at.lt(at)).filter(exceptions::id.le(Id::last_at(at)));
    }
    query
}

fn list_in_status(
    conn: &mut Conn,
    filter: &ExceptionFilter,
    status: Option<ExceptionStatus>,
    before: Option<Id>,
    limit: i64,
) -> Result<Vec<ExceptionRow>> {
    let mut query = matching(filter, status);
    if let Some(id) = before {
        query = query.filter(exceptions::id.lt(id));
    }
    Ok(query.order(exceptions::id.desc()).limit(limit).select(ExceptionRow::as_select()).load(conn)?)
}

/// Exceptions that match, newest first, made before a given one. Each status is read by its own
/// index and the few rows are merged.
pub fn list(conn: &mut Conn, filter: &ExceptionFilter, before: Option<Id>, limit: i64) -> Result<Vec<ExceptionRow>> {
    if filter.statuses.is_empty() {
        return list_in_status(conn, filter, None, before, limit);
    }
    let mut all = Vec::new();
    for status in &filter.statuses {
        all.extend(list_in_status(conn, filter, Some(*status), before, limit)?);
    }
    all.sort_by_key(|row| std::cmp::Reverse(row.id));
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}
