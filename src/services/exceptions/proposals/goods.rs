//! What could be done about goods that have left: sent again, replaced, taken back (DOMAIN 6.5).

use super::named;
use crate::db::Conn;
use crate::domain::amount::Amount;
use crate::domain::carrier::Carrier;
use crate::domain::id::Kind;
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::domain::remedy::{Proposal, Remedy, ReturnRefund};
use crate::error::Result;
use crate::repositories::money::{self, given};
use crate::repositories::orders::{Order, parts};
use crate::repositories::{carriers, returns, shipments};

/// How many other carriers are proposed for a parcel.
const OTHER_CARRIERS: usize = 2;

/// What suits an order's parcels, and goods of it that were delivered and are found fault with.
pub(super) fn propose(conn: &mut Conn, kind: ExceptionKind, order: &Order) -> Result<Vec<Proposal>> {
    if order.state == State::Cancelled {
        return Ok(Vec::new());
    }
    let mut remedies = missing(conn, order)?;
    if matches!(kind, ExceptionKind::QualityProblem | ExceptionKind::Complaint) {
        remedies.extend(faulty(conn, order)?);
    }
    if kind == ExceptionKind::DeliveryDelay {
        remedies.extend(other_carriers(conn, order)?);
    }
    Ok(remedies.into_iter().map(|remedy| Proposal { delay_days: None, cost: remedy.amount(), remedy }).collect())
}

/// Parcels of which something did not arrive and is not sent again yet.
fn missing(conn: &mut Conn, order: &Order) -> Result<Vec<Remedy>> {
    let mut found = Vec::new();
    for shipment in shipments::list_of_order(conn, order.id)? {
        let inside = shipments::lines_of(conn, &[shipment.id])?;
        let some = match shipment.status {
            ShipmentStatus::Lost | ShipmentStatus::Returned => inside.iter().any(|row| row.counts().is_ok_and(|left| left > Amount::ZERO)),
            ShipmentStatus::Delivered => inside.iter().any(|row| row.refused > row.resent && row.counts().is_ok_and(|left| left > Amount::ZERO)),
            _ => false,
        };
        if some {
            found.push(Remedy::ShipAgain { shipment: shipment.id.text(Kind::Shipment) });
        }
    }
    Ok(found)
}

/// Other carriers for parcels that have not arrived: the sooner they are there, the better.
fn other_carriers(conn: &mut Conn, order: &Order) -> Result<Vec<Remedy>> {
    let delivery = parts::delivery(conn, order.id)?;
    let Some(country) = delivery.country.as_deref() else { return Ok(Vec::new()) };
    let region = delivery.region.as_deref();
    let mut known: Vec<Carrier> = carriers::active(conn)?.into_iter().filter(|carrier| carrier.serves(country, region)).collect();
    known.sort_by_key(|carrier| carrier.days_to(country, region).unwrap_or(u32::MAX));
    let mut found = Vec::new();
    for shipment in shipments::list_of_order(conn, order.id)?.into_iter().filter(|shipment| is_coming(shipment.status)) {
        let other = |carrier: &&Carrier| {
            let theirs = shipment.carrier.as_deref().is_some_and(|name| carrier.goes_by(name));
            carrier.methods.contains(&shipment.method) && !theirs
        };
        let by = |carrier: &Carrier| Remedy::OtherCarrier {
            shipment: shipment.id.text(Kind::Shipment),
            carrier: carrier.code.clone(),
            tracking_number: None,
            expected_at: None,
        };
        found.extend(known.iter().filter(other).take(OTHER_CARRIERS).map(by));
    }
    Ok(found)
}

const fn is_coming(status: ShipmentStatus) -> bool {
    matches!(status, ShipmentStatus::Preparing | ShipmentStatus::Dispatched | ShipmentStatus::InTransit | ShipmentStatus::OutForDelivery)
}

/// Where everything that was delivered is of one product, it may be replaced, or taken back and refunded as it was paid.
fn faulty(conn: &mut Conn, order: &Order) -> Result<Vec<Remedy>> {
    let lines = parts::lines(conn, order.id)?;
    let mut delivered = lines.iter().filter(|line| line.delivered > Amount::ZERO);
    let (Some(line), None) = (delivered.next(), delivered.next()) else { return Ok(Vec::new()) };
    let Some(sku) = line.sku.clone() else { return Ok(Vec::new()) };
    let quantity = line.delivered;
    let back = Amount::sum(given::refunds_of(conn, order.id)?.iter().map(|refund| refund.amount))?;
    let paid = money::paid_total(conn, order.id)?.minus(back)?;
    let method = money::list_payments(conn, Some(order.id), None, 1)?.first().map(|payment| payment.method);
    let refund = method
        .filter(|_| lines.len() == 1 && quantity == line.quantity && paid >= order.total)
        .map(|method| ReturnRefund { amount: order.total, method });
    let replace = Remedy::Replace { order: named(order), sku: sku.clone(), quantity };
    let comes_back = !returns::of_order(conn, order.id)?.is_empty();
    let take_back = Remedy::ReturnGoods { order: named(order), sku, quantity, refund };
    Ok(if comes_back { vec![replace] } else { vec![replace, take_back] })
}
