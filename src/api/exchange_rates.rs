//! `/v1/exchange-rates`.

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::amount::Amount;
use crate::domain::id::{Id, Kind};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::exchange_rates::{self as rows, ExchangeRate};
use crate::services::exchange_rates::{self, ExchangeRateInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, delete, get, patch, post};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// An exchange rate.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExchangeRateView {
    pub id: String,
    pub version: i64,
    pub currency: String,
    /// How many units of the currency the rate is for.
    pub units: i32,
    /// What these units come to in the base currency.
    pub rate: Amount,
    /// The first day on which it counts; until the day before the next one begins.
    pub valid_from: NaiveDate,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

fn view(rate: ExchangeRate) -> ExchangeRateView {
    ExchangeRateView {
        id: rate.id.text(Kind::Rate),
        version: rate.version,
        currency: rate.currency,
        units: rate.units,
        rate: rate.rate,
        valid_from: rate.valid_from,
        created_at: rate.created_at,
        updated_at: rate.updated_at,
    }
}

/// One rate as an answer, under its version.
fn answer(status: u16, rate: ExchangeRate, language: Language) -> Result<Answer> {
    let version = rate.version;
    Ok(Answer::json(status, &view(rate))?.etag(version, language.tag()))
}

/// The rate that a path names.
fn id(text: &str) -> Result<Id> {
    Kind::Rate.parse(text).ok_or_else(|| Problem::not_found().into())
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExchangeRateQuery {
    /// Only rates of this currency, ISO 4217.
    #[validate(length(min = 3, max = 3))]
    #[param(min_length = 3, max_length = 3)]
    currency: Option<String>,
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists exchange rates, newest first.
#[utoipa::path(tag = "settings", params(ExchangeRateQuery), responses((status = 200, body = Listing<ExchangeRateView>)))]
#[get("/v1/exchange-rates")]
pub async fn list_exchange_rates(app: Data<App>, request: HttpRequest, asked: Asked<ExchangeRateQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let cursors = Cursors::new(&app_, "list_exchange_rates", &format!("{:?}", q.currency));
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, q.currency.as_deref(), cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |rate| paging::by_id(rate.id), view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListExchangeRates, asked.call, look).await)
}

/// Shows an exchange rate.
#[utoipa::path(tag = "settings", responses((status = 200, body = ExchangeRateView)))]
#[get("/v1/exchange-rates/{id}")]
pub async fn get_exchange_rate(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let rate = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        answer(200, rate, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetExchangeRate, asked.call, look).await)
}

/// Enters an exchange rate. Approval rules and checks compare amounts of other currencies by it.
#[utoipa::path(tag = "settings", request_body = ExchangeRateInput, responses((status = 201, body = ExchangeRateView)))]
#[post("/v1/exchange-rates")]
pub async fn create_exchange_rate(app: Data<App>, posted: Posted<ExchangeRateInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| exchange_rates::create(tx, body.valid()?);
    let render = |tx: &mut Tx, rate: ExchangeRate| {
        let location = format!("/v1/exchange-rates/{}", rate.id.text(Kind::Rate));
        Ok(answer(201, rate, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateExchangeRate, posted.call, act, render).await)
}

/// Corrects an exchange rate (JSON Merge Patch, under `If-Match`). Rounds that are open keep what
/// they were opened with.
#[utoipa::path(tag = "settings", request_body = ExchangeRateInput, responses((status = 200, body = ExchangeRateView)))]
#[patch("/v1/exchange-rates/{id}")]
pub async fn update_exchange_rate(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let patch = body.valid()?;
        exchange_rates::update(tx, id(&path)?, patch)
    };
    send(app.write(Operation::UpdateExchangeRate, posted.call, act, |tx, rate| answer(200, rate, tx.language)).await)
}

/// Deletes an exchange rate (under `If-Match`); the one before it counts again.
#[utoipa::path(tag = "settings", responses((status = 204, description = "Deleted")))]
#[delete("/v1/exchange-rates/{id}")]
pub async fn delete_exchange_rate(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        exchange_rates::delete(tx, id(&path)?)
    };
    send(app.write(Operation::DeleteExchangeRate, posted.call, act, |_, ()| Ok(Answer::empty(204))).await)
}
