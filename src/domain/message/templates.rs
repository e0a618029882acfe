//! Docket's own texts, used where the company has not written others. A line with a fact that is not
//! known is left out.

use super::{MessageKind, Template};
use crate::domain::words::Language;
use std::borrow::Cow;

const fn template(subject: &'static str, body: &'static str, sms: &'static str) -> Template {
    Template { subject: Cow::Borrowed(subject), body: Cow::Borrowed(body), sms: Cow::Borrowed(sms) }
}

/// The text of a kind of message in a language.
pub const fn standard(kind: MessageKind, language: Language) -> Template {
    match (kind, language) {
        (MessageKind::ConfirmationRequested, Language::English) => CONFIRM_EN,
        (MessageKind::ConfirmationRequested, Language::Chinese) => CONFIRM_ZH,
        (MessageKind::ConfirmationReminder, Language::English) => REMIND_EN,
        (MessageKind::ConfirmationReminder, Language::Chinese) => REMIND_ZH,
        (MessageKind::ShipmentDispatched, Language::English) => DISPATCHED_EN,
        (MessageKind::ShipmentDispatched, Language::Chinese) => DISPATCHED_ZH,
        (MessageKind::OrderReceived, Language::English) => RECEIVED_EN,
        (MessageKind::OrderReceived, Language::Chinese) => RECEIVED_ZH,
        (MessageKind::ExceptionReported, Language::English) => TROUBLE_EN,
        (MessageKind::ExceptionReported, Language::Chinese) => TROUBLE_ZH,
        (MessageKind::ExceptionPlanned, Language::English) => REMEDY_EN,
        (MessageKind::ExceptionPlanned, Language::Chinese) => REMEDY_ZH,
    }
}

const CONFIRM_EN: Template = template(
    "Please confirm your order {order_number}",
    "Hello,

thank you for your order {order_number}. This is how we understood it:

{goods}

Total: {total}
Deliver to: {address}
Delivery: {method}
Expected delivery: {promised_date}

Please confirm it, or tell us what to change:
View and confirm the order: {link}

The link is good until {link_until}.
",
    "Please confirm your order {order_number}, {total}: {link}",
);

const CONFIRM_ZH: Template = template(
    "请确认您的订单 {order_number}",
    "您好：

感谢您的订单 {order_number}。订单内容如下：

{goods}

合计：{total}
收货地址：{address}
配送方式：{method}
预计送达：{promised_date}

请确认订单，或告知需要修改的内容：
查看并确认订单：{link}

链接有效期至 {link_until}。
",
    "请确认您的订单 {order_number}，合计 {total}：{link}",
);

const REMIND_EN: Template = template(
    "Your order {order_number} waits for your confirmation",
    "Hello,

we have not heard from you yet about your order {order_number}. We begin as soon as you have confirmed it.

{goods}

Total: {total}
Expected delivery: {promised_date}

View and confirm the order: {link}

The link is good until {link_until}.
",
    "Your order {order_number} waits for your confirmation: {link}",
);

const REMIND_ZH: Template = template(
    "您的订单 {order_number} 尚待确认",
    "您好：

我们尚未收到您对订单 {order_number} 的确认。您确认后我们将立即开始处理。

{goods}

合计：{total}
预计送达：{promised_date}

查看并确认订单：{link}

链接有效期至 {link_until}。
",
    "您的订单 {order_number} 尚待确认：{link}",
);

const DISPATCHED_EN: Template = template(
    "Goods of your order {order_number} are on their way",
    "Hello,

these goods of your order {order_number} have been dispatched:

{goods}

Sent by: {method}
Carrier: {carrier}
Tracking number: {tracking_number}
On the carrier's own page: {tracking_url}

Follow your goods: {link}

Thank you for your order.
",
    "Goods of your order {order_number} are on their way. {carrier} {tracking_number} {link}",
);

const DISPATCHED_ZH: Template = template(
    "您的订单 {order_number} 已发货",
    "您好：

您的订单 {order_number} 的以下商品已发出：

{goods}

配送方式：{method}
承运商：{carrier}
运单号：{tracking_number}
承运商查询页面：{tracking_url}

查看物流动态：{link}

感谢您的惠顾。
",
    "您的订单 {order_number} 已发货。{carrier} {tracking_number} {link}",
);

const RECEIVED_EN: Template = template(
    "Your order {order_number} is complete",
    "Hello,

everything of your order {order_number} has been delivered.
If anything is missing or not as it should be, please let us know.

Thank you for your order.
",
    "Everything of your order {order_number} has been delivered. If anything is missing, please let us know.",
);

const RECEIVED_ZH: Template = template(
    "您的订单 {order_number} 已完成",
    "您好：

您的订单 {order_number} 已全部交付。
如有缺少或不符，请及时告知我们。

感谢您的惠顾。
",
    "您的订单 {order_number} 已全部交付。如有缺少或不符，请及时告知我们。",
);

const TROUBLE_EN: Template = template(
    "About your order {order_number}",
    "Hello,

something has come up with your order {order_number} ({problem}):

{note}

We are looking after it and will write to you again as soon as we know what we do about it.
",
    "Something has come up with your order {order_number} ({problem}). We are looking after it and will write to you again.",
);

const TROUBLE_ZH: Template = template(
    "关于您的订单 {order_number}",
    "您好：

您的订单 {order_number} 出现以下情况（{problem}）：

{note}

我们正在处理，确定方案后会尽快再与您联系。
",
    "您的订单 {order_number} 出现情况（{problem}），我们正在处理，稍后会再与您联系。",
);

const REMEDY_EN: Template = template(
    "What we do about your order {order_number}",
    "Hello,

something went wrong with your order {order_number} ({problem}), and we are sorry for that.

{note}

This is what we do about it:

{remedies}

If you have questions, please let us know.
",
    "Something went wrong with your order {order_number} ({problem}). We have found a way to put it right and will keep you informed.",
);

const REMEDY_ZH: Template = template(
    "订单 {order_number} 的处理方案",
    "您好：

您的订单 {order_number} 出现问题（{problem}），我们深表歉意。

{note}

处理方案如下：

{remedies}

如有疑问，请与我们联系。
",
    "您的订单 {order_number} 出现问题（{problem}），我们已制定处理方案，并会及时告知进展。",
);
