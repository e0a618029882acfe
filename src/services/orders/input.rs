//! What callers say about an order: the body of `POST /v1/orders`, which is also what a merge
//! patch is merged into and what a revision keeps.

mod delivery;

pub use delivery::{AddressInput, DeliveryInput};

use crate::domain::amount::Amount;
use crate::domain::order::{Channel, InvoiceKind, KeyField, LineKind, PaymentDue, Priority};
use crate::domain::time::UtcTime;
use crate::input::{day, rules};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use utoipa::PartialSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{AdditionalProperties, ObjectBuilder, Schema};
use validator::{Validate, ValidationError};

/// Who the order is for: a customer we know by `id` or `code`, or a new one by `name`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerRef {
    /// `cus_…`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub id: Option<String>,
    /// The caller's own code for the customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub code: Option<String>,
    /// For a customer whom we do not know yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub contact_name: Option<String>,
    /// E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::phone))]
    #[schema(max_length = 16, pattern = r"^\+[1-9][0-9]{6,14}$")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::email))]
    #[schema(max_length = 254, format = "email")]
    pub email: Option<String>,
}

/// One line. What a product of the catalogue says (`sku`) need not be said again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LineInput {
    /// The line that is meant, when amending; lines without are new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub id: Option<String>,
    /// The product of the catalogue; fills in what the line does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub sku: Option<String>,
    /// Needed where no product is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    pub specification: Option<String>,
    #[validate(custom(function = rules::positive))]
    pub quantity: Amount,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 20), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 20)]
    pub unit: Option<String>,
    /// The catalogue's by default; needed where no product is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::not_negative))]
    pub unit_price: Option<Amount>,
    /// From 0 to 1.
    #[serde(default)]
    #[validate(custom(function = rules::rate))]
    pub discount_rate: Amount,
    /// What is taken off the line besides `discount_rate`.
    #[serde(default)]
    #[validate(custom(function = rules::not_negative))]
    pub discount_amount: Amount,
    /// From 0 to 1; comes on top where `prices_include_tax` is false.
    #[serde(default)]
    #[validate(custom(function = rules::rate))]
    pub tax_rate: Amount,
    /// `standard` is taken from stock, `custom` is produced, `service` is neither; the product's by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<LineKind>,
    /// The day promised for this line, where it is not the order's.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    pub promised_date: Option<NaiveDate>,
}

/// An order as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "channel": "web", "channel_ref": "WEB-88213",
    "customer": {"name": "Acme Technology Ltd", "contact_name": "Li Wei", "phone": "+8613800138000", "email": "buyer@acme.example"},
    "currency": "CNY",
    "lines": [
        {"name": "A4 printing paper", "specification": "80 g, 10 packs", "quantity": "50", "unit": "set", "unit_price": "10.00"},
        {"name": "Signing pen", "specification": "0.5 mm black, 20 pieces", "quantity": "50", "unit": "set", "unit_price": "6.00"}
    ],
    "shipping_fee": "0.00", "discount": "0.00", "declared_total": "800.00",
    "delivery": {
        "address": {"country": "CN", "region": "Shanghai", "city": "Shanghai", "street": "1 Century Avenue", "postcode": "200120"},
        "requested_date": "2027-03-05", "instructions": ""
    },
    "rush": false, "preorder": false, "tags": [], "metadata": {}
}))]
pub struct OrderInput {
    /// Where the order came from.
    pub channel: Channel,
    /// The channel's own reference; the same one never makes two orders (DOMAIN 1.3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub channel_ref: Option<String>,
    /// When the customer ordered; now by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ordered_at: Option<UtcTime>,
    /// Who ordered.
    #[validate(nested)]
    pub customer: CustomerRef,
    /// ISO 4217.
    #[validate(custom(function = rules::currency))]
    #[schema(min_length = 3, max_length = 3)]
    pub currency: String,
    /// What was ordered.
    #[validate(length(min = 1, max = 200), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Vec<LineInput>,
    /// What is taken off the whole order, besides the discounts of lines.
    #[serde(default)]
    #[validate(custom(function = rules::not_negative))]
    pub discount: Amount,
    /// What the customer pays for shipping.
    #[serde(default)]
    #[validate(custom(function = rules::not_negative))]
    pub shipping_fee: Amount,
    /// Whether `unit_price` includes the tax; else tax comes on top.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub prices_include_tax: bool,
    /// The total that the source declared; a difference is shown to whoever verifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::not_negative))]
    pub declared_total: Option<Amount>,
    /// Where, how and when the goods are to arrive.
    #[serde(default)]
    #[validate(nested)]
    pub delivery: DeliveryInput,
    /// To be done before others; such orders get stock first and may need more approvals.
    #[serde(default)]
    pub rush: bool,
    /// Ordered before the goods are available; may need more approvals.
    #[serde(default)]
    pub preorder: bool,
    /// Whether to treat it as a key account's; a key account's order always is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_account: Option<bool>,
    /// The sales person, `usr_…`; whoever enters it by default, where they are in sales.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub owner: Option<String>,
    /// The contract it was ordered under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub contract_number: Option<String>,
    /// How urgent it is among others; for people, nothing follows from it.
    #[serde(default = "normal")]
    #[schema(default = "normal")]
    pub priority: Priority,
    /// What was agreed on paying, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub payment_terms: Option<String>,
    /// How the customer means to pay, in free text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 50), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 50)]
    pub payment_method: Option<String>,
    /// What has to be paid before the order goes on: `deposit` and `deposit_then_balance` hold its release until the deposit is paid, `before_release` and `before_dispatch` until all is. The customer's usual by default, else `on_account`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_due: Option<PaymentDue>,
    /// What is to be paid beforehand; what waits for it, `payment_due` says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::not_negative))]
    pub deposit: Option<Amount>,
    /// What invoice is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<InvoiceKind>,
    /// Free words for finding it again.
    #[serde(default)]
    #[validate(length(max = 50), custom(function = plain_tags))]
    #[schema(max_items = 50)]
    pub tags: Vec<String>,
    /// Free data of the integrating system: at most 50 keys and 16 KiB.
    #[serde(default)]
    #[validate(custom(function = small))]
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
}

fn yes() -> bool {
    true
}

fn normal() -> Priority {
    Priority::Normal
}

fn plain_tags(tags: &[String]) -> Result<(), ValidationError> {
    let plain = tags.iter().all(|tag| tag.chars().count() <= 50 && rules::line(tag).is_ok());
    rules::when(plain, "tags", "each tag must be one line of 1 to 50 characters", "每个标签须为 1 至 50 个字符的一行文本")
}

fn small(metadata: &Map<String, Value>) -> Result<(), ValidationError> {
    let size = serde_json::to_vec(metadata).map_or(usize::MAX, |bytes| bytes.len());
    let fits = metadata.len() <= 50 && size <= 16 * 1024;
    rules::when(fits, "too_large", "must have at most 50 keys and 16 KiB", "最多 50 个键，且不超过 16 KiB")
}

/// How a verifier finds a key field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    Ok,
    Wrong,
}

/// A mark for each of the key fields.
fn marks() -> RefOr<Schema> {
    let mark = |field: &KeyField| match <Mark as PartialSchema>::schema() {
        RefOr::T(Schema::Object(mark)) => {
            let text = format!("How the {} was found.", field.as_str().replace('_', " "));
            ObjectBuilder::from(mark).description(Some(text)).into()
        }
        other => other,
    };
    let object = KeyField::ALL.iter().fold(ObjectBuilder::new(), |object, field| object.property(field.as_str(), mark(field)));
    object
        .description(Some("A mark for each key field; what is left out is right."))
        .additional_properties(Some(AdditionalProperties::<Schema>::FreeForm(false)))
        .into()
}

/// What a verifier says (DOMAIN 1.6): nothing means that all key fields are right; a wrong one
/// sends the order back.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"fields": {"amount": "ok"}, "note": "as on the form"}))]
pub struct VerifyInput {
    #[serde(default)]
    #[schema(schema_with = marks)]
    pub fields: BTreeMap<KeyField, Mark>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// Why something is done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "the customer asked for it"}))]
pub struct ReasonInput {
    #[validate(length(min = 1, max = 1000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: String,
}

/// How the customer said yes (DOMAIN 2.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationMethod {
    Phone,
    Email,
    Meeting,
    Chat,
}

/// The customer's yes, as sales records it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"method": "phone", "note": "Ms Li confirmed goods and date"}))]
pub struct ConfirmInput {
    /// How the customer said yes.
    pub method: ConfirmationMethod,
    #[serde(default)]
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}

/// The customer's receipt, as staff record it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"received_by": "Li Wei"}))]
pub struct ReceiveInput {
    /// Who received the goods.
    #[serde(default)]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub received_by: Option<String>,
    #[serde(default)]
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub note: Option<String>,
}
