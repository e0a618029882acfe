//! Goods that come back: expected, received, inspected, and then in stock again or scrapped (DOMAIN 6.5). Never more than
//! has left and could come back.

pub mod input;

use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::returns::{MACHINE, ReturnEvent, ReturnStatus};
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::domain::number::{RETURN_PATTERN, counter_name, format_number};
use crate::domain::order::{LineKind, PaymentMethod};
use crate::domain::stock::MovementKind;
use crate::error::{Code, Error, Problem, Result};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::returns::{self, Return, ReturnLine};
use crate::repositories::stock::{self, MovementRow};
use crate::repositories::{exceptions, settings, warehouses};
use input::{CancelReturnInput, InspectReturnInput, ReceiveReturnInput, ReturnInput};
use std::collections::{BTreeMap, BTreeSet};

/// What is to come back, and why.
struct Draft {
    exception: Option<Id>,
    reason: String,
    refund: Option<(Amount, PaymentMethod)>,
    lines: Vec<(Id, Amount)>,
}

/// Enters goods that a customer sends back.
///
/// # Errors
/// `validation_failed` for an unknown order, line or exception; `rule_violated` for more than was delivered or came back
/// with its parcel, and is not returned yet.
pub fn enter(tx: &mut Tx, said: &ReturnInput) -> Result<Return> {
    let unknown = || Problem::invalid("/order_id", "unknown", "there is no such order", "没有该订单");
    let id = orders::resolve(tx.conn, &said.order_id)?.ok_or_else(unknown)?;
    let order = orders::take(tx, id)?.ok_or_else(unknown)?;
    let (lines, mut problem) = (parts::lines(tx.conn, order.id)?, Problem::new(Code::ValidationFailed));
    let mut wanted = Vec::new();
    for (at, line) in said.lines.iter().enumerate() {
        match lines.iter().find(|known| Kind::Line.parse(&line.line_id) == Some(known.id)) {
            Some(known) => wanted.push((known.id, line.quantity)),
            None => problem = problem.field(&format!("/lines/{at}/line_id"), "unknown", "names no line of the order", "该订单没有此明细"),
        }
    }
    let exception = match &said.exception_id {
        None => None,
        Some(text) => {
            let found = exceptions::find_by_ref(tx.conn, text)?;
            let covers = match &found {
                Some(row) => exceptions::links(tx.conn, row.id)?.contains(&order.id),
                None => false,
            };
            if !covers {
                problem = problem.field("/exception_id", "unknown", "names no exception of the order", "该订单没有此异常");
            }
            found.map(|row| row.id)
        }
    };
    if !problem.errors.is_empty() {
        return Err(problem.into());
    }
    draw(tx, &order, Draft { exception, reason: said.reason.clone(), refund: None, lines: wanted })
}

/// Takes goods of a product back by the plan for an exception; what was paid of it goes back once they are inspected.
///
/// # Errors
/// `rule_violated` for more than could come back.
pub fn expect(
    tx: &mut Tx,
    order: Id,
    exception: Id,
    (sku, quantity): (&str, Amount),
    refund: Option<(Amount, PaymentMethod)>,
    reason: &str,
) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    let left = left(tx, &order)?;
    let lines = parts::lines(tx.conn, order.id)?;
    let (mut wanted, mut rest) = (Vec::new(), quantity);
    for line in lines.iter().filter(|line| line.sku.as_deref() == Some(sku)) {
        let share = rest.at_most(left.get(&line.id).copied().unwrap_or_default());
        if share > Amount::ZERO {
            rest = rest.minus(share)?;
            wanted.push((line.id, share));
        }
    }
    if rest > Amount::ZERO {
        return Err(too_much(sku, quantity.minus(rest)?).into());
    }
    draw(tx, &order, Draft { exception: Some(exception), reason: reason.to_owned(), refund, lines: wanted }).map(drop)
}

/// How much of each line could still come back: what was delivered, or came back with its parcel, and is in no return.
fn left(tx: &mut Tx, order: &Order) -> Result<BTreeMap<Id, Amount>> {
    let mut left: BTreeMap<Id, Amount> = BTreeMap::new();
    let gone = returns::shipped_of(tx.conn, order.id)?;
    // an order that was received by hand had its parcels, whether or not carriers said so
    let had: BTreeSet<Id> = gone.iter().filter(|row| row.replaced > Amount::ZERO).map(|row| row.shipment_id).collect();
    for row in &gone {
        let is_there = matches!(row.status, ShipmentStatus::Delivered | ShipmentStatus::Returned) || had.contains(&row.shipment_id);
        if is_there || (order.state == State::Received && row.status != ShipmentStatus::Lost) {
            let sum = left.entry(row.line_id).or_default();
            *sum = sum.plus(row.quantity)?;
        }
    }
    for (status, line) in returns::of_order(tx.conn, order.id)? {
        let sum = left.entry(line.line_id).or_default();
        *sum = sum.minus(if status == ReturnStatus::Expected { line.quantity } else { line.received })?;
    }
    Ok(left)
}

fn too_much(of: &str, left: Amount) -> Problem {
    let left = left.max(Amount::ZERO).short();
    let en = format!("Of {of} only {left} was delivered, or came back, and is not returned yet.");
    Problem::rule("DOMAIN 6.5", en, format!("{of} 可退回的数量仅为 {left}。")).with("left", left)
}

fn draw(tx: &mut Tx, order: &Order, draft: Draft) -> Result<Return> {
    let left = left(tx, order)?;
    let lines = parts::lines(tx.conn, order.id)?;
    for (id, quantity) in &draft.lines {
        let (line, left) = (lines.iter().find(|line| line.id == *id), left.get(id).copied().unwrap_or_default());
        if *quantity > left {
            return Err(too_much(line.map_or("", |line| line.name.as_str()), left).into());
        }
    }
    let month = tx.company.zone.local_month(tx.now.utc());
    let running = settings::next_number(tx.conn, &counter_name("return", month))?;
    let row = Return {
        id: tx.new_id(),
        number: format_number(RETURN_PATTERN, month, running),
        version: 1,
        order_id: order.id,
        exception_id: draft.exception,
        status: ReturnStatus::Expected,
        reason: draft.reason,
        refund_amount: draft.refund.map(|(amount, _)| amount),
        refund_method: draft.refund.map(|(_, method)| method),
        warehouse_id: None,
        created_at: tx.now,
        created_by_label: tx.actor.label.clone(),
        received_at: None,
        inspected_at: None,
        inspected_by_label: None,
        cancelled_at: None,
        note: None,
        updated_at: tx.now,
    };
    let (zero, return_id) = (Amount::ZERO, row.id);
    let line = |(line_id, quantity)| ReturnLine { return_id, line_id, quantity, received: zero, restocked: zero, scrapped: zero };
    let rows: Vec<ReturnLine> = draft.lines.into_iter().map(line).collect();
    returns::insert(tx.conn, &row, &rows)?;
    tx.record(describe(EventName::ReturnExpected, order, &row).note("reason", row.reason.clone()))?;
    Ok(row)
}

/// What subscribers see of every return's event (DECISIONS 13).
fn describe(name: EventName, order: &Order, row: &Return) -> Event {
    Event::in_order(name, order.id, Kind::Return, row.id)
        .with("order_id", order.id.text(Kind::Order))
        .with("return_number", row.number.clone())
        .with("status", row.status.as_str())
        .with("version", row.version)
}

/// A return that a path names and its order, taken, at the version that was seen.
fn take(tx: &mut Tx, reference: &str) -> Result<(Order, Return)> {
    let found = returns::find_by_ref(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    let order = orders::take(tx, found.order_id)?.ok_or_else(Problem::not_found)?;
    let row = returns::find(tx.conn, found.id)?.ok_or_else(Problem::not_found)?;
    tx.check_match(row.version)?;
    Ok((order, row))
}

/// Moves a return by the table, and records it; `brings` is what the step adds.
fn step(tx: &mut Tx, order: &Order, row: &Return, event: ReturnEvent, name: EventName, brings: impl FnOnce(&mut Return)) -> Result<Return> {
    let next = MACHINE.next(row.status, event, &()).map_err(|r| Problem::refusal(row.status.as_str(), event, r))?;
    let mut after = Return { status: next, version: row.version + 1, updated_at: tx.now, ..row.clone() };
    brings(&mut after);
    if !returns::update(tx.conn, &after)? {
        return Err(Code::VersionMismatch.into());
    }
    let told = describe(name, order, &after).change("status", row.status.as_str(), next.as_str());
    tx.record(told.note("note", after.note.clone()))?;
    Ok(after)
}

fn lines_of(tx: &mut Tx, row: &Return) -> Result<Vec<ReturnLine>> {
    Ok(returns::lines_of(tx.conn, &[row.id])?.into_iter().map(|named| named.line).collect())
}

/// What was expected has come to a warehouse: all of it, or so much; the rest does not come.
///
/// # Errors
/// `not_found`; `invalid_transition`; `validation_failed` for an unknown warehouse or line, or more than was expected.
pub fn receive(tx: &mut Tx, reference: &str, said: &ReceiveReturnInput) -> Result<Return> {
    let (order, row) = take(tx, reference)?;
    let warehouse = warehouses::find_by_code(tx.conn, &said.warehouse)?;
    let warehouse = warehouse.ok_or_else(|| Problem::invalid("/warehouse", "unknown", "there is no such warehouse", "没有该仓库"))?;
    let (mut lines, mut problem) = (lines_of(tx, &row)?, Problem::new(Code::ValidationFailed));
    for line in &mut lines {
        line.received = if said.lines.is_some() { Amount::ZERO } else { line.quantity };
    }
    for (at, come) in said.lines.iter().flatten().enumerate() {
        match lines.iter_mut().find(|line| Kind::Line.parse(&come.line_id) == Some(line.line_id)) {
            None => problem = problem.field(&format!("/lines/{at}/line_id"), "unknown", "names no line of the return", "该退货没有此明细"),
            Some(line) if come.quantity > line.quantity => {
                let (en, zh) = ("is more than was expected", "超过预计退回数量");
                problem = problem.field(&format!("/lines/{at}/quantity"), "range", en, zh);
            }
            Some(line) => line.received = come.quantity,
        }
    }
    if !problem.errors.is_empty() {
        return Err(problem.into());
    }
    // what was delivered when it was entered may have turned out not to be
    let left = left(tx, &order)?;
    for line in lines.iter().filter(|line| line.received > Amount::ZERO) {
        let could = left.get(&line.line_id).copied().unwrap_or_default().plus(line.quantity)?;
        if line.received > could {
            return Err(too_much(&line.line_id.text(Kind::Line), could).into());
        }
    }
    let now = tx.now;
    let after = step(tx, &order, &row, ReturnEvent::Receive, EventName::ReturnReceived, |row| {
        row.received_at = Some(now);
        row.warehouse_id = Some(warehouse.id);
    })?;
    let known: BTreeMap<Id, Line> = parts::lines(tx.conn, order.id)?.into_iter().map(|line| (line.id, line)).collect();
    for line in &lines {
        returns::set_line(tx.conn, line)?;
        if let Some(known) = known.get(&line.line_id) {
            parts::set_returned(tx.conn, known.id, known.returned.plus(line.received)?)?;
        }
    }
    Ok(after)
}

/// What has come was looked at: what is good is in stock again, the rest is scrapped. Goods that are not kept in stock are
/// only noted.
///
/// # Errors
/// `not_found`; `invalid_transition`; `validation_failed` where the lines do not come to what was received.
pub fn inspect(tx: &mut Tx, reference: &str, said: &InspectReturnInput) -> Result<Return> {
    let (order, row) = take(tx, reference)?;
    let lines = judged(lines_of(tx, &row)?, said)?;
    let (now, by) = (tx.now, tx.actor.label.clone());
    let after = step(tx, &order, &row, ReturnEvent::Inspect, EventName::ReturnInspected, |row| {
        row.inspected_at = Some(now);
        row.inspected_by_label = Some(by);
        row.note = said.note.clone();
    })?;
    let warehouse = row.warehouse_id.ok_or_else(|| Error::internal("a return was received nowhere"))?;
    let mut known = parts::lines(tx.conn, order.id)?;
    known.sort_by_key(|line| line.product_id); // balances in the order of their keys (DECISIONS 5)
    for known in &known {
        let Some(line) = lines.iter().find(|line| line.line_id == known.id) else { continue };
        returns::set_line(tx.conn, line)?;
        // what was made for one customer is nobody else's stock
        let Some(product) = known.product_id.filter(|_| known.kind == LineKind::Standard) else { continue };
        put_away(tx, &after, (product, warehouse), line)?;
    }
    Ok(after)
}

/// What becomes of each line: as it is said, or all of it is good.
fn judged(mut lines: Vec<ReturnLine>, said: &InspectReturnInput) -> Result<Vec<ReturnLine>> {
    let mut problem = Problem::new(Code::ValidationFailed);
    let Some(found) = &said.lines else {
        lines.iter_mut().for_each(|line| line.restocked = line.received);
        return Ok(lines);
    };
    for (at, found) in found.iter().enumerate() {
        match lines.iter_mut().find(|line| Kind::Line.parse(&found.line_id) == Some(line.line_id)) {
            None => problem = problem.field(&format!("/lines/{at}/line_id"), "unknown", "names no line of the return", "该退货没有此明细"),
            Some(line) => (line.restocked, line.scrapped) = (found.restocked, found.scrapped),
        }
    }
    for line in &lines {
        if line.restocked.plus(line.scrapped)? != line.received {
            let (id, received) = (line.line_id.text(Kind::Line), line.received.short());
            let en = format!("what is restocked and scrapped of {id} must come to the {received} that were received");
            problem = problem.field("/lines", "sum", en, format!("明细 {id} 的重新入库与报废数量之和须为 {received}"));
        }
    }
    if problem.errors.is_empty() { Ok(lines) } else { Err(problem.into()) }
}

/// Goods come into stock; what is good for nothing leaves it at once, so that the ledger tells of both.
fn put_away(tx: &mut Tx, row: &Return, (product, warehouse): (Id, Id), line: &ReturnLine) -> Result<()> {
    if line.received == Amount::ZERO {
        return Ok(());
    }
    stock::open_balance(tx.conn, product, warehouse)?;
    for (kind, change) in [(MovementKind::Return, line.received), (MovementKind::Scrap, line.scrapped.negated())] {
        if change == Amount::ZERO {
            continue;
        }
        let moved = MovementRow::new(tx, kind, (product, warehouse), Some(row.order_id), (change, Amount::ZERO));
        if !stock::apply(tx.conn, &MovementRow { note: Some(row.number.clone()), ..moved })? {
            return Err(crate::domain::amount::TooLarge.into());
        }
    }
    Ok(())
}

/// The goods will not come.
///
/// # Errors
/// `not_found`; `invalid_transition` once they have.
pub fn cancel(tx: &mut Tx, reference: &str, said: &CancelReturnInput) -> Result<Return> {
    let (order, row) = take(tx, reference)?;
    let now = tx.now;
    step(tx, &order, &row, ReturnEvent::Cancel, EventName::ReturnCancelled, |row| {
        row.cancelled_at = Some(now);
        row.note = Some(said.reason.clone());
    })
}

/// What of a planned refund is due now that its goods were inspected: as large a part of it as came of them, rounded down
/// to the currency's smallest coin; none where nothing is.
///
/// # Errors
/// Those of the database.
pub fn refund_due(tx: &mut Tx, id: Id, minor_digits: u32) -> Result<Option<(Id, Amount, PaymentMethod)>> {
    let Some(row) = returns::find(tx.conn, id)? else { return Ok(None) };
    let (Some(exception), Some(planned), Some(method)) = (row.exception_id, row.refund_amount, row.refund_method) else { return Ok(None) };
    let lines = lines_of(tx, &row)?;
    let sum = |of: fn(&ReturnLine) -> Amount| lines.iter().map(|line| i128::from(of(line).parts())).sum::<i128>();
    let (come, expected) = (sum(|line| line.received), sum(|line| line.quantity).max(1));
    let coin = 10_i128.pow(4_u32.saturating_sub(minor_digits));
    let due = Amount::from_parts(i128::from(planned.parts()) * come / expected / coin * coin)?;
    Ok((due > Amount::ZERO).then_some((exception, due, method)))
}
