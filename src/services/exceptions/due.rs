//! Until when an exception is to be planned and resolved, and what is told when that passes (DOMAIN 6.3, DECISIONS 36).

use super::{describe, overtaken};
use crate::db::Tx;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::exception::Severity;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::exceptions::{self, ExceptionRow};
use crate::repositories::settings;

/// Until when an exception is to be planned and resolved if it is as bad as this. A time that was not reckoned by the hours
/// of how bad it was, since a person gave it, stays.
pub(super) fn again(tx: &mut Tx, before: &ExceptionRow, severity: Severity) -> Result<(Option<UtcTime>, Option<UtcTime>)> {
    if severity == before.severity {
        return Ok((before.plan_due_at, before.due_at));
    }
    let (_, settings) = settings::load(tx.conn)?;
    let (was, is) = (settings.exception_hours.of(before.severity), settings.exception_hours.of(severity));
    let reckoned = before.due_at.is_none() || before.due_at == was.resolve_due(before.discovered_at);
    let due_at = if reckoned { is.resolve_due(before.discovered_at) } else { before.due_at };
    Ok((is.plan_due(before.discovered_at), due_at))
}

/// A due time that was not told of yet may have moved to before something that was told: then the clock would not tell of it,
/// and it is told here.
pub(super) fn tell_moved(tx: &mut Tx, before: &ExceptionRow, after: &ExceptionRow) -> Result<()> {
    let Some(told) = before.escalated_at else { return Ok(()) };
    let times = [
        ("plan", before.plan_due_at, after.plan_due_at, after.is_late_to_plan(tx.now)),
        ("resolve", before.due_at, after.due_at, after.is_late_to_resolve(tx.now)),
    ];
    for (what, was, is, late) in times {
        let untold = was.is_none_or(|was| was > told);
        if let Some(due_at) = is.filter(|is| late && untold && *is <= told) {
            tx.record(describe(EventName::ExceptionOverdue, after).with("due", what).note("due_at", due_at.text()))?;
        }
    }
    Ok(())
}

/// Tells that an exception was not planned, or not resolved, in time, once for each of the two times; from then on the
/// operations head leads it as well. Gives whether anything was told.
///
/// # Errors
/// Those of the database.
pub fn escalate(tx: &mut Tx, id: Id) -> Result<bool> {
    let Some(row) = exceptions::find(tx.conn, id)? else { return Ok(false) };
    let untold = |due: &UtcTime| row.escalated_at.is_none_or(|told| told < *due);
    let plan = row.plan_due_at.filter(|_| row.is_late_to_plan(tx.now)).filter(untold);
    let resolve = row.due_at.filter(|_| row.is_late_to_resolve(tx.now)).filter(untold);
    if plan.is_none() && resolve.is_none() {
        return Ok(false);
    }
    let after = ExceptionRow { escalated_at: Some(tx.now), version: row.version + 1, updated_at: tx.now, ..row.clone() };
    if !exceptions::set_status(tx.conn, row.status, &after)? {
        return Err(overtaken(tx));
    }
    for (what, due_at) in [("plan", plan), ("resolve", resolve)] {
        if let Some(due_at) = due_at {
            tx.record(describe(EventName::ExceptionOverdue, &after).with("due", what).note("due_at", due_at.text()))?;
        }
    }
    Ok(true)
}
