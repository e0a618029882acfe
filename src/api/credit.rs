//! `/v1/customers/{id}/credit`: what a customer may owe, and does.

use super::customers::id;
use super::request::{Asked, Posted};
use super::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::codes;
use crate::domain::company::Company;
use crate::domain::id::Kind;
use crate::domain::permission::Operation;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::approvals::CheckResult;
use crate::repositories::customers::{self as rows, Customer};
use crate::services::approvals::credit::{self, Credit, Owed};
use crate::services::customers::{self, CreditInput};
use actix_web::web::{Data, Path};
use actix_web::{get, patch};
use chrono::NaiveDate;
use serde::Serialize;

/// An order of which something is left to pay.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CreditOrder {
    pub order_id: String,
    pub order_number: String,
    pub currency: String,
    /// What the order comes to.
    pub total: String,
    /// What is left to pay of it.
    pub left: String,
    /// The same in the base currency; null where no exchange rate is known.
    pub left_in_base: Option<String>,
}

/// An invoice that is past due and not paid.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CreditInvoice {
    pub number: String,
    pub order_id: String,
    /// When it was to be paid.
    pub due_date: Option<NaiveDate>,
    /// What it is over.
    pub amount: String,
    /// What is left to pay of it.
    pub open: String,
    pub currency: String,
}

/// What a customer may owe, and does: as the check of an approval round sees it now.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CustomerCredit {
    /// The customer.
    pub customer_id: String,
    /// The customer's version.
    pub version: i64,
    /// The base currency, in which limit and exposure are.
    pub currency: String,
    /// How much they may owe; null for no limit.
    pub limit: Option<String>,
    /// What is left to pay of all their orders, as far as exchange rates are known.
    pub exposure: String,
    /// What is left of the limit.
    pub available: Option<String>,
    /// Currencies of orders that could not be converted.
    pub without_rate: Vec<String>,
    /// How it looks.
    pub result: CheckResult,
    pub detail: String,
    /// The orders of which something is left to pay, oldest first; at most 1000.
    pub orders: Vec<CreditOrder>,
    /// Whether there are more of them, so that `exposure` is only what is known.
    pub has_more_orders: bool,
    /// Invoices that are past due and not paid.
    pub overdue_invoices: Vec<CreditInvoice>,
}

fn digits(currency: &str) -> u32 {
    codes::minor_digits(currency).unwrap_or(4)
}

fn order_view(owed: &Owed, base: u32) -> CreditOrder {
    let digits = digits(&owed.currency);
    CreditOrder {
        order_id: owed.order.text(Kind::Order),
        order_number: owed.number.clone(),
        currency: owed.currency.clone(),
        total: owed.total.text(digits),
        left: owed.left.text(digits),
        left_in_base: owed.left_in_base.map(|left| left.text(base)),
    }
}

fn view(customer: &Customer, credit: &Credit, company: &Company, language: Language) -> CustomerCredit {
    let base = digits(&company.base_currency);
    let check = credit.check(&company.base_currency);
    let overdue = credit.past_due.unpaid.iter().map(|invoice| CreditInvoice {
        number: invoice.number.clone().unwrap_or_default(),
        order_id: invoice.order_id.text(Kind::Order),
        due_date: invoice.due_date,
        amount: invoice.amount.text(digits(&invoice.currency)),
        open: invoice.open.text(digits(&invoice.currency)),
        currency: invoice.currency.clone(),
    });
    CustomerCredit {
        customer_id: customer.id.text(Kind::Customer),
        version: customer.version,
        currency: company.base_currency.clone(),
        limit: credit.limit.map(|limit| limit.text(base)),
        exposure: credit.exposure().text(base),
        available: credit.available().map(|available| available.text(base)),
        without_rate: credit.without_rate().into_iter().map(str::to_owned).collect(),
        result: check.result,
        detail: language.pick(&check.detail_en, &check.detail_zh).to_owned(),
        has_more_orders: credit.more,
        orders: credit.owed.iter().map(|owed| order_view(owed, base)).collect(),
        overdue_invoices: overdue.collect(),
    }
}

fn answer(customer: &Customer, credit: &Credit, company: &Company, language: Language) -> Result<Answer> {
    Ok(Answer::json(200, &view(customer, credit, company, language))?.etag_by_content(customer.version))
}

/// Shows what a customer may owe, what they do, and how that looks: as an approval round would see it now.
#[utoipa::path(tag = "customers", responses((status = 200, body = CustomerCredit)))]
#[get("/v1/customers/{id}/credit")]
pub async fn get_customer_credit(app: Data<App>, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let customer = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        let company = snapshot.company.clone();
        let credit = credit::of(snapshot.conn, &company, company.zone.local_date(snapshot.now.utc()), &customer)?;
        answer(&customer, &credit, &company, snapshot.language)
    };
    send(app.read(Operation::GetCustomerCredit, asked.call, look).await)
}

/// Sets how much a customer may owe (JSON Merge Patch, under the customer's `If-Match`). It counts for
/// approval rounds that are opened later.
#[utoipa::path(tag = "customers", request_body = CreditInput, responses((status = 200, body = CustomerCredit)))]
#[patch("/v1/customers/{id}/credit")]
pub async fn set_customer_credit(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let patch = body.valid()?;
        customers::set_credit(tx, id(&path)?, patch)
    };
    let render = |tx: &mut Tx, customer: Customer| {
        let company = tx.company.clone();
        let credit = credit::of(tx.conn, &company, company.zone.local_date(tx.now.utc()), &customer)?;
        answer(&customer, &credit, &company, tx.language)
    };
    send(app.write(Operation::SetCustomerCredit, posted.call, act, render).await)
}
