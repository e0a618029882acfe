//! Stock: balances, the movements that they are the sum of, and what is set aside for orders.
//! [`apply`] is the only writer of a balance, and writes the movement with it. What is expected to come is in `expected`.

pub mod expected;
pub mod movements;

use crate::db::cached::{Cache, padded};
use crate::db::schema::{allocations, order_deliveries, order_lines, orders, products, stock, stock_movements, warehouses};
use crate::db::{Conn, MultiBackend, Tx};
use crate::domain::amount::{Amount, LIMIT};
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::order::LineKind;
use crate::domain::stock::{MovementKind, outstanding};
use crate::domain::time::UtcTime;
use crate::error::{Error, Result};
use crate::repositories::orders::parts::{self, Line};
use crate::{each, here, here_by_length, insert_row};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// What lies of a product in a warehouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = stock, treat_none_as_default_value = false)]
pub struct Balance {
    pub product_id: Id,
    pub warehouse_id: Id,
    pub on_hand: Amount,
    /// The part of it that is set aside for orders.
    pub reserved: Amount,
    /// Below how much that is available it should not fall.
    pub reorder_level: Option<Amount>,
}

impl Balance {
    /// What can still be set aside.
    pub fn available(&self) -> Amount {
        self.on_hand.minus(self.reserved).unwrap_or(Amount::ZERO)
    }
}

/// One movement of a balance.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = stock_movements, treat_none_as_default_value = false)]
pub struct MovementRow {
    pub id: Id,
    pub at: UtcTime,
    pub kind: MovementKind,
    pub product_id: Id,
    pub warehouse_id: Id,
    pub on_hand_change: Amount,
    pub reserved_change: Amount,
    pub order_id: Option<Id>,
    pub actor_label: String,
    pub note: Option<String>,
    /// Of a transfer, the movement that takes the goods out.
    pub transfer_id: Option<Id>,
}

impl MovementRow {
    /// A movement of this instant, by whoever acts; the change is that on hand and that of what is
    /// reserved.
    pub fn new(tx: &Tx, kind: MovementKind, (product_id, warehouse_id): (Id, Id), order_id: Option<Id>, change: (Amount, Amount)) -> Self {
        Self {
            id: tx.new_id(),
            at: tx.now,
            kind,
            product_id,
            warehouse_id,
            on_hand_change: change.0,
            reserved_change: change.1,
            order_id,
            actor_label: tx.actor.label.clone(),
            note: None,
            transfer_id: None,
        }
    }
}

/// What a warehouse has set aside for a line, and what of it was picked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = allocations, treat_none_as_default_value = false)]
pub struct Allocation {
    pub line_id: Id,
    pub warehouse_id: Id,
    pub order_id: Id,
    pub product_id: Id,
    pub reserved: Amount,
    pub picked: Amount,
}

/// A balance; none where the product has never been in the warehouse.
pub fn find(conn: &mut Conn, product: Id, warehouse: Id) -> Result<Option<Balance>> {
    Ok(each!(conn, c => stock::table.find((product, warehouse)).select(Balance::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// A product's balances, by warehouse.
pub fn balances_of(conn: &mut Conn, product: Id) -> Result<Vec<Balance>> {
    Ok(
        each!(conn, c => stock::table.filter(stock::product_id.eq(product)).order(stock::warehouse_id.asc()).select(Balance::as_select()).fixed(here!()).load(c))?,
    )
}

/// What can be set aside of a product in all warehouses together; what 12 digits cannot hold is
/// not counted.
pub fn available(conn: &mut Conn, product: Id) -> Result<Amount> {
    let balances = balances_of(conn, product)?;
    Ok(balances.iter().fold(Amount::ZERO, |sum, balance| sum.plus(balance.available()).unwrap_or(sum)))
}

/// The balances of several products, in all warehouses.
pub fn balances_of_many(conn: &mut Conn, products: &[Id]) -> Result<Vec<Balance>> {
    Ok(
        each!(conn, c => stock::table.filter(stock::product_id.eq_any(padded(products))).select(Balance::as_select()).listed(products.len(), here_by_length!()).load(c))?,
    )
}

/// Makes sure that there is a balance, of nothing if need be.
pub fn open_balance(conn: &mut Conn, product: Id, warehouse: Id) -> Result<()> {
    let empty = Balance { product_id: product, warehouse_id: warehouse, on_hand: Amount::ZERO, reserved: Amount::ZERO, reorder_level: None };
    insert_row!(conn, stock, &empty, or nothing)?;
    Ok(())
}

/// Sets below how much a balance should not fall; none for no matter.
pub fn set_reorder_level(conn: &mut Conn, product: Id, warehouse: Id, level: Option<Amount>) -> Result<()> {
    each!(conn, c => diesel::update(stock::table.find((product, warehouse))).set(stock::reorder_level.eq(level)).execute(c))?;
    Ok(())
}

/// Takes a balance's row for this unit of work and reads it; nobody else changes it until then.
pub fn hold(conn: &mut Conn, product: Id, warehouse: Id) -> Result<Option<Balance>> {
    let same = stock::reserved.eq(stock::reserved);
    Ok(each!(conn, c => diesel::update(stock::table.find((product, warehouse))).set(same).returning(stock::all_columns).fixed(here!()).get_result(c))
        .optional()?)
}

/// Moves a balance where it stays right (no less on hand than reserved, nothing negative, 12
/// digits) and keeps the movement; false, with nothing done, where it would not (BEHAVIOUR 3).
pub fn apply(conn: &mut Conn, movement: &MovementRow) -> Result<bool> {
    let (on_hand, reserved) = (movement.on_hand_change, movement.reserved_change);
    let target = stock::table
        .find((movement.product_id, movement.warehouse_id))
        .filter((stock::on_hand + on_hand).ge(stock::reserved + reserved))
        .filter((stock::on_hand + on_hand).le(LIMIT))
        .filter((stock::reserved + reserved).ge(Amount::ZERO));
    let moved = (stock::on_hand.eq(stock::on_hand + on_hand), stock::reserved.eq(stock::reserved + reserved));
    if each!(conn, c => diesel::update(target).set(moved).fixed(here!()).execute(c))? == 0 {
        return Ok(false);
    }
    insert_row!(conn, stock_movements, movement)?;
    Ok(true)
}

/// All that was set aside for an order, in the fixed order of keys.
pub fn allocations_of(conn: &mut Conn, order: Id) -> Result<Vec<Allocation>> {
    let keys = (allocations::product_id.asc(), allocations::warehouse_id.asc(), allocations::line_id.asc());
    let of_order = allocations::table.filter(allocations::order_id.eq(order)).order(keys);
    Ok(each!(conn, c => of_order.select(Allocation::as_select()).load(c))?)
}

/// All that was set aside for several orders.
pub fn allocations_of_many(conn: &mut Conn, orders: &[Id]) -> Result<Vec<Allocation>> {
    Ok(
        each!(conn, c => allocations::table.filter(allocations::order_id.eq_any(padded(orders))).select(Allocation::as_select()).listed(orders.len(), here_by_length!()).load(c))?,
    )
}

/// Adds to what a warehouse has set aside for a line.
pub fn add_reserved(conn: &mut Conn, allocation: &Allocation) -> Result<()> {
    let more = allocations::reserved.eq(allocations::reserved + allocation.reserved);
    let key = (allocations::line_id, allocations::warehouse_id);
    each!(conn, c => diesel::insert_into(allocations::table).values(allocation).on_conflict(key).do_update().set(more).fixed(here!()).execute(c))?;
    Ok(())
}

/// Gives back what a warehouse has set aside for a line beyond so much; gives whether there was any.
pub fn give_back(tx: &mut Tx, held: &Allocation, keeps: Amount) -> Result<bool> {
    if held.reserved <= keeps {
        return Ok(false);
    }
    let change = (Amount::ZERO, held.reserved.minus(keeps)?.negated());
    let moved = MovementRow::new(tx, MovementKind::Release, (held.product_id, held.warehouse_id), Some(held.order_id), change);
    if !apply(tx.conn, &moved)? {
        return Err(Error::internal(format!("a balance cannot give what order {} holds of it", held.order_id)));
    }
    let target = allocations::table.find((held.line_id, held.warehouse_id));
    each!(&mut *tx.conn, c => diesel::update(target).set(allocations::reserved.eq(keeps)).fixed(here!()).execute(c))?;
    Ok(true)
}

/// Forgets that a warehouse ever set anything aside for a line that goes.
pub fn forget(conn: &mut Conn, held: &Allocation) -> Result<()> {
    each!(conn, c => diesel::delete(allocations::table.find((held.line_id, held.warehouse_id))).fixed(here!()).execute(c))?;
    Ok(())
}

/// What was set aside for an order, or picked and given back, is so no more.
pub fn clear_held(conn: &mut Conn, order: Id) -> Result<()> {
    let target = allocations::table.filter(allocations::order_id.eq(order));
    each!(conn, c => diesel::update(target).set((allocations::reserved.eq(Amount::ZERO), allocations::picked.eq(Amount::ZERO))).fixed(here!()).execute(c))?;
    Ok(())
}

/// What was set aside for an order is picked.
pub fn turn_into_picked(conn: &mut Conn, order: Id) -> Result<()> {
    let target = allocations::table.filter(allocations::order_id.eq(order));
    let moved = (allocations::picked.eq(allocations::picked + allocations::reserved), allocations::reserved.eq(Amount::ZERO));
    each!(conn, c => diesel::update(target).set(moved).fixed(here!()).execute(c))?;
    Ok(())
}

/// What was picked for an order is set aside for it again.
pub fn turn_into_reserved(conn: &mut Conn, order: Id) -> Result<()> {
    let target = allocations::table.filter(allocations::order_id.eq(order));
    let moved = (allocations::reserved.eq(allocations::reserved + allocations::picked), allocations::picked.eq(Amount::ZERO));
    each!(conn, c => diesel::update(target).set(moved).fixed(here!()).execute(c))?;
    Ok(())
}

/// Stores how much of what a warehouse gave for a line counts as picked.
pub fn set_picked(conn: &mut Conn, held: &Allocation, picked: Amount) -> Result<()> {
    each!(conn, c => diesel::update(allocations::table.find((held.line_id, held.warehouse_id))).set(allocations::picked.eq(picked)).execute(c))?;
    Ok(())
}

/// A tracked line of which something is neither picked nor set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outstanding {
    pub product_id: Id,
    pub line: Line,
    pub missing: Amount,
}

/// Orders for which some of a product is set aside, and how much.
pub fn reserved_by_order(conn: &mut Conn, product: Id, limit: i64) -> Result<Vec<(Id, Amount)>> {
    let held = allocations::product_id.eq(product).and(allocations::reserved.gt(Amount::ZERO));
    let fields = (allocations::order_id, allocations::reserved);
    let held = || allocations::table.filter(held).order((allocations::order_id.desc(), allocations::line_id.asc()));
    let rows: Vec<(Id, Amount)> = each!(conn, c => held().limit(limit).select(fields).load(c))?;
    let mut sums: Vec<(Id, Amount)> = Vec::new();
    for (order, reserved) in rows {
        match sums.last_mut().filter(|(last, _)| *last == order) {
            Some((_, sum)) => *sum = sum.plus(reserved)?,
            None => sums.push((order, reserved)),
        }
    }
    Ok(sums)
}

/// What is outstanding of an order, by product and position. Only standard lines have stock, and
/// those without a product are not tracked (DECISIONS 20).
pub fn outstanding_lines(conn: &mut Conn, order: Id) -> Result<Vec<Outstanding>> {
    let allocations = allocations_of(conn, order)?;
    let mut found = Vec::new();
    for line in parts::lines(conn, order)? {
        let Some(product_id) = line.product_id.filter(|_| line.kind == LineKind::Standard) else { continue };
        let reserved = Amount::sum(allocations.iter().filter(|a| a.line_id == line.id).map(|a| a.reserved))?;
        let missing = outstanding(line.quantity, line.picked.plus(line.to_make)?, reserved)?;
        if missing > Amount::ZERO {
            found.push(Outstanding { product_id, line, missing });
        }
    }
    found.sort_by_key(|out| (out.product_id, out.line.position));
    Ok(found)
}

/// Whether every tracked standard line of an order is covered by what is set aside or picked.
pub fn all_reserved(conn: &mut Conn, order: Id) -> Result<bool> {
    Ok(outstanding_lines(conn, order)?.is_empty())
}

/// Whether something of an order could be picked now: it is set aside, or made and to be picked, or not kept in stock.
pub fn any_to_pick(conn: &mut Conn, order: Id) -> Result<bool> {
    let ready = |line: &Line| match (line.kind, line.product_id) {
        (LineKind::Standard, None) => line.picked < line.quantity,
        (LineKind::Custom, _) => line.through_warehouse && line.made > line.picked,
        _ => false,
    };
    let set_aside = allocations_of(conn, order)?.iter().any(|held| held.reserved > Amount::ZERO);
    Ok(set_aside || parts::lines(conn, order)?.iter().any(ready))
}

/// That something of a line is neither picked nor set aside; written out, because the sum of a
/// column has another type on each database.
const IS_OUTSTANDING: &str = "order_lines.quantity - order_lines.picked - order_lines.to_make > \
     COALESCE((SELECT SUM(allocations.reserved) FROM allocations WHERE allocations.line_id = order_lines.id), 0)";

/// Agreed orders that still lack some of a product: rush first, then by promised date, then by
/// age (DECISIONS 25).
pub fn waiting_for(conn: &mut Conn, product: Id, limit: i64) -> Result<Vec<Id>> {
    let lacking = order_lines::table
        .filter(order_lines::product_id.eq(product).and(order_lines::kind.eq(LineKind::Standard)))
        .filter(order_lines::picked.lt(order_lines::quantity))
        .filter(sql::<Bool>(IS_OUTSTANDING))
        .select(order_lines::order_id);
    let promised = order_deliveries::promised_date;
    Ok(orders::table
        .inner_join(order_deliveries::table.on(order_deliveries::order_id.eq(orders::id)))
        .filter(orders::id.eq_any(lacking))
        .filter(orders::state.eq(State::Reviewed).or(orders::state.eq(State::Executing)))
        .order((orders::rush.desc(), promised.is_null().asc(), promised.asc(), orders::id.asc()))
        .limit(limit)
        .select(orders::id)
        .into_boxed::<MultiBackend>()
        .load(conn)?)
}

/// Products that agreed orders still lack, although some warehouse has some.
pub fn wanted_and_available(conn: &mut Conn, limit: i64) -> Result<Vec<Id>> {
    let there = stock::table.filter(stock::on_hand.gt(stock::reserved)).select(stock::product_id);
    let wanted = order_lines::table
        .inner_join(orders::table.on(orders::id.eq(order_lines::order_id)))
        .filter(orders::state.eq(State::Reviewed).or(orders::state.eq(State::Executing)))
        .filter(order_lines::kind.eq(LineKind::Standard).and(order_lines::product_id.is_not_null()))
        .filter(order_lines::picked.lt(order_lines::quantity))
        .filter(sql::<Bool>(IS_OUTSTANDING))
        .select(order_lines::product_id.assume_not_null());
    let query = products::table.filter(products::id.eq_any(there)).filter(products::id.eq_any(wanted));
    Ok(query.order(products::id.asc()).limit(limit).select(products::id).into_boxed::<MultiBackend>().load(conn)?)
}

/// A balance with what its keys stand for.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct NamedBalance {
    pub balance: Balance,
    pub sku: String,
    pub name: String,
    pub unit: String,
    /// The warehouse's code.
    pub warehouse: String,
}

/// Which balances a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StockFilter {
    pub sku: Option<String>,
    pub warehouse: Option<String>,
    /// Only those that have fallen below their level.
    pub low: bool,
}

/// Balances that match, in the order of their keys (product, warehouse), after a given one.
pub fn list(conn: &mut Conn, filter: &StockFilter, after: Option<(Id, Id)>, limit: i64) -> Result<Vec<NamedBalance>> {
    let balances = |limit: i64| {
        let mut query = stock::table
            .inner_join(products::table.on(products::id.eq(stock::product_id)))
            .inner_join(warehouses::table.on(warehouses::id.eq(stock::warehouse_id)))
            .order((stock::product_id.asc(), stock::warehouse_id.asc()))
            .limit(limit)
            .select((Balance::as_select(), products::sku, products::name, products::unit, warehouses::code))
            .into_boxed::<MultiBackend>();
        if let Some(sku) = &filter.sku {
            query = query.filter(products::sku.eq(sku));
        }
        if let Some(code) = &filter.warehouse {
            query = query.filter(warehouses::code.eq(code));
        }
        if filter.low {
            query = query.filter(stock::reorder_level.is_not_null()).filter(sql::<Bool>("stock.on_hand - stock.reserved < stock.reorder_level"));
        }
        query
    };
    let Some((product, warehouse)) = after else { return Ok(balances(limit).load(conn)?) };
    // each part runs along the key; one condition over both would walk it from its beginning
    let same = stock::product_id.eq(product).and(stock::warehouse_id.gt(warehouse));
    let mut rows: Vec<NamedBalance> = balances(limit).filter(same).load(conn)?;
    let left = limit - i64::try_from(rows.len()).unwrap_or(limit);
    if left > 0 {
        rows.extend(balances(left).filter(stock::product_id.gt(product)).load::<NamedBalance>(conn)?);
    }
    Ok(rows)
}
