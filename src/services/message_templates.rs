//! The words that customers read: the company's own in place of Docket's, tried before they count.

use crate::db::tx::Outgoing;
use crate::db::{Conn, Tx};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Kind, MESSAGE_TEMPLATES};
use crate::domain::message::templates::standard;
use crate::domain::message::{Facts, Goods, MessageChannel, MessageKind, Template, with_link, write};
use crate::domain::offer::day;
use crate::domain::words::Language;
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::message_templates::{self, Written};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// The texts of a kind of message in one language. Names of facts stand in braces; a line of the body
/// whose fact is not known is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"subject": "Your order {order_number}", "body": "Hello,\n\nPlease confirm: {link}\n", "sms": "Please confirm {order_number}: {link}"}))]
pub struct TemplateInput {
    /// The subject of the mail.
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub subject: String,
    /// The mail. An empty line begins a paragraph, a dash at the beginning of a line an item of a list; a line that ends with `{link}` becomes a button in HTML.
    #[validate(length(min = 1, max = 10_000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 10_000)]
    pub body: String,
    /// The SMS, on one line.
    #[validate(length(min = 1, max = 500), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 500)]
    pub sms: String,
}

impl TemplateInput {
    fn of(template: &Template) -> Self {
        Self { subject: template.subject.to_string(), body: template.body.to_string(), sms: template.sms.to_string() }
    }

    /// The template, if it is sound.
    ///
    /// # Errors
    /// `validation_failed` naming what is wrong with each part.
    pub fn template(&self, kind: MessageKind) -> Result<Template> {
        let template = Template { subject: self.subject.clone().into(), body: self.body.clone().into(), sms: self.sms.clone().into() };
        let flaws = template.flaws(kind);
        if flaws.is_empty() {
            return Ok(template);
        }
        let told = flaws
            .into_iter()
            .fold(Problem::new(Code::ValidationFailed), |problem, (part, code, en, zh)| problem.field(&format!("/{part}"), code, en, zh));
        Err(told.into())
    }
}

/// Where a test goes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"to": "me@company.example"}))]
pub struct TestInput {
    /// An e-mail address.
    #[validate(custom(function = rules::email), length(max = 254))]
    #[schema(format = "email", max_length = 254)]
    pub to: String,
}

/// Where a link leads that is only there to be looked at.
pub const SAMPLE_LINK: &str = "https://docket.example/c/sample";

/// What stands in for an order where a template is tried.
pub fn sample(language: Language) -> Facts {
    let text = |en: &str, zh: &str| language.pick(en, zh).to_owned();
    let goods = Goods {
        name: text("A4 printing paper", "A4 打印纸"),
        specification: "80 g".to_owned(),
        quantity: "50".to_owned(),
        unit: text("set", "套"),
        amount: Some("800.00 CNY".to_owned()),
    };
    let date = NaiveDate::from_ymd_opt(2026, 3, 5).map(|date| day(date, language));
    Facts {
        order_number: "202603-001".to_owned(),
        customer_name: Some(text("Acme Trading", "宏达贸易")),
        goods: vec![goods],
        total: Some("800.00 CNY".to_owned()),
        address: Some(text("1 Main Street, Shanghai, CN", "上海市人民路 1 号")),
        promised_date: date.clone(),
        method: Some(text("Courier", "快递")),
        carrier: Some("SF".to_owned()),
        tracking_number: Some("SF1234567890".to_owned()),
        tracking_url: Some("https://carrier.example/SF1234567890".to_owned()),
        problem: Some(text("Delivery delay", "交付延迟")),
        note: Some(text("A storm has delayed your parcel by a day.", "因暴风雨，您的包裹延迟一天。")),
        remedies: vec![text("A coupon of 50.00 CNY for you: SORRY50", "赠送您 50.00 CNY 优惠券：SORRY50")],
        has_link: true,
        link_until: date,
    }
}

/// The texts of a kind and language as they are used; version 0 are Docket's own.
///
/// # Errors
/// Those of the database.
pub fn present(conn: &mut Conn, kind: MessageKind, language: Language) -> Result<(i64, Template)> {
    Ok(message_templates::find(conn, kind, language)?.map_or_else(|| (0, standard(kind, language)), |written| (written.version, written.template())))
}

/// Rewrites a template under `If-Match`; gives its new version.
///
/// # Errors
/// `precondition_required`, `version_mismatch`, or what is wrong with the texts.
pub fn update(tx: &mut Tx, kind: MessageKind, language: Language, patch: &Patch) -> Result<(i64, Template)> {
    let (version, before) = present(tx.conn, kind, language)?;
    tx.require_match(version)?;
    let input: TemplateInput = patch.apply(&TemplateInput::of(&before))?;
    let template = input.template(kind)?;
    if template == before {
        return Ok((version, before));
    }
    let TemplateInput { subject, body, sms } = input;
    let written = Written { kind, language: language.tag().to_owned(), version: version + 1, subject, body, sms, updated_at: tx.now };
    if !message_templates::store(tx.conn, &written)? {
        return Err(Code::VersionMismatch.into());
    }
    let event = Event::new(EventName::MessageTemplateUpdated, Kind::MessageTemplate, MESSAGE_TEMPLATES);
    tx.record(event.with("kind", kind.as_str()).with("language", language.tag()).with("version", written.version))?;
    Ok((written.version, template))
}

/// Sends a mail with a sample order in it to somebody who wants to see it; its link leads nowhere.
///
/// # Errors
/// Those of the database.
pub fn test(tx: &mut Tx, kind: MessageKind, language: Language, said: &TestInput) -> Result<()> {
    let template = present(tx.conn, kind, language)?.1;
    let text = write(&template, MessageChannel::Email, &sample(language));
    let event = Event::new(EventName::MessageTemplateTested, Kind::MessageTemplate, MESSAGE_TEMPLATES);
    let event_id = tx.record(event.with("kind", kind.as_str()).with("language", language.tag()))?;
    tx.send(Outgoing {
        event_id,
        order_id: None,
        kind,
        channel: MessageChannel::Email,
        recipient: said.to.clone(),
        language,
        subject: text.subject,
        body: with_link(&text.body, SAMPLE_LINK),
        link_id: None,
        shipment_id: None,
    });
    Ok(())
}
