//! What customers were given back (DOMAIN 7.2), as a part of an order's balance; and coupons that are used.

use crate::api::request::Posted;
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Tx;
use crate::domain::codes;
use crate::domain::id::Kind;
use crate::domain::order::PaymentMethod;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::error::Problem;
use crate::repositories::money::given::{Compensation, Refund};
use crate::services::money::giving;
use actix_web::post;
use actix_web::web::{Data, Path};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// Money that went back to a customer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct RefundView {
    pub id: String,
    pub order_id: String,
    /// The exception whose plan gave it back.
    pub exception_id: String,
    /// What went back.
    pub amount: String,
    pub currency: String,
    /// How it went back.
    pub method: PaymentMethod,
    /// The bank's or provider's own reference.
    pub reference: Option<String>,
    /// When it was recorded.
    pub recorded_at: UtcTime,
    /// Who or what recorded it.
    pub recorded_by: String,
}

/// What a customer was given for their trouble.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CompensationView {
    pub id: String,
    pub order_id: String,
    /// The exception whose plan gave it.
    pub exception_id: String,
    /// How much it is worth.
    pub amount: String,
    pub currency: String,
    /// The code that the customer shows; null where it is money.
    pub coupon_code: Option<String>,
    /// The last day on which a coupon counts.
    pub valid_until: Option<NaiveDate>,
    /// When the coupon was used.
    pub used_at: Option<UtcTime>,
    /// When it was given.
    pub recorded_at: UtcTime,
    /// Who or what gave it.
    pub recorded_by: String,
}

pub(super) fn refund_view(refund: Refund) -> RefundView {
    RefundView {
        id: refund.id.text(Kind::Refund),
        order_id: refund.order_id.text(Kind::Order),
        exception_id: refund.exception_id.text(Kind::Exception),
        amount: refund.amount.text(codes::minor_digits(&refund.currency).unwrap_or(4)),
        currency: refund.currency,
        method: refund.method,
        reference: refund.reference,
        recorded_at: refund.recorded_at,
        recorded_by: refund.recorded_by_label,
    }
}

pub(super) fn compensation_view(given: Compensation) -> CompensationView {
    CompensationView {
        id: given.id.text(Kind::Compensation),
        order_id: given.order_id.text(Kind::Order),
        exception_id: given.exception_id.text(Kind::Exception),
        amount: given.amount.text(codes::minor_digits(&given.currency).unwrap_or(4)),
        currency: given.currency,
        coupon_code: given.coupon_code,
        valid_until: given.valid_until,
        used_at: given.used_at,
        recorded_at: given.recorded_at,
        recorded_by: given.recorded_by_label,
    }
}

/// Nothing has to be said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({}))]
pub struct UseInput {}

/// Notes that a customer has used their coupon. The same again changes nothing.
#[utoipa::path(tag = "money", request_body = UseInput, responses((status = 200, body = CompensationView)))]
#[post("/v1/compensations/{id}/use")]
pub async fn use_compensation(app: Data<App>, path: Path<String>, posted: Posted<UseInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        giving::use_coupon(tx, Kind::Compensation.parse(&path).ok_or_else(Problem::not_found)?)
    };
    let render = |_: &mut Tx, given: Compensation| Answer::json(200, &compensation_view(given));
    send(app.write(Operation::UseCompensation, posted.call, act, render).await)
}
