//! Carriers: who carries goods, by code (DOMAIN 4.1).

use crate::db::cached::Cache;
use crate::db::schema::carriers::{self, dsl};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend, clock};
use crate::domain::carrier::{Carrier, Coverage, default_carriers};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here};
use diesel::prelude::*;

/// A carrier, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = carriers, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct CarrierRow {
    pub id: Id,
    pub version: i64,
    pub code: String,
    pub name: String,
    pub aliases: Json<Vec<String>>,
    pub methods: Json<Vec<DeliveryMethod>>,
    pub tracking_template: Option<String>,
    /// In working days.
    pub service_days: Option<i32>,
    pub coverage: Json<Vec<Coverage>>,
    /// False for one that is given nothing to carry any more.
    pub active: bool,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

impl CarrierRow {
    /// A carrier as it begins.
    pub fn new(id: Id, carrier: Carrier, now: UtcTime) -> Self {
        Self {
            id,
            version: 1,
            code: carrier.code,
            name: carrier.name,
            aliases: Json(carrier.aliases),
            methods: Json(carrier.methods),
            tracking_template: carrier.tracking_template,
            service_days: carrier.service_days.map(i32::from),
            coverage: Json(carrier.coverage),
            active: carrier.active,
            created_at: now,
            updated_at: now,
        }
    }
}

impl From<CarrierRow> for Carrier {
    fn from(row: CarrierRow) -> Self {
        Self {
            code: row.code,
            name: row.name,
            aliases: row.aliases.0,
            methods: row.methods.0,
            tracking_template: row.tracking_template,
            service_days: row.service_days.and_then(|days| u16::try_from(days).ok()),
            coverage: row.coverage.0,
            active: row.active,
        }
    }
}

/// A carrier by what a path says: `car_…` or its code.
pub fn find_by_ref(conn: &mut Conn, text: &str) -> Result<Option<CarrierRow>> {
    let found = match Kind::Carrier.parse(text) {
        Some(id) => each!(conn, c => dsl::carriers.find(id).select(CarrierRow::as_select()).first(c)),
        None => each!(conn, c => dsl::carriers.filter(dsl::code.eq(text)).select(CarrierRow::as_select()).first(c)),
    };
    Ok(found.optional()?)
}

/// The carriers that are given goods to carry, in the order of their codes.
pub fn active(conn: &mut Conn) -> Result<Vec<Carrier>> {
    let active = dsl::carriers.filter(dsl::active.eq(true)).order(dsl::code.asc());
    let rows: Vec<CarrierRow> = each!(conn, c => active.select(CarrierRow::as_select()).fixed(here!()).load(c))?;
    Ok(rows.into_iter().map(Carrier::from).collect())
}

/// The carrier that people call so, whether or not it is given anything now; where several were called so, the one in use.
pub fn find_by_name(conn: &mut Conn, name: &str) -> Result<Option<Carrier>> {
    Ok(all(conn)?.into_iter().find(|carrier| carrier.goes_by(name)))
}

/// All carriers, those that are given nothing any more last.
pub fn all(conn: &mut Conn) -> Result<Vec<Carrier>> {
    let rows: Vec<CarrierRow> =
        each!(conn, c => dsl::carriers.order((dsl::active.desc(), dsl::code.asc())).select(CarrierRow::as_select()).fixed(here!()).load(c))?;
    Ok(rows.into_iter().map(Carrier::from).collect())
}

/// How many carriers there are.
pub fn count(conn: &mut Conn) -> Result<i64> {
    Ok(dsl::carriers.count().get_result(conn)?)
}

/// Carriers, newest first, made before a given one.
pub fn list(conn: &mut Conn, active: Option<bool>, before: Option<Id>, limit: i64) -> Result<Vec<CarrierRow>> {
    let mut query = dsl::carriers.order(dsl::id.desc()).limit(limit).select(CarrierRow::as_select()).into_boxed::<MultiBackend>();
    if let Some(active) = active {
        query = query.filter(dsl::active.eq(active));
    }
    if let Some(id) = before {
        query = query.filter(dsl::id.lt(id));
    }
    Ok(query.load(conn)?)
}

/// Stores a new carrier; false where the code is taken.
pub fn insert(conn: &mut Conn, carrier: &CarrierRow) -> Result<bool> {
    Ok(each!(conn, c => diesel::insert_into(dsl::carriers).values(carrier).on_conflict_do_nothing().execute(c))? == 1)
}

/// Stores a changed carrier at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, carrier: &CarrierRow) -> Result<bool> {
    let target = dsl::carriers.filter(dsl::id.eq(carrier.id).and(dsl::version.eq(carrier.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(carrier).execute(c))? == 1)
}

/// Stores those of the usual carriers that were never there; whoever else does so at the same time does not matter.
pub fn seed(conn: &mut Conn, now: UtcTime) -> Result<()> {
    let rows: Vec<CarrierRow> = default_carriers().into_iter().map(|carrier| CarrierRow::new(clock::new_id(now), carrier, now)).collect();
    each!(conn, c => diesel::insert_into(dsl::carriers).values(&rows).on_conflict(dsl::code).do_nothing().execute(c))?;
    Ok(())
}
