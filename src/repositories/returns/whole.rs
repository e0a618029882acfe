//! Returns with all that is shown of them, by a fixed number of queries.

use super::{NamedLine, Return, lines_of};
use crate::db::Conn;
use crate::domain::id::Id;
use crate::error::{Error, Result};
use crate::repositories::{orders, warehouses};
use std::collections::BTreeMap;

/// A return with what is shown beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    pub row: Return,
    pub order_number: String,
    /// The order's.
    pub currency: String,
    /// The code of the warehouse where it was received.
    pub warehouse: Option<String>,
    pub lines: Vec<NamedLine>,
}

/// Adds to returns what is shown beside them, keeping their order.
pub fn load(conn: &mut Conn, rows: Vec<Return>) -> Result<Vec<Whole>> {
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let of: Vec<Id> = rows.iter().map(|row| row.order_id).collect();
    let places: Vec<Id> = rows.iter().filter_map(|row| row.warehouse_id).collect();
    let orders: BTreeMap<Id, _> = orders::find_many(conn, &of)?.into_iter().map(|order| (order.id, order)).collect();
    let warehouses: BTreeMap<Id, String> = warehouses::find_many(conn, &places)?.into_iter().map(|row| (row.id, row.code)).collect();
    let mut lines: BTreeMap<Id, Vec<NamedLine>> = BTreeMap::new();
    for line in lines_of(conn, &ids)? {
        lines.entry(line.line.return_id).or_default().push(line);
    }
    let whole = |row: Return| {
        let order = orders.get(&row.order_id).ok_or_else(|| Error::internal("a return has no order"))?;
        Ok(Whole {
            order_number: order.number.clone(),
            currency: order.currency.clone(),
            warehouse: row.warehouse_id.and_then(|id| warehouses.get(&id).cloned()),
            lines: lines.remove(&row.id).unwrap_or_default(),
            row,
        })
    };
    rows.into_iter().map(whole).collect()
}

/// The same for one.
pub fn of(conn: &mut Conn, row: Return) -> Result<Whole> {
    load(conn, vec![row])?.pop().ok_or_else(|| Error::internal("a return has gone"))
}
