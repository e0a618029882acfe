//! The tasks of an order, made from the templates when it is released (DOMAIN 3.1).

use super::{dating, describe, follow, take_order};
use crate::db::types::Json;
use crate::db::{Conn, Tx};
use crate::domain::approval_policy;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::task_plan::{Facts, Need, Plan, PlannedTask, Template, plan};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::calendar;
use crate::repositories::tasks::{self, ChecklistEntry, Task};

/// Whether some template, or the rule that a task of this order was made by, looks at what approval rules look at.
///
/// # Errors
/// Those of the database.
pub fn asks_for_facts(conn: &mut Conn, order: Id) -> Result<bool> {
    let asks = |plan: &Json<Plan>| matches!(plan.0.needed, Need::When(_));
    let templates = tasks::templates::active(conn)?.iter().any(|row| asks(&row.plan));
    Ok(templates || tasks::list_of_order(conn, order)?.iter().any(|task| asks(&task.plan)))
}

/// Makes an order's tasks, and opens those that depend on nothing. Once: an order that has tasks
/// keeps them.
///
/// # Errors
/// Those of the database.
pub fn create(tx: &mut Tx, order: Id, judged: Option<approval_policy::Facts>) -> Result<()> {
    let order = take_order(tx, order)?;
    if !tasks::list_of_order(tx.conn, order.id)?.is_empty() {
        return Ok(());
    }
    let templates: Vec<Template> = tasks::templates::active(tx.conn)?.into_iter().map(Template::from).collect();
    let facts = dating::facts(tx, &order, judged, &[])?;
    let changes = calendar::changes(tx.conn)?; // before the calendar itself is read, so that no change is missed
    let planned = planned(tx, &templates, &facts)?;
    make(tx, order.id, (1, changes), planned)?;
    follow::unblock(tx, order.id)
}

/// The tasks that an order of these facts needs.
pub(super) fn planned(tx: &mut Tx, templates: &[Template], facts: &Facts) -> Result<Vec<PlannedTask>> {
    let calendar = calendar::load(tx.conn, tx.company.zone)?;
    Ok(plan(templates, facts, &calendar))
}

/// Makes tasks, from a place among the order's on, dated by so many changes of the calendar.
pub(super) fn make(tx: &mut Tx, order: Id, (first, dated_by): (i32, i64), planned: Vec<PlannedTask>) -> Result<()> {
    let rows: Vec<Task> = (first..).zip(planned).map(|(position, task)| row(tx, order, (position, dated_by), task)).collect();
    tasks::insert(tx.conn, &rows)?;
    for task in &rows {
        tx.record(describe(EventName::TaskCreated, task))?;
    }
    Ok(())
}

/// A task as it begins.
pub(super) fn row(tx: &Tx, order: Id, (position, dated_by): (i32, i64), task: PlannedTask) -> Task {
    let PlannedTask { template, depends_on, due_at } = task;
    let checklist = template.plan.checklist.iter().map(|item| ChecklistEntry { item: item.clone(), done_at: None, done_by: None }).collect();
    Task {
        id: tx.new_id(),
        version: 1,
        order_id: order,
        code: template.code,
        position,
        department: template.department,
        title_en: template.title_en,
        title_zh: template.title_zh,
        status: TaskStatus::Blocked,
        depends_on: Json(depends_on),
        due_at: due_at.and_then(UtcTime::new),
        required_evidence: template.plan.evidence,
        assignee_id: None,
        opened_at: None,
        started_at: None,
        completed_at: None,
        overdue_noticed_at: None,
        delay_reason: None,
        note: None,
        created_at: tx.now,
        plan: Json(template.plan),
        due_is_set: false,
        dated_by,
        paused_at: None,
        pause_reason: None,
        checklist: Json(checklist),
        collaborators: Json(Vec::new()),
        overdue_raised_for: None,
    }
}
