//! Where, how and when an order's goods are to arrive, as it is shown.

use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::words::Language;
use crate::repositories::orders::parts::Delivery;
use chrono::NaiveDate;
use serde::Serialize;

/// Where the goods go.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderAddress {
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
    pub contact_name: Option<String>,
    pub phone: Option<String>,
}

/// Where, how and when the goods are to arrive.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct OrderDelivery {
    /// As far as it is known.
    pub address: OrderAddress,
    /// How the goods are to leave.
    pub method: Option<DeliveryMethod>,
    pub method_label: Option<&'static str>,
    /// What the customer asked for, counted where it was said in working days.
    pub requested_date: Option<NaiveDate>,
    /// The same as working days from `ordered_at`, where the customer said it so.
    pub requested_within_working_days: Option<i32>,
    /// The day that we promised; what is late is measured by it.
    pub promised_date: Option<NaiveDate>,
    /// What the carrier or the warehouse should know.
    pub instructions: String,
    /// What there is may leave before the rest.
    pub in_parts: bool,
}

pub(super) fn delivery(delivery: Delivery, language: Language) -> OrderDelivery {
    OrderDelivery {
        address: OrderAddress {
            country: delivery.country,
            region: delivery.region,
            city: delivery.city,
            street: delivery.street,
            postcode: delivery.postcode,
            contact_name: delivery.contact_name,
            phone: delivery.phone,
        },
        method: delivery.method,
        method_label: delivery.method.map(|method| method.label(language)),
        requested_date: delivery.requested_date,
        requested_within_working_days: delivery.requested_within_working_days,
        promised_date: delivery.promised_date,
        instructions: delivery.instructions,
        in_parts: delivery.in_parts,
    }
}
