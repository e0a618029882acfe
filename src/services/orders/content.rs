//! From what a caller says to what is stored: looks up customer, products and owner, reckons
//! amounts and dates, and finds what whoever verifies should look at.

use super::input::{CustomerRef, LineInput, OrderInput};
use super::promise::requested;
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Role;
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::order::{CustomerTier, Finding, LineKind, LineTerms, PaymentDue, Totals, TotalsError, totals};
use crate::domain::settings::Settings;
use crate::domain::time::UtcTime;
use crate::error::{Code, Error, Problem, Result};
use crate::input;
use crate::repositories::customers::{self, Customer};
use crate::repositories::orders::parts::{Delivery, Details, Line, find_alike};
use crate::repositories::products::{self, Product};
use crate::repositories::users;
use chrono::TimeDelta;
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// All that an order's content comes to.
pub struct Content {
    /// The input with everything that was looked up, as a revision keeps it.
    pub input: OrderInput,
    pub customer: Customer,
    pub owner: Option<Id>,
    pub ordered_at: UtcTime,
    pub key_account: bool,
    pub totals: Totals,
    pub details: Details,
    pub delivery: Delivery,
    pub lines: Vec<Line>,
}

impl Content {
    /// The content as a revision keeps it.
    ///
    /// # Errors
    /// Where it cannot be written, which no input brings about.
    pub fn written(&self) -> Result<Box<RawValue>> {
        to_raw_value(&self.input).map_err(Error::internal)
    }
}

/// What an amended order has already; a new one has nothing.
#[derive(Default)]
pub struct Known {
    /// It is there already: who amends it does not become its owner by that.
    pub amended: bool,
    /// What is said counted before, so products and people count that do not any more.
    pub restored: bool,
    /// The lines that an amendment may name by id; they keep their products.
    pub lines: Vec<Line>,
    /// Stays the owner even if they have left.
    pub owner: Option<Id>,
}

/// Works out an order's content, under the company's settings.
///
/// # Errors
/// `validation_failed` naming what cannot be looked up or does not fit.
pub fn build(tx: &mut Tx, settings: &Settings, order: Id, said: &OrderInput, known: &Known) -> Result<Content> {
    let mut input = said.clone();
    let digits = codes::minor_digits(&input.currency).unwrap_or(2);
    check_digits(&input, digits)?;
    let customer = resolve_customer(tx, &mut input.customer)?;
    if !known.amended {
        input.payment_terms = input.payment_terms.or_else(|| customer.payment_terms.clone());
        input.payment_due = input.payment_due.or(customer.payment_due);
    }
    if input.payment_due.is_some_and(PaymentDue::needs_deposit) && input.deposit.is_none() {
        return Err(Problem::invalid("/deposit", "required", "is what has to be paid before release", "须填写下达前应付的定金").into());
    }
    let owner = resolve_owner(tx, input.owner.as_deref(), known)?;
    input.owner = owner.map(|id| id.text(Kind::User));
    let ordered_at = input.ordered_at.unwrap_or(tx.now);
    if ordered_at.is_ahead_of(tx.now) {
        return Err(Problem::invalid("/ordered_at", "range", "must not lie in the future", "不得晚于当前时间").into());
    }
    input.ordered_at = Some(ordered_at);
    let (mut lines, priced_otherwise) = build_lines(tx, order, &mut input, known)?;
    let terms: Vec<LineTerms> = lines.iter().map(Line::terms).collect();
    let totals = totals(&terms, input.discount, input.shipping_fee, input.prices_include_tax, digits).map_err(totals_problem)?;
    for (line, total) in lines.iter_mut().zip(&totals.lines) {
        (line.amount, line.tax) = (total.amount, total.tax);
    }
    let delivery = build_delivery(tx, order, &input, ordered_at, known.amended)?;
    let key_account = input.key_account == Some(true) || customer.tier == CustomerTier::KeyAccount;
    let mut details = build_details(order, &input);
    let mut findings = findings(tx, settings, &details, &delivery, &lines, totals.total)?;
    if priced_otherwise {
        findings.push(Finding::PriceDiffers);
    }
    details.findings = Json(findings);
    Ok(Content { input, customer, owner, ordered_at, key_account, totals, details, delivery, lines })
}

/// Amounts of money may have no more digits than the currency's minor unit.
fn check_digits(input: &OrderInput, digits: u32) -> Result<()> {
    let mut problem = Problem::new(Code::ValidationFailed);
    let of_the_order = [
        ("/discount", Some(input.discount)),
        ("/shipping_fee", Some(input.shipping_fee)),
        ("/declared_total", input.declared_total),
        ("/deposit", input.deposit),
    ];
    let too_precise = |amount: Amount| !amount.fits(digits);
    let wrong = of_the_order.into_iter().filter(|(_, amount)| amount.is_some_and(too_precise)).map(|(pointer, _)| pointer.to_owned());
    let wrong_lines = input.lines.iter().enumerate().filter(|(_, line)| too_precise(line.discount_amount));
    for pointer in wrong.chain(wrong_lines.map(|(at, _)| format!("/lines/{at}/discount_amount"))) {
        let en = format!("may have at most {digits} digits after the point in this currency");
        problem = problem.field(&pointer, "too_precise", en, format!("该币种最多 {digits} 位小数"));
    }
    if problem.errors.is_empty() { Ok(()) } else { Err(problem.into()) }
}

/// Finds the customer by id or code, or one who is exactly the same, or makes a new one; the
/// reference then names them, with what this order knows better.
fn resolve_customer(tx: &mut Tx, named: &mut CustomerRef) -> Result<Customer> {
    let found = find_customer(tx, named)?;
    let customer = match found {
        Some(customer) => customer,
        None => make_customer(tx, named)?,
    };
    named.id = Some(customer.id.text(Kind::Customer));
    named.code = named.code.take().or_else(|| customer.code.clone());
    named.name = named.name.take().or_else(|| Some(customer.name.clone()));
    named.contact_name = named.contact_name.take().or_else(|| customer.contact_name.clone());
    named.phone = named.phone.take().or_else(|| customer.phone.clone());
    named.email = named.email.take().or_else(|| customer.email.clone());
    Ok(customer)
}

fn find_customer(tx: &mut Tx, named: &CustomerRef) -> Result<Option<Customer>> {
    if let Some(text) = &named.id {
        let id = Kind::Customer.parse(text);
        let found = id.map(|id| customers::find_real(tx.conn, id)).transpose()?.flatten();
        return found.map(Some).ok_or_else(|| Problem::invalid("/customer/id", "unknown", "there is no such customer", "没有该客户").into());
    }
    if let Some(code) = &named.code
        && let Some(found) = customers::find_by_code(tx.conn, code)?
    {
        return real(tx, Some(found));
    }
    match &named.name {
        Some(_) if named.code.is_some() => Ok(None),
        Some(name) => {
            let found = customers::find_same(tx.conn, name, named.phone.as_deref(), named.email.as_deref())?;
            real(tx, found)
        }
        None => Err(Problem::invalid("/customer", "required", "needs an id, a known code or a name", "须提供 id、已有 code 或 name").into()),
    }
}

/// The customer that was found, or whom they turned out to be.
fn real(tx: &mut Tx, found: Option<Customer>) -> Result<Option<Customer>> {
    match found.as_ref().and_then(|customer| customer.merged_into_id) {
        Some(real) => customers::find(tx.conn, real),
        None => Ok(found),
    }
}

fn make_customer(tx: &mut Tx, named: &CustomerRef) -> Result<Customer> {
    let name = named.name.clone().unwrap_or_default();
    let customer = Customer {
        id: tx.new_id(),
        version: 1,
        code: named.code.clone(),
        contact_name: named.contact_name.clone(),
        phone: named.phone.clone(),
        email: named.email.clone(),
        language: "zh-CN".to_owned(),
        tier: CustomerTier::Standard,
        credit_limit: None,
        tax_number: None,
        tax: Json(None),
        contacts: Json(Vec::new()),
        addresses: Json(Vec::new()),
        payment_terms: None,
        payment_due: None,
        merged_into_id: None,
        search: String::new(),
        created_at: tx.now,
        updated_at: tx.now,
        name,
    }
    .searchable();
    if customers::insert(tx.conn, &customer)? {
        tx.record(Event::new(EventName::CustomerCreated, Kind::Customer, customer.id).with("version", 1))?;
        return Ok(customer);
    }
    // someone made a customer of this code at the same moment
    let code = customer.code.as_deref().unwrap_or_default();
    customers::find_by_code(tx.conn, code)?.ok_or_else(|| Problem::unavailable().into())
}

/// Who can own an order: its department's head approves it.
const SALES: &[Role] = &[Role::SalesSpecialist, Role::SalesManager];

/// The sales person: the one named, or whoever enters the order, where they are in sales.
fn resolve_owner(tx: &mut Tx, named: Option<&str>, known: &Known) -> Result<Option<Id>> {
    let Some(text) = named else {
        let sells = !known.amended && tx.actor.holds(SALES);
        return Ok(tx.actor.user_id().filter(|_| sells));
    };
    let id = Kind::User.parse(text);
    if id.is_some() && id == known.owner {
        return Ok(known.owner);
    }
    let user = id.map(|id| users::find(tx.conn, id)).transpose()?.flatten();
    match user {
        Some(user) if known.restored || (user.active && user.roles.0.iter().any(|role| SALES.contains(role))) => Ok(Some(user.id)),
        _ => Err(Problem::invalid("/owner", "unknown", "must be an active user in sales", "须为在职销售人员").into()),
    }
}

/// The lines, and whether the price of one is not the catalogue's.
fn build_lines(tx: &mut Tx, order: Id, input: &mut OrderInput, known: &Known) -> Result<(Vec<Line>, bool)> {
    let skus: Vec<String> = input.lines.iter().filter_map(|line| line.sku.clone()).collect();
    let catalog = if skus.is_empty() { Vec::new() } else { products::find_by_skus(tx.conn, &skus)? };
    let mut problem = Problem::new(Code::ValidationFailed);
    let mut lines: Vec<Line> = Vec::with_capacity(input.lines.len());
    let mut priced_otherwise = false;
    for (at, said) in input.lines.iter_mut().enumerate() {
        let before = known.lines.iter().find(|line| said.id.as_deref() == Some(line.id.text(Kind::Line).as_str()));
        let kept = |product: &Product| before.is_some_and(|line| line.product_id == Some(product.id));
        let product = catalog.iter().find(|p| said.sku.as_deref() == Some(p.sku.as_str()) && (p.active || known.restored || kept(p)));
        let id = match said.id.as_deref().map(|text| Kind::Line.parse(text)) {
            None => Some(tx.new_id()),
            Some(id) => id.filter(|id| before.is_some() && lines.iter().all(|line| line.id != *id)),
        };
        let Some(id) = id else {
            problem = problem.field(&format!("/lines/{at}/id"), "unknown", "is not a line of this order", "不是该订单的明细");
            continue;
        };
        complete_line(said, product, &input.currency);
        let missing = [("name", said.name.is_none()), ("unit_price", said.unit_price.is_none())];
        for (field, _) in missing.iter().filter(|(_, missing)| *missing) {
            let en = "is required where the SKU is not in the catalogue (a price: in this currency)";
            problem = problem.field(&format!("/lines/{at}/{field}"), "required", en, "目录中没有该 SKU 时必填");
        }
        if !known.restored && product.is_some_and(|product| !fits(said.kind, product.kind)) {
            let en = "is another in the catalogue; only what is stocked can be ordered custom-made";
            problem = problem.field(&format!("/lines/{at}/kind"), "conflict", en, "与产品目录不符；仅标准品可改为定制");
        }
        said.id = Some(id.text(Kind::Line));
        priced_otherwise |= product.is_some_and(|product| product.currency != input.currency || said.unit_price != Some(product.unit_price));
        lines.push(line_row(order, at, id, said, product));
    }
    if problem.errors.is_empty() { Ok((lines, priced_otherwise)) } else { Err(problem.into()) }
}

/// Whether a line of this kind can be of a product of that one: approvals follow from it (DOMAIN 2.1).
fn fits(said: Option<LineKind>, product: LineKind) -> bool {
    said.is_none_or(|kind| kind == product || (kind, product) == (LineKind::Custom, LineKind::Standard))
}

/// Fills in what the catalogue knows.
fn complete_line(said: &mut LineInput, product: Option<&Product>, currency: &str) {
    let priced = product.filter(|p| p.currency == currency);
    said.name = said.name.take().or_else(|| product.map(|p| p.name.clone()));
    said.specification = said.specification.take().or_else(|| product.map(|p| p.specification.clone())).or(Some(String::new()));
    said.unit = said.unit.take().or_else(|| product.map(|p| p.unit.clone())).or_else(|| Some("unit".to_owned()));
    said.unit_price = said.unit_price.or_else(|| priced.map(|p| p.unit_price));
    said.kind = said.kind.or_else(|| product.map(|p| p.kind)).or(Some(LineKind::Standard));
}

fn line_row(order: Id, at: usize, id: Id, said: &LineInput, product: Option<&Product>) -> Line {
    Line {
        position: i32::try_from(at + 1).unwrap_or(i32::MAX),
        product_id: product.map(|p| p.id),
        sku: said.sku.clone(),
        name: said.name.clone().unwrap_or_default(),
        specification: said.specification.clone().unwrap_or_default(),
        unit: said.unit.clone().unwrap_or_default(),
        kind: said.kind.unwrap_or(LineKind::Standard),
        quantity: said.quantity,
        unit_price: said.unit_price.unwrap_or_default(),
        discount_rate: said.discount_rate,
        discount_amount: said.discount_amount,
        tax_rate: said.tax_rate,
        promised_date: said.promised_date,
        through_warehouse: product.is_some_and(|p| p.through_warehouse),
        ..Line::new(order, id)
    }
}

fn totals_problem(error: TotalsError) -> Problem {
    match error {
        TotalsError::LineNegative(at) => {
            Problem::invalid(&format!("/lines/{at}/discount_amount"), "too_large", "is above the line's value", "折扣超过明细金额")
        }
        TotalsError::TotalNegative => Problem::invalid("/discount", "too_large", "is above all there is to pay", "折扣超过应付金额"),
        TotalsError::TooLarge => Problem::invalid("/lines", "too_large", "come to more than 12 digits before the point", "金额整数部分超过 12 位"),
    }
}

fn build_delivery(tx: &mut Tx, order: Id, input: &OrderInput, ordered_at: UtcTime, amended: bool) -> Result<Delivery> {
    let said = input.delivery.clone();
    let requested = requested(tx, Some(order).filter(|_| amended), &said, ordered_at)?;
    let promised = said.promised_date.or(requested); // what nobody promised otherwise is promised as asked for
    let address = said.address;
    Ok(Delivery {
        order_id: order,
        country: address.country,
        region: address.region,
        city: address.city,
        street: address.street,
        postcode: address.postcode,
        contact_name: address.contact_name,
        phone: address.phone,
        method: said.method,
        requested_date: requested,
        requested_within_working_days: said.requested_within_working_days.map(i32::from),
        promised_date: promised,
        instructions: said.instructions,
        in_parts: said.in_parts,
    })
}

/// A hash of what was ordered, whatever the order of lines: same goods, same hash (DOMAIN 1.3).
fn goods_fingerprint(input: &OrderInput) -> Vec<u8> {
    let mut goods: Vec<Value> = input
        .lines
        .iter()
        .map(|line| {
            let name = line.sku.clone().or_else(|| line.name.as_ref().map(|n| n.to_lowercase()));
            serde_json::json!([name, line.specification, line.quantity])
        })
        .collect();
    goods.sort_by_cached_key(Value::to_string);
    input::fingerprint(&Value::Array(goods))
}

fn build_details(order: Id, input: &OrderInput) -> Details {
    let customer = input.customer.clone();
    let searchable = [customer.name.as_ref(), customer.contact_name.as_ref(), customer.phone.as_ref(), input.channel_ref.as_ref()];
    let goods = input.lines.iter().flat_map(|line| [line.sku.as_ref(), line.name.as_ref()]);
    Details {
        order_id: order,
        goods_fingerprint: goods_fingerprint(input),
        declared_total: input.declared_total,
        prices_include_tax: input.prices_include_tax,
        contract_number: input.contract_number.clone(),
        priority: input.priority,
        payment_terms: input.payment_terms.clone(),
        payment_due: input.payment_due.unwrap_or(PaymentDue::OnAccount),
        payment_method: input.payment_method.clone(),
        deposit: input.deposit,
        invoice_wanted: input.invoice.map(Json),
        tags: Json(input.tags.clone()),
        metadata: Json(input.metadata.clone()),
        findings: Json(Vec::new()),
        correction: None,
        hold_reason: None,
        cancel_reason: None,
        received_by: None,
        amended_from: None,
        reconfirm: false,
        search: searchable.into_iter().chain(goods).flatten().map(|t| t.to_lowercase()).collect::<Vec<_>>().join("\n"),
        customer_name: customer.name.unwrap_or_default(),
        contact_name: customer.contact_name,
        phone: customer.phone,
        email: customer.email,
    }
}

/// What whoever verifies should look at (DOMAIN 1.3, 1.5, 1.6).
fn findings(tx: &mut Tx, settings: &Settings, details: &Details, delivery: &Delivery, lines: &[Line], total: Amount) -> Result<Vec<Finding>> {
    let today = tx.company.zone.local_date(tx.now.utc());
    let mut found = Vec::new();
    if details.declared_total.is_some_and(|declared| declared != total) {
        found.push(Finding::AmountDifference);
    }
    if let Some(phone) = &details.phone {
        let since = tx.now.plus(-TimeDelta::hours(i64::from(settings.look_alike_hours)));
        if find_alike(tx.conn, details.order_id, phone, &details.goods_fingerprint, since)?.is_some() {
            found.push(Finding::LooksAlike);
        }
    }
    if lines.iter().any(|line| line.product_id.is_none() && line.kind == LineKind::Standard) {
        found.push(Finding::UnknownSku);
    }
    if delivery.promised_date.is_some_and(|date| date < today) {
        found.push(Finding::PromisedInPast);
    }
    if !delivery.missing(lines).is_empty() {
        found.push(Finding::IncompleteAddress);
    }
    Ok(found)
}
