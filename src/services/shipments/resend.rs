//! Goods that are sent again by the plan for an exception (DOMAIN 6.5): those that did not arrive, and others in the place
//! of those that did. They count as neither picked nor shipped since, and the order is executed for them anew; what
//! happened to the first ones stays as it is.

use super::{contents, find};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::domain::order::LineKind;
use crate::domain::reason::Reason;
use crate::domain::stock::share_out;
use crate::error::{Problem, Result};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::shipments::{self, Shipment, ShipmentLine};
use crate::repositories::stock;
use serde_json::json;

/// What is sent again of a line in a shipment.
struct Again {
    shipment: Shipment,
    line: Line,
    row: ShipmentLine,
    quantity: Amount,
    /// It had arrived, and is replaced.
    arrived: bool,
}

/// Sends what of a shipment did not arrive again: all of a parcel that was lost or came back, and what was refused of one
/// that was delivered.
///
/// # Errors
/// `rule_violated` where the shipment is none of the order's, is still on its way, or everything in it has arrived;
/// `order_blocked` while an amendment of the order is open.
pub fn ship_again(tx: &mut Tx, order: Id, shipment: Id, why: &str) -> Result<()> {
    let order = take(tx, order)?;
    let shipment = find(tx, shipment)?;
    let mut again = Vec::new();
    for (line, row) in contents(tx, &shipment)? {
        let quantity = match shipment.status {
            ShipmentStatus::Lost | ShipmentStatus::Returned => row.counts()?,
            ShipmentStatus::Delivered => row.refused.minus(row.resent)?.at_most(row.counts()?),
            _ => Amount::ZERO,
        };
        if quantity > Amount::ZERO && shipment.order_id == order.id {
            again.push(Again { shipment: shipment.clone(), line, row, quantity, arrived: false });
        }
    }
    if again.is_empty() {
        let en = "Nothing in the shipment was lost, came back or was refused, and is not sent again yet.";
        return Err(Problem::rule("DOMAIN 6.5", en, "该发货单中没有丢失、退回或拒收且尚未补发的货物。").into());
    }
    send(tx, &order, again, why)
}

/// Sends other goods in the place of those of a product that were delivered.
///
/// # Errors
/// `rule_violated` where less of it was delivered and is not replaced yet; `order_blocked` while an amendment is open.
pub fn replace(tx: &mut Tx, order: Id, (sku, quantity): (&str, Amount), why: &str) -> Result<()> {
    let order = take(tx, order)?;
    let mut there = Vec::new();
    for shipment in shipments::list_of_order(tx.conn, order.id)?.into_iter().rev() {
        let inside = contents(tx, &shipment)?;
        if !has_arrived(&shipment, &order, &inside) {
            continue;
        }
        for (line, row) in inside.into_iter().filter(|(line, _)| line.sku.as_deref() == Some(sku)) {
            there.push(Again { quantity: row.arrived(row.refused)?, shipment: shipment.clone(), line, row, arrived: true });
        }
    }
    let bounds: Vec<Amount> = there.iter().map(|one| one.quantity).collect();
    let delivered = Amount::sum(bounds.iter().copied())?;
    if delivered < quantity {
        let (number, delivered) = (&order.number, delivered.short());
        let en = format!("Of {sku} order {number} has had {delivered} delivered that are not replaced yet.");
        return Err(Problem::rule("DOMAIN 6.5", en, format!("订单 {number} 已签收且尚未换货的 {sku} 为 {delivered}。")).into());
    }
    let shares = share_out(quantity, &bounds).into_iter();
    let again = there.into_iter().zip(shares).map(|(one, share)| Again { quantity: share, ..one });
    send(tx, &order, again.filter(|one| one.quantity > Amount::ZERO).collect(), why)
}

/// Whether a shipment is with the customer: it was delivered, or they said that they have received everything, before
/// some of it was replaced.
fn has_arrived(shipment: &Shipment, order: &Order, inside: &[(Line, ShipmentLine)]) -> bool {
    let on_its_way = is_on_its_way(shipment.status);
    shipment.status == ShipmentStatus::Delivered
        || (on_its_way && (order.state == State::Received || inside.iter().any(|(_, row)| row.replaced > Amount::ZERO)))
}

fn take(tx: &mut Tx, order: Id) -> Result<Order> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    let reason = match order.state {
        State::Executing | State::Shipped | State::Received if parts::details(tx.conn, order.id)?.amended_from.is_some() => Reason::AmendmentOpen,
        State::Executing | State::Shipped | State::Received => return Ok(order),
        _ => Reason::OrderNotExecuting,
    };
    Err(Problem::from_reasons(vec![reason]).into())
}

/// Lets goods count as not shipped any more, and records it; the rest is the workflow's.
fn send(tx: &mut Tx, order: &Order, again: Vec<Again>, why: &str) -> Result<()> {
    let mut lines = Vec::new();
    for one in &again {
        uncount(tx, one)?;
        lines.push(json!({"line_id": one.line.id.text(Kind::Line), "quantity": one.quantity}));
    }
    let to_make = again.iter().any(|one| one.line.kind == LineKind::Custom);
    let event = Event::of_order(EventName::OrderGoodsResent, order.id)
        .with("number", order.number.clone())
        .with("status", order.state.status().as_str())
        .with("version", order.version)
        .with("lines", lines)
        .with("to_make", to_make);
    tx.record(event.note("reason", why)).map(drop)
}

fn uncount(tx: &mut Tx, one: &Again) -> Result<()> {
    let (quantity, row) = (one.quantity, one.row);
    let again = match one.arrived {
        true => ShipmentLine { replaced: row.replaced.plus(quantity)?, ..row },
        false => ShipmentLine { resent: row.resent.plus(quantity)?, ..row },
    };
    shipments::set_again(tx.conn, &again)?;
    // a line may be in several shipments
    let lines = parts::lines(tx.conn, one.shipment.order_id)?;
    let Some(line) = lines.iter().find(|line| line.id == one.line.id) else { return Ok(()) };
    let counted = one.arrived && one.shipment.status == ShipmentStatus::Delivered;
    let delivered = if counted { line.delivered.minus(quantity)? } else { line.delivered };
    parts::set_progress(tx.conn, line.id, line.picked.minus(quantity)?, line.shipped.minus(quantity)?, delivered)?;
    if line.kind == LineKind::Custom {
        parts::set_making(tx.conn, line.id, line.to_make, line.made.minus(quantity)?)?;
    }
    unpick(tx, one)
}

/// What left the warehouses is held for the order no more; first that of the warehouse which the shipment left from.
fn unpick(tx: &mut Tx, one: &Again) -> Result<()> {
    let mut held = stock::allocations_of(tx.conn, one.shipment.order_id)?;
    held.retain(|held| held.line_id == one.line.id);
    held.sort_by_key(|held| Some(held.warehouse_id) != one.shipment.warehouse_id);
    let bounds: Vec<Amount> = held.iter().map(|held| held.picked).collect();
    for (held, share) in held.iter().zip(share_out(one.quantity, &bounds)).filter(|(_, share)| *share > Amount::ZERO) {
        stock::set_picked(tx.conn, held, held.picked.minus(share)?)?;
    }
    Ok(())
}

/// A parcel that was sent again has turned up after all: what goes in its place and was not picked yet does not. Gives
/// whether there was any.
///
/// # Errors
/// Those of the database.
pub fn lapse(tx: &mut Tx, order: Id, shipment: Id) -> Result<bool> {
    let shipment = find(tx, shipment)?;
    let there = shipment.status == ShipmentStatus::Delivered;
    if !there && !is_on_its_way(shipment.status) {
        return Ok(false);
    }
    let mut lines = Vec::new();
    for (line, row) in contents(tx, &shipment)? {
        let refused = if there { row.refused.at_most(row.resent) } else { Amount::ZERO };
        let waiting = line.quantity.minus(line.picked)?;
        let quantity = row.resent.minus(refused)?.at_most(waiting);
        if quantity > Amount::ZERO {
            recount(tx, &shipment, (&line, row), quantity)?;
            lines.push(json!({"line_id": line.id.text(Kind::Line), "quantity": quantity}));
        }
    }
    let Some(order) = orders::find(tx.conn, order)?.filter(|_| !lines.is_empty()) else { return Ok(false) };
    let event = Event::of_order(EventName::OrderGoodsFound, order.id)
        .with("number", order.number.clone())
        .with("status", order.state.status().as_str())
        .with("version", order.version);
    tx.record(event.with("lines", lines))?;
    Ok(true)
}

const fn is_on_its_way(status: ShipmentStatus) -> bool {
    matches!(status, ShipmentStatus::Dispatched | ShipmentStatus::InTransit | ShipmentStatus::OutForDelivery)
}

/// The opposite of what was done when it was sent again.
fn recount(tx: &mut Tx, shipment: &Shipment, (line, row): (&Line, ShipmentLine), quantity: Amount) -> Result<()> {
    let counts = ShipmentLine { resent: row.resent.minus(quantity)?, ..row };
    shipments::set_again(tx.conn, &counts)?;
    let more =
        if shipment.status == ShipmentStatus::Delivered { counts.arrived(row.refused)?.minus(row.arrived(row.refused)?)? } else { Amount::ZERO };
    parts::set_progress(tx.conn, line.id, line.picked.plus(quantity)?, line.shipped.plus(quantity)?, line.delivered.plus(more)?)?;
    if line.kind == LineKind::Custom {
        parts::set_making(tx.conn, line.id, line.to_make, line.made.plus(quantity)?)?;
    }
    let mut held = stock::allocations_of(tx.conn, shipment.order_id)?;
    held.retain(|held| held.line_id == line.id);
    held.sort_by_key(|held| Some(held.warehouse_id) != shipment.warehouse_id);
    if let Some(held) = held.first() {
        stock::set_picked(tx.conn, held, held.picked.plus(quantity)?)?;
    }
    Ok(())
}

/// Whether something of a shipment that is sent again, or of a product that is replaced, has not left yet.
///
/// # Errors
/// Those of the database.
pub fn is_open(tx: &mut Tx, order: Id, of: impl Fn(&Line) -> bool) -> Result<bool> {
    let alive = orders::find(tx.conn, order)?.is_some_and(|order| order.state != State::Cancelled);
    Ok(alive && parts::lines(tx.conn, order)?.iter().any(|line| of(line) && line.shipped < line.quantity))
}
