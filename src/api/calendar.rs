//! `/v1/calendar/days`: which days are worked, and why.

use super::paging::{self, Cursors, Listing, Page};
use super::request::{Asked, Posted};
use super::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::calendar::DayReason;
use crate::domain::permission::Operation;
use crate::domain::words::Language;
use crate::error::{Code, Problem, Result};
use crate::input::{day, rules};
use crate::repositories::calendar::{self as rows, SeenDay};
use crate::services::calendar::{self, DaysInput};
use actix_web::web::Data;
use actix_web::{HttpRequest, get, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

/// The most days between the first and the last that are asked for.
const MOST_DAYS: i64 = 3660;

/// A day of the calendar.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct CalendarDay {
    pub day: NaiveDate,
    /// Whether it is worked.
    pub worked: bool,
    /// Why it is, or is not.
    pub reason: DayReason,
    pub reason_label: &'static str,
    /// What the company calls it.
    pub name: Option<String>,
    /// Whether the public holidays of its year are known here; where not, only the week and the company's own days count.
    pub holidays_known: bool,
}

fn view(seen: SeenDay, language: Language) -> CalendarDay {
    let SeenDay { day, worked, reason, name, holidays_known } = seen;
    CalendarDay { day, worked, reason, reason_label: reason.label(language), name, holidays_known }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[validate(schema(function = in_order))]
pub struct CalendarQuery {
    /// The first day; today by default.
    #[serde(default, deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    from: Option<NaiveDate>,
    /// The last day, at most 3660 days later; by default a year after the first.
    #[serde(default, deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    until: Option<NaiveDate>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

fn in_order(query: &CalendarQuery) -> std::result::Result<(), ValidationError> {
    let good = match (query.from, query.until) {
        (Some(from), Some(until)) => (0..=MOST_DAYS).contains(&(until - from).num_days()),
        _ => true,
    };
    rules::when(good, "range", "until must not lie before from, nor more than 3660 days after it", "until 不得早于 from，且最多晚 3660 天")
}

/// The days of a page: from one on, to the last.
fn days(first: NaiveDate, last: NaiveDate, count: i64) -> Vec<NaiveDate> {
    first.iter_days().take_while(|day| *day <= last).take(usize::try_from(count).unwrap_or_default()).collect()
}

/// The day after the one that a cursor names.
fn after(cursors: &Cursors, cursor: Option<&str>) -> Result<Option<NaiveDate>> {
    let Some(bytes) = cursors.read(cursor)? else { return Ok(None) };
    let seen: Option<NaiveDate> = std::str::from_utf8(&bytes).ok().and_then(|text| text.parse().ok());
    seen.and_then(|day| day.succ_opt()).map(Some).ok_or_else(|| Problem::new(Code::InvalidCursor).into())
}

/// Lists days and whether they are worked.
#[utoipa::path(tag = "settings", params(CalendarQuery), responses((status = 200, body = Listing<CalendarDay>)))]
#[get("/v1/calendar/days")]
pub async fn list_calendar_days(app: Data<App>, request: HttpRequest, asked: Asked<CalendarQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let (zone, language) = (snapshot.company.zone, snapshot.language);
        let from = q.from.unwrap_or_else(|| zone.local_date(snapshot.now.utc()));
        let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX);
        let until = q.until.or_else(|| from.checked_add_days(chrono::Days::new(365))).unwrap_or(from).min(last);
        if !(0..=MOST_DAYS).contains(&(until - from).num_days()) {
            return Err(Problem::parameter("until", "must not lie before from, nor more than 3660 days after it").into());
        }
        let cursors = Cursors::new(&app_, "list_calendar_days", &format!("{:?}{:?}", q.from, q.until));
        let (first, limit) = (after(&cursors, q.cursor.as_deref())?.unwrap_or(from), paging::limit(q.limit));
        let found = rows::look_at(snapshot.conn, zone, &days(first, until, paging::fetch(limit)))?;
        let listing = paging::page(found, limit, &cursors, |seen| seen.day.to_string().into_bytes(), |seen| view(seen, language));
        listing.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListCalendarDays, asked.call, look).await)
}

/// Says of days whether they are worked: closures, days worked in spite of a holiday, another country's
/// holidays. What is due by rules is reckoned again. Gives the days as they are then.
#[utoipa::path(tag = "settings", request_body = DaysInput, responses((status = 200, body = Listing<CalendarDay>)))]
#[post("/v1/calendar/days")]
pub async fn set_calendar_days(app: Data<App>, posted: Posted<DaysInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| calendar::set_days(tx, body.valid()?);
    let render = |tx: &mut Tx, days: Vec<NaiveDate>| {
        let (zone, language) = (tx.company.zone, tx.language);
        let data: Vec<CalendarDay> = rows::look_at(tx.conn, zone, &days)?.into_iter().map(|seen| view(seen, language)).collect();
        let page = Page { next_cursor: None, has_more: false, limit: u32::try_from(data.len()).unwrap_or(u32::MAX), total: None, total_capped: None };
        Answer::json(200, &Listing::<CalendarDay> { data, page })
    };
    send(app.write(Operation::SetCalendarDays, posted.call, act, render).await)
}
