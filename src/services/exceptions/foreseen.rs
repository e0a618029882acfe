//! What nobody tells and the system sees by itself: an order that will be late, a task long overdue, a parcel of which
//! nothing is heard, a customer who wants something else, an invoice that is not paid. Each is raised once, and ends when
//! its cause goes away and nobody has begun to act (DOMAIN 6.1).

use super::raising::{Seen, end, is_news, raise, raise_by, rule};
use super::take_order;
use crate::db::Tx;
use crate::domain::exception_rules::Trigger;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::ExceptionEvent as Step;
use crate::domain::lifecycle::order::State;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::exceptions::{self, ExceptionRow};
use crate::repositories::orders::Order;
use crate::repositories::shipments::Shipment;
use crate::repositories::tasks::Task;
use crate::repositories::{links, money};
use chrono::NaiveDate;

/// By what an exception about a thing is found again.
fn key(kind: Kind, id: Id, trigger: Trigger) -> String {
    format!("{}/{trigger}", id.text(kind))
}

/// What was raised about a thing.
fn raised(tx: &mut Tx, kind: Kind, id: Id, trigger: Trigger) -> Result<Vec<ExceptionRow>> {
    exceptions::raised_for(tx.conn, &key(kind, id, trigger))
}

fn any_open(known: &[ExceptionRow]) -> bool {
    known.iter().any(|row| row.status.is_open())
}

/// What becomes of what was told of an order that was cancelled.
const CANCELLED: &str = "The order was cancelled.";
/// What becomes of a prediction that is none any more.
const IN_TIME: &str = "It will be done in time, by what is known now.";

/// Follows when an order will be done: the day and the one that is promised where the first is the later one, and
/// by how many days it was before.
///
/// # Errors
/// Those of the database.
pub fn follow_promise(tx: &mut Tx, order: Id, late: Option<(NaiveDate, NaiveDate)>, late_before: i64) -> Result<()> {
    let known = raised(tx, Kind::Order, order, Trigger::PredictedLate)?;
    let Some((predicted, promised)) = late else { return end_prediction(tx, order, &known) };
    let Some(rule) = rule(tx, Trigger::PredictedLate)? else { return Ok(()) };
    let days = u32::try_from(predicted.signed_duration_since(promised).num_days()).unwrap_or(0);
    if days <= rule.after {
        return end_prediction(tx, order, &known);
    }
    if !is_news(&known, IN_TIME, late_before <= i64::from(rule.after)) {
        return Ok(());
    }
    let cause = format!("By what is known now, the order will be done on {predicted}; {promised} is promised.");
    let seen = Seen { delay_days: Some(days), ..Seen::new(rule.when, key(Kind::Order, order, rule.when), cause) };
    raise_by(tx, order, &rule, seen).map(drop)
}

fn end_prediction(tx: &mut Tx, order: Id, known: &[ExceptionRow]) -> Result<()> {
    if !any_open(known) {
        return Ok(());
    }
    let (event, why) = match take_order(tx, order)?.state {
        State::Cancelled => (Step::Dismiss, CANCELLED),
        State::Shipped | State::Received => (Step::Resolve, "All of it has left."),
        _ => (Step::Resolve, IN_TIME),
    };
    end(tx, order, known, event, why)
}

/// Tells that a task is still waited for long after it was due; its order was taken.
///
/// # Errors
/// Those of the database.
pub fn raise_overdue(tx: &mut Tx, task: &Task, due_at: UtcTime) -> Result<()> {
    if any_open(&raised(tx, Kind::Task, task.id, Trigger::TaskOverdue)?) {
        return Ok(());
    }
    let cause = format!("The task \"{}\" was due at {} and is not done.", task.title_en, due_at.text());
    let seen = Seen::new(Trigger::TaskOverdue, key(Kind::Task, task.id, Trigger::TaskOverdue), cause);
    raise(tx, task.order_id, Seen { department: task.department, ..seen }).map(drop)
}

/// A task is not overdue any more.
///
/// # Errors
/// Those of the database.
pub fn end_overdue(tx: &mut Tx, order: Id, task: Id, done: bool) -> Result<()> {
    let known = raised(tx, Kind::Task, task, Trigger::TaskOverdue)?;
    end(tx, order, &known, Step::Resolve, if done { "The task is over." } else { "The task is due later." })
}

/// Tells that nothing was heard of a shipment since an instant; its order was taken.
///
/// # Errors
/// Those of the database.
pub fn raise_silent(tx: &mut Tx, shipment: &Shipment, heard_at: UtcTime) -> Result<()> {
    if any_open(&raised(tx, Kind::Shipment, shipment.id, Trigger::ParcelStuck)?) {
        return Ok(());
    }
    let named = shipment.tracking_number.clone().unwrap_or_else(|| shipment.id.text(Kind::Shipment));
    let cause = format!("Nothing has been heard of shipment {named} since {}.", heard_at.text());
    let seen = Seen::new(Trigger::ParcelStuck, key(Kind::Shipment, shipment.id, Trigger::ParcelStuck), cause);
    raise(tx, shipment.order_id, seen).map(drop)
}

/// Something is heard of a shipment.
///
/// # Errors
/// Those of the database.
pub fn end_silence(tx: &mut Tx, order: Id, shipment: Id) -> Result<()> {
    let known = raised(tx, Kind::Shipment, shipment, Trigger::ParcelStuck)?;
    end(tx, order, &known, Step::Resolve, "It was heard of again.")
}

/// Tells that the customer asks for a change, by the link that they answered.
///
/// # Errors
/// Those of the database.
pub fn raise_change(tx: &mut Tx, order: Id, link: Id) -> Result<()> {
    if any_open(&raised(tx, Kind::Order, order, Trigger::ChangeAsked)?) {
        return Ok(());
    }
    let wish = links::find(tx.conn, link)?.and_then(|link| link.comment).unwrap_or_default();
    let cause = format!("The customer asks for a change: {wish}");
    let seen = Seen::new(Trigger::ChangeAsked, key(Kind::Order, order, Trigger::ChangeAsked), cause);
    raise(tx, order, seen).map(drop)
}

/// The order was amended, as its customer may have asked.
///
/// # Errors
/// Those of the database.
pub fn end_change(tx: &mut Tx, order: Id) -> Result<()> {
    let known = raised(tx, Kind::Order, order, Trigger::ChangeAsked)?;
    end(tx, order, &known, Step::Resolve, "The order was amended.")
}

/// Tells that invoices of an order that was taken are past due and not paid; how much is for those who may read invoices.
///
/// # Errors
/// Those of the database.
pub fn raise_short(tx: &mut Tx, order: &Order) -> Result<()> {
    if any_open(&raised(tx, Kind::Order, order.id, Trigger::PaymentShort)?) {
        return Ok(());
    }
    let cause = "Invoices of the order are past due and not paid.".to_owned();
    let seen = Seen::new(Trigger::PaymentShort, key(Kind::Order, order.id, Trigger::PaymentShort), cause);
    raise(tx, order.id, seen).map(drop)
}

/// Something was paid: nothing may be owed any more.
///
/// # Errors
/// Those of the database.
pub fn settle_payment(tx: &mut Tx, order: Id) -> Result<()> {
    let known = raised(tx, Kind::Order, order, Trigger::PaymentShort)?;
    let today = tx.company.zone.local_date(tx.now.utc());
    if any_open(&known) && money::due::owed_since(tx.conn, order, today)?.is_none() {
        end(tx, order, &known, Step::Resolve, "What was due is paid.")?;
    }
    Ok(())
}

/// The order was cancelled: what its customer wanted or owes is nobody's work any more.
///
/// # Errors
/// Those of the database.
pub fn end_with_order(tx: &mut Tx, order: Id) -> Result<()> {
    let keys = [Trigger::ChangeAsked, Trigger::PaymentShort].map(|trigger| key(Kind::Order, order, trigger));
    let known = exceptions::raised_for_any(tx.conn, &keys)?;
    end(tx, order, &known, Step::Dismiss, CANCELLED)
}
