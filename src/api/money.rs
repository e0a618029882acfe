//! `/v1/invoices` and `/v1/payments`.

pub mod balance;
pub mod given;

use super::paging::{self, Cursors, Listing};
use super::query;
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::codes;
use crate::domain::id::{Id, Kind};
use crate::domain::order::{InvoiceKind, PaymentMethod};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::money::{self as rows, Invoice, Payment};
use crate::repositories::orders;
use crate::services::money::{self, InvoiceInput, PaymentInput, ReversalInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use validator::Validate;

/// An invoice.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct InvoiceView {
    pub id: String,
    pub version: i64,
    pub order_id: String,
    pub order_number: String,
    pub customer_id: String,
    pub kind: InvoiceKind,
    pub kind_label: &'static str,
    /// The number on the invoice.
    pub number: String,
    /// What it is made out over.
    pub amount: String,
    pub currency: String,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// Whom it is made out to.
    pub buyer_name: String,
    /// That buyer's tax number.
    pub buyer_tax_number: Option<String>,
    /// When it was issued.
    pub issued_at: UtcTime,
    /// Who recorded it.
    pub issued_by: String,
}

/// How an invoice looks from outside.
pub fn invoice_view(invoice: Invoice, order_number: String, language: Language) -> InvoiceView {
    InvoiceView {
        id: invoice.id.text(Kind::Invoice),
        version: invoice.version,
        order_id: invoice.order_id.text(Kind::Order),
        order_number,
        customer_id: invoice.customer_id.text(Kind::Customer),
        kind: invoice.kind,
        kind_label: invoice.kind.label(language),
        number: invoice.number,
        amount: invoice.amount.text(codes::minor_digits(&invoice.currency).unwrap_or(4)),
        currency: invoice.currency,
        due_date: invoice.due_date,
        buyer_name: invoice.buyer_name,
        buyer_tax_number: invoice.buyer_tax_number,
        issued_at: invoice.issued_at,
        issued_by: invoice.issued_by_label,
    }
}

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

/// One invoice as an answer, under its version.
fn answer(status: u16, invoice: Invoice, order_number: String, language: Language) -> Result<Answer> {
    let version = invoice.version;
    Ok(Answer::json(status, &invoice_view(invoice, order_number, language))?.etag(version, language.tag()))
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvoiceQuery {
    /// The order's id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    /// `cus_…`; includes what is there of those who were merged into them.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    customer_id: Option<String>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists invoices, newest first.
#[utoipa::path(tag = "money", params(InvoiceQuery), responses((status = 200, body = Listing<InvoiceView>)))]
#[get("/v1/invoices")]
pub async fn list_invoices(app: Data<App>, request: HttpRequest, asked: Asked<InvoiceQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let order = query::order(snapshot, q.order_id.as_deref())?;
        let customer = query::id("customer_id", Kind::Customer, q.customer_id.as_deref())?;
        let cursors = Cursors::new(&app_, "list_invoices", &format!("{order:?} {customer:?}"));
        let limit = paging::limit(q.limit);
        let found = rows::list_invoices(snapshot.conn, order, customer, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let (numbers, language) = (numbers(snapshot, found.iter().map(|invoice| invoice.order_id).collect())?, snapshot.language);
        let show = |invoice: Invoice| {
            let number = numbers.get(&invoice.order_id).cloned().unwrap_or_default();
            invoice_view(invoice, number, language)
        };
        paging::page(found, limit, &cursors, |i| paging::by_id(i.id), show).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListInvoices, asked.call, look).await)
}

/// Shows an invoice.
#[utoipa::path(tag = "money", responses((status = 200, body = InvoiceView)))]
#[get("/v1/invoices/{id}")]
pub async fn get_invoice(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let id = Kind::Invoice.parse(&path).ok_or_else(Problem::not_found)?;
        let invoice = rows::find_invoice(snapshot.conn, id)?.ok_or_else(Problem::not_found)?;
        let order = orders::find(snapshot.conn, invoice.order_id)?.ok_or_else(Problem::not_found)?;
        answer(200, invoice, order.number, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetInvoice, asked.call, look).await)
}

/// Records an invoice; once all of an order's total is invoiced, finance's task is done.
#[utoipa::path(tag = "money", request_body = InvoiceInput, responses((status = 201, body = InvoiceView)))]
#[post("/v1/invoices")]
pub async fn record_invoice(app: Data<App>, posted: Posted<InvoiceInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| money::record_invoice(tx, body.valid()?);
    let render = |tx: &mut Tx, invoice: Invoice| {
        let order = orders::find(tx.conn, invoice.order_id)?.ok_or_else(Problem::not_found)?;
        let location = format!("/v1/invoices/{}", invoice.id.text(Kind::Invoice));
        Ok(answer(201, invoice, order.number, tx.language)?.header("location", location))
    };
    send(app.write(Operation::RecordInvoice, posted.call, act, render).await)
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
