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
use crate::repositories::tasks::{self as rows, Task};
use crate::services::tasks::input::{AssignTaskInput, CancelTaskInput, CompleteTaskInput};
use crate::services::tasks::work;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, get, post};
use query::TaskQuery;
use view::{TaskTemplateView, TaskView, template, view};

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
    let (limit, before) = (paging::limit(q.limit), cursors.read_id(q.cursor.as_deref())?);
    let filter = q.filter(snapshot)?;
    let found = rows::list(snapshot.conn, &filter, before, paging::fetch(limit))?;
    let Listing { data, page } = paging::page(found, limit, cursors, |task| paging::by_id(task.id), |task| task);
    let wholes = whole::load(snapshot.conn, data)?;
    Ok(Listing { data: wholes.into_iter().map(|whole| view(whole, snapshot.language, snapshot.now)).collect(), page })
}

/// Lists tasks, newest first.
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

/// Finishes a task, whose required proof must be there.
#[utoipa::path(tag = "tasks", request_body = CompleteTaskInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/complete")]
pub async fn complete_task(app: Data<App>, path: Path<String>, posted: Posted<CompleteTaskInput>) -> Response {
    take(&app, Operation::CompleteTask, path, posted, work::complete).await
}

/// Ends a task that is not going to be done.
#[utoipa::path(tag = "tasks", request_body = CancelTaskInput, responses((status = 200, body = TaskView)))]
#[post("/v1/tasks/{id}/cancel")]
pub async fn cancel_task(app: Data<App>, path: Path<String>, posted: Posted<CancelTaskInput>) -> Response {
    take(&app, Operation::CancelTask, path, posted, work::cancel).await
}

/// Lists the templates that tasks are made from, in their order.
#[utoipa::path(tag = "tasks", responses((status = 200, body = Listing<TaskTemplateView>)))]
#[get("/v1/task-templates")]
pub async fn list_task_templates(app: Data<App>, asked: Asked) -> Response {
    let (app_, query) = (app.clone(), asked.query);
    let look = move |snapshot: &mut Snapshot| {
        query.valid()?;
        let cursors = Cursors::new(&app_, "list_task_templates", "");
        let all = rows::templates(snapshot.conn)?;
        let language = snapshot.language;
        let listing = paging::page(all, paging::MOST, &cursors, |row| paging::by_id(row.id), |row| template(row, language));
        Answer::json(200, &listing)
    };
    send(app.read(Operation::ListTaskTemplates, asked.call, look).await)
}
