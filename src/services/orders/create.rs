//! An order comes in (DOMAIN 1.1 to 1.3).

use super::content::{self, Content, Known};
use super::derive::{self, Parts};
use super::describe;
use super::input::OrderInput;
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::{Event, EventName};
use crate::domain::id::Kind;
use crate::domain::lifecycle::order::State;
use crate::domain::number::{counter_name, format_number};
use crate::domain::settings::Settings;
use crate::error::{Code, Error, Problem, Result};
use crate::input;
use crate::repositories::approvals::evidence::Subject;
use crate::repositories::orders::parts::{self, NewRevision};
use crate::repositories::orders::whole::{self, Whole};
use crate::repositories::orders::{self, Order};
use crate::repositories::settings;
use sha2::{Digest, Sha256};

/// How many numbers are passed over before the pattern must be called wrong.
const NUMBERS_TRIED: usize = 1000;

/// What the history notes with an order that came from a trusted channel with nothing to be found about
/// it: it needs no person to verify it (DOMAIN 1.6).
pub const VERIFIES_ITSELF: &str = "verifies_itself";

/// What became of an order that came in.
#[derive(Debug, Clone)]
pub enum Entered {
    /// It is new, with these parts.
    New(Box<Whole>),
    /// It was known under its channel's reference.
    Known(Box<Order>),
}

impl Entered {
    /// The order, whichever it is.
    pub fn order(&self) -> &Order {
        match self {
            Self::New(whole) => &whole.order,
            Self::Known(order) => order,
        }
    }
}

/// An order as it came in, with a hash of what was said; made before the database is asked for
/// anything, where others need not wait for it.
#[derive(Debug, Clone)]
pub struct Incoming {
    pub said: OrderInput,
    fingerprint: Vec<u8>,
}

impl Incoming {
    /// Takes what was said.
    pub fn new(said: OrderInput) -> Self {
        Self { fingerprint: input::fingerprint_of(&said), said }
    }
}

/// Enters an order. The same channel reference with the same content gives the first order back.
///
/// # Errors
/// `duplicate_reference` naming the order that has the reference with other content;
/// `validation_failed`.
pub fn create(tx: &mut Tx, incoming: &Incoming) -> Result<Entered> {
    enter(tx, incoming, None)
}

/// Enters an order again, as it is now and as if it had come in now: it is the one who asks who enters
/// it, it has no reference of the channel, and it is verified and approved like any other. Nothing that
/// was decided about the first is decided about the second.
///
/// # Errors
/// `not_found`; `validation_failed` where it could not be entered any more.
pub fn duplicate(tx: &mut Tx, reference: &str) -> Result<Entered> {
    let first = orders::find_by_ref(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    let Json(content) = parts::revision(tx.conn, first.id, first.revision)?.content;
    let mut said: OrderInput = serde_json::from_value(content).map_err(Error::internal)?;
    (said.channel_ref, said.ordered_at, said.owner) = (None, None, None);
    said.lines.iter_mut().for_each(|line| line.id = None);
    enter(tx, &Incoming::new(said), Some(&first))
}

fn enter(tx: &mut Tx, Incoming { said, fingerprint }: &Incoming, first: Option<&Order>) -> Result<Entered> {
    if let Some(known) = known(tx, said, fingerprint)? {
        return Ok(Entered::Known(Box::new(known)));
    }
    let id = tx.new_id();
    let (_, settings) = settings::load(tx.conn)?;
    let content = content::build(tx, &settings, id, said, &Known::default())?;
    let number = next_number(tx, &settings)?;
    let new = row(tx, number, said, &content, fingerprint.clone())?;
    let order = match store(tx, &settings, new)? {
        Some(order) => order,
        None => {
            // another transaction entered it at the same moment
            let known = known(tx, said, fingerprint)?.ok_or(Code::Unavailable)?;
            return Ok(Entered::Known(Box::new(known)));
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
    // what came in once does not come in again by being copied
    let verifies_itself = first.is_none() && findings.is_empty() && tx.actor.key_id().is_some() && settings.trusted_channels.contains(&order.channel);
    let event = if verifies_itself { event.with(VERIFIES_ITSELF, true) } else { event };
    tx.record(match first {
        Some(first) => event.note("duplicate_of", first.number.as_str()),
        None => event,
    })?;
    let Content { details, delivery, lines, .. } = content;
    Ok(Entered::New(Box::new(whole::new(tx.conn, &tx.actor, order, details, delivery, lines)?)))
}

/// What an order would be that is not entered: reckoned as if it were, but without a number and for
/// nobody to find. What it looks up, such as a new customer, is made, and is for the caller to undo.
///
/// # Errors
/// `validation_failed`.
pub fn draft(tx: &mut Tx, said: &OrderInput) -> Result<Subject> {
    let (_, settings) = settings::load(tx.conn)?;
    let content = content::build(tx, &settings, tx.new_id(), said, &Known::default())?;
    let order = row(tx, String::new(), said, &content, Vec::new())?;
    Ok(Subject { order, lines: content.lines, delivery: content.delivery, customer: content.customer })
}

/// Stores the row; `None` where its channel reference is taken by now. A number that another pattern
/// has given before is passed over.
fn store(tx: &mut Tx, settings: &Settings, mut order: Order) -> Result<Option<Order>> {
    for _ in 0..NUMBERS_TRIED {
        if orders::insert(tx, &order)? {
            return Ok(Some(order));
        }
        if let Some(reference) = &order.channel_ref
            && orders::find_by_channel(tx.conn, order.channel, reference)?.is_some()
        {
            return Ok(None);
        }
        order.number = next_number(tx, settings)?;
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

fn next_number(tx: &mut Tx, settings: &Settings) -> Result<String> {
    let month = tx.company.zone.local_month(tx.now.utc());
    let running = tx.numbers.clone().next(tx.conn, &counter_name("order", month))?;
    Ok(format_number(&settings.order_number_pattern, month, running))
}

fn row(tx: &Tx, number: String, said: &OrderInput, content: &Content, fingerprint: Vec<u8>) -> Result<Order> {
    let state = State::AwaitingVerification;
    let derived = derive::of_parts(state, content.totals.total, &Parts { lines: &content.lines, ..Parts::default() })?;
    Ok(Order {
        id: content.details.order_id,
        number,
        version: 1,
        revision: 1,
        state,
        stage: derived.stage,
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
        inventory_status: derived.inventory_status,
        production_status: derived.production_status,
        payment_status: derived.payment_status,
    })
}

/// Keeps what this revision of an order says, and who wrote it (DOMAIN 1.7).
pub(super) fn keep_revision(tx: &mut Tx, order: &Order, content: &Content, reason: Option<String>) -> Result<()> {
    let written = content.written()?;
    let revision = NewRevision {
        order_id: order.id,
        revision: order.revision,
        at: tx.now,
        author_id: tx.actor.user_id(),
        author_label: tx.actor.label.clone(),
        reason,
        fingerprint: Sha256::digest(written.get()).to_vec(),
        content: Json(written),
    };
    parts::insert_revision(tx.conn, &revision)
}
