//! What could be done about goods that have left: sent again, replaced, taken back (DOMAIN 6.5).

use super::named;
use crate::db::Conn;
use crate::domain::amount::Amount;
use crate::domain::id::Kind;
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::domain::remedy::{Proposal, Remedy, ReturnRefund};
use crate::error::Result;
use crate::repositories::orders::{Order, parts};
use crate::repositories::{money, shipments};

/// What suits an order's parcels, and goods of it that were delivered and are found fault with.
pub(super) fn propose(conn: &mut Conn, kind: ExceptionKind, order: &Order) -> Result<Vec<Proposal>> {
    if order.state == State::Cancelled {
        return Ok(Vec::new());
    }
    let mut remedies = missing(conn, order)?;
    if matches!(kind, ExceptionKind::QualityProblem | ExceptionKind::Complaint) {
        remedies.extend(faulty(conn, order)?);
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
            ShipmentStatus::Delivered => inside.iter().any(|row| row.refused > row.resent),
            _ => false,
        };
        if some {
            found.push(Remedy::ShipAgain { shipment: shipment.id.text(Kind::Shipment) });
        }
    }
    Ok(found)
}

/// Where everything that was delivered is of one product, it may be replaced, or taken back and refunded as it was paid.
fn faulty(conn: &mut Conn, order: &Order) -> Result<Vec<Remedy>> {
    let lines = parts::lines(conn, order.id)?;
    let mut delivered = lines.iter().filter(|line| line.delivered > Amount::ZERO);
    let (Some(line), None) = (delivered.next(), delivered.next()) else { return Ok(Vec::new()) };
    let Some(sku) = line.sku.clone() else { return Ok(Vec::new()) };
    let (quantity, paid) = (line.delivered, money::paid_total(conn, order.id)?);
    let method = money::list_payments(conn, Some(order.id), None, 1)?.first().map(|payment| payment.method);
    let refund = method.filter(|_| lines.len() == 1 && paid >= order.total).map(|method| ReturnRefund { amount: order.total, method });
    let replace = Remedy::Replace { order: named(order), sku: sku.clone(), quantity };
    Ok(vec![replace, Remedy::ReturnGoods { order: named(order), sku, quantity, refund }])
}
