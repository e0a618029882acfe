//! `/v1/customers/{id}/balance` and `/v1/receivables`: what customers have yet to pay, in each currency, and for how long.

use crate::api::customers::id;
use crate::api::paging::{self, Cursors, Listing};
use crate::api::request::Asked;
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Snapshot;
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::id::Kind;
use crate::domain::permission::Operation;
use crate::domain::receivable::{Age, Aging};
use crate::error::Problem;
use crate::repositories::customers;
use crate::repositories::money::standing::{self, Debtor, Standing};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// How a customer stands in one currency.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CurrencyBalance {
    pub currency: String,
    /// What invoices to the customer were over.
    pub invoiced: String,
    /// What of that was credited.
    pub credited: String,
    /// What of the rest was paid: an order's payments go to its invoices, oldest due first.
    pub paid: String,
    /// What is left to pay: `invoiced` less `credited` and `paid`.
    pub open: String,
    /// What of that is past due.
    pub overdue: String,
    /// The first due date of what is left to pay.
    pub oldest_due_date: Option<NaiveDate>,
    /// What was paid for the customer's orders and stands against no invoice yet.
    pub unassigned: String,
    /// What went back to the customer for their orders, by plans for exceptions.
    pub refunded: String,
}

/// How a customer stands, with all who were merged into them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CustomerBalance {
    pub customer_id: String,
    /// One for each currency that there is something in.
    pub currencies: Vec<CurrencyBalance>,
}

fn digits(currency: &str) -> u32 {
    codes::minor_digits(currency).unwrap_or(4)
}

fn balance(currency: String, standing: &Standing) -> CurrencyBalance {
    let digits = digits(&currency);
    let text = |parts: i128| Amount::capped(parts).text(digits);
    CurrencyBalance {
        invoiced: text(standing.invoiced),
        credited: text(standing.credited),
        paid: text(standing.paid()),
        open: standing.open.total().text(digits),
        overdue: standing.overdue().text(digits),
        oldest_due_date: standing.open.oldest_due,
        unassigned: text(standing.unassigned),
        refunded: text(standing.refunded),
        currency,
    }
}

/// Shows what was invoiced to a customer, what of it is paid and open, and what is overdue, by currency.
#[utoipa::path(tag = "customers", responses((status = 200, body = CustomerBalance)))]
#[get("/v1/customers/{id}/balance")]
pub async fn get_customer_balance(app: Data<App>, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let customer = customers::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        let today = snapshot.company.zone.local_date(snapshot.now.utc());
        let standing = standing::of_customer(snapshot.conn, customer.id, today)?;
        let currencies = standing.into_iter().map(|(currency, standing)| balance(currency, &standing)).collect();
        Answer::json(200, &CustomerBalance { customer_id: customer.id.text(Kind::Customer), currencies })
    };
    send(app.read(Operation::GetCustomerBalance, asked.call, look).await)
}

/// What is left to pay of a customer's invoices in one currency, by how long it has been due.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AgingView {
    pub currency: String,
    /// Due today, later, or on no day.
    pub not_due: String,
    /// Due for 1 to 30 days.
    pub days_1_to_30: String,
    /// Due for 31 to 60 days.
    pub days_31_to_60: String,
    /// Due for 61 to 90 days.
    pub days_61_to_90: String,
    /// Due for more than 90 days.
    pub days_over_90: String,
    /// All of it.
    pub open: String,
    /// The first due date of it.
    pub oldest_due_date: Option<NaiveDate>,
}

/// What a customer has yet to pay.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReceivableView {
    /// Whoever pays; with all who were merged into them.
    pub customer_id: String,
    /// The customer's name.
    pub customer_name: String,
    /// One for each currency.
    pub currencies: Vec<AgingView>,
}

fn aging(currency: String, aging: &Aging) -> AgingView {
    let digits = digits(&currency);
    let of = |age: Age| aging.of(age).text(digits);
    AgingView {
        not_due: of(Age::NotDue),
        days_1_to_30: of(Age::Month),
        days_31_to_60: of(Age::TwoMonths),
        days_61_to_90: of(Age::ThreeMonths),
        days_over_90: of(Age::Longer),
        open: aging.total().text(digits),
        oldest_due_date: aging.oldest_due,
        currency,
    }
}

fn view(debtor: Debtor) -> ReceivableView {
    ReceivableView {
        customer_id: debtor.customer.text(Kind::Customer),
        customer_name: debtor.name,
        currencies: debtor.open.into_iter().map(|(currency, open)| aging(currency, &open)).collect(),
    }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ReceivableQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists the customers who have invoices left to pay, the oldest customer first, with how long that has been due.
#[utoipa::path(tag = "money", params(ReceivableQuery), responses((status = 200, body = Listing<ReceivableView>)))]
#[get("/v1/receivables")]
pub async fn list_receivables(app: Data<App>, request: HttpRequest, asked: Asked<ReceivableQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let cursors = Cursors::new(&app_, "list_receivables", "");
        let limit = paging::limit(q.limit);
        let today = snapshot.company.zone.local_date(snapshot.now.utc());
        let found = standing::debtors(snapshot.conn, today, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |debtor| paging::by_id(debtor.customer), view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListReceivables, asked.call, look).await)
}
