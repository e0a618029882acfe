//! Amendments after review (DOMAIN 1.7; DECISIONS 16, 17, 19): the order keeps its status and stands still
//! until those concerned have approved it again and, where what they see has changed, the customer
//! has said yes. Rejected, what counted before counts again.

use super::amend::{Amendment, store};
use super::content::{self, Content, Known};
use super::input::OrderInput;
use super::{describe, take_id};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::approval::RoundStatus;
use crate::domain::lifecycle::order::State;
use crate::domain::order::LineKind;
use crate::domain::stock::MovementKind;
use crate::domain::task_plan::code;
use crate::error::{Error, Problem, Result};
use crate::repositories::orders::offer::offer;
use crate::repositories::orders::parts::{self, Details, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::stock::{self, MovementRow};
use crate::repositories::{approvals, settings, shipments, tasks};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Whether an order is past its review and not shipped yet.
pub fn is_late(state: State) -> bool {
    matches!(state, State::Reviewed | State::Executing)
}

/// Stores an amendment of what was agreed; gives the order as it would be.
///
/// # Errors
/// `validation_failed` without a reason; as [`keep_progress`].
pub(super) fn begin(
    tx: &mut Tx,
    before: &Order,
    lines: &[Line],
    mut content: Content,
    (reason, review_again): (Option<String>, bool),
) -> Result<Order> {
    if reason.is_none() {
        let en = "is required: the order was reviewed already";
        return Err(Problem::invalid("/reason", "required", en, "订单已审核，必须说明变更原因").into());
    }
    keep_progress(tx, before, lines, &mut content)?;
    let (kept, seen) = (parts::details(tx.conn, before.id)?, offer(tx.conn, before)?);
    let amended_from = kept.amended_from.or(review_again.then_some(before.revision));
    let order = store(tx, before, content, Amendment { reason, amended_from, reconfirm: kept.reconfirm })?;
    // what is put right without anybody's approval needs no yes either (DOMAIN 1.7)
    if review_again && offer(tx.conn, &order)? != seen {
        let details = parts::details(tx.conn, order.id)?;
        parts::set_details(tx.conn, &Details { reconfirm: true, ..details })?;
    }
    Ok(order)
}

/// How much of each line nobody can take back any more: picked, or in a shipment.
fn used(tx: &mut Tx, order: Id, lines: &[Line]) -> Result<BTreeMap<Id, Amount>> {
    let mut packed: BTreeMap<Id, Amount> = BTreeMap::new();
    for row in shipments::packed_of(tx.conn, order)? {
        let sum = packed.entry(row.line_id).or_default();
        *sum = sum.plus(row.quantity)?;
    }
    Ok(lines.iter().map(|line| (line.id, line.picked.max(packed.get(&line.id).copied().unwrap_or_default()))).collect())
}

/// The task that readies the goods of a kind.
const fn readied_by(kind: LineKind) -> &'static str {
    match kind {
        LineKind::Standard => code::PICK,
        LineKind::Custom => code::PRODUCE,
        LineKind::Service => code::SERVE,
    }
}

/// Lets the lines of an amended order keep what has been done with them, and gives back what is set
/// aside beyond what they come to (DECISIONS 19).
///
/// # Errors
/// `rule_violated` below what was picked or packed, or where work would be needed that is done.
pub(super) fn keep_progress(tx: &mut Tx, order: &Order, before: &[Line], content: &mut Content) -> Result<()> {
    let used = used(tx, order.id, before)?;
    for was in before {
        let now = content.lines.iter_mut().find(|line| line.id == was.id);
        let floor = used.get(&was.id).copied().unwrap_or_default();
        match now {
            Some(now) if floor <= now.quantity && (floor == Amount::ZERO || (now.kind, now.product_id) == (was.kind, was.product_id)) => {
                (now.picked, now.shipped, now.delivered) = (was.picked, was.shipped, was.delivered);
            }
            None if floor == Amount::ZERO => {}
            _ => return Err(below(was, floor).into()),
        }
    }
    refuse_work_that_is_done(tx, order.id, before, &content.lines)?;
    give_back(tx, order, &content.lines)
}

fn below(line: &Line, floor: Amount) -> Problem {
    let (position, name, floor) = (line.position, &line.name, floor.short());
    let en = format!("Line {position} ({name}) cannot become less than {floor}, or something else: so much was picked or packed.");
    Problem::rule("DECISIONS 19", en, format!("第 {position} 行（{name}）已拣货或装箱 {floor}，不能少于该数量或改为其他商品。"))
}

/// More of what a department has readied already would never be readied.
fn refuse_work_that_is_done(tx: &mut Tx, order: Id, before: &[Line], now: &[Line]) -> Result<()> {
    let done: Vec<String> = tasks::list_of_order(tx.conn, order)?.into_iter().filter(|task| task.status.is_over()).map(|task| task.code).collect();
    let more = |line: &&Line| before.iter().find(|was| was.id == line.id).is_none_or(|was| line.quantity > was.quantity || line.kind != was.kind);
    match now.iter().filter(more).find(|line| done.iter().any(|code| code == readied_by(line.kind))) {
        None => Ok(()),
        Some(line) => {
            let name = &line.name;
            let en = format!("The work on goods like {name} is done; enter another order for more of them.");
            Err(Problem::rule("DECISIONS 19", en, format!("“{name}”类商品的备货工作已完成；如需追加请另建订单。")).into())
        }
    }
}

/// Gives back what is set aside of lines beyond what is still to be picked of them; of lines that go,
/// all of it.
fn give_back(tx: &mut Tx, order: &Order, lines: &[Line]) -> Result<()> {
    let mut wanted: BTreeMap<Id, Amount> = BTreeMap::new();
    for line in lines {
        wanted.insert(line.id, line.quantity.minus(line.picked)?);
    }
    let mut any = false;
    for held in stock::allocations_of(tx.conn, order.id)? {
        let stays = wanted.contains_key(&held.line_id);
        let open = wanted.entry(held.line_id).or_default();
        // a line whose goods are others now wants none of these
        let same = lines.iter().any(|line| line.id == held.line_id && line.product_id == Some(held.product_id) && line.kind == LineKind::Standard);
        let keeps = if same { held.reserved.at_most(*open) } else { Amount::ZERO };
        *open = open.minus(keeps)?;
        if keeps < held.reserved {
            let surplus = held.reserved.minus(keeps)?;
            let key = (held.product_id, held.warehouse_id);
            let moved = MovementRow::new(tx, MovementKind::Release, key, Some(order.id), (Amount::ZERO, surplus.negated()));
            if !stock::apply(tx.conn, &moved)? {
                return Err(Error::internal(format!("a balance cannot give what order {} holds of it", order.id)));
            }
            stock::set_reserved(tx.conn, &held, keeps)?;
            any = true;
        }
        if !stays || !same {
            stock::forget_line(tx.conn, held.line_id)?;
        }
    }
    if any {
        tx.record(describe(Event::of_order(EventName::OrderStockReleased, order.id), order, order.state))?;
        tx.ask_clock();
    }
    Ok(())
}

/// The order with an amendment that is not agreed, held; none where there is no such.
fn open(tx: &mut Tx, id: Id) -> Result<Option<(Order, Details)>> {
    let Some(order) = orders::find(tx.conn, id)?.filter(|order| is_late(order.state)) else { return Ok(None) };
    let details = parts::details(tx.conn, order.id)?;
    if details.amended_from.is_none() { Ok(None) } else { Ok(Some((take_id(tx, id)?, details))) }
}

/// Whether an amended order's approvers have all said yes and its customer is still to be asked.
///
/// # Errors
/// Those of the database.
pub fn awaits_customer(tx: &mut Tx, id: Id) -> Result<bool> {
    let Some((_, details)) = open(tx, id)? else { return Ok(false) };
    Ok(details.reconfirm && has_passed(tx, id)?)
}

fn has_passed(tx: &mut Tx, id: Id) -> Result<bool> {
    Ok(approvals::latest_round(tx.conn, id)?.is_some_and(|round| round.status == RoundStatus::Approved))
}

/// Lets an amendment take effect that everybody has agreed to; "not yet" changes nothing.
///
/// # Errors
/// Those of the database.
pub fn agreed(tx: &mut Tx, id: Id) -> Result<()> {
    let Some((order, details)) = open(tx, id)? else { return Ok(()) };
    if details.reconfirm || !has_passed(tx, id)? {
        return Ok(());
    }
    take_effect(tx, &order, None).map(drop)
}

/// What was amended is what was agreed. Who said yes for the customer, where they were asked, is noted.
pub(super) fn take_effect(tx: &mut Tx, order: &Order, confirmed_by: Option<Value>) -> Result<Order> {
    let details = parts::details(tx.conn, order.id)?;
    parts::set_details(tx.conn, &Details { amended_from: None, reconfirm: false, correction: None, ..details })?;
    let event = describe(Event::of_order(EventName::OrderAmendmentAgreed, order.id), order, order.state).with("revision", order.revision);
    tx.record(match confirmed_by {
        Some(way) => event.note("confirmed_by", way),
        None => event,
    })?;
    take_id(tx, order.id)
}

/// The customer said yes to an amended order by a link.
///
/// # Errors
/// Those of the database.
pub(super) fn confirmed(tx: &mut Tx, id: Id) -> Result<()> {
    if !awaits_customer(tx, id)? {
        return Ok(());
    }
    let order = take_id(tx, id)?;
    take_effect(tx, &order, Some(json!("link"))).map(drop)
}

/// An approver wants an amendment changed: it stays open, with what they say.
///
/// # Errors
/// Those of the database.
pub fn returned(tx: &mut Tx, id: Id, comment: &str) -> Result<()> {
    let Some((_, details)) = open(tx, id)? else { return Ok(()) };
    parts::set_details(tx.conn, &Details { correction: Some(comment.to_owned()), ..details })
}

/// An approver rejected an amendment: what counted before it counts again, as a new revision
/// (DECISIONS 16).
///
/// # Errors
/// Those of the database; `rule_violated` or `validation_failed` where that cannot be any more.
pub fn rejected(tx: &mut Tx, id: Id, comment: &str) -> Result<()> {
    let Some((before, details)) = open(tx, id)? else { return Ok(()) };
    let from = details.amended_from.unwrap_or(before.revision);
    let Json(counted) = parts::revision(tx.conn, id, from)?.content;
    let mut said: OrderInput = serde_json::from_value(counted).map_err(Error::internal)?;
    let lines = parts::lines(tx.conn, id)?;
    // a line that went comes back as a new one
    for line in &mut said.lines {
        let there = line.id.as_deref().and_then(|text| Kind::Line.parse(text)).is_some_and(|id| lines.iter().any(|line| line.id == id));
        line.id = line.id.take().filter(|_| there);
    }
    let (_, settings) = settings::load(tx.conn)?;
    let known = Known { amended: true, lines: lines.clone(), owner: before.owner_id };
    let mut content = content::build(tx, &settings, id, &said, &known)?;
    keep_progress(tx, &before, &lines, &mut content)?;
    let amendment = Amendment { reason: Some(format!("The amendment was rejected: {comment}")), amended_from: None, reconfirm: false };
    let order = store(tx, &before, content, amendment)?;
    let event = describe(Event::of_order(EventName::OrderAmendmentRejected, id), &order, order.state);
    let event = event.with("revision", order.revision).with("restored", from).change("total", before.total.text(4), order.total.text(4));
    tx.record(event).map(drop)
}
