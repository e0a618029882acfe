//! An order comes in (DOMAIN 1.1 to 1.3).

use super::content::{self, Content, Known};
use super::describe;
use super::input::OrderInput;
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::{Stage, State};
use crate::domain::number::{counter_name, format_number};
use crate::domain::order::{InventoryStatus, LineKind, PaymentStatus, ProductionStatus};
use crate::error::{Code, Error, Problem, Result};
use crate::input;
use crate::repositories::orders::parts::{self, Revision};
use crate::repositories::orders::{self, Order};
use crate::repositories::settings;

/// How many numbers are passed over before the pattern must be called wrong.
const NUMBERS_TRIED: usize = 1000;

/// An order, and whether it is new or was known under its channel's reference.
#[derive(Debug, Clone)]
pub struct Entered {
    pub order: Order,
    pub new: bool,
}

/// Enters an order. The same channel reference with the same content gives the first order back.
///
/// # Errors
/// `duplicate_reference` naming the order that has the reference with other content;
/// `validation_failed`.
pub fn create(tx: &mut Tx, said: &OrderInput) -> Result<Entered> {
    let fingerprint = input::fingerprint(&serde_json::to_value(said).map_err(Error::internal)?);
    if let Some(known) = known(tx, said, &fingerprint)? {
        return Ok(Entered { order: known, new: false });
    }
    let id = tx.new_id();
    let content = content::build(tx, id, said, &Known::default())?;
    let new = row(tx, id, said, &content, fingerprint.clone())?;
    let order = match store(tx, new)? {
        Some(order) => order,
        None => {
            // another transaction entered it at the same moment
            let known = known(tx, said, &fingerprint)?.ok_or(Code::Unavailable)?;
            return Ok(Entered { order: known, new: false });
        }
    };
    parts::insert(tx.conn, &content.details, &content.delivery, &content.lines)?;
    keep_revision(tx, &order, &content, None)?;
    let Json(findings) = &content.details.findings;
    let event = describe(Event::of_order(EventName::OrderCreated, id), &order, order.state)
        .with("channel", order.channel.as_str())
        .note("state", order.state.as_str())
        .note("total", order.total.text(4))
        .note("revision", order.revision)
        .note("findings", findings.iter().map(|f| f.as_str()).collect::<Vec<_>>());
    tx.record(event)?;
    Ok(Entered { order, new: true })
}

/// Stores the row; `None` where its channel reference is taken by now. A number that another pattern
/// has given before is passed over.
fn store(tx: &mut Tx, mut order: Order) -> Result<Option<Order>> {
    for _ in 0..NUMBERS_TRIED {
        if orders::insert(tx, &order)? {
            return Ok(Some(order));
        }
        if let Some(reference) = &order.channel_ref
            && orders::find_by_channel(tx.conn, order.channel, reference)?.is_some()
        {
            return Ok(None);
        }
        order.number = next_number(tx)?;
    }
    Err(Problem::rule(
        "DOMAIN 1.2",
        "The pattern of order numbers gives numbers that exist; choose another.",
        "订单编号规则产生重复编号，请更换规则。",
    )
    .into())
}

/// The order that this channel reference made before, if its content is the same.
fn known(tx: &mut Tx, said: &OrderInput, fingerprint: &[u8]) -> Result<Option<Order>> {
    let Some(reference) = &said.channel_ref else { return Ok(None) };
    match orders::find_by_channel(tx.conn, said.channel, reference)? {
        None => Ok(None),
        Some(order) if order.fingerprint == fingerprint => Ok(Some(order)),
        Some(order) => Err(Problem::new(Code::DuplicateReference)
            .detail(
                format!("Order {} has this reference of the channel, with other content.", order.number),
                format!("订单 {} 已使用该渠道引用，且内容不同。", order.number),
            )
            .with("order_id", order.id.text(Kind::Order))
            .with("number", order.number)
            .into()),
    }
}

fn next_number(tx: &mut Tx) -> Result<String> {
    let (_, settings) = settings::load(tx.conn)?;
    let month = tx.company.calendar.local_month(tx.now.utc());
    let running = settings::next_number(tx.conn, &counter_name("order", month))?;
    Ok(format_number(&settings.order_number_pattern, month, running))
}

fn row(tx: &mut Tx, id: Id, said: &OrderInput, content: &Content, fingerprint: Vec<u8>) -> Result<Order> {
    let has = |kind: LineKind| content.lines.iter().any(|line| line.kind == kind);
    Ok(Order {
        id,
        number: next_number(tx)?,
        version: 1,
        revision: 1,
        state: State::AwaitingVerification,
        stage: Stage::AwaitingVerification,
        channel: said.channel,
        channel_ref: said.channel_ref.clone(),
        fingerprint,
        customer_id: content.customer.id,
        owner_id: content.owner,
        entered_by_id: tx.actor.user_id(),
        entered_by_key_id: tx.actor.key_id(),
        currency: said.currency.clone(),
        goods_amount: content.totals.goods_amount,
        discount: said.discount,
        shipping_fee: said.shipping_fee,
        tax: content.totals.tax,
        total: content.totals.total,
        rush: said.rush,
        preorder: said.preorder,
        key_account: content.key_account,
        ordered_at: content.ordered_at,
        created_at: tx.now,
        updated_at: tx.now,
        reviewed_at: None,
        shipped_at: None,
        received_at: None,
        archived_at: None,
        inventory_status: if has(LineKind::Standard) { InventoryStatus::Unreserved } else { InventoryStatus::NotRequired },
        production_status: if has(LineKind::Custom) { ProductionStatus::Pending } else { ProductionStatus::NotRequired },
        payment_status: PaymentStatus::Unpaid,
    })
}

/// Keeps what this revision of an order says, and who wrote it (DOMAIN 1.7).
pub(super) fn keep_revision(tx: &mut Tx, order: &Order, content: &Content, reason: Option<String>) -> Result<()> {
    let (value, fingerprint) = content.revision()?;
    let revision = Revision {
        order_id: order.id,
        revision: order.revision,
        at: tx.now,
        author_id: tx.actor.user_id(),
        author_label: tx.actor.label.clone(),
        reason,
        content: Json(value),
        fingerprint,
    };
    parts::insert_revision(tx.conn, &revision)
}
