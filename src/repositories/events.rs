//! History, which is also the feed: written once, by `app`, and never changed (BEHAVIOUR 9).

use crate::db::cached::Cache;
use crate::db::schema::{events, messages};
use crate::db::types::Json;
use crate::db::{Conn, Tx, dialect};
use crate::domain::actor::ActorKind;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, insert_rows};
use diesel::prelude::*;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A row of history.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = events)]
pub struct EventRow {
    pub seq: i64,
    pub txid: i64,
    pub id: Id,
    pub at: UtcTime,
    pub name: String,
    pub subject: String,
    pub subject_id: Id,
    pub order_id: Option<Id>,
    pub order_version: Option<i64>,
    pub actor_kind: ActorKind,
    pub actor_id: Option<Id>,
    pub actor_label: String,
    pub request_id: String,
    pub address: Option<String>,
    pub payload: Json<Map<String, Value>>,
    pub before: Json<Map<String, Value>>,
    pub after: Json<Map<String, Value>>,
}

#[derive(Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
struct NewEvent {
    id: Id,
    at: UtcTime,
    name: String,
    subject: String,
    subject_id: Id,
    order_id: Option<Id>,
    order_version: Option<i64>,
    place: i32,
    places: i32,
    actor_kind: ActorKind,
    actor_id: Option<Id>,
    actor_label: String,
    request_id: String,
    address: Option<String>,
    payload: Json<Map<String, Value>>,
    before: Json<Map<String, Value>>,
    after: Json<Map<String, Value>>,
}

#[derive(Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
struct NewMessage {
    id: Id,
    event_id: Id,
    order_id: Option<Id>,
    kind: String,
    channel: String,
    recipient: String,
    language: String,
    subject: String,
    body: String,
    status: String,
    attempts: i32,
    next_attempt_at: UtcTime,
    fence: i64,
    created_at: UtcTime,
    link_id: Option<Id>,
    shipment_id: Option<Id>,
}

/// Writes all that a unit of work recorded. Events of one order's version are numbered among
/// themselves, so that a missing one is seen.
pub fn insert_recorded(tx: &mut Tx) -> Result<()> {
    let mut totals: BTreeMap<(Id, i64), i32> = BTreeMap::new();
    let key = |order: Option<Id>, version: Option<i64>| order.zip(version);
    for recorded in tx.recorded() {
        if let Some(key) = key(recorded.event.order, recorded.order_version) {
            *totals.entry(key).or_default() += 1;
        }
    }
    let mut places: BTreeMap<(Id, i64), i32> = BTreeMap::new();
    let mut rows = Vec::with_capacity(tx.recorded().len());
    for recorded in tx.recorded() {
        let (place, total) = key(recorded.event.order, recorded.order_version).map_or((1, 1), |key| {
            let place = places.entry(key).or_default();
            *place += 1;
            (*place, totals[&key])
        });
        let event = &recorded.event;
        rows.push(NewEvent {
            id: recorded.id,
            at: tx.now,
            name: event.name.to_string(),
            subject: event.subject.0.prefix().to_owned(),
            subject_id: event.subject.1,
            order_id: event.order,
            order_version: recorded.order_version,
            place,
            places: total,
            actor_kind: recorded.actor.kind,
            actor_id: recorded.actor.id,
            actor_label: recorded.actor.label.clone(),
            request_id: tx.origin.request_id.clone(),
            address: tx.origin.address.clone(),
            payload: Json(event.payload.clone()),
            before: Json(event.before.clone()),
            after: Json(event.after.clone()),
        });
    }
    if !rows.is_empty() {
        insert_rows!(tx.conn, events, &rows)?;
    }
    Ok(())
}

/// Writes the messages that a unit of work sends, beside the events that caused them.
pub fn insert_outgoing(tx: &mut Tx) -> Result<()> {
    let rows: Vec<NewMessage> = tx
        .outgoing()
        .iter()
        .map(|message| NewMessage {
            id: tx.new_id(),
            event_id: message.event_id,
            order_id: message.order_id,
            kind: message.kind.to_string(),
            channel: message.channel.to_string(),
            recipient: message.recipient.clone(),
            language: message.language.tag().to_owned(),
            subject: message.subject.clone(),
            body: message.body.clone(),
            status: "queued".to_owned(),
            attempts: 0,
            next_attempt_at: tx.now,
            fence: 0,
            created_at: tx.now,
            link_id: message.link_id,
            shipment_id: message.shipment_id,
        })
        .collect();
    if !rows.is_empty() {
        insert_rows!(tx.conn, messages, &rows)?;
    }
    Ok(())
}

/// An order's history, oldest first, after a sequence number.
pub fn list_of_order(conn: &mut Conn, order: Id, after: i64, limit: i64) -> Result<Vec<EventRow>> {
    Ok(events::table
        .filter(events::order_id.eq(order).and(events::seq.gt(after)))
        .order(events::seq.asc())
        .limit(limit)
        .select(EventRow::as_select())
        .load(conn)?)
}

/// What happened to an order under one of these names, and said this of what was changed; oldest first, so many at
/// the most.
pub fn changes_of_order(conn: &mut Conn, order: Id, names: &[EventName], field: &str, most: i64) -> Result<Vec<EventRow>> {
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    let of_order = events::table.filter(events::order_id.eq(order).and(events::name.eq_any(names))).order(events::seq.asc());
    let rows: Vec<EventRow> = each!(conn, c => of_order.select(EventRow::as_select()).limit(most).load(c))?;
    Ok(rows.into_iter().filter(|row| row.after.0.contains_key(field)).collect())
}

/// When something last happened to an order.
pub fn last_of_order(conn: &mut Conn, order: Id, name: EventName) -> Result<Option<UtcTime>> {
    let of_order = || events::table.filter(events::order_id.eq(order).and(events::name.eq(name.as_str()))).order(events::seq.desc());
    Ok(each!(conn, c => of_order().select(events::at).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Whether it was the system that something last happened to an order by.
pub fn was_by_system(conn: &mut Conn, order: Id, name: EventName) -> Result<bool> {
    let of_order = || events::table.filter(events::order_id.eq(order).and(events::name.eq(name.as_str()))).order(events::seq.desc());
    let kind: Option<ActorKind> = each!(conn, c => of_order().select(events::actor_kind).limit(1).fixed(here!()).get_result(c)).optional()?;
    Ok(kind == Some(ActorKind::System))
}

/// The feed after a position, oldest first, serving only what no late commit can come before
/// (DECISIONS 14).
pub fn list_feed(conn: &mut Conn, after: (i64, i64), limit: i64) -> Result<Vec<EventRow>> {
    let horizon = dialect::feed_horizon(conn)?;
    let (txid, seq) = after;
    // each part runs along the index; one condition over both would sort all that follows
    let same = events::table.filter(events::txid.eq(txid).and(events::seq.gt(seq)).and(events::txid.lt(horizon)));
    let mut rows: Vec<EventRow> = same.order(events::seq.asc()).limit(limit).select(EventRow::as_select()).load(conn)?;
    let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
    if left > 0 {
        let later = events::table.filter(events::txid.gt(txid).and(events::txid.lt(horizon)));
        let order = (events::txid.asc(), events::seq.asc());
        rows.extend(later.order(order).limit(left).select(EventRow::as_select()).load(conn)?);
    }
    Ok(rows)
}
