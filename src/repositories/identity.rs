//! Who calls: sessions, refresh tokens, API keys and failed log-ins. Asked on every request, so
//! that a disabled user, a changed role or a revoked key counts from the next one (BEHAVIOUR 5).

use crate::db::Conn;
use crate::db::cached::Cache;
use crate::db::schema::{api_keys, login_failures, refresh_tokens, sessions, users};
use crate::db::types::Json;
use crate::domain::actor::{Actor, ActorKind, Department, Role};
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::error::{Code, Result};
use crate::{each, here, insert_row};
use diesel::prelude::*;

/// The person behind an access token, as of now.
///
/// # Errors
/// `token_revoked` where the log-in has ended or the user is disabled.
pub fn of_person(conn: &mut Conn, user: Id, session: Id, now: UtcTime) -> Result<Actor> {
    type Row = (String, String, Json<Vec<Role>>, Option<Department>, bool, Option<UtcTime>, UtcTime);
    let row: Option<Row> = each!(conn, c => sessions::table
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(sessions::id.eq(session).and(users::id.eq(user)))
        .select((users::username, users::display_name, users::roles, users::department, users::active, sessions::revoked_at, sessions::expires_at))
        .limit(1).fixed(here!()).get_result(c))
    .optional()?;
    match row {
        Some((label, name, Json(roles), department, true, None, expires)) if expires > now => {
            Ok(Actor { kind: ActorKind::User, id: Some(user), label, name, roles, department, scopes: Vec::new(), session: Some(session) })
        }
        _ => Err(Code::TokenRevoked.into()),
    }
}

/// The machine behind an API key, as of now.
///
/// # Errors
/// `unauthenticated` for an unknown key, `token_revoked` and `token_expired` for one that was good.
pub fn of_key(conn: &mut Conn, hash: &[u8], now: UtcTime) -> Result<Actor> {
    let found =
        each!(conn, c => api_keys::table.filter(api_keys::key_hash.eq(hash)).select(KeyRow::as_select()).limit(1).fixed(here!()).get_result(c));
    let Some(key) = found.optional()? else {
        return Err(Code::Unauthenticated.into());
    };
    if key.revoked_at.is_some() {
        return Err(Code::TokenRevoked.into());
    }
    if key.expires_at.is_some_and(|at| at <= now) {
        return Err(Code::TokenExpired.into());
    }
    let Json(scopes) = key.scopes;
    Ok(Actor {
        kind: ActorKind::Key,
        id: Some(key.id),
        label: key.name.clone(),
        name: key.name,
        roles: Vec::new(),
        department: None,
        scopes,
        session: None,
    })
}

/// An API key's row; the key itself is kept as a hash only.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = api_keys, treat_none_as_default_value = false)]
pub struct KeyRow {
    pub id: Id,
    pub version: i64,
    pub name: String,
    pub key_hash: Vec<u8>,
    pub scopes: Json<Vec<String>>,
    pub created_by: Option<Id>,
    pub created_at: UtcTime,
    pub expires_at: Option<UtcTime>,
    pub revoked_at: Option<UtcTime>,
}

/// Stores a new key.
pub fn insert_key(conn: &mut Conn, key: &KeyRow) -> Result<()> {
    insert_row!(conn, api_keys, key)?;
    Ok(())
}

/// A key by its id.
pub fn find_key(conn: &mut Conn, id: Id) -> Result<Option<KeyRow>> {
    Ok(each!(conn, c => api_keys::table.find(id).select(KeyRow::as_select()).first(c)).optional()?)
}

/// Keys made before an id, newest first.
pub fn list_keys(conn: &mut Conn, before: Option<Id>, limit: i64) -> Result<Vec<KeyRow>> {
    let mut query = api_keys::table.order(api_keys::id.desc()).limit(limit).select(KeyRow::as_select()).into_boxed::<crate::db::MultiBackend>();
    if let Some(id) = before {
        query = query.filter(api_keys::id.lt(id));
    }
    Ok(query.load(conn)?)
}

/// Revokes a key at a version; false where it has another version by now.
pub fn set_key_revoked(conn: &mut Conn, id: Id, version: i64, at: UtcTime) -> Result<bool> {
    let target = api_keys::table.filter(api_keys::id.eq(id).and(api_keys::version.eq(version)));
    let changed = each!(conn, c => diesel::update(target).set((api_keys::revoked_at.eq(Some(at)), api_keys::version.eq(version + 1))).fixed(here!()).execute(c))?;
    Ok(changed == 1)
}

/// Opens a log-in.
pub fn insert_session(conn: &mut Conn, id: Id, user: Id, now: UtcTime, expires_at: UtcTime) -> Result<()> {
    let row = (sessions::id.eq(id), sessions::user_id.eq(user), sessions::created_at.eq(now), sessions::expires_at.eq(expires_at));
    insert_row!(conn, sessions, row)?;
    Ok(())
}

/// Ends a log-in and every token of its family; false where it has ended before.
pub fn revoke_session(conn: &mut Conn, id: Id, now: UtcTime) -> Result<bool> {
    let live = sessions::table.filter(sessions::id.eq(id).and(sessions::revoked_at.is_null()));
    let ended = each!(conn, c => diesel::update(live).set(sessions::revoked_at.eq(Some(now))).fixed(here!()).execute(c))?;
    Ok(ended == 1)
}

/// Ends every log-in of a user.
pub fn revoke_sessions_of(conn: &mut Conn, user: Id, now: UtcTime) -> Result<()> {
    let live = sessions::table.filter(sessions::user_id.eq(user).and(sessions::revoked_at.is_null()));
    each!(conn, c => diesel::update(live).set(sessions::revoked_at.eq(Some(now))).fixed(here!()).execute(c))?;
    Ok(())
}

/// Stores a refresh token's hash.
pub fn insert_refresh_token(conn: &mut Conn, hash: &[u8], session: Id, now: UtcTime) -> Result<()> {
    let row = (refresh_tokens::token_hash.eq(hash), refresh_tokens::session_id.eq(session), refresh_tokens::issued_at.eq(now));
    insert_row!(conn, refresh_tokens, row)?;
    Ok(())
}

/// A refresh token with its log-in and user.
#[derive(Debug, Clone, Queryable)]
pub struct RefreshRow {
    pub session: Id,
    pub used_at: Option<UtcTime>,
    pub session_revoked_at: Option<UtcTime>,
    pub session_expires_at: UtcTime,
    pub user: Id,
    pub username: String,
    pub active: bool,
}

/// A refresh token by its hash.
pub fn find_refresh_token(conn: &mut Conn, hash: &[u8]) -> Result<Option<RefreshRow>> {
    Ok(refresh_tokens::table
        .inner_join(sessions::table.on(sessions::id.eq(refresh_tokens::session_id)))
        .inner_join(users::table.on(users::id.eq(sessions::user_id)))
        .filter(refresh_tokens::token_hash.eq(hash))
        .select((
            refresh_tokens::session_id,
            refresh_tokens::used_at,
            sessions::revoked_at,
            sessions::expires_at,
            users::id,
            users::username,
            users::active,
        ))
        .first(conn)
        .optional()?)
}

/// Uses up a refresh token; false where it was used before.
pub fn use_refresh_token(conn: &mut Conn, hash: &[u8], now: UtcTime) -> Result<bool> {
    let unused = refresh_tokens::table.filter(refresh_tokens::token_hash.eq(hash).and(refresh_tokens::used_at.is_null()));
    Ok(each!(conn, c => diesel::update(unused).set(refresh_tokens::used_at.eq(Some(now))).fixed(here!()).execute(c))? == 1)
}

/// Failed log-ins under a name.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = login_failures)]
pub struct FailureRow {
    pub failures: i32,
    pub blocked_until: Option<UtcTime>,
}

/// How often log-in under a name has failed.
pub fn find_failures(conn: &mut Conn, username: &str) -> Result<Option<FailureRow>> {
    Ok(each!(conn, c => login_failures::table.find(username).select(FailureRow::as_select()).first(c)).optional()?)
}

/// Counts a try under a name and holds its row until the transaction ends, so that tries at the
/// same time are counted one by one. Gives the count with this try, and the block from before it.
pub fn count_try(conn: &mut Conn, username: &str, now: UtcTime) -> Result<FailureRow> {
    let fresh = (login_failures::username.eq(username), login_failures::failures.eq(1), login_failures::last_at.eq(now));
    let row: (i32, Option<UtcTime>) = each!(conn, c => diesel::insert_into(login_failures::table)
        .values(fresh)
        .on_conflict(login_failures::username)
        .do_update()
        .set((login_failures::failures.eq(login_failures::failures + 1), login_failures::last_at.eq(now)))
        .returning((login_failures::failures, login_failures::blocked_until))
        .get_result(c))?;
    Ok(FailureRow { failures: row.0, blocked_until: row.1 })
}

/// Counts a failure under a name, and says until when the next try is refused.
pub fn set_failures(conn: &mut Conn, username: &str, failures: i32, now: UtcTime, blocked_until: Option<UtcTime>) -> Result<()> {
    let values = (login_failures::failures.eq(failures), login_failures::last_at.eq(now), login_failures::blocked_until.eq(blocked_until));
    each!(conn, c => diesel::insert_into(login_failures::table)
        .values((login_failures::username.eq(username), values))
        .on_conflict(login_failures::username)
        .do_update()
        .set(values)
        .fixed(here!()).execute(c))?;
    Ok(())
}

/// Forgets the failures under a name.
pub fn delete_failures(conn: &mut Conn, username: &str) -> Result<()> {
    each!(conn, c => diesel::delete(login_failures::table.find(username)).fixed(here!()).execute(c))?;
    Ok(())
}

/// Forgets failures whose last try is older than an instant.
pub fn delete_failures_before(conn: &mut Conn, instant: UtcTime) -> Result<usize> {
    Ok(each!(conn, c => diesel::delete(login_failures::table.filter(login_failures::last_at.lt(instant))).fixed(here!()).execute(c))?)
}
