//! Exchange rates: entered, corrected and deleted under a version. What was judged by a rate keeps
//! what it came to: a round its facts, an order its own currency.

use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, day, rules};
use crate::repositories::exchange_rates::{self, ExchangeRate};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A rate as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"currency": "JPY", "units": 100, "rate": "4.8210", "valid_from": "2027-01-01"}))]
pub struct ExchangeRateInput {
    /// ISO 4217; not the base currency.
    #[validate(custom(function = rules::currency))]
    #[schema(min_length = 3, max_length = 3, pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// How many units of the currency the rate is for.
    #[serde(default = "default_units")]
    #[validate(range(min = 1, max = 1_000_000))]
    #[schema(minimum = 1, maximum = 1_000_000, default = 1)]
    pub units: i32,
    /// What these units come to in the base currency; above zero.
    #[validate(custom(function = rules::positive))]
    pub rate: Amount,
    /// The first day on which it counts, in the company's time zone; until the day before the next one begins.
    #[serde(deserialize_with = "day::required")]
    #[validate(custom(function = rules::date))]
    pub valid_from: NaiveDate,
}

fn default_units() -> i32 {
    1
}

impl ExchangeRateInput {
    fn of(rate: &ExchangeRate) -> Self {
        Self { currency: rate.currency.clone(), units: rate.units, rate: rate.rate, valid_from: rate.valid_from }
    }

    fn into_row(self, id: Id, version: i64, created: UtcTime, now: UtcTime) -> ExchangeRate {
        let Self { currency, units, rate, valid_from } = self;
        ExchangeRate { id, version, currency, units, rate, valid_from, created_at: created, updated_at: now }
    }
}

/// The base currency is worth itself.
fn check_foreign(tx: &Tx, input: &ExchangeRateInput) -> Result<()> {
    if input.currency == tx.company.base_currency {
        return Err(Problem::invalid("/currency", "base_currency", "is the base currency", "为本位币，无需汇率").into());
    }
    Ok(())
}

fn event(name: EventName, rate: &ExchangeRate) -> Event {
    Event::new(name, Kind::Rate, rate.id)
        .with("version", rate.version)
        .note("currency", rate.currency.as_str())
        .note("units", rate.units)
        .note("rate", rate.rate.text(4))
        .note("valid_from", rate.valid_from.to_string())
}

/// Enters a rate.
///
/// # Errors
/// `validation_failed` for the base currency; `duplicate_reference` where the currency has a rate from that day on.
pub fn create(tx: &mut Tx, input: &ExchangeRateInput) -> Result<ExchangeRate> {
    check_foreign(tx, input)?;
    let rate = input.clone().into_row(tx.new_id(), 1, tx.now, tx.now);
    if !exchange_rates::insert(tx.conn, &rate)? {
        return Err(Problem::duplicate("valid_from").into());
    }
    tx.record(event(EventName::ExchangeRateCreated, &rate))?;
    Ok(rate)
}

/// Corrects a rate under `If-Match`.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, `duplicate_reference`, or what is wrong
/// with the patched values.
pub fn update(tx: &mut Tx, id: Id, patch: &Patch) -> Result<ExchangeRate> {
    let before = exchange_rates::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    let input = patch.apply(&ExchangeRateInput::of(&before))?;
    if input == ExchangeRateInput::of(&before) {
        return Ok(before);
    }
    check_foreign(tx, &input)?;
    if exchange_rates::find_beginning(tx.conn, &input.currency, input.valid_from)?.is_some_and(|other| other.id != id) {
        return Err(Problem::duplicate("valid_from").into());
    }
    let rate = input.into_row(id, before.version + 1, before.created_at, tx.now);
    if !exchange_rates::update(tx.conn, &rate)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(event(EventName::ExchangeRateUpdated, &rate))?;
    Ok(rate)
}

/// Deletes a rate under `If-Match`; the one before counts again.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`.
pub fn delete(tx: &mut Tx, id: Id) -> Result<()> {
    let rate = exchange_rates::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    tx.require_match(rate.version)?;
    if !exchange_rates::delete(tx.conn, id, rate.version)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(event(EventName::ExchangeRateDeleted, &rate)).map(drop)
}
