//! How tasks, their files and notes look from outside.

use crate::domain::actor::Department;
use crate::domain::evidence::{MediaType, QcResult};
use crate::domain::id::Kind;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::task_plan::EvidenceKind;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::repositories::files::FileRow;
use crate::repositories::tasks::whole::WholeTask;
use crate::repositories::tasks::{ChecklistEntry, Task, TaskNote};
use crate::repositories::users::User;
use serde::Serialize;

/// A file that was handed in as proof; its bytes are at `/v1/files/{id}`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct FileView {
    pub id: String,
    /// What it proves.
    pub kind: EvidenceKind,
    pub kind_label: &'static str,
    /// The name it was handed in under.
    pub file_name: String,
    /// What it is, found from its content.
    pub media_type: MediaType,
    /// In bytes.
    pub size: i64,
    /// In hexadecimal digits.
    pub sha256: String,
    /// What a quality control report found.
    pub result: Option<QcResult>,
    pub result_label: Option<&'static str>,
    /// When it was handed in.
    pub uploaded_at: UtcTime,
}

/// Who does a task.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct AssigneeView {
    pub id: String,
    pub username: String,
    pub display_name: String,
}

/// Something to be ticked off before a task is done.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ChecklistEntryView {
    /// Its place on the list, from 1.
    pub item: usize,
    pub title: String,
    /// When it was ticked off.
    pub done_at: Option<UtcTime>,
    /// Who did.
    pub done_by: Option<String>,
}

/// What somebody noted about a task on the way.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TaskNoteView {
    pub id: String,
    pub text: String,
    /// Who wrote it.
    pub written_by: String,
    pub created_at: UtcTime,
}

/// A department's task for an order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct TaskView {
    pub id: String,
    pub version: i64,
    pub order_id: String,
    pub order_number: String,
    /// What kind of task it is, such as `pick`; once in an order.
    pub code: String,
    /// Whose work it is.
    pub department: Department,
    pub department_label: &'static str,
    pub title: String,
    /// `blocked` until the tasks before it are done.
    pub status: TaskStatus,
    pub status_label: &'static str,
    /// When it is to be done.
    pub due_at: Option<UtcTime>,
    /// Somebody has set the due date, so that no rule moves it.
    pub due_is_set: bool,
    /// Past the due date and neither done nor cancelled.
    pub overdue: bool,
    /// The tasks that must be done before.
    pub depends_on: Vec<String>,
    /// The proof without which it cannot be completed.
    pub required_evidence: Option<EvidenceKind>,
    pub required_evidence_label: Option<&'static str>,
    /// The proof handed in.
    pub evidence: Vec<FileView>,
    /// Who does it.
    pub assignee: Option<AssigneeView>,
    /// Who else works on it.
    pub collaborators: Vec<AssigneeView>,
    /// What is to be ticked off before it is done.
    pub checklist: Vec<ChecklistEntryView>,
    /// Since when work on it rests.
    pub paused_at: Option<UtcTime>,
    /// Why it rests.
    pub pause_reason: Option<String>,
    /// When it could be begun.
    pub opened_at: Option<UtcTime>,
    /// When it was begun.
    pub started_at: Option<UtcTime>,
    /// When it was done.
    pub completed_at: Option<UtcTime>,
    /// Why it is late.
    pub delay_reason: Option<String>,
    pub note: Option<String>,
}

/// How a file looks from outside.
pub fn file(file: FileRow, language: Language) -> FileView {
    FileView {
        id: file.id.text(Kind::File),
        kind: file.kind,
        kind_label: file.kind.label(language),
        file_name: file.file_name,
        media_type: file.media_type,
        size: file.size,
        sha256: hex::encode(file.sha256),
        result: file.result,
        result_label: file.result.map(|result| result.label(language)),
        uploaded_at: file.uploaded_at,
    }
}

fn assignee(user: User) -> AssigneeView {
    AssigneeView { id: user.id.text(Kind::User), username: user.username, display_name: user.display_name }
}

fn checked(at: usize, entry: ChecklistEntry, language: Language) -> ChecklistEntryView {
    let title = language.pick(&entry.item.title_en, &entry.item.title_zh).to_owned();
    ChecklistEntryView { item: at + 1, title, done_at: entry.done_at, done_by: entry.done_by }
}

/// How a note looks.
pub fn note(note: TaskNote) -> TaskNoteView {
    TaskNoteView { id: note.id.text(Kind::Note), text: note.text, written_by: note.actor_label, created_at: note.created_at }
}

fn is_overdue(task: &Task, now: UtcTime) -> bool {
    !task.status.is_over() && task.due_at.is_some_and(|due_at| due_at < now)
}

/// How a task looks at an instant.
pub fn view(whole: WholeTask, language: Language, now: UtcTime) -> TaskView {
    let task = whole.task;
    TaskView {
        id: task.id.text(Kind::Task),
        version: task.version,
        order_id: task.order_id.text(Kind::Order),
        order_number: whole.order_number,
        overdue: is_overdue(&task, now),
        title: language.pick(&task.title_en, &task.title_zh).to_owned(),
        code: task.code,
        department: task.department,
        department_label: task.department.label(language),
        status: task.status,
        status_label: task.status.label(language),
        due_at: task.due_at,
        depends_on: whole.depends_on.into_iter().map(|id| id.text(Kind::Task)).collect(),
        required_evidence: task.required_evidence,
        required_evidence_label: task.required_evidence.map(|kind| kind.label(language)),
        evidence: whole.files.into_iter().map(|row| file(row, language)).collect(),
        assignee: whole.assignee.map(assignee),
        collaborators: whole.collaborators.into_iter().map(assignee).collect(),
        checklist: task.checklist.0.into_iter().enumerate().map(|(at, entry)| checked(at, entry, language)).collect(),
        paused_at: task.paused_at,
        pause_reason: task.pause_reason,
        due_is_set: task.due_is_set,
        opened_at: task.opened_at,
        started_at: task.started_at,
        completed_at: task.completed_at,
        delay_reason: task.delay_reason,
        note: task.note,
    }
}
