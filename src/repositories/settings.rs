//! The one document of settings, the defaults where nobody has changed any; and the counters that
//! human numbers are drawn from (DOMAIN 1.2).

use crate::db::cached::Cache;
use crate::db::schema::settings;
use crate::db::types::Json;
use crate::db::{Conn, dialect};
use crate::domain::settings::Settings;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, insert_row};
use diesel::prelude::*;

const ONLY: i32 = 1;

/// The settings and their version; version 0 while they are the defaults.
pub fn load(conn: &mut Conn) -> Result<(i64, Settings)> {
    let query = || settings::table.find(ONLY).select((settings::version, settings::content));
    let found: Option<(i64, Json<Settings>)> = each!(conn, c => query().limit(1).fixed(here!()).get_result(c)).optional()?;
    Ok(found.map_or_else(|| (0, Settings::default()), |(version, Json(content))| (version, content)))
}

/// Stores settings over a version; false where they have another by now.
pub fn store(conn: &mut Conn, version: i64, content: &Settings, now: UtcTime) -> Result<bool> {
    let values = (settings::version.eq(version + 1), settings::content.eq(Json(content.clone())), settings::updated_at.eq(now));
    if version == 0 {
        let first = (settings::id.eq(ONLY), values);
        return Ok(insert_row!(conn, settings, first, or nothing)? == 1);
    }
    let target = settings::table.filter(settings::id.eq(ONLY).and(settings::version.eq(version)));
    Ok(each!(conn, c => diesel::update(target).set(values).fixed(here!()).execute(c))? == 1)
}

/// Draws the next number of a counter ([`crate::domain::number::counter_name`]), from 1. Who draws
/// at the same time waits, so no number is drawn twice and none is lost to what is undone.
pub fn next_number(conn: &mut Conn, counter: &str) -> Result<i64> {
    Ok(dialect::advance(conn, counter, 1)?)
}
