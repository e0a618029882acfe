//! The movements of stock, as they are listed.

use super::MovementRow;
use crate::db::schema::{products, stock_movements, warehouses};
use crate::db::{Conn, MultiBackend};
use crate::domain::id::Id;
use crate::domain::stock::MovementKind;
use crate::error::Result;
use diesel::prelude::*;

/// A movement with what its keys stand for.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct NamedMovement {
    pub movement: MovementRow,
    pub sku: String,
    pub name: String,
    /// The warehouse's code.
    pub warehouse: String,
}

/// Which movements a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovementFilter {
    /// This one alone.
    pub id: Option<Id>,
    pub sku: Option<String>,
    pub warehouse: Option<String>,
    pub order: Option<Id>,
    pub kind: Option<MovementKind>,
}

/// Movements that match, newest first, made before a given one.
pub fn list_movements(conn: &mut Conn, filter: &MovementFilter, before: Option<Id>, limit: i64) -> Result<Vec<NamedMovement>> {
    use stock_movements as rows;
    let mut query = rows::table
        .inner_join(products::table.on(products::id.eq(rows::product_id)))
        .inner_join(warehouses::table.on(warehouses::id.eq(rows::warehouse_id)))
        .order(rows::id.desc())
        .limit(limit)
        .select((MovementRow::as_select(), products::sku, products::name, warehouses::code))
        .into_boxed::<MultiBackend>();
    if let Some(id) = filter.id {
        query = query.filter(rows::id.eq(id));
    }
    if let Some(id) = before {
        query = query.filter(rows::id.lt(id));
    }
    if let Some(sku) = &filter.sku {
        query = query.filter(products::sku.eq(sku));
    }
    if let Some(code) = &filter.warehouse {
        query = query.filter(warehouses::code.eq(code));
    }
    if let Some(id) = filter.order {
        query = query.filter(rows::order_id.eq(id));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(rows::kind.eq(kind));
    }
    Ok(query.load(conn)?)
}

/// One movement.
pub fn find_movement(conn: &mut Conn, id: Id) -> Result<Option<NamedMovement>> {
    let only = MovementFilter { id: Some(id), ..MovementFilter::default() };
    Ok(list_movements(conn, &only, None, 1)?.pop())
}
