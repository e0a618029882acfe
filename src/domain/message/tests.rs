//! Messages say what they should, and nothing that a fact brings in becomes more than a fact.

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
        problem: Some("Delivery delay".into()),
        note: Some("A storm".into()),
        remedies: vec!["A coupon".into()],
        has_link: true,
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
    let goods =
        Goods { name: "Paper".into(), specification: "80 g".into(), quantity: "50".into(), unit: "set".into(), amount: Some("800.00 CNY".into()) };
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
                let carries = kind.needs_link() || *kind == MessageKind::ShipmentDispatched;
                assert!(text.body.contains("202603-001") && text.body.contains(LINK) == carries, "{text:?}");
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
