//! `/v1/tasks` and `/v1/task-templates`. Proof is added in `files`.

mod query;
pub mod view;

use super::paging::{self, Cursors, Listing};
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::{Snapshot, Tx};
use crate::domain::id::{Id, Kind};
use crate::domain::permission::Operation;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::repositories::tasks::whole::{self, WholeTask};
use crate::repositories::tasks::{self as rows, From, Task, TaskNote};
use crate::services::tasks::input::{AssignTaskInput, CompleteTaskInput, NoteInput, OutputInput, ReasonInput, TickInput};
use crate::services::tasks::{output, reopen, work};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use query::TaskQuery;
use serde::Deserialize;
use validator::Validate;
use view::{TaskNoteView, TaskView, note, view};

/// The task that a path names.
pub(super) fn id(text: &str) -> Result<Id> {
    Kind::Task.parse(text).ok_or_else(|| Problem::not_found().into())
}

/// One task as an answer, under its version.
fn answer(status: u16, whole: WholeTask, language: Language, now: UtcTime) -> Result<Answer> {
    let version = whole.task.version;
    Ok(Answer::json(status, &view(whole, language, now))?.etag(version, language.tag()))
}

/// A task as it is after everything that followed.
pub(super) fn shown(tx: &mut Tx, status: u16, task: &Task) -> Result<Answer> {
    let whole = whole::find(tx.conn, task.id)?.ok_or_else(Problem::not_found)?;
    answer(status, whole, tx.language, tx.now)
}

/// A page of tasks.
fn list(snapshot: &mut Snapshot, q: &TaskQuery, cursors: &Cursors) -> Result<Listing<TaskView>> {
    let (limit, from, filter) = (paging::limit(q.limit), q.from(cursors)?, q.filter(snapshot)?);
    let mut found = rows::list(snapshot.conn, &filter, from, paging::fetch(limit))?;
    if matches!(from, From::Due(_)) {
        // those that are not due at any time come after all that are
        let left = paging::fetch(limit) - i64::try_from(found.len()).unwrap_or_default();
        found.extend(rows::list(snapshot.conn, &filter, From::Undated(None), left)?);
    }
    let Listing { data, page } = paging::page(found, limit, cursors, |task| q.place(task), |task| task);
    let wholes = whole::load(snapshot.conn, data)?;
    Ok(Listing { data: wholes.into_iter().map(|whole| view(whole, snapshot.language, snapshot.now)).collect(), page })
}

/// Lists tasks: newest first, or a queue by due date.
///
/// A person's queue is `assignee=me&status=open,in_progress&sort=due_at`, a department's the same with `department`.
#[utoipa::path(tag = "tasks", params(TaskQuery), responses((status = 200, body = Listing<TaskView>)))]
#[get("/v1/tasks")]
pub async fn list_tasks(app: Data<App>, request: HttpRequest, asked: Asked<TaskQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let cursors = Cursors::new(&app_, "list_tasks", &q.bound_to(&snapshot.actor));
        list(snapshot, q, &cursors)?.answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListTasks, asked.call, look).await)
}

/// Shows a task.
#[utoipa::path(tag = "tasks", responses((status = 200, body = TaskView)))]
#[get("/v1/tasks/{id}")]
pub async fn get_task(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let whole = whole::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        answer(200, whole, snapshot.language, snapshot.now)
    };
    send_unless_known(&request, app.read(Operation::GetTask, asked.call, look).await)
}

/// Takes a step on the task that a path names, by what a body says.
async fn take<T: Send + Sync + 'static>(
    app: &App,
    operation: Operation,
    path: Path<String>,
    posted: Posted<T>,
    step: fn(&mut Tx, Id, &T) -> Result<Task>,
) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        step(tx, id(&path)?, said)
    };
    send(app.write(operation, posted.call, act, |tx, task| shown(tx, 200, &task)).await)
}

/// Takes a task of one's department upon oneself.
#[utoipa::path(tag = "tasks", request_body = Nothing, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/accept")]
pub async fn accept_task(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    take(&app, Operation::AcceptTask, path, posted, |tx, task, _| work::accept(tx, task)).await
}

/// Says who is to do a task, moves its due date with a reason, or notes why it is late.
#[utoipa::path(tag = "tasks", request_body = AssignTaskInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/assign")]
pub async fn assign_task(app: Data<App>, path: Path<String>, posted: Posted<AssignTaskInput>) -> Response {
    take(&app, Operation::AssignTask, path, posted, work::assign).await
}

/// Begins a task.
#[utoipa::path(tag = "tasks", request_body = Nothing, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/start")]
pub async fn start_task(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    take(&app, Operation::StartTask, path, posted, |tx, task, _| work::start(tx, task)).await
}

/// Lets work on a task rest, with a reason.
#[utoipa::path(tag = "tasks", request_body = ReasonInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/pause")]
pub async fn pause_task(app: Data<App>, path: Path<String>, posted: Posted<ReasonInput>) -> Response {
    take(&app, Operation::PauseTask, path, posted, work::pause).await
}

/// Goes on with a task that rests.
#[utoipa::path(tag = "tasks", request_body = Nothing, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/resume")]
pub async fn resume_task(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    take(&app, Operation::ResumeTask, path, posted, |tx, task, _| work::resume(tx, task)).await
}

/// Ticks a thing off a task's list, or takes the tick back.
#[utoipa::path(tag = "tasks", request_body = TickInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/checklist")]
pub async fn tick_task(app: Data<App>, path: Path<String>, posted: Posted<TickInput>) -> Response {
    take(&app, Operation::TickTask, path, posted, work::tick).await
}

/// Finishes a task, whose required proof must be there.
#[utoipa::path(tag = "tasks", request_body = CompleteTaskInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/complete")]
pub async fn complete_task(app: Data<App>, path: Path<String>, posted: Posted<CompleteTaskInput>) -> Response {
    take(&app, Operation::CompleteTask, path, posted, work::complete).await
}

/// Records what production has made so far: those goods are ready to be shipped, or picked, and the task goes on.
#[utoipa::path(tag = "tasks", request_body = OutputInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/output")]
pub async fn record_task_output(app: Data<App>, path: Path<String>, posted: Posted<OutputInput>) -> Response {
    take(&app, Operation::RecordTaskOutput, path, posted, output::record).await
}

/// Opens a task again that was done or cancelled by mistake, with a reason. What depends on it waits again, and
/// what it had readied is to be readied again.
#[utoipa::path(tag = "tasks", request_body = ReasonInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/reopen")]
pub async fn reopen_task(app: Data<App>, path: Path<String>, posted: Posted<ReasonInput>) -> Response {
    take(&app, Operation::ReopenTask, path, posted, reopen).await
}

/// Ends a task that is not going to be done.
#[utoipa::path(tag = "tasks", request_body = ReasonInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/cancel")]
pub async fn cancel_task(app: Data<App>, path: Path<String>, posted: Posted<ReasonInput>) -> Response {
    take(&app, Operation::CancelTask, path, posted, work::cancel).await
}

#[derive(Debug, Deserialize, Validate, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TaskNoteQuery {
    #[validate(length(max = 500))]
    #[param(max_length = 500)]
    cursor: Option<String>,
    #[validate(range(min = 1, max = 200))]
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// Lists what was noted about a task, newest first.
#[utoipa::path(tag = "tasks", params(TaskNoteQuery), responses((status = 200, body = Listing<TaskNoteView>)))]
#[get("/v1/tasks/{id}/notes")]
pub async fn list_task_notes(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked<TaskNoteQuery>) -> Response {
    let (app_, query, uri) = (app.clone(), asked.query, request.uri().clone());
    let look = move |snapshot: &mut Snapshot| {
        let q = query.valid()?;
        let task = rows::find(snapshot.conn, id(&path)?)?.ok_or_else(Problem::not_found)?;
        let (cursors, limit) = (Cursors::new(&app_, "list_task_notes", &task.id.to_string()), paging::limit(q.limit));
        let found = rows::notes_of(snapshot.conn, task.id, cursors.read_id(q.cursor.as_deref())?, paging::fetch(limit))?;
        paging::page(found, limit, &cursors, |row| paging::by_id(row.id), note).answer(uri.path(), uri.query().unwrap_or_default())
    };
    send(app.read(Operation::ListTaskNotes, asked.call, look).await)
}

/// Notes how a task gets on.
#[utoipa::path(tag = "tasks", request_body = NoteInput, responses((status = 201, body = TaskNoteView)))]
#[post("/v1/tasks/{id}/notes")]
pub async fn write_task_note(app: Data<App>, path: Path<String>, posted: Posted<NoteInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let said = body.valid()?;
        work::write_note(tx, id(&path)?, said)
    };
    let render = |_: &mut Tx, written: TaskNote| {
        let location = format!("/v1/tasks/{}/notes", written.task_id.text(Kind::Task));
        Ok(Answer::json(201, &note(written))?.header("location", location))
    };
    send(app.write(Operation::WriteTaskNote, posted.call, act, render).await)
}
