//! What customers are told of their orders, and who of them (DOMAIN 4.3, 5.3). A message is put
//! beside the event that causes it; `delivery` takes it from there.

use crate::db::Tx;
use crate::db::tx::Outgoing;
use crate::domain::id::Id;
use crate::domain::message::{Facts, Goods, MessageKind, language_of, write};
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::orders::{self, Order, parts};
use crate::repositories::{customers, shipments};
use std::collections::BTreeMap;

/// Who hears of an order, and in which language.
struct Addressee {
    email: String,
    language: Language,
}

/// The customer as the order knows them; none where there is no e-mail address.
fn addressee(tx: &mut Tx, order: &Order) -> Result<Option<Addressee>> {
    let Some(email) = parts::details(tx.conn, order.id)?.email else { return Ok(None) };
    let customer = customers::find(tx.conn, order.customer_id)?;
    let language = customer.map_or(Language::English, |customer| language_of(&customer.language));
    Ok(Some(Addressee { email, language }))
}

fn send(tx: &mut Tx, event: Id, order: Id, kind: MessageKind, to: Addressee, facts: &Facts) {
    let text = write(kind, to.language, facts);
    tx.send(Outgoing {
        event_id: event,
        order_id: order,
        kind: kind.as_str(),
        recipient: to.email,
        language: to.language,
        subject: text.subject,
        body: text.body,
    });
}

/// Tells the customer what a shipment holds, its carrier and tracking number (DOMAIN 4.3).
///
/// # Errors
/// Those of the database.
pub fn shipment_dispatched(tx: &mut Tx, event: Id, order: Id, shipment: Id) -> Result<()> {
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let Some(to) = addressee(tx, &order)? else { return Ok(()) };
    let sent = shipments::find(tx.conn, shipment)?.ok_or_else(Problem::not_found)?;
    let facts = Facts {
        order_number: order.number,
        goods: goods(tx, order.id, shipment)?,
        method: Some(sent.method.label(to.language).to_owned()),
        carrier: sent.carrier,
        tracking_number: sent.tracking_number,
        tracking_url: sent.tracking_url,
    };
    send(tx, event, order.id, MessageKind::ShipmentDispatched, to, &facts);
    Ok(())
}

/// What a shipment holds, in the order of the order's lines.
fn goods(tx: &mut Tx, order: Id, shipment: Id) -> Result<Vec<Goods>> {
    let held: BTreeMap<Id, _> = shipments::lines_of(tx.conn, &[shipment])?.into_iter().map(|line| (line.line_id, line.quantity)).collect();
    let lines = parts::lines(tx.conn, order)?;
    let goods = lines.into_iter().filter_map(|line| {
        let quantity = held.get(&line.id)?.short();
        Some(Goods { name: line.name, quantity, unit: line.unit })
    });
    Ok(goods.collect())
}

/// Tells the customer that everything of their order has arrived.
///
/// # Errors
/// Those of the database.
pub fn order_received(tx: &mut Tx, event: Id, order: Id) -> Result<()> {
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let Some(to) = addressee(tx, &order)? else { return Ok(()) };
    let facts = Facts { order_number: order.number, ..Facts::default() };
    send(tx, event, order.id, MessageKind::OrderReceived, to, &facts);
    Ok(())
}
