//! The page behind a customer's link: plain HTML that reads well on a phone, with nothing in it that
//! runs (BEHAVIOUR 8).

use crate::domain::link::{CustomerAnswer, Standing};
use crate::domain::offer::{Offer, OfferLine, day};
use crate::domain::words::Language;
use crate::error::Problem;
use crate::services::confirmations::Shown;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_FRAME_OPTIONS};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minijinja::{Environment, Value, context};
use sha2::{Digest, Sha256};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");

/// What a page says: its language, and the facts for its frame.
pub struct Page {
    language: Language,
    facts: Value,
}

impl Page {
    /// In a language, with what the frame is filled with.
    pub fn new(language: Language, facts: Value) -> Self {
        Self { language, facts: context! { language => language.tag(), words => words(language), ..facts } }
    }
}

/// The names of the page's parts in a language.
fn words(language: Language) -> Value {
    let pick = |en: &'static str, zh: &'static str| language.pick(en, zh);
    context! {
        order => pick("Order", "订单"),
        goods => pick("Goods", "商品"),
        discount => pick("Discount", "优惠"),
        shipping => pick("Shipping", "运费"),
        tax => pick("Tax", "税费"),
        total => pick("Total", "合计"),
        tax_included => pick("Prices include tax.", "价格含税。"),
        address => pick("Deliver to", "收货地址"),
        method => pick("Delivery", "配送方式"),
        expected => pick("Expected delivery", "预计送达"),
        in_parts => pick("What there is leaves first, the rest when it comes.", "现有商品先行发出，其余到货后补发。"),
        terms => pick("Payment terms", "付款条件"),
        deposit => pick("Deposit", "定金"),
        confirm => pick("Confirm the order", "确认订单"),
        change => pick("Ask for a change", "申请修改"),
        change_label => pick("What should we change?", "需要修改哪些内容？"),
        change_button => pick("Send the request", "提交修改要求"),
        you_wrote => pick("You wrote:", "您的留言："),
        delivered => pick("Delivered", "送达日期"),
        signed_by => pick("Signed by", "签收人"),
        carrier => pick("Carrier", "承运商"),
        tracking_number => pick("Tracking number", "运单号"),
        carriers_page => pick("The carrier's own page", "承运商查询页面"),
    }
}

/// Told to a customer who asks for a change without saying which.
pub fn what_to_change(language: Language) -> &'static str {
    language.pick("Please tell us what to change.", "请填写需要修改的内容。")
}

/// Told to a customer who writes more than is kept.
pub fn too_long(language: Language) -> &'static str {
    language.pick("Please keep it within 2,000 characters.", "请控制在 2000 个字符以内。")
}

/// What is said first: thanks for the answer that was given, or how the link stands.
fn headline(shown: &Shown, language: Language) -> &'static str {
    match (shown.standing, shown.link.answer) {
        (Standing::Answered, _) if shown.offer.is_none() => language.pick(
            "This order was changed since you answered. Please use the link in our latest message.",
            "您答复后订单已有变更。请使用我们最新消息中的链接。",
        ),
        (Standing::Answered, Some(CustomerAnswer::Confirm)) => language.pick("Thank you. You have confirmed this order.", "谢谢，您已确认该订单。"),
        (Standing::Answered, Some(CustomerAnswer::Change)) => language
            .pick("Thank you. We have your request for a change and will write to you again.", "谢谢，我们已收到您的修改要求，稍后会再与您联系。"),
        (standing, _) => standing.sentence(language),
    }
}

fn line_of(line: &OfferLine, language: Language) -> Value {
    let promised = line.promised_date.map(|date| day(date, language));
    context! { promised, ..Value::from_serialize(line) }
}

fn order(offer: &Offer, language: Language) -> Value {
    let unless_zero = |amount: &str| (!amount.trim_start_matches(['0', '.']).is_empty()).then(|| amount.to_owned());
    context! {
        customer_name => offer.customer_name,
        lines => offer.lines.iter().map(|line| line_of(line, language)).collect::<Vec<_>>(),
        payment_terms => offer.payment_terms,
        deposit => offer.deposit,
        currency => offer.currency,
        discount => unless_zero(&offer.discount),
        shipping_fee => unless_zero(&offer.shipping_fee),
        tax => unless_zero(&offer.tax),
        prices_include_tax => offer.prices_include_tax,
        total => offer.total,
        address => offer.address.line(language),
        method => offer.delivery_method.map(|method| method.label(language)),
        expected => offer.promised_date.map(|date| day(date, language)),
        in_parts => offer.in_parts,
    }
}

/// The page of a link, with what is wrong with the last try, if anything.
pub fn of(shown: &Shown, language: Language, wrong: Option<&str>) -> Page {
    let title = format!("{} {}", language.pick("Order", "订单"), shown.order.number);
    let facts = context! {
        title,
        headline => headline(shown, language),
        good => matches!(shown.standing, Standing::Answered | Standing::Confirmed) && shown.offer.is_some(),
        wrong,
        order => shown.offer.as_ref().map(|offer| order(offer, language)),
        open => shown.standing == Standing::Open,
        comment => shown.link.comment,
    };
    Page::new(language, facts)
}

/// A page that says a problem and nothing else.
pub fn of_problem(problem: &Problem, language: Language) -> Page {
    let title = problem.code.title(language);
    let wrong = match problem.code.status() {
        404 => {
            language.pick("This link is not known. Please use the whole link of our message.", "链接无效。请使用我们消息中的完整链接。").to_owned()
        }
        _ => problem.detail_text(language),
    };
    Page::new(language, context! { title, wrong })
}

fn html(page: &Page) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.add_template("page.html", PAGE)?;
    environment.get_template("page.html")?.render(context! { style => Value::from_safe_string(STYLE.to_owned()), ..page.facts.clone() })
}

/// Only our own style counts, only we are sent the form, and nobody frames the page.
fn policy() -> String {
    let style = STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    format!("default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
}

/// Sends a page.
pub fn respond(page: &Page, status: StatusCode) -> HttpResponse {
    let html = html(page).unwrap_or_else(|error| {
        log::error!("the page cannot be written: {error:#}");
        page.language.pick("Something went wrong here.", "服务器内部错误。").to_owned()
    });
    let mut response = HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CONTENT_LANGUAGE, page.language.tag()))
        .insert_header((CONTENT_SECURITY_POLICY, policy()))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .body(html);
    super::private(&mut response);
    response
}
