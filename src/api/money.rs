//! `/v1/payments`; what else there is of money stands below.

pub mod balance;
pub mod given;
pub mod invoices;
pub mod receivables;

use super::paging::{self, Cursors, Listing};
use super::query;
use super::request::{Asked, Posted};
use super::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::codes;
use crate::domain::id::{Id, Kind};
use crate::domain::order::PaymentMethod;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::money::{self as rows, Payment};
use crate::repositories::orders;
use crate::services::money::{self, PaymentInput, ReversalInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use validator::Validate;

/// A payment.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PaymentView {
    pub id: String,
    pub order_id: String,
    pub order_number: String,
    /// What came in.
    pub amount: String,
    pub currency: String,
    /// How it came.
    pub method: PaymentMethod,
    /// The bank's or provider's own reference.
    pub reference: Option<String>,
    /// When the money came in.
    pub paid_at: UtcTime,
    /// When it was recorded here.
    pub recorded_at: UtcTime,
    /// The user or key that recorded it.
    pub recorded_by: String,
    /// When it was found to be none; it does not count since.
    pub reversed_at: Option<UtcTime>,
    /// The user that took it back.
    pub reversed_by: Option<String>,
    /// Why it was none.
    pub reversal_reason: Option<String>,
}

/// How a payment looks from outside.
pub fn payment_view(payment: Payment, order_number: String) -> PaymentView {
    PaymentView {
        id: payment.id.text(Kind::Payment),
        order_id: payment.order_id.text(Kind::Order),
        order_number,
        amount: payment.amount.text(codes::minor_digits(&payment.currency).unwrap_or(4)),
        currency: payment.currency,
        method: payment.method,
        reference: payment.reference,
        paid_at: payment.paid_at,
        recorded_at: payment.recorded_at,
        recorded_by: payment.recorded_by_label,
        reversed_at: payment.reversed_at,
        reversed_by: payment.reversed_by_label,
        reversal_reason: payment.reversal_reason,
    }
}

/// The numbers of the orders that rows are about.
fn numbers(snapshot: &mut Snapshot, mut ids: Vec<Id>) -> Result<BTreeMap<Id, String>> {
    ids.sort_unstable();
    ids.dedup();
    Ok(orders::find_many(snapshot.conn, &ids)?.into_iter().map(|order| (order.id, order.number)).collect())
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PaymentQuery {
    /// The order's id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists payments, the last recorded first.
#[utoipa::path(tag = "money", params(PaymentQuery), responses((status = 200, body = Listing<PaymentView>)))]
#[get("/v1/payments")]
pub async fn list_payments(app: Data<App>, request: HttpRequest, asked: Asked<PaymentQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let order = query::order(snapshot, q.order_id.as_deref())?;
        let cursors = Cursors::new(&app_, "list_payments", &format!("{order:?}"));
        let limit = paging::limit(q.limit);
        let found = rows::list_payments(snapshot.conn, order, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let numbers = numbers(snapshot, found.iter().map(|payment| payment.order_id).collect())?;
        let show = |payment: Payment| {
            let number = numbers.get(&payment.order_id).cloned().unwrap_or_default();
            payment_view(payment, number)
        };
        paging::page(found, limit, &cursors, |p| paging::by_id(p.id), show).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListPayments, asked.call, look).await)
}

/// Records a payment.
#[utoipa::path(tag = "money", request_body = PaymentInput, responses((status = 201, body = PaymentView)))]
#[post("/v1/payments")]
pub async fn record_payment(app: Data<App>, posted: Posted<PaymentInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| money::record_payment(tx, body.valid()?);
    let render = |tx: &mut Tx, payment: Payment| {
        let order = orders::find(tx.conn, payment.order_id)?.ok_or_else(Problem::not_found)?;
        Answer::json(201, &payment_view(payment, order.number))
    };
    send(app.write(Operation::RecordPayment, posted.call, act, render).await)
}

/// Takes back a payment that was recorded by mistake, with the reason; it stays on record and does not count.
#[utoipa::path(tag = "money", request_body = ReversalInput, responses((status = 200, body = PaymentView)))]
#[post("/v1/payments/{id}/reverse")]
pub async fn reverse_payment(app: Data<App>, path: Path<String>, posted: Posted<ReversalInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        money::reverse_payment(tx, Kind::Payment.parse(&path).ok_or_else(Problem::not_found)?, said)
    };
    let render = |tx: &mut Tx, payment: Payment| {
        let order = orders::find(tx.conn, payment.order_id)?.ok_or_else(Problem::not_found)?;
        Answer::json(200, &payment_view(payment, order.number))
    };
    send(app.write(Operation::ReversePayment, posted.call, act, render).await)
}
