//! What only time shows about exceptions: that one was not planned or resolved in time, and what the company's rules raise
//! one for (DOMAIN 6.1, 6.3). Nothing is looked for that no rule asks for.

use super::{AT_ONCE, Done, tell};
use crate::app::App;
use crate::db::Conn;
use crate::domain::actor::Actor;
use crate::domain::exception_rules::{Trigger, rule_of};
use crate::domain::id::Id;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::{exceptions as rows, money, settings, shipments, tasks};
use crate::services::exceptions;
use crate::services::workflow::watching;
use chrono::{Days, NaiveDate, TimeDelta};
use std::collections::BTreeSet;

/// Tells of exceptions that were not planned or not resolved in time, once for each of the two times. Gives how many were
/// found.
///
/// # Errors
/// Where it cannot be seen which.
pub async fn escalate_exceptions(app: &App) -> Done<usize> {
    let now = app.clock.now();
    let found = app
        .look(move |conn| {
            let mut late: BTreeSet<Id> = rows::to_plan(conn, now, AT_ONCE)?.into_iter().collect();
            late.extend(rows::to_resolve(conn, now, AT_ONCE)?);
            Ok(late)
        })
        .await?;
    let count = found.len();
    for exception in found {
        tell("an exception", app.write_as(Actor::system("clock"), move |tx| exceptions::escalate(tx, exception)).await.map(drop));
    }
    Ok(count)
}

/// What is to be raised, each with what it was found by.
#[derive(Default)]
struct Found {
    overdue: Option<(UtcTime, Vec<Id>)>,
    silent: Option<(UtcTime, Vec<Id>)>,
    unpaid: Option<(NaiveDate, BTreeSet<Id>)>,
}

fn find(conn: &mut Conn, now: UtcTime, today: NaiveDate) -> Result<Found> {
    let (_, settings) = settings::load(conn)?;
    let after = |trigger: Trigger| rule_of(&settings.exception_rules, trigger).map(|rule| rule.after);
    let mut found = Found::default();
    if let Some(hours) = after(Trigger::TaskOverdue) {
        let before = now.plus(-TimeDelta::hours(i64::from(hours)));
        found.overdue = Some((before, tasks::to_raise(conn, before, AT_ONCE)?));
    }
    if let Some(days) = after(Trigger::ParcelStuck) {
        let before = now.plus(-TimeDelta::days(i64::from(days)));
        found.silent = Some((before, shipments::silent_since(conn, before, AT_ONCE)?));
    }
    if let Some(days) = after(Trigger::PaymentShort) {
        let day = today.checked_sub_days(Days::new(u64::from(days))).unwrap_or(today);
        found.unpaid = Some((day, money::due::to_pursue(conn, day, AT_ONCE)?.into_iter().collect()));
    }
    Ok(found)
}

/// Raises exceptions about tasks that are long overdue, parcels of which nothing is heard, and invoices that are not paid: one
/// order a transaction. Gives how many were looked at.
///
/// # Errors
/// Where it cannot be seen which.
pub async fn raise_exceptions(app: &App) -> Done<usize> {
    let now = app.clock.now();
    let today = app.company.zone.local_date(now.utc());
    let Found { overdue, silent, unpaid } = app.look(move |conn| find(conn, now, today)).await?;
    let mut count = 0;
    for (before, task) in overdue.into_iter().flat_map(|(before, tasks)| tasks.into_iter().map(move |task| (before, task))) {
        count += 1;
        tell("a task", app.write_as(Actor::system("clock"), move |tx| watching::raise_overdue(tx, task, before)).await);
    }
    for (before, shipment) in silent.into_iter().flat_map(|(before, all)| all.into_iter().map(move |shipment| (before, shipment))) {
        count += 1;
        tell("a parcel", app.write_as(Actor::system("clock"), move |tx| watching::ask_after(tx, shipment, before)).await);
    }
    for (day, order) in unpaid.into_iter().flat_map(|(day, all)| all.into_iter().map(move |order| (day, order))) {
        count += 1;
        tell("an invoice", app.write_as(Actor::system("clock"), move |tx| watching::pursue_payment(tx, order, day)).await);
    }
    Ok(count)
}
