//! `/v1/task-templates`: what tasks are made from when an order is released.

use super::paging::{self, Listing, Page};
use super::request::{Asked, Nothing, Posted};
use super::respond::{Response, send, send_unless_known};
use crate::app::{Answer, App};
use crate::db::types::Json;
use crate::db::{Snapshot, Tx};
use crate::domain::actor::Department;
use crate::domain::id::Kind;
use crate::domain::permission::Operation;
use crate::domain::task_plan::{AssigneeRule, ChecklistItem, Due, EvidenceKind, Need};
use crate::domain::words::Language;
use crate::error::{Problem, Result};
use crate::input::Patch;
use crate::repositories::tasks::templates::{self as rows, TemplateRow};
use crate::services::tasks::templates::{self, TemplateInput};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, delete, get, patch, post};
use serde::Serialize;

/// What tasks are made from when an order is released.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TaskTemplateView {
    pub id: String,
    pub version: i64,
    /// The code of the tasks made from it.
    pub code: String,
    /// Whose work it is.
    pub department: Department,
    pub department_label: &'static str,
    pub title: String,
    /// The same in English.
    pub title_en: String,
    /// The same in Chinese.
    pub title_zh: String,
    /// For which orders it is made.
    pub needed: Need,
    /// Codes of the tasks that must be done before.
    pub depends_on: Vec<String>,
    /// When it is to be done. A number is so many working days; `{"hours": 4}` so many working hours.
    pub due: Due,
    /// The proof without which it cannot be completed.
    pub required_evidence: Option<EvidenceKind>,
    pub required_evidence_label: Option<&'static str>,
    /// Who is to do it when it opens.
    pub assignee: AssigneeRule,
    pub assignee_label: &'static str,
    /// What is to be ticked off before it is done.
    pub checklist: Vec<ChecklistItem>,
    /// Its place among the others.
    pub position: i32,
}

fn view(row: TemplateRow, language: Language) -> TaskTemplateView {
    let Json(plan) = row.plan;
    TaskTemplateView {
        id: row.id.text(Kind::Template),
        version: row.version,
        code: row.code,
        department: row.department,
        department_label: row.department.label(language),
        title: language.pick(&row.title_en, &row.title_zh).to_owned(),
        title_en: row.title_en,
        title_zh: row.title_zh,
        needed: plan.needed,
        depends_on: plan.depends_on,
        due: plan.due,
        required_evidence: plan.evidence,
        required_evidence_label: plan.evidence.map(|kind| kind.label(language)),
        assignee: plan.assignee,
        assignee_label: plan.assignee.label(language),
        checklist: plan.checklist,
        position: row.position,
    }
}

/// One template as an answer, under its version.
fn answer(status: u16, row: TemplateRow, language: Language) -> Result<Answer> {
    let version = row.version;
    Ok(Answer::json(status, &view(row, language))?.etag(version, language.tag()))
}

/// Lists the templates that tasks are made from, in their order; there are few, so they are one page.
#[utoipa::path(tag = "tasks", responses((status = 200, body = Listing<TaskTemplateView>)))]
#[get("/v1/task-templates")]
pub async fn list_task_templates(app: Data<App>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let data = rows::active(snapshot.conn)?.into_iter().map(|row| view(row, snapshot.language)).collect();
        let page = Page { next_cursor: None, has_more: false, limit: paging::MOST, total: None, total_capped: None };
        Answer::json(200, &Listing::<TaskTemplateView> { data, page })
    };
    send(app.read(Operation::ListTaskTemplates, asked.call, look).await)
}

/// Shows a task template, named by id or code.
#[utoipa::path(tag = "tasks", responses((status = 200, body = TaskTemplateView)))]
#[get("/v1/task-templates/{id}")]
pub async fn get_task_template(app: Data<App>, request: HttpRequest, path: Path<String>, asked: Asked) -> Response {
    let look = move |snapshot: &mut Snapshot| {
        asked.query.valid()?;
        let row = rows::find(snapshot.conn, &path)?.filter(|row| row.active).ok_or_else(Problem::not_found)?;
        answer(200, row, snapshot.language)
    };
    send_unless_known(&request, app.read(Operation::GetTaskTemplate, asked.call, look).await)
}

/// Makes a task template. Orders that are released from now on get its task.
#[utoipa::path(tag = "tasks", request_body = TemplateInput, responses((status = 201, body = TaskTemplateView)))]
#[post("/v1/task-templates")]
pub async fn create_task_template(app: Data<App>, posted: Posted<TemplateInput>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| templates::create(tx, body.valid()?);
    let render = |tx: &mut Tx, row: TemplateRow| {
        let location = format!("/v1/task-templates/{}", row.id.text(Kind::Template));
        Ok(answer(201, row, tx.language)?.header("location", location))
    };
    send(app.write(Operation::CreateTaskTemplate, posted.call, act, render).await)
}

/// Changes a task template, named by id or code (JSON Merge Patch, under `If-Match`; when it is needed and due
/// are replaced whole). Tasks that exist keep the rules they were made by.
#[utoipa::path(tag = "tasks", request_body = TemplateInput, responses((status = 200, body = TaskTemplateView)))]
#[patch("/v1/task-templates/{id}")]
pub async fn update_task_template(app: Data<App>, path: Path<String>, posted: Posted<Patch>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        let patch = body.valid()?;
        templates::update(tx, &path, patch)
    };
    send(app.write(Operation::UpdateTaskTemplate, posted.call, act, |tx, row| answer(200, row, tx.language)).await)
}

/// Deletes a task template, named by id or code (under `If-Match`); tasks made from it stay.
#[utoipa::path(tag = "tasks", responses((status = 204, description = "Deleted")))]
#[delete("/v1/task-templates/{id}")]
pub async fn delete_task_template(app: Data<App>, path: Path<String>, posted: Posted<Nothing>) -> Response {
    let body = posted.body;
    let act = move |tx: &mut Tx| {
        body.valid()?;
        templates::delete(tx, &path)
    };
    send(app.write(Operation::DeleteTaskTemplate, posted.call, act, |_, ()| Ok(Answer::empty(204))).await)
}
