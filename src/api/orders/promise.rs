//! What was promised of an order, how that moved, and whether it will be kept (DOMAIN 8.1).

use super::view::{OrderPromise, promise_view};
use crate::api::request::Asked;
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::Snapshot;
use crate::domain::event::EventName;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::events::{self, EventRow};
use crate::repositories::orders::{self as rows, parts, promises};
use crate::services::orders::amend::PROMISED_DATE;
use actix_web::get;
use actix_web::web::{Data, Path};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

/// The most moves that are shown; an order is amended less often.
const MOST: i64 = 1000;

/// A promise that moved.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PromiseMove {
    pub at: UtcTime,
    /// Who moved it.
    pub by: String,
    /// The day before.
    pub from: Option<String>,
    /// The day from then on.
    pub to: Option<String>,
    pub reason: Option<String>,
}

/// What was promised of an order, and how that moved.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PromiseHistory {
    /// The day promised now.
    pub promised_date: Option<NaiveDate>,
    /// The earliest day promised now of the order or a line of it.
    pub earliest_date: Option<NaiveDate>,
    /// What was promised when it was confirmed, and what will come of it; null before it is reviewed.
    pub promise: Option<OrderPromise>,
    /// How the promised day moved, oldest first.
    pub moves: Vec<PromiseMove>,
}

fn moved(row: EventRow) -> PromiseMove {
    let text = |said: Option<&Value>| said.and_then(|value| value.as_str()).map(str::to_owned);
    PromiseMove {
        at: row.at,
        by: row.actor_label,
        from: text(row.before.0.get(PROMISED_DATE)),
        to: text(row.after.0.get(PROMISED_DATE)),
        reason: text(row.after.0.get("reason")),
    }
}

fn history(snapshot: &mut Snapshot, reference: &str) -> Result<PromiseHistory> {
    let id = rows::resolve(snapshot.conn, reference)?.ok_or_else(Problem::not_found)?;
    rows::find_stamp(snapshot.conn, id)?.ok_or_else(Problem::not_found)?;
    let promised_date = parts::delivery(snapshot.conn, id)?.promised_date;
    let of_lines = parts::lines(snapshot.conn, id)?.into_iter().filter_map(|line| line.promised_date);
    let names = [EventName::OrderAmended, EventName::OrderAmendmentRejected];
    let moves = events::changes_of_order(snapshot.conn, id, &names, PROMISED_DATE, MOST)?.into_iter().map(moved).collect();
    let promise = promises::find(snapshot.conn, id)?.map(promise_view);
    Ok(PromiseHistory { promised_date, earliest_date: of_lines.chain(promised_date).min(), promise, moves })
}

/// Shows what was promised of an order, how that moved and why, and whether it will be kept.
#[utoipa::path(tag = "orders", responses((status = 200, body = PromiseHistory)))]
#[get("/v1/orders/{id}/promise")]
pub async fn get_order_promise(app: Data<App>, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        Answer::json(200, &history(snapshot, &path)?)
    };
    send(app.read(Operation::GetOrderPromise, asked.call, look).await)
}
