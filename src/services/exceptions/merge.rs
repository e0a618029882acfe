//! An exception that repeats another one is merged into it: its orders are covered by that from then on (DOMAIN 6.2,
//! DECISIONS 26). What stands is not broken: a plan that is being carried out takes no further orders, and one that was
//! only made has to be made again.

use super::{describe, find, find_led, impact, overtaken, refuse_stranger, resolve, take_order, tell};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::ExceptionStatus;
use crate::error::{Problem, Result};
use crate::repositories::exceptions::{self, Decision, Details, ExceptionRow, Plan, Planned};
use crate::repositories::orders::Order;
use std::collections::BTreeSet;

/// How many orders an exception covers at most (DECISIONS 30).
const MOST_ORDERS: usize = 200;

/// What is to be dismissed now.
pub(super) struct Merged {
    /// The exception that repeats the other one, and its orders, which were taken.
    pub row: ExceptionRow,
    pub orders: Vec<Order>,
    /// The other one.
    pub into: Id,
}

/// Lets another exception cover the orders of the one that a path names. The orders of both are taken before anything is
/// written, in ascending order of id (DECISIONS 5).
pub(super) fn merge(tx: &mut Tx, reference: &str, original: &str) -> Result<Merged> {
    let (repeats, into) = (find_led(tx, reference)?, other(tx, reference, original)?);
    let own = exceptions::links(tx.conn, repeats.id)?;
    let mut taken = Vec::new();
    for id in own.iter().copied().chain(exceptions::links(tx.conn, into.id)?).collect::<BTreeSet<Id>>() {
        taken.push(take_order(tx, id)?);
    }
    let row = resolve::again(tx, repeats.id)?;
    tx.check_match(row.version)?;
    resolve::refuse_more(tx, row.id, own.len())?;
    let orders: Vec<Order> = taken.iter().filter(|order| own.contains(&order.id)).cloned().collect();
    let into = resolve::again(tx, into.id)?;
    if into.status == ExceptionStatus::Dismissed {
        return Err(overtaken(tx));
    }
    if row.status.is_open() {
        extend(tx, &into, &row, &orders, &taken)?;
    }
    Ok(Merged { row, orders, into: into.id })
}

/// The exception that another one repeats: not itself, nor one that was dismissed.
fn other(tx: &mut Tx, reference: &str, original: &str) -> Result<ExceptionRow> {
    let own = find(tx, reference)?.id;
    let found = exceptions::find_by_ref(tx.conn, original)?.filter(|other| other.id != own && other.status != ExceptionStatus::Dismissed);
    let missing = || Problem::invalid("/duplicate_of", "unknown", "there is no such other exception that stands", "没有该有效的其他异常");
    Ok(found.ok_or_else(missing)?)
}

/// Adds to an exception what it does not cover yet of the orders of another one; all that either covers was taken.
fn extend(tx: &mut Tx, before: &ExceptionRow, merged: &ExceptionRow, orders: &[Order], taken: &[Order]) -> Result<()> {
    let known: BTreeSet<Id> = exceptions::links(tx.conn, before.id)?.into_iter().collect();
    if !known.iter().all(|id| tx.taken(*id).is_some()) {
        return Err(overtaken(tx)); // another one was merged into it meanwhile
    }
    let added: Vec<Order> = orders.iter().filter(|order| !known.contains(&order.id)).cloned().collect();
    if added.is_empty() {
        return Ok(());
    }
    refuse_stranger(tx, before)?;
    refuse(before, known.len() + added.len())?;
    let covered: Vec<Order> = taken.iter().filter(|order| known.contains(&order.id)).cloned().collect();
    let was = match before.details.0.reckoned.clone() {
        Some(reckoned) => reckoned,
        None => impact::reckon(tx, &covered)?, // of before that was noted
    };
    let whole: Vec<Order> = covered.iter().chain(&added).cloned().collect();
    let is = impact::reckon(tx, &whole)?;
    let plan = before.plan.clone().map(|Json(plan)| Json(again(tx, plan, &merged.number)));
    let must_plan = plan != before.plan;
    let impact = Json(impact::renewed(&before.impact.0, &was, is.clone()));
    let details = Json(Details { reckoned: Some(is), ..before.details.0.clone() });
    let after = ExceptionRow { plan, impact, details, version: before.version + 1, updated_at: tx.now, ..before.clone() };
    let ids: Vec<Id> = added.iter().map(|order| order.id).collect();
    if !exceptions::extend(tx.conn, &after, &ids)? {
        return Err(overtaken(tx));
    }
    let named: Vec<String> = ids.iter().map(|id| id.text(Kind::Order)).collect();
    let event = describe(EventName::ExceptionUpdated, &after).with("order_ids", named).note("merged", merged.number.clone());
    tx.record(event.note("changed", vec!["orders"]).note("plan_again", must_plan))?;
    tell(tx, &added, EventName::OrderExceptionMerged, &after)
}

/// Why an exception takes no further orders.
fn refuse(row: &ExceptionRow, orders: usize) -> Result<()> {
    // what a plan has done, it has done for the orders that were covered then
    let begun = row.plan.as_ref().is_some_and(|Json(plan)| plan.actions.iter().any(Planned::is_begun));
    if begun || !matches!(row.status, ExceptionStatus::Reported | ExceptionStatus::Planning) {
        let number = &row.number;
        let problem = Problem::invalid_transition::<&str>(row.status.as_str(), "merge", &[]).with("original", number.clone());
        let en = format!("{number} takes no further orders: what is to be done about it is being done, or was done.");
        return Err(problem.detail(en, format!("{number} 的方案正在执行或已执行，不能再纳入其他订单。")).into());
    }
    if orders > MOST_ORDERS {
        let (en, zh) = (format!("An exception covers at most {MOST_ORDERS} orders."), format!("一个异常最多涉及 {MOST_ORDERS} 个订单。"));
        return Err(Problem::rule("DECISIONS 30", en, zh).into());
    }
    Ok(())
}

/// A plan that was made before orders were added: what acts on orders, or costs money, was neither tried nor reckoned for
/// those, and has to be planned again.
fn again(tx: &Tx, plan: Plan, merged: &str) -> Plan {
    if plan.rejected() || (plan.actions.is_empty() && !plan.costs()) {
        return plan;
    }
    let comment = Some(format!("The orders of {merged} were added."));
    Plan { decision: Some(Decision { approved: false, by: tx.actor.label.clone(), at: tx.now, comment }), ..plan }
}
