//! `/v1/users` and `/v1/me`. Passwords are hashed before the write and off the web workers, but
//! only for those who may set them.

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App, Call};
use crate::db::types::Json;
use crate::domain::actor::{Department, Role};
use crate::domain::id::{Id, Kind};
use crate::domain::password;
use crate::domain::permission::{Operation, permit};
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::users::{self as rows, User};
use crate::services::users::{self, CreateUser, UserInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, patch, post};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use validator::Validate;

/// A person who can log in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UserView {
    pub id: String,
    pub version: i64,
    pub username: String,
    pub display_name: String,
    pub roles: Vec<Role>,
    /// Whose department head or worker the person is.
    pub department: Option<Department>,
    /// Whether they can log in.
    pub active: bool,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

/// The person who asks.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct MeView {
    #[serde(flatten)]
    pub user: UserView,
    /// The operations that the person's roles permit, by their ids in this document.
    pub permissions: Vec<&'static str>,
}

/// How a user looks from outside.
pub fn view(user: User) -> UserView {
    let Json(roles) = user.roles;
    UserView {
        id: user.id.text(Kind::User),
        version: user.version,
        username: user.username,
        display_name: user.display_name,
        roles,
        department: user.department,
        active: user.active,
        created_at: user.created_at,
        updated_at: user.updated_at,
    }
}

/// One user as an answer, under its version.
fn answer(status: u16, user: User, language: Language) -> Result<Answer> {
    let version = user.version;
    Ok(Answer::json(status, &view(user))?.etag(version, language.tag()))
}

/// The user that a path names.
fn id(text: &str) -> Result<Id> {
    Kind::User.parse(text).ok_or_else(|| Problem::not_found().into())
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists users, newest first.
#[utoipa::path(tag = "users", params(UserQuery), responses((status = 200, body = Listing<UserView>)))]
#[get("/v1/users")]
pub async fn list_users(app: Data<App>, request: HttpRequest, asked: Asked<UserQuery>) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let uri = request.uri().clone();
    let look = move |snapshot: &mut crate::db::Snapshot| {
        let q = query.valid()?;
        let cursors = Cursors::new(&app_, "list_users", "");
        let limit = paging::limit(q.limit);
        let found = rows::list(snapshot.conn, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |u| paging::by_id(u.id), view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListUsers, asked.call, look).await)
}

/// Shows a user.
#[utoipa::path(tag = "users", responses((status = 200, body = UserView)))]
#[get("/v1/users/{id}")]
pub async fn get_user(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut crate::db::Snapshot| {
        asked.query.valid()?;
        let user = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        answer(200, user, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetUser, asked.call, look).await)
}

/// The fingerprint of a request with a password in it is kept for days; keyed, so that a copy of
/// the database is of no help in guessing the password.
fn keyed(app: &App, mut call: Call) -> Call {
    if let Some(repeat) = &mut call.repeat {
        let mut mac = Hmac::<Sha256>::new_from_slice(app.keys.cursor_key()).expect("HMAC takes keys of any length");
        mac.update(b"create_user\0");
        mac.update(&repeat.fingerprint);
        repeat.fingerprint = mac.finalize().into_bytes().to_vec();
    }
    call
}

/// Makes a user.
#[utoipa::path(tag = "users", request_body = CreateUser, responses((status = 201, body = UserView)))]
#[post("/v1/users")]
pub async fn create_user(app: Data<App>, posted: Posted<CreateUser>) -> Response {
    let (call, body, asked) = (keyed(&app, posted.call), posted.body.clone(), posted.body);
    let password = app.read(Operation::CreateUser, call.clone(), move |_| asked.valid().map(|b| b.password.clone())).await?;
    let hash = app.passwords.hash(password).await?;
    let act = move |tx: &mut crate::db::Tx| users::create(tx, body.valid()?, &hash);
    let render = |tx: &mut crate::db::Tx, user: User| {
        let location = format!("/v1/users/{}", user.id.text(Kind::User));
        Ok(answer(201, user, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateUser, call, act, render).await)
}

/// The new password that a patch holds, if it is one that could be taken.
fn new_password(patch: &Patch) -> Option<String> {
    let text = patch.0.get("password")?.as_str()?;
    (password::SHORTEST..=password::LONGEST).contains(&text.chars().count()).then(|| text.to_owned())
}

/// Amends a user (JSON Merge Patch, under `If-Match`); a new password or `"active": false` logs
/// them out everywhere.
#[utoipa::path(tag = "users", request_body = UserInput, responses((status = 200, body = UserView)))]
#[patch("/v1/users/{id}")]
pub async fn update_user(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let (call, body, asked) = (posted.call, posted.body.clone(), posted.body);
    let password = app.read(Operation::UpdateUser, call.clone(), move |_| asked.valid().map(new_password)).await?;
    let hash = match password {
        Some(password) => Some(app.passwords.hash(password).await?),
        None => None,
    };
    let act = move |tx: &mut crate::db::Tx| {
        let patch = body.valid()?;
        users::update(tx, id(&path)?, patch, hash.as_deref())
    };
    send(app.write(Operation::UpdateUser, call, act, |tx, user| answer(200, user, tx.language)).await)
}

/// Shows the person who asks, and what they may do.
#[utoipa::path(tag = "users", responses((status = 200, body = MeView)))]
#[get("/v1/me")]
pub async fn get_me(app: Data<App>, asked: Asked) -> Response {
    let look = move |snapshot: &mut crate::db::Snapshot| {
        asked.query.valid()?;
        let me = snapshot.actor.user_id().ok_or_else(Problem::not_found)?;
        let user = rows::find(snapshot.conn, me)?.ok_or_else(Problem::not_found)?;
        let granted = Operation::ALL.iter().filter(|operation| permit(&snapshot.actor, **operation).is_ok());
        let permissions = granted.map(|operation| operation.grant().id).collect();
        Answer::json(200, &MeView { user: view(user), permissions })
    };
    send(app.read(Operation::GetMe, asked.call, look).await)
}
