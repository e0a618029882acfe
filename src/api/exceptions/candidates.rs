//! `/v1/exceptions/candidates`: which orders an exception may cover.

use super::view::{ExceptionImpactView, impact};
use crate::api::query;
use crate::api::request::Asked;
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Snapshot;
use crate::domain::codes;
use crate::domain::id::Kind;
use crate::domain::lifecycle::order::Status;
use crate::domain::permission::Operation;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::rules;
use crate::repositories::orders::OrderFilter;
use crate::repositories::warehouses;
use crate::services::exceptions::candidates::{Candidate, Wanted, candidates};
use actix_web::get;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// An order that an exception may cover.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CandidateView {
    pub order_id: String,
    pub order_number: String,
    /// Where the order stands.
    pub status: Status,
    pub status_label: &'static str,
    pub customer_id: String,
    /// Who ordered, as the order knows them.
    pub customer_name: String,
    /// What it comes to, in its currency.
    pub total: String,
    pub currency: String,
    /// The earliest day that is promised of it or one of its lines.
    pub promised_date: Option<NaiveDate>,
    /// The day on which it will be done by the time its tasks take.
    pub predicted_date: Option<NaiveDate>,
}

/// Orders that an exception may cover; whoever reports it names those that it does as `order_ids`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CandidatesView {
    /// Up to 200, the newest first.
    pub data: Vec<CandidateView>,
    /// There may be more than these; ask more narrowly.
    pub more: bool,
    /// What these orders come to together.
    pub impact: ExceptionImpactView,
}

/// Where an order stands that is under way.
const UNDER_WAY: &[Status] = &[Status::Reviewed, Status::Executing, Status::Shipped];
/// Where it may stand besides.
const OPEN: &[Status] = &[Status::Created, Status::Reviewed, Status::Executing, Status::Shipped];

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CandidateQuery {
    /// Only orders with a line of this SKU.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    sku: Option<String>,
    /// Only orders of which a shipment goes by this carrier, by any name that it goes by.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    carrier: Option<String>,
    /// Only orders that are delivered to this country, ISO 3166-1 alpha-2.
    #[validate(custom(function = rules::country))]
    #[param(min_length = 2, max_length = 2)]
    country: Option<String>,
    /// Only orders that are delivered to this region (a province or state), as they write it.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    region: Option<String>,
    /// Only orders that are delivered to this city, as they write it.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    city: Option<String>,
    /// Only orders for which goods are set aside, or were picked, in this warehouse: `whs_…` or its code.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    warehouse: Option<String>,
    /// `cus_…`; includes what is there of those who were merged into them.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    customer_id: Option<String>,
    /// One or more of `created`, `reviewed`, `executing`, `shipped`, separated by commas; all but the first by default.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    status: Option<String>,
}

impl CandidateQuery {
    fn wanted(&self, snapshot: &mut Snapshot) -> Result<Wanted> {
        let named = query::words("status", self.status.as_deref(), OPEN)?;
        let statuses = if named.is_empty() { UNDER_WAY.to_vec() } else { named };
        let warehouse = match &self.warehouse {
            None => None,
            Some(text) => {
                let found = warehouses::find_by_ref(snapshot.conn, text)?;
                Some(found.ok_or_else(|| Problem::parameter("warehouse", "there is no such warehouse"))?.id)
            }
        };
        let filter = OrderFilter {
            states: statuses.into_iter().flat_map(Status::states).collect(),
            customer: query::id("customer_id", Kind::Customer, self.customer_id.as_deref())?,
            country: self.country.clone(),
            region: self.region.clone(),
            city: self.city.clone(),
            sku: self.sku.clone(),
            warehouse,
            ..OrderFilter::default()
        };
        Ok(Wanted { filter, carrier: self.carrier.clone() })
    }
}

fn view(candidate: Candidate, language: Language) -> CandidateView {
    let Candidate { order, customer, promised, predicted } = candidate;
    let status = order.state.status();
    CandidateView {
        order_id: order.id.text(Kind::Order),
        order_number: order.number,
        status,
        status_label: status.label(language),
        customer_id: order.customer_id.text(Kind::Customer),
        customer_name: customer,
        total: order.total.text(codes::minor_digits(&order.currency).unwrap_or(4)),
        currency: order.currency,
        promised_date: promised,
        predicted_date: predicted,
    }
}

/// Looks for open orders that an exception may cover, by what they have in common, and tells what they would come to. A
/// person confirms them by naming them in a report.
#[utoipa::path(tag = "exceptions", params(CandidateQuery), responses((status = 200, body = CandidatesView)))]
#[get("/v1/exceptions/candidates")]
pub async fn list_exception_candidates(app: Data<App>, asked: Asked<CandidateQuery>) -> Response {
    let query = asked.query;
    let look = move |snapshot: &mut Snapshot| {
        let wanted = query.valid()?.wanted(snapshot)?;
        let found = candidates(snapshot, &wanted)?;
        let digits = codes::minor_digits(&snapshot.company.base_currency).unwrap_or(4);
        let (language, orders) = (snapshot.language, found.orders.len());
        let data = found.orders.into_iter().map(|candidate| view(candidate, language)).collect();
        let impact = impact(found.impact, orders, |amount| amount.text(digits));
        Answer::json(200, &CandidatesView { data, more: found.more, impact })
    };
    send(app.read(Operation::ListExceptionCandidates, asked.call, look).await)
}
