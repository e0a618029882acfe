//! People who log in.

use crate::db::cached::{Cache, padded};
use crate::db::schema::users::{self, dsl};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend, dialect};
use crate::domain::actor::{Actor, ActorKind, Department, Role};
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_row};
use diesel::prelude::*;

/// A person who can log in; the password is kept as a hash only.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct User {
    pub id: Id,
    pub version: i64,
    /// In lower case, unique.
    pub username: String,
    pub display_name: String,
    pub password_hash: String,
    pub roles: Json<Vec<Role>>,
    pub department: Option<Department>,
    pub active: bool,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// A user by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<User>> {
    Ok(each!(conn, c => dsl::users.find(id).select(User::as_select()).first(c)).optional()?)
}

/// A user by the name they log in with, given in lower case.
pub fn find_by_username(conn: &mut Conn, username: &str) -> Result<Option<User>> {
    Ok(each!(conn, c => dsl::users.filter(dsl::username.eq(username)).select(User::as_select()).first(c)).optional()?)
}

/// Several users.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<User>> {
    Ok(each!(conn, c => dsl::users.filter(dsl::id.eq_any(padded(ids))).select(User::as_select()).listed(ids.len(), here_by_length!()).load(c))?)
}

/// A person who acts without having logged in, by the command line.
pub fn acting(user: User) -> Actor {
    let Json(roles) = user.roles;
    Actor {
        kind: ActorKind::User,
        id: Some(user.id),
        label: user.username,
        name: user.display_name,
        roles,
        department: user.department,
        scopes: Vec::new(),
        session: None,
    }
}

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = users)]
pub struct Named {
    pub id: Id,
    pub username: String,
    pub display_name: String,
}

/// The names of several users.
pub fn named(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Named>> {
    Ok(each!(conn, c => dsl::users.filter(dsl::id.eq_any(padded(ids))).select(Named::as_select()).listed(ids.len(), here_by_length!()).load(c))?)
}

/// The versions of several users, each with when it came about.
pub fn versions(conn: &mut Conn, ids: &[Id]) -> Result<Vec<(Id, i64, UtcTime)>> {
    Ok(
        each!(conn, c => dsl::users.filter(dsl::id.eq_any(padded(ids))).select((dsl::id, dsl::version, dsl::updated_at)).listed(ids.len(), here_by_length!()).load(c))?,
    )
}

/// Users, newest first, made before a given one.
pub fn list(conn: &mut Conn, before: Option<Id>, limit: i64) -> Result<Vec<User>> {
    let mut query = dsl::users.order(dsl::id.desc()).limit(limit).select(User::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(dsl::id.lt(id));
    }
    Ok(query.load(conn)?)
}

/// The active people of a department, in the order in which they came.
pub fn of_department(conn: &mut Conn, department: Department) -> Result<Vec<User>> {
    let there = dsl::users.filter(dsl::department.eq(department).and(dsl::active.eq(true))).order(dsl::id.asc());
    Ok(each!(conn, c => there.select(User::as_select()).load(c))?)
}

/// Whether there is any user; there is none at the first start.
pub fn any(conn: &mut Conn) -> Result<bool> {
    Ok(dsl::users.select(dsl::id).first::<Id>(conn).optional()?.is_some())
}

/// The first of all users: who was there as the store began.
pub fn first(conn: &mut Conn) -> Result<Option<Id>> {
    Ok(dsl::users.order(dsl::id.asc()).select(dsl::id).first(conn).optional()?)
}

/// Whether anybody can administrate.
pub fn any_administrator(conn: &mut Conn) -> Result<bool> {
    let roles: Vec<Json<Vec<Role>>> = dsl::users.filter(dsl::active.eq(true)).select(dsl::roles).load(conn)?;
    Ok(roles.iter().any(|Json(held)| held.contains(&Role::Admin)))
}

/// Stores a new user; false where the user name is taken.
pub fn insert(conn: &mut Conn, user: &User) -> Result<bool> {
    let inserted = insert_row!(conn, users, user, or nothing)?;
    Ok(inserted == 1)
}

/// Stores a changed user at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, user: &User) -> Result<bool> {
    let target = dsl::users.filter(dsl::id.eq(user.id).and(dsl::version.eq(user.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(user).fixed(here!()).execute(c))? == 1)
}

/// Whether anybody who can log in holds a role, as the head of a department where one is named.
pub fn any_holds(conn: &mut Conn, role: Role, department: Option<Department>) -> Result<bool> {
    let mut active = dsl::users.filter(dsl::active.eq(true)).select(dsl::roles).into_boxed::<MultiBackend>();
    if let Some(department) = department {
        active = active.filter(dsl::department.eq(department));
    }
    let roles: Vec<Json<Vec<Role>>> = active.load(conn)?;
    Ok(roles.iter().any(|Json(held)| held.contains(&role)))
}

/// Whether an active user other than this one holds a role. There are few users, so the roles
/// are looked through here rather than in two dialects of JSON.
pub fn another_holds(conn: &mut Conn, id: Id, role: Role) -> Result<bool> {
    let others = dsl::users.filter(dsl::active.eq(true).and(dsl::id.ne(id))).select(dsl::roles);
    let roles: Vec<Json<Vec<Role>>> = others.load(conn)?;
    Ok(roles.iter().any(|Json(held)| held.contains(&role)))
}

/// Lets only one transaction at a time take the administrator's role from someone; false where
/// another one is at it.
pub fn lock_administrators(conn: &mut Conn) -> Result<bool> {
    Ok(dialect::try_lock(conn, "users/administrators")?)
}
