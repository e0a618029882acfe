//! Products: entered into the catalogue and amended under a version. Orders keep their own copy of
//! what a product said when they came in.

use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::order::LineKind;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::products::{self, Product};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A product as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "sku": "PEN-07", "name": "Signing pen", "kind": "standard", "specification": "0.7 mm black, 20 pieces", "unit": "set",
    "unit_price": "6.00", "currency": "CNY"
}))]
pub struct ProductInput {
    /// Unique; lines of orders name the product by it.
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub sku: String,
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    /// What a line of it is, unless the line says otherwise.
    #[serde(default = "default_kind")]
    #[schema(default = "standard")]
    pub kind: LineKind,
    #[serde(default)]
    #[validate(length(max = 500), custom(function = rules::line_or_empty))]
    #[schema(max_length = 500)]
    pub specification: String,
    #[serde(default = "default_unit")]
    #[validate(length(min = 1, max = 20), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 20, default = "unit")]
    pub unit: String,
    #[validate(custom(function = rules::not_negative))]
    pub unit_price: Amount,
    /// What it belongs to, such as `office`; approval rules may ask for it. Left out, it belongs to nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub category: Option<String>,
    /// ISO 4217.
    #[validate(custom(function = rules::currency))]
    #[schema(min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// Working days from review to produced (DOMAIN 3.1).
    #[serde(default = "default_lead_time_days")]
    #[validate(range(min = 0, max = 1000))]
    #[schema(minimum = 0, maximum = 1000, default = 3)]
    pub lead_time_days: i32,
    /// Custom goods are brought to the warehouse when they are made, and picked there before they leave.
    #[serde(default)]
    pub through_warehouse: bool,
    /// What is short of these standard goods is made for the order, instead of waiting for stock.
    #[serde(default)]
    pub made_when_short: bool,
    /// New lines can't name a product that is not active; their SKU counts as unknown.
    #[serde(default = "default_active")]
    #[schema(default = true)]
    pub active: bool,
}

fn default_kind() -> LineKind {
    LineKind::Standard
}

fn default_unit() -> String {
    "unit".to_owned()
}

fn default_lead_time_days() -> i32 {
    3
}

fn default_active() -> bool {
    true
}

impl ProductInput {
    fn of(product: &Product) -> Self {
        let p = product.clone();
        Self {
            sku: p.sku,
            name: p.name,
            kind: p.kind,
            specification: p.specification,
            unit: p.unit,
            unit_price: p.unit_price,
            currency: p.currency,
            lead_time_days: p.lead_time_days,
            active: p.active,
            category: p.category,
            through_warehouse: p.through_warehouse,
            made_when_short: p.made_when_short,
        }
    }

    fn into_row(self, id: Id, version: i64, created: UtcTime, now: UtcTime) -> Product {
        Product {
            id,
            version,
            search: [&self.sku, &self.name, &self.specification].map(|text| text.to_lowercase()).join("\n"),
            sku: self.sku,
            name: self.name,
            kind: self.kind,
            specification: self.specification,
            unit: self.unit,
            unit_price: self.unit_price,
            currency: self.currency,
            lead_time_days: self.lead_time_days,
            active: self.active,
            created_at: created,
            updated_at: now,
            category: self.category,
            through_warehouse: self.through_warehouse,
            made_when_short: self.made_when_short,
        }
    }
}

/// Makes a product.
///
/// # Errors
/// `duplicate_reference` where the SKU is taken.
pub fn create(tx: &mut Tx, input: &ProductInput) -> Result<Product> {
    let product = input.clone().into_row(tx.new_id(), 1, tx.now, tx.now);
    if !products::insert(tx.conn, &product)? {
        return Err(Problem::duplicate("sku").into());
    }
    tx.record(Event::new(EventName::ProductCreated, Kind::Product, product.id).with("version", 1))?;
    Ok(product)
}

/// Amends a product, named by id or SKU, under `If-Match`.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, `duplicate_reference`, or what is
/// wrong with the patched values.
pub fn update(tx: &mut Tx, reference: &str, patch: &Patch) -> Result<Product> {
    let before = products::find_by_ref(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    let input = patch.apply(&ProductInput::of(&before))?;
    if input == ProductInput::of(&before) {
        return Ok(before);
    }
    if products::find_by_sku(tx.conn, &input.sku)?.is_some_and(|other| other.id != before.id) {
        return Err(Problem::duplicate("sku").into());
    }
    let product = input.into_row(before.id, before.version + 1, before.created_at, tx.now);
    if !products::update(tx.conn, &product)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(Event::new(EventName::ProductUpdated, Kind::Product, product.id).with("version", product.version))?;
    Ok(product)
}
