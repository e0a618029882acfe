//! What all exceptions share that the system raises by itself: a rule of the company, the key by which they are found
//! again, and their end when the cause goes away and nobody has begun to act (DOMAIN 6.1).

use super::report::{Report, file};
use super::{resolve, take_order};
use crate::db::Tx;
use crate::domain::actor::Department;
use crate::domain::exception_rules::{ExceptionRule, Trigger, rule_of};
use crate::domain::id::Id;
use crate::domain::lifecycle::exception::{ExceptionEvent as Step, ExceptionStatus};
use crate::error::Result;
use crate::repositories::exceptions::{self, ExceptionRow, Impact};
use crate::repositories::orders::Order;
use crate::repositories::settings;
use std::slice;

/// What the system has seen.
pub(super) struct Seen {
    pub trigger: Trigger,
    /// By what an exception about it is found again.
    pub key: String,
    /// Whose it is to put right.
    pub department: Department,
    /// What is found, in the words of whoever reads the exception.
    pub cause: String,
    pub delay_days: Option<u32>,
}

impl Seen {
    pub(super) fn new(trigger: Trigger, key: String, cause: String) -> Self {
        Self { trigger, key, department: trigger.department(), cause, delay_days: None }
    }
}

/// The rule of what may be seen, where the company wants an exception to be raised.
pub(super) fn rule(tx: &mut Tx, trigger: Trigger) -> Result<Option<ExceptionRule>> {
    let (_, settings) = settings::load(tx.conn)?;
    Ok(rule_of(&settings.exception_rules, trigger).cloned())
}

/// Whether something is to be told: no open exception tells of it, and it is new, or all that told of it before ended by
/// themselves, which their results say.
pub(super) fn is_news(known: &[ExceptionRow], by_itself: &str, new: bool) -> bool {
    let ended_by_itself = |row: &ExceptionRow| row.result.as_deref() == Some(by_itself);
    !known.iter().any(|row| row.status.is_open()) && (new || known.iter().all(ended_by_itself))
}

/// Raises an exception over an order, where a rule says so.
pub(super) fn raise(tx: &mut Tx, order: Id, seen: Seen) -> Result<Option<ExceptionRow>> {
    let Some(rule) = rule(tx, seen.trigger)? else { return Ok(None) };
    raise_by(tx, order, &rule, seen).map(Some)
}

/// As [`raise`], by a rule that is known.
pub(super) fn raise_by(tx: &mut Tx, order: Id, rule: &ExceptionRule, seen: Seen) -> Result<ExceptionRow> {
    let report = Report {
        kind: rule.kind,
        severity: rule.severity,
        blocking: rule.blocking,
        occurred_at: None,
        discovered_at: tx.now,
        due_at: None,
        department: Some(seen.department),
        owner: None,
        cause: seen.cause,
        impact: Impact { customers: Some(1), delay_days: seen.delay_days, ..Impact::default() },
        raised_for: Some(seen.key),
        customer_note: None,
        cause_code: None,
        departments: Vec::new(),
    };
    let order = take_order(tx, order)?;
    file(tx, slice::from_ref(&order), report)
}

/// Ends those that nobody has begun to act on; one into which others were merged is left to people.
pub(super) fn end(tx: &mut Tx, order: Id, known: &[ExceptionRow], event: Step, result: &str) -> Result<()> {
    for row in known.iter().filter(|row| row.status == ExceptionStatus::Reported) {
        if exceptions::links(tx.conn, row.id)? != [order] {
            continue;
        }
        let order: Order = take_order(tx, order)?;
        resolve::settle(tx, slice::from_ref(&order), row, event, |row| row.result = Some(result.to_owned()), |event| event)?;
    }
    Ok(())
}
