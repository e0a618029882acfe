//! Warehouses: made once; what lies in them is `stock`'s business.

use crate::db::Tx;
use crate::domain::event::{Event, EventName};
use crate::domain::id::Kind;
use crate::error::{Problem, Result};
use crate::input::rules;
use crate::repositories::warehouses::{self, Warehouse};
use serde::Deserialize;
use validator::Validate;

/// A warehouse as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "WH2", "name": "Suzhou warehouse"}))]
pub struct WarehouseInput {
    /// Unique; stock is recorded under it.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
}

/// Makes a warehouse.
///
/// # Errors
/// `duplicate_reference` where the code is taken.
pub fn create(tx: &mut Tx, input: &WarehouseInput) -> Result<Warehouse> {
    let warehouse =
        Warehouse { id: tx.new_id(), version: 1, code: input.code.clone(), name: input.name.clone(), created_at: tx.now, updated_at: tx.now };
    if !warehouses::insert(tx.conn, &warehouse)? {
        return Err(Problem::duplicate("code").into());
    }
    tx.record(Event::new(EventName::WarehouseCreated, Kind::Warehouse, warehouse.id).with("version", 1))?;
    Ok(warehouse)
}
