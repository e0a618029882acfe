//! What happens to a shipment on its way. Carriers tell it twice, late and out of order; what was
//! told is always kept, and where the shipment stands follows from all of it (DOMAIN 4.2,
//! DECISIONS 6, 18).

use super::input::TrackingInput;
use super::{contents, describe, store, take};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::shipment::{MACHINE, ShipmentStatus, TrackingStatus, status_after};
use crate::domain::parcel::{Refused, Trouble, TroubleKind};
use crate::domain::time::UtcTime;
use crate::error::{Code, Error, Problem, Result};
use crate::repositories::orders::Order;
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::shipments::{self, Shipment, ShipmentLine, Tracking};
use chrono::TimeDelta;

/// How many lines a text names; the shipment itself shows the rest.
const NAMED: usize = 15;

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

/// Keeps what is reported about a shipment, and moves it where that leads; one whose dispatch is not recorded yet goes
/// there once it is. The same again changes nothing.
///
/// # Errors
/// `not_found`; `validation_failed` for what lies in the future; `invalid_transition` for a
/// shipment that was cancelled. Never because of its order.
pub fn record_event(tx: &mut Tx, id: Id, said: &TrackingInput) -> Result<Reported> {
    let occurred_at = said.occurred_at.unwrap_or(tx.now);
    if occurred_at.is_ahead_of(tx.now) {
        return Err(Problem::invalid("/occurred_at", "range", "must not lie in the future", "不得晚于当前时间").into());
    }
    let (order, shipment) = take(tx, id)?;
    refuse_cancelled(&shipment, said.status)?;
    if occurred_at < shipment.dispatched_at.unwrap_or(shipment.created_at).plus(-BEFORE) {
        return Err(Problem::invalid("/occurred_at", "range", "lies long before the dispatch", "远早于发货时间").into());
    }
    let refused = refused(tx, &shipment, said)?;
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
        refused: Json(refused),
        withdrawn_at: None,
        withdrawn_reason: None,
    };
    if !shipments::insert_tracking(tx.conn, &tracking)? {
        let known = shipments::find_same_tracking(tx.conn, &tracking)?;
        return Ok(Reported { tracking: known.ok_or_else(|| Error::internal("a known tracking event is not there"))?, new: false });
    }
    follow(tx, &order, &shipment, Some(said.status.as_str()))?;
    Ok(Reported { tracking, new: true })
}

/// What the customer did not take: some of what is in the shipment, not all of it.
fn refused(tx: &mut Tx, shipment: &Shipment, said: &TrackingInput) -> Result<Vec<Refused>> {
    let Some(lines) = &said.refused else { return Ok(Vec::new()) };
    let (inside, mut problem) = (contents(tx, shipment)?, Problem::new(Code::ValidationFailed));
    let mut refused = Vec::new();
    for (at, asked) in lines.iter().enumerate() {
        let id = Kind::Line.parse(&asked.line_id);
        match inside.iter().find(|(line, _)| Some(line.id) == id) {
            None => problem = problem.field(&format!("/refused/{at}/line_id"), "unknown", "names nothing in the shipment", "发货单中没有此明细"),
            Some((_, row)) if asked.quantity > row.quantity => {
                problem = problem.field(&format!("/refused/{at}/quantity"), "range", "is more than the shipment holds", "超过发货单中的数量");
            }
            Some((line, _)) => refused.push(Refused { line_id: line.id, quantity: asked.quantity }),
        }
    }
    let all = Amount::sum(inside.iter().map(|(_, row)| row.quantity))?;
    if problem.errors.is_empty() && Amount::sum(refused.iter().map(|line| line.quantity))? == all {
        problem = problem.field("/refused", "everything", "where nothing was taken, the status is returned", "全部拒收时请使用 returned 状态");
    }
    if problem.errors.is_empty() { Ok(refused) } else { Err(problem.into()) }
}

fn refuse_cancelled(shipment: &Shipment, reported: TrackingStatus) -> Result<()> {
    if shipment.status != ShipmentStatus::Cancelled {
        return Ok(());
    }
    let allowed: Vec<&str> = MACHINE.offered(shipment.status).into_iter().map(|event| event.as_str()).collect();
    Err(Problem::invalid_transition(shipment.status.as_str(), reported.as_str(), &allowed).into())
}

/// Where a shipment stands after all of its trace, which is in the order in which it happened, and what of it was not
/// taken: what the last of its deliveries says that says so.
fn standing(shipment: &Shipment, trace: &[Tracking]) -> (Shipment, Vec<Refused>) {
    let status = status_after(trace.iter().map(|tracking| tracking.status));
    let arrivals = || trace.iter().filter(|tracking| status == ShipmentStatus::Delivered && tracking.status == TrackingStatus::Delivered);
    let stands = Shipment {
        status,
        delivered_at: arrivals().map(|tracking| tracking.occurred_at).next(),
        signed_by: arrivals().find_map(|tracking| tracking.signed_by.clone()),
        ..shipment.clone()
    };
    let refused = arrivals().map(|tracking| &tracking.refused.0).rfind(|refused| !refused.is_empty());
    (stands, refused.cloned().unwrap_or_default())
}

/// What of a shipment's trace counts.
fn counted(tx: &mut Tx, shipment: Id) -> Result<Vec<Tracking>> {
    Ok(shipments::tracking_of(tx.conn, shipment)?.into_iter().filter(Tracking::counts).collect())
}

/// Moves a shipment to where its trace leads, if it is not there already; that trouble was told of is recorded all the same.
/// `reported` is the status that was told, or another word where it is not known which.
pub(super) fn follow(tx: &mut Tx, order: &Order, shipment: &Shipment, reported: Option<&str>) -> Result<()> {
    let tells = reported.is_some_and(|reported| TroubleKind::news(reported).iter().any(|kind| *kind != TroubleKind::Refused));
    if shipment.dispatched_at.is_none() {
        return Ok(()); // the dispatch will be recorded later, and this looked at then
    }
    let (stands, refused) = standing(shipment, &counted(tx, shipment.id)?);
    let changed = count_arrival(tx, shipment, stands.status, &refused)?;
    let heard_at = reported.map_or(shipment.heard_at, |_| Some(tx.now));
    // an exception tells that nothing is heard of it
    let was_silent = shipment.heard_at.is_none() && reported.is_some();
    if stands == *shipment && !changed && !tells && !was_silent {
        return shipments::set_heard(tx.conn, shipment.id, heard_at);
    }
    let moved = Shipment { version: shipment.version + 1, updated_at: tx.now, heard_at, ..stands };
    store(tx, shipment.status, &moved)?;
    let event = describe(name(shipment.status, moved.status), order, &moved);
    let event = reported.into_iter().fold(event, |event, status| event.note("reported", status));
    tx.record(event.change("status", shipment.status.as_str(), moved.status.as_str()))?;
    Ok(())
}

/// Notes, once for each silence, that nothing was heard of a shipment on its way since an instant; gives it then, as it was.
///
/// # Errors
/// Those of the database.
pub fn note_silent(tx: &mut Tx, id: Id, before: UtcTime) -> Result<Option<Shipment>> {
    let (_, shipment) = take(tx, id)?;
    if !shipments::ON_THE_WAY.contains(&shipment.status) || shipment.heard_at.is_none_or(|heard| heard >= before) {
        return Ok(None);
    }
    shipments::set_heard(tx.conn, shipment.id, None)?;
    Ok(Some(shipment))
}

/// The trouble that a shipment's trace tells of, in whatever order it came; and that some of it was not taken.
///
/// # Errors
/// Those of the database.
pub fn troubles(tx: &mut Tx, shipment: Id) -> Result<Vec<Trouble>> {
    let Some(shipment) = shipments::find(tx.conn, shipment)? else { return Ok(Vec::new()) };
    let trace = if shipment.dispatched_at.is_some() { counted(tx, shipment.id)? } else { Vec::new() };
    let (_, refused) = standing(&shipment, &trace);
    let refused = if refused.is_empty() { None } else { Some(listed(&contents(tx, &shipment)?)) };
    let named = shipment.tracking_number.clone().unwrap_or_else(|| shipment.id.text(Kind::Shipment));
    let delivered = shipment.status == ShipmentStatus::Delivered;
    let told = |kind: TroubleKind| match kind {
        TroubleKind::Refused => refused.clone(),
        _ => trace.iter().find(|told| TroubleKind::of(told.status) == Some(kind)).map(|told| told.description.clone()),
    };
    let trouble = |kind: &TroubleKind| {
        let told = told(*kind)?;
        Some(Trouble { kind: *kind, shipment: shipment.id, named: named.clone(), told, delivered })
    };
    Ok(TroubleKind::ALL.iter().filter_map(trouble).collect())
}

/// What of each line was not taken.
fn listed(inside: &[(Line, ShipmentLine)]) -> String {
    let refused = inside.iter().filter(|(_, row)| row.refused > Amount::ZERO);
    refused.take(NAMED).map(|(line, row)| format!("{} of {} (line {})", row.refused.short(), line.name, line.position)).collect::<Vec<_>>().join(", ")
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

/// What is in a shipment, and was taken, counts as delivered while it is; a return that happened before, and is told
/// after, takes that back. Gives whether what was not taken is something else now.
fn count_arrival(tx: &mut Tx, shipment: &Shipment, now: ShipmentStatus, refused: &[Refused]) -> Result<bool> {
    let (was_there, is_there) = (shipment.status == ShipmentStatus::Delivered, now == ShipmentStatus::Delivered);
    if !was_there && !is_there {
        return Ok(false);
    }
    let mut changed = false;
    for (line, row) in contents(tx, shipment)? {
        let left = refused.iter().find(|refused| refused.line_id == line.id).map_or(Amount::ZERO, |refused| refused.quantity);
        let taken = |there: bool, left: Amount| if there { row.arrived(left) } else { Ok(Amount::ZERO) };
        let delivered = line.delivered.minus(taken(was_there, row.refused)?)?.plus(taken(is_there, left)?)?;
        if delivered != line.delivered {
            parts::set_progress(tx.conn, line.id, line.picked, line.shipped, delivered)?;
        }
        if left != row.refused {
            shipments::set_refused(tx.conn, shipment.id, line.id, left)?;
            changed = true;
        }
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::lifecycle::shipment::DeliveryMethod;

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
            warehouse_id: None,
            label_reference: None,
            packages: Json(Vec::new()),
            expected_is_set: false,
            trace_hash: None,
            heard_at: None,
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
            refused: Json(Vec::new()),
            withdrawn_at: None,
            withdrawn_reason: None,
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
        let (stands, _) = standing(&dispatched(), &trace);
        assert_eq!((stands.status, stands.delivered_at, stands.signed_by.as_deref()), (ShipmentStatus::Delivered, Some(at(2)), Some("Li Wei")));
    }

    #[test]
    fn a_shipment_that_went_back_was_not_delivered() {
        let trace = [told(TrackingStatus::Returned, 1, None), told(TrackingStatus::Delivered, 2, Some("Li Wei"))];
        let (stands, _) = standing(&dispatched(), &trace);
        assert_eq!((stands.status, stands.delivered_at, stands.signed_by), (ShipmentStatus::Returned, None, None));
    }

    #[test]
    fn nothing_is_told_of_a_shipment_that_was_cancelled() {
        assert!(refuse_cancelled(&Shipment { status: ShipmentStatus::Cancelled, ..dispatched() }, TrackingStatus::InTransit).is_err());
        assert!(refuse_cancelled(&Shipment { status: ShipmentStatus::Preparing, ..dispatched() }, TrackingStatus::InTransit).is_ok());
        assert!(refuse_cancelled(&dispatched(), TrackingStatus::Dispatched).is_ok());
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
