//! What a list of orders may be asked for.

use crate::api::query;
use crate::domain::actor::{Actor, Department};
use crate::domain::id::Kind;
use crate::domain::lifecycle::order::{Stage, State, Status};
use crate::domain::order::Channel;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::input::{day, rules};
use crate::repositories::orders::OrderFilter;
use chrono::NaiveDate;
use serde::Deserialize;
use validator::Validate;

/// How a list is sorted; only by what never changes, so that a walk sees each row once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub enum OrderSort {
    #[serde(rename = "-created_at")]
    NewestFirst,
    #[serde(rename = "created_at")]
    OldestFirst,
}

/// The query of `GET /v1/orders`.
#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct OrderQuery {
    /// One or more of `created`, `reviewed`, `executing`, `shipped`, `received`, `cancelled`, separated by commas.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    status: Option<String>,
    /// What the order waits for now.
    stage: Option<Stage>,
    channel: Option<Channel>,
    /// The channel's own reference.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    channel_ref: Option<String>,
    /// `cus_…`; includes what is there of those who were merged into them.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    customer_id: Option<String>,
    /// The sales person, `usr_…`, or `me`.
    #[validate(length(min = 1, max = 60))]
    #[param(min_length = 1, max_length = 60)]
    owner: Option<String>,
    created_after: Option<UtcTime>,
    created_before: Option<UtcTime>,
    /// Only orders that will leave after what is promised by the time their tasks take, or only the others.
    at_risk: Option<bool>,
    /// Only orders with a task that is open or in progress past its due date, or only orders without one; of the department, where one is named.
    overdue: Option<bool>,
    /// Only orders with a task of this department that is open or in progress.
    department: Option<Department>,
    /// Only orders that are delivered to this country, ISO 3166-1 alpha-2.
    #[validate(custom(function = rules::country))]
    #[param(min_length = 2, max_length = 2)]
    country: Option<String>,
    /// Only orders that are delivered to this region, as they write it.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    region: Option<String>,
    /// Only orders promised for this day or a later one.
    #[serde(default, deserialize_with = "day::optional")]
    promised_from: Option<NaiveDate>,
    /// Only orders promised for this day or an earlier one.
    #[serde(default, deserialize_with = "day::optional")]
    promised_until: Option<NaiveDate>,
    /// Text to look for in customer, contact, phone, channel reference, SKUs and names of goods.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    q: Option<String>,
    /// Newest first by default.
    #[param(inline)]
    sort: Option<OrderSort>,
    /// `lines`, `customer` or both, separated by a comma. Lines are always there; `customer` adds
    /// the customer's own record, for those who may read customers.
    #[validate(length(min = 1, max = 100))]
    #[param(min_length = 1, max_length = 100)]
    expand: Option<String>,
    /// Counts the orders that match, to 10,000.
    include_total: Option<bool>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    pub(super) cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u32>,
}

/// What `expand` may name.
const EXPANSIONS: [&str; 2] = ["lines", "customer"];

impl OrderQuery {
    fn states(&self) -> Result<Vec<State>> {
        let statuses = query::words("status", self.status.as_deref(), Status::ALL)?;
        Ok(statuses.into_iter().flat_map(Status::states).collect())
    }

    /// The filter that this comes to for whoever asks.
    ///
    /// # Errors
    /// `invalid_parameter` for a word or id that is none.
    pub fn filter(&self, actor: &Actor, now: UtcTime) -> Result<OrderFilter> {
        Ok(OrderFilter {
            states: self.states()?,
            stage: self.stage,
            channel: self.channel,
            channel_ref: self.channel_ref.clone(),
            customer: query::id("customer_id", Kind::Customer, self.customer_id.as_deref())?,
            owner: query::person("owner", self.owner.as_deref(), actor)?,
            created_after: self.created_after,
            created_before: self.created_before,
            q: self.q.clone(),
            at_risk: self.at_risk,
            overdue: self.overdue.map(|overdue| (overdue, now)),
            department: self.department,
            country: self.country.clone(),
            region: self.region.clone(),
            promised_from: self.promised_from,
            promised_until: self.promised_until,
            oldest_first: self.sort == Some(OrderSort::OldestFirst),
            ..OrderFilter::default()
        })
    }

    /// What a cursor is bound to: all of the filter but the passing time.
    pub fn bound_to(filter: &OrderFilter) -> String {
        let overdue = filter.overdue.and_then(|(late, _)| UtcTime::from_micros(0).map(|never| (late, never)));
        format!("{:?}", OrderFilter { overdue, ..filter.clone() })
    }

    /// Whether the customers' own records are wanted.
    ///
    /// # Errors
    /// `invalid_parameter` for a word that cannot be expanded.
    pub fn with_customers(&self) -> Result<bool> {
        let named = query::words("expand", self.expand.as_deref(), &EXPANSIONS)?;
        Ok(named.contains(&"customer"))
    }

    /// Whether the total is wanted.
    pub fn with_total(&self) -> bool {
        self.include_total == Some(true)
    }
}
