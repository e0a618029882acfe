//! What people note about an exception on the way, meetings too, and the files that they attach (DOMAIN 6.2, 6.3).

use super::{describe, find, flaw, overtaken, verdict};
use crate::db::types::Json;
use crate::db::{Snapshot, Tx};
use crate::domain::event::EventName;
use crate::domain::evidence::{Document, FILES_AN_EXCEPTION, Stored};
use crate::domain::id::{Id, Kind};
use crate::domain::time::UtcTime;
use crate::error::{Code, Problem, Result};
use crate::input::rules;
use crate::repositories::exceptions::notes::{self, ExceptionNote, Meeting};
use crate::repositories::exceptions::{self, ExceptionRow};
use crate::repositories::files::{self, FileRow};
use serde::Deserialize;
use std::collections::BTreeMap;
use validator::{Validate, ValidationError};

/// How many notes an exception may have.
const NOTES_AN_EXCEPTION: i64 = 500;

/// A meeting about an exception.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionMeetingInput {
    /// When it was held; not in the future.
    pub held_at: UtcTime,
    /// Who was there, by name.
    #[serde(default)]
    #[validate(length(max = 50), custom(function = names))]
    #[schema(max_items = 50)]
    pub attendees: Vec<String>,
    /// What was decided.
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub decision: String,
}

fn names(names: &[String]) -> std::result::Result<(), ValidationError> {
    let good = |name: &String| (1..=100).contains(&name.chars().count()) && rules::line(name).is_ok();
    rules::when(names.iter().all(good), "names", "must each be one line of 1 to 100 characters", "每项须为 1 至 100 个字符的单行文本")
}

/// What somebody has to say about an exception.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "text": "The supplier sends the rest on Monday",
    "meeting": {"held_at": "2026-01-05T02:00:00Z", "attendees": ["Chen Jing", "Wang Fang"], "decision": "Wait until Monday"}
}))]
pub struct ExceptionNoteInput {
    #[validate(length(min = 1, max = 4000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 4000)]
    pub text: String,
    /// Files that it points to, `fil_…`, each once: of the exception, or of an order that it covers.
    #[serde(default)]
    #[validate(length(max = 20))]
    #[schema(max_items = 20)]
    pub file_ids: Vec<String>,
    /// The meeting that it tells of.
    #[serde(default)]
    #[validate(nested)]
    pub meeting: Option<ExceptionMeetingInput>,
}

/// Notes something about an exception, however it stands.
///
/// # Errors
/// `not_found`; `validation_failed` for files that are not its own, and for a meeting that is still to come;
/// `rule_violated` past 500 notes.
pub fn write(tx: &mut Tx, reference: &str, said: &ExceptionNoteInput) -> Result<ExceptionNote> {
    let row = find(tx, reference)?;
    let mut problem = Problem::new(Code::ValidationFailed);
    if said.meeting.as_ref().is_some_and(|meeting| meeting.held_at.is_ahead_of(tx.now)) {
        flaw(&mut problem, "/meeting/held_at", "in_future", "must not lie in the future", "不得晚于当前时间");
    }
    let files = own_files(tx, &row, &said.file_ids, &mut problem)?;
    verdict(problem)?;
    tx.check_match(row.version)?;
    if notes::count(tx.conn, row.id)? >= NOTES_AN_EXCEPTION {
        let (en, zh) = (format!("An exception has at most {NOTES_AN_EXCEPTION} notes."), format!("每个异常最多 {NOTES_AN_EXCEPTION} 条备注。"));
        return Err(Problem::rule("DOMAIN 6.3", en, zh).into());
    }
    let meeting = said.meeting.as_ref().map(|meeting| {
        let ExceptionMeetingInput { held_at, attendees, decision } = meeting.clone();
        Json(Meeting { held_at, attendees, decision })
    });
    let told = meeting.is_some();
    let written = ExceptionNote {
        id: tx.new_id(),
        exception_id: row.id,
        text: said.text.clone(),
        meeting,
        files: Json(files),
        actor_label: tx.actor.label.clone(),
        created_at: tx.now,
    };
    notes::insert(tx.conn, &written)?;
    let event = describe(EventName::ExceptionNoted, &row).with("note_id", written.id.text(Kind::ExceptionNote));
    tx.record(event.note("meeting", told))?;
    Ok(written)
}

/// The files that a note points to.
fn own_files(tx: &mut Tx, row: &ExceptionRow, named: &[String], problem: &mut Problem) -> Result<Vec<Id>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Option<Id>> = named.iter().map(|text| Kind::File.parse(text)).collect();
    let wanted: Vec<Id> = ids.iter().copied().flatten().collect();
    let there: BTreeMap<Id, FileRow> = files::find_many(tx.conn, &wanted)?.into_iter().map(|file| (file.id, file)).collect();
    let covered = exceptions::links(tx.conn, row.id)?;
    let is_own = |file: &FileRow| file.exception_id == Some(row.id) || file.order_id.is_some_and(|order| covered.contains(&order));
    let mut found = Vec::new();
    for (at, id) in ids.into_iter().enumerate() {
        let pointer = format!("/file_ids/{at}");
        match id.filter(|id| there.get(id).is_some_and(is_own)) {
            None => flaw(problem, &pointer, "unknown", "there is no such file of the exception or its orders", "该异常及其订单没有此文件"),
            Some(id) if found.contains(&id) => flaw(problem, &pointer, "repeated", "names a file a second time", "重复的文件"),
            Some(id) => found.push(id),
        }
    }
    Ok(found)
}

/// Refuses a file for what is not there, before its bytes are stored.
///
/// # Errors
/// `not_found`.
pub fn may_attach(snapshot: &mut Snapshot, reference: &str) -> Result<()> {
    exceptions::find_by_ref(snapshot.conn, reference)?.map(drop).ok_or_else(|| Problem::not_found().into())
}

/// Attaches a file, stored beforehand, to an exception, however that stands.
///
/// # Errors
/// `not_found`; `version_mismatch`; `rule_violated` past 20 files.
pub fn attach(tx: &mut Tx, reference: &str, document: &Document, stored: &Stored) -> Result<ExceptionRow> {
    let before = find(tx, reference)?;
    tx.check_match(before.version)?;
    if !document.kind.proves_work() {
        return Err(Problem::invalid("/kind", "wrong_kind", "an invoice's file belongs to the invoice", "发票文件须附于发票").into());
    }
    if files::list_of_exceptions(tx.conn, &[before.id])?.len() >= FILES_AN_EXCEPTION {
        let (en, zh) = (format!("An exception has at most {FILES_AN_EXCEPTION} files."), format!("每个异常最多 {FILES_AN_EXCEPTION} 个文件。"));
        return Err(Problem::rule("BEHAVIOUR 9", en, zh).into());
    }
    let file = FileRow { exception_id: Some(before.id), ..FileRow::new(tx, None, document, stored) };
    let after = ExceptionRow { version: before.version + 1, updated_at: tx.now, ..before };
    if !exceptions::update(tx.conn, &after)? {
        return Err(overtaken(tx));
    }
    files::insert(tx.conn, &file)?;
    let event = describe(EventName::ExceptionFileAdded, &after).with("file_id", file.id.text(Kind::File));
    tx.record(event.note("sha256", hex::encode(&file.sha256)))?;
    Ok(after)
}
