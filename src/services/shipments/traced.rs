//! What whoever holds the link of a shipment sees of it, without logging in (DOMAIN 4.3, BEHAVIOUR 8).

use crate::db::Conn;
use crate::domain::message::language_of;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Code, Problem, Result};
use crate::repositories::shipments::{self, Parcel, Tracking};
use crate::repositories::{customers, orders, settings};
use chrono::TimeDelta;

/// A shipment as its customer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traced {
    pub parcel: Parcel,
    /// What was told of it and still counts, the latest first.
    pub trace: Vec<Tracking>,
    /// What the customer reads.
    pub language: Language,
}

/// The shipment of a token, by its hash.
///
/// # Errors
/// `not_found` for no such token, and for a shipment that has not left after all; `link_expired` long after it left.
pub fn look(conn: &mut Conn, hash: &[u8], now: UtcTime) -> Result<Traced> {
    let shipment = shipments::find_by_trace(conn, hash)?.ok_or_else(Problem::not_found)?;
    let left = shipment.dispatched_at.ok_or_else(Problem::not_found)?;
    let (_, settings) = settings::load(conn)?;
    if now >= left.plus(TimeDelta::days(i64::from(settings.trace_link_days))) {
        return Err(Problem::new(Code::LinkExpired).detail("This page is no longer kept.", "该页面已过期。").into());
    }
    let order = orders::find(conn, shipment.order_id)?.ok_or_else(Problem::not_found)?;
    let customer = customers::find(conn, order.customer_id)?;
    let language = customer.map_or(Language::English, |customer| language_of(&customer.language));
    let mut trace: Vec<Tracking> = shipments::tracking_of(conn, shipment.id)?.into_iter().filter(Tracking::counts).collect();
    trace.reverse();
    let parcel = shipments::load(conn, vec![shipment])?.pop().ok_or_else(Problem::not_found)?;
    Ok(Traced { parcel, trace, language })
}
