//! What the plans for exceptions do: each action by the service whose business it is, all in the transaction of the
//! approval, or none (DOMAIN 6.5). Unlike everything else that follows, an action that cannot be done is an error: it
//! refuses the approval and says which.

use super::{adapt, after_giving};
use crate::db::Tx;
use crate::db::tx::Precondition;
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::codes::minor_digits;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::domain::remedy::Remedy;
use crate::domain::stock::HandKind;
use crate::domain::time::UtcTime;
use crate::error::{Error, Problem, Result};
use crate::input::Patch;
use crate::repositories::exceptions::{self as rows, ExceptionRow, Planned};
use crate::repositories::orders::{Order, parts};
use crate::repositories::shipments::Shipment;
use crate::repositories::{orders, returns as return_rows, shipments as shipment_rows, stock as stock_rows};
use crate::services::exceptions::{self, PlanInput, carrying, costing};
use crate::services::orders::input::ReasonInput;
use crate::services::orders::{amended, remedied, steps};
use crate::services::shipments::resend;
use crate::services::stock::{MovementInput, ReservationMove};
use crate::services::tasks::extra::{self, Asked};
use crate::services::{money, returns, shipments, stock};
use serde_json::{Map, json};

/// Plans what is to be done about an exception. What the plan does by itself is tried first, so that one which could not be
/// carried out now is refused at once.
///
/// # Errors
/// As [`exceptions::plan`]; what stops an action, with its place among them as `action`.
pub fn plan(tx: &mut Tx, reference: &str, said: &PlanInput) -> Result<ExceptionRow> {
    if !said.actions.is_empty() {
        try_out(tx, reference, said)?;
    }
    exceptions::plan(tx, reference, said)
}

fn try_out(tx: &mut Tx, reference: &str, said: &PlanInput) -> Result<()> {
    tx.try_out(|trial| {
        exceptions::rehearse(trial, reference, said)?;
        super::settle(trial)
    })
}

/// A plan that was approved.
struct Carried {
    row: ExceptionRow,
    actions: Vec<Planned>,
    made_at: UtcTime,
    /// The orders that the exception covers, in ascending order of id.
    covered: Vec<Id>,
    /// Why what is done is done, as histories have it.
    reason: String,
}

fn carried(tx: &mut Tx, id: Id) -> Result<Option<Carried>> {
    let Some(row) = rows::find(tx.conn, id)? else { return Ok(None) };
    let Some(Json(plan)) = row.plan.clone().filter(|Json(plan)| !plan.actions.is_empty()) else { return Ok(None) };
    let reason = format!("{}: {}", row.number, plan.summary).chars().take(500).collect();
    Ok(Some(Carried { covered: rows::links(tx.conn, id)?, made_at: plan.made_at, actions: plan.actions, row, reason }))
}

/// Which action could not be done.
fn at(index: usize, error: Error) -> Error {
    match error {
        Error::Problem(problem) | Error::Refused(problem) => Error::Problem(Box::new(problem.with("action", index))),
        database => database,
    }
}

/// Carries the actions of a plan out, one after the other.
///
/// # Errors
/// What stops the first that cannot be done, with its place among the actions as `action`.
pub(super) fn carry_out(tx: &mut Tx, id: Id) -> Result<()> {
    let Some(carried) = carried(tx, id)? else { return Ok(()) };
    let orders = carried.covered.iter().map(|id| take(tx, *id)).collect::<Result<Vec<Order>>>()?;
    // `If-Match` named a version of the exception, not of what it changes
    let asked = std::mem::replace(&mut tx.precondition, Precondition::Any);
    let to_do = carried.actions.iter().enumerate().filter(|(_, planned)| !planned.is_begun());
    let outcome = to_do.into_iter().try_for_each(|(index, planned)| {
        let targets = costing::targets(tx, &carried.covered, &planned.remedy)?;
        act(tx, &carried, (index, &planned.remedy), &targets).map_err(|error| self::at(index, error))
    });
    tx.precondition = asked;
    outcome?;
    carrying::tell_orders(tx, &carried.row, &orders)?;
    look(tx, &carried, &orders, true)
}

fn take(tx: &mut Tx, id: Id) -> Result<Order> {
    orders::take(tx, id)?.ok_or_else(|| Problem::not_found().into())
}

fn act(tx: &mut Tx, carried: &Carried, (index, remedy): (usize, &Remedy), targets: &[Id]) -> Result<()> {
    let (exception, why) = (carried.row.id, carried.reason.as_str());
    let mut each = |act: &mut dyn FnMut(&mut Tx, Id) -> Result<()>| targets.iter().try_for_each(|order| act(tx, *order));
    match remedy {
        Remedy::Substitute { sku, by_sku, unit_price, .. } => each(&mut |tx, order| remedied::substitute(tx, order, (sku, by_sku), *unit_price, why)),
        Remedy::ShipPart { .. } => each(&mut |tx, order| remedied::ship_part(tx, order, why)),
        Remedy::Amend { changes, .. } => each(&mut |tx, order| remedied::otherwise(tx, order, changes, why)),
        Remedy::NewDate { promised_date, .. } => each(&mut |tx, order| remedied::promise(tx, order, *promised_date, why)),
        Remedy::CancelGoods { sku, .. } => each(&mut |tx, order| remedied::cancel_goods(tx, order, sku, why)),
        Remedy::Discount { amount, .. } => each(&mut |tx, order| remedied::discount(tx, order, *amount, why)),
        Remedy::CancelOrder { .. } => {
            let said = ReasonInput { reason: why.to_owned() };
            each(&mut |tx, order| steps::cancel(tx, &order.text(Kind::Order), &said).map(drop))
        }
        Remedy::MakeShort {} => each(&mut make_short),
        Remedy::Task { department, title, due_at, evidence, .. } => each(&mut |tx, order| {
            let code = carrying::task_code(exception, carried.made_at, index);
            extra::ask(tx, order, Asked { code, department: *department, title, due_at: *due_at, evidence: *evidence })
        }),
        Remedy::Compensation { amount, coupon, .. } => {
            each(&mut |tx, order| money::giving::compensate(tx, order, exception, *amount, coupon.as_ref()))
        }
        Remedy::Refund { amount, method, reference, .. } => each(&mut |tx, order| {
            money::giving::may_refund(tx, order, *amount)?;
            money::giving::refund(tx, order, exception, *amount, (*method, reference.clone()))
        }),
        Remedy::Replace { sku, quantity, .. } => each(&mut |tx, order| resend::replace(tx, order, (sku, *quantity), why)),
        Remedy::ReturnGoods { sku, quantity, refund, .. } => each(&mut |tx, order| {
            let refund = refund.as_ref().map(|refund| (refund.amount, refund.method));
            if let Some((amount, _)) = refund {
                money::giving::may_refund(tx, order, amount)?;
            }
            returns::expect(tx, order, exception, (sku, *quantity), refund, why)
        }),
        Remedy::WaitForRestock {} => Ok(()),
        Remedy::Transfer { .. } | Remedy::GiveStock { .. } | Remedy::OtherCarrier { .. } | Remedy::ShipAgain { .. } => {
            elsewhere(tx, carried, remedy, why)
        }
    }
}

/// What is done to goods rather than to orders.
fn elsewhere(tx: &mut Tx, carried: &Carried, remedy: &Remedy, why: &str) -> Result<()> {
    match remedy {
        Remedy::Transfer { sku, from_warehouse, to_warehouse, quantity } => {
            let said = MovementInput {
                kind: HandKind::Transfer,
                warehouse: from_warehouse.clone(),
                sku: sku.clone(),
                to_warehouse: Some(to_warehouse.clone()),
                quantity: *quantity,
                note: Some(why.to_owned()),
            };
            stock::record(tx, &said)?;
            carried.covered.iter().try_for_each(|order| after_giving(tx, *order))
        }
        Remedy::GiveStock { sku, from_order, to_order, quantity } => {
            let said = ReservationMove {
                sku: sku.clone(),
                from_order: from_order.clone(),
                to_order: to_order.clone(),
                quantity: *quantity,
                reason: why.to_owned(),
            };
            stock::move_reservation(tx, &said).map(drop)
        }
        Remedy::OtherCarrier { shipment, carrier, tracking_number, expected_at } => {
            let id = shipment_of(tx, carried, shipment)?.id;
            let mut changes = Map::from_iter([("carrier".to_owned(), json!(carrier))]);
            changes.extend(tracking_number.as_ref().map(|number| ("tracking_number".to_owned(), json!(number))));
            changes.extend(expected_at.map(|at| ("expected_at".to_owned(), json!(at))));
            shipments::update(tx, id, &Patch(changes)).map(drop)
        }
        Remedy::ShipAgain { shipment } => {
            let shipment = shipment_of(tx, carried, shipment)?;
            resend::ship_again(tx, shipment.order_id, shipment.id, why)
        }
        _ => Ok(()),
    }
}

fn shipment_of(tx: &mut Tx, carried: &Carried, named: &str) -> Result<Shipment> {
    let unknown = || Problem::rule("DOMAIN 6.5", "It names no shipment of the exception's orders.", "不是该异常涉及订单的发货单。");
    let id = Kind::Shipment.parse(named).ok_or_else(unknown)?;
    let found = shipment_rows::find(tx.conn, id)?.filter(|shipment| carried.covered.contains(&shipment.order_id));
    found.ok_or_else(|| unknown().into())
}

/// What an order lacks is made for it, whatever the catalogue says.
fn make_short(tx: &mut Tx, order: Id) -> Result<()> {
    stock::make_short(tx, order)?;
    adapt(tx, order)
}

/// Whether something that a plan began is not through yet.
fn is_pending(tx: &mut Tx, carried: &Carried, (index, remedy): (usize, &Remedy)) -> Result<bool> {
    let code = carrying::task_code(carried.row.id, carried.made_at, index);
    for order in costing::targets(tx, &carried.covered, remedy)? {
        let pending = match remedy {
            Remedy::Task { .. } => extra::is_open(tx, order, &code)?,
            Remedy::WaitForRestock {} => lacks(tx, order)?,
            Remedy::ReturnGoods { .. } => return_rows::any_open(tx.conn, carried.row.id, order)?,
            // what a blocking exception stops cannot leave before it ends
            Remedy::ShipAgain { .. } | Remedy::Replace { .. } if carried.row.blocking => false,
            Remedy::ShipAgain { shipment } => {
                let inside = shipment_rows::lines_of(tx.conn, &Kind::Shipment.parse(shipment).into_iter().collect::<Vec<_>>())?;
                resend::is_open(tx, order, |line| inside.iter().any(|row| row.line_id == line.id))?
            }
            Remedy::Replace { sku, .. } => resend::is_open(tx, order, |line| line.sku.as_ref() == Some(sku))?,
            remedy => remedy.amends() && amended::is_open(tx, order)?,
        };
        if pending {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an order that is alive still lacks stock.
fn lacks(tx: &mut Tx, order: Id) -> Result<bool> {
    let alive = orders::find(tx.conn, order)?.is_some_and(|order| amended::is_late(order.state));
    Ok(alive && !stock_rows::all_reserved(tx.conn, order)?)
}

/// Looks how far a plan has come, and ends its exception where it is through. Called by the clock, too, for exceptions
/// over several orders.
///
/// # Errors
/// Those of the database.
pub fn go_on(tx: &mut Tx, id: Id) -> Result<()> {
    let Some(carried) = carried(tx, id)? else { return Ok(()) };
    let orders = carried.covered.iter().map(|id| take(tx, *id)).collect::<Result<Vec<Order>>>()?;
    look(tx, &carried, &orders, false)
}

fn look(tx: &mut Tx, carried: &Carried, orders: &[Order], begun: bool) -> Result<()> {
    let mut done = Vec::new();
    for (index, planned) in carried.actions.iter().enumerate() {
        done.push(planned.done_at.is_some() || !is_pending(tx, carried, (index, &planned.remedy))?);
    }
    let waits = stays_short(tx, &carried.row, orders)?;
    carrying::note_done(tx, carried.row.id, orders, carrying::Progress { done: &done, begun, waits })
}

/// Whether orders would go on without the goods that they were stopped for, if a shortage ended now: however much of the
/// plan is done, it waits for them. What leaves in parts may go.
fn stays_short(tx: &mut Tx, row: &ExceptionRow, orders: &[Order]) -> Result<bool> {
    if !row.blocking || row.kind != ExceptionKind::StockShortage {
        return Ok(false);
    }
    for order in orders {
        if lacks(tx, order.id)? && !parts::delivery(tx.conn, order.id)?.in_parts {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Something happened to an order: plans over it may be through. Where one covers others as well, the clock looks, since
/// orders are taken in the order of their ids (DECISIONS 5).
pub(super) fn look_again(tx: &mut Tx, order: Id) -> Result<()> {
    for row in rows::resolving_of(tx.conn, order)? {
        if rows::links(tx.conn, row.id)? == [order] { go_on(tx, row.id)? } else { tx.ask_clock() }
    }
    Ok(())
}

/// Goods that came back were inspected: what was to be refunded for them is, and what waited for stock may have some.
pub(super) fn after_inspection(tx: &mut Tx, order: Id, id: Id) -> Result<()> {
    tx.ask_clock();
    let currency = take(tx, order)?.currency;
    if let Some((exception, due, method)) = returns::refund_due(tx, id, minor_digits(&currency).unwrap_or(4))? {
        let left = money::giving::refundable(tx, order)?;
        let amount = due.at_most(left);
        if amount > Amount::ZERO {
            money::giving::refund(tx, order, exception, amount, (method, None))?;
        }
        if amount < due {
            // what came is a fact; what cannot be refunded any more is for people to see to
            return carrying::fail(tx, exception, "Less was paid by now than was to be refunded.");
        }
    }
    look_again(tx, order)
}

/// Goods that a plan wanted back will not come.
pub(super) fn after_no_return(tx: &mut Tx, order: Id, id: Id) -> Result<()> {
    let Some(exception) = return_rows::find(tx.conn, id)?.and_then(|row| row.exception_id) else { return Ok(()) };
    let Some(carried) = carried(tx, exception)? else { return Ok(()) };
    for planned in carried.actions.iter().filter(|planned| planned.done_at.is_none() && matches!(planned.remedy, Remedy::ReturnGoods { .. })) {
        if costing::targets(tx, &carried.covered, &planned.remedy)?.contains(&order) {
            carrying::fail(tx, exception, "The goods do not come back.")?;
        }
    }
    Ok(())
}

/// An amendment was turned down: plans that had made it do not come through.
pub(super) fn after_rejection(tx: &mut Tx, order: Id) -> Result<()> {
    for row in rows::resolving_of(tx.conn, order)? {
        let Some(carried) = carried(tx, row.id)? else { continue };
        for planned in carried.actions.iter().filter(|planned| planned.remedy.amends() && planned.done_at.is_none()) {
            if costing::targets(tx, &carried.covered, &planned.remedy)?.contains(&order) {
                carrying::fail(tx, row.id, "The amendment of the order was rejected.")?;
            }
        }
    }
    Ok(())
}
