//! What customers are told and in which words (DOMAIN 4.3, 5.6): one template a kind and language,
//! filled with facts. Who is told, and when, is the business of `services`.

pub mod html;
pub mod templates;

use crate::domain::words::Language;
use crate::words;
use std::borrow::Cow;

words! {
    /// What a message is about.
    pub enum MessageKind {
        ConfirmationRequested = "confirmation_requested" / "Please confirm" / "请确认订单",
        ConfirmationReminder = "confirmation_reminder" / "Reminder to confirm" / "确认提醒",
        ShipmentDispatched = "shipment_dispatched" / "Goods dispatched" / "发货通知",
        OrderReceived = "order_received" / "Order complete" / "订单完成通知",
        ExceptionReported = "exception_reported" / "Something went wrong" / "订单异常通知",
        ExceptionPlanned = "exception_planned" / "What is done about it" / "异常处理方案通知",
    }
}

words! {
    /// How a message travels.
    pub enum MessageChannel { Email = "email" / "E-mail" / "邮件", Sms = "sms" / "SMS" / "短信" }
}

words! {
    /// What has become of a message.
    pub enum MessageStatus {
        Queued = "queued" / "Queued" / "待发送",
        Held = "held" / "Held: there is nothing to send it with" / "已保留：未配置发送方式",
        Sending = "sending" / "Being sent" / "发送中",
        Sent = "sent" / "Sent" / "已发送",
        Failed = "failed" / "Failed" / "发送失败",
    }
}

/// Stands in a text for the link that is put there when it is sent: a control character (SUBSTITUTE),
/// which no fact can bring in.
pub const LINK: char = '\u{1a}';

/// A text with its link.
pub fn with_link(text: &str, url: &str) -> String {
    text.replace(LINK, url)
}

/// Some goods of an order or a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Goods {
    pub name: String,
    pub specification: String,
    pub quantity: String,
    pub unit: String,
    /// With its currency, where the message tells prices.
    pub amount: Option<String>,
}

/// What a message may say; what is not known is left out together with its line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    pub order_number: String,
    pub customer_name: Option<String>,
    pub goods: Vec<Goods>,
    /// With its currency.
    pub total: Option<String>,
    pub address: Option<String>,
    /// The day on which the goods are expected, as people write it.
    pub promised_date: Option<String>,
    pub method: Option<String>,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
    /// What went wrong, in a word or two.
    pub problem: Option<String>,
    /// What somebody wrote for the customer.
    pub note: Option<String>,
    /// What is done about it, one thing each.
    pub remedies: Vec<String>,
    /// Whether it carries a link.
    pub has_link: bool,
    /// Until when the link can be answered, as people write it.
    pub link_until: Option<String>,
}

/// A message as the customer reads it: plain text, perhaps with [`LINK`] in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// One line; nothing in an SMS.
    pub subject: String,
    pub body: String,
}

/// The texts of a kind of message in one language, with the names of facts in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// One line.
    pub subject: Cow<'static, str>,
    /// The mail. A line with a fact that is not known is left out; in HTML a last word `{link}` makes
    /// its line a button.
    pub body: Cow<'static, str>,
    /// The SMS, on one line.
    pub sms: Cow<'static, str>,
}

/// The names that every kind knows.
const EVERYWHERE: &[&str] = &["order_number", "customer_name"];
/// Names that stand for several lines or an address, and have no place in a subject.
const NOT_IN_SUBJECT: &[&str] = &["goods", "link", "address", "tracking_url", "note", "remedies"];

impl MessageKind {
    /// The names that its templates may hold in braces.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let own: &[&str] = match self {
            Self::ConfirmationRequested | Self::ConfirmationReminder => {
                &["goods", "total", "address", "promised_date", "method", "link", "link_until"]
            }
            Self::ShipmentDispatched => &["goods", "method", "carrier", "tracking_number", "tracking_url", "link"],
            Self::OrderReceived => &[],
            Self::ExceptionReported => &["problem", "note"],
            Self::ExceptionPlanned => &["problem", "note", "remedies"],
        };
        EVERYWHERE.iter().chain(own).copied()
    }

    /// Whether the message is there to carry a link, and nothing without it.
    pub const fn needs_link(self) -> bool {
        matches!(self, Self::ConfirmationRequested | Self::ConfirmationReminder)
    }
}

/// What is wrong with a template: which part, a code, and a sentence in both languages.
pub type Flaw = (&'static str, &'static str, String, String);

impl Template {
    /// Everything that is wrong with it as the template of a kind.
    pub fn flaws(&self, kind: MessageKind) -> Vec<Flaw> {
        let parts = [("subject", &self.subject), ("body", &self.body), ("sms", &self.sms)];
        parts.iter().flat_map(|(part, text)| part_flaws(kind, part, text)).collect()
    }
}

fn part_flaws(kind: MessageKind, part: &'static str, text: &str) -> Vec<Flaw> {
    let Some(used) = names_in(text) else {
        return vec![(part, "braces", "has a brace that is not closed".to_owned(), "有未闭合的花括号".to_owned())];
    };
    let narrow = |name: &str| part != "body" && NOT_IN_SUBJECT.contains(&name) && !(part == "sms" && name == "link");
    let strange = used.iter().filter(|name| !kind.names().any(|known| known == **name) || narrow(name));
    let mut flaws: Vec<Flaw> =
        strange.map(|name| (part, "unknown_name", format!("cannot hold {{{name}}} here"), format!("此处不能使用 {{{name}}}"))).collect();
    if kind.needs_link() && part != "subject" && !used.contains(&"link") {
        flaws.push((part, "link_missing", "must hold {link}".to_owned(), "必须包含 {link}".to_owned()));
    }
    flaws
}

/// The names in a text's braces; none where a brace is not closed.
fn names_in(text: &str) -> Option<Vec<&str>> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        names.push(name);
        rest = after;
    }
    Some(names)
}

/// The language that a customer is written to in, by their BCP 47 tag: Chinese, or else English.
pub fn language_of(tag: &str) -> Language {
    let primary = tag.split('-').next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("zh") { Language::Chinese } else { Language::English }
}

/// By which of these ways a customer can be reached, and where.
pub fn reachable<'a>(
    channels: &'a [MessageChannel],
    email: Option<&'a str>,
    phone: Option<&'a str>,
) -> impl Iterator<Item = (MessageChannel, &'a str)> {
    channels.iter().filter_map(move |channel| {
        let address = match channel {
            MessageChannel::Email => email,
            MessageChannel::Sms => phone,
        };
        Some((*channel, address?))
    })
}

/// Writes a message for the way by which it travels.
pub fn write(template: &Template, channel: MessageChannel, facts: &Facts) -> Text {
    match channel {
        MessageChannel::Email => Text { subject: line(&template.subject, facts), body: body(&template.body, facts) },
        MessageChannel::Sms => Text { subject: String::new(), body: line(&template.sms, facts) },
    }
}

fn body(template: &str, facts: &Facts) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in template.lines().filter_map(|line| fill(line, facts)) {
        let doubled = line.is_empty() && lines.last().is_none_or(String::is_empty);
        if !doubled {
            lines.push(line);
        }
    }
    lines.join("\n").trim_end().to_owned() + "\n"
}

/// One line whatever it holds; what is not known leaves a gap.
fn line(template: &str, facts: &Facts) -> String {
    let whole = fill(template, facts).unwrap_or_else(|| {
        let known = |name: &&str| fact(name, facts).is_none();
        let unknown = names_in(template).unwrap_or_default().into_iter().filter(known);
        let left = unknown.fold(template.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), ""));
        fill(&left, facts).unwrap_or_default()
    });
    whole.split(|c: char| c.is_control() && c != LINK).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A line of a template with its facts; none where one of them is not known. Facts are put in
/// once: braces within a fact stay what they are.
fn fill(line: &str, facts: &Facts) -> Option<String> {
    let mut filled = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        filled.push_str(before);
        filled.push_str(&fact(name, facts)?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

fn fact(name: &str, facts: &Facts) -> Option<String> {
    let known = |text: &Option<String>| text.as_deref().map(one_line).filter(|text| !text.is_empty());
    match name {
        "order_number" => Some(one_line(&facts.order_number)),
        "customer_name" => known(&facts.customer_name),
        "goods" => Some(facts.goods.iter().map(goods_line).collect::<Vec<_>>().join("\n")).filter(|list| !list.is_empty()),
        "total" => known(&facts.total),
        "address" => known(&facts.address),
        "promised_date" => known(&facts.promised_date),
        "method" => known(&facts.method),
        "carrier" => known(&facts.carrier),
        "tracking_number" => known(&facts.tracking_number),
        "tracking_url" => known(&facts.tracking_url),
        "problem" => known(&facts.problem),
        "note" => known(&facts.note),
        "remedies" => {
            Some(facts.remedies.iter().map(|one| format!("- {}", one_line(one))).collect::<Vec<_>>().join("\n")).filter(|list| !list.is_empty())
        }
        "link" => facts.has_link.then(|| LINK.to_string()),
        "link_until" => known(&facts.link_until),
        _ => None,
    }
}

fn goods_line(goods: &Goods) -> String {
    let specified = if goods.specification.trim().is_empty() { goods.name.clone() } else { format!("{} ({})", goods.name, goods.specification) };
    let amount = goods.amount.as_ref().map(|amount| format!(", {amount}")).unwrap_or_default();
    one_line(&format!("- {specified}: {} {}{amount}", goods.quantity, goods.unit))
}

/// Text without line breaks and other controls, which would split a header (BEHAVIOUR 6).
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod fuzz {
    use super::templates::standard;
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["\\{[a-z_]{0,16}\\}?", "\\PC{0,20}", any::<String>()]
    }

    proptest! {
        #[test]
        fn no_fact_adds_a_line_or_a_header(number in text(), carrier in prop::option::of(text()), goods in text(), kind in proptest::sample::select(MessageKind::ALL)) {
            let goods = vec![Goods { name: goods, quantity: "1".into(), unit: "set".into(), ..Goods::default() }];
            let odd = Facts { order_number: number, goods, carrier, ..Facts::default() };
            let plain = Facts { order_number: "1".into(), goods: vec![Goods { name: "x".into(), quantity: "1".into(), unit: "set".into(), ..Goods::default() }], carrier: odd.carrier.as_ref().map(|_| "x".into()), ..Facts::default() };
            for language in [Language::English, Language::Chinese] {
                let write = |facts| super::write(&standard(kind, language), MessageChannel::Email, facts);
                let (said, usual) = (write(&odd), write(&plain));
                prop_assert!(!said.subject.chars().any(char::is_control) && !said.body.chars().any(|c| c.is_control() && c != '\n'));
                prop_assert!(said.body.lines().count() <= usual.body.lines().count());
            }
        }

        #[test]
        fn a_template_is_refused_or_written(subject in text(), body in prop::collection::vec(text(), 0..5), sms in text(), kind in proptest::sample::select(MessageKind::ALL)) {
            let template = Template { subject: subject.into(), body: body.join("\n").into(), sms: sms.into() };
            let facts = Facts { order_number: "1".into(), has_link: true, ..Facts::default() };
            if template.flaws(kind).is_empty() {
                let text = write(&template, MessageChannel::Sms, &facts);
                prop_assert!(!text.body.contains('\n') && (!kind.needs_link() || text.body.contains(LINK)));
            }
        }
    }
}
