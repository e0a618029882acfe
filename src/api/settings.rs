//! `/v1/settings`.

use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::permission::Operation;
use crate::domain::settings::Settings;
use crate::domain::words::Language;
use crate::error::Result;
use crate::input::Patch;
use crate::repositories::settings as rows;
use crate::services::settings::{self, SettingsInput};
use actix_web::web::Data;
use actix_web::{HttpRequest, get, patch};
use serde::Serialize;

/// The company's settings.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SettingsView {
    /// 0 while they are the defaults.
    pub version: i64,
    #[serde(flatten)]
    pub settings: Settings,
}

/// The settings as an answer, under their version.
fn answer((version, settings): (i64, Settings), language: Language) -> Result<Answer> {
    Ok(Answer::json(200, &SettingsView { version, settings })?.etag(version, language.tag()))
}

/// Shows the settings.
#[utoipa::path(tag = "settings", responses((status = 200, body = SettingsView)))]
#[get("/v1/settings")]
pub async fn get_settings(app: Data<App>, request: HttpRequest, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        answer(rows::load(snapshot.conn)?, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetSettings, asked.call, look).await)
}

/// Amends the settings (JSON Merge Patch, under `If-Match`); null brings a default back.
#[utoipa::path(tag = "settings", request_body = SettingsInput, responses((status = 200, body = SettingsView)))]
#[patch("/v1/settings")]
pub async fn update_settings(app: Data<App>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| settings::update(tx, body.valid()?);
    send(app.write(Operation::UpdateSettings, posted.call, act, |tx, settings| answer(settings, tx.language)).await)
}
