//! The catalogue of causes of exceptions: made and changed under a version (DOMAIN 6.1). Which exception has which is
//! `exceptions`' business.

use crate::db::Tx;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{EXCEPTION_CAUSES, Kind};
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::exception_causes::{self as causes, CauseRow};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

/// How many causes there may be.
const MOST: i64 = 500;

/// A cause of exceptions as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "power_cut", "name_en": "A power cut", "name_zh": "停电", "active": true}))]
pub struct ExceptionCauseInput {
    /// Unique: small letters, digits and `_`. It cannot be changed.
    #[validate(length(min = 1, max = 40), custom(function = plain_code))]
    #[schema(min_length = 1, max_length = 40, pattern = "^[a-z0-9_]+$")]
    pub code: String,
    /// What it is called in English.
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub name_en: String,
    /// What it is called in Chinese.
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub name_zh: String,
    /// The one kind of exception that may have it; any where this is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ExceptionKind>,
    /// False for one that is not given any more.
    #[serde(default = "yes")]
    #[schema(default = true)]
    pub active: bool,
}

fn yes() -> bool {
    true
}

fn plain_code(code: &str) -> std::result::Result<(), ValidationError> {
    let good = code.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    rules::when(good, "code", "must consist of small letters, digits and _", "只能包含小写字母、数字和下划线")
}

impl ExceptionCauseInput {
    fn of(row: &CauseRow) -> Self {
        Self { code: row.code.clone(), name_en: row.name_en.clone(), name_zh: row.name_zh.clone(), kind: row.kind, active: row.active }
    }

    fn into_row(self, tx: &Tx) -> CauseRow {
        let Self { code, name_en, name_zh, kind, active } = self;
        CauseRow { code, version: 1, name_en, name_zh, kind, active, created_at: tx.now, updated_at: tx.now }
    }
}

fn event(name: EventName, row: &CauseRow) -> Event {
    Event::new(name, Kind::ExceptionCause, EXCEPTION_CAUSES).with("code", row.code.clone()).with("version", row.version)
}

/// Makes a cause.
///
/// # Errors
/// `duplicate_reference` where the code is taken; `rule_violated` past 500 of them.
pub fn create(tx: &mut Tx, input: &ExceptionCauseInput) -> Result<CauseRow> {
    if causes::count(tx.conn)? >= MOST {
        return Err(Problem::rule("DOMAIN 6.1", format!("There are at most {MOST} causes."), format!("最多 {MOST} 个原因。")).into());
    }
    let row = input.clone().into_row(tx);
    if !causes::insert(tx.conn, &row)? {
        return Err(Problem::duplicate("code").into());
    }
    tx.record(event(EventName::ExceptionCauseCreated, &row))?;
    Ok(row)
}

/// Changes a cause, under `If-Match`; exceptions that have it keep it.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, or what is wrong with the patched values;
/// `rule_violated` for another code.
pub fn update(tx: &mut Tx, code: &str, patch: &Patch) -> Result<CauseRow> {
    let before = causes::find(tx.conn, code)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    let current = ExceptionCauseInput::of(&before);
    let input = patch.apply(&current)?;
    if input == current {
        return Ok(before);
    }
    if input.code != before.code {
        return Err(Problem::rule("DOMAIN 6.1", "The code of a cause stays.", "原因代码不可更改。").into());
    }
    let row = CauseRow { version: before.version + 1, created_at: before.created_at, ..input.into_row(tx) };
    if !causes::update(tx.conn, &row)? {
        return Err(Code::VersionMismatch.into());
    }
    let event = event(EventName::ExceptionCauseUpdated, &row)
        .change("name_en", before.name_en, row.name_en.clone())
        .change("name_zh", before.name_zh, row.name_zh.clone())
        .change("kind", before.kind.map(ExceptionKind::as_str), row.kind.map(ExceptionKind::as_str))
        .change("active", before.active, row.active);
    tx.record(event)?;
    Ok(row)
}
