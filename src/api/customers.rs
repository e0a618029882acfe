//! `/v1/customers`.

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::domain::customer::{Address, Contact, TaxData};
use crate::domain::id::{Id, Kind};
use crate::domain::order::{CustomerTier, PaymentDue};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::customers::{self as rows, Customer};
use crate::services::customers::{self, CustomerInput, MergeInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A customer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CustomerView {
    pub id: String,
    pub version: i64,
    /// The caller's own code for the customer, unique.
    pub code: Option<String>,
    pub name: String,
    pub contact_name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// BCP 47; messages to the customer are written in it.
    pub language: String,
    /// `key_account` makes every order one of a key account.
    pub tier: CustomerTier,
    pub tier_label: &'static str,
    /// The tax number that invoices are made out to.
    pub tax_number: Option<String>,
    /// Whom invoices are made out to.
    pub tax: Option<TaxData>,
    /// People there beside the first.
    pub contacts: Vec<Contact>,
    /// Their places.
    pub addresses: Vec<Address>,
    /// How and when they usually pay.
    pub payment_terms: Option<String>,
    /// What they usually have to pay before an order goes on.
    pub payment_due: Option<PaymentDue>,
    /// The customer that this one turned out to be, `cus_…`.
    pub merged_into_id: Option<String>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// How a customer looks from outside.
pub fn view(customer: Customer, language: Language) -> CustomerView {
    CustomerView {
        id: customer.id.text(Kind::Customer),
        version: customer.version,
        code: customer.code,
        name: customer.name,
        contact_name: customer.contact_name,
        phone: customer.phone,
        email: customer.email,
        language: customer.language,
        tier: customer.tier,
        tier_label: customer.tier.label(language),
        tax_number: customer.tax_number,
        tax: customer.tax.0,
        contacts: customer.contacts.0,
        addresses: customer.addresses.0,
        payment_terms: customer.payment_terms,
        payment_due: customer.payment_due,
        merged_into_id: customer.merged_into_id.map(|id| id.text(Kind::Customer)),
        created_at: customer.created_at,
        updated_at: customer.updated_at,
    }
}

/// One customer as an answer, under its version.
fn answer(status: u16, customer: Customer, language: Language) -> Result<Answer> {
    let version = customer.version;
    Ok(Answer::json(status, &view(customer, language))?.etag(version, language.tag()))
}

/// The customer that a path names.
pub fn id(text: &str) -> Result<Id> {
    Kind::Customer.parse(text).ok_or_else(|| Problem::not_found().into())
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CustomerQuery {
    /// Text to look for in name, code, contact, phone and e-mail.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists customers, newest first.
#[utoipa::path(tag = "customers", params(CustomerQuery), responses((status = 200, body = Listing<CustomerView>)))]
#[get("/v1/customers")]
pub async fn list_customers(app: Data<App>, request: HttpRequest, asked: Asked<CustomerQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |view_of: &mut crate::db::Snapshot| {
        let q = query.valid()?;
        let cursors = Cursors::new(&app_, "list_customers", q.q.as_deref().unwrap_or_default());
        let limit = paging::limit(q.limit);
        let found = rows::list(view_of.conn, q.q.as_deref(), cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let language = view_of.language;
        paging::page(found, limit, &cursors, |c| paging::by_id(c.id), |c| view(c, language)).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListCustomers, asked.call, look).await)
}

/// Shows a customer.
#[utoipa::path(tag = "customers", responses((status = 200, body = CustomerView)))]
#[get("/v1/customers/{id}")]
pub async fn get_customer(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut crate::db::Snapshot| {
        asked.query.valid()?;
        let customer = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        answer(200, customer, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetCustomer, asked.call, look).await)
}

/// Makes a customer.
#[utoipa::path(tag = "customers", request_body = CustomerInput, responses((status = 201, body = CustomerView)))]
#[post("/v1/customers")]
pub async fn create_customer(app: Data<App>, posted: Posted<CustomerInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| customers::create(tx, body.valid()?);
    let render = |tx: &mut crate::db::Tx, customer: Customer| {
        let location = format!("/v1/customers/{}", customer.id.text(Kind::Customer));
        Ok(answer(201, customer, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateCustomer, posted.call, act, render).await)
}

/// Amends a customer (JSON Merge Patch, under `If-Match`).
#[utoipa::path(tag = "customers", request_body = CustomerInput, responses((status = 200, body = CustomerView)))]
#[patch("/v1/customers/{id}")]
pub async fn update_customer(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| {
        let patch = body.valid()?;
        customers::update(tx, id(&path)?, patch)
    };
    send(app.write(Operation::UpdateCustomer, posted.call, act, |tx, customer| answer(200, customer, tx.language)).await)
}

/// Merges a customer into another whom they turned out to be; answers the one who stays.
#[utoipa::path(tag = "customers", request_body = MergeInput, responses((status = 200, body = CustomerView)))]
#[post("/v1/customers/{id}/merge")]
pub async fn merge_customer(app: Data<App>, path: Path<String>, posted: Posted<MergeInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| {
        let said = body.valid()?;
        customers::merge(tx, id(&path)?, said)
    };
    send(app.write(Operation::MergeCustomer, posted.call, act, |tx, customer| answer(200, customer, tx.language)).await)
}
