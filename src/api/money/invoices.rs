//! `/v1/invoices`: drafts, invoices, and credit notes.

use super::numbers;
use crate::api::paging::{self, Cursors, Listing};
use crate::api::query;
use crate::api::request::{Asked, Posted};
use crate::api::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::invoice::InvoiceStatus;
use crate::domain::order::InvoiceKind;
use crate::domain::permission::Operation;
use crate::domain::tax::TaxShare;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::{Patch, day};
use crate::repositories::money::listing::{InvoiceFilter, list_invoices as find_invoices};
use crate::repositories::money::{self as rows, Invoice};
use crate::repositories::orders;
use crate::services::money::invoice_input::{CreditNoteInput, InvoiceDraft, InvoiceInput, IssueInput, VoidInput};
use crate::services::money::{invoicing, withdrawing};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// What of an invoice is taxed at one rate; below zero on a credit note.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct InvoiceTaxView {
    /// From 0 to 1.
    pub rate: String,
    /// Tax included.
    pub gross: String,
    /// Without tax, rounded half up.
    pub net: String,
    /// The tax: what is left of `gross` without `net`.
    pub tax: String,
}

/// An invoice, a draft of one, or a credit note.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct InvoiceView {
    pub id: String,
    pub version: i64,
    pub order_id: String,
    pub order_number: String,
    /// Whoever pays, `cus_…`; most often who ordered.
    pub customer_id: String,
    pub kind: InvoiceKind,
    pub kind_label: &'static str,
    pub status: InvoiceStatus,
    pub status_label: &'static str,
    /// The number on the invoice; null where a draft has none yet.
    pub number: Option<String>,
    /// What it is made out over, tax included; below zero on a credit note.
    pub amount: String,
    pub currency: String,
    /// What credit notes took off it.
    pub credited: String,
    /// What is left to pay of it: an order's payments go to its invoices, oldest due first.
    pub open: String,
    /// How much of it is taxed at which rate; empty where that is not known.
    pub taxes: Vec<InvoiceTaxView>,
    /// When it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// Whom it is made out to.
    pub buyer_name: String,
    /// That buyer's tax number.
    pub buyer_tax_number: Option<String>,
    /// Whether it is a credit note (红字发票).
    pub credit: bool,
    /// The invoice that it credits.
    pub credits_id: Option<String>,
    /// Why it was made void, or credits.
    pub reason: Option<String>,
    /// The file of the e-invoice, `fil_…`.
    pub file_id: Option<String>,
    /// When it was issued; null for a draft.
    pub issued_at: Option<UtcTime>,
    /// Who issued it.
    pub issued_by: Option<String>,
    /// When it was recorded.
    pub created_at: UtcTime,
    /// Who recorded it.
    pub created_by: String,
    /// When it was made void.
    pub voided_at: Option<UtcTime>,
    /// Who made it void.
    pub voided_by: Option<String>,
}

/// How an invoice looks from outside.
fn view(invoice: Invoice, order_number: String, language: Language) -> InvoiceView {
    let digits = codes::minor_digits(&invoice.currency).unwrap_or(4);
    let credit = invoice.credits_id.is_some();
    let shown = |amount: Amount| {
        let signed = if credit { amount.negated() } else { amount };
        signed.text(digits)
    };
    let tax = |share: &TaxShare| {
        // a share lies within its invoice, so there is always a split
        let split = share.split(digits).ok()?;
        Some(InvoiceTaxView { rate: share.rate.short(), gross: shown(share.gross), net: shown(split.net), tax: shown(split.tax) })
    };
    InvoiceView {
        id: invoice.id.text(Kind::Invoice),
        version: invoice.version,
        order_id: invoice.order_id.text(Kind::Order),
        order_number,
        customer_id: invoice.customer_id.text(Kind::Customer),
        kind: invoice.kind,
        kind_label: invoice.kind.label(language),
        status: invoice.status,
        status_label: invoice.status.label(language),
        amount: shown(invoice.amount),
        credited: invoice.credited.text(digits),
        open: invoice.open.text(digits),
        taxes: invoice.taxes.0.iter().filter_map(tax).collect(),
        number: invoice.number,
        currency: invoice.currency,
        due_date: invoice.due_date,
        buyer_name: invoice.buyer_name,
        buyer_tax_number: invoice.buyer_tax_number,
        credit,
        credits_id: invoice.credits_id.map(|id| id.text(Kind::Invoice)),
        reason: invoice.reason,
        file_id: invoice.file_id.map(|id| id.text(Kind::File)),
        issued_at: invoice.issued_at,
        issued_by: invoice.issued_by_label,
        created_at: invoice.created_at,
        created_by: invoice.created_by_label,
        voided_at: invoice.voided_at,
        voided_by: invoice.voided_by_label,
    }
}

/// The invoice that a path names.
///
/// # Errors
/// `not_found` for what is no id of one.
pub fn id(text: &str) -> Result<Id> {
    Kind::Invoice.parse(text).ok_or_else(|| Problem::not_found().into())
}

/// One invoice as an answer, under its version.
fn answer(status: u16, invoice: Invoice, order_number: String, language: Language) -> Result<Answer> {
    let version = invoice.version;
    Ok(Answer::json(status, &view(invoice, order_number, language))?.etag(version, language.tag()))
}

/// The same after a change.
///
/// # Errors
/// Those of the database.
pub fn shown(tx: &mut Tx, status: u16, invoice: Invoice) -> Result<Answer> {
    let order = orders::find(tx.conn, invoice.order_id)?.ok_or_else(Problem::not_found)?;
    answer(status, invoice, order.number, tx.language)
}

/// The same for what was made, with its place.
fn made(tx: &mut Tx, invoice: Invoice) -> Result<Answer> {
    let location = format!("/v1/invoices/{}", invoice.id.text(Kind::Invoice));
    Ok(shown(tx, 201, invoice)?.header("location", location))
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InvoiceQuery {
    /// The order's id, `ord_…`, or its number.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    order_id: Option<String>,
    /// Whoever pays, `cus_…`; includes what is there of those who were merged into them.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    customer_id: Option<String>,
    /// One or more of `draft`, `issued`, `void`, separated by commas.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    status: Option<String>,
    /// Only invoices that are past due and not paid, or only the others.
    overdue: Option<bool>,
    /// Only invoices that are due before this day.
    #[serde(default, deserialize_with = "day::optional")]
    due_before: Option<NaiveDate>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

impl InvoiceQuery {
    fn filter(&self, snapshot: &mut Snapshot) -> Result<InvoiceFilter> {
        let today = snapshot.company.zone.local_date(snapshot.now.utc());
        Ok(InvoiceFilter {
            order: query::order(snapshot, self.order_id.as_deref())?,
            customer: query::id("customer_id", Kind::Customer, self.customer_id.as_deref())?,
            statuses: query::words("status", self.status.as_deref(), InvoiceStatus::ALL)?,
            due_before: self.due_before,
            overdue: self.overdue.map(|overdue| (overdue, today)),
        })
    }
}

/// Lists invoices, drafts and credit notes, newest first.
#[utoipa::path(tag = "money", params(InvoiceQuery), responses((status = 200, body = Listing<InvoiceView>)))]
#[get("/v1/invoices")]
pub async fn list_invoices(app: Data<App>, request: HttpRequest, asked: Asked<InvoiceQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let filter = q.filter(snapshot)?;
        // a cursor is bound to all of the filter but the passing day
        let bound = InvoiceFilter { overdue: None, ..filter.clone() };
        let cursors = Cursors::new(&app_, "list_invoices", &format!("{bound:?} {:?}", q.overdue));
        let limit = paging::limit(q.limit);
        let found = find_invoices(snapshot.conn, &filter, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let (numbers, language) = (numbers(snapshot, found.iter().map(|invoice| invoice.order_id).collect())?, snapshot.language);
        let show = |invoice: Invoice| {
            let number = numbers.get(&invoice.order_id).cloned().unwrap_or_default();
            view(invoice, number, language)
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
        let invoice = rows::find_invoice(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        let order = orders::find(snapshot.conn, invoice.order_id)?.ok_or_else(Problem::not_found)?;
        answer(200, invoice, order.number, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetInvoice, asked.call, look).await)
}

/// Records an invoice that was issued, or a draft; once all of an order's total is invoiced, finance's task is done.
#[utoipa::path(tag = "money", request_body = InvoiceInput, responses((status = 201, body = InvoiceView)))]
#[post("/v1/invoices")]
pub async fn record_invoice(app: Data<App>, posted: Posted<InvoiceInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| invoicing::record_invoice(tx, body.valid()?);
    send(app.write(Operation::RecordInvoice, posted.call, act, |tx: &mut Tx, invoice: Invoice| made(tx, invoice)).await)
}

/// Amends a draft (JSON Merge Patch, under `If-Match`); what was issued stays as it is.
#[utoipa::path(tag = "money", request_body = InvoiceDraft, responses((status = 200, body = InvoiceView)))]
#[patch("/v1/invoices/{id}")]
pub async fn amend_invoice(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let patch = body.valid()?;
        invoicing::amend(tx, id(&path)?, patch)
    };
    send(app.write(Operation::AmendInvoice, posted.call, act, |tx: &mut Tx, invoice: Invoice| shown(tx, 200, invoice)).await)
}

/// Issues a draft: it counts from now on, and its due date runs from today where the payment terms say when it is to be paid.
#[utoipa::path(tag = "money", request_body = IssueInput, responses((status = 200, body = InvoiceView)))]
#[post("/v1/invoices/{id}/issue")]
pub async fn issue_invoice(app: Data<App>, path: Path<String>, posted: Posted<IssueInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        invoicing::issue(tx, id(&path)?, said)
    };
    send(app.write(Operation::IssueInvoice, posted.call, act, |tx: &mut Tx, invoice: Invoice| shown(tx, 200, invoice)).await)
}

/// Makes an invoice void: a draft at any time, an issued one in the calendar month of its issue as long as nothing of it was
/// credited. Later it is credited instead. It stays on record and does not count.
#[utoipa::path(tag = "money", request_body = VoidInput, responses((status = 200, body = InvoiceView)))]
#[post("/v1/invoices/{id}/void")]
pub async fn void_invoice(app: Data<App>, path: Path<String>, posted: Posted<VoidInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        withdrawing::void(tx, id(&path)?, said)
    };
    send(app.write(Operation::VoidInvoice, posted.call, act, |tx: &mut Tx, invoice: Invoice| shown(tx, 200, invoice)).await)
}

/// Makes a credit note over what is left of an issued invoice, or some of it: an invoice of its own, whose amounts are shown
/// below zero.
#[utoipa::path(tag = "money", request_body = CreditNoteInput, responses((status = 201, body = InvoiceView)))]
#[post("/v1/invoices/{id}/credit")]
pub async fn credit_invoice(app: Data<App>, path: Path<String>, posted: Posted<CreditNoteInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        withdrawing::credit(tx, id(&path)?, said)
    };
    send(app.write(Operation::CreditInvoice, posted.call, act, |tx: &mut Tx, invoice: Invoice| made(tx, invoice)).await)
}
