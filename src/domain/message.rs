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
    /// Until when the link is good, as people write it; none where there is no link.
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
const NOT_IN_SUBJECT: &[&str] = &["goods", "link", "address", "tracking_url"];

impl MessageKind {
    /// The names that its templates may hold in braces.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let own: &[&str] = match self {
            Self::ConfirmationRequested | Self::ConfirmationReminder => {
                &["goods", "total", "address", "promised_date", "method", "link", "link_until"]
            }
            Self::ShipmentDispatched => &["goods", "method", "carrier", "tracking_number", "tracking_url"],
            Self::OrderReceived => &[],
        };
        EVERYWHERE.iter().chain(own).copied()
    }

    /// Whether the message is there to carry a link.
    pub const fn has_link(self) -> bool {
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
    if kind.has_link() && part != "subject" && !used.contains(&"link") {
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
        "link" => facts.link_until.as_ref().map(|_| LINK.to_string()),
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
mod tests {
    use super::templates::standard;
    use super::*;

    fn facts() -> Facts {
        let goods = |name: &str, quantity: &str| Goods { name: name.into(), quantity: quantity.into(), unit: "set".into(), ..Goods::default() };
        Facts {
            order_number: "202603-001".into(),
            customer_name: Some("Acme".into()),
            goods: vec![goods("A4 printing paper", "50"), goods("Signing pen", "2.5")],
            total: Some("800.00 CNY".into()),
            address: Some("1 Main Street, Springfield".into()),
            promised_date: Some("Thursday, 5 March 2026".into()),
            method: Some("Courier".into()),
            carrier: Some("SF".into()),
            tracking_number: Some("SF123".into()),
            tracking_url: Some("https://carrier.example/SF123".into()),
            link_until: Some("Monday, 9 March 2026".into()),
        }
    }

    fn mail(kind: MessageKind, language: Language, facts: &Facts) -> Text {
        write(&standard(kind, language), MessageChannel::Email, facts)
    }

    #[test]
    fn a_dispatch_names_goods_carrier_and_tracking_number() {
        // DOMAIN 4.3
        let text = mail(MessageKind::ShipmentDispatched, Language::English, &facts());
        assert_eq!(text.subject, "Goods of your order 202603-001 are on their way");
        for said in
            ["- A4 printing paper: 50 set\n- Signing pen: 2.5 set\n", "Carrier: SF\n", "Tracking number: SF123\n", "https://carrier.example/SF123\n"]
        {
            assert!(text.body.contains(said), "{said}: {}", text.body);
        }
    }

    #[test]
    fn a_request_to_confirm_states_goods_specification_quantity_total_address_and_day() {
        // DOMAIN 2.5
        let goods = Goods {
            name: "Paper".into(),
            specification: "80 g".into(),
            quantity: "50".into(),
            unit: "set".into(),
            amount: Some("800.00 CNY".into()),
        };
        let facts = Facts { goods: vec![goods], ..facts() };
        for language in [Language::English, Language::Chinese] {
            let text = mail(MessageKind::ConfirmationRequested, language, &facts);
            for said in ["- Paper (80 g): 50 set, 800.00 CNY\n", "800.00 CNY", "1 Main Street", "5 March 2026", "9 March 2026"] {
                assert!(text.body.contains(said), "{said}: {}", text.body);
            }
            assert_eq!(text.body.matches(LINK).count(), 1);
        }
    }

    #[test]
    fn what_is_not_known_is_left_out_with_its_line() {
        let text =
            mail(MessageKind::ShipmentDispatched, Language::Chinese, &Facts { carrier: None, tracking_number: None, tracking_url: None, ..facts() });
        assert!(!text.body.contains("承运商") && !text.body.contains("运单号") && !text.body.contains('{'), "{}", text.body);
        let bare = Facts { order_number: "1".into(), ..Facts::default() };
        let text = mail(MessageKind::ShipmentDispatched, Language::English, &bare);
        assert!(!text.body.contains("\n\n\n"), "{}", text.body);
    }

    #[test]
    fn what_a_single_line_does_not_know_leaves_a_gap() {
        let template = Template {
            sms: "{customer_name}: {order_number} {carrier} {link}".into(),
            ..standard(MessageKind::ConfirmationRequested, Language::English)
        };
        let text = write(&template, MessageChannel::Sms, &Facts { customer_name: None, carrier: None, ..facts() });
        assert_eq!((text.subject.as_str(), text.body), ("", format!(": 202603-001  {LINK}")));
    }

    #[test]
    fn every_kind_is_complete_and_sound_in_both_languages() {
        for kind in MessageKind::ALL {
            for language in [Language::English, Language::Chinese] {
                let template = standard(*kind, language);
                assert_eq!(template.flaws(*kind), [], "{kind}");
                for channel in MessageChannel::ALL {
                    let text = write(&template, *channel, &facts());
                    assert!(text.body.contains("202603-001") && text.body.contains(LINK) == kind.has_link(), "{text:?}");
                }
                assert!(write(&template, MessageChannel::Email, &facts()).subject.contains("202603-001"));
                assert_eq!(template.body.lines().filter(|line| fill(line, &facts()).is_none()).count(), 0, "{kind}");
            }
        }
    }

    #[test]
    fn a_template_that_would_go_wrong_is_told_by_its_part() {
        let told = |template: Template, kind| template.flaws(kind).into_iter().map(|(part, code, ..)| (part, code)).collect::<Vec<_>>();
        let template = Template { subject: "{goods}".into(), body: "{carrier}".into(), sms: "{link".into() };
        let expected = [("subject", "unknown_name"), ("body", "unknown_name"), ("body", "link_missing"), ("sms", "braces")];
        assert_eq!(told(template, MessageKind::ConfirmationRequested), expected);
        let plain = Template { subject: "x".into(), body: "{order_number}".into(), sms: "y".into() };
        assert_eq!(told(plain, MessageKind::OrderReceived), []);
    }

    #[test]
    fn no_fact_breaks_a_line_or_is_taken_for_a_template_or_a_link() {
        // BEHAVIOUR 6
        let odd = Facts { order_number: "1\r\nBcc: x@y.example".into(), carrier: Some("{tracking_number}\n\u{1a}x".into()), ..facts() };
        let text = mail(MessageKind::ShipmentDispatched, Language::English, &odd);
        assert_eq!(text.subject, "Goods of your order 1 Bcc: x@y.example are on their way");
        assert!(text.body.contains("Carrier: {tracking_number} x\n"), "{}", text.body);
    }

    #[test]
    fn customers_are_written_to_in_their_language() {
        // DOMAIN 5.6
        assert_eq!([language_of("zh-CN"), language_of("ZH"), language_of("zha")], [Language::Chinese, Language::Chinese, Language::English]);
        assert_eq!(language_of("de"), Language::English);
    }
}

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
            let facts = Facts { order_number: "1".into(), link_until: Some("x".into()), ..Facts::default() };
            if template.flaws(kind).is_empty() {
                let text = write(&template, MessageChannel::Sms, &facts);
                prop_assert!(!text.body.contains('\n') && (!kind.has_link() || text.body.contains(LINK)));
            }
        }
    }
}
