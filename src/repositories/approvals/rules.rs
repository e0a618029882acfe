//! Approval rules: the policy as rows (DOMAIN 2.1).

use crate::db::cached::Cache;
use crate::db::schema::approval_rules;
use crate::db::types::Json;
use crate::db::{Conn, clock};
use crate::domain::actor::Role;
use crate::domain::approval_policy::{Condition, Rule, default_rules};
use crate::domain::id::{Id, Kind};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::users;
use crate::{each, here, insert_row};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

/// An approval rule, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = approval_rules, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct RuleRow {
    pub id: Id,
    pub version: i64,
    pub code: String,
    pub position: i32,
    pub title_en: String,
    pub title_zh: String,
    pub condition: Json<Condition>,
    pub roles: Json<Vec<Role>>,
    pub active: bool,
    pub updated_at: UtcTime,
    /// The first day on which it counts; none for always.
    pub valid_from: Option<NaiveDate>,
    /// The last day.
    pub valid_until: Option<NaiveDate>,
    pub exclusive: bool,
}

impl RuleRow {
    /// The rule as the policy knows it.
    pub fn into_rule(self) -> Rule {
        let (Json(condition), Json(roles)) = (self.condition, self.roles);
        let Self { id, code, version, title_en, title_zh, exclusive, .. } = self;
        Rule { id: Some(id), code, version, title_en, title_zh, condition, roles, exclusive }
    }

    /// Whether it counts on a day.
    pub fn counts_on(&self, day: NaiveDate) -> bool {
        self.active && self.valid_from.is_none_or(|from| from <= day) && self.valid_until.is_none_or(|until| day <= until)
    }
}

/// A rule that applied to an order, as it was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// Of two rules that had one code after each other, which; none of what no rule asked for.
    #[serde(default)]
    pub id: Option<String>,
    pub code: String,
    pub version: i64,
    pub title_en: String,
    pub title_zh: String,
    /// What it said then; none for rounds of an earlier release, and where no rule of the company's asks.
    #[serde(default)]
    pub condition: Option<Condition>,
    #[serde(default)]
    pub roles: Vec<Role>,
}

impl From<&Rule> for Applied {
    fn from(rule: &Rule) -> Self {
        let Rule { id, code, version, title_en, title_zh, condition, roles, .. } = rule.clone();
        Self { id: id.map(|id| id.text(Kind::Rule)), code, version, title_en, title_zh, condition: Some(condition), roles }
    }
}

/// All rules, in their order.
pub fn all(conn: &mut Conn) -> Result<Vec<RuleRow>> {
    let query = approval_rules::table.order((approval_rules::position.asc(), approval_rules::id.asc()));
    Ok(query.select(RuleRow::as_select()).load(conn)?)
}

/// The rules that count on a day, in their order.
pub fn on(conn: &mut Conn, day: NaiveDate) -> Result<Vec<Rule>> {
    Ok(all(conn)?.into_iter().filter(|rule| rule.counts_on(day)).map(RuleRow::into_rule).collect())
}

/// A rule by what a path says: `rul_…` or its code.
pub fn find(conn: &mut Conn, text: &str) -> Result<Option<RuleRow>> {
    let table = approval_rules::table.select(RuleRow::as_select());
    Ok(match Kind::Rule.parse(text) {
        Some(id) => table.filter(approval_rules::id.eq(id)).first(conn),
        None => table.filter(approval_rules::code.eq(text)).first(conn),
    }
    .optional()?)
}

/// Stores a new rule; false where the code is taken.
pub fn insert(conn: &mut Conn, rule: &RuleRow) -> Result<bool> {
    Ok(insert_row!(conn, approval_rules, rule, or nothing)? == 1)
}

/// Stores a changed rule at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, rule: &RuleRow) -> Result<bool> {
    let target = approval_rules::table.filter(approval_rules::id.eq(rule.id).and(approval_rules::version.eq(rule.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(rule).fixed(here!()).execute(c))? == 1)
}

/// Deletes a rule at this version; false where it has another by now.
pub fn delete(conn: &mut Conn, id: Id, version: i64) -> Result<bool> {
    let target = approval_rules::table.filter(approval_rules::id.eq(id).and(approval_rules::version.eq(version)));
    Ok(each!(conn, c => diesel::delete(target).execute(c))? == 1)
}

/// Stores the default rules in a store that nobody has worked in yet, whichever replica comes first
/// (DOMAIN 2.1). Later they are the company's own: what it deleted does not come back.
pub fn seed(conn: &mut Conn, now: UtcTime) -> Result<()> {
    if users::any(conn)? {
        return Ok(());
    }
    for (position, rule) in (1..).zip(default_rules()) {
        let row = RuleRow {
            id: clock::new_id(now),
            version: 1,
            code: rule.code,
            position,
            title_en: rule.title_en,
            title_zh: rule.title_zh,
            condition: Json(rule.condition),
            roles: Json(rule.roles),
            active: true,
            updated_at: now,
            valid_from: None,
            valid_until: None,
            exclusive: rule.exclusive,
        };
        let target = approval_rules::code;
        each!(conn, c => diesel::insert_into(approval_rules::table).values(&row).on_conflict(target).do_nothing().fixed(here!()).execute(c))?;
    }
    Ok(())
}
