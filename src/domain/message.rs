//! What customers are told and in which words (DOMAIN 4.3, 5.6): one template a kind and language,
//! filled with facts. Who is told, and when, is the business of `services`.

use crate::domain::words::Language;
use crate::words;

words! {
    /// What a message is about.
    pub enum MessageKind {
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

/// Some goods of a shipment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goods {
    pub name: String,
    pub quantity: String,
    pub unit: String,
}

/// What a message may say; what is not known is left out together with its line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    pub order_number: String,
    pub goods: Vec<Goods>,
    pub method: Option<String>,
    pub carrier: Option<String>,
    pub tracking_number: Option<String>,
    pub tracking_url: Option<String>,
}

/// A message as the customer reads it: plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// One line.
    pub subject: String,
    pub body: String,
}

struct Template {
    subject: &'static str,
    lines: &'static [&'static str],
}

const DISPATCHED_EN: Template = Template {
    subject: "Goods of your order {order_number} are on their way",
    lines: &[
        "Hello,",
        "",
        "these goods of your order {order_number} have been dispatched:",
        "",
        "{goods}",
        "",
        "Sent by: {method}",
        "Carrier: {carrier}",
        "Tracking number: {tracking_number}",
        "Follow them here: {tracking_url}",
        "",
        "Thank you for your order.",
    ],
};

const DISPATCHED_ZH: Template = Template {
    subject: "您的订单 {order_number} 已发货",
    lines: &[
        "您好：",
        "",
        "您的订单 {order_number} 的以下商品已发出：",
        "",
        "{goods}",
        "",
        "配送方式：{method}",
        "承运商：{carrier}",
        "运单号：{tracking_number}",
        "物流查询：{tracking_url}",
        "",
        "感谢您的惠顾。",
    ],
};

const RECEIVED_EN: Template = Template {
    subject: "Your order {order_number} is complete",
    lines: &[
        "Hello,",
        "",
        "everything of your order {order_number} has been delivered.",
        "If anything is missing or not as it should be, please let us know.",
        "",
        "Thank you for your order.",
    ],
};

const RECEIVED_ZH: Template = Template {
    subject: "您的订单 {order_number} 已完成",
    lines: &["您好：", "", "您的订单 {order_number} 已全部交付。", "如有缺少或不符，请及时告知我们。", "", "感谢您的惠顾。"],
};

fn template(kind: MessageKind, language: Language) -> Template {
    match (kind, language) {
        (MessageKind::ShipmentDispatched, Language::English) => DISPATCHED_EN,
        (MessageKind::ShipmentDispatched, Language::Chinese) => DISPATCHED_ZH,
        (MessageKind::OrderReceived, Language::English) => RECEIVED_EN,
        (MessageKind::OrderReceived, Language::Chinese) => RECEIVED_ZH,
    }
}

/// The language that a customer is written to in, by their BCP 47 tag: Chinese, or else English.
pub fn language_of(tag: &str) -> Language {
    let primary = tag.split('-').next().unwrap_or_default();
    if primary.eq_ignore_ascii_case("zh") { Language::Chinese } else { Language::English }
}

/// Writes a message.
pub fn write(kind: MessageKind, language: Language, facts: &Facts) -> Text {
    let Template { subject, lines } = template(kind, language);
    let mut body: Vec<String> = Vec::with_capacity(lines.len());
    for line in lines.iter().filter_map(|line| fill(line, facts)) {
        let doubled = line.is_empty() && body.last().is_none_or(String::is_empty);
        if !doubled {
            body.push(line);
        }
    }
    Text { subject: one_line(&fill(subject, facts).unwrap_or_default()), body: body.join("\n") + "\n" }
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
        "goods" => Some(facts.goods.iter().map(goods_line).collect::<Vec<_>>().join("\n")).filter(|list| !list.is_empty()),
        "method" => known(&facts.method),
        "carrier" => known(&facts.carrier),
        "tracking_number" => known(&facts.tracking_number),
        "tracking_url" => known(&facts.tracking_url),
        _ => None,
    }
}

fn goods_line(goods: &Goods) -> String {
    one_line(&format!("- {}: {} {}", goods.name, goods.quantity, goods.unit))
}

/// Text without line breaks and other controls, which would split a header (BEHAVIOUR 6).
fn one_line(text: &str) -> String {
    text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        let goods = |name: &str, quantity: &str| Goods { name: name.into(), quantity: quantity.into(), unit: "set".into() };
        Facts {
            order_number: "202603-001".into(),
            goods: vec![goods("A4 printing paper", "50"), goods("Signing pen", "2.5")],
            method: Some("Courier".into()),
            carrier: Some("SF".into()),
            tracking_number: Some("SF123".into()),
            tracking_url: Some("https://carrier.example/SF123".into()),
        }
    }

    #[test]
    fn a_dispatch_names_goods_carrier_and_tracking_number() {
        // DOMAIN 4.3
        let text = write(MessageKind::ShipmentDispatched, Language::English, &facts());
        assert_eq!(text.subject, "Goods of your order 202603-001 are on their way");
        for said in
            ["- A4 printing paper: 50 set\n- Signing pen: 2.5 set\n", "Carrier: SF\n", "Tracking number: SF123\n", "https://carrier.example/SF123\n"]
        {
            assert!(text.body.contains(said), "{said}: {}", text.body);
        }
    }

    #[test]
    fn what_is_not_known_is_left_out_with_its_line() {
        let text =
            write(MessageKind::ShipmentDispatched, Language::Chinese, &Facts { carrier: None, tracking_number: None, tracking_url: None, ..facts() });
        assert!(!text.body.contains("承运商") && !text.body.contains("运单号") && !text.body.contains('{'), "{}", text.body);
        let bare = Facts { order_number: "1".into(), ..Facts::default() };
        let text = write(MessageKind::ShipmentDispatched, Language::English, &bare);
        assert!(!text.body.contains("\n\n\n"), "{}", text.body);
    }

    #[test]
    fn every_kind_is_complete_in_both_languages() {
        for kind in MessageKind::ALL {
            for language in [Language::English, Language::Chinese] {
                let text = write(*kind, language, &facts());
                assert!(text.subject.contains("202603-001") && text.body.contains("202603-001"), "{text:?}");
                assert_eq!(template(*kind, language).lines.iter().filter(|line| fill(line, &facts()).is_none()).count(), 0, "{kind}");
            }
        }
    }

    #[test]
    fn no_fact_breaks_a_line_or_is_taken_for_a_template() {
        // BEHAVIOUR 6
        let odd = Facts { order_number: "1\r\nBcc: x@y.example".into(), carrier: Some("{tracking_number}\nx".into()), ..facts() };
        let text = write(MessageKind::ShipmentDispatched, Language::English, &odd);
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
    use super::*;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["\\{[a-z_]{0,16}\\}?", "\\PC{0,20}", any::<String>()]
    }

    proptest! {
        #[test]
        fn no_fact_adds_a_line_or_a_header(number in text(), carrier in prop::option::of(text()), goods in text(), kind in proptest::sample::select(MessageKind::ALL)) {
            let goods = vec![Goods { name: goods, quantity: "1".into(), unit: "set".into() }];
            let odd = Facts { order_number: number, goods, carrier, ..Facts::default() };
            let plain = Facts { order_number: "1".into(), goods: vec![Goods { name: "x".into(), quantity: "1".into(), unit: "set".into() }], carrier: odd.carrier.as_ref().map(|_| "x".into()), ..Facts::default() };
            for language in [Language::English, Language::Chinese] {
                let (said, usual) = (write(kind, language, &odd), write(kind, language, &plain));
                prop_assert!(!said.subject.chars().any(char::is_control) && !said.body.chars().any(|c| c.is_control() && c != '\n'));
                prop_assert!(said.body.lines().count() <= usual.body.lines().count());
            }
        }
    }
}
