//! What is expected to come into the warehouses (DOMAIN 2.3).

use crate::db::cached::{Cache, padded};
use crate::db::schema::{expected_receipts, products, warehouses};
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::stock::ExpectedStatus;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here_by_length};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// Goods that are expected.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = expected_receipts, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct Expected {
    pub id: Id,
    pub version: i64,
    pub product_id: Id,
    pub warehouse_id: Id,
    pub quantity: Amount,
    /// What of it has come.
    pub received: Amount,
    pub expected_on: Option<NaiveDate>,
    /// The supplier's, or that of the purchase.
    pub reference: Option<String>,
    pub note: Option<String>,
    pub status: ExpectedStatus,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

impl Expected {
    /// What is still to come.
    pub fn left(&self) -> Amount {
        match self.status {
            ExpectedStatus::Open => self.quantity.minus(self.received).unwrap_or_default(),
            ExpectedStatus::Received | ExpectedStatus::Cancelled => Amount::ZERO,
        }
    }
}

/// The same with what its keys stand for: SKU, the product's name, the warehouse's code.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct NamedExpected {
    pub expected: Expected,
    pub sku: String,
    pub name: String,
    pub warehouse: String,
}

/// Which of them a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ExpectedFilter {
    /// This one alone.
    pub id: Option<Id>,
    pub sku: Option<String>,
    pub warehouse: Option<String>,
    pub status: Option<ExpectedStatus>,
}

/// Expected goods that match, newest first, entered before given ones.
pub fn list(conn: &mut Conn, filter: &ExpectedFilter, before: Option<Id>, limit: i64) -> Result<Vec<NamedExpected>> {
    use expected_receipts as rows;
    let mut query = rows::table
        .inner_join(products::table.on(products::id.eq(rows::product_id)))
        .inner_join(warehouses::table.on(warehouses::id.eq(rows::warehouse_id)))
        .order(rows::id.desc())
        .limit(limit)
        .select((Expected::as_select(), products::sku, products::name, warehouses::code))
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
    if let Some(status) = filter.status {
        query = query.filter(rows::status.eq(status));
    }
    Ok(query.load(conn)?)
}

/// One of them.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<NamedExpected>> {
    let only = ExpectedFilter { id: Some(id), ..ExpectedFilter::default() };
    Ok(list(conn, &only, None, 1)?.pop())
}

/// The first day on which more of a product is expected.
pub fn next_arrival(conn: &mut Conn, product: Id) -> Result<Option<NaiveDate>> {
    let open = expected_receipts::product_id.eq(product).and(expected_receipts::status.eq(ExpectedStatus::Open));
    let dated = open.and(expected_receipts::expected_on.is_not_null());
    let days = || expected_receipts::table.filter(dated).order(expected_receipts::expected_on.asc()).select(expected_receipts::expected_on);
    Ok(each!(conn, c => days().first::<Option<NaiveDate>>(c)).optional()?.flatten())
}

/// Stores new ones.
pub fn insert(conn: &mut Conn, expected: &Expected) -> Result<()> {
    each!(conn, c => diesel::insert_into(expected_receipts::table).values(expected).execute(c))?;
    Ok(())
}

/// Stores changed ones at the version before; false where they have another by now.
pub fn update(conn: &mut Conn, expected: &Expected) -> Result<bool> {
    let target = expected_receipts::table.filter(expected_receipts::id.eq(expected.id).and(expected_receipts::version.eq(expected.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(expected).execute(c))? == 1)
}

/// How much is still to come, and when the first of it does, by product and warehouse.
pub type Coming = BTreeMap<(Id, Id), (Amount, Option<NaiveDate>)>;

/// How much is still to come of products.
pub fn coming(conn: &mut Conn, products: &[Id]) -> Result<Coming> {
    let open: Vec<Expected> = each!(conn, c => expected_receipts::table
        .filter(expected_receipts::status.eq(ExpectedStatus::Open).and(expected_receipts::product_id.eq_any(padded(products))))
        .select(Expected::as_select())
        .listed(products.len(), here_by_length!()).load(c))?;
    let mut coming = Coming::new();
    for expected in open {
        let (sum, first) = coming.entry((expected.product_id, expected.warehouse_id)).or_default();
        *sum = sum.plus(expected.left()).unwrap_or(*sum);
        *first = first.iter().copied().chain(expected.expected_on).min();
    }
    Ok(coming)
}
