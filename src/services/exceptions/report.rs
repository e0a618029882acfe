//! An exception comes in: its report is checked, its orders are taken, it gets a number
//! (DOMAIN 6.2, 6.7).

use super::input::ExceptionInput;
use super::{check_money, describe, find_cause, find_person, flaw, impact, tell, verdict};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Department;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::{ExceptionKind, ExceptionStatus, Severity};
use crate::domain::number::{EXCEPTION_PATTERN, counter_name, format_number};
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::repositories::exceptions::{self, Details, ExceptionRow, Impact};
use crate::repositories::orders::{self, Order};
use crate::repositories::settings;
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// A report that was checked.
pub(super) struct Report {
    pub kind: ExceptionKind,
    pub severity: Severity,
    pub blocking: bool,
    pub occurred_at: Option<UtcTime>,
    pub discovered_at: UtcTime,
    pub due_at: Option<UtcTime>,
    pub department: Option<Department>,
    pub owner: Option<Id>,
    pub cause: String,
    pub impact: Impact,
    /// What the system raises it for; it is found again by that.
    pub raised_for: Option<String>,
    pub customer_note: Option<String>,
    /// Of the catalogue.
    pub cause_code: Option<String>,
    /// Who is concerned beside the department that is to put it right.
    pub departments: Vec<Department>,
}

/// Reports an exception over any number of orders.
///
/// # Errors
/// `validation_failed` naming what does not fit or is not known.
pub fn report(tx: &mut Tx, said: &ExceptionInput) -> Result<ExceptionRow> {
    let mut problem = Problem::new(Code::ValidationFailed);
    let discovered_at = said.discovered_at.unwrap_or(tx.now);
    check_times(said.occurred_at, discovered_at, tx.now, &mut problem);
    check_money(&tx.company.base_currency, "/impact/amount", said.impact.amount, &mut problem);
    let owner = find_person(tx, "/owner", said.owner.as_deref(), &mut problem)?;
    let cause_code = find_cause(tx, said.cause_code.as_deref(), said.kind, &mut problem)?;
    let orders = take_named(tx, &said.order_ids, &mut problem)?;
    verdict(problem)?;
    let report = Report {
        kind: said.kind,
        severity: said.severity,
        blocking: said.blocking,
        occurred_at: said.occurred_at,
        discovered_at,
        due_at: said.due_at,
        department: said.department,
        owner,
        cause: said.cause.clone(),
        impact: said.impact.stored(),
        raised_for: None,
        customer_note: said.customer_note.clone(),
        cause_code,
        departments: said.departments.clone(),
    };
    file(tx, &orders, report)
}

fn check_times(occurred: Option<UtcTime>, discovered: UtcTime, now: UtcTime, problem: &mut Problem) {
    if discovered.is_ahead_of(now) {
        flaw(problem, "/discovered_at", "in_future", "must not lie in the future", "不得晚于当前时间");
    }
    if occurred.is_some_and(|occurred| occurred > discovered) {
        flaw(problem, "/occurred_at", "after_discovery", "must not be after the discovery", "不得晚于发现时间");
    }
}

/// Why a named order cannot be covered: code and sentences.
const UNKNOWN: (&str, &str, &str) = ("unknown", "there is no such order", "没有该订单");
const REPEATED: (&str, &str, &str) = ("repeated", "names an order a second time", "重复的订单");

/// Takes the orders that a report names, in ascending order of id (DECISIONS 5).
fn take_named(tx: &mut Tx, named: &[String], problem: &mut Problem) -> Result<Vec<Order>> {
    let mut refuse = |at: usize, (code, en, zh)| flaw(problem, &format!("/order_ids/{at}"), code, en, zh);
    let mut places: BTreeMap<Id, usize> = BTreeMap::new();
    for (at, text) in named.iter().enumerate() {
        match orders::resolve(tx.conn, text)? {
            None => refuse(at, UNKNOWN),
            Some(id) if places.contains_key(&id) => refuse(at, REPEATED),
            Some(id) => {
                places.insert(id, at);
            }
        }
    }
    let mut taken = Vec::with_capacity(places.len());
    for (id, at) in places {
        match orders::take(tx, id)? {
            None => refuse(at, UNKNOWN),
            Some(order) => taken.push(order),
        }
    }
    Ok(taken)
}

/// Whether a report came later after the discovery than it should (DOMAIN 6.2).
fn is_late(discovered: UtcTime, reported: UtcTime, within_minutes: u32) -> bool {
    reported > discovered.plus(TimeDelta::minutes(i64::from(within_minutes)))
}

fn next_number(tx: &mut Tx) -> Result<String> {
    let month = tx.company.zone.local_month(tx.now.utc());
    let running = settings::next_number(tx.conn, &counter_name("exception", month))?;
    Ok(format_number(EXCEPTION_PATTERN, month, running))
}

/// Stores an exception over orders that were taken, and tells of it.
pub(super) fn file(tx: &mut Tx, orders: &[Order], report: Report) -> Result<ExceptionRow> {
    let (_, settings) = settings::load(tx.conn)?;
    let hours = settings.exception_hours.of(report.severity);
    let reckoned = impact::reckon(tx, orders)?;
    let row = ExceptionRow {
        id: tx.new_id(),
        number: next_number(tx)?,
        version: 1,
        kind: report.kind,
        severity: report.severity,
        status: ExceptionStatus::Reported,
        blocking: report.blocking,
        occurred_at: report.occurred_at,
        discovered_at: report.discovered_at,
        reported_at: tx.now,
        late_report: is_late(report.discovered_at, tx.now, settings.report_within_minutes),
        due_at: report.due_at.or(hours.resolve_due(report.discovered_at)),
        department: report.department,
        owner_id: report.owner,
        reported_by_id: tx.actor.user_id(),
        reported_by_label: tx.actor.label.clone(),
        cause: report.cause,
        impact: Json(impact::filled(report.impact, reckoned.clone())),
        plan: None,
        result: None,
        prevention: None,
        duplicate_of_id: None,
        resolved_at: None,
        closed_at: None,
        created_at: tx.now,
        updated_at: tx.now,
        raised_for: report.raised_for,
        customer_note: report.customer_note,
        plan_due_at: hours.plan_due(report.discovered_at),
        escalated_at: None,
        cause_code: report.cause_code,
        details: Json(Details { departments: report.departments, reckoned: Some(reckoned), ..Details::default() }),
    };
    let covered: Vec<Id> = orders.iter().map(|order| order.id).collect();
    exceptions::insert(tx.conn, &row, &covered)?;
    let named: Vec<String> = covered.iter().map(|id| id.text(Kind::Order)).collect();
    let event = describe(EventName::ExceptionReported, &row).with("order_ids", named).note("severity", row.severity.as_str());
    let event = event.with("departments", concerned(&row)).note("cause_code", row.cause_code.clone());
    tx.record(event.note("blocking", row.blocking).note("late_report", row.late_report))?;
    tell(tx, orders, EventName::OrderExceptionReported, &row)?;
    Ok(row)
}

/// The departments that are told of an exception: the one that is to put it right, and those concerned beside it, each
/// once (DOMAIN 6.3).
pub(super) fn concerned(row: &ExceptionRow) -> Vec<&'static str> {
    let others = row.details.0.departments.iter().copied().filter(|other| Some(*other) != row.department);
    row.department.into_iter().chain(others).map(Department::as_str).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> UtcTime {
        UtcTime::from_micros(minutes * 60_000_000).unwrap()
    }

    #[test]
    fn a_report_is_late_once_its_time_is_over() {
        // DOMAIN 6.2
        assert!(!is_late(at(0), at(60), 60));
        assert!(is_late(at(0), at(60).plus(TimeDelta::microseconds(1)), 60));
        assert!(!is_late(at(3), at(0), 0));
    }

    #[test]
    fn nothing_is_discovered_before_it_happens_nor_tomorrow() {
        let flaws = |occurred: Option<i64>, discovered: i64| {
            let mut problem = Problem::new(Code::ValidationFailed);
            check_times(occurred.map(at), at(discovered), at(100), &mut problem);
            problem.errors.into_iter().map(|error| error.pointer).collect::<Vec<_>>()
        };
        assert!(flaws(None, 105).is_empty() && flaws(Some(100), 100).is_empty());
        assert_eq!(flaws(Some(101), 100), ["/occurred_at"]);
        assert_eq!(flaws(Some(107), 106), ["/discovered_at", "/occurred_at"]);
    }
}
