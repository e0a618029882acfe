//! Warehouses: where stock lies, by code.

use crate::db::cached::{Cache, padded};
use crate::db::schema::warehouses::{self, dsl};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend};
use crate::domain::id::{Id, Kind};
use crate::domain::stock::Place;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_row};
use diesel::prelude::*;

/// A warehouse.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = warehouses, treat_none_as_default_value = false)]
pub struct Warehouse {
    pub id: Id,
    pub version: i64,
    pub code: String,
    pub name: String,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    /// The lowest gives first.
    pub priority: i32,
    /// The places that it is near to.
    pub serves: Json<Vec<Place>>,
}

/// A warehouse by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Warehouse>> {
    Ok(each!(conn, c => dsl::warehouses.find(id).select(Warehouse::as_select()).first(c)).optional()?)
}

/// A warehouse by its code.
pub fn find_by_code(conn: &mut Conn, code: &str) -> Result<Option<Warehouse>> {
    Ok(each!(conn, c => dsl::warehouses.filter(dsl::code.eq(code)).select(Warehouse::as_select()).first(c)).optional()?)
}

/// A warehouse by what a path says: `whs_…` or its code.
pub fn find_by_ref(conn: &mut Conn, text: &str) -> Result<Option<Warehouse>> {
    match Kind::Warehouse.parse(text) {
        Some(id) => find(conn, id),
        None => find_by_code(conn, text),
    }
}

/// Several warehouses.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Warehouse>> {
    Ok(
        each!(conn, c => warehouses::table.filter(warehouses::id.eq_any(padded(ids))).select(Warehouse::as_select()).listed(ids.len(), here_by_length!()).load(c))?,
    )
}

/// The warehouse that gives first.
pub fn first(conn: &mut Conn) -> Result<Option<Warehouse>> {
    let in_turn = dsl::warehouses.order((dsl::priority.asc(), dsl::id.asc()));
    Ok(each!(conn, c => in_turn.select(Warehouse::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Warehouses, newest first, made before a given one.
pub fn list(conn: &mut Conn, before: Option<Id>, limit: i64) -> Result<Vec<Warehouse>> {
    let mut query = dsl::warehouses.order(dsl::id.desc()).limit(limit).select(Warehouse::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(dsl::id.lt(id));
    }
    Ok(query.load(conn)?)
}

/// Stores a changed warehouse at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, warehouse: &Warehouse) -> Result<bool> {
    let target = dsl::warehouses.filter(dsl::id.eq(warehouse.id).and(dsl::version.eq(warehouse.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(warehouse).execute(c))? == 1)
}

/// Stores a new warehouse; false where the code is taken.
pub fn insert(conn: &mut Conn, warehouse: &Warehouse) -> Result<bool> {
    let inserted = insert_row!(conn, warehouses, warehouse, or nothing)?;
    Ok(inserted == 1)
}
