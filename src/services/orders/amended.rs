//! Amendments after review (DOMAIN 1.7; DECISIONS 16, 17, 19): the order keeps its status and stands still
//! until those concerned have approved it again and, where what they see has changed, the customer
//! has said yes. Rejected, what counted before counts again.

use super::amend::{Amendment, store, with_promise};
use super::content::{self, Content, Known};
use super::input::OrderInput;
use super::{describe, take_id};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::judged::{restored, touched};
use crate::domain::lifecycle::approval::RoundStatus;
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::shipment::ShipmentStatus;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::order::LineKind;
use crate::domain::task_plan::code;
use crate::error::{Error, Problem, Result};
use crate::repositories::orders::offer::offer;
use crate::repositories::orders::parts::{self, Details, Line};
use crate::repositories::orders::{self, Order};
use crate::repositories::{approvals, links, returns, settings, shipments, stock, tasks};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Whether an order is past its review and not shipped yet.
pub fn is_late(state: State) -> bool {
    matches!(state, State::Reviewed | State::Executing)
}

/// Stores an amendment of what was agreed; gives the order as it would be.
///
/// # Errors
/// `validation_failed` without a reason; as [`keep_progress`].
pub(super) fn begin(tx: &mut Tx, before: &Order, lines: &[Line], mut content: Content, (reason, asks): (Option<String>, Asks)) -> Result<Order> {
    if reason.is_none() {
        let en = "is required: the order was reviewed already";
        return Err(Problem::invalid("/reason", "required", en, "订单已审核，必须说明变更原因").into());
    }
    if content.input.currency != before.currency {
        let en = "The currency is what was agreed; cancel the order and enter it in the other one.";
        return Err(Problem::rule("DECISIONS 17", en, "币种已约定，不可更改；请取消订单后以新币种重新录入。").into());
    }
    keep_progress(tx, before, lines, &mut content)?;
    let (kept, seen) = (parts::details(tx.conn, before.id)?, offer(tx.conn, before)?);
    let (amended_from, reconfirm) = match asks {
        Asks::Again => (kept.amended_from.or(Some(before.revision)), kept.reconfirm),
        Asks::Nothing => (kept.amended_from, kept.reconfirm),
        Asks::TakesBack => (None, false),
    };
    let order = store(tx, before, content, Amendment { reason, amended_from, reconfirm })?;
    // what is put right without anybody's approval needs no yes either (DOMAIN 1.7)
    let for_another = order.customer_id != before.customer_id;
    if asks == Asks::Again && (for_another || offer(tx.conn, &order)? != seen) {
        let details = parts::details(tx.conn, order.id)?;
        parts::set_details(tx.conn, &Details { reconfirm: true, ..details })?;
    }
    Ok(order)
}

/// What an amendment asks of approvers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    Nothing,
    Again,
    /// It brings back what counts, and so takes the one that is open back.
    TakesBack,
}

/// What an amendment of a reviewed order asks: where one is open that was sent back, another look whatever
/// was changed.
///
/// # Errors
/// Those of the database.
pub(super) fn asks(tx: &mut Tx, before: &Order, now: &Value, touches: bool) -> Result<Asks> {
    let Some(from) = parts::details(tx.conn, before.id)?.amended_from else { return Ok(if touches { Asks::Again } else { Asks::Nothing }) };
    let Json(counts) = parts::revision(tx.conn, before.id, from)?.content;
    if touched(&counts, now).is_empty() {
        return Ok(Asks::TakesBack);
    }
    let sent_back = approvals::latest_round(tx.conn, before.id)?.is_some_and(|round| round.status == RoundStatus::Returned);
    Ok(if touches || sent_back { Asks::Again } else { Asks::Nothing })
}

/// How much of each line nobody can take back any more: picked, made to order, or in a shipment.
pub(super) fn used(tx: &mut Tx, order: Id, lines: &[Line]) -> Result<BTreeMap<Id, Amount>> {
    let mut packed: BTreeMap<Id, Amount> = BTreeMap::new();
    for row in shipments::packed_of(tx.conn, order)? {
        let sum = packed.entry(row.line_id).or_default();
        *sum = sum.plus(row.counts()?)?;
    }
    // what the customer has had stays ordered, though it is replaced just now
    let mut had: BTreeMap<Id, Amount> = BTreeMap::new();
    for row in returns::shipped_of(tx.conn, order)?.iter().filter(|row| row.status == ShipmentStatus::Delivered) {
        let sum = had.entry(row.line_id).or_default();
        *sum = sum.plus(row.quantity.minus(row.refused)?)?;
    }
    let of = |sums: &BTreeMap<Id, Amount>, line: &Line| sums.get(&line.id).copied().unwrap_or_default().at_most(line.quantity);
    let made = |line: &Line| if line.kind == LineKind::Custom { line.made } else { Amount::ZERO };
    let used = |line: &Line| line.picked.max(made(line)).max(of(&packed, line)).max(of(&had, line));
    Ok(lines.iter().map(|line| (line.id, used(line))).collect())
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
/// aside for those that go (DECISIONS 19).
///
/// # Errors
/// `rule_violated` below what was picked or packed, or where work would be needed that is done.
pub(super) fn keep_progress(tx: &mut Tx, order: &Order, before: &[Line], content: &mut Content) -> Result<()> {
    let used = used(tx, order.id, before)?;
    let parcels: Vec<Id> = shipments::list_of_order(tx.conn, order.id)?.into_iter().map(|shipment| shipment.id).collect();
    let packed_once: BTreeSet<Id> = shipments::lines_of(tx.conn, &parcels)?.into_iter().map(|row| row.line_id).collect();
    for was in before {
        let mut now = content.lines.iter_mut().find(|line| line.id == was.id);
        let floor = used.get(&was.id).copied().unwrap_or_default();
        if let Some(now) = &mut now
            && (&now.sku, now.kind) == (&was.sku, was.kind)
        {
            now.product_id = was.product_id; // it keeps its product, whatever the catalogue says since
        }
        match now {
            Some(now)
                if floor <= now.quantity
                    && ((floor == Amount::ZERO && !packed_once.contains(&was.id)) || (now.kind, now.product_id) == (was.kind, was.product_id)) =>
            {
                (now.picked, now.shipped, now.delivered, now.returned) = (was.picked, was.shipped, was.delivered, was.returned);
                if (now.kind, now.product_id) == (was.kind, was.product_id) {
                    (now.to_make, now.made, now.through_warehouse) = (was.to_make, was.made, was.through_warehouse);
                }
            }
            None if floor == Amount::ZERO && !packed_once.contains(&was.id) => {}
            _ => return Err(below(was, floor).into()),
        }
    }
    let in_parts = content.delivery.in_parts || parts::delivery(tx.conn, order.id)?.in_parts;
    refuse_work_that_is_done(tx, order.id, before, &content.lines, in_parts)?;
    let stays = |line: &Line| content.lines.iter().any(|now| (now.id, now.product_id, now.kind) == (line.id, line.product_id, line.kind));
    let gone: Vec<Id> = before.iter().filter(|line| !stays(line)).map(|line| line.id).collect();
    give_back(tx, order, &gone)
}

fn below(line: &Line, floor: Amount) -> Problem {
    let (position, name, floor) = (line.position, &line.name, floor.short());
    let en = format!("Line {position} ({name}) cannot become less than {floor}, or something else: so much was picked or packed, now or once.");
    Problem::rule("DECISIONS 19", en, format!("第 {position} 行（{name}）已拣货或装箱 {floor}，不能少于该数量或改为其他商品。"))
}

/// More of what a department has readied already would never be readied; but for what leaves in parts, which is picked as
/// it comes.
fn refuse_work_that_is_done(tx: &mut Tx, order: Id, before: &[Line], now: &[Line], in_parts: bool) -> Result<()> {
    let done: Vec<String> =
        tasks::list_of_order(tx.conn, order)?.into_iter().filter(|task| task.status == TaskStatus::Done).map(|task| task.code).collect();
    let goes_on = |line: &Line| in_parts && line.kind == LineKind::Standard;
    let more = |line: &&Line| before.iter().find(|was| was.id == line.id).is_none_or(|was| line.quantity > was.quantity || line.kind != was.kind);
    match now.iter().filter(more).filter(|line| !goes_on(line)).find(|line| done.iter().any(|code| code == readied_by(line.kind))) {
        None => Ok(()),
        Some(line) => {
            let name = &line.name;
            let en = format!("The work on goods like {name} is done; enter another order for more of them.");
            Err(Problem::rule("DECISIONS 19", en, format!("“{name}”类商品的备货工作已完成；如需追加请另建订单。")).into())
        }
    }
}

/// Gives back what is set aside for lines that go.
fn give_back(tx: &mut Tx, order: &Order, gone: &[Id]) -> Result<()> {
    let mut any = false;
    for held in stock::allocations_of(tx.conn, order.id)?.iter().filter(|held| gone.contains(&held.line_id)) {
        any |= stock::give_back(tx, held, Amount::ZERO)?;
        stock::forget(tx.conn, held)?;
    }
    if any {
        tx.record(describe(Event::of_order(EventName::OrderStockReleased, order.id), order, order.state))?;
        tx.ask_clock();
    }
    Ok(())
}

/// Whether an amendment of an order is not agreed yet.
///
/// # Errors
/// Those of the database.
pub fn is_open(tx: &mut Tx, id: Id) -> Result<bool> {
    Ok(parts::details(tx.conn, id)?.amended_from.is_some())
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
    if details.reconfirm && confirmed_by != Some(json!("link")) {
        links::revoke_all(tx.conn, order.id, tx.now)?;
    }
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
    let (Json(counted), Json(now)) = (parts::revision(tx.conn, id, from)?.content, parts::revision(tx.conn, id, before.revision)?.content);
    let mut said: OrderInput = serde_json::from_value(restored(&counted, &now)).map_err(Error::internal)?;
    let lines = parts::lines(tx.conn, id)?;
    // a line that went comes back as a new one
    for line in &mut said.lines {
        let there = line.id.as_deref().and_then(|text| Kind::Line.parse(text)).is_some_and(|id| lines.iter().any(|line| line.id == id));
        line.id = line.id.take().filter(|_| there);
    }
    let (_, settings) = settings::load(tx.conn)?;
    let known = Known { amended: true, restored: true, lines: lines.clone(), owner: before.owner_id };
    let mut content = content::build(tx, &settings, id, &said, &known)?;
    keep_progress(tx, &before, &lines, &mut content)?;
    let dates = (parts::delivery(tx.conn, id)?.promised_date, content.delivery.promised_date);
    let amendment = Amendment { reason: Some(format!("The amendment was rejected: {comment}")), amended_from: None, reconfirm: false };
    let order = store(tx, &before, content, amendment)?;
    let event = describe(Event::of_order(EventName::OrderAmendmentRejected, id), &order, order.state);
    let event = event.with("revision", order.revision).with("restored", from).change("total", before.total.text(4), order.total.text(4));
    tx.record(with_promise(event, dates)).map(drop)
}
