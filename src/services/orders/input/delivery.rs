//! Where, how and when an order's goods are to arrive, as callers say it.

use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::input::{day, rules};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

/// Where the goods go.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressInput {
    /// ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::country))]
    #[schema(min_length = 2, max_length = 2)]
    pub country: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 100), custom(function = rules::line_or_empty))]
    #[schema(max_length = 100)]
    pub region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 100), custom(function = rules::line_or_empty))]
    #[schema(max_length = 100)]
    pub city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 200))]
    #[schema(max_length = 200)]
    pub street: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 20), custom(function = rules::line_or_empty))]
    #[schema(max_length = 20)]
    pub postcode: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub contact_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::phone))]
    #[schema(max_length = 16, pattern = r"^\+[1-9][0-9]{6,14}$")]
    pub phone: Option<String>,
}

/// Where, how and when the goods are to arrive.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = one_way_of_asking))]
pub struct DeliveryInput {
    /// As far as it is known; the order is verified with it complete.
    #[serde(default)]
    #[validate(nested)]
    pub address: AddressInput,
    /// How the goods are to leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<DeliveryMethod>,
    /// The date that the customer asked for.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    pub requested_date: Option<NaiveDate>,
    /// The same as a number of working days from `ordered_at`; instead of `requested_date`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(max = 1000))]
    #[schema(maximum = 1000)]
    pub requested_within_working_days: Option<u16>,
    /// The date that we promise; the requested one by default.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    pub promised_date: Option<NaiveDate>,
    /// What the carrier or the warehouse should know.
    #[serde(default)]
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub instructions: String,
    /// What there is may leave before the rest: no shortage stops the order, and the warehouse picks what is set aside.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(default = false)]
    pub in_parts: bool,
}

fn one_way_of_asking(delivery: &DeliveryInput) -> Result<(), ValidationError> {
    let both = delivery.requested_date.is_some() && delivery.requested_within_working_days.is_some();
    let en = "give requested_date or requested_within_working_days, not both";
    rules::when(!both, "conflict", en, "requested_date 与 requested_within_working_days 只能填写其一")
}
