//! Products: what is sold, by SKU.

use crate::db::cached::{Cache, padded};
use crate::db::schema::products::{self, dsl};
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::Amount;
use crate::domain::id::{Id, Kind};
use crate::domain::order::LineKind;
use crate::domain::task_plan::USUAL_LEAD_TIME_DAYS;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::orders::parts::Line;
use crate::{each, here, here_by_length, insert_row};
use diesel::prelude::*;

/// A product.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = products, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Product {
    pub id: Id,
    pub version: i64,
    pub sku: String,
    pub name: String,
    pub kind: LineKind,
    pub specification: String,
    pub unit: String,
    pub unit_price: Amount,
    /// ISO 4217.
    pub currency: String,
    /// Working days from review to produced (DOMAIN 3.1).
    pub lead_time_days: i32,
    pub active: bool,
    /// SKU, name and specification in lower case, for `q`.
    pub search: String,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    /// What approval rules call its like.
    pub category: Option<String>,
    /// Custom goods are brought to the warehouse when they are made, and picked there.
    pub through_warehouse: bool,
    /// What is short of standard goods is made.
    pub made_when_short: bool,
}

/// A product by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Product>> {
    Ok(each!(conn, c => dsl::products.find(id).select(Product::as_select()).first(c)).optional()?)
}

/// A product by its SKU.
pub fn find_by_sku(conn: &mut Conn, sku: &str) -> Result<Option<Product>> {
    Ok(each!(conn, c => dsl::products.filter(dsl::sku.eq(sku)).select(Product::as_select()).first(c)).optional()?)
}

/// A product by what a path says: `prd_…` or its SKU.
pub fn find_by_ref(conn: &mut Conn, text: &str) -> Result<Option<Product>> {
    match Kind::Product.parse(text) {
        Some(id) => find(conn, id),
        None => find_by_sku(conn, text),
    }
}

/// Products of these SKUs, as far as there are any.
pub fn find_by_skus(conn: &mut Conn, skus: &[String]) -> Result<Vec<Product>> {
    Ok(
        each!(conn, c => products::table.filter(products::sku.eq_any(padded(skus))).select(Product::as_select()).listed(skus.len(), here_by_length!()).load(c))?,
    )
}

/// Several products.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Product>> {
    Ok(
        each!(conn, c => products::table.filter(products::id.eq_any(padded(ids))).select(Product::as_select()).listed(ids.len(), here_by_length!()).load(c))?,
    )
}

/// Which products a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProductFilter {
    /// Text to look for in SKU, name and specification.
    pub q: Option<String>,
    pub kind: Option<LineKind>,
    pub active: Option<bool>,
}

/// Products that match, newest first, made before a given one.
pub fn list(conn: &mut Conn, filter: &ProductFilter, before: Option<Id>, limit: i64) -> Result<Vec<Product>> {
    let mut query = dsl::products.order(dsl::id.desc()).limit(limit).select(Product::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(dsl::id.lt(id));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(dsl::kind.eq(kind));
    }
    if let Some(active) = filter.active {
        query = query.filter(dsl::active.eq(active));
    }
    if let Some(q) = &filter.q {
        query = query.filter(dsl::search.like(super::contains(q)).escape('\\'));
    }
    Ok(query.load(conn)?)
}

/// Products of a category, by id.
pub fn of_category(conn: &mut Conn, category: &str, limit: i64) -> Result<Vec<Product>> {
    let alike = || dsl::products.filter(dsl::category.eq(category)).order(dsl::id.asc()).limit(limit);
    Ok(each!(conn, c => alike().select(Product::as_select()).load(c))?)
}

/// Stores a new product; false where the SKU is taken.
pub fn insert(conn: &mut Conn, product: &Product) -> Result<bool> {
    let inserted = insert_row!(conn, products, product, or nothing)?;
    Ok(inserted == 1)
}

/// Stores a changed product at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, product: &Product) -> Result<bool> {
    let target = dsl::products.filter(dsl::id.eq(product.id).and(dsl::version.eq(product.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(product).fixed(here!()).execute(c))? == 1)
}

/// The longest lead time of what is made of an order's lines, in working days: each with its product, where the
/// catalogue knows it; the usual one where it does not (DOMAIN 3.1).
pub fn longest_lead_time(conn: &mut Conn, lines: &[Line]) -> Result<u32> {
    let custom: Vec<Option<Id>> = lines.iter().filter(|line| line.is_made()).map(|line| line.product_id).collect();
    let known: Vec<Id> = custom.iter().copied().flatten().collect();
    let products = if known.is_empty() { Vec::new() } else { find_many(conn, &known)? };
    let of = |product: &Option<Id>| {
        let product = products.iter().find(|known| Some(known.id) == *product);
        product.and_then(|known| u32::try_from(known.lead_time_days).ok()).unwrap_or(USUAL_LEAD_TIME_DAYS)
    };
    Ok(custom.iter().map(of).max().unwrap_or(USUAL_LEAD_TIME_DAYS))
}
