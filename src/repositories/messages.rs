//! Messages to customers on their way out. They are written beside their events
//! (`repositories::events`); here they are claimed, settled and shown (BEHAVIOUR 6).

use crate::db::cached::{Cache, padded};
use crate::db::schema::messages;
use crate::db::{Conn, MultiBackend, dialect};
use crate::domain::id::Id;
use crate::domain::message::{MessageChannel, MessageKind, MessageStatus};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length};
use diesel::prelude::*;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct MessageRow {
    pub id: Id,
    pub event_id: Id,
    /// None where a text was tried.
    pub order_id: Option<Id>,
    pub kind: MessageKind,
    pub channel: MessageChannel,
    pub recipient: String,
    /// BCP 47, of the text.
    pub language: String,
    pub subject: String,
    pub body: String,
    pub status: MessageStatus,
    pub attempts: i32,
    pub next_attempt_at: UtcTime,
    /// Until then whoever claimed it is given time to say how it went.
    pub lease_until: Option<UtcTime>,
    /// Raised by every claim; only the last claim may say how it went.
    pub fence: i64,
    pub last_error: Option<String>,
    pub sent_at: Option<UtcTime>,
    pub created_at: UtcTime,
    /// The link that is put into the text when it is sent.
    pub link_id: Option<Id>,
    /// The shipment to whose page its link leads instead.
    pub shipment_id: Option<Id>,
}

/// Which messages a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageFilter {
    pub order: Option<Id>,
    pub status: Option<MessageStatus>,
}

/// Messages that match, newest first, made before a given one.
pub fn list(conn: &mut Conn, filter: MessageFilter, before: Option<Id>, limit: i64) -> Result<Vec<MessageRow>> {
    let mut query = messages::table.order(messages::id.desc()).limit(limit).select(MessageRow::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(messages::id.lt(id));
    }
    if let Some(order) = filter.order {
        query = query.filter(messages::order_id.eq(order));
    }
    if let Some(status) = filter.status {
        query = query.filter(messages::status.eq(status));
    }
    Ok(query.load(conn)?)
}

/// Claims messages for sending, until the lease runs out. Several processes may claim at once:
/// whether a message is still to be had is asked again in the update.
pub fn claim(conn: &mut Conn, now: UtcTime, lease_until: UtcTime, limit: i64) -> Result<Vec<MessageRow>> {
    let ids = dialect::claimable_messages(conn, now, limit)?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let claimed = (
        messages::status.eq(MessageStatus::Sending),
        messages::fence.eq(messages::fence + 1),
        messages::attempts.eq(messages::attempts + 1),
        messages::lease_until.eq(lease_until),
    );
    let queued = messages::status.eq(MessageStatus::Queued).and(messages::next_attempt_at.le(now));
    let lapsed = messages::status.eq(MessageStatus::Sending).and(messages::lease_until.le(now));
    let target = messages::id.eq_any(padded(&ids)).and(queued.or(lapsed));
    Ok(
        each!(conn, c => diesel::update(messages::table.filter(target)).set(claimed).returning(MessageRow::as_returning()).listed(ids.len(), here_by_length!()).get_results(c))?,
    )
}

/// Notes that a message has gone out; false where it was claimed again in the meantime.
pub fn record_sent(conn: &mut Conn, id: Id, fence: i64, now: UtcTime) -> Result<bool> {
    let claimed = messages::id.eq(id).and(messages::fence.eq(fence)).and(messages::status.eq(MessageStatus::Sending));
    let outcome = (
        messages::status.eq(MessageStatus::Sent),
        messages::sent_at.eq(Some(now)),
        messages::lease_until.eq(None::<UtcTime>),
        messages::last_error.eq(None::<String>),
    );
    Ok(each!(conn, c => diesel::update(messages::table.filter(claimed)).set(outcome).fixed(here!()).execute(c))? == 1)
}

/// Notes that a message has not gone out: it is tried again at an instant, or has failed for good.
/// False where it was claimed again in the meantime.
pub fn record_failure(conn: &mut Conn, id: Id, fence: i64, error: &str, again_at: Option<UtcTime>) -> Result<bool> {
    let claimed = messages::table.filter(messages::id.eq(id).and(messages::fence.eq(fence)).and(messages::status.eq(MessageStatus::Sending)));
    let outcome = (messages::last_error.eq(Some(error)), messages::lease_until.eq(None::<UtcTime>));
    let updated = match again_at {
        Some(at) => {
            let again = (messages::status.eq(MessageStatus::Queued), messages::next_attempt_at.eq(at));
            each!(conn, c => diesel::update(claimed).set((outcome, again)).fixed(here!()).execute(c))?
        }
        None => each!(conn, c => diesel::update(claimed).set((outcome, messages::status.eq(MessageStatus::Failed))).fixed(here!()).execute(c))?,
    };
    Ok(updated == 1)
}

/// Keeps back a message that was claimed, where there is nothing to send it with; false where it was
/// claimed again in the meantime.
pub fn record_held(conn: &mut Conn, id: Id, fence: i64) -> Result<bool> {
    let claimed = messages::table.filter(messages::id.eq(id).and(messages::fence.eq(fence)).and(messages::status.eq(MessageStatus::Sending)));
    let held = (messages::status.eq(MessageStatus::Held), messages::lease_until.eq(None::<UtcTime>));
    Ok(each!(conn, c => diesel::update(claimed).set(held).fixed(here!()).execute(c))? == 1)
}

/// Keeps back what waits, and what was claimed and abandoned, where there is nothing to send
/// anything with; gives how many.
pub fn hold_queued(conn: &mut Conn, now: UtcTime) -> Result<usize> {
    let lapsed = messages::status.eq(MessageStatus::Sending).and(messages::lease_until.le(now));
    let target = messages::table.filter(messages::status.eq(MessageStatus::Queued).or(lapsed));
    let held = (messages::status.eq(MessageStatus::Held), messages::lease_until.eq(None::<UtcTime>));
    Ok(each!(conn, c => diesel::update(target).set(held).fixed(here!()).execute(c))?)
}

/// Lets go what was kept back from a way and is not older than an instant; gives how many.
pub fn release_held(conn: &mut Conn, channel: MessageChannel, since: UtcTime, now: UtcTime) -> Result<usize> {
    let held = messages::status.eq(MessageStatus::Held).and(messages::channel.eq(channel));
    let target = messages::table.filter(held.and(messages::created_at.ge(since)));
    let released = (messages::status.eq(MessageStatus::Queued), messages::next_attempt_at.eq(now));
    Ok(each!(conn, c => diesel::update(target).set(released).fixed(here!()).execute(c))?)
}

/// A message by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<MessageRow>> {
    Ok(each!(conn, c => messages::table.find(id).select(MessageRow::as_select()).first(c)).optional()?)
}

/// Lets go one message that was kept back or has failed, to be tried anew; false where it is neither
/// any more.
pub fn release(conn: &mut Conn, id: Id, now: UtcTime) -> Result<bool> {
    let stuck = messages::id.eq(id).and(messages::status.eq(MessageStatus::Held).or(messages::status.eq(MessageStatus::Failed)));
    let released = (messages::status.eq(MessageStatus::Queued), messages::attempts.eq(0), messages::next_attempt_at.eq(now));
    Ok(each!(conn, c => diesel::update(messages::table.filter(stuck)).set(released).fixed(here!()).execute(c))? == 1)
}
