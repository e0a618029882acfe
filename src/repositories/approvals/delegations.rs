//! Delegations: who decides for whom, on which days (DOMAIN 2.4).

use crate::db::schema::delegations::{self, dsl};
use crate::db::{Conn, MultiBackend};
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::each;
use crate::error::Result;
use crate::repositories::users::{self, User};
use chrono::NaiveDate;
use diesel::prelude::*;

/// A delegation.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = delegations, treat_none_as_default_value = false)]
pub struct Delegation {
    pub id: Id,
    pub version: i64,
    /// Whose steps are decided.
    pub from_id: Id,
    /// Who decides them.
    pub to_id: Id,
    /// The first day, in the company's time zone.
    pub valid_from: NaiveDate,
    /// The last day.
    pub valid_until: NaiveDate,
    pub reason: Option<String>,
    pub revoked_at: Option<UtcTime>,
    pub created_at: UtcTime,
}

/// A delegation by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Delegation>> {
    Ok(each!(conn, c => dsl::delegations.find(id).select(Delegation::as_select()).first(c)).optional()?)
}

/// Those for whom a person may decide on a day: each once, and only who is there still.
pub fn principals_of(conn: &mut Conn, deputy: Id, day: NaiveDate) -> Result<Vec<User>> {
    let counts = dsl::to_id.eq(deputy).and(dsl::valid_from.le(day)).and(dsl::valid_until.ge(day)).and(dsl::revoked_at.is_null());
    let mut ids: Vec<Id> = each!(conn, c => dsl::delegations.filter(counts).select(dsl::from_id).load(c))?;
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut principals = users::find_many(conn, &ids)?;
    principals.retain(|user| user.active);
    principals.sort_by_key(|user| user.id);
    Ok(principals)
}

/// Delegations, newest first, made before a given one; those from or to one person, where one is named.
pub fn list(conn: &mut Conn, person: Option<Id>, before: Option<Id>, limit: i64) -> Result<Vec<Delegation>> {
    let mut query = dsl::delegations.order(dsl::id.desc()).limit(limit).select(Delegation::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(dsl::id.lt(id));
    }
    if let Some(person) = person {
        query = query.filter(dsl::from_id.eq(person).or(dsl::to_id.eq(person)));
    }
    Ok(query.load(conn)?)
}

/// Stores a new delegation.
pub fn insert(conn: &mut Conn, delegation: &Delegation) -> Result<()> {
    each!(conn, c => diesel::insert_into(dsl::delegations).values(delegation).execute(c))?;
    Ok(())
}

/// Ends a delegation at this version; false where it has another by now.
pub fn revoke(conn: &mut Conn, id: Id, version: i64, at: UtcTime) -> Result<bool> {
    let target = dsl::delegations.filter(dsl::id.eq(id).and(dsl::version.eq(version)).and(dsl::revoked_at.is_null()));
    let values = (dsl::version.eq(version + 1), dsl::revoked_at.eq(Some(at)));
    Ok(each!(conn, c => diesel::update(target).set(values).execute(c))? == 1)
}
