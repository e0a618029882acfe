//! Changing what an exception says, without a step of the table.

use super::input::ExceptionAmendment;
use super::{check_money, describe, due, find_cause, find_led, find_person, overtaken, report, take_covered, tell, verdict};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::EventName;
use crate::domain::lifecycle::exception::MACHINE;
use crate::error::{Code, Problem, Result};
use crate::input::Patch;
use crate::repositories::exceptions::{self, Details, ExceptionRow};

/// Amends an exception under `If-Match`, as long as it is neither closed nor dismissed.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, `invalid_transition`, or what is
/// wrong with the patched values.
pub fn update(tx: &mut Tx, reference: &str, patch: &Patch) -> Result<ExceptionRow> {
    let before = find_led(tx, reference)?;
    tx.require_match(before.version)?;
    let current = ExceptionAmendment::of(&before);
    let said = patch.apply(&current)?;
    let mut problem = Problem::new(Code::ValidationFailed);
    check_money(&tx.company.base_currency, "/impact/amount", said.impact.amount, &mut problem);
    let owner_id = if said.owner == current.owner { before.owner_id } else { find_person(tx, "/owner", said.owner.as_deref(), &mut problem)? };
    let keeps_cause = said.cause_code == current.cause_code;
    let cause_code = if keeps_cause { said.cause_code } else { find_cause(tx, said.cause_code.as_deref(), before.kind, &mut problem)? };
    verdict(problem)?;
    if MACHINE.is_final(before.status) {
        return Err(Problem::invalid_transition::<&str>(before.status.as_str(), "update", &[]).into());
    }
    if before.status.is_open() && before.blocking && !said.blocking {
        let en = "A block ends when the exception is resolved or dismissed.";
        return Err(Problem::rule("DOMAIN 6.4", en, "异常解决或撤销后阻止才会解除。").into());
    }
    let (plan_due_at, due_at) = due::again(tx, &before, said.severity)?;
    let after = ExceptionRow {
        severity: said.severity,
        plan_due_at,
        due_at,
        department: said.department,
        owner_id,
        impact: Json(said.impact.stored()),
        cause: said.cause,
        blocking: said.blocking,
        cause_code,
        details: Json(Details { departments: said.departments, ..before.details.0.clone() }),
        ..before.clone()
    };
    let after = replace(tx, &before, after)?;
    due::tell_moved(tx, &before, &after)?;
    Ok(after)
}

/// Stores what was changed in an exception under the next version. Where that makes it stop its
/// orders, or no longer, they are told.
pub(super) fn replace(tx: &mut Tx, before: &ExceptionRow, after: ExceptionRow) -> Result<ExceptionRow> {
    let fields = changed(before, &after);
    if fields.is_empty() {
        return Ok(after);
    }
    let after = ExceptionRow { version: before.version + 1, updated_at: tx.now, ..after };
    let turned = before.status.is_open() && before.blocking != after.blocking;
    let orders = if turned { take_covered(tx, before.id)? } else { Vec::new() };
    if !exceptions::update(tx.conn, &after)? {
        return Err(overtaken(tx));
    }
    let event = describe(EventName::ExceptionUpdated, &after)
        .change("severity", before.severity.as_str(), after.severity.as_str())
        .change("blocking", before.blocking, after.blocking)
        .note("changed", fields.clone());
    let event = if fields.contains(&"departments") { event.with("departments", report::concerned(&after)) } else { event };
    tx.record(event)?;
    let name = if after.blocking { EventName::OrderExceptionReported } else { EventName::OrderExceptionSettled };
    tell(tx, &orders, name, &after)?;
    Ok(after)
}

/// The fields in which two states of an exception differ; not what they say (DECISIONS 13).
fn changed(before: &ExceptionRow, after: &ExceptionRow) -> Vec<&'static str> {
    let fields = [
        ("severity", before.severity != after.severity),
        ("department", before.department != after.department),
        ("owner", before.owner_id != after.owner_id),
        ("cause", before.cause != after.cause),
        ("cause_code", before.cause_code != after.cause_code),
        ("departments", before.details != after.details),
        ("impact", before.impact != after.impact),
        ("blocking", before.blocking != after.blocking),
        ("plan_due_at", before.plan_due_at != after.plan_due_at),
        ("due_at", before.due_at != after.due_at),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}
