//! `/v1/message-templates`: the words that customers read, tried before they count (DOMAIN 5.6).

use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::message::html::html;
use crate::domain::message::{MessageChannel, MessageKind, Template, with_link, write};
use crate::domain::permission::Operation;
use crate::domain::words::Language;
use crate::error::{Error, Problem, Result};
use crate::input::Patch;
use crate::services::message_templates::{self, SAMPLE_LINK, TemplateInput, TestInput, sample};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use serde::Serialize;

/// The texts of one kind of message in one language.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MessageTemplateView {
    pub kind: MessageKind,
    pub kind_label: &'static str,
    /// `en` or `zh-CN`.
    pub language: &'static str,
    /// 0 while it is Docket's own text.
    pub version: i64,
    /// The subject of the mail.
    pub subject: String,
    /// The mail.
    pub body: String,
    /// The SMS.
    pub sms: String,
    /// The names that may stand in its braces.
    pub names: Vec<&'static str>,
}

/// Every template, those that the company has not rewritten too.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MessageTemplates {
    pub data: Vec<MessageTemplateView>,
}

/// Texts as a customer would read them, with a sample order in them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MessagePreview {
    /// The subject of the mail.
    pub subject: String,
    /// The mail as plain text.
    pub text: String,
    /// The mail as HTML.
    pub html: String,
    /// The SMS.
    pub sms: String,
}

const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];

fn view(kind: MessageKind, language: Language, (version, template): (i64, Template), reader: Language) -> MessageTemplateView {
    MessageTemplateView {
        kind,
        kind_label: kind.label(reader),
        language: language.tag(),
        version,
        subject: template.subject.into_owned(),
        body: template.body.into_owned(),
        sms: template.sms.into_owned(),
        names: kind.names().collect(),
    }
}

/// The kind and language that a path names.
fn named((kind, language): &(String, String)) -> Result<(MessageKind, Language)> {
    let language = LANGUAGES.into_iter().find(|known| known.tag() == language);
    MessageKind::parse(kind).zip(language).ok_or_else(|| Problem::not_found().into())
}

fn answer((kind, language): (MessageKind, Language), present: (i64, Template), reader: Language) -> Result<Answer> {
    let version = present.0;
    Ok(Answer::json(200, &view(kind, language, present, reader))?.etag(version, reader.tag()))
}

/// Lists all templates.
#[utoipa::path(tag = "messages", responses((status = 200, body = MessageTemplates)))]
#[get("/v1/message-templates")]
pub async fn list_message_templates(app: Data<App>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let reader = snapshot.language;
        let all = MessageKind::ALL.iter().flat_map(|kind| LANGUAGES.map(|language| (*kind, language)));
        let data: Result<Vec<_>> =
            all.map(|(kind, language)| Ok(view(kind, language, message_templates::present(snapshot.conn, kind, language)?, reader))).collect();
        Answer::json(200, &MessageTemplates { data: data? })
    };
    send(app.read(Operation::ListMessageTemplates, asked.call, look).await)
}

/// Shows a template.
#[utoipa::path(tag = "messages", responses((status = 200, body = MessageTemplateView)))]
#[get("/v1/message-templates/{kind}/{language}")]
pub async fn get_message_template(app: Data<App>, request: HttpRequest, path: Path<(String, String)>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let (kind, language) = named(&path)?;
        answer((kind, language), message_templates::present(snapshot.conn, kind, language)?, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetMessageTemplate, asked.call, look).await)
}

/// Rewrites a template (JSON Merge Patch, under `If-Match`).
#[utoipa::path(tag = "messages", request_body = TemplateInput, responses((status = 200, body = MessageTemplateView)))]
#[patch("/v1/message-templates/{kind}/{language}")]
pub async fn update_message_template(app: Data<App>, path: Path<(String, String)>, posted: Posted<Patch>) -> Response {
    let (body, path) = (posted.body, path.into_inner());
    let names = path.clone();
    let act = move |tx: &mut Tx| {
        let patch = body.valid()?;
        let (kind, language) = named(&path)?;
        message_templates::update(tx, kind, language, patch)
    };
    let render = move |tx: &mut Tx, present| answer(named(&names)?, present, tx.language);
    send(app.write(Operation::UpdateMessageTemplate, posted.call, act, render).await)
}

/// Shows how texts would look, with a sample order in them; nothing is kept.
#[utoipa::path(tag = "messages", request_body = TemplateInput, responses((status = 200, body = MessagePreview)))]
#[post("/v1/message-templates/{kind}/{language}/preview")]
pub async fn preview_message_template(app: Data<App>, path: Path<(String, String)>, posted: Posted<TemplateInput>) -> Response {
    let body = posted.body;
    let look = move |_: &mut Snapshot| {
        let said = body.valid()?;
        let (kind, language) = named(&path)?;
        let (template, facts) = (said.template(kind)?, sample(language));
        let mail = write(&template, MessageChannel::Email, &facts);
        let html = html(language.tag(), &mail.subject, &mail.body, SAMPLE_LINK).map_err(Error::internal)?;
        let sms = with_link(&write(&template, MessageChannel::Sms, &facts).body, SAMPLE_LINK);
        Answer::json(200, &MessagePreview { subject: mail.subject, text: with_link(&mail.body, SAMPLE_LINK), html, sms })
    };
    send(app.read(Operation::PreviewMessageTemplate, posted.call, look).await)
}

/// Sends a template's mail, with a sample order in it, to an address.
#[utoipa::path(tag = "messages", request_body = TestInput, responses((status = 202, description = "It is on its way")))]
#[post("/v1/message-templates/{kind}/{language}/test")]
pub async fn test_message_template(app: Data<App>, path: Path<(String, String)>, posted: Posted<TestInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        let (kind, language) = named(&path)?;
        message_templates::test(tx, kind, language, said)
    };
    send(app.write(Operation::TestMessageTemplate, posted.call, act, |_, ()| Ok(Answer::empty(202))).await)
}
