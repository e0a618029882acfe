//! Links that customers were sent. Whoever writes one holds its order.

use crate::db::Conn;
use crate::db::cached::Cache;
use crate::db::schema::links;
use crate::domain::id::Id;
use crate::domain::link::{Bound, CustomerAnswer, Purpose};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, insert_row};
use diesel::prelude::*;

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = links, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Link {
    pub id: Id,
    pub purpose: Purpose,
    pub token_hash: Vec<u8>,
    pub order_id: Id,
    /// The revision of the order that it is good for.
    pub revision: i32,
    /// SHA-256 of what the customer is asked to agree to.
    pub offer: Vec<u8>,
    /// BCP 47, of what the customer reads.
    pub language: String,
    pub created_at: UtcTime,
    pub expires_at: UtcTime,
    /// When to remind, while that has not been done.
    pub remind_at: Option<UtcTime>,
    /// When to give the order up, while it waits.
    pub lapse_at: Option<UtcTime>,
    pub reminded_at: Option<UtcTime>,
    pub answer: Option<CustomerAnswer>,
    pub comment: Option<String>,
    pub answered_at: Option<UtcTime>,
    pub revoked_at: Option<UtcTime>,
}

impl Link {
    /// What its standing depends on.
    pub fn bound(&self) -> Bound {
        Bound { revision: self.revision, answered: self.answer.is_some(), revoked: self.revoked_at.is_some(), expires_at: self.expires_at }
    }
}

/// Stores a new link.
pub fn insert(conn: &mut Conn, link: &Link) -> Result<()> {
    insert_row!(conn, links, link)?;
    Ok(())
}

/// Stores what has become of a link.
pub fn update(conn: &mut Conn, link: &Link) -> Result<()> {
    each!(conn, c => diesel::update(links::table.find(link.id)).set(link).fixed(here!()).execute(c))?;
    Ok(())
}

/// A link by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Link>> {
    Ok(each!(conn, c => links::table.find(id).select(Link::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Several links.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Link>> {
    Ok(each!(conn, c => links::table.filter(links::id.eq_any(ids)).select(Link::as_select()).load(c))?)
}

/// The link of a token, by its hash.
pub fn find_by_hash(conn: &mut Conn, hash: &[u8]) -> Result<Option<Link>> {
    Ok(each!(conn, c => links::table.filter(links::token_hash.eq(hash)).select(Link::as_select()).limit(1).fixed(here!()).get_result(c))
        .optional()?)
}

/// The link of an order that can still be answered.
pub fn open_of(conn: &mut Conn, order: Id, purpose: Purpose) -> Result<Option<Link>> {
    let open = links::order_id.eq(order).and(links::purpose.eq(purpose)).and(links::answer.is_null()).and(links::revoked_at.is_null());
    Ok(each!(conn, c => links::table.filter(open).select(Link::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// The link by which a customer said yes to what an order offers, where that is the last thing they said.
pub fn agreed(conn: &mut Conn, order: Id, offer: &[u8]) -> Result<Option<Link>> {
    let answered = links::order_id.eq(order).and(links::answer.is_not_null()).and(links::revoked_at.is_null());
    let latest = || links::table.filter(answered).order(links::id.desc());
    let last: Option<Link> = each!(conn, c => latest().select(Link::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?;
    Ok(last.filter(|link| link.answer == Some(CustomerAnswer::Confirm) && link.offer == offer))
}

/// Whether a customer wants something else than a revision of an order.
pub fn refused(conn: &mut Conn, order: Id, revision: i32) -> Result<bool> {
    let no = links::order_id.eq(order).and(links::revision.eq(revision)).and(links::answer.eq(CustomerAnswer::Change));
    Ok(each!(conn, c => links::table.filter(no).select(links::id).limit(1).fixed(here!()).get_result::<Id>(c)).optional()?.is_some())
}

/// What was said by links before counts no more: the customer has said something else since.
pub fn revoke_all(conn: &mut Conn, order: Id, now: UtcTime) -> Result<()> {
    let before = links::table.filter(links::order_id.eq(order).and(links::revoked_at.is_null()));
    let gone = (links::revoked_at.eq(Some(now)), links::remind_at.eq(None::<UtcTime>), links::lapse_at.eq(None::<UtcTime>));
    each!(conn, c => diesel::update(before).set(gone).fixed(here!()).execute(c))?;
    Ok(())
}

/// The link by which a customer said yes to a revision of an order.
pub fn confirmed(conn: &mut Conn, order: Id, revision: i32) -> Result<Option<Link>> {
    let yes = links::order_id.eq(order).and(links::revision.eq(revision)).and(links::answer.eq(CustomerAnswer::Confirm));
    Ok(each!(conn, c => links::table.filter(yes).select(Link::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Links of an order, newest first, made before a given one.
pub fn list_of_order(conn: &mut Conn, order: Id, before: Option<Id>, limit: i64) -> Result<Vec<Link>> {
    let last = before.unwrap_or(Id(uuid::Uuid::max()));
    let earlier = links::table.filter(links::order_id.eq(order).and(links::id.lt(last)));
    Ok(earlier.order(links::id.desc()).limit(limit).select(Link::as_select()).load(conn)?)
}

/// Links whose customers are to be reminded by now.
pub fn to_remind(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Id>> {
    Ok(links::table.filter(links::remind_at.le(now)).order(links::remind_at.asc()).limit(limit).select(links::id).load(conn)?)
}

/// Links whose orders have waited long enough.
pub fn to_lapse(conn: &mut Conn, now: UtcTime, limit: i64) -> Result<Vec<Id>> {
    Ok(links::table.filter(links::lapse_at.le(now)).order(links::lapse_at.asc()).limit(limit).select(links::id).load(conn)?)
}
