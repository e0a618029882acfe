//! How an order looks from outside.

mod delivery;

use crate::api::customers::{self, CustomerView};
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::order::{Stage, Status};
use crate::domain::order::{Channel, Finding, InventoryStatus, InvoiceKind, LineKind, PaymentDue, PaymentStatus, Priority, ProductionStatus};
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::repositories::orders::parts::{Details, Line};
use crate::repositories::orders::promises::Promise;
use crate::repositories::orders::whole::Whole;
use crate::repositories::users::Named;
use chrono::NaiveDate;
use delivery::{OrderDelivery, delivery};
use serde::Serialize;
use serde_json::{Map, Value};

/// The customer as this order knows them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderCustomer {
    /// The customer, `cus_…`.
    pub id: String,
    pub name: String,
    pub contact_name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// The customer's own record as it is now; in lists with `expand=customer` only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub record: Option<CustomerView>,
}

/// One line. Quantities are text without needless zeros, amounts have the currency's digits.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderLineView {
    pub id: String,
    /// From 1, in the order of the form.
    pub position: i32,
    /// The product of the catalogue; null where the line names none (DECISIONS 20).
    pub product_id: Option<String>,
    pub sku: Option<String>,
    pub name: String,
    pub specification: String,
    pub unit: String,
    /// `standard` is taken from stock, `custom` is produced, `service` is neither.
    pub kind: LineKind,
    pub kind_label: &'static str,
    pub quantity: String,
    pub unit_price: Amount,
    /// The part taken off the line, from 0 to 1.
    pub discount_rate: String,
    /// What is taken off the line besides.
    pub discount_amount: String,
    /// From 0 to 1.
    pub tax_rate: String,
    /// Quantity times price less the discounts.
    pub amount: String,
    /// The line's tax: within `amount` where prices include it, else on top.
    pub tax: String,
    /// How much is set aside in the warehouses, not picked yet.
    pub reserved: String,
    /// How much has been taken off the shelves for this order.
    pub picked: String,
    /// How much has been dispatched.
    pub shipped: String,
    /// How much has arrived.
    pub delivered: String,
    /// How much has come back.
    pub returned: String,
    /// The day promised for this line, where it is not the order's.
    pub promised_date: Option<NaiveDate>,
    /// Where making it stands; null for what is not made.
    pub production_status: Option<ProductionStatus>,
    /// How much of it was made for this order.
    pub made: String,
    /// What was short of standard goods and is being made.
    pub to_make: String,
}

/// A person whom an order names.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderPerson {
    pub id: String,
    pub username: String,
    pub display_name: String,
}

/// What the system found when the order came in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderFinding {
    /// What was found.
    pub code: Finding,
    pub detail: &'static str,
}

/// An order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderView {
    pub id: String,
    /// The number by which people call it; can be used in paths instead of the id.
    pub number: String,
    /// The main stage of the order: `created`, `reviewed`, `executing`, `shipped`, `received`, `archived` or `cancelled`. `stage` says more.
    pub status: Status,
    pub status_label: &'static str,
    /// What it waits for now.
    pub stage: Stage,
    pub stage_label: &'static str,
    /// Raised by everything that happens to the order or a part of it; the `ETag` is made of it.
    pub version: i64,
    /// Raised only when what was ordered is amended; `GET …/revisions` shows each.
    pub revision: i32,
    /// Where the order came from.
    pub channel: Channel,
    pub channel_label: &'static str,
    /// The channel's own reference for the order.
    pub channel_ref: Option<String>,
    /// Who ordered.
    pub customer: OrderCustomer,
    /// What was ordered.
    pub lines: Vec<OrderLineView>,
    /// The sum of the lines.
    pub goods_amount: String,
    /// What is taken off the whole order, besides the discounts of lines.
    pub discount: String,
    /// What the customer pays for shipping.
    pub shipping_fee: String,
    /// The tax of all lines.
    pub tax: String,
    /// What the customer pays: goods less discount, plus shipping, plus tax where prices do not include it.
    pub total: String,
    /// The total that the source declared.
    pub declared_total: Option<String>,
    /// The declared total less the computed one; null where none was declared.
    pub amount_difference: Option<String>,
    pub currency: String,
    /// Whether `unit_price` includes the tax.
    pub prices_include_tax: bool,
    /// Where, how and when the goods are to arrive.
    pub delivery: OrderDelivery,
    /// Whether what was promised will be kept; null before it is reviewed.
    pub promise: Option<OrderPromise>,
    /// To be done before others; such orders get stock first and may need more approvals.
    pub rush: bool,
    /// Ordered before the goods are available; may need more approvals.
    pub preorder: bool,
    /// An important customer's order; may need more approvals.
    pub key_account: bool,
    /// The sales person.
    pub owner: Option<OrderPerson>,
    /// The person who entered it; somebody else has to verify it.
    pub entered_by: Option<OrderPerson>,
    /// The API key that entered it, where no person did.
    pub entered_by_key_id: Option<String>,
    /// When the customer ordered.
    pub ordered_at: UtcTime,
    /// Where the stock of its standard lines stands.
    pub inventory_status: InventoryStatus,
    pub inventory_status_label: &'static str,
    /// Where the production of its custom lines stands.
    pub production_status: ProductionStatus,
    pub production_status_label: &'static str,
    /// What has been paid of the total.
    pub payment_status: PaymentStatus,
    pub payment_status_label: &'static str,
    /// Numbers of the open blocking exceptions.
    pub blocked_by: Vec<String>,
    /// Whether people's steps forward are stopped by `POST …/hold`.
    pub on_hold: bool,
    /// Why it is on hold.
    pub hold_reason: Option<String>,
    /// The revision that counts while an amendment of it waits for its approvers or for the customer.
    pub amended_from: Option<i32>,
    /// Whether the customer has to say yes to the amendment.
    pub reconfirm: bool,
    /// What is to be corrected, while the order is sent back.
    pub correction: Option<String>,
    /// Why it was cancelled.
    pub cancel_reason: Option<String>,
    /// What looked odd when it came in; for whoever verifies it.
    pub findings: Vec<OrderFinding>,
    /// The contract it was ordered under.
    pub contract_number: Option<String>,
    /// How urgent it is among others; for people, nothing follows from it.
    pub priority: Priority,
    /// What was agreed on paying, in free text.
    pub payment_terms: Option<String>,
    /// How the customer means to pay, in free text.
    pub payment_method: Option<String>,
    /// What has to be paid before the order goes on.
    pub payment_due: PaymentDue,
    pub payment_due_label: &'static str,
    /// What is to be paid beforehand.
    pub deposit: Option<String>,
    /// What invoice is wanted.
    pub invoice: Option<InvoiceKind>,
    /// Free words for finding it again.
    pub tags: Vec<String>,
    /// Free data of the integrating system, kept as it came.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    /// When the customer confirmed it, after the last approval.
    pub reviewed_at: Option<UtcTime>,
    /// When the last of it was dispatched.
    pub shipped_at: Option<UtcTime>,
    /// When its receipt was recorded.
    pub received_at: Option<UtcTime>,
    /// Who accepted it for the customer, where staff recorded that.
    pub received_by: Option<String>,
    /// When it was done with.
    pub archived_at: Option<UtcTime>,
}

fn person(named: Named) -> OrderPerson {
    OrderPerson { id: named.id.text(Kind::User), username: named.username, display_name: named.display_name }
}

fn line((line, reserved): (Line, Amount), begun: bool, digits: u32, language: Language) -> OrderLineView {
    OrderLineView {
        production_status: line.production(begun),
        id: line.id.text(Kind::Line),
        position: line.position,
        product_id: line.product_id.map(|id| id.text(Kind::Product)),
        sku: line.sku,
        name: line.name,
        specification: line.specification,
        unit: line.unit,
        kind: line.kind,
        kind_label: line.kind.label(language),
        quantity: line.quantity.short(),
        unit_price: line.unit_price,
        discount_rate: line.discount_rate.short(),
        discount_amount: line.discount_amount.text(digits),
        tax_rate: line.tax_rate.short(),
        amount: line.amount.text(digits),
        tax: line.tax.text(digits),
        reserved: reserved.short(),
        picked: line.picked.short(),
        shipped: line.shipped.short(),
        delivered: line.delivered.short(),
        returned: line.returned.short(),
        promised_date: line.promised_date,
        made: line.made.short(),
        to_make: line.to_make.short(),
    }
}

fn customer(id: Id, details: &Details, record: Option<CustomerView>) -> OrderCustomer {
    OrderCustomer {
        id: id.text(Kind::Customer),
        name: details.customer_name.clone(),
        contact_name: details.contact_name.clone(),
        phone: details.phone.clone(),
        email: details.email.clone(),
        record,
    }
}

/// What was promised, and what will come of it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderPromise {
    /// The day promised when the customer confirmed; punctuality is measured by it.
    pub original_date: Option<NaiveDate>,
    /// The day on which it will have left, or been carried out, if each open task takes its time; null once it has.
    pub predicted_date: Option<NaiveDate>,
    /// The prediction lies after `delivery.promised_date`, or the earliest day promised of a line.
    pub at_risk: bool,
}

/// How an order's promise looks.
pub(super) fn promise_view(promise: Promise) -> OrderPromise {
    OrderPromise { original_date: promise.original_date, predicted_date: promise.predicted_date, at_risk: promise.at_risk }
}

/// How an order looks to someone who reads this language.
pub fn view(whole: Whole, language: Language) -> OrderView {
    let Whole { order, details, .. } = whole;
    let digits = codes::minor_digits(&order.currency).unwrap_or(4);
    let begun = order.production_status == ProductionStatus::InProgress;
    let difference = details.declared_total.and_then(|declared| declared.minus(order.total).ok());
    let status = order.state.status();
    let (Json(tags), Json(metadata), Json(findings)) = (details.tags.clone(), details.metadata.clone(), details.findings.clone());
    OrderView {
        id: order.id.text(Kind::Order),
        number: order.number,
        status,
        status_label: status.label(language),
        stage: order.stage,
        stage_label: order.stage.label(language),
        version: order.version,
        revision: order.revision,
        channel: order.channel,
        channel_label: order.channel.label(language),
        channel_ref: order.channel_ref,
        customer: customer(order.customer_id, &details, whole.customer.map(|record| customers::view(record, language))),
        lines: whole.lines.into_iter().map(|each| line(each, begun, digits, language)).collect(),
        goods_amount: order.goods_amount.text(digits),
        discount: order.discount.text(digits),
        shipping_fee: order.shipping_fee.text(digits),
        tax: order.tax.text(digits),
        total: order.total.text(digits),
        declared_total: details.declared_total.map(|amount| amount.text(digits)),
        amount_difference: difference.map(|amount| amount.text(digits)),
        currency: order.currency,
        prices_include_tax: details.prices_include_tax,
        delivery: delivery(whole.delivery, language),
        promise: whole.promise.map(promise_view),
        rush: order.rush,
        preorder: order.preorder,
        key_account: order.key_account,
        owner: whole.owner.map(person),
        entered_by: whole.entered_by.map(person),
        entered_by_key_id: order.entered_by_key_id.map(|id| id.text(Kind::ApiKey)),
        ordered_at: order.ordered_at,
        inventory_status: order.inventory_status,
        inventory_status_label: order.inventory_status.label(language),
        production_status: order.production_status,
        production_status_label: order.production_status.label(language),
        payment_status: order.payment_status,
        payment_status_label: order.payment_status.label(language),
        blocked_by: whole.blocked_by,
        on_hold: details.hold_reason.is_some(),
        amended_from: details.amended_from,
        reconfirm: details.reconfirm,
        hold_reason: details.hold_reason,
        correction: details.correction,
        cancel_reason: details.cancel_reason,
        findings: findings.into_iter().map(|code| OrderFinding { code, detail: code.label(language) }).collect(),
        contract_number: details.contract_number,
        priority: details.priority,
        payment_terms: details.payment_terms,
        payment_due: details.payment_due,
        payment_due_label: details.payment_due.label(language),
        payment_method: details.payment_method,
        deposit: details.deposit.map(|amount| amount.text(digits)),
        invoice: details.invoice_wanted.map(|Json(kind)| kind),
        tags,
        metadata,
        created_at: order.created_at,
        updated_at: order.updated_at,
        reviewed_at: order.reviewed_at,
        shipped_at: order.shipped_at,
        received_at: order.received_at,
        received_by: details.received_by,
        archived_at: order.archived_at,
    }
}
