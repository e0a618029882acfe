//! The working calendar as the company has set it: its settings, and the days for which it has said
//! whether they are worked (DOMAIN 0).

use crate::db::Conn;
use crate::db::cached::Cache;
use crate::db::dialect;
use crate::db::schema::{calendar_days, counters};
use crate::domain::calendar::{Calendar, DayReason, Rules};
use crate::domain::time::UtcTime;
use crate::domain::zone::Zone;
use crate::error::Result;
use crate::repositories::settings;
use crate::{each, here};
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::BTreeMap;

/// The counter that says how often the calendar was changed.
const CHANGES: &str = "calendar";

/// A day for which the company has said whether it is worked.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = calendar_days, treat_none_as_default_value = false)]
pub struct CompanyDay {
    pub day: NaiveDate,
    pub worked: bool,
    pub name: Option<String>,
    pub updated_at: UtcTime,
}

/// The calendar as it is now, in a time zone.
pub fn load(conn: &mut Conn, zone: Zone) -> Result<Calendar> {
    let (_, settings) = settings::load(conn)?;
    let days: Vec<(NaiveDate, bool)> =
        each!(conn, c => calendar_days::table.select((calendar_days::day, calendar_days::worked)).fixed(here!()).load(c))?;
    let days = days.into_iter().collect();
    Ok(Calendar::new(zone, Rules { holidays: settings.holidays, week: settings.working_days, hours: settings.working_hours, days }))
}

/// What the calendar says of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenDay {
    pub day: NaiveDate,
    pub worked: bool,
    pub reason: DayReason,
    /// What the company calls it.
    pub name: Option<String>,
    /// Whether the public holidays of its year are known.
    pub holidays_known: bool,
}

/// What the calendar says of some days, given in their order.
pub fn look_at(conn: &mut Conn, zone: Zone, days: &[NaiveDate]) -> Result<Vec<SeenDay>> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(Vec::new()) };
    let calendar = load(conn, zone)?;
    let between = calendar_days::table.filter(calendar_days::day.between(first, last));
    let named: Vec<(NaiveDate, Option<String>)> = each!(conn, c => between.select((calendar_days::day, calendar_days::name)).load(c))?;
    let named: BTreeMap<NaiveDate, Option<String>> = named.into_iter().collect();
    let seen = |day: &NaiveDate| {
        let (worked, reason) = calendar.day(*day);
        SeenDay { day: *day, worked, reason, name: named.get(day).cloned().flatten(), holidays_known: calendar.covers(*day) }
    };
    Ok(days.iter().map(seen).collect())
}

/// The year of a day, where its public holidays are not known and the company has said nothing of it.
pub fn unknown_year(conn: &mut Conn, zone: Zone, day: NaiveDate) -> Result<Option<i32>> {
    use chrono::Datelike;
    let (first, last) = (NaiveDate::from_yo_opt(day.year(), 1), NaiveDate::from_ymd_opt(day.year(), 12, 31));
    let (Some(first), Some(last)) = (first, last) else { return Ok(None) };
    let said = calendar_days::table.filter(calendar_days::day.between(first, last)).select(calendar_days::day);
    let said: Option<NaiveDate> = each!(conn, c => said.limit(1).get_result(c)).optional()?;
    Ok((said.is_none() && !load(conn, zone)?.covers(day)).then(|| day.year()))
}

/// Says of a day whether it is worked.
pub fn set_day(conn: &mut Conn, row: &CompanyDay) -> Result<()> {
    use calendar_days::dsl::{day, name, updated_at, worked};
    each!(conn, c => diesel::insert_into(calendar_days::table)
        .values(row)
        .on_conflict(day)
        .do_update()
        .set((worked.eq(row.worked), name.eq(row.name.clone()), updated_at.eq(row.updated_at)))
        .execute(c))?;
    Ok(())
}

/// Whether the company has said of a day that it is worked; none where it has said nothing.
pub fn said_of(conn: &mut Conn, day: NaiveDate) -> Result<Option<bool>> {
    Ok(each!(conn, c => calendar_days::table.find(day).select(calendar_days::worked).first(c)).optional()?)
}

/// Takes back what was said of a day.
pub fn delete_day(conn: &mut Conn, day: NaiveDate) -> Result<()> {
    each!(conn, c => diesel::delete(calendar_days::table.find(day)).execute(c))?;
    Ok(())
}

/// How often the calendar was changed: deadlines that were reckoned by fewer changes are out of date.
pub fn changes(conn: &mut Conn) -> Result<i64> {
    let counter = counters::table.filter(counters::name.eq(CHANGES)).select(counters::value);
    Ok(each!(conn, c => counter.limit(1).fixed(here!()).get_result(c)).optional()?.unwrap_or_default())
}

/// Notes that the calendar was changed.
pub fn note_change(conn: &mut Conn) -> Result<()> {
    dialect::advance(conn, CHANGES, 1)?;
    Ok(())
}
