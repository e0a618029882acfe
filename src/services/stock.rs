//! Stock: recorded by hand, set aside for agreed orders, given back, picked. An order's row is
//! taken before its balances, and balances in the order of their keys (DECISIONS 5, BEHAVIOUR 3).

mod effect;
pub mod expected;
mod making;
mod moving;
mod reserving;

pub use effect::{Effect, Holdings, effect, holdings};
pub use making::{is_to_make, make, make_short, unmake};
pub use moving::{Moved, ReservationMove, move_reservation};
pub use reserving::reserve;

use crate::db::Tx;
use crate::domain::amount::{Amount, TooLarge};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::order::LineKind;
use crate::domain::stock::{HandKind, MovementKind};
use crate::error::{Code, Error, Problem, Result};
use crate::input::rules;
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::products::{self, Product};
use crate::repositories::stock::{self, Allocation, MovementRow};
use crate::repositories::warehouses::{self, Warehouse};
use serde::Deserialize;
use std::collections::BTreeMap;
use validator::{Validate, ValidationError};

/// A movement that a person records.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = says_where_to))]
#[schema(example = json!({"kind": "receipt", "warehouse": "WH1", "sku": "PEN-05", "quantity": "100"}))]
pub struct MovementInput {
    /// `receipt` for what came in, `return` for what came back, `adjust` for what counting found, `transfer` for what goes to another warehouse.
    pub kind: HandKind,
    /// The warehouse's code.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub warehouse: String,
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub sku: String,
    /// The code of the warehouse that the goods go to; for `transfer`, and nothing else.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub to_warehouse: Option<String>,
    /// Above zero; an adjustment may be negative.
    pub quantity: Amount,
    #[validate(length(min = 1, max = 1000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub note: Option<String>,
}

fn says_where_to(said: &MovementInput) -> std::result::Result<(), ValidationError> {
    let good = match (&said.to_warehouse, said.kind) {
        (Some(to), HandKind::Transfer) => *to != said.warehouse,
        (None, HandKind::Transfer) => false,
        (to, _) => to.is_none(),
    };
    let en = "to_warehouse goes with transfer, and with nothing else, and names another warehouse";
    rules::when(good, "to_warehouse", en, "仅 transfer 须填写 to_warehouse，且须为另一仓库")
}

/// Records a movement by hand.
///
/// # Errors
/// `validation_failed` for an unknown SKU or warehouse or a quantity that the kind does not
/// allow; `insufficient_stock` where less would be on hand than is reserved; `rule_violated` past
/// 12 digits.
pub fn record(tx: &mut Tx, input: &MovementInput) -> Result<MovementRow> {
    let (product, warehouse) = resolve(tx, input)?;
    if let Some(to) = &input.to_warehouse {
        return transfer(tx, input, &product, (&warehouse, to));
    }
    stock::open_balance(tx.conn, product.id, warehouse.id)?;
    let kind = input.kind.movement();
    let moved = MovementRow::new(tx, kind, (product.id, warehouse.id), None, (input.quantity, Amount::ZERO));
    let moved = MovementRow { note: input.note.clone(), ..moved };
    if !stock::apply(tx.conn, &moved)? {
        return Err(refusal(tx, &moved)?);
    }
    let event = Event::new(EventName::StockMoved, Kind::Product, product.id)
        .with("product_id", product.id.text(Kind::Product))
        .with("movement_id", moved.id.text(Kind::Movement))
        .with("warehouse", warehouse.code)
        .with("kind", kind.as_str())
        .with("quantity", input.quantity.short());
    tx.record(event)?;
    Ok(moved)
}

/// Moves goods from one warehouse to another: out of the one and into the other at once, in the order of their
/// keys (DECISIONS 5). What is set aside stays where it is.
fn transfer(tx: &mut Tx, input: &MovementInput, product: &Product, (from, to): (&Warehouse, &str)) -> Result<MovementRow> {
    let unknown = || Problem::invalid("/to_warehouse", "unknown", "there is no such warehouse", "没有该仓库");
    let to = warehouses::find_by_code(tx.conn, to)?.ok_or_else(unknown)?;
    stock::open_balance(tx.conn, product.id, to.id)?;
    let quantity = input.quantity;
    let out = MovementRow::new(tx, MovementKind::TransferOut, (product.id, from.id), None, (quantity.negated(), Amount::ZERO));
    let out = MovementRow { note: input.note.clone(), transfer_id: Some(out.id), ..out };
    let into = MovementRow::new(tx, MovementKind::TransferIn, (product.id, to.id), None, (quantity, Amount::ZERO));
    let into = MovementRow { note: input.note.clone(), transfer_id: Some(out.id), ..into };
    for warehouse in [from.id.min(to.id), from.id.max(to.id)] {
        stock::hold(tx.conn, product.id, warehouse)?;
    }
    for moved in [&out, &into] {
        if !stock::apply(tx.conn, moved)? {
            return Err(refusal(tx, moved)?);
        }
    }
    let event = Event::new(EventName::StockMoved, Kind::Product, product.id)
        .with("product_id", product.id.text(Kind::Product))
        .with("movement_id", out.id.text(Kind::Movement))
        .with("warehouse", from.code.clone())
        .with("to_warehouse", to.code)
        .with("kind", HandKind::Transfer.as_str())
        .with("quantity", quantity.short());
    tx.record(event)?;
    Ok(out)
}

fn resolve(tx: &mut Tx, input: &MovementInput) -> Result<(Product, Warehouse)> {
    let product = products::find_by_sku(tx.conn, &input.sku)?;
    let warehouse = warehouses::find_by_code(tx.conn, &input.warehouse)?;
    let mut problem = Problem::new(Code::ValidationFailed);
    if !input.kind.allows(input.quantity) {
        let en = "must be above zero; only an adjustment may be negative, and it must not be zero";
        problem = problem.field("/quantity", "range", en, "须大于零；仅盘点调整可为负数，且不得为零");
    }
    if product.is_none() {
        problem = problem.field("/sku", "unknown", "there is no such product", "没有该产品");
    }
    if warehouse.is_none() {
        problem = problem.field("/warehouse", "unknown", "there is no such warehouse", "没有该仓库");
    }
    match (product, warehouse) {
        (Some(product), Some(warehouse)) if problem.errors.is_empty() => Ok((product, warehouse)),
        _ => Err(problem.into()),
    }
}

/// Why a balance did not move: upwards only its 12 digits stop it, downwards what is reserved.
fn refusal(tx: &mut Tx, moved: &MovementRow) -> Result<Error> {
    if moved.on_hand_change > Amount::ZERO {
        return Ok(TooLarge.into());
    }
    let balance = stock::find(tx.conn, moved.product_id, moved.warehouse_id)?;
    let available = balance.map_or(Amount::ZERO, |balance| balance.available()).short();
    let problem = Problem::new(Code::InsufficientStock)
        .detail(
            format!("Only {available} can be taken away; the rest is reserved or not there."),
            format!("最多可减少 {available}，其余已预留或不存在。"),
        )
        .with("available", available);
    Ok(problem.into())
}

fn take(tx: &mut Tx, order: Id) -> Result<Order> {
    orders::take(tx, order)?.ok_or_else(|| Problem::not_found().into())
}

/// What subscribers see of an order whose stock changed (DECISIONS 13).
fn describe(name: EventName, order: &Order) -> Event {
    Event::of_order(name, order.id).with("number", order.number.clone()).with("status", order.state.status().as_str()).with("version", order.version)
}

/// Moves what an order holds, summed by balance, in the order of keys; gives whether there was any.
/// `of` says what of an allocation is meant, `change` what becomes of on hand and reserved.
fn move_held(tx: &mut Tx, order: Id, kind: MovementKind, of: fn(&Allocation) -> Amount, change: impl Fn(Amount) -> (Amount, Amount)) -> Result<bool> {
    let mut sums: BTreeMap<(Id, Id), Amount> = BTreeMap::new();
    for allocation in stock::allocations_of(tx.conn, order)?.iter().filter(|allocation| of(allocation) > Amount::ZERO) {
        let sum = sums.entry((allocation.product_id, allocation.warehouse_id)).or_default();
        *sum = sum.plus(of(allocation))?;
    }
    for (key, held) in &sums {
        let moved = MovementRow::new(tx, kind, *key, Some(order), change(*held));
        if !stock::apply(tx.conn, &moved)? {
            return Err(if change(*held).0 > Amount::ZERO {
                TooLarge.into()
            } else {
                Error::internal(format!("a balance cannot give what order {order} holds of it"))
            });
        }
    }
    Ok(!sums.is_empty())
}

/// Gives back what is set aside of an order's lines beyond what is still to be picked of them, after an
/// amendment was agreed (DECISIONS 19).
///
/// # Errors
/// Those of the database.
pub fn trim(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take(tx, order)?;
    let (mut open, lines) = (BTreeMap::new(), parts::lines(tx.conn, order.id)?);
    for line in &lines {
        open.insert(line.id, line.quantity.minus(line.picked)?);
    }
    let mut any = false;
    for held in stock::allocations_of(tx.conn, order.id)? {
        let left = open.entry(held.line_id).or_default();
        let keeps = held.reserved.at_most(*left);
        *left = left.minus(keeps)?;
        any |= stock::give_back(tx, &held, keeps)?;
    }
    for line in lines.iter().filter(|line| line.to_make > Amount::ZERO) {
        let left = open.get(&line.id).copied().unwrap_or_default();
        parts::set_making(tx.conn, line.id, line.to_make.at_most(left), line.made)?;
    }
    if any {
        tx.record(describe(EventName::OrderStockReleased, &order))?;
        tx.ask_clock();
    }
    Ok(())
}

/// Gives back all that an order holds: what is set aside, and what was picked and has not left.
///
/// # Errors
/// Those of the database.
pub fn release(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take(tx, order)?;
    let set_aside = move_held(tx, order.id, MovementKind::Release, |held| held.reserved, |held| (Amount::ZERO, held.negated()))?;
    let picked = move_held(tx, order.id, MovementKind::Return, |held| held.picked, |held| (held, Amount::ZERO))?;
    for line in parts::lines(tx.conn, order.id)?.iter().filter(|line| line.to_make > Amount::ZERO) {
        parts::set_making(tx.conn, line.id, Amount::ZERO, line.made)?;
    }
    // what is not tracked was picked as well (DECISIONS 20), and goes back as silently
    set_all(tx, order.id, Line::is_stored, |line| (line.shipped, line.shipped, line.delivered))?;
    if !set_aside && !picked {
        return Ok(());
    }
    stock::clear_held(tx.conn, order.id)?;
    tx.record(describe(EventName::OrderStockReleased, &order))?;
    Ok(())
}

/// What is set aside for an order leaves the shelf; its standard lines are picked, those that are
/// not tracked as well (DOMAIN 3.4, DECISIONS 20). That nothing is missing is the task's guard.
///
/// # Errors
/// Those of the database.
pub fn pick(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take(tx, order)?;
    let held = stock::allocations_of(tx.conn, order.id)?;
    let leaves = |held: Amount| (held.negated(), held.negated());
    if move_held(tx, order.id, MovementKind::Pick, |held| held.reserved, leaves)? {
        stock::turn_into_picked(tx.conn, order.id)?;
    }
    let mut taken: BTreeMap<Id, Amount> = BTreeMap::new();
    for held in &held {
        let sum = taken.entry(held.line_id).or_default();
        *sum = sum.plus(held.reserved)?;
    }
    let picked = |line: &Line| match (line.kind, line.product_id) {
        // of what leaves in parts, no more than is set aside
        (LineKind::Standard, Some(_)) => line.picked.plus(taken.get(&line.id).copied().unwrap_or_default()).unwrap_or(line.quantity),
        (LineKind::Custom, _) => line.made.at_most(line.quantity),
        _ => line.quantity,
    };
    set_all(tx, order.id, Line::is_stored, |line| (picked(line), line.shipped, line.delivered))
}

/// What was picked for an order and has not left is back on the shelf, set aside for it as before; its
/// standard lines are to be picked again. That nothing has left is the task's guard.
///
/// # Errors
/// Those of the database.
pub fn put_back(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take(tx, order)?;
    if move_held(tx, order.id, MovementKind::Return, |held| held.picked, |held| (held, held))? {
        stock::turn_into_reserved(tx.conn, order.id)?;
    }
    set_all(tx, order.id, Line::is_stored, |line| (line.shipped, line.shipped, line.delivered))
}

/// Services are to be carried out again.
///
/// # Errors
/// Those of the database.
pub fn unserve(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take(tx, order)?;
    set_all(tx, order.id, |line| line.kind == LineKind::Service, |_| (Amount::ZERO, Amount::ZERO, Amount::ZERO))
}

/// A service is shipped and delivered by being carried out (DOMAIN 3.1).
///
/// # Errors
/// Those of the database.
pub fn serve(tx: &mut Tx, order: Id) -> Result<()> {
    let order = take(tx, order)?;
    set_all(tx, order.id, |line| line.kind == LineKind::Service, |line| (line.quantity, line.quantity, line.quantity))
}

/// Sets what was picked, shipped and delivered of some lines.
fn set_all(tx: &mut Tx, order: Id, of: impl Fn(&Line) -> bool, progress: impl Fn(&Line) -> (Amount, Amount, Amount)) -> Result<()> {
    for line in parts::lines(tx.conn, order)?.iter().filter(|line| of(line)) {
        let (picked, shipped, delivered) = progress(line);
        if (picked, shipped, delivered) != (line.picked, line.shipped, line.delivered) {
            parts::set_progress(tx.conn, line.id, picked, shipped, delivered)?;
        }
    }
    Ok(())
}

/// Agreed orders that still lack some of a product, in the order in which they get it: rush
/// first, then by promised date, then by age (DECISIONS 25).
///
/// # Errors
/// Those of the database.
pub fn waiting_for(tx: &mut Tx, product: Id, limit: i64) -> Result<Vec<Id>> {
    stock::waiting_for(tx.conn, product, limit)
}
