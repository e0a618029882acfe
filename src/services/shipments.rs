//! Shipments: packed, dispatched, followed, cancelled. What callers say is in `input`, what goes
//! into a shipment in `pack`, what happens to it on its way in `track`. Whoever changes one takes
//! its order first (DECISIONS 5).

mod carried;
mod change;
mod correct;
mod input;
mod pack;
pub mod receipt;
pub mod resend;
pub mod traced;
mod track;

pub use change::update;
pub use correct::{recall, withdraw_event};
pub use input::{CancelShipmentInput, CorrectionInput, DispatchInput, ShipmentChange, ShipmentInput, ShipmentLineInput, TrackingInput};
pub use pack::create;
pub use track::{Reported, note_silent, record_event, troubles};

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::carrier::{Carrier, needs_carrier};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::shipment::{Facts, MACHINE, ShipmentEvent, ShipmentStatus, TrackingStatus};
use crate::error::{Code, Problem, Result};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::shipments::{self, Shipment, ShipmentLine, Tracking};
use crate::repositories::{exceptions, money};
use std::collections::BTreeMap;

fn find(tx: &mut Tx, id: Id) -> Result<Shipment> {
    shipments::find(tx.conn, id)?.ok_or_else(|| Problem::not_found().into())
}

/// Takes a shipment's order, then reads both as they are now, at the version that was seen.
fn take(tx: &mut Tx, id: Id) -> Result<(Order, Shipment)> {
    let order_id = find(tx, id)?.order_id;
    let order = orders::take(tx, order_id)?.ok_or_else(Problem::not_found)?;
    let shipment = find(tx, id)?;
    tx.check_match(shipment.version)?;
    Ok((order, shipment))
}

/// The order's lines that are in a shipment, each with what of it is.
fn contents(tx: &mut Tx, shipment: &Shipment) -> Result<Vec<(Line, ShipmentLine)>> {
    let inside: BTreeMap<Id, ShipmentLine> = shipments::lines_of(tx.conn, &[shipment.id])?.into_iter().map(|row| (row.line_id, row)).collect();
    let lines = parts::lines(tx.conn, shipment.order_id)?.into_iter();
    Ok(lines.filter_map(|line| inside.get(&line.id).map(|row| (line, *row))).collect())
}

/// Moves a shipment by the table; gives it as it is to become, at its next version.
fn step(tx: &Tx, shipment: &Shipment, event: ShipmentEvent, facts: &Facts) -> Result<Shipment> {
    let status = MACHINE.next(shipment.status, event, facts).map_err(|r| Problem::refusal(shipment.status.as_str(), event, r))?;
    Ok(Shipment { status, version: shipment.version + 1, updated_at: tx.now, ..shipment.clone() })
}

fn store(tx: &mut Tx, from: ShipmentStatus, moved: &Shipment) -> Result<()> {
    if shipments::set_status(tx.conn, from, moved)? { Ok(()) } else { Err(Code::VersionMismatch.into()) }
}

/// What subscribers see of every shipment's event (DECISIONS 13).
fn describe(name: EventName, order: &Order, shipment: &Shipment) -> Event {
    Event::in_order(name, order.id, Kind::Shipment, shipment.id)
        .with("order_id", order.id.text(Kind::Order))
        .with("order_number", order.number.clone())
        .with("position", shipment.position)
        .with("status", shipment.status.as_str())
        .with("version", shipment.version)
}

/// The shipment with what became known at dispatch. A page that somebody named stays; one of ours
/// follows carrier and number. Carriers as they were and are known to us are given.
fn completed(shipment: &Shipment, said: &DispatchInput, (was, is): (Option<&Carrier>, Option<&Carrier>)) -> Shipment {
    let carrier = said.carrier.clone().or_else(|| shipment.carrier.clone());
    let number = said.tracking_number.clone().or_else(|| shipment.tracking_number.clone());
    let ours = carried::page(was, shipment.tracking_number.as_deref());
    let named = shipment.tracking_url.clone().filter(|url| Some(url) != ours.as_ref());
    let tracking_url = named.or_else(|| carried::page(is, number.as_deref()));
    Shipment { carrier, tracking_number: number, tracking_url, ..shipment.clone() }
}

/// What the guards of a dispatch look at.
fn facts(tx: &mut Tx, order: &Order, shipment: &Shipment, contents: &[(Line, ShipmentLine)]) -> Result<Facts> {
    let details = parts::details(tx.conn, order.id)?;
    let ready =
        |(line, row): &(Line, ShipmentLine)| line.picked.minus(line.shipped).is_ok_and(|there| row.counts().is_ok_and(|packed| there >= packed));
    Ok(Facts {
        tracking_number_missing: needs_carrier(shipment.method) && shipment.tracking_number.is_none(),
        goods_not_ready: !contents.iter().all(ready),
        order_not_executing: order.state != State::Executing,
        blocked_by: exceptions::blocking_numbers(tx.conn, order.id)?,
        standstill: details.standstill(),
        payment_missing: money::missing_of(tx.conn, order, details.payment_due.before_dispatch(order.total, details.deposit))?,
        ..Facts::default()
    })
}

/// A shipment leaves: what is in it counts as shipped (DOMAIN 4.2).
///
/// # Errors
/// `invalid_transition` where it has left already, or something in it is not picked or produced
/// yet; `evidence_missing` without a tracking number; `order_blocked`.
pub fn dispatch(tx: &mut Tx, id: Id, said: &DispatchInput) -> Result<Shipment> {
    let (order, shipment) = take(tx, id)?;
    let contents = contents(tx, &shipment)?;
    let was = carried::known(tx, shipment.carrier.as_deref())?;
    let is = if said.carrier.is_some() { carried::known(tx, said.carrier.as_deref())? } else { was.clone() };
    let completed = completed(&shipment, said, (was.as_ref(), is.as_ref()));
    let facts = facts(tx, &order, &completed, &contents)?;
    let moved = Shipment {
        dispatched_at: Some(tx.now),
        trace_hash: Some(tx.company.links.hash_for(id)),
        heard_at: Some(tx.now),
        ..step(tx, &completed, ShipmentEvent::Dispatch, &facts)?
    };
    if said.carrier.is_some() {
        carried::refuse_unserved(tx, is.as_ref(), order.id, shipment.method)?;
    }
    let moved = carried::dated(tx, is.as_ref(), moved)?;
    store(tx, shipment.status, &moved)?;
    for (line, row) in &contents {
        parts::set_progress(tx.conn, line.id, line.picked, line.shipped.plus(row.counts()?)?, line.delivered)?;
    }
    shipments::insert_tracking(tx.conn, &departure(tx, &moved))?;
    let event = describe(EventName::ShipmentDispatched, &order, &moved).change("status", shipment.status.as_str(), moved.status.as_str());
    tx.record(event.note("carrier", moved.carrier.clone()).note("tracking_number", moved.tracking_number.clone()))?;
    // what was told of it before its dispatch was recorded
    let told = shipments::tracking_of(tx.conn, moved.id)?.iter().any(|told| told.counts() && told.status != TrackingStatus::Dispatched);
    if told {
        track::follow(tx, &order, &moved, Some("all"))?;
    }
    find(tx, id)
}

/// The first entry of a trace.
fn departure(tx: &Tx, shipment: &Shipment) -> Tracking {
    Tracking {
        id: tx.new_id(),
        shipment_id: shipment.id,
        status: TrackingStatus::Dispatched,
        occurred_at: tx.now,
        recorded_at: tx.now,
        description: String::new(),
        location: None,
        signed_by: None,
        actor_label: tx.actor.label.clone(),
        refused: Json(Vec::new()),
        withdrawn_at: None,
        withdrawn_reason: None,
    }
}

/// A shipment that has not left does not leave; what is in it is left to ship again.
///
/// # Errors
/// `invalid_transition` where it has left or is cancelled already.
pub fn cancel(tx: &mut Tx, id: Id, reason: &str) -> Result<Shipment> {
    let (order, shipment) = take(tx, id)?;
    cancel_taken(tx, &order, &shipment, reason)
}

fn cancel_taken(tx: &mut Tx, order: &Order, shipment: &Shipment, reason: &str) -> Result<Shipment> {
    let moved = step(tx, shipment, ShipmentEvent::Cancel, &Facts::default())?;
    store(tx, shipment.status, &moved)?;
    let event = describe(EventName::ShipmentCancelled, order, &moved).change("status", shipment.status.as_str(), moved.status.as_str());
    tx.record(event.note("reason", reason))?;
    Ok(moved)
}

/// Nothing leaves of an order that was cancelled.
///
/// # Errors
/// Those of the database.
pub fn cancel_all(tx: &mut Tx, order: Id) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    for shipment in shipments::list_of_order(tx.conn, order.id)?.iter().filter(|shipment| shipment.status == ShipmentStatus::Preparing) {
        cancel_taken(tx, &order, shipment, "order cancelled")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::carrier::default_carriers;
    use crate::domain::lifecycle::shipment::DeliveryMethod;
    use crate::domain::time::UtcTime;

    fn packed(carrier: Option<&str>, number: Option<&str>, url: Option<&str>) -> Shipment {
        let (id, now) = (Id::from_parts(1, [1; 10]), UtcTime::from_micros(0).unwrap());
        Shipment {
            id,
            version: 1,
            order_id: id,
            position: 1,
            status: ShipmentStatus::Preparing,
            method: DeliveryMethod::Courier,
            carrier: carrier.map(str::to_owned),
            tracking_number: number.map(str::to_owned),
            tracking_url: url.map(str::to_owned),
            planned_dispatch_at: None,
            expected_at: None,
            dispatched_at: None,
            delivered_at: None,
            signed_by: None,
            created_at: now,
            updated_at: now,
            warehouse_id: None,
            label_reference: None,
            packages: Json(Vec::new()),
            expected_is_set: false,
            trace_hash: None,
            heard_at: None,
        }
    }

    fn carrier(name: &str) -> Option<Carrier> {
        default_carriers().into_iter().find(|carrier| carrier.goes_by(name))
    }

    fn page(name: &str, number: &str) -> Option<String> {
        carrier(name)?.page(number)
    }

    fn shown(shipment: &Shipment, said: &DispatchInput) -> Shipment {
        let [was, is] = [&shipment.carrier, &said.carrier].map(|name| name.as_deref().and_then(carrier));
        completed(shipment, said, (was.as_ref(), is.as_ref().or(was.as_ref())))
    }

    #[test]
    fn the_page_of_a_known_carrier_follows_the_number() {
        // DOMAIN 4.3
        let said = DispatchInput { tracking_number: Some("2".into()), carrier: None };
        let (first, second) = (page("UPS", "1"), page("UPS", "2"));
        assert_eq!(shown(&packed(Some("UPS"), None, None), &said).tracking_url, second);
        assert_eq!(shown(&packed(Some("UPS"), Some("1"), first.as_deref()), &said).tracking_url, second);
        assert_eq!(shown(&packed(Some("Wang Transport"), None, None), &said).tracking_url, None);
        assert_eq!(shown(&packed(Some("UPS"), Some("1"), first.as_deref()), &DispatchInput::default()).tracking_url, first);
    }

    #[test]
    fn a_page_that_somebody_named_stays() {
        let said = DispatchInput { tracking_number: Some("2".into()), carrier: Some("UPS".into()) };
        let shown = shown(&packed(Some("Wang Transport"), None, Some("https://wang.example")), &said);
        assert_eq!((shown.tracking_url.as_deref(), shown.carrier.as_deref()), (Some("https://wang.example"), Some("UPS")));
    }
}
