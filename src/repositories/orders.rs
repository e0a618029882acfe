//! Orders: the row itself. Its parts (parties, delivery, lines, revisions) are in `orders::parts`,
//! both together in `orders::whole`, and as the customer sees them in `orders::offer`.
//! Whatever writes to an order first takes its row (DECISIONS 5).

mod listing;
pub mod offer;
pub mod parts;
pub mod promises;
pub mod whole;

pub use listing::{OrderFilter, count, list};

use crate::db::cached::{Cache, padded};
use crate::db::schema::orders;
use crate::db::{Conn, Tx};
use crate::domain::amount::Amount;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::{Stage, State};
use crate::domain::order::{Channel, InventoryStatus, PaymentStatus, ProductionStatus};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_row};
use diesel::prelude::*;

/// An order.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = orders, treat_none_as_default_value = false)]
pub struct Order {
    pub id: Id,
    pub number: String,
    pub version: i64,
    pub revision: i32,
    pub state: State,
    pub stage: Stage,
    pub channel: Channel,
    pub channel_ref: Option<String>,
    pub fingerprint: Vec<u8>,
    pub customer_id: Id,
    pub owner_id: Option<Id>,
    pub entered_by_id: Option<Id>,
    pub entered_by_key_id: Option<Id>,
    pub currency: String,
    pub goods_amount: Amount,
    pub discount: Amount,
    pub shipping_fee: Amount,
    pub tax: Amount,
    pub total: Amount,
    pub rush: bool,
    pub preorder: bool,
    pub key_account: bool,
    pub ordered_at: UtcTime,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    pub reviewed_at: Option<UtcTime>,
    pub shipped_at: Option<UtcTime>,
    pub received_at: Option<UtcTime>,
    pub archived_at: Option<UtcTime>,
    pub inventory_status: InventoryStatus,
    pub production_status: ProductionStatus,
    pub payment_status: PaymentStatus,
}

/// What an order's representation depends on, apart from whoever reads it: its version, which rises
/// with everything that happens to it or a part of it, and the people it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = orders)]
pub struct Stamp {
    pub id: Id,
    pub version: i64,
    pub updated_at: UtcTime,
    pub owner_id: Option<Id>,
    pub entered_by_id: Option<Id>,
}

/// An order's stamp.
pub fn find_stamp(conn: &mut Conn, id: Id) -> Result<Option<Stamp>> {
    Ok(each!(conn, c => orders::table.find(id).select(Stamp::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// An order by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Order>> {
    Ok(each!(conn, c => orders::table.find(id).select(Order::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// The id that a path means: `ord_…` or an order number (BEHAVIOUR 1).
pub fn resolve(conn: &mut Conn, text: &str) -> Result<Option<Id>> {
    if let Some(id) = Kind::Order.parse(text) {
        return Ok(Some(id));
    }
    Ok(each!(conn, c => orders::table.filter(orders::number.eq(text)).select(orders::id).first(c)).optional()?)
}

/// An order by id or number.
pub fn find_by_ref(conn: &mut Conn, text: &str) -> Result<Option<Order>> {
    match resolve(conn, text)? {
        Some(id) => find(conn, id),
        None => Ok(None),
    }
}

/// The order that a channel knows under a reference (DOMAIN 1.3).
pub fn find_by_channel(conn: &mut Conn, channel: Channel, reference: &str) -> Result<Option<Order>> {
    let known = orders::table.filter(orders::channel.eq(channel).and(orders::channel_ref.eq(reference)));
    Ok(each!(conn, c => known.select(Order::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Several orders.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Order>> {
    Ok(
        each!(conn, c => orders::table.filter(orders::id.eq_any(padded(ids))).select(Order::as_select()).listed(ids.len(), here_by_length!()).load(c))?,
    )
}

/// Takes an order's row for this unit of work by raising its version, once; others wait for the
/// row, whichever database it is. Everything decided about the order is decided after this.
pub fn take(tx: &mut Tx, id: Id) -> Result<Option<Order>> {
    if tx.taken(id).is_some() {
        return find(tx.conn, id);
    }
    let raised = orders::version.eq(orders::version + 1);
    let order: Option<Order> =
        each!(&mut *tx.conn, c => diesel::update(orders::table.find(id)).set(raised).returning(orders::all_columns).fixed(here!()).get_result(c))
            .optional()?;
    if let Some(order) = &order {
        tx.note_taken(id, order.version);
    }
    Ok(order)
}

/// Lowers the version of an order that was taken and to which nothing happened. The row is still
/// held, so nobody has seen the version between.
pub fn give_back(conn: &mut Conn, id: Id) -> Result<()> {
    each!(conn, c => diesel::update(orders::table.find(id)).set(orders::version.eq(orders::version - 1)).fixed(here!()).execute(c))?;
    Ok(())
}

/// Stores a new order; false where its channel reference or its number is taken. The unit of work
/// holds it then.
pub fn insert(tx: &mut Tx, order: &Order) -> Result<bool> {
    let inserted = insert_row!(&mut *tx.conn, orders, order, or nothing)?;
    if inserted == 1 {
        tx.note_taken(order.id, order.version);
    }
    Ok(inserted == 1)
}

/// When an order reached the states that are dated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Milestones {
    pub reviewed_at: Option<UtcTime>,
    pub shipped_at: Option<UtcTime>,
    pub received_at: Option<UtcTime>,
}

/// The only writer of the state column: a compare-and-set from one state to another; false where
/// the order is in another state by now.
pub fn set_state(conn: &mut Conn, id: Id, from: State, to: State, at: Milestones) -> Result<bool> {
    let target = orders::table.filter(orders::id.eq(id).and(orders::state.eq(from)));
    let milestones = (orders::reviewed_at.eq(at.reviewed_at), orders::shipped_at.eq(at.shipped_at), orders::received_at.eq(at.received_at));
    Ok(each!(conn, c => diesel::update(target).set((orders::state.eq(to), milestones)).fixed(here!()).execute(c))? == 1)
}

/// What `workflow` derives from tasks, stock, shipments and payments (DOMAIN 3.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Derived {
    pub stage: Stage,
    pub inventory_status: InventoryStatus,
    pub production_status: ProductionStatus,
    pub payment_status: PaymentStatus,
}

/// Stores what was derived, of an order to which something happened.
pub fn set_derived(conn: &mut Conn, id: Id, derived: Derived, now: UtcTime) -> Result<()> {
    let values = (
        orders::updated_at.eq(now),
        orders::stage.eq(derived.stage),
        orders::inventory_status.eq(derived.inventory_status),
        orders::production_status.eq(derived.production_status),
        orders::payment_status.eq(derived.payment_status),
    );
    each!(conn, c => diesel::update(orders::table.find(id)).set(values).fixed(here!()).execute(c))?;
    Ok(())
}

/// Stores what an amendment changed in the row itself; state, stage and version are not its
/// business.
pub fn set_content(conn: &mut Conn, order: &Order) -> Result<()> {
    let values = (
        orders::revision.eq(order.revision),
        orders::fingerprint.eq(order.fingerprint.clone()),
        orders::customer_id.eq(order.customer_id),
        orders::owner_id.eq(order.owner_id),
        orders::currency.eq(order.currency.clone()),
        orders::goods_amount.eq(order.goods_amount),
        orders::discount.eq(order.discount),
        orders::shipping_fee.eq(order.shipping_fee),
        orders::tax.eq(order.tax),
        orders::total.eq(order.total),
        orders::rush.eq(order.rush),
        orders::preorder.eq(order.preorder),
        orders::key_account.eq(order.key_account),
        orders::ordered_at.eq(order.ordered_at),
    );
    each!(conn, c => diesel::update(orders::table.find(order.id)).set(values).fixed(here!()).execute(c))?;
    Ok(())
}
