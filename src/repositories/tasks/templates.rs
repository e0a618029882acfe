//! The templates that tasks are made from (DOMAIN 3.1).

use crate::db::cached::Cache;
use crate::db::schema::task_templates::{self, dsl};
use crate::db::types::Json;
use crate::db::{Conn, clock, dialect};
use crate::domain::actor::Department;
use crate::domain::id::{Id, Kind};
use crate::domain::task_plan::{Plan, Template, default_templates};
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::{each, here};
use diesel::prelude::*;

/// A task template.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = task_templates, treat_none_as_default_value = false)]
pub struct TemplateRow {
    pub id: Id,
    pub version: i64,
    pub code: String,
    pub position: i32,
    pub department: Department,
    pub title_en: String,
    pub title_zh: String,
    pub plan: Json<Plan>,
    /// False for one that was deleted.
    pub active: bool,
    pub updated_at: UtcTime,
}

impl From<TemplateRow> for Template {
    fn from(row: TemplateRow) -> Self {
        let Json(plan) = row.plan;
        Self { code: row.code, department: row.department, title_en: row.title_en, title_zh: row.title_zh, plan }
    }
}

/// The active templates, in their order.
pub fn active(conn: &mut Conn) -> Result<Vec<TemplateRow>> {
    let active = dsl::task_templates.filter(dsl::active.eq(true)).order((dsl::position.asc(), dsl::id.asc()));
    Ok(each!(conn, c => active.select(TemplateRow::as_select()).fixed(here!()).load(c))?)
}

/// A template by id or code, deleted or not.
pub fn find(conn: &mut Conn, reference: &str) -> Result<Option<TemplateRow>> {
    let by_id = match Kind::Template.parse(reference) {
        Some(id) => each!(conn, c => dsl::task_templates.find(id).select(TemplateRow::as_select()).first(c)).optional()?,
        None => None,
    };
    if by_id.is_some() { Ok(by_id) } else { find_by_code(conn, reference) }
}

/// A template by its code, deleted or not.
pub fn find_by_code(conn: &mut Conn, reference: &str) -> Result<Option<TemplateRow>> {
    Ok(each!(conn, c => dsl::task_templates.filter(dsl::code.eq(reference)).select(TemplateRow::as_select()).first(c)).optional()?)
}

/// Lets one request at a time change the set of templates, so that what is checked of it holds.
///
/// # Errors
/// `unavailable` where another is at it.
pub fn hold(conn: &mut Conn) -> Result<()> {
    if dialect::try_lock(conn, "task_templates")? { Ok(()) } else { Err(Problem::unavailable().into()) }
}

/// Stores a new template; false where its code is taken.
pub fn insert(conn: &mut Conn, row: &TemplateRow) -> Result<bool> {
    Ok(each!(conn, c => diesel::insert_into(dsl::task_templates).values(row).on_conflict_do_nothing().execute(c))? == 1)
}

/// Stores a changed template at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, row: &TemplateRow) -> Result<bool> {
    let target = dsl::task_templates.filter(dsl::id.eq(row.id).and(dsl::version.eq(row.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(row).execute(c))? == 1)
}

/// Stores those of the default templates that were never there; whoever else does so at the same
/// time does not matter.
pub fn seed(conn: &mut Conn, now: UtcTime) -> Result<()> {
    let rows: Vec<TemplateRow> = (1..)
        .zip(default_templates())
        .map(|(position, template)| TemplateRow {
            id: clock::new_id(now),
            version: 1,
            code: template.code,
            position,
            department: template.department,
            title_en: template.title_en,
            title_zh: template.title_zh,
            plan: Json(template.plan),
            active: true,
            updated_at: now,
        })
        .collect();
    each!(conn, c => diesel::insert_into(dsl::task_templates).values(&rows).on_conflict(dsl::code).do_nothing().execute(c))?;
    Ok(())
}
