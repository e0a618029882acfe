//! Shipments, what is in them, and their traces (DOMAIN 4).

use crate::db::cached::{Cache, padded};
use crate::db::schema::{shipment_lines, shipments, tracking_events};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::lifecycle::shipment::{DeliveryMethod, ShipmentStatus, TrackingStatus};
use crate::domain::parcel::{Package, Refused};
use crate::domain::time::UtcTime;
use crate::error::{Error, Result};
use crate::repositories::files::{self, FileRow};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::warehouses;
use crate::{each, here, here_by_length, insert_row, insert_rows};
use diesel::dsl::max;
use diesel::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Goods that leave together.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = shipments, treat_none_as_default_value = false)]
pub struct Shipment {
    pub id: Id,
    pub version: i64,
    pub order_id: Id,
    /// Which of its order's shipments it is, from 1.
    pub position: i32,
    pub status: ShipmentStatus,
    pub method: DeliveryMethod,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    pub planned_dispatch_at: Option<UtcTime>,
    pub expected_at: Option<UtcTime>,
    pub dispatched_at: Option<UtcTime>,
    pub delivered_at: Option<UtcTime>,
    pub signed_by: Option<String>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    /// From which warehouse it leaves, where all of it does from one.
    pub warehouse_id: Option<Id>,
    /// What stands on the carrier's label.
    pub label_reference: Option<String>,
    pub packages: Json<Vec<Package>>,
    /// A person has said when it is to arrive.
    pub expected_is_set: bool,
    /// SHA-256 of the token of the customer's page; none before the first dispatch.
    pub trace_hash: Option<Vec<u8>>,
    /// When it was heard of last since it left; none once an exception was raised as nothing is heard of it.
    pub heard_at: Option<UtcTime>,
}

/// How much of an order's line is in a shipment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = shipment_lines, treat_none_as_default_value = false)]
pub struct ShipmentLine {
    pub shipment_id: Id,
    pub line_id: Id,
    pub quantity: Amount,
    /// What of it the customer did not take.
    pub refused: Amount,
    /// What of it did not arrive and is sent again.
    pub resent: Amount,
    /// What of it arrived and is replaced by other goods.
    pub replaced: Amount,
}

impl ShipmentLine {
    /// A quantity of a line that goes into a shipment.
    pub const fn new(shipment_id: Id, line_id: Id, quantity: Amount) -> Self {
        Self { shipment_id, line_id, quantity, refused: Amount::ZERO, resent: Amount::ZERO, replaced: Amount::ZERO }
    }

    /// What of it counts as packed and, once it has left, as shipped: all that is not sent again (DOMAIN 6.5).
    pub fn counts(&self) -> Result<Amount> {
        Ok(self.quantity.minus(self.resent)?.minus(self.replaced)?)
    }

    /// What of it counts as delivered once the shipment has arrived, where so much of it was refused.
    pub fn arrived(&self, refused: Amount) -> Result<Amount> {
        Ok(self.quantity.minus(refused.max(self.resent))?.minus(self.replaced)?.max(Amount::ZERO))
    }
}

/// What was reported about a shipment on its way.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = tracking_events, treat_none_as_default_value = false)]
pub struct Tracking {
    pub id: Id,
    pub shipment_id: Id,
    pub status: TrackingStatus,
    pub occurred_at: UtcTime,
    pub recorded_at: UtcTime,
    /// Empty where nothing was said.
    pub description: String,
    pub location: Option<String>,
    pub signed_by: Option<String>,
    /// Who reported it.
    pub actor_label: String,
    /// Of a delivery, what the customer did not take.
    pub refused: Json<Vec<Refused>>,
    /// When it was found to be wrong.
    pub withdrawn_at: Option<UtcTime>,
    pub withdrawn_reason: Option<String>,
}

impl Tracking {
    /// Whether it still counts.
    pub const fn counts(&self) -> bool {
        self.withdrawn_at.is_none()
    }
}

/// A shipment with what is shown beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub shipment: Shipment,
    pub order_number: String,
    /// The code of the warehouse that it leaves from.
    pub warehouse: Option<String>,
    /// The order's lines that are in it, in their order.
    pub lines: Vec<(Line, ShipmentLine)>,
    pub files: Vec<FileRow>,
}

/// A shipment by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Shipment>> {
    Ok(each!(conn, c => shipments::table.find(id).select(Shipment::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// The shipment of a customer's page, by the hash of its token.
pub fn find_by_trace(conn: &mut Conn, hash: &[u8]) -> Result<Option<Shipment>> {
    let traced = || shipments::table.filter(shipments::trace_hash.eq(hash));
    Ok(each!(conn, c => traced().select(Shipment::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Several shipments.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Shipment>> {
    Ok(
        each!(conn, c => shipments::table.filter(shipments::id.eq_any(padded(ids))).select(Shipment::as_select()).listed(ids.len(), here_by_length!()).load(c))?,
    )
}

/// An order's shipments, in their order.
pub fn list_of_order(conn: &mut Conn, order: Id) -> Result<Vec<Shipment>> {
    let of_order = shipments::table.filter(shipments::order_id.eq(order));
    Ok(of_order.order(shipments::position.asc()).select(Shipment::as_select()).load(conn)?)
}

/// Whether some parcel of an order is with the customer, though what was in it may have been replaced since.
pub fn any_arrived(conn: &mut Conn, order: Id) -> Result<bool> {
    let arrived = || shipments::table.filter(shipments::order_id.eq(order).and(shipments::status.eq(ShipmentStatus::Delivered)));
    Ok(each!(conn, c => arrived().select(shipments::id).limit(1).fixed(here!()).get_result::<Id>(c)).optional()?.is_some())
}

/// What is in these shipments.
pub fn lines_of(conn: &mut Conn, ids: &[Id]) -> Result<Vec<ShipmentLine>> {
    Ok(each!(conn, c => shipment_lines::table
        .filter(shipment_lines::shipment_id.eq_any(padded(ids)))
        .order((shipment_lines::shipment_id.asc(), shipment_lines::line_id.asc()))
        .select(ShipmentLine::as_select())
        .listed(ids.len(), here_by_length!()).load(c))?)
}

/// What of an order's lines is in shipments that were not cancelled: a row a line and shipment.
pub fn packed_of(conn: &mut Conn, order: Id) -> Result<Vec<ShipmentLine>> {
    Ok(each!(conn, c => shipment_lines::table
        .inner_join(shipments::table.on(shipments::id.eq(shipment_lines::shipment_id)))
        .filter(shipments::order_id.eq(order).and(shipments::status.ne(ShipmentStatus::Cancelled)))
        .select(ShipmentLine::as_select())
        .load(c))?)
}

/// The carriers of the shipments of several orders that were not cancelled, as (order, carrier).
pub fn carriers_of(conn: &mut Conn, of: &[Id]) -> Result<Vec<(Id, Option<String>)>> {
    Ok(each!(conn, c => shipments::table
        .filter(shipments::order_id.eq_any(padded(of)).and(shipments::status.ne(ShipmentStatus::Cancelled)))
        .select((shipments::order_id, shipments::carrier))
        .listed(of.len(), here_by_length!()).load(c))?)
}

/// Adds to shipments what is shown beside them, keeping their order; by a fixed number of queries.
pub fn load(conn: &mut Conn, shipments: Vec<Shipment>) -> Result<Vec<Parcel>> {
    let ids: Vec<Id> = shipments.iter().map(|shipment| shipment.id).collect();
    let of_orders: Vec<Id> = shipments.iter().map(|shipment| shipment.order_id).collect::<BTreeSet<_>>().into_iter().collect();
    let orders: BTreeMap<Id, Order> = orders::find_many(conn, &of_orders)?.into_iter().map(|order| (order.id, order)).collect();
    let packed: BTreeMap<(Id, Id), ShipmentLine> = lines_of(conn, &ids)?.into_iter().map(|row| ((row.shipment_id, row.line_id), row)).collect();
    let codes = warehouse_codes(conn, &shipments)?;
    let mut files: BTreeMap<Id, Vec<FileRow>> = BTreeMap::new();
    for file in files::list_of_shipments(conn, &ids)? {
        file.shipment_id.into_iter().for_each(|id| files.entry(id).or_default().push(file.clone()));
    }
    let mut lines: BTreeMap<Id, Vec<Line>> = BTreeMap::new();
    for line in parts::lines_of(conn, &of_orders)? {
        lines.entry(line.order_id).or_default().push(line);
    }
    let parcel = |shipment: Shipment| -> Result<Parcel> {
        let order = orders.get(&shipment.order_id).ok_or_else(|| Error::internal("a shipment without its order"))?;
        let inside = |line: &Line| packed.get(&(shipment.id, line.id)).map(|row| (line.clone(), *row));
        let lines = lines.get(&order.id).into_iter().flatten().filter_map(inside).collect();
        let warehouse = shipment.warehouse_id.and_then(|id| codes.get(&id).cloned());
        Ok(Parcel { order_number: order.number.clone(), warehouse, lines, files: files.get(&shipment.id).cloned().unwrap_or_default(), shipment })
    };
    shipments.into_iter().map(parcel).collect()
}

/// The codes of the warehouses that shipments leave from.
fn warehouse_codes(conn: &mut Conn, shipments: &[Shipment]) -> Result<BTreeMap<Id, String>> {
    let ids: Vec<Id> = shipments.iter().filter_map(|shipment| shipment.warehouse_id).collect::<BTreeSet<_>>().into_iter().collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    Ok(warehouses::find_many(conn, &ids)?.into_iter().map(|row| (row.id, row.code)).collect())
}

/// Which shipments a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ShipmentFilter {
    pub order: Option<Id>,
    /// Any of these; all where empty.
    pub statuses: Vec<ShipmentStatus>,
    pub tracking_number: Option<String>,
}

fn list_in_status(conn: &mut Conn, filter: &ShipmentFilter, status: Option<ShipmentStatus>, before: Option<Id>, limit: i64) -> Result<Vec<Shipment>> {
    let mut query = shipments::table.order(shipments::id.desc()).limit(limit).select(Shipment::as_select()).into_boxed::<MultiBackend>();
    if let Some(status) = status {
        query = query.filter(shipments::status.eq(status));
    }
    if let Some(id) = before {
        query = query.filter(shipments::id.lt(id));
    }
    if let Some(order) = filter.order {
        query = query.filter(shipments::order_id.eq(order));
    }
    if let Some(number) = &filter.tracking_number {
        query = query.filter(shipments::tracking_number.eq(number.clone()));
    }
    Ok(query.load(conn)?)
}

/// Shipments that match, newest first, made before a given one. Each status is read by its own
/// index and the few rows are merged.
pub fn list(conn: &mut Conn, filter: &ShipmentFilter, before: Option<Id>, limit: i64) -> Result<Vec<Shipment>> {
    if filter.statuses.is_empty() {
        return list_in_status(conn, filter, None, before, limit);
    }
    let mut all = Vec::new();
    for status in &filter.statuses {
        all.extend(list_in_status(conn, filter, Some(*status), before, limit)?);
    }
    all.sort_by_key(|shipment| std::cmp::Reverse(shipment.id));
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// The position of an order's next shipment. Whoever asks has taken the order, and so is alone.
pub fn next_position(conn: &mut Conn, order: Id) -> Result<i32> {
    let of_order = shipments::table.filter(shipments::order_id.eq(order));
    let last: Option<i32> = each!(conn, c => of_order.select(max(shipments::position)).limit(1).fixed(here!()).get_result(c))?;
    Ok(last.unwrap_or(0) + 1)
}

/// Stores a new shipment and what is in it.
pub fn insert(conn: &mut Conn, shipment: &Shipment, lines: &[ShipmentLine]) -> Result<()> {
    insert_row!(&mut *conn, shipments, shipment)?;
    insert_rows!(conn, shipment_lines, lines)?;
    Ok(())
}

/// The only writer of the status column: a compare-and-set from one status (and the version
/// before) to the row's, with what the step brought; false where the shipment has moved on.
pub fn set_status(conn: &mut Conn, from: ShipmentStatus, shipment: &Shipment) -> Result<bool> {
    let here = shipments::id.eq(shipment.id).and(shipments::status.eq(from)).and(shipments::version.eq(shipment.version - 1));
    let values = (
        shipments::status.eq(shipment.status),
        shipments::version.eq(shipment.version),
        shipments::carrier.eq(shipment.carrier.clone()),
        shipments::tracking_number.eq(shipment.tracking_number.clone()),
        shipments::tracking_url.eq(shipment.tracking_url.clone()),
        shipments::dispatched_at.eq(shipment.dispatched_at),
        shipments::delivered_at.eq(shipment.delivered_at),
        shipments::signed_by.eq(shipment.signed_by.clone()),
        shipments::updated_at.eq(shipment.updated_at),
        shipments::planned_dispatch_at.eq(shipment.planned_dispatch_at),
        shipments::expected_at.eq(shipment.expected_at),
        shipments::expected_is_set.eq(shipment.expected_is_set),
        shipments::trace_hash.eq(shipment.trace_hash.clone()),
        shipments::label_reference.eq(shipment.label_reference.clone()),
        shipments::packages.eq(shipment.packages.clone()),
        shipments::heard_at.eq(shipment.heard_at),
    );
    Ok(each!(conn, c => diesel::update(shipments::table.filter(here)).set(values).fixed(here!()).execute(c))? == 1)
}

/// The states in which a shipment is on its way, as far as is known.
pub const ON_THE_WAY: [ShipmentStatus; 3] = [ShipmentStatus::Dispatched, ShipmentStatus::InTransit, ShipmentStatus::OutForDelivery];

/// Shipments on their way that were heard of last before an instant.
pub fn silent_since(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<Id>> {
    let mut all = Vec::new();
    for status in ON_THE_WAY {
        let silent = || shipments::table.filter(shipments::status.eq(status)).filter(shipments::heard_at.lt(before));
        let found: Vec<Id> = each!(&mut *conn, c => silent().order(shipments::heard_at.asc()).limit(limit).select(shipments::id).load(c))?;
        all.extend(found);
    }
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// Stores when a shipment was heard of, or that an exception tells that nothing is.
pub fn set_heard(conn: &mut Conn, shipment: Id, at: Option<UtcTime>) -> Result<()> {
    each!(conn, c => diesel::update(shipments::table.find(shipment)).set(shipments::heard_at.eq(at)).fixed(here!()).execute(c))?;
    Ok(())
}

/// Stores what the customer did not take of a line in a shipment.
pub fn set_refused(conn: &mut Conn, shipment: Id, line: Id, refused: Amount) -> Result<()> {
    each!(conn, c => diesel::update(shipment_lines::table.find((shipment, line))).set(shipment_lines::refused.eq(refused)).execute(c))?;
    Ok(())
}

/// Stores what of a line in a shipment is sent again.
pub fn set_again(conn: &mut Conn, row: &ShipmentLine) -> Result<()> {
    let again = (shipment_lines::resent.eq(row.resent), shipment_lines::replaced.eq(row.replaced));
    each!(conn, c => diesel::update(shipment_lines::table.find((row.shipment_id, row.line_id))).set(again).execute(c))?;
    Ok(())
}

/// Stores that an entry of a trace was wrong.
pub fn set_withdrawn(conn: &mut Conn, tracking: Id, at: UtcTime, reason: &str) -> Result<()> {
    let values = (tracking_events::withdrawn_at.eq(Some(at)), tracking_events::withdrawn_reason.eq(Some(reason.to_owned())));
    each!(conn, c => diesel::update(tracking_events::table.find(tracking)).set(values).execute(c))?;
    Ok(())
}

/// Stores what was reported; false where the same was reported before.
pub fn insert_tracking(conn: &mut Conn, tracking: &Tracking) -> Result<bool> {
    let same = (tracking_events::shipment_id, tracking_events::status, tracking_events::occurred_at, tracking_events::description);
    let inserted =
        each!(conn, c => diesel::insert_into(tracking_events::table).values(tracking).on_conflict(same).do_nothing().fixed(here!()).execute(c))?;
    Ok(inserted == 1)
}

/// What was reported before and is the same.
pub fn find_same_tracking(conn: &mut Conn, tracking: &Tracking) -> Result<Option<Tracking>> {
    let same = tracking_events::shipment_id
        .eq(tracking.shipment_id)
        .and(tracking_events::status.eq(tracking.status))
        .and(tracking_events::occurred_at.eq(tracking.occurred_at))
        .and(tracking_events::description.eq(tracking.description.clone()));
    Ok(each!(conn, c => tracking_events::table.filter(same).select(Tracking::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// A shipment's trace in the order in which it happened; at one instant, in the order of
/// [`TrackingStatus`], so that it does not depend on when it arrived here.
pub fn tracking_of(conn: &mut Conn, shipment: Id) -> Result<Vec<Tracking>> {
    let of_shipment = tracking_events::table.filter(tracking_events::shipment_id.eq(shipment));
    let mut trace: Vec<Tracking> = of_shipment.select(Tracking::as_select()).load(conn)?;
    trace.sort_by(|one, other| (one.occurred_at, one.status, &one.description).cmp(&(other.occurred_at, other.status, &other.description)));
    Ok(trace)
}
