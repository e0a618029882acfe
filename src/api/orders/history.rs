//! What can be done with an order, what has happened to it, and what it said at each revision.

use crate::api::events as feed;
use crate::api::paging::{self, Cursors, Listing};
use crate::api::request::Asked;
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Snapshot;
use crate::db::types::Json;
use crate::domain::actor::{Actor, ActorKind};
use crate::domain::id::{Id, Kind};
use crate::domain::permission::{Operation, permit};
use crate::domain::reason::Reason;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Code, Problem, Result};
use crate::repositories::events::{self, EventRow};
use crate::repositories::orders::parts::{self, Revision};
use crate::repositories::orders::{self as rows, Order};
use crate::services::orders::actions::{self, Action};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use validator::Validate;

/// A reason against an action.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderActionReason {
    /// Stable, snake_case.
    pub code: &'static str,
    pub detail: String,
}

/// Something that the caller can or cannot do with an order now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderAction {
    /// What it is called, such as `verify` or `confirm`.
    pub name: &'static str,
    /// The HTTP method to do it with.
    pub method: &'static str,
    /// Where to do it.
    pub path: String,
    /// Whether the caller may do it now.
    pub allowed: bool,
    /// Everything that stands against it; empty where it is allowed.
    pub reasons: Vec<OrderActionReason>,
}

/// Everything that there is to do with an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderActions {
    /// The actions, whether allowed or not.
    pub data: Vec<OrderAction>,
}

/// Who did something.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderEventActor {
    /// A person, a key, or the system itself.
    pub kind: ActorKind,
    /// `usr_…` or `key_…`; null for the system.
    pub id: Option<String>,
    /// The user name, the key's name, or what made the system do it.
    pub label: String,
}

/// Something that happened to an order or a part of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderEvent {
    pub id: String,
    pub at: UtcTime,
    /// What happened, such as `order.verified`.
    #[schema(value_type = crate::domain::event::EventName)]
    pub name: String,
    /// What kind of thing it happened to, such as `order`, `task`, `shipment`.
    pub subject: String,
    /// The id of the thing that it happened to.
    pub subject_id: String,
    /// Who did it.
    pub actor: OrderEventActor,
    /// The request that did it, as in `X-Request-Id`.
    pub request_id: String,
    /// The network address that it came from.
    pub address: Option<String>,
    /// What subscribers see of it.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
    /// What was changed, as it was before; only the fields that changed.
    #[schema(value_type = Object)]
    pub before: Map<String, Value>,
    /// The same fields as they are since, and what was noted with the step. Of invoices and payments both
    /// are empty for callers who may not read those.
    #[schema(value_type = Object)]
    pub after: Map<String, Value>,
    /// The order's version that it made.
    pub order_version: Option<i64>,
}

/// Who wrote a revision; no id where it was not a person.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderAuthor {
    /// The person, `usr_…`.
    pub id: Option<String>,
    /// The user or key by name.
    pub label: String,
}

/// What an order said at a revision.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderRevision {
    /// 1 for the order as it came in.
    pub revision: i32,
    /// When it was made.
    pub at: UtcTime,
    /// Who made it.
    pub author: OrderAuthor,
    /// Why it was amended.
    pub reason: Option<String>,
    /// As in `POST /v1/orders`, with everything that was looked up.
    #[schema(value_type = Object)]
    pub content: Value,
}

fn action_view(action: Action, order: Id, language: Language) -> OrderAction {
    let reason = |reason: &Reason| OrderActionReason { code: reason.code(), detail: reason.sentence(language) };
    OrderAction {
        name: action.name,
        method: action.method,
        path: format!("/v1/orders/{}{}", order.text(Kind::Order), action.path),
        allowed: action.reasons.is_empty(),
        reasons: action.reasons.iter().map(reason).collect(),
    }
}

/// Whether an event is about money that the caller may not read where it is at home: whoever reads an
/// order learns that it was invoiced and paid, but not how much (DECISIONS 27).
fn is_withheld(row: &EventRow, caller: &Actor) -> bool {
    let at_home = match Kind::of_prefix(&row.subject) {
        Some(Kind::Invoice) => Operation::GetInvoice,
        Some(Kind::Payment) => Operation::ListPayments,
        _ => return false,
    };
    permit(caller, at_home).is_err()
}

fn event_view(row: EventRow, caller: &Actor) -> OrderEvent {
    let (actor_id, (subject, subject_id)) = (feed::actor_id(&row), feed::subject(&row));
    let withheld = is_withheld(&row, caller);
    let (Json(data), Json(before), Json(after)) = (row.payload, row.before, row.after);
    let (before, after) = if withheld { Default::default() } else { (before, after) };
    OrderEvent {
        id: row.id.text(Kind::Event),
        at: row.at,
        name: row.name,
        subject,
        subject_id,
        actor: OrderEventActor { kind: row.actor_kind, id: actor_id, label: row.actor_label },
        request_id: row.request_id,
        address: row.address,
        data,
        before,
        after,
        order_version: row.order_version,
    }
}

fn revision_view(row: Revision) -> OrderRevision {
    let Json(content) = row.content;
    let author = OrderAuthor { id: row.author_id.map(|id| id.text(Kind::User)), label: row.author_label };
    OrderRevision { revision: row.revision, at: row.at, author, reason: row.reason, content }
}

/// The order that a path names.
fn order(snapshot: &mut Snapshot, reference: &str) -> Result<Order> {
    rows::find_by_ref(snapshot.conn, reference)?.ok_or_else(|| Problem::not_found().into())
}

/// The number after which a page begins; 0 for the first.
fn read_number(cursors: &Cursors, cursor: Option<&str>) -> Result<i64> {
    let Some(bytes) = cursors.read(cursor)? else { return Ok(0) };
    let number: [u8; 8] = bytes.try_into().map_err(|_| Problem::new(Code::InvalidCursor))?;
    Ok(i64::from_be_bytes(number))
}

/// The query of what lists an order's past.
#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderPastQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists what can be done with an order, each with whether the caller may and, where not, why.
#[utoipa::path(tag = "orders", responses((status = 200, body = OrderActions)))]
#[get("/v1/orders/{id}/actions")]
pub async fn get_order_actions(app: Data<App>, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let order = order(snapshot, &path)?;
        let language = snapshot.language;
        let all = actions::list(snapshot.conn, &order, &snapshot.actor)?;
        Answer::json(200, &OrderActions { data: all.into_iter().map(|action| action_view(action, order.id, language)).collect() })
    };
    send(app.read(Operation::GetOrderActions, asked.call, look).await)
}

/// Lists all that happened to an order, oldest first.
#[utoipa::path(tag = "orders", params(OrderPastQuery), responses((status = 200, body = Listing<OrderEvent>)))]
#[get("/v1/orders/{id}/history")]
pub async fn get_order_history(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked<OrderPastQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let order = order(snapshot, &path)?.id;
        let cursors = Cursors::new(&app_, "get_order_history", &order.to_string());
        let limit = paging::limit(q.limit);
        let found = events::list_of_order(snapshot.conn, order, read_number(&cursors, q.cursor.as_deref())?, paging::fetch(limit))?;
        let page = paging::page(found, limit, &cursors, |row| row.seq.to_be_bytes().to_vec(), |row| event_view(row, &snapshot.actor));
        page.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::GetOrderHistory, asked.call, look).await)
}

/// One difference between two revisions.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderDifference {
    /// Where in `content` it is, as a JSON pointer.
    pub pointer: String,
    /// What the other revision says there; null for nothing.
    pub from: Value,
    /// What this one says.
    pub to: Value,
}

/// A revision, and how it differs from another.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderRevisionView {
    #[serde(flatten)]
    pub revision: OrderRevision,
    /// What differs from the revision asked for by `compare_to`; null where none was.
    pub differences: Option<Vec<OrderDifference>>,
}

/// The query of one revision.
#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderRevisionQuery {
    /// Another revision of the order, which this one is compared with.
    #[validate(range(min = 1))]
    #[param(minimum = 1)]
    compare_to: Option<i32>,
}

/// A name as JSON pointers write it (RFC 6901).
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// Notes where two values differ, down to what is no object and no list of the same length.
fn differences(at: &str, from: &Value, to: &Value, found: &mut Vec<OrderDifference>) {
    match (from, to) {
        (from, to) if from == to => {}
        (Value::Object(one), Value::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            let of = |members: &Map<String, Value>, name: &String| members.get(name).cloned().unwrap_or_default();
            names.into_iter().for_each(|name| differences(&format!("{at}/{}", escaped(name)), &of(one, name), &of(other, name), found));
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            one.iter().zip(other).enumerate().for_each(|(place, (from, to))| differences(&format!("{at}/{place}"), from, to, found));
        }
        _ => found.push(OrderDifference { pointer: at.to_owned(), from: from.clone(), to: to.clone() }),
    }
}

/// Shows what an order said at a revision and, if asked, how it differs from another.
#[utoipa::path(tag = "orders", params(OrderRevisionQuery), responses((status = 200, body = OrderRevisionView)))]
#[get("/v1/orders/{id}/revisions/{revision}")]
pub async fn get_order_revision(app: Data<App>, path: Path<(String, String)>, asked: Asked<OrderRevisionQuery>) -> Response {
    let query = asked.query;
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let (reference, number) = &*path;
        let order = order(snapshot, reference)?.id;
        let number: i32 = number.parse().map_err(|_| Problem::not_found())?;
        let this = parts::find_revision(snapshot.conn, order, number)?.ok_or_else(Problem::not_found)?;
        let mut compared = None;
        if let Some(other) = q.compare_to {
            let unknown = || Problem::parameter("compare_to", "there is no such revision of the order");
            let other = parts::find_revision(snapshot.conn, order, other)?.ok_or_else(unknown)?;
            let mut found = Vec::new();
            differences("", &other.content.0, &this.content.0, &mut found);
            compared = Some(found);
        }
        Answer::json(200, &OrderRevisionView { revision: revision_view(this), differences: compared })
    };
    send(app.read(Operation::GetOrderRevision, asked.call, look).await)
}

/// Lists what an order said at each of its revisions, oldest first.
#[utoipa::path(tag = "orders", params(OrderPastQuery), responses((status = 200, body = Listing<OrderRevision>)))]
#[get("/v1/orders/{id}/revisions")]
pub async fn list_order_revisions(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked<OrderPastQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let order = order(snapshot, &path)?.id;
        let cursors = Cursors::new(&app_, "list_order_revisions", &order.to_string());
        let limit = paging::limit(q.limit);
        let after = i32::try_from(read_number(&cursors, q.cursor.as_deref())?).unwrap_or(i32::MAX);
        let found = parts::revisions_after(snapshot.conn, order, after, paging::fetch(limit))?;
        let page = paging::page(found, limit, &cursors, |row| i64::from(row.revision).to_be_bytes().to_vec(), revision_view);
        page.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListOrderRevisions, asked.call, look).await)
}
