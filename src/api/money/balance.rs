//! `/v1/orders/{id}/balance`: what an order comes to, against its invoices and payments.

use super::given::{CompensationView, RefundView, compensation_view, refund_view};
use crate::api::request::Asked;
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Snapshot;
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::order::InvoiceKind;
use crate::domain::permission::Operation;
use crate::error::Problem;
use crate::repositories::money::given;
use crate::repositories::{money as rows, orders};
use crate::services::money::invoicing;
use actix_web::get;
use actix_web::web::{Data, Path};
use serde::Serialize;

/// What an order comes to, and what of it was invoiced and paid.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct BalanceView {
    pub order_id: String,
    pub order_number: String,
    pub currency: String,
    /// What the order comes to.
    pub total: String,
    /// What its invoices come to, without what was credited.
    pub invoiced: String,
    /// What is left to invoice.
    pub to_invoice: String,
    /// What was paid, without payments that were reversed.
    pub paid: String,
    /// What is left to pay.
    pub to_pay: String,
    /// What of that went back to the customer by plans for exceptions.
    pub refunded: String,
    /// Each time that money went back.
    pub refunds: Vec<RefundView>,
    /// What the customer was given for their trouble.
    pub compensations: Vec<CompensationView>,
    /// What was paid too much, and has not gone back.
    pub overpaid: String,
    /// What went back beyond what was paid, as a payment was reversed after its refund.
    pub refunded_too_much: String,
    /// The invoice that it asks for, by what the order wants or by the customer's tax data.
    pub invoice_kind: InvoiceKind,
    pub invoice_kind_label: &'static str,
    /// Whom it is made out to.
    pub buyer_name: String,
    /// The customer's tax number; a special VAT invoice needs one.
    pub buyer_tax_number: Option<String>,
}

/// Shows what an order comes to against its invoices and payments, and which invoice it asks for.
#[utoipa::path(tag = "money", responses((status = 200, body = BalanceView)))]
#[get("/v1/orders/{id}/balance")]
pub async fn get_order_balance(app: Data<App>, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let id = orders::resolve(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        let order = orders::find(snapshot.conn, id)?.ok_or_else(Problem::not_found)?;
        let (invoiced, paid) = (rows::invoiced_total(snapshot.conn, id)?, rows::paid_total(snapshot.conn, id)?);
        let refunds = given::refunds_of(snapshot.conn, id)?;
        let refunded = Amount::sum(refunds.iter().map(|refund| refund.amount))?;
        let wanted = invoicing::asked(snapshot.conn, &order)?;
        let digits = codes::minor_digits(&order.currency).unwrap_or(4);
        let above = |one: Amount, other: Amount| one.minus(other).unwrap_or_default().max(Amount::ZERO).text(digits);
        let balance = BalanceView {
            order_id: order.id.text(crate::domain::id::Kind::Order),
            total: order.total.text(digits),
            invoiced: invoiced.text(digits),
            to_invoice: above(order.total, invoiced),
            paid: paid.text(digits),
            to_pay: above(order.total, paid),
            refunded: refunded.text(digits),
            refunded_too_much: above(refunded, paid),
            overpaid: above(paid.minus(refunded)?, order.total),
            refunds: refunds.into_iter().map(refund_view).collect(),
            compensations: given::compensations_of(snapshot.conn, id)?.into_iter().map(compensation_view).collect(),
            invoice_kind: wanted.kind,
            invoice_kind_label: wanted.kind.label(snapshot.language),
            buyer_name: wanted.buyer_name,
            buyer_tax_number: wanted.buyer_tax_number,
            order_number: order.number,
            currency: order.currency,
        };
        Answer::json(200, &balance)
    };
    send(app.read(Operation::GetOrderBalance, asked.call, look).await)
}
