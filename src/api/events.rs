//! `/v1/events`: the feed of all that has happened, for readers who come back (DECISIONS 13, 14).

use super::paging::{self, Cursors, Listing, Page};
use super::query;
use super::request::Asked;
use super::respond::{Response, send};
use crate::app::App;
use crate::db::Snapshot;
use crate::db::types::Json;
use crate::domain::actor::ActorKind;
use crate::domain::event::EventName;
use crate::domain::id::Kind;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::repositories::events::{self as rows, EventRow};
use actix_web::web::Data;
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use validator::Validate;

/// How many events are read at a time while looking for names.
const STRIDE: i64 = 200;
/// How many times, before the reader is asked to come back.
const STRIDES: usize = 25;

/// Who caused an event; names are in no event (DECISIONS 13).
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EventActor {
    /// A person, a key, or the system itself.
    pub kind: ActorKind,
    /// `usr_…` or `key_…`; none for the system.
    pub id: Option<String>,
}

/// Something that happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct EventView {
    pub id: String,
    /// What happened, such as `order.shipped`.
    #[schema(value_type = EventName)]
    pub name: String,
    pub at: UtcTime,
    /// What kind of thing it happened to, such as `order`, `task`, `shipment`.
    pub subject: String,
    /// The id of the thing that it happened to.
    pub subject_id: String,
    /// The order that it belongs to.
    pub order_id: Option<String>,
    /// The order's version that it belongs to.
    pub order_version: Option<i64>,
    /// Who caused it.
    pub actor: EventActor,
    /// Ids, numbers, status and version; the rest is in the thing itself.
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// The id of who caused an event, as the API writes it; none for the system.
pub fn actor_id(event: &EventRow) -> Option<String> {
    let kind = if event.actor_kind == ActorKind::Key { Kind::ApiKey } else { Kind::User };
    event.actor_id.map(|id| id.text(kind))
}

/// The word for what kind of thing an event happened to, and that thing's id.
pub fn subject(event: &EventRow) -> (String, String) {
    let word = Kind::of_prefix(&event.subject).map_or_else(|| event.subject.clone(), |kind| kind.word().to_owned());
    (word, format!("{}_{}", event.subject, event.subject_id))
}

/// How an event looks to those who follow.
pub fn view(event: EventRow) -> EventView {
    let actor = EventActor { kind: event.actor_kind, id: actor_id(&event) };
    let (subject, subject_id) = subject(&event);
    let Json(data) = event.payload;
    EventView {
        id: event.id.text(Kind::Event),
        name: event.name,
        at: event.at,
        subject,
        subject_id,
        order_id: event.order_id.map(|id| id.text(Kind::Order)),
        order_version: event.order_version,
        actor,
        data,
    }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventQuery {
    /// Where to go on: the `next_cursor` of an earlier answer. From the beginning without.
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    after: Option<String>,
    /// Only events of these names, separated by commas, such as `order.shipped,shipment.delivered`.
    #[validate(length(min = 1, max = 1000))]
    #[param(value_type = Option<Vec<EventName>>, style = Form, explode = false)]
    name: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl EventQuery {
    /// The names asked for; all where there are none.
    fn names(&self) -> Result<Vec<EventName>> {
        query::words("name", self.name.as_deref(), EventName::ALL)
    }
}

/// A place in the feed: transaction and sequence.
type Position = (i64, i64);

fn write_position((txid, seq): Position) -> Vec<u8> {
    [txid.to_be_bytes(), seq.to_be_bytes()].concat()
}

fn read_position(bytes: Option<Vec<u8>>) -> Result<Position> {
    let Some(bytes) = bytes else { return Ok((0, 0)) };
    let number = |part: &[u8]| part.try_into().ok().map(i64::from_be_bytes);
    let position = bytes.split_at_checked(8).and_then(|(txid, seq)| number(txid).zip(number(seq)));
    position.ok_or_else(|| Problem::new(Code::InvalidCursor).into())
}

/// A stretch of the feed: what was found in it, and where it ends.
struct Stretch {
    found: Vec<EventRow>,
    end: Position,
    has_more: bool,
}

/// Reads the feed on from a position until a page is full or the feed ends; or, where names are
/// looked for that hardly occur, until enough has been looked at.
fn read_on(snapshot: &mut Snapshot, start: Position, names: &[EventName], limit: u32) -> Result<Stretch> {
    let stride = if names.is_empty() { paging::fetch(limit) } else { STRIDE };
    let wanted = |event: &EventRow| names.is_empty() || names.iter().any(|name| name.as_str() == event.name);
    let mut stretch = Stretch { found: Vec::new(), end: start, has_more: true };
    for _ in 0..STRIDES {
        let events = rows::list_feed(snapshot.conn, stretch.end, stride)?;
        let is_last = i64::try_from(events.len()).is_ok_and(|count| count < stride);
        for event in events {
            if stretch.found.len() == limit as usize {
                return Ok(stretch);
            }
            stretch.end = (event.txid, event.seq);
            if wanted(&event) {
                stretch.found.push(event);
            }
        }
        if is_last {
            stretch.has_more = false;
            break;
        }
    }
    Ok(stretch)
}

/// The feed, oldest first. `next_cursor` is always there, at the end of the feed too: give it as
/// `after` to hear what has happened since. Every event is seen exactly once.
#[utoipa::path(tag = "events", params(EventQuery), responses((status = 200, body = Listing<EventView>)))]
#[get("/v1/events")]
pub async fn list_events(app: Data<App>, request: HttpRequest, asked: Asked<EventQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let (names, limit) = (q.names()?, paging::limit(q.limit));
        let cursors = Cursors::new(&app_, "list_events", &format!("{names:?}"));
        let stretch = read_on(snapshot, read_position(cursors.read(q.after.as_deref())?)?, &names, limit)?;
        let next_cursor = Some(cursors.write(&write_position(stretch.end)));
        let page = Page { next_cursor, has_more: stretch.has_more, limit, total: None, total_capped: None };
        let listing = Listing { data: stretch.found.into_iter().map(view).collect(), page };
        listing.answer_under("after", uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListEvents, asked.call, look).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_read_back_and_others_are_refused() {
        assert_eq!(read_position(Some(write_position((7, i64::MAX)))).unwrap(), (7, i64::MAX));
        assert_eq!(read_position(None).unwrap(), (0, 0));
        assert!(read_position(Some(vec![0; 15])).is_err() && read_position(Some(vec![0; 17])).is_err());
    }

    #[test]
    fn only_names_of_events_are_looked_for() {
        let asked = |name: &str| EventQuery { after: None, name: Some(name.to_owned()), limit: None }.names();
        assert_eq!(asked("order.shipped,order.received").unwrap(), [EventName::OrderShipped, EventName::OrderReceived]);
        assert!(asked("order.flew").is_err() && asked("order.shipped,").is_err());
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_position_is_sixteen_bytes_and_reads_back(position in any::<(i64, i64)>(), bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(read_position(Some(write_position(position))).unwrap(), position);
            let read = read_position(Some(bytes.clone()));
            prop_assert_eq!(read.ok().map(write_position), (bytes.len() == 16).then_some(bytes));
        }
    }
}
