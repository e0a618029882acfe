//! Exchange rates: what so many units of a foreign currency come to in the base currency, from a
//! day on until the next one begins (DECISIONS 24).

use crate::db::cached::Cache;
use crate::db::schema::exchange_rates::{self, dsl};
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::{Amount, converted};
use crate::domain::codes;
use crate::domain::company::Company;
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, insert_row};
use chrono::NaiveDate;
use diesel::prelude::*;

/// An exchange rate.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = exchange_rates, treat_none_as_default_value = false)]
pub struct ExchangeRate {
    pub id: Id,
    pub version: i64,
    /// ISO 4217.
    pub currency: String,
    /// How many units of it the rate is for: 100 yen are quoted together.
    pub units: i32,
    /// What they come to in the base currency.
    pub rate: Amount,
    /// The first day on which it counts.
    pub valid_from: NaiveDate,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// A rate by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<ExchangeRate>> {
    Ok(each!(conn, c => dsl::exchange_rates.find(id).select(ExchangeRate::as_select()).first(c)).optional()?)
}

/// The rate of a currency that begins on this very day.
pub fn find_beginning(conn: &mut Conn, currency: &str, day: NaiveDate) -> Result<Option<ExchangeRate>> {
    let that = dsl::currency.eq(currency).and(dsl::valid_from.eq(day));
    Ok(each!(conn, c => dsl::exchange_rates.filter(that).select(ExchangeRate::as_select()).first(c)).optional()?)
}

/// The rate of a currency that counts on a day: the last that began.
pub fn find_on(conn: &mut Conn, currency: &str, day: NaiveDate) -> Result<Option<ExchangeRate>> {
    let begun = dsl::exchange_rates.filter(dsl::currency.eq(currency).and(dsl::valid_from.le(day))).order(dsl::valid_from.desc());
    Ok(each!(conn, c => begun.select(ExchangeRate::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// How amounts of a currency become amounts of the base currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// How many units come to the amount; none for the base currency itself.
    rate: Option<(i32, Amount)>,
    minor_digits: u32,
}

impl Conversion {
    /// An amount in the base currency; `None` where it comes to more than an amount can be.
    pub fn of(self, amount: Amount) -> Option<Amount> {
        match self.rate {
            None => Some(amount),
            Some((units, rate)) => converted(amount, units, rate, self.minor_digits).ok(),
        }
    }
}

/// How a currency is converted on a day; `None` where no rate is known (DECISIONS 24).
pub fn rate_on(conn: &mut Conn, company: &Company, currency: &str, day: NaiveDate) -> Result<Option<Conversion>> {
    let minor_digits = codes::minor_digits(&company.base_currency).unwrap_or(2);
    if currency == company.base_currency {
        return Ok(Some(Conversion { rate: None, minor_digits }));
    }
    Ok(find_on(conn, currency, day)?.map(|found| Conversion { rate: Some((found.units, found.rate)), minor_digits }))
}

/// An amount in the base currency by the rate of a day; `None` where no rate is known, or where it
/// comes to more than an amount can be (DECISIONS 24).
pub fn in_base(conn: &mut Conn, company: &Company, amount: Amount, currency: &str, day: NaiveDate) -> Result<Option<Amount>> {
    Ok(rate_on(conn, company, currency, day)?.and_then(|rate| rate.of(amount)))
}

/// Rates, newest first, made before a given one; of one currency, where one is named.
pub fn list(conn: &mut Conn, currency: Option<&str>, before: Option<Id>, limit: i64) -> Result<Vec<ExchangeRate>> {
    let mut query = dsl::exchange_rates.order(dsl::id.desc()).limit(limit).select(ExchangeRate::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(dsl::id.lt(id));
    }
    if let Some(currency) = currency {
        query = query.filter(dsl::currency.eq(currency));
    }
    Ok(query.load(conn)?)
}

/// Stores a new rate; false where the currency has one from that day on.
pub fn insert(conn: &mut Conn, rate: &ExchangeRate) -> Result<bool> {
    Ok(insert_row!(conn, exchange_rates, rate, or nothing)? == 1)
}

/// Stores a changed rate at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, rate: &ExchangeRate) -> Result<bool> {
    let target = dsl::exchange_rates.filter(dsl::id.eq(rate.id).and(dsl::version.eq(rate.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(rate).fixed(here!()).execute(c))? == 1)
}

/// Deletes a rate at this version; false where it has another by now.
pub fn delete(conn: &mut Conn, id: Id, version: i64) -> Result<bool> {
    let target = dsl::exchange_rates.filter(dsl::id.eq(id).and(dsl::version.eq(version)));
    Ok(each!(conn, c => diesel::delete(target).execute(c))? == 1)
}
