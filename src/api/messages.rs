//! `/v1/messages`: what customers were told, and what has become of it (DOMAIN 5.6).

use super::paging::{self, Cursors, Listing};
use super::query;
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::id::Kind;
use crate::domain::message::{MessageChannel, MessageKind, MessageStatus, with_link};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::Problem;
use crate::repositories::messages::{self as rows, MessageFilter, MessageRow};
use crate::services::messages;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A message to a customer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MessageView {
    pub id: String,
    /// The event that it tells of.
    pub event_id: String,
    /// The order that it is about; null for a trial of a text.
    pub order_id: Option<String>,
    /// What it tells.
    pub kind: MessageKind,
    pub kind_label: &'static str,
    /// By which way it is sent.
    pub channel: MessageChannel,
    /// Whom it is sent to.
    pub recipient: String,
    pub language: String,
    /// Its first line.
    pub subject: String,
    /// What it says; where it carries a link, `{link}` stands for that.
    pub body: String,
    /// Whether it has been sent.
    pub status: MessageStatus,
    pub status_label: &'static str,
    /// How often it was tried.
    pub attempts: i32,
    /// Why the last attempt went wrong.
    pub last_error: Option<String>,
    /// When it was sent.
    pub sent_at: Option<UtcTime>,
    pub created_at: UtcTime,
}

/// How a message looks from outside.
pub fn view(message: MessageRow, language: Language) -> MessageView {
    MessageView {
        id: message.id.text(Kind::Message),
        event_id: message.event_id.text(Kind::Event),
        order_id: message.order_id.map(|order| order.text(Kind::Order)),
        kind: message.kind,
        kind_label: message.kind.label(language),
        channel: message.channel,
        recipient: message.recipient,
        language: message.language,
        subject: message.subject,
        body: with_link(&message.body, "{link}"),
        status: message.status,
        status_label: message.status.label(language),
        attempts: message.attempts,
        last_error: message.last_error,
        sent_at: message.sent_at,
        created_at: message.created_at,
    }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MessageQuery {
    /// The order's id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    #[param(inline)]
    status: Option<MessageStatus>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists messages, newest first.
#[utoipa::path(tag = "messages", params(MessageQuery), responses((status = 200, body = Listing<MessageView>)))]
#[get("/v1/messages")]
pub async fn list_messages(app: Data<App>, request: HttpRequest, asked: Asked<MessageQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = MessageFilter { order: query::order(snapshot, q.order_id.as_deref())?, status: q.status };
        let cursors = Cursors::new(&app_, "list_messages", &format!("{filter:?}"));
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let language = snapshot.language;
        paging::page(found, limit, &cursors, |m| paging::by_id(m.id), |m| view(m, language)).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListMessages, asked.call, look).await)
}

/// Tries a message anew that was held or has failed.
#[utoipa::path(tag = "messages", request_body = Nothing, responses((status = 200, body = MessageView)))]
#[post("/v1/messages/{id}/send")]
pub async fn send_message(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        messages::send_again(tx, Kind::Message.parse(&path).ok_or_else(Problem::not_found)?)
    };
    send(app.write(Operation::SendMessage, posted.call, act, |tx, message| Answer::json(200, &view(message, tx.language))).await)
}
