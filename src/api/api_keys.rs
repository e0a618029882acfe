//! `/v1/api-keys`. A key is shown once, by the answer that makes it, which is therefore never
//! kept (DECISIONS 10).

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send};
use crate::app::{Answer, App, Call, tokens};
use crate::db::types::Json;
use crate::domain::id::{Id, Kind};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::identity::{self, KeyRow};
use crate::services::api_keys::{self, CreateApiKey};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, delete, get, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A key for machines, without the key itself.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ApiKeyView {
    pub id: String,
    pub version: i64,
    /// What history calls the key.
    pub name: String,
    /// What it may do; `…:write` implies `…:read`.
    pub scopes: Vec<String>,
    pub created_at: UtcTime,
    /// From when on it is no good; null for never.
    pub expires_at: Option<UtcTime>,
    /// When it was revoked.
    pub revoked_at: Option<UtcTime>,
}

/// A new key. Not `Debug`: it holds the key itself.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CreatedApiKeyView {
    #[serde(flatten)]
    pub api_key: ApiKeyView,
    /// For `Authorization: Bearer …`; shown this once.
    pub key: String,
}

/// How a key looks from outside.
pub fn view(key: KeyRow) -> ApiKeyView {
    let Json(scopes) = key.scopes;
    ApiKeyView {
        id: key.id.text(Kind::ApiKey),
        version: key.version,
        name: key.name,
        scopes,
        created_at: key.created_at,
        expires_at: key.expires_at,
        revoked_at: key.revoked_at,
    }
}

/// The key that a path names.
fn id(text: &str) -> Result<Id> {
    Kind::ApiKey.parse(text).ok_or_else(|| Problem::not_found().into())
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ApiKeyQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists API keys, newest first; the revoked ones too.
#[utoipa::path(tag = "api-keys", params(ApiKeyQuery), responses((status = 200, body = Listing<ApiKeyView>)))]
#[get("/v1/api-keys")]
pub async fn list_api_keys(app: Data<App>, request: HttpRequest, asked: Asked<ApiKeyQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut crate::db::Snapshot| {
        let q = query.valid()?;
        let cursors = Cursors::new(&app_, "list_api_keys", "");
        let limit = paging::limit(q.limit);
        let found = identity::list_keys(snapshot.conn, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |k| paging::by_id(k.id), view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListApiKeys, asked.call, look).await)
}

/// Makes an API key; the answer is the only one that ever shows it.
#[utoipa::path(tag = "api-keys", request_body = CreateApiKey, responses((status = 201, body = CreatedApiKeyView)))]
#[post("/v1/api-keys")]
pub async fn create_api_key(app: Data<App>, posted: Posted<CreateApiKey>) -> Response {
    let call = Call { repeat: None, ..posted.call };
    let body = posted.body;
    let key = tokens::new_api_key();
    let hash = tokens::hash(&key);
    let act = move |tx: &mut crate::db::Tx| api_keys::create(tx, body.valid()?, &hash);
    let render = move |tx: &mut crate::db::Tx, row: KeyRow| {
        let version = row.version;
        let view = CreatedApiKeyView { api_key: view(row), key: key.clone() };
        Ok(Answer::json(201, &view)?.etag(version, tx.language.tag()).header("cache-control", "no-store"))
    };
    send(app.write(Operation::CreateApiKey, call, act, render).await)
}

/// Revokes an API key (under `If-Match`); it counts from the next request on.
#[utoipa::path(tag = "api-keys", responses((status = 204, description = "Revoked")))]
#[delete("/v1/api-keys/{id}")]
pub async fn revoke_api_key(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut crate::db::Tx| {
        body.valid()?;
        api_keys::revoke(tx, id(&path)?)
    };
    send(app.write(Operation::RevokeApiKey, posted.call, act, |_, ()| Ok(Answer::empty(204))).await)
}
