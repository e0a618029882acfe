//! What happens to a shipment on its way. Carriers tell it twice, late and out of order; what was
//! told is always kept, and where the shipment stands follows from all of it (DOMAIN 4.2,
//! DECISIONS 6, 18).

use super::input::TrackingInput;
use super::{contents, describe, store, take};
use crate::db::Tx;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::shipment::{MACHINE, ShipmentStatus, TrackingStatus, status_after};
use crate::error::{Error, Problem, Result};
use crate::repositories::orders::{Order, parts};
use crate::repositories::shipments::{self, Shipment, Tracking};
use chrono::TimeDelta;

/// How long before its recorded dispatch something can have happened to a parcel: a dispatch may be
/// recorded late.
const BEFORE: TimeDelta = TimeDelta::days(7);

/// What was reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    pub tracking: Tracking,
    /// It was not reported before.
    pub new: bool,
}

/// Keeps what is reported about a shipment that has left, and moves it where that leads. The same
/// again changes nothing.
///
/// # Errors
/// `not_found`; `validation_failed` for what lies in the future; `invalid_transition` for a
/// shipment that has not left. Never because of its order.
pub fn record_event(tx: &mut Tx, id: Id, said: &TrackingInput) -> Result<Reported> {
    let occurred_at = said.occurred_at.unwrap_or(tx.now);
    if occurred_at.is_ahead_of(tx.now) {
        return Err(Problem::invalid("/occurred_at", "range", "must not lie in the future", "不得晚于当前时间").into());
    }
    let (order, shipment) = take(tx, id)?;
    refuse_unless_left(&shipment, said.status)?;
    if shipment.dispatched_at.is_some_and(|left| occurred_at < left.plus(-BEFORE)) {
        return Err(Problem::invalid("/occurred_at", "range", "lies long before the dispatch", "远早于发货时间").into());
    }
    let tracking = Tracking {
        id: tx.new_id(),
        shipment_id: shipment.id,
        status: said.status,
        occurred_at,
        recorded_at: tx.now,
        description: said.description.clone().unwrap_or_default(),
        location: said.location.clone(),
        signed_by: said.signed_by.clone(),
        actor_label: tx.actor.label.clone(),
    };
    if !shipments::insert_tracking(tx.conn, &tracking)? {
        let known = shipments::find_same_tracking(tx.conn, &tracking)?;
        return Ok(Reported { tracking: known.ok_or_else(|| Error::internal("a known tracking event is not there"))?, new: false });
    }
    follow(tx, &order, &shipment)?;
    Ok(Reported { tracking, new: true })
}

fn refuse_unless_left(shipment: &Shipment, reported: TrackingStatus) -> Result<()> {
    if !matches!(shipment.status, ShipmentStatus::Preparing | ShipmentStatus::Cancelled) {
        return Ok(());
    }
    let allowed: Vec<&str> = MACHINE.offered(shipment.status).into_iter().map(|event| event.as_str()).collect();
    Err(Problem::invalid_transition(shipment.status.as_str(), reported.as_str(), &allowed).into())
}

/// Where a shipment stands after all of its trace, which is in the order in which it happened.
fn standing(shipment: &Shipment, trace: &[Tracking]) -> Shipment {
    let status = status_after(trace.iter().map(|tracking| tracking.status));
    let arrivals = || trace.iter().filter(|tracking| status == ShipmentStatus::Delivered && tracking.status == TrackingStatus::Delivered);
    Shipment {
        status,
        delivered_at: arrivals().map(|tracking| tracking.occurred_at).next(),
        signed_by: arrivals().find_map(|tracking| tracking.signed_by.clone()),
        ..shipment.clone()
    }
}

/// Moves a shipment to where its trace leads, if it is not there already.
fn follow(tx: &mut Tx, order: &Order, shipment: &Shipment) -> Result<()> {
    let stands = standing(shipment, &shipments::tracking_of(tx.conn, shipment.id)?);
    if stands == *shipment {
        return Ok(());
    }
    let moved = Shipment { version: shipment.version + 1, updated_at: tx.now, ..stands };
    store(tx, shipment.status, &moved)?;
    count_arrival(tx, shipment, moved.status)?;
    let event = describe(name(shipment.status, moved.status), order, &moved);
    tx.record(event.change("status", shipment.status.as_str(), moved.status.as_str()))?;
    Ok(())
}

/// Under which name a move is recorded.
fn name(from: ShipmentStatus, to: ShipmentStatus) -> EventName {
    match to {
        same if same == from => EventName::ShipmentUpdated,
        ShipmentStatus::Delivered => EventName::ShipmentDelivered,
        ShipmentStatus::Lost => EventName::ShipmentLost,
        _ => EventName::ShipmentUpdated,
    }
}

/// What is in a shipment counts as delivered while it is; a return that happened before, and is
/// told after, takes that back.
fn count_arrival(tx: &mut Tx, shipment: &Shipment, now: ShipmentStatus) -> Result<()> {
    let (was_there, is_there) = (shipment.status == ShipmentStatus::Delivered, now == ShipmentStatus::Delivered);
    if was_there == is_there {
        return Ok(());
    }
    for (line, quantity) in contents(tx, shipment)? {
        let delivered = if is_there { line.delivered.plus(quantity)? } else { line.delivered.minus(quantity)? };
        parts::set_progress(tx.conn, line.id, line.picked, line.shipped, delivered)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::shipment::DeliveryMethod;
    use crate::domain::time::UtcTime;

    fn at(minute: i64) -> UtcTime {
        UtcTime::from_micros(minute * 60_000_000).unwrap()
    }

    fn dispatched() -> Shipment {
        let id = Id::from_parts(1, [1; 10]);
        Shipment {
            id,
            version: 2,
            order_id: id,
            position: 1,
            status: ShipmentStatus::Dispatched,
            method: DeliveryMethod::Courier,
            carrier: None,
            tracking_number: None,
            tracking_url: None,
            planned_dispatch_at: None,
            expected_at: None,
            dispatched_at: Some(at(0)),
            delivered_at: None,
            signed_by: None,
            created_at: at(0),
            updated_at: at(0),
        }
    }

    fn told(status: TrackingStatus, minute: i64, signed_by: Option<&str>) -> Tracking {
        let id = Id::from_parts(2, [2; 10]);
        Tracking {
            id,
            shipment_id: id,
            status,
            occurred_at: at(minute),
            recorded_at: at(99),
            description: String::new(),
            location: None,
            signed_by: signed_by.map(str::to_owned),
            actor_label: "carrier".into(),
        }
    }

    #[test]
    fn a_delivered_shipment_shows_its_first_delivery_and_who_signed() {
        // DOMAIN 4.2, 4.3
        let trace = [
            told(TrackingStatus::Dispatched, 0, None),
            told(TrackingStatus::InTransit, 1, Some("not me")),
            told(TrackingStatus::Delivered, 2, None),
            told(TrackingStatus::Delivered, 3, Some("Li Wei")),
            told(TrackingStatus::InTransit, 4, None),
        ];
        let stands = standing(&dispatched(), &trace);
        assert_eq!((stands.status, stands.delivered_at, stands.signed_by.as_deref()), (ShipmentStatus::Delivered, Some(at(2)), Some("Li Wei")));
    }

    #[test]
    fn a_shipment_that_went_back_was_not_delivered() {
        let trace = [told(TrackingStatus::Returned, 1, None), told(TrackingStatus::Delivered, 2, Some("Li Wei"))];
        let stands = standing(&dispatched(), &trace);
        assert_eq!((stands.status, stands.delivered_at, stands.signed_by), (ShipmentStatus::Returned, None, None));
    }

    #[test]
    fn nothing_is_told_of_a_shipment_that_has_not_left() {
        for status in [ShipmentStatus::Preparing, ShipmentStatus::Cancelled] {
            assert!(refuse_unless_left(&Shipment { status, ..dispatched() }, TrackingStatus::InTransit).is_err());
        }
        assert!(refuse_unless_left(&dispatched(), TrackingStatus::Dispatched).is_ok());
    }

    #[test]
    fn a_move_has_the_name_of_where_it_leads() {
        use ShipmentStatus as S;
        assert_eq!(name(S::Dispatched, S::Delivered), EventName::ShipmentDelivered);
        assert_eq!(name(S::Delivered, S::Delivered), EventName::ShipmentUpdated);
        assert_eq!(name(S::InTransit, S::Lost), EventName::ShipmentLost);
        assert_eq!(name(S::Lost, S::InTransit), EventName::ShipmentUpdated);
    }
}
