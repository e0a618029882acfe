//! What an order's customer was asked, and what they said (DOMAIN 2.5). The links themselves are
//! nowhere to be read: whoever has one can answer.

use crate::api::paging::{self, Cursors, Listing};
use crate::api::request::Asked;
use crate::api::respond::{Response, send};
use crate::app::App;
use crate::db::Snapshot;
use crate::domain::id::Kind;
use crate::domain::link::{Asking, CustomerAnswer, Standing, standing};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::Problem;
use crate::repositories::links::{self, Link};
use crate::repositories::orders;
use crate::services::confirmations::asking;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// One link that a customer was sent.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ConfirmationView {
    pub id: String,
    pub order_id: String,
    /// The revision of the order that it is good for.
    pub revision: i32,
    /// How it stands.
    pub standing: Standing,
    pub standing_label: &'static str,
    /// The language that the customer reads, `en` or `zh-CN`.
    pub language: String,
    pub created_at: UtcTime,
    /// Until when it can be answered.
    pub expires_at: UtcTime,
    /// When the customer was reminded.
    pub reminded_at: Option<UtcTime>,
    /// When the order is given up, unless they answer.
    pub lapses_at: Option<UtcTime>,
    /// What they said.
    pub answer: Option<CustomerAnswer>,
    /// What they want changed, in their words.
    pub comment: Option<String>,
    pub answered_at: Option<UtcTime>,
}

fn view(link: Link, order: Asking, now: UtcTime, language: Language) -> ConfirmationView {
    let stands = standing(link.bound(), order, now);
    ConfirmationView {
        id: link.id.text(Kind::Link),
        order_id: link.order_id.text(Kind::Order),
        revision: link.revision,
        standing: stands,
        standing_label: stands.label(language),
        language: link.language,
        created_at: link.created_at,
        expires_at: link.expires_at,
        reminded_at: link.reminded_at,
        lapses_at: link.lapse_at,
        answer: link.answer,
        comment: link.comment,
        answered_at: link.answered_at,
    }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConfirmationQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists what an order's customer was asked by links and what they said, newest first.
#[utoipa::path(tag = "orders", params(ConfirmationQuery), responses((status = 200, body = Listing<ConfirmationView>)))]
#[get("/v1/orders/{id}/confirmations")]
pub async fn list_confirmations(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked<ConfirmationQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let order = orders::find_by_ref(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        let cursors = Cursors::new(&app_, "list_confirmations", &order.id.to_string());
        let limit = paging::limit(q.limit);
        let found = links::list_of_order(snapshot.conn, order.id, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        let (asking, now, language) = (asking(snapshot.conn, &order)?, snapshot.now, snapshot.language);
        let page = paging::page(found, limit, &cursors, |link| paging::by_id(link.id), |link| view(link, asking, now, language));
        page.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListConfirmations, asked.call, look).await)
}
