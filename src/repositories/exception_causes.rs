//! The catalogue of causes of exceptions, by code (DOMAIN 6.1).

use crate::db::cached::{Cache, padded};
use crate::db::schema::exception_causes::{self, dsl};
use crate::db::{Conn, MultiBackend};
use crate::domain::exception_cause::{DEFAULT_CAUSES, DefaultCause};
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use crate::error::Result;
use crate::{each, here, here_by_length};
use diesel::prelude::*;

/// A cause, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = exception_causes, treat_none_as_default_value = false, treat_none_as_null = true)]
pub struct CauseRow {
    pub code: String,
    pub version: i64,
    pub name_en: String,
    pub name_zh: String,
    /// The one kind of exception that it belongs to; any where there is none.
    pub kind: Option<ExceptionKind>,
    /// False for one that is not given any more.
    pub active: bool,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
}

impl CauseRow {
    /// What people read.
    pub fn label(&self, language: Language) -> &str {
        language.pick(&self.name_en, &self.name_zh)
    }

    /// Whether exceptions of a kind may have it.
    pub fn suits(&self, kind: ExceptionKind) -> bool {
        self.kind.is_none_or(|own| own == kind)
    }

    fn begun(cause: &DefaultCause, now: UtcTime) -> Self {
        let (name_en, name_zh) = (cause.name_en.to_owned(), cause.name_zh.to_owned());
        Self { code: cause.code.to_owned(), version: 1, name_en, name_zh, kind: cause.kind, active: true, created_at: now, updated_at: now }
    }
}

/// A cause by its code.
pub fn find(conn: &mut Conn, code: &str) -> Result<Option<CauseRow>> {
    Ok(each!(conn, c => dsl::exception_causes.find(code).select(CauseRow::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// Several causes.
pub fn find_many(conn: &mut Conn, codes: &[String]) -> Result<Vec<CauseRow>> {
    if codes.is_empty() {
        return Ok(Vec::new());
    }
    Ok(
        each!(conn, c => dsl::exception_causes.filter(dsl::code.eq_any(padded(codes))).select(CauseRow::as_select()).listed(codes.len(), here_by_length!()).load(c))?,
    )
}

/// How many causes there are.
pub fn count(conn: &mut Conn) -> Result<i64> {
    Ok(dsl::exception_causes.count().get_result(conn)?)
}

/// Which causes a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CauseFilter {
    pub active: Option<bool>,
    /// Those that suit this kind of exception.
    pub kind: Option<ExceptionKind>,
}

/// Causes in the order of their codes, after a given one.
pub fn list(conn: &mut Conn, filter: CauseFilter, after: Option<&str>, limit: i64) -> Result<Vec<CauseRow>> {
    let mut query = dsl::exception_causes.order(dsl::code.asc()).limit(limit).select(CauseRow::as_select()).into_boxed::<MultiBackend>();
    if let Some(active) = filter.active {
        query = query.filter(dsl::active.eq(active));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(dsl::kind.is_null().or(dsl::kind.eq(kind)));
    }
    if let Some(code) = after {
        query = query.filter(dsl::code.gt(code.to_owned()));
    }
    Ok(query.load(conn)?)
}

/// Stores a new cause; false where the code is taken.
pub fn insert(conn: &mut Conn, cause: &CauseRow) -> Result<bool> {
    Ok(each!(conn, c => diesel::insert_into(dsl::exception_causes).values(cause).on_conflict_do_nothing().execute(c))? == 1)
}

/// Stores a changed cause at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, cause: &CauseRow) -> Result<bool> {
    let target = dsl::exception_causes.filter(dsl::code.eq(cause.code.clone()).and(dsl::version.eq(cause.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(cause).execute(c))? == 1)
}

/// Stores those of the usual causes that were never there; whoever else does so at the same time does not matter.
pub fn seed(conn: &mut Conn, now: UtcTime) -> Result<()> {
    let rows: Vec<CauseRow> = DEFAULT_CAUSES.iter().map(|cause| CauseRow::begun(cause, now)).collect();
    each!(conn, c => diesel::insert_into(dsl::exception_causes).values(&rows).on_conflict(dsl::code).do_nothing().execute(c))?;
    Ok(())
}
