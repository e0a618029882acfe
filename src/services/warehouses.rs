//! Warehouses: made and changed under a version; what lies in them is `stock`'s business.

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::codes::is_country;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::stock::Place;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::warehouses::{self, Warehouse};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

/// A warehouse as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "WH2", "name": "Suzhou warehouse", "priority": 20, "serves": [{"country": "CN", "region": "Jiangsu"}]}))]
pub struct WarehouseInput {
    /// Unique; stock is recorded under it. It cannot be changed.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// The warehouse with the lowest gives goods first.
    #[serde(default = "default_priority")]
    #[validate(range(min = 0, max = 10_000))]
    #[schema(minimum = 0, maximum = 10_000, default = 100)]
    pub priority: i32,
    /// The places that it is near to; orders that go there are given goods from here before others.
    #[serde(default)]
    #[validate(length(max = 100), custom(function = places))]
    #[schema(max_items = 100)]
    pub serves: Vec<Place>,
}

fn default_priority() -> i32 {
    100
}

fn places(places: &[Place]) -> std::result::Result<(), ValidationError> {
    let region = |region: &String| region.chars().count() <= 100 && rules::line(region).is_ok();
    let good = places.iter().all(|place| is_country(&place.country) && place.region.as_ref().is_none_or(region));
    rules::when(
        good,
        "places",
        "must each name a country by ISO 3166-1, and a region of one line at most",
        "每项须含 ISO 3166-1 国家代码，地区为一行文本",
    )
}

impl WarehouseInput {
    fn of(row: &Warehouse) -> Self {
        Self { code: row.code.clone(), name: row.name.clone(), priority: row.priority, serves: row.serves.0.clone() }
    }

    fn into_row(self, id: Id, version: i64, created_at: UtcTime, now: UtcTime) -> Warehouse {
        let Self { code, name, priority, serves } = self;
        Warehouse { id, version, code, name, created_at, updated_at: now, priority, serves: Json(serves) }
    }
}

/// Makes a warehouse.
///
/// # Errors
/// `duplicate_reference` where the code is taken.
pub fn create(tx: &mut Tx, input: &WarehouseInput) -> Result<Warehouse> {
    let warehouse = input.clone().into_row(tx.new_id(), 1, tx.now, tx.now);
    if !warehouses::insert(tx.conn, &warehouse)? {
        return Err(Problem::duplicate("code").into());
    }
    tx.record(Event::new(EventName::WarehouseCreated, Kind::Warehouse, warehouse.id).with("version", 1))?;
    Ok(warehouse)
}

/// Changes a warehouse, named by id or code, under `If-Match`; goods that are set aside stay where they are.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, or what is wrong with the patched values;
/// `rule_violated` for another code.
pub fn update(tx: &mut Tx, reference: &str, patch: &Patch) -> Result<Warehouse> {
    let before = warehouses::find_by_ref(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    let input = patch.apply(&WarehouseInput::of(&before))?;
    if input == WarehouseInput::of(&before) {
        return Ok(before);
    }
    if input.code != before.code {
        return Err(Problem::rule("DOMAIN 2.6", "A warehouse's code stays; stock is recorded under it.", "仓库代码不可更改，库存以此记录。").into());
    }
    let warehouse = input.into_row(before.id, before.version + 1, before.created_at, tx.now);
    if !warehouses::update(tx.conn, &warehouse)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(Event::new(EventName::WarehouseUpdated, Kind::Warehouse, warehouse.id).with("version", warehouse.version))?;
    Ok(warehouse)
}
