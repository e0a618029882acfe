//! `/v1/exceptions/{id}/notes`: comments and meetings.

use crate::api::paging::{self, Cursors, Listing};
use crate::api::request::{Asked, Posted};
use crate::api::respond::{Response, send};
use crate::app::{Answer, App};
use crate::db::types::Json;
use crate::db::{Snapshot, Tx};
use crate::domain::id::Kind;
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::error::Problem;
use crate::repositories::exceptions as rows;
use crate::repositories::exceptions::notes::{ExceptionNote, Meeting, notes_of};
use crate::services::exceptions::notes::{self, ExceptionNoteInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use serde::{Deserialize, Serialize};
use validator::Validate;

/// A meeting about an exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExceptionMeetingView {
    /// When it was held.
    pub held_at: UtcTime,
    /// Who was there, by name.
    pub attendees: Vec<String>,
    /// What was decided.
    pub decision: String,
}

/// What somebody noted about an exception.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ExceptionNoteView {
    pub id: String,
    pub text: String,
    /// Files that it points to, `fil_…`.
    pub file_ids: Vec<String>,
    /// The meeting that it tells of; null where it tells of none.
    pub meeting: Option<ExceptionMeetingView>,
    /// The person or key that wrote it.
    pub written_by: String,
    pub created_at: UtcTime,
}

fn meeting(Json(held): Json<Meeting>) -> ExceptionMeetingView {
    ExceptionMeetingView { held_at: held.held_at, attendees: held.attendees, decision: held.decision }
}

fn view(note: ExceptionNote) -> ExceptionNoteView {
    ExceptionNoteView {
        id: note.id.text(Kind::ExceptionNote),
        text: note.text,
        file_ids: note.files.0.iter().map(|id| id.text(Kind::File)).collect(),
        meeting: note.meeting.map(meeting),
        written_by: note.actor_label,
        created_at: note.created_at,
    }
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExceptionNoteQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists what was noted about an exception, newest first.
#[utoipa::path(tag = "exceptions", params(ExceptionNoteQuery), responses((status = 200, body = Listing<ExceptionNoteView>)))]
#[get("/v1/exceptions/{id}/notes")]
pub async fn list_exception_notes(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked<ExceptionNoteQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let exception = rows::find_by_ref(snapshot.conn, &path)?.ok_or_else(Problem::not_found)?;
        let (cursors, limit) = (Cursors::new(&app_, "list_exception_notes", &exception.id.to_string()), paging::limit(q.limit));
        let found = notes_of(snapshot.conn, exception.id, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |row| paging::by_id(row.id), view).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListExceptionNotes, asked.call, look).await)
}

/// Notes something about an exception, or a meeting that was held about it.
#[utoipa::path(tag = "exceptions", request_body = ExceptionNoteInput, responses((status = 201, body = ExceptionNoteView)))]
#[post("/v1/exceptions/{id}/notes")]
pub async fn write_exception_note(app: Data<App>, path: Path<String>, posted: Posted<ExceptionNoteInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| notes::write(tx, &path, body.valid()?);
    let render = |_: &mut Tx, written: ExceptionNote| {
        let location = format!("/v1/exceptions/{}/notes", written.exception_id.text(Kind::Exception));
        Ok(Answer::json(201, &view(written))?.header("location", location))
    };
    send(app.write(Operation::WriteExceptionNote, posted.call, act, render).await)
}
