//! `/v1/exceptions/figures`: what exceptions come to over some time.

use crate::api::request::Asked;
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Snapshot;
use crate::domain::codes;
use crate::domain::exception_figures::{Figure, FiguresBy};
use crate::domain::permission::Operation;
use crate::error::{Problem, Result};
use crate::input::{day, rules};
use crate::services::exceptions::figures::{FiguresRow, count};
use actix_web::get;
use actix_web::web::Data;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// How many days are counted at most, and by default.
const MOST_DAYS: i64 = 366;
const USUAL_DAYS: u64 = 30;

/// What exceptions that have something in common come to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExceptionFigureView {
    /// What they have in common: a kind, the code of a cause, a department, a SKU, a carrier. Null for those that name none.
    pub key: Option<String>,
    pub label: String,
    /// How many there are.
    pub exceptions: usize,
    /// How many of them are not resolved yet.
    pub open: usize,
    /// How many of them were reported late.
    pub late_reports: usize,
    /// How many orders they cover, each counted once; by product and by carrier, those of them with that.
    pub orders: usize,
    /// The same as a share of all orders that were entered in that time, such as `0.0250`; null where none was. Orders may have been
    /// entered before, so that it may be above one.
    pub share_of_orders: Option<String>,
    /// What their approved plans cost, in the base currency. By product and by carrier, an exception counts with all of its cost.
    pub cost: String,
    /// How many hours it took on average from the report until they were resolved, of those that are; such as `26.50`.
    pub hours_to_resolve: Option<String>,
}

/// What exceptions come to over some time.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExceptionFiguresView {
    /// By what they are counted.
    pub by: FiguresBy,
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// How many orders were entered in that time.
    pub orders_entered: i64,
    /// All exceptions that were reported in it, each counted once; without those that were dismissed.
    pub all: ExceptionFigureView,
    /// By what they have in common, those with the most exceptions first; at most 500.
    pub rows: Vec<ExceptionFigureView>,
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FiguresQuery {
    /// By what exceptions are counted.
    #[param(inline)]
    by: FiguresBy,
    /// The first day on which they were reported, in the company's time zone; by default 29 days before the last.
    #[serde(default, deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    from: Option<NaiveDate>,
    /// The last day, at most 365 days later; today by default.
    #[serde(default, deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    to: Option<NaiveDate>,
}

impl FiguresQuery {
    /// The first and the last day.
    fn days(&self, today: NaiveDate) -> Result<(NaiveDate, NaiveDate)> {
        let to = self.to.unwrap_or(today);
        let from = self.from.or_else(|| to.checked_sub_days(chrono::Days::new(USUAL_DAYS - 1))).unwrap_or(to);
        if (0..MOST_DAYS).contains(&(to - from).num_days()) {
            return Ok((from, to));
        }
        Err(Problem::parameter("from", "must not lie after to, nor more than 365 days before it").into())
    }
}

/// How figures look beside so many orders, in a currency of so many digits.
fn view(key: Option<String>, label: String, figure: &Figure, (entered, digits): (i64, u32)) -> Result<ExceptionFigureView> {
    Ok(ExceptionFigureView {
        key,
        label,
        exceptions: figure.exceptions,
        open: figure.open,
        late_reports: figure.late_reports,
        orders: figure.orders(),
        share_of_orders: figure.share_of(entered).map(|share| share.text(4)),
        cost: figure.cost()?.text(digits),
        hours_to_resolve: figure.mean_hours().map(|hours| hours.text(2)),
    })
}

/// Counts exceptions over some time by kind, cause, department, product or carrier: how many orders they touch, what they
/// cost, and how long they last.
#[utoipa::path(tag = "exceptions", params(FiguresQuery), responses((status = 200, body = ExceptionFiguresView)))]
#[get("/v1/exceptions/figures")]
pub async fn get_exception_figures(app: Data<App>, asked: Asked<FiguresQuery>) -> Response {
    let query = asked.query;
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let (from, to) = q.days(snapshot.company.zone.local_date(snapshot.now.utc()))?;
        let counted = count(snapshot, q.by, from, to)?;
        let beside = (counted.orders_entered, codes::minor_digits(&snapshot.company.base_currency).unwrap_or(4));
        let all = view(None, snapshot.language.pick("All", "全部").to_owned(), &counted.all, beside)?;
        let mut rows = Vec::with_capacity(counted.rows.len());
        for FiguresRow { key, label, figure } in counted.rows {
            rows.push(view(key, label, &figure, beside)?);
        }
        Answer::json(200, &ExceptionFiguresView { by: q.by, from, to, orders_entered: counted.orders_entered, all, rows })
    };
    send(app.read(Operation::GetExceptionFigures, asked.call, look).await)
}
