//! Changing an order that is not shipped yet (DOMAIN 1.7): a merge patch under `If-Match` makes a
//! new revision; what approvers look at asks them again. What is particular to orders that were reviewed
//! already is in `amended`.

use super::content::{self, Content, Known};
use super::create::keep_revision;
use super::input::OrderInput;
use super::{amended, describe, take_for};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::judged::touched;
use crate::domain::lifecycle::order::{Event as Step, Facts, MACHINE, State, Status};
use crate::error::{Code, Error, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::orders::{self, Milestones, Order, parts};
use crate::repositories::{money, settings};
use chrono::NaiveDate;
use serde_json::Value;

/// Under which name an amendment says from where to where the promise moved.
pub const PROMISED_DATE: &str = "promised_date";
/// Under which name an amendment says whether approvers have to look again.
pub const REVIEW_AGAIN: &str = "review_again";

/// Amends an order. A patch that changes nothing and gives no reason changes nothing.
///
/// # Errors
/// `precondition_required` and `version_mismatch` by `If-Match`; `forbidden` for another's order;
/// `invalid_transition` once it is shipped; `validation_failed` for what it would become; `rule_violated`
/// for taking away what was picked.
pub fn amend(tx: &mut Tx, reference: &str, patch: &Patch) -> Result<Order> {
    let before = take_for(tx, reference, Step::Amend)?;
    tx.require_match(before.version - 1)?;
    let late = amended::is_late(before.state);
    if before.state.status() != Status::Created && !late {
        return Err(Problem::invalid_transition(before.state.as_str(), Step::Amend, &MACHINE.offered(before.state)).into());
    }
    let (patch, reason) = without_reason(patch)?;
    let current = parts::revision(tx.conn, before.id, before.revision)?;
    let Json(was) = current.content;
    let old: OrderInput = serde_json::from_value(was.clone()).map_err(Error::internal)?;
    let said: OrderInput = patch.apply(&old)?;
    if (said.channel, &said.channel_ref) != (old.channel, &old.channel_ref) {
        return Err(Problem::invalid("/channel_ref", "immutable", "channel and reference stay what they were", "渠道与渠道引用不可更改").into());
    }
    let known = Known { amended: true, restored: false, lines: parts::lines(tx.conn, before.id)?, owner: before.owner_id };
    let (_, settings) = settings::load(tx.conn)?;
    let content = content::build(tx, &settings, before.id, &said, &known)?;
    let now = serde_json::to_value(&content.input).map_err(Error::internal)?;
    let changed = changed_fields(&was, &now);
    if changed.is_empty() && reason.is_none() {
        return Ok(before);
    }
    if reason.is_none() && !matches!(before.state, State::AwaitingVerification | State::AwaitingCorrection) {
        let en = "the order was verified; say why it is amended";
        return Err(Problem::invalid("/reason", "required", en, "订单已核对，必须说明变更原因").into());
    }
    keep_to_recorded_money(tx, &before, &content)?;
    let dates = (parts::delivery(tx.conn, before.id)?.promised_date, content.delivery.promised_date);
    // the head who approves is that of the owner's department (DOMAIN 2.1)
    let mut review_again = !touched(&was, &now).is_empty() || content.owner != before.owner_id;
    let order = if late {
        let asks = amended::asks(tx, &before, &now, review_again)?;
        review_again = asks == amended::Asks::Again;
        amended::begin(tx, &before, &known.lines, content, (reason.clone(), asks))?
    } else {
        store(tx, &before, content, Amendment { reason: reason.clone(), amended_from: None, reconfirm: false })?
    };
    let next = move_on(tx, &order, review_again)?;
    let event = describe(Event::of_order(EventName::OrderAmended, order.id), &order, next)
        .with("revision", order.revision)
        .with(REVIEW_AGAIN, review_again)
        .change("state", before.state.as_str(), next.as_str())
        .change("total", before.total.text(4), order.total.text(4))
        .note("changed", changed)
        .note("reason", reason);
    tx.record(with_promise(event, dates))?;
    super::take_id(tx, order.id)
}

/// What an event says of a promise that moved.
pub(super) fn with_promise(event: Event, (before, after): (Option<NaiveDate>, Option<NaiveDate>)) -> Event {
    let text = |day: Option<NaiveDate>| day.map(|day| day.to_string());
    if before == after { event } else { event.change(PROMISED_DATE, text(before), text(after)) }
}

/// What was invoiced or paid was recorded in the order's currency and up to its total; an amendment
/// does not make it something else (DOMAIN 7.1).
fn keep_to_recorded_money(tx: &mut Tx, before: &Order, content: &Content) -> Result<()> {
    let (invoiced, paid) = (money::invoiced_total(tx.conn, before.id)?, money::paid_total(tx.conn, before.id)?);
    let recorded = invoiced > Amount::ZERO || paid > Amount::ZERO;
    if recorded && content.input.currency != before.currency {
        let en = "Invoices or payments are recorded in the present currency.";
        return Err(Problem::rule("DOMAIN 7.1", en, "已有以当前币种记录的发票或付款。").into());
    }
    if content.totals.total < invoiced {
        let en = "The order would come to less than has been invoiced for it.";
        return Err(Problem::rule("DOMAIN 7.1", en, "订单总额将低于已开票金额。").into());
    }
    Ok(())
}

/// The reason travels in the patch beside what is patched.
fn without_reason(patch: &Patch) -> Result<(Patch, Option<String>)> {
    let mut patch = patch.clone();
    match patch.0.remove("reason") {
        None => Ok((patch, None)),
        Some(Value::String(text)) if rules::prose(&text).is_ok() && text.chars().count() <= 1000 => Ok((patch, Some(text))),
        Some(_) => Err(Problem::invalid("/reason", "text", "must be text of 1 to 1000 characters", "须为 1 至 1000 个字符的文本").into()),
    }
}

/// The top-level fields in which two revisions differ.
fn changed_fields(was: &Value, now: &Value) -> Vec<String> {
    let (Some(was), Some(now)) = (was.as_object(), now.as_object()) else { return Vec::new() };
    let mut fields: Vec<String> = was.keys().chain(now.keys()).filter(|key| was.get(*key) != now.get(*key)).cloned().collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// What a new revision is beside its content.
pub(super) struct Amendment {
    pub reason: Option<String>,
    /// The revision that counts until this one is agreed.
    pub amended_from: Option<i32>,
    /// The customer has to say yes to it.
    pub reconfirm: bool,
}

/// Stores a new revision.
pub(super) fn store(tx: &mut Tx, before: &Order, content: Content, amendment: Amendment) -> Result<Order> {
    let order = Order {
        revision: before.revision + 1,
        customer_id: content.customer.id,
        owner_id: content.owner,
        currency: content.input.currency.clone(),
        goods_amount: content.totals.goods_amount,
        discount: content.input.discount,
        shipping_fee: content.input.shipping_fee,
        tax: content.totals.tax,
        total: content.totals.total,
        rush: content.input.rush,
        preorder: content.input.preorder,
        key_account: content.key_account,
        ordered_at: content.ordered_at,
        ..before.clone()
    };
    let kept = parts::details(tx.conn, before.id)?;
    let Amendment { reason, amended_from, reconfirm } = amendment;
    let details = parts::Details { hold_reason: kept.hold_reason, amended_from, reconfirm, ..content.details.clone() };
    orders::set_content(tx.conn, &order)?;
    parts::replace(tx.conn, &details, &content.delivery, &content.lines)?;
    keep_revision(tx, &order, &content, reason)?;
    Ok(order)
}

/// Where the amended order goes: back to whoever verifies when it was sent back; to its approvers
/// again when the customer was being asked about something else.
fn move_on(tx: &mut Tx, order: &Order, review_again: bool) -> Result<State> {
    let event = if order.state == State::AwaitingCorrection { Step::Correct } else { Step::Amend };
    if order.state == State::AwaitingConfirmation && !review_again {
        return Ok(order.state);
    }
    let next = MACHINE.next(order.state, event, &Facts::default()).map_err(|r| Problem::refusal(order.state.as_str(), event, r))?;
    let at = Milestones { reviewed_at: order.reviewed_at, shipped_at: order.shipped_at, received_at: order.received_at };
    if next != order.state && !orders::set_state(tx.conn, order.id, order.state, next, at)? {
        return Err(Code::Unavailable.into());
    }
    Ok(next)
}
