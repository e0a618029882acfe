//! What follows from what: the one service that calls the others. Reading [`follow`] is reading
//! the business. It runs as the system, in the transaction of what caused it, and never turns a
//! fact into an error: what cannot happen yet is asked again when something changes (DECISIONS 6).

mod parcels;
mod predicting;
pub mod remedies;
mod review;
pub mod watching;

pub use predicting::{date_again, predict_again};

use crate::db::Tx;
use crate::domain::actor::Actor;
use crate::domain::amount::Amount;
use crate::domain::approval_policy::Facts;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::State;
use crate::domain::message::MessageKind;
use crate::domain::task_plan::{EvidenceKind, code};
use crate::error::{Error, Result};
use crate::repositories::money;
use crate::repositories::orders::{self, Order, parts};
use crate::repositories::stock as stock_rows;
use crate::services::money::withdrawing::NOTHING_LEFT;
use crate::services::orders::amend::REVIEW_AGAIN;
use crate::services::orders::create::VERIFIES_ITSELF;
use crate::services::orders::steps::{self, after_round};
use crate::services::orders::{amended, by_customer, derive, promise};
use crate::services::{approvals, exceptions, messages, shipments, stock, tasks};
use std::collections::{BTreeMap, BTreeSet};

/// How many events that others follow from one order may bring about in one request, before something must be going
/// round in circles (DECISIONS 6).
const CHAIN: usize = 64;

/// Lets everything follow that follows from what was recorded, then writes what the orders show
/// of it.
///
/// # Errors
/// Those of the database.
pub fn settle(tx: &mut Tx) -> Result<()> {
    let (mut links, mut seen) = (0, 0);
    loop {
        while let Some(recorded) = tx.next_unsettled() {
            if links > CHAIN * (1 + tx.taken_orders().len()) {
                return Err(Error::internal(format!("the chain of events does not end: {}", recorded.event.name)));
            }
            let system = Actor::system(recorded.event.name.as_str());
            let before = tx.recorded().len();
            tx.as_actor(system, |tx| follow(tx, recorded.id, &recorded.event))?;
            links += usize::from(tx.recorded().len() > before); // what nothing follows from leads nowhere
        }
        // when an order will be done follows from all of that, and something may follow from it
        let from = std::mem::replace(&mut seen, tx.recorded().len());
        predicting::predict_all(tx, from)?;
        if tx.recorded().len() == seen {
            return show_progress(tx);
        }
    }
}

/// The business, event by event.
fn follow(tx: &mut Tx, id: Id, event: &Event) -> Result<()> {
    let Some(order) = event.order else {
        return match event.name {
            EventName::StockMoved | EventName::CalendarUpdated => {
                tx.ask_clock();
                Ok(())
            }
            EventName::ExceptionResolving => remedies::carry_out(tx, event.subject.1),
            _ => Ok(()),
        };
    };
    watching::after_overdue(tx, order, event)?;
    match event.name {
        EventName::OrderCreated if is_set(event, VERIFIES_ITSELF) => steps::verify_itself(tx, order),
        EventName::OrderVerified => review::ask_approvers(tx, order),
        EventName::OrderAmended => {
            exceptions::end_change(tx, order)?;
            review::after_amending(tx, order, is_set(event, REVIEW_AGAIN))
        }
        EventName::OrderSentBack => approvals::supersede(tx, order),
        EventName::ApprovalDecided => review::after_decision(tx, order, event),
        EventName::OrderApproved => review::ask_customer(tx, order, false),
        EventName::ConfirmationRenewed => review::ask_customer(tx, order, true),
        EventName::ConfirmationRequested => messages::confirmation(tx, MessageKind::ConfirmationRequested, id, order, event.subject.1),
        EventName::ConfirmationReminded => messages::confirmation(tx, MessageKind::ConfirmationReminder, id, order, event.subject.1),
        EventName::ConfirmationAnswered => review::after_answer(tx, order, event).and_then(|()| watching::after_answer(tx, order, event)),
        EventName::ConfirmationLapsed => review::after_lapse(tx, order, event),
        EventName::OrderReviewed => reserve_stock(tx, order),
        EventName::OrderAmendmentAgreed => adapt(tx, order).and_then(|()| remedies::look_again(tx, order)),
        // a plan that made it is told before anything could take it for done
        EventName::OrderAmendmentRejected => remedies::after_rejection(tx, order).and_then(|()| adapt(tx, order)),
        EventName::OrderStockReserved => pick_the_rest(tx, order).and_then(|()| remedies::look_again(tx, order)),
        EventName::OrderExceptionReported => messages::exception(tx, MessageKind::ExceptionReported, id, event),
        EventName::OrderExceptionRemedied => messages::exception(tx, MessageKind::ExceptionPlanned, id, event),
        EventName::OrderReservationMoved => after_giving(tx, order),
        EventName::OrderExecuting => begin_work(tx, order),
        EventName::OrderVerificationUndone => approvals::supersede(tx, order),
        EventName::TaskEvidenceAdded if word(event, "kind") == EvidenceKind::QcReport.as_str() => after_report(tx, order, event.subject.1),
        EventName::TaskCompleted => after_task(tx, order, word(event, "code")),
        EventName::TaskOutput => after_output(tx, order, event),
        EventName::TaskCancelled => go_on(tx, order).and_then(|()| remedies::look_again(tx, order)),
        EventName::TaskReopened => after_reopening(tx, order, word(event, "code")),
        EventName::ShipmentDispatched => parcels::after_dispatch(tx, order, id, event.subject.1),
        EventName::ShipmentUpdated | EventName::ShipmentDelivered | EventName::ShipmentLost => parcels::after_tracking(tx, order, event),
        EventName::ShipmentCorrected => parcels::after_tracking(tx, order, event),
        EventName::ShipmentRecalled => parcels::after_recall(tx, order, event.subject.1),
        EventName::OrderShipped => parcels::after_shipping(tx, order),
        EventName::OrderGoodsResent => parcels::after_resending(tx, order, is_set(event, "to_make")),
        EventName::ReturnInspected => remedies::after_inspection(tx, order, event.subject.1),
        EventName::ReturnCancelled => remedies::after_no_return(tx, order, event.subject.1),
        EventName::OrderReceived => messages::order_received(tx, id, order),
        EventName::OrderCancelled => undo(tx, order),
        EventName::InvoiceIssued => after_invoice(tx, order),
        EventName::InvoiceVoided | EventName::InvoiceCredited => after_withdrawal(tx, order, is_set(event, NOTHING_LEFT)),
        // what waited for money goes on (DECISIONS 38)
        EventName::PaymentRecorded => advance(tx, order).and_then(|()| exceptions::settle_payment(tx, order)),
        EventName::OrderExceptionSettled | EventName::OrderUnheld => resume(tx, order),
        _ => Ok(()),
    }
}

fn word<'e>(event: &'e Event, field: &str) -> &'e str {
    let said = event.payload.get(field).or_else(|| event.after.get(field));
    said.and_then(|value| value.as_str()).unwrap_or_default()
}

fn is_set(event: &Event, field: &str) -> bool {
    event.payload.get(field).and_then(|value| value.as_bool()) == Some(true)
}

fn advance(tx: &mut Tx, order: Id) -> Result<()> {
    steps::advance(tx, order).map(drop)
}

/// What was agreed is set aside; what is short is told, and stops the release (DOMAIN 2.6).
fn reserve_stock(tx: &mut Tx, order: Id) -> Result<()> {
    promise::keep(tx, order)?;
    let shortages = stock::reserve(tx, order)?;
    if !shortages.is_empty() {
        exceptions::report_shortage(tx, order, &shortages)?;
    }
    advance(tx, order)
}

/// Nothing is short any more, or nothing is needed: exceptions about that end, and plans that waited for it go on.
fn settle_shortage(tx: &mut Tx, order: Id) -> Result<()> {
    exceptions::settle_shortage(tx, order)?;
    remedies::look_again(tx, order)
}

/// What an amendment needs beside what there was, or not any more.
fn adapt(tx: &mut Tx, order: Id) -> Result<()> {
    stock::trim(tx, order)?;
    let shortages = stock::reserve(tx, order)?; // what is short may have to be made
    let judged = what_templates_ask(tx, order)?;
    tasks::adapt(tx, order, judged)?;
    if shortages.is_empty() {
        settle_shortage(tx, order)?
    } else {
        exceptions::report_shortage(tx, order, &shortages)?
    }
    after_invoice(tx, order)?;
    advance(tx, order)
}

/// What was given to another is short here, or is made; what was got is short no more.
fn after_giving(tx: &mut Tx, order: Id) -> Result<()> {
    if amended::is_open(tx, order)? {
        return Ok(()); // what it would be is not agreed; it is looked at when it is
    }
    let shortages = stock::reserve(tx, order)?;
    if shortages.is_empty() {
        settle_shortage(tx, order)?;
    } else {
        exceptions::report_shortage(tx, order, &shortages)?;
    }
    pick_the_rest(tx, order)?;
    let_production_know(tx, order)?;
    advance(tx, order)
}

/// What was set aside after some of an order had been picked is the warehouse's work again, where it leaves in parts.
fn pick_the_rest(tx: &mut Tx, order: Id) -> Result<()> {
    let executing = |order: Order| order.state == State::Executing;
    if !parts::delivery(tx.conn, order)?.in_parts
        || !orders::find(tx.conn, order)?.is_some_and(executing)
        || !stock_rows::any_to_pick(tx.conn, order)?
    {
        return Ok(());
    }
    tasks::unsettle(tx, order, code::PICK)?;
    tasks::block_again(tx, order)
}

/// What is short and has to be made is somebody's work.
fn let_production_know(tx: &mut Tx, order: Id) -> Result<()> {
    if !stock::is_to_make(tx, order)? {
        return Ok(());
    }
    let judged = what_templates_ask(tx, order)?;
    tasks::adapt(tx, order, judged)
}

/// What conditions look at, where some template has one.
fn what_templates_ask(tx: &mut Tx, order: Id) -> Result<Option<Facts>> {
    if tasks::asks_for_facts(tx.conn, order)? { approvals::facts_of(tx, order).map(Some) } else { Ok(None) }
}

/// The departments have their tasks; what was invoiced before is not asked for again.
fn begin_work(tx: &mut Tx, order: Id) -> Result<()> {
    let judged = what_templates_ask(tx, order)?;
    tasks::create(tx, order, judged)?;
    after_invoice(tx, order)
}

/// Work that was done changes what it was done on (DOMAIN 3.4).
fn after_task(tx: &mut Tx, order: Id, task: &str) -> Result<()> {
    match task {
        code::PICK => stock::pick(tx, order)?,
        code::PRODUCE => stock::make(tx, order, None).and_then(|()| pick_the_rest(tx, order))?,
        code::SERVE => stock::serve(tx, order)?,
        _ => {}
    }
    go_on(tx, order)?;
    remedies::look_again(tx, order)
}

/// A report of quality control that failed is an exception (DOMAIN 3.3, 6.1).
fn after_report(tx: &mut Tx, order: Id, task: Id) -> Result<()> {
    let failed = tasks::proof::has_failed(tx.conn, task)?;
    exceptions::follow_quality(tx, order, task, failed)
}

/// What work that has to be done again had changed is as before, and what depends on it waits (DECISIONS 37).
fn after_reopening(tx: &mut Tx, order: Id, task: &str) -> Result<()> {
    match task {
        code::PICK => stock::put_back(tx, order)?,
        code::PRODUCE => make_again(tx, order)?,
        code::SERVE => stock::unserve(tx, order)?,
        _ => {}
    }
    tasks::block_again(tx, order)?;
    go_on(tx, order)
}

/// What was made so far is ready.
fn after_output(tx: &mut Tx, order: Id, event: &Event) -> Result<()> {
    let lines = event.payload.get("lines").and_then(|lines| lines.as_array()).cloned().unwrap_or_default();
    let said = |line: &serde_json::Value, field: &str| line.get(field).and_then(|value| value.as_str()).map(str::to_owned);
    let share = |line| Some((Kind::Line.parse(&said(line, "line_id")?)?, Amount::parse(&said(line, "quantity")?)?));
    let shares: BTreeMap<Id, Amount> = lines.iter().filter_map(share).collect();
    stock::make(tx, order, Some(&shares))?;
    pick_the_rest(tx, order)?;
    advance(tx, order)
}

/// What passes through the warehouse is picked again too.
fn make_again(tx: &mut Tx, order: Id) -> Result<()> {
    if stock::unmake(tx, order)? {
        stock::put_back(tx, order)?;
        tasks::renew(tx, order, code::PICK)?;
    }
    Ok(())
}

fn go_on(tx: &mut Tx, order: Id) -> Result<()> {
    tasks::unblock(tx, order)?;
    advance(tx, order)
}

/// Invoices of at least the total complete finance's task, before shipping too (DECISIONS 23).
fn after_invoice(tx: &mut Tx, order: Id) -> Result<()> {
    let invoiced = money::covered_total(tx.conn, order)?;
    if orders::find(tx.conn, order)?.is_some_and(|order| invoiced >= order.total) {
        tasks::settle_by_fact(tx, order, code::INVOICE)?;
    }
    Ok(())
}

/// What invoices do not cover any more, since one of them was taken back as a whole, is finance's work again (DECISIONS 37).
/// Where some of one was credited, nothing is to be invoiced in its place.
fn bill_again(tx: &mut Tx, order: Id) -> Result<()> {
    let invoiced = money::covered_total(tx.conn, order)?;
    let to_bill = |order: &Order| order.state != State::Cancelled && invoiced < order.total;
    if orders::find(tx.conn, order)?.is_some_and(|order| to_bill(&order)) {
        tasks::unsettle(tx, order, code::INVOICE)?;
    }
    Ok(())
}

/// Less is billed than was: what is owed may be paid by that, and finance may have to bill again.
fn after_withdrawal(tx: &mut Tx, order: Id, nothing_left: bool) -> Result<()> {
    exceptions::settle_payment(tx, order)?;
    if nothing_left { bill_again(tx, order) } else { Ok(()) }
}

/// A block is gone: what waited for that goes on.
fn resume(tx: &mut Tx, order: Id) -> Result<()> {
    after_round::approved(tx, order)?;
    by_customer::confirmed(tx, order)?;
    advance(tx, order)
}

/// A cancelled order leaves nothing behind that someone would still work on; its stock goes to
/// those who wait for it.
fn undo(tx: &mut Tx, order: Id) -> Result<()> {
    approvals::supersede(tx, order)?;
    tasks::cancel_all(tx, order, "order cancelled")?;
    shipments::cancel_all(tx, order)?;
    stock::release(tx, order)?;
    tx.ask_clock();
    exceptions::end_with_order(tx, order)?;
    settle_shortage(tx, order)
}

/// Gives a waiting order what there is for it by now; gives whether that was anything. One order at
/// a time, called by the clock (DECISIONS 6, 25).
///
/// # Errors
/// Those of the database.
pub fn serve_waiting(tx: &mut Tx, order: Id) -> Result<bool> {
    if amended::is_open(tx, order)? {
        return Ok(false); // what it would be is not agreed
    }
    if stock::reserve(tx, order)?.is_empty() {
        settle_shortage(tx, order)?;
    }
    let_production_know(tx, order)?;
    Ok(tx.recorded().iter().any(|recorded| recorded.event.name == EventName::OrderStockReserved))
}

/// One truth: what each order shows is derived from its parts, after everything else (DOMAIN 3.4).
/// An order to which nothing happened gets its version back: each version has its events.
fn show_progress(tx: &mut Tx) -> Result<()> {
    let told: BTreeSet<Id> = tx.recorded().iter().filter_map(|recorded| recorded.event.order).collect();
    for id in tx.taken_orders() {
        if !told.contains(&id) {
            orders::give_back(tx.conn, id)?;
            continue;
        }
        if tx.only_happened(id, EventName::OrderCreated) {
            continue; // it was stored as its parts say
        }
        show(tx, id)?;
    }
    Ok(())
}

/// Writes what an order shows of its parts.
fn show(tx: &mut Tx, id: Id) -> Result<()> {
    if let Some((_, derived)) = derive::derive_id(tx.conn, id)? {
        orders::set_derived(tx.conn, id, derived, tx.now)?;
    }
    Ok(())
}
