//! The shortage that the system sees by itself: stock that is missing at reservation (DOMAIN 6.1).

use super::report::{Report, file};
use super::{amend, facts, raising, resolve, take_order};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::exception_rules::{ExceptionRule, Trigger};
use crate::domain::id::Id;
use crate::domain::lifecycle::exception::{ExceptionEvent as Step, ExceptionKind, ExceptionStatus, MACHINE};
use crate::domain::lifecycle::order::State;
use crate::domain::stock::Shortage;
use crate::error::Result;
use crate::repositories::exceptions::{self, ExceptionRow, Impact};
use crate::repositories::orders::{Order, parts};
use std::slice;

/// How many lines a text names; the order itself shows the rest.
const NAMED: usize = 15;

/// Tells that an order's stock is short, which stops the order unless the company's rule says otherwise. Where an open
/// shortage covers this order only, it is amended instead; the cause that a person gave stays.
///
/// # Errors
/// Those of the database.
pub fn report_shortage(tx: &mut Tx, order: Id, short: &[Shortage]) -> Result<()> {
    let order = take_order(tx, order)?;
    let (cause, note) = (format!("Not enough stock: {}.", listed(short)), format!("Missing: {}.", listed(short)));
    // what may leave in parts is not stopped by what is missing
    let in_parts = parts::delivery(tx.conn, order.id)?.in_parts;
    let rule = raising::rule(tx, Trigger::Shortage)?.map(|rule| ExceptionRule { blocking: rule.blocking && !in_parts, ..rule });
    let Some(before) = own_shortages(tx, order.id)?.into_iter().next() else {
        let Some(rule) = rule else { return Ok(()) };
        let told = exceptions::open_of_kind(tx.conn, order.id, ExceptionKind::StockShortage)?;
        if told.iter().any(|row| row.blocking || !rule.blocking) {
            return Ok(()); // one that others were merged into tells of it
        }
        let report = shortage(tx, &rule, cause, note);
        return file(tx, slice::from_ref(&order), report).map(drop);
    };
    let impact = Json(Impact { note, ..before.impact.0.clone() });
    let cause = if before.reported_by_id.is_none() { cause } else { before.cause.clone() };
    let stands = before.blocking && !(in_parts && before.reported_by_id.is_none());
    let blocking = stands || rule.is_some_and(|rule| rule.blocking);
    let after = ExceptionRow { cause, impact, blocking, ..before.clone() };
    if after == before { Ok(()) } else { amend::replace(tx, &before, after).map(drop) }
}

fn shortage(tx: &Tx, rule: &ExceptionRule, cause: String, note: String) -> Report {
    Report {
        kind: rule.kind,
        severity: rule.severity,
        blocking: rule.blocking,
        occurred_at: Some(tx.now),
        discovered_at: tx.now,
        due_at: None,
        department: Some(rule.when.department()),
        owner: None,
        cause,
        impact: Impact { customers: Some(1), note, ..Impact::default() },
        raised_for: None,
        customer_note: None,
        cause_code: None,
        departments: Vec::new(),
    }
}

/// What is missing of each line, by SKU, or by name where the line has none.
fn listed(short: &[Shortage]) -> String {
    let line = |short: &Shortage| {
        let goods = if short.sku.is_empty() { &short.name } else { &short.sku };
        format!("{} of {goods} (line {})", short.missing.short(), short.position)
    };
    let mut ordered: Vec<&Shortage> = short.iter().collect();
    ordered.sort_by_key(|short| short.position);
    let mut parts: Vec<String> = ordered.into_iter().take(NAMED).map(line).collect();
    if short.len() > NAMED {
        parts.push(format!("{} more lines", short.len() - NAMED));
    }
    parts.join(", ")
}

/// The open shortages that cover this order and no other, oldest first.
fn own_shortages(tx: &mut Tx, order: Id) -> Result<Vec<ExceptionRow>> {
    let mut own = Vec::new();
    for row in exceptions::open_of_kind(tx.conn, order, ExceptionKind::StockShortage)? {
        if exceptions::links(tx.conn, row.id)? == [order] {
            own.push(row);
        }
    }
    Ok(own)
}

/// Ends the open shortages that cover this order only: everything is reserved now, or the order
/// was cancelled and needs nothing any more. What the table does not allow yet, such as while a
/// plan that costs money waits for its approval, is left to people (DECISIONS 6).
///
/// # Errors
/// Those of the database.
pub fn settle_shortage(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take_order(tx, order)?;
    let (event, result) = why_settled(&order);
    for row in own_shortages(tx, order.id)? {
        let acts = row.plan.as_ref().is_some_and(|Json(plan)| !plan.actions.is_empty());
        if acts && row.status == ExceptionStatus::Resolving {
            continue; // it ends with its plan
        }
        if MACHINE.next(row.status, event, &facts(row.plan.as_ref())).is_ok() {
            resolve::settle(tx, slice::from_ref(&order), &row, event, |row| row.result = Some(result.to_owned()), |event| event)?;
        }
    }
    Ok(())
}

fn why_settled(order: &Order) -> (Step, &'static str) {
    match order.state {
        State::Cancelled => (Step::Dismiss, "The order was cancelled."),
        _ => (Step::Resolve, "Everything is reserved."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::Amount;

    fn short(sku: &str, missing: i32) -> Shortage {
        Shortage { line_id: Id::from_parts(0, [0; 10]), position: 1, sku: sku.into(), name: "Desk".into(), missing: Amount::units(missing) }
    }

    #[test]
    fn a_shortage_names_what_is_missing_of_each_line() {
        assert_eq!(listed(&[short("PEN-05", 20), short("", 1)]), "20 of PEN-05 (line 1), 1 of Desk (line 1)");
    }

    #[test]
    fn a_text_can_be_amended_however_many_lines_are_short() {
        let long: Vec<Shortage> = (0..200).map(|_| short(&"X".repeat(200), i32::MAX)).collect();
        let text = listed(&long);
        assert!(text.ends_with(", 185 more lines") && text.len() < 3900);
    }
}
