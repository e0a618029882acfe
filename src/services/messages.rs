//! What customers are told of their orders, and who of them (DOMAIN 2.5, 4.3, 5.3). A message is put
//! beside the event that causes it; `delivery` takes it from there.

use crate::db::Tx;
use crate::db::tx::Outgoing;
use crate::db::types::Json;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::message::{Facts, Goods, MessageChannel, MessageKind, language_of, reachable, write};
use crate::domain::offer::{Offer, day};
use crate::domain::remedy::Remedy;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::messages::MessageRow;
use crate::repositories::orders::offer::offer;
use crate::repositories::orders::{self, Order, parts};
use crate::repositories::{customers, exceptions, links, message_templates, messages, settings, shipments};
use std::collections::BTreeMap;

/// Who hears of an order, by which ways, and in which language.
struct Addressee {
    ways: Vec<(MessageChannel, String)>,
    language: Language,
}

/// The customer as the order knows them; no ways where there is no address.
fn addressee(tx: &mut Tx, order: &Order) -> Result<Addressee> {
    let details = parts::details(tx.conn, order.id)?;
    let (_, settings) = settings::load(tx.conn)?;
    let ways = reachable(&settings.message_channels, details.email.as_deref(), details.phone.as_deref());
    let ways: Vec<_> = ways.map(|(channel, address)| (channel, address.to_owned())).collect();
    let customer = if ways.is_empty() { None } else { customers::find(tx.conn, order.customer_id)? };
    Ok(Addressee { ways, language: customer.map_or(Language::English, |customer| language_of(&customer.language)) })
}

/// What caused a message, what it is about, and the link that it carries.
struct Cause {
    event: Id,
    order: Id,
    kind: MessageKind,
    link: Option<Id>,
    shipment: Option<Id>,
}

fn send(tx: &mut Tx, cause: &Cause, to: Addressee, facts: &Facts) -> Result<()> {
    if to.ways.is_empty() {
        return Ok(());
    }
    let template = message_templates::used(tx.conn, cause.kind, to.language)?;
    for (channel, recipient) in to.ways {
        let text = write(&template, channel, facts);
        tx.send(Outgoing {
            event_id: cause.event,
            order_id: Some(cause.order),
            kind: cause.kind,
            channel,
            recipient,
            language: to.language,
            subject: text.subject,
            body: text.body,
            link_id: cause.link,
            shipment_id: cause.shipment,
        });
    }
    Ok(())
}

/// What a message may say of what the customer is asked to agree to.
fn offered(offer: &Offer, language: Language) -> Facts {
    let with_currency = |amount: &str| format!("{amount} {}", offer.currency);
    let goods = offer.lines.iter().map(|line| Goods {
        name: line.name.clone(),
        specification: line.specification.clone(),
        quantity: line.quantity.clone(),
        unit: line.unit.clone(),
        amount: Some(with_currency(&line.amount)),
    });
    Facts {
        order_number: offer.order_number.clone(),
        customer_name: Some(offer.customer_name.clone()),
        goods: goods.collect(),
        total: Some(with_currency(&offer.total)),
        address: offer.address.line(language),
        promised_date: offer.promised_date.map(|date| day(date, language)),
        method: offer.delivery_method.map(|method| method.label(language).to_owned()),
        ..Facts::default()
    }
}

/// Asks the customer to confirm, or reminds them, with everything that they agree to (DOMAIN 2.5).
///
/// # Errors
/// Those of the database.
pub fn confirmation(tx: &mut Tx, kind: MessageKind, event: Id, order: Id, link: Id) -> Result<()> {
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let link = links::find(tx.conn, link)?.ok_or_else(Problem::not_found)?;
    let to = addressee(tx, &order)?;
    let until = tx.company.zone.local_date(link.expires_at.utc());
    let facts = Facts { has_link: true, link_until: Some(day(until, to.language)), ..offered(&offer(tx.conn, &order)?, to.language) };
    send(tx, &Cause { event, order: order.id, kind, link: Some(link.id), shipment: None }, to, &facts)
}

/// Tells the customer what a shipment holds, its carrier and tracking number (DOMAIN 4.3).
///
/// # Errors
/// Those of the database.
pub fn shipment_dispatched(tx: &mut Tx, event: Id, order: Id, shipment: Id) -> Result<()> {
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let to = addressee(tx, &order)?;
    if to.ways.is_empty() {
        return Ok(());
    }
    let sent = shipments::find(tx.conn, shipment)?.ok_or_else(Problem::not_found)?;
    let facts = Facts {
        order_number: order.number,
        goods: goods(tx, order.id, shipment)?,
        method: Some(sent.method.label(to.language).to_owned()),
        carrier: sent.carrier,
        tracking_number: sent.tracking_number,
        tracking_url: sent.tracking_url,
        has_link: sent.trace_hash.is_some(),
        ..Facts::default()
    };
    send(tx, &Cause { event, order: order.id, kind: MessageKind::ShipmentDispatched, link: None, shipment: Some(shipment) }, to, &facts)
}

/// What a shipment holds, in the order of the order's lines.
fn goods(tx: &mut Tx, order: Id, shipment: Id) -> Result<Vec<Goods>> {
    let held: BTreeMap<Id, _> = shipments::lines_of(tx.conn, &[shipment])?.into_iter().map(|line| (line.line_id, line.quantity)).collect();
    let lines = parts::lines(tx.conn, order)?;
    let goods = lines.into_iter().filter_map(|line| {
        let quantity = held.get(&line.id)?.short();
        Some(Goods { name: line.name, quantity, unit: line.unit, ..Goods::default() })
    });
    Ok(goods.collect())
}

/// Tells the customer that everything of their order has arrived.
///
/// # Errors
/// Those of the database.
pub fn order_received(tx: &mut Tx, event: Id, order: Id) -> Result<()> {
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let to = addressee(tx, &order)?;
    let facts = Facts { order_number: order.number, ..Facts::default() };
    send(tx, &Cause { event, order: order.id, kind: MessageKind::OrderReceived, link: None, shipment: None }, to, &facts)
}

/// Whether an action is about an order.
fn concerns(tx: &mut Tx, order: &Order, remedy: &Remedy) -> Result<bool> {
    if let Remedy::OtherCarrier { shipment, .. } = remedy {
        let shipment = Kind::Shipment.parse(shipment).map(|id| shipments::find(tx.conn, id)).transpose()?.flatten();
        return Ok(shipment.is_some_and(|shipment| shipment.order_id == order.id));
    }
    Ok(remedy.order().is_none_or(|named| named == order.number || named == order.id.text(Kind::Order)))
}

/// Tells the customer of an order what somebody wrote for them about an exception, and what its plan does for them; where
/// nothing is for them, they are not told (DOMAIN 6.6).
///
/// # Errors
/// Those of the database.
pub fn exception(tx: &mut Tx, kind: MessageKind, event: Id, told: &Event) -> Result<()> {
    let named = told.payload.get("exception_id").and_then(|id| id.as_str()).and_then(|id| Kind::Exception.parse(id));
    let (Some(order), Some(exception)) = (told.order, named) else { return Ok(()) };
    let Some(row) = exceptions::find(tx.conn, exception)? else { return Ok(()) };
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let plan = row.plan.as_ref().map(|Json(plan)| plan).filter(|_| kind == MessageKind::ExceptionPlanned);
    let note = match plan {
        Some(plan) => plan.customer_note.clone(),
        None => row.customer_note.clone().filter(|_| row.version == 1), // told once, as it is reported
    };
    // what others still have to agree to is told by asking the customer
    let settled = plan.into_iter().flat_map(|plan| &plan.actions).filter(|planned| !planned.remedy.amends() || planned.done_at.is_some());
    let mut ours = Vec::new();
    for planned in settled {
        if concerns(tx, &order, &planned.remedy)? {
            ours.push(planned.clone());
        }
    }
    let to = addressee(tx, &order)?;
    let facts = Facts {
        order_number: order.number.clone(),
        problem: Some(row.kind.label(to.language).to_owned()),
        note,
        remedies: ours.iter().filter_map(|planned| planned.remedy.told(to.language, &order.currency)).collect(),
        ..Facts::default()
    };
    if facts.note.is_none() && facts.remedies.is_empty() {
        return Ok(());
    }
    send(tx, &Cause { event, order: order.id, kind, link: None, shipment: None }, to, &facts)
}

/// Tries a message anew that was held or has failed (BEHAVIOUR 6).
///
/// # Errors
/// `not_found`; `invalid_transition` for one that is on its way or has arrived.
pub fn send_again(tx: &mut Tx, id: Id) -> Result<MessageRow> {
    let message = messages::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    if !messages::release(tx.conn, id, tx.now)? {
        return Err(Problem::invalid_transition(message.status.as_str(), "send", &[]).into());
    }
    tx.record(Event::new(EventName::MessageSentAgain, Kind::Message, id))?;
    tx.ask_delivery();
    messages::find(tx.conn, id)?.ok_or_else(|| Problem::not_found().into())
}
