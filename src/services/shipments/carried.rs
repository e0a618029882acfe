//! What the carrier that a shipment names means to it: whether it delivers there, the page of its trace, and the
//! day on which it arrives (DOMAIN 4.1, 4.3).

use crate::db::Tx;
use crate::domain::carrier::Carrier;
use crate::domain::id::Id;
use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::orders::parts;
use crate::repositories::shipments::Shipment;
use crate::repositories::{calendar, carriers};

/// The carrier of a name, as far as we know it.
pub(super) fn known(tx: &mut Tx, name: Option<&str>) -> Result<Option<Carrier>> {
    name.map_or(Ok(None), |name| carriers::find_by_name(tx.conn, name))
}

/// The page on which the trace is shown, where carrier and number are known to us.
pub(super) fn page(carrier: Option<&Carrier>, number: Option<&str>) -> Option<String> {
    carrier?.page(number?)
}

/// Refuses a carrier that does not carry so, or not to the order's address.
pub(super) fn refuse_unserved(tx: &mut Tx, carrier: Option<&Carrier>, order: Id, method: DeliveryMethod) -> Result<()> {
    let Some(carrier) = carrier else { return Ok(()) };
    let code = &carrier.code;
    if !carrier.active {
        let (en, zh) = (format!("{code} is given nothing to carry any more."), format!("承运商 {code} 已停用。"));
        return Err(Problem::rule("DOMAIN 4.1", en, zh).into());
    }
    if !carrier.methods.contains(&method) {
        let (en, zh) = (format!("{code} does not carry goods as {method}."), format!("承运商 {code} 不支持该配送方式（{method}）。"));
        return Err(Problem::rule("DOMAIN 4.1", en, zh).into());
    }
    let delivery = parts::delivery(tx.conn, order)?;
    let Some(country) = delivery.country.as_deref().filter(|country| !country.trim().is_empty()) else { return Ok(()) };
    if carrier.serves(country, delivery.region.as_deref()) {
        return Ok(());
    }
    let place = delivery.region.as_deref().map_or_else(|| country.to_owned(), |region| format!("{region}, {country}"));
    Err(Problem::rule("DOMAIN 4.1", format!("{code} does not deliver to {place}."), format!("承运商 {code} 不配送至 {place}。")).into())
}

/// When a shipment that leaves at an instant arrives: at the end of the last of its carrier's working days; on the
/// promised date where those are not known.
fn arrival(tx: &mut Tx, carrier: Option<&Carrier>, order: Id, leaves: UtcTime) -> Result<Option<UtcTime>> {
    let delivery = parts::delivery(tx.conn, order)?;
    let days = carrier.and_then(|carrier| carrier.days_to(delivery.country.as_deref().unwrap_or_default(), delivery.region.as_deref()));
    let calendar = calendar::load(tx.conn, tx.company.zone)?;
    let day = match days {
        Some(days) => calendar.add_working_days(calendar.local_date(leaves.utc()), days),
        None => delivery.promised_date,
    };
    Ok(day.and_then(|day| UtcTime::new(calendar.end_of_day(day))))
}

/// A shipment with the day on which it is to arrive, unless somebody has named one: counted from when it left or is
/// planned to, and from now where it should have left already.
pub(super) fn dated(tx: &mut Tx, carrier: Option<&Carrier>, shipment: Shipment) -> Result<Shipment> {
    if shipment.expected_is_set {
        return Ok(shipment);
    }
    let leaves = shipment.dispatched_at.or(shipment.planned_dispatch_at.map(|planned| planned.max(tx.now))).unwrap_or(tx.now);
    let expected_at = arrival(tx, carrier, shipment.order_id, leaves)?;
    Ok(Shipment { expected_at, ..shipment })
}
