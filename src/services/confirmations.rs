//! The customer's yes (DOMAIN 2.5): asked for by a link, reminded of once, answered, or given up
//! (DECISIONS 36). What an answer means for the order is `workflow`'s and the order's own machine.

use crate::db::{Conn, Tx};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::Status;
use crate::domain::link::{Asking, CustomerAnswer, Purpose, Standing, standing};
use crate::domain::message::{language_of, reachable};
use crate::domain::offer::Offer;
use crate::domain::settings::Settings;
use crate::domain::time::UtcTime;
use crate::domain::visible::is_blank;
use crate::domain::words::Language;
use crate::error::{Code, Problem, Result};
use crate::input::{self, rules};
use crate::repositories::links::{self, Link};
use crate::repositories::orders::offer::offer;
use crate::repositories::orders::parts::{self, Details};
use crate::repositories::orders::{self, Order};
use crate::repositories::{customers, settings};
use chrono::TimeDelta;
use serde::{Deserialize, Deserializer};
use serde_json::json;
use validator::{Validate, ValidationError};

/// What a customer says to their order.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = says_what_to_change))]
#[schema(example = json!({"answer": "confirm"}))]
pub struct AnswerInput {
    pub answer: CustomerAnswer,
    /// What is to be changed; needed with `change`.
    #[serde(default, deserialize_with = "unless_blank")]
    #[validate(length(max = 2000))]
    #[schema(max_length = 2000)]
    pub comment: Option<String>,
}

/// A form sends a field that was left empty.
fn unless_blank<'de, D: Deserializer<'de>>(from: D) -> std::result::Result<Option<String>, D::Error> {
    // browsers write a line break as two characters and count it as one
    Ok(Option::<String>::deserialize(from)?.map(|text| text.replace("\r\n", "\n")).filter(|text| !is_blank(text)))
}

fn says_what_to_change(input: &AnswerInput) -> std::result::Result<(), ValidationError> {
    let said = input.answer == CustomerAnswer::Confirm || input.comment.is_some();
    rules::when(said, "comment", "must say in `comment` what is to be changed", "须在 comment 中说明需要修改的内容")
}

/// A link as whoever holds it sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    pub link: Link,
    pub standing: Standing,
    pub order: Order,
    /// What the link is about, where it is still what the customer was shown.
    pub offer: Option<Offer>,
}

/// What is asked of whom: a link that went to another is no yes of this one.
fn digest(tx: &mut Tx, order: &Order, details: &Details) -> Result<Vec<u8>> {
    let offer = offer(tx.conn, order)?;
    let asked = json!([offer, order.customer_id.text(Kind::Customer), details.email, details.phone]);
    Ok(input::fingerprint(&asked))
}

fn after(now: UtcTime, amount: u32, unit: fn(i64) -> TimeDelta) -> Option<UtcTime> {
    (amount > 0).then(|| now.plus(unit(i64::from(amount))))
}

fn event(name: EventName, link: &Link) -> Event {
    Event::in_order(name, link.order_id, Kind::Link, link.id).with("revision", link.revision)
}

/// Asks the customer for their yes to the order as it stands; gives whether they have said it to the
/// same before. Where they were asked the same before, that link stays good, unless a new one is
/// wanted. An order without an address for any way of telling is confirmed by phone.
///
/// # Errors
/// Those of the database.
pub fn ask(tx: &mut Tx, order: Id, anew: bool) -> Result<bool> {
    let order = orders::find(tx.conn, order)?.ok_or_else(Problem::not_found)?;
    let (_, settings) = settings::load(tx.conn)?;
    let details = parts::details(tx.conn, order.id)?;
    if reachable(&settings.message_channels, details.email.as_deref(), details.phone.as_deref()).next().is_none() {
        return Ok(false);
    }
    let offer = digest(tx, &order, &details)?;
    if let Some(agreed) = links::agreed(tx.conn, order.id, &offer)? {
        links::update(tx.conn, &Link { revision: order.revision, ..agreed })?;
        return Ok(true);
    }
    if let Some(open) = links::open_of(tx.conn, order.id, Purpose::Confirm)? {
        if !anew && open.offer == offer && tx.now < open.expires_at {
            let lapse_at = after(tx.now, settings.confirmation_lapse_days, TimeDelta::days);
            let again = || after(tx.now, settings.confirmation_reminder_hours, TimeDelta::hours);
            let remind_at = if open.reminded_at.is_none() { open.remind_at.or_else(again) } else { None };
            links::update(tx.conn, &Link { revision: order.revision, lapse_at, remind_at, ..open })?;
            return Ok(false);
        }
        links::update(tx.conn, &Link { revoked_at: Some(tx.now), remind_at: None, lapse_at: None, ..open })?;
    }
    let link = new_link(tx, &order, &settings, offer)?;
    links::insert(tx.conn, &link)?;
    tx.record(event(EventName::ConfirmationRequested, &link).with("number", order.number))?;
    Ok(false)
}

fn new_link(tx: &mut Tx, order: &Order, settings: &Settings, offer: Vec<u8>) -> Result<Link> {
    let customer = customers::find(tx.conn, order.customer_id)?;
    let language = language_of(customer.as_ref().map_or("", |customer| &customer.language));
    let id = tx.new_id();
    Ok(Link {
        id,
        purpose: Purpose::Confirm,
        token_hash: tx.company.links.hash_for(id),
        order_id: order.id,
        revision: order.revision,
        offer,
        language: language.tag().to_owned(),
        created_at: tx.now,
        expires_at: tx.now.plus(TimeDelta::days(i64::from(settings.confirmation_link_days))),
        remind_at: after(tx.now, settings.confirmation_reminder_hours, TimeDelta::hours),
        lapse_at: after(tx.now, settings.confirmation_lapse_days, TimeDelta::days),
        reminded_at: None,
        answer: None,
        comment: None,
        answered_at: None,
        revoked_at: None,
    })
}

/// Reads what a token is for; changes nothing, however often it is fetched (BEHAVIOUR 8).
///
/// # Errors
/// `not_found` for a token that nobody was given.
pub fn look(conn: &mut Conn, token_hash: &[u8], now: UtcTime) -> Result<Shown> {
    let link = links::find_by_hash(conn, token_hash)?.ok_or_else(Problem::not_found)?;
    let order = orders::find(conn, link.order_id)?.ok_or_else(Problem::not_found)?;
    shown(conn, link, order, now)
}

/// What a link's standing depends on of its order.
///
/// # Errors
/// Those of the database.
pub fn asking(conn: &mut Conn, order: &Order) -> Result<Asking> {
    let again = order.state.status() != Status::Created && parts::details(conn, order.id)?.reconfirm;
    Ok(Asking { state: order.state, revision: order.revision, again })
}

/// Several links, each with how it stands.
///
/// # Errors
/// Those of the database.
pub fn stand(tx: &mut Tx, ids: &[Id]) -> Result<Vec<(Link, Standing)>> {
    let mut all = Vec::new();
    for link in links::find_many(tx.conn, ids)? {
        let order = orders::find(tx.conn, link.order_id)?.ok_or_else(Problem::not_found)?;
        let stands = standing(link.bound(), asking(tx.conn, &order)?, tx.now);
        all.push((link, stands));
    }
    Ok(all)
}

fn shown(conn: &mut Conn, link: Link, order: Order, now: UtcTime) -> Result<Shown> {
    let standing = standing(link.bound(), asking(conn, &order)?, now);
    let visible = standing.shows_order() && order.revision == link.revision;
    let offer = if visible { Some(offer(conn, &order)?) } else { None };
    Ok(Shown { link, standing, order, offer })
}

/// Why a link cannot be answered any more: `link_already_used`, or `link_expired` where it is too old,
/// or the order was changed since or cancelled; `standing` says which.
pub fn refusal(shown: &Shown) -> Problem {
    let code = match shown.standing {
        Standing::Answered | Standing::Confirmed => Code::LinkAlreadyUsed,
        _ => Code::LinkExpired,
    };
    let said = |language| shown.standing.sentence(language);
    Problem::new(code).detail(said(Language::English), said(Language::Chinese)).with("standing", shown.standing.as_str())
}

/// Takes the customer's answer. It is a fact and recorded even while the order is blocked
/// (DECISIONS 18); the same answer again changes nothing.
///
/// # Errors
/// `not_found` for a token that nobody was given; `link_already_used` for another answer;
/// `link_expired` where the link has expired, the order was changed since or was cancelled.
pub fn answer(tx: &mut Tx, token_hash: &[u8], said: &AnswerInput) -> Result<Shown> {
    let order = links::find_by_hash(tx.conn, token_hash)?.ok_or_else(Problem::not_found)?.order_id;
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    let before = look(tx.conn, token_hash, tx.now)?;
    let same_words = said.answer == CustomerAnswer::Confirm || before.link.comment == said.comment;
    let same = before.link.answer == Some(said.answer) && same_words;
    match before.standing {
        Standing::Open => {}
        Standing::Answered if same => return Ok(before),
        _ => return Err(refusal(&before).into()),
    }
    let link =
        Link { answer: Some(said.answer), comment: said.comment.clone(), answered_at: Some(tx.now), remind_at: None, lapse_at: None, ..before.link };
    links::update(tx.conn, &link)?;
    tx.record(event(EventName::ConfirmationAnswered, &link).with("number", order.number).with("answer", said.answer.as_str()))?;
    Ok(Shown { link, standing: Standing::Answered, ..before })
}

/// A link whose order is held, with how it stands.
fn take(tx: &mut Tx, id: Id) -> Result<Option<(Link, Standing)>> {
    let Some(link) = links::find(tx.conn, id)? else { return Ok(None) };
    let Some(order) = orders::take(tx, link.order_id)? else { return Ok(None) };
    let Some(link) = links::find(tx.conn, id)? else { return Ok(None) };
    let stands = standing(link.bound(), asking(tx.conn, &order)?, tx.now);
    Ok(Some((link, stands)))
}

/// Reminds a customer who has not answered, once. Gives whether they were.
///
/// # Errors
/// Those of the database.
pub fn remind(tx: &mut Tx, id: Id) -> Result<bool> {
    let Some((link, stands)) = take(tx, id)? else { return Ok(false) };
    if link.remind_at.is_none_or(|at| at > tx.now) {
        return Ok(false);
    }
    let waits = stands == Standing::Open;
    let link = Link { remind_at: None, reminded_at: if waits { Some(tx.now) } else { link.reminded_at }, ..link };
    links::update(tx.conn, &link)?;
    if waits {
        tx.record(event(EventName::ConfirmationReminded, &link))?;
    }
    Ok(waits)
}

/// Gives up an order whose customer does not answer. Gives whether it was.
///
/// # Errors
/// Those of the database.
pub fn lapse(tx: &mut Tx, id: Id) -> Result<bool> {
    let Some((link, stands)) = take(tx, id)? else { return Ok(false) };
    if link.lapse_at.is_none_or(|at| at > tx.now) {
        return Ok(false);
    }
    let waits = matches!(stands, Standing::Open | Standing::Expired);
    let revoked_at = if waits { Some(tx.now) } else { link.revoked_at };
    let link = Link { lapse_at: None, remind_at: None, revoked_at, ..link };
    links::update(tx.conn, &link)?;
    if waits {
        let (_, settings) = settings::load(tx.conn)?;
        tx.record(event(EventName::ConfirmationLapsed, &link).with("then", settings.confirmation_lapse.as_str()))?;
    }
    Ok(waits)
}
