//! What is known of a shipment is put right, and added to: carrier and number, label and pieces, the days.

use super::input::{ShipmentChange, in_turn};
use super::{carried, describe, store, take};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::carrier::needs_carrier;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::shipments::Shipment;

impl ShipmentChange {
    fn of(shipment: &Shipment) -> Self {
        Self {
            carrier: shipment.carrier.clone(),
            tracking_number: shipment.tracking_number.clone(),
            tracking_url: shipment.tracking_url.clone(),
            label_reference: shipment.label_reference.clone(),
            packages: shipment.packages.0.clone(),
            planned_dispatch_at: shipment.planned_dispatch_at,
            expected_at: shipment.expected_at,
        }
    }
}

/// Changes what is known of a shipment, under `If-Match`.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`; `invalid_transition` for one that was cancelled;
/// `validation_failed` where a carrier or number that is needed goes; `rule_violated` for a carrier that does not
/// deliver there, or another plan for what has left.
pub fn update(tx: &mut Tx, id: Id, patch: &Patch) -> Result<Shipment> {
    let (order, shipment) = take(tx, id)?;
    tx.require_match(shipment.version)?;
    let (before, said) = (ShipmentChange::of(&shipment), patch.apply(&ShipmentChange::of(&shipment))?);
    if said == before {
        return Ok(shipment);
    }
    if shipment.status == ShipmentStatus::Cancelled {
        return Err(Problem::invalid_transition(shipment.status.as_str(), "change", &[]).into());
    }
    refuse_gaps(&shipment, &before, &said)?;
    let changed = changed(tx, &shipment, &before, said)?;
    store(tx, shipment.status, &changed)?;
    let event = fields(&before, &ShipmentChange::of(&changed))
        .into_iter()
        .fold(describe(EventName::ShipmentChanged, &order, &changed), |event, (field, was, is)| event.change(field, was, is));
    tx.record(event)?;
    Ok(changed)
}

fn refuse_gaps(shipment: &Shipment, before: &ShipmentChange, said: &ShipmentChange) -> Result<()> {
    let left = shipment.dispatched_at.is_some();
    let required = |at: &str| Err(Problem::invalid(at, "required", "is needed for courier and freight", "快递和货运必须填写").into());
    if needs_carrier(shipment.method) && said.carrier.is_none() {
        return required("/carrier");
    }
    if needs_carrier(shipment.method) && left && said.tracking_number.is_none() {
        return required("/tracking_number");
    }
    let named = shipment.expected_is_set || said.expected_at != before.expected_at;
    if named && in_turn(shipment.dispatched_at.or(said.planned_dispatch_at), said.expected_at).is_err() {
        let (en, zh) = ("must not lie before it leaves", "不得早于发货时间");
        return Err(Problem::invalid("/expected_at", "conflict", en, zh).into());
    }
    if left && said.planned_dispatch_at != before.planned_dispatch_at {
        return Err(Problem::rule("DOMAIN 4.3", "It has left; nothing is planned for that any more.", "货物已发出，不能再调整计划发货时间。").into());
    }
    Ok(())
}

/// The shipment as it is said to be: a page and a day that are ours follow carrier and number, those that somebody
/// named stay.
fn changed(tx: &mut Tx, shipment: &Shipment, before: &ShipmentChange, said: ShipmentChange) -> Result<Shipment> {
    let was = carried::known(tx, shipment.carrier.as_deref())?;
    let is = carried::known(tx, said.carrier.as_deref())?;
    if said.carrier != before.carrier {
        carried::refuse_unserved(tx, is.as_ref(), shipment.order_id, shipment.method)?;
    }
    let ours = carried::page(was.as_ref(), before.tracking_number.as_deref());
    let named = if said.tracking_url == before.tracking_url { said.tracking_url.filter(|url| Some(url) != ours.as_ref()) } else { said.tracking_url };
    let set = if said.expected_at == before.expected_at { shipment.expected_is_set } else { said.expected_at.is_some() };
    let changed = Shipment {
        tracking_url: named.or_else(|| carried::page(is.as_ref(), said.tracking_number.as_deref())),
        carrier: said.carrier,
        tracking_number: said.tracking_number,
        label_reference: said.label_reference,
        packages: Json(said.packages),
        planned_dispatch_at: said.planned_dispatch_at,
        expected_at: said.expected_at,
        expected_is_set: set,
        version: shipment.version + 1,
        updated_at: tx.now,
        ..shipment.clone()
    };
    carried::dated(tx, is.as_ref(), changed)
}

type Changed = (&'static str, serde_json::Value, serde_json::Value);

/// The fields that changed, with what they were and are.
fn fields(before: &ShipmentChange, after: &ShipmentChange) -> Vec<Changed> {
    let fields = |change: &ShipmentChange| {
        [
            ("carrier", serde_json::json!(change.carrier)),
            ("tracking_number", serde_json::json!(change.tracking_number)),
            ("tracking_url", serde_json::json!(change.tracking_url)),
            ("label_reference", serde_json::json!(change.label_reference)),
            ("packages", serde_json::json!(change.packages)),
            ("planned_dispatch_at", serde_json::json!(change.planned_dispatch_at)),
            ("expected_at", serde_json::json!(change.expected_at)),
        ]
    };
    let pairs = fields(before).into_iter().zip(fields(after));
    pairs.filter(|(was, is)| was.1 != is.1).map(|((field, was), (_, is))| (field, was, is)).collect()
}
