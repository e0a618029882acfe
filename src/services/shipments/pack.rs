//! What goes into a shipment: goods of an order in execution that are in no other shipment yet.

use super::input::{ShipmentInput, ShipmentLineInput};
use super::{carried, describe};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::{Facts, State, may_move};
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::domain::order::LineKind;
use crate::domain::reason::Reason;
use crate::domain::task_plan::code;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::shipments::{self, Shipment, ShipmentLine};
use crate::repositories::stock::{self, Allocation};
use crate::repositories::{calendar, exceptions, tasks, warehouses};
use std::collections::{BTreeMap, BTreeSet};

/// A line with some quantity of it.
type Share<'l> = (&'l Line, Amount);

/// Packs a shipment: of these lines so much, or of everything what is left.
///
/// # Errors
/// `not_found`; `validation_failed` for a line that is none of the order's; `invalid_transition`
/// unless the order is executing; `order_blocked`; `rule_violated` for a service, for more than
/// is left, or where nothing is.
pub fn create(tx: &mut Tx, reference: &str, said: &ShipmentInput) -> Result<Shipment> {
    let order = take(tx, reference)?;
    let lines = parts::lines(tx.conn, order.id)?;
    let asked = said.lines.as_deref().map(|asked| named(asked, &lines)).transpose()?;
    may_pack(tx, &order)?;
    let warehouse = said.warehouse.as_deref().map(|code| find_warehouse(tx, code)).transpose()?;
    let in_parts = parts::delivery(tx.conn, order.id)?.in_parts;
    let (left, sources) = (left(&lines, &shipments::packed_of(tx.conn, order.id)?, in_parts)?, sources(tx, order.id, in_parts)?);
    let left = match warehouse {
        Some(warehouse) => left_in(left, &sources, warehouse)?,
        None => left,
    };
    let packed = match asked {
        Some(asked) => within(asked, &left)?,
        None => everything(left)?,
    };
    let shipment = Shipment { warehouse_id: warehouse.or_else(|| sources.only_one_of(&packed)), ..draft(tx, &order, said)? };
    let row = |(line, quantity): Share| ShipmentLine::new(shipment.id, line.id, quantity);
    let rows: Vec<ShipmentLine> = packed.into_iter().map(row).collect();
    shipments::insert(tx.conn, &shipment, &rows)?;
    tx.record(describe(EventName::ShipmentCreated, &order, &shipment))?;
    Ok(shipment)
}

/// Takes the order that a path names, at the version that was seen.
fn take(tx: &mut Tx, reference: &str) -> Result<Order> {
    let id = orders::resolve(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    let order = orders::take(tx, id)?.ok_or_else(Problem::not_found)?;
    tx.check_match(order.version - 1)?;
    Ok(order)
}

/// The order's lines that are meant, each with how much of it is wanted.
fn named<'l>(asked: &[ShipmentLineInput], lines: &'l [Line]) -> Result<Vec<Share<'l>>> {
    let mut problem = Problem::new(Code::ValidationFailed);
    let mut named = Vec::new();
    for (at, wanted) in asked.iter().enumerate() {
        let id = Kind::Line.parse(&wanted.line_id);
        match lines.iter().find(|line| Some(line.id) == id) {
            Some(line) => named.push((line, wanted.quantity)),
            None => problem = problem.field(&format!("/lines/{at}/line_id"), "unknown", "names no line of the order", "该订单没有此明细"),
        }
    }
    if problem.errors.is_empty() { Ok(named) } else { Err(problem.into()) }
}

fn may_pack(tx: &mut Tx, order: &Order) -> Result<()> {
    if order.state != State::Executing {
        return Err(Problem::from_reasons(vec![Reason::OrderNotExecuting]).into());
    }
    let facts = Facts {
        blocked_by: exceptions::blocking_numbers(tx.conn, order.id)?,
        standstill: parts::details(tx.conn, order.id)?.standstill(),
        ..Facts::default()
    };
    let reasons = may_move(&facts);
    if reasons.is_empty() { Ok(()) } else { Err(Problem::from_reasons(reasons).into()) }
}

/// What of each line of goods is in no shipment yet, in the lines' order (DOMAIN 4.1); of an order that leaves in parts, as
/// far as it is ready.
fn left<'l>(lines: &'l [Line], packed: &[ShipmentLine], in_parts: bool) -> Result<Vec<Share<'l>>> {
    let mut taken: BTreeMap<Id, Amount> = BTreeMap::new();
    for row in packed {
        let sum = taken.entry(row.line_id).or_default();
        *sum = sum.plus(row.counts()?)?;
    }
    let rest = |line: &'l Line| -> Result<Share<'l>> {
        let whole = if in_parts { line.picked } else { line.quantity };
        Ok((line, whole.minus(taken.get(&line.id).copied().unwrap_or_default())?.max(Amount::ZERO)))
    };
    lines.iter().filter(|line| line.kind != LineKind::Service).map(rest).collect()
}

fn find_warehouse(tx: &mut Tx, code: &str) -> Result<Id> {
    let unknown = || Problem::invalid("/warehouse", "unknown", "there is no such warehouse", "没有该仓库");
    Ok(warehouses::find_by_code(tx.conn, code)?.ok_or_else(unknown)?.id)
}

/// From which warehouses an order's lines come, as far as they are kept in stock.
struct Sources {
    /// What each warehouse has set aside for a line, or picked.
    held: Vec<Allocation>,
    /// What has been packed of it there, by line and warehouse.
    packed: BTreeMap<(Id, Id), Amount>,
    /// Only what is picked can be packed.
    in_parts: bool,
}

fn sources(tx: &mut Tx, order: Id, in_parts: bool) -> Result<Sources> {
    let of: BTreeMap<Id, Id> =
        shipments::list_of_order(tx.conn, order)?.into_iter().filter_map(|row| row.warehouse_id.map(|id| (row.id, id))).collect();
    let mut packed: BTreeMap<(Id, Id), Amount> = BTreeMap::new();
    for row in shipments::packed_of(tx.conn, order)? {
        let Some(warehouse) = of.get(&row.shipment_id) else { continue };
        let sum = packed.entry((row.line_id, *warehouse)).or_default();
        *sum = sum.plus(row.counts()?)?;
    }
    Ok(Sources { held: stock::allocations_of(tx.conn, order)?, packed, in_parts })
}

impl Sources {
    /// What a warehouse has for a line, or had.
    fn of(&self, held: &Allocation) -> Result<Amount> {
        if self.in_parts { Ok(held.picked) } else { Ok(held.reserved.plus(held.picked)?) }
    }

    /// How much of a line a warehouse has for it that is in no shipment from there; `None` for what no warehouse keeps.
    fn left(&self, line: Id, warehouse: Id) -> Result<Option<Amount>> {
        let mut of_line = self.held.iter().filter(|held| held.line_id == line).peekable();
        if of_line.peek().is_none() {
            return Ok(None);
        }
        let here = of_line.find(|held| held.warehouse_id == warehouse).map_or(Ok(Amount::ZERO), |held| self.of(held))?;
        here.minus(self.packed.get(&(line, warehouse)).copied().unwrap_or_default()).map(|left| Some(left.max(Amount::ZERO))).map_err(Into::into)
    }

    /// The warehouse from which all of these come, where it is one.
    fn only_one_of(&self, packed: &[Share]) -> Option<Id> {
        let of = |line: Id| {
            self.held
                .iter()
                .filter(move |held| held.line_id == line && self.of(held).is_ok_and(|there| there > Amount::ZERO))
                .map(|held| held.warehouse_id)
        };
        let all: BTreeSet<Id> = packed.iter().flat_map(|(line, _)| of(line.id)).collect();
        if all.len() == 1 { all.first().copied() } else { None }
    }
}

/// What of that a warehouse has for the order.
fn left_in<'l>(left: Vec<Share<'l>>, sources: &Sources, warehouse: Id) -> Result<Vec<Share<'l>>> {
    let here = |(line, rest): Share<'l>| Ok((line, sources.left(line.id, warehouse)?.map_or(rest, |there| there.at_most(rest))));
    left.into_iter().map(here).collect()
}

/// What is asked for, where there is as much left of it.
fn within<'l>(asked: Vec<Share<'l>>, left: &[Share<'l>]) -> Result<Vec<Share<'l>>> {
    for (line, quantity) in &asked {
        match left.iter().find(|(other, _)| other.id == line.id) {
            None => return Err(service(line).into()),
            Some((_, rest)) if quantity > rest => return Err(too_much(line, *rest).into()),
            Some(_) => {}
        }
    }
    Ok(asked)
}

fn service(line: &Line) -> Problem {
    let (position, name) = (line.position, &line.name);
    let en = format!("Line {position} ({name}) is a service and leaves in no shipment.");
    Problem::rule("DOMAIN 3.1", en, format!("第 {position} 行（{name}）为服务，无需发货。")).with("line_id", line.id.text(Kind::Line))
}

fn too_much(line: &Line, rest: Amount) -> Problem {
    let (position, name, rest) = (line.position, &line.name, rest.short());
    let en = format!("Of line {position} ({name}) only {rest} is left to ship.");
    let problem = Problem::rule("DOMAIN 4.1", en, format!("第 {position} 行（{name}）仅剩 {rest} 可发货。"));
    problem.with("line_id", line.id.text(Kind::Line)).with("left", rest)
}

/// All that is left, where there is anything.
fn everything(left: Vec<Share<'_>>) -> Result<Vec<Share<'_>>> {
    let rest: Vec<Share> = left.into_iter().filter(|(_, rest)| *rest > Amount::ZERO).collect();
    if rest.is_empty() {
        return Err(Problem::rule("DOMAIN 4.1", "Nothing of the order is left to ship.", "该订单没有待发的货物。").into());
    }
    Ok(rest)
}

fn draft(tx: &mut Tx, order: &Order, said: &ShipmentInput) -> Result<Shipment> {
    let carrier = carried::known(tx, said.carrier.as_deref())?;
    carried::refuse_unserved(tx, carrier.as_ref(), order.id, said.method)?;
    let shipment = Shipment {
        id: tx.new_id(),
        version: 1,
        order_id: order.id,
        position: shipments::next_position(tx.conn, order.id)?,
        status: ShipmentStatus::Preparing,
        method: said.method,
        carrier: said.carrier.clone(),
        tracking_number: said.tracking_number.clone(),
        tracking_url: said.tracking_url.clone().or_else(|| carried::page(carrier.as_ref(), said.tracking_number.as_deref())),
        planned_dispatch_at: said.planned_dispatch_at.or(planned_dispatch(tx, order.id)?),
        expected_at: said.expected_at,
        dispatched_at: None,
        delivered_at: None,
        signed_by: None,
        created_at: tx.now,
        updated_at: tx.now,
        warehouse_id: None,
        label_reference: said.label_reference.clone(),
        packages: Json(said.packages.clone()),
        expected_is_set: said.expected_at.is_some(),
        trace_hash: None,
        heard_at: None,
    };
    carried::dated(tx, carrier.as_ref(), shipment)
}

/// When logistics' task is due: as it stands, or counted from now where it still waits for others.
fn planned_dispatch(tx: &mut Tx, order: Id) -> Result<Option<UtcTime>> {
    let Some(task) = tasks::list_of_order(tx.conn, order)?.into_iter().find(|task| task.code == code::SHIP) else { return Ok(None) };
    if task.due_at.is_some() {
        return Ok(task.due_at);
    }
    let calendar = calendar::load(tx.conn, tx.company.zone)?;
    Ok(task.plan.0.due.if_it_opened(tx.now.utc(), &calendar).and_then(UtcTime::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(position: u8, kind: LineKind, quantity: &str) -> Line {
        let id = Id::from_parts(u64::from(position), [position; 10]);
        Line {
            position: position.into(),
            name: "paper".into(),
            specification: String::new(),
            unit: "set".into(),
            kind,
            quantity: Amount::parse(quantity).unwrap(),
            unit_price: Amount::ONE,
            amount: Amount::ONE,
            ..Line::new(Id::from_parts(0, [0; 10]), id)
        }
    }

    fn packed(line: &Line, quantity: &str) -> ShipmentLine {
        ShipmentLine::new(Id::from_parts(9, [9; 10]), line.id, Amount::parse(quantity).unwrap())
    }

    fn shown(shares: &[Share]) -> Vec<(i32, String)> {
        shares.iter().map(|(line, quantity)| (line.position, quantity.short())).collect()
    }

    #[test]
    fn what_is_left_of_goods_is_what_no_shipment_holds() {
        // DOMAIN 4.1
        let lines = [line(1, LineKind::Standard, "5"), line(2, LineKind::Service, "1"), line(3, LineKind::Custom, "2.5")];
        let rows = [packed(&lines[0], "2"), packed(&lines[0], "2.9999"), packed(&lines[2], "2.5")];
        let left = left(&lines, &rows, false).unwrap();
        assert_eq!(shown(&left), [(1, "0.0001".to_owned()), (3, "0".to_owned())]);
        assert_eq!(shown(&everything(left).unwrap()), [(1, "0.0001".to_owned())]);
    }

    #[test]
    fn no_more_is_packed_than_is_left_and_no_services() {
        // DOMAIN 3.1, 4.1
        let lines = [line(1, LineKind::Standard, "5"), line(2, LineKind::Service, "1")];
        let left = left(&lines, &[packed(&lines[0], "3")], false).unwrap();
        assert!(within(vec![(&lines[0], Amount::units(2))], &left).is_ok());
        assert!(within(vec![(&lines[0], Amount::parse("2.0001").unwrap())], &left).is_err());
        assert!(within(vec![(&lines[1], Amount::ONE)], &left).is_err());
    }

    #[test]
    fn nothing_is_packed_where_nothing_is_left() {
        let lines = [line(1, LineKind::Standard, "5"), line(2, LineKind::Service, "1")];
        assert!(everything(left(&lines, &[packed(&lines[0], "5")], false).unwrap()).is_err());
        assert!(everything(left(&lines[1..], &[], false).unwrap()).is_err());
    }
}
