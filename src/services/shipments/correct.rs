//! What was recorded by mistake, taken back with a reason (DECISIONS 37): a dispatch that was none, and an entry of a
//! trace that was wrong. What else followed from it follows back; nothing is deleted.

use super::input::CorrectionInput;
use super::{contents, describe, step, store, take, track};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::shipment::{Facts, ShipmentEvent, TrackingStatus};
use crate::error::{Problem, Result};
use crate::repositories::orders::{Order, parts};
use crate::repositories::shipments::{self, Shipment, Tracking};

/// A shipment has not left after all: what is in it is there to be dispatched again.
///
/// # Errors
/// `not_found`; `invalid_transition` unless it was dispatched and nothing else was told of it since, or where its order
/// was received.
pub fn recall(tx: &mut Tx, id: Id, said: &CorrectionInput) -> Result<Shipment> {
    let (order, shipment) = take(tx, id)?;
    let trace: Vec<Tracking> = shipments::tracking_of(tx.conn, shipment.id)?.into_iter().filter(Tracking::counts).collect();
    let facts = Facts {
        told_of: trace.iter().any(|told| told.status != TrackingStatus::Dispatched),
        order_over: !matches!(order.state, State::Executing | State::Shipped),
        ..Facts::default()
    };
    let moved = Shipment { dispatched_at: None, ..step(tx, &shipment, ShipmentEvent::Recall, &facts)? };
    let inside = contents(tx, &shipment)?;
    if inside.iter().any(|(_, row)| row.resent > Amount::ZERO || row.replaced > Amount::ZERO) {
        let en = "Some of it was sent again since; what is here after all is entered as a stock movement.";
        return Err(Problem::rule("DOMAIN 6.5", en, "该发货单的部分货物已补发；如货物仍在仓库，请登记库存变动。").into());
    }
    store(tx, shipment.status, &moved)?;
    for (line, row) in inside {
        parts::set_progress(tx.conn, line.id, line.picked, line.shipped.minus(row.counts()?)?, line.delivered)?;
    }
    for told in trace {
        shipments::set_withdrawn(tx.conn, told.id, tx.now, &said.reason)?;
    }
    let event = describe(EventName::ShipmentRecalled, &order, &moved).change("status", shipment.status.as_str(), moved.status.as_str());
    tx.record(event.note("reason", said.reason.clone()))?;
    Ok(moved)
}

/// An entry of a trace was wrong: the shipment stands where the others lead. The same again changes nothing.
///
/// # Errors
/// `not_found`; `rule_violated` for the dispatch, which is recalled instead.
pub fn withdraw_event(tx: &mut Tx, id: Id, event: Id, said: &CorrectionInput) -> Result<Tracking> {
    let (order, shipment) = take(tx, id)?;
    let found = shipments::tracking_of(tx.conn, shipment.id)?.into_iter().find(|told| told.id == event);
    let told = found.ok_or_else(Problem::not_found)?;
    if !told.counts() {
        return Ok(told);
    }
    if told.status == TrackingStatus::Dispatched && shipment.dispatched_at.is_some() {
        let en = "A dispatch is taken back with POST /v1/shipments/{id}/recall.";
        return Err(Problem::rule("DECISIONS 37", en, "发货记录须通过 POST /v1/shipments/{id}/recall 撤销。").into());
    }
    shipments::set_withdrawn(tx.conn, told.id, tx.now, &said.reason)?;
    note(tx, &order, &shipment, &told, said)?;
    track::follow(tx, &order, &shipment, None)?;
    Ok(Tracking { withdrawn_at: Some(tx.now), withdrawn_reason: Some(said.reason.clone()), ..told })
}

fn note(tx: &mut Tx, order: &Order, shipment: &Shipment, told: &Tracking, said: &CorrectionInput) -> Result<()> {
    let event = describe(EventName::ShipmentCorrected, order, shipment);
    let event = event.note("withdrawn", told.status.as_str()).note("occurred_at", told.occurred_at.text());
    tx.record(event.note("reason", said.reason.clone())).map(drop)
}
