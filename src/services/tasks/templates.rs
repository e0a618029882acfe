//! The templates that tasks are made from (DOMAIN 3.1): made, changed and deleted under a version. Tasks
//! that exist keep the rules they were made by.

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Department;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::task_plan::{AssigneeRule, ChecklistItem, Due, EvidenceKind, KNOWN, MOST_TEMPLATES, Need, Plan, Template, flaw};
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, rules as shapes};
use crate::repositories::tasks::templates::{self, TemplateRow};
use serde::{Deserialize, Serialize};
use serde_json::json;
use validator::{Validate, ValidationError};

/// A template as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TaskTemplateInput, example = json!({
    "code": "engrave", "department": "production", "title_en": "Engrave the customer's name", "title_zh": "刻制客户名称",
    "needed": {"lines": ["custom"]}, "depends_on": ["produce"], "due": {"after_dependencies": {"hours": 4}},
    "assignee": "least_busy", "checklist": [{"title_en": "Name compared with the order", "title_zh": "已与订单核对名称"}]
}))]
pub struct TemplateInput {
    /// Unique; it cannot be changed.
    #[validate(length(min = 1, max = 40), custom(function = shapes::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
    /// Whose work it is.
    pub department: Department,
    /// What it is called in English.
    #[validate(length(min = 1, max = 200), custom(function = shapes::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub title_en: String,
    /// What it is called in Chinese.
    #[validate(length(min = 1, max = 200), custom(function = shapes::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub title_zh: String,
    /// For which orders it is made: `always`, those with `lines` of a kind, or `when` a condition holds, as in approval rules.
    pub needed: Need,
    /// Codes of the tasks that must be done before.
    #[serde(default)]
    #[validate(length(max = 20), custom(function = each_once))]
    #[schema(max_items = 20)]
    pub depends_on: Vec<String>,
    /// When it is to be done. A number is so many working days; `{"hours": 4}` so many working hours.
    pub due: Due,
    /// The proof without which it cannot be completed.
    #[serde(default)]
    pub required_evidence: Option<EvidenceKind>,
    /// Who is to do it when it opens.
    #[serde(default = "nobody")]
    pub assignee: AssigneeRule,
    /// What is to be ticked off before it is done.
    #[serde(default)]
    #[validate(length(max = 50), custom(function = lines))]
    #[schema(max_items = 50)]
    pub checklist: Vec<ChecklistItem>,
    /// Its place among the others, and of its task among the order's; the last by default.
    #[serde(default)]
    #[validate(range(min = 1, max = 10_000))]
    #[schema(minimum = 1, maximum = 10_000)]
    pub position: Option<i32>,
}

fn nobody() -> AssigneeRule {
    AssigneeRule::Nobody
}

fn each_once(codes: &[String]) -> std::result::Result<(), ValidationError> {
    let once = codes.iter().enumerate().all(|(at, code)| !codes.iter().take(at).any(|other| other == code));
    shapes::when(once, "duplicate", "must name each task once", "任务不得重复")
}

fn lines(items: &[ChecklistItem]) -> std::result::Result<(), ValidationError> {
    let sound = |text: &String| (1..=200).contains(&text.chars().count()) && shapes::line(text).is_ok();
    let good = items.iter().all(|item| sound(&item.title_en) && sound(&item.title_zh));
    shapes::when(good, "text", "must be lines of 1 to 200 characters", "各项须为 1 至 200 个字符的一行文本")
}

impl TemplateInput {
    fn of(row: &TemplateRow) -> Self {
        let Json(plan) = row.plan.clone();
        Self {
            code: row.code.clone(),
            department: row.department,
            title_en: row.title_en.clone(),
            title_zh: row.title_zh.clone(),
            needed: plan.needed,
            depends_on: plan.depends_on,
            due: plan.due,
            required_evidence: plan.evidence,
            assignee: plan.assignee,
            checklist: plan.checklist,
            position: Some(row.position),
        }
    }

    fn into_row(self, id: Id, version: i64, last: i32, tx: &Tx) -> TemplateRow {
        let Self { needed, depends_on, due, required_evidence: evidence, assignee, checklist, .. } = self;
        TemplateRow {
            id,
            version,
            code: self.code,
            position: self.position.unwrap_or(last + 1),
            department: self.department,
            title_en: self.title_en,
            title_zh: self.title_zh,
            plan: Json(Plan { needed, depends_on, due, evidence, assignee, checklist }),
            active: true,
            updated_at: tx.now,
        }
    }
}

/// An event about a template; it keeps what the template says.
fn event(name: EventName, row: &TemplateRow) -> Event {
    Event::new(name, Kind::Template, row.id)
        .with("code", row.code.as_str())
        .with("version", row.version)
        .note("template", json!(TemplateInput::of(row)))
}

/// The active templates but one.
fn others(tx: &mut Tx, but: Id) -> Result<Vec<TemplateRow>> {
    Ok(templates::active(tx.conn)?.into_iter().filter(|row| row.id != but).collect())
}

/// Refuses a set of templates in which something is wrong: with the one at hand, or with what names it.
fn check(row: &TemplateRow, others: &[TemplateRow]) -> Result<()> {
    let all: Vec<Template> = others.iter().chain([row]).cloned().map(Template::from).collect();
    let own = Template::from(row.clone());
    match flaw(&own, &all) {
        Some((field, code, en, zh)) => Err(Problem::invalid(&format!("/{field}"), code, en, zh).into()),
        None => Ok(()),
    }
}

/// Makes a template. Orders that are released from now on get its task.
///
/// # Errors
/// `duplicate_reference` where the code is taken; `validation_failed` where it names no other template
/// or tasks would wait for each other; `rule_violated` past 100 templates.
pub fn create(tx: &mut Tx, input: &TemplateInput) -> Result<TemplateRow> {
    templates::hold(tx.conn)?;
    let there = templates::active(tx.conn)?;
    if there.iter().any(|row| row.code == input.code) {
        return Err(Problem::duplicate("code").into());
    }
    if there.len() >= MOST_TEMPLATES {
        return Err(Problem::rule("DOMAIN 3.1", "There are 100 templates at most.", "任务模板最多 100 个。").into());
    }
    let last = there.iter().map(|row| row.position).max().unwrap_or_default();
    // one that was deleted comes back under its id, so that its history is one
    let gone = templates::find_by_code(tx.conn, &input.code)?;
    let (id, version) = gone.map_or_else(|| (tx.new_id(), 1), |row| (row.id, row.version + 1));
    let row = input.clone().into_row(id, version, last, tx);
    check(&row, &there)?;
    let stored = if version == 1 { templates::insert(tx.conn, &row)? } else { templates::update(tx.conn, &row)? };
    if !stored {
        return Err(Problem::duplicate("code").into());
    }
    tx.record(event(EventName::TaskTemplateCreated, &row))?;
    Ok(row)
}

/// The active template that a path names by id or code, at the version that was seen.
fn named(tx: &mut Tx, reference: &str) -> Result<TemplateRow> {
    templates::hold(tx.conn)?;
    let row = templates::find(tx.conn, reference)?.filter(|row| row.active).ok_or_else(Problem::not_found)?;
    tx.require_match(row.version)?;
    Ok(row)
}

/// Changes a template under `If-Match`; when it is needed and due are replaced whole.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, or what is wrong with the patched values;
/// `rule_violated` for another code.
pub fn update(tx: &mut Tx, reference: &str, patch: &Patch) -> Result<TemplateRow> {
    let before = named(tx, reference)?;
    let current = TemplateInput::of(&before);
    let needed = if patch.0.contains_key("needed") { Need::Always } else { current.needed.clone() };
    let due = if patch.0.contains_key("due") { Due::LeadTimeAfterReview } else { current.due.clone() };
    let input = patch.apply(&TemplateInput { needed, due, ..current.clone() })?;
    if input == current {
        return Ok(before);
    }
    if input.code != before.code {
        return Err(Problem::rule("DOMAIN 3.1", "A template's code stays; tasks are told apart by it.", "模板代码不可更改，任务以此区分。").into());
    }
    let others = others(tx, before.id)?;
    let last = others.iter().map(|row| row.position).max().unwrap_or_default();
    let row = input.into_row(before.id, before.version + 1, last, tx);
    check(&row, &others)?;
    if !templates::update(tx.conn, &row)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(event(EventName::TaskTemplateUpdated, &row))?;
    Ok(row)
}

/// Deletes a template under `If-Match`.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`; `rule_violated` where lines of orders or
/// other templates wait for its task.
pub fn delete(tx: &mut Tx, reference: &str) -> Result<()> {
    let before = named(tx, reference)?;
    if KNOWN.contains(&before.code.as_str()) {
        let en = "Lines of orders, dispatches or invoices wait for this task; it can be changed, not deleted.";
        return Err(Problem::rule("DOMAIN 3.1", en, "订单明细、发货或开票依赖该任务；可修改但不可删除。").into());
    }
    let others = others(tx, before.id)?;
    let left: Vec<Template> = others.iter().cloned().map(Template::from).collect();
    if let Some(waiting) = left.iter().find(|template| flaw(template, &left).is_some()) {
        let (en, zh) = (format!("{} names this template.", waiting.code), format!("模板 {} 引用了该模板。", waiting.code));
        return Err(Problem::rule("DOMAIN 3.1", en, zh).into());
    }
    let row = TemplateRow { version: before.version + 1, active: false, updated_at: tx.now, ..before };
    if !templates::update(tx.conn, &row)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(event(EventName::TaskTemplateDeleted, &row)).map(drop)
}
