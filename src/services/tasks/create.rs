//! The tasks of an order, made from the templates when it is released (DOMAIN 3.1).

use super::{describe, follow};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::order::LineKind;
use crate::domain::task_plan::{Facts, PlannedTask, Template, USUAL_LEAD_TIME_DAYS, plan};
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::orders::{self, Order, parts};
use crate::repositories::products;
use crate::repositories::tasks::{self, Task};
use chrono::NaiveDate;

/// Makes an order's tasks, and opens those that depend on nothing. Once: an order that has tasks
/// keeps them.
///
/// # Errors
/// Those of the database.
pub fn create(tx: &mut Tx, order: Id) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    if !tasks::list_of_order(tx.conn, order.id)?.is_empty() {
        return Ok(());
    }
    let planned = planned(tx, &order)?;
    let rows: Vec<Task> = (1..).zip(planned).map(|(position, task)| row(tx, order.id, position, task)).collect();
    tasks::insert(tx.conn, &rows)?;
    for task in &rows {
        tx.record(describe(EventName::TaskCreated, task))?;
    }
    follow::unblock(tx, order.id)
}

/// The tasks that an order needs as it is, by the templates.
pub(super) fn planned(tx: &mut Tx, order: &Order) -> Result<Vec<PlannedTask>> {
    let promised = parts::delivery(tx.conn, order.id)?.promised_date;
    planned_for(tx, order, promised)
}

/// The same if another day were promised.
pub(super) fn planned_for(tx: &mut Tx, order: &Order, promised_date: Option<NaiveDate>) -> Result<Vec<PlannedTask>> {
    let templates: Vec<Template> = tasks::templates(tx.conn)?.into_iter().map(Template::from).collect();
    let facts = facts(tx, order, promised_date)?;
    Ok(plan(&templates, &facts, &tx.company.calendar))
}

fn facts(tx: &mut Tx, order: &Order, promised_date: Option<NaiveDate>) -> Result<Facts> {
    let lines = parts::lines(tx.conn, order.id)?;
    let custom: Vec<Option<Id>> = lines.iter().filter(|line| line.kind == LineKind::Custom).map(|line| line.product_id).collect();
    let known: Vec<Id> = custom.iter().copied().flatten().collect();
    let products = if known.is_empty() { Vec::new() } else { products::find_many(tx.conn, &known)? };
    let lead_time = |product: &Option<Id>| {
        let product = products.iter().find(|known| Some(known.id) == *product);
        product.and_then(|known| u32::try_from(known.lead_time_days).ok()).unwrap_or(USUAL_LEAD_TIME_DAYS)
    };
    Ok(Facts {
        line_kinds: lines.iter().map(|line| line.kind).collect(),
        reviewed_at: order.reviewed_at.unwrap_or(tx.now).utc(),
        promised_date,
        lead_time_days: custom.iter().map(lead_time).max().unwrap_or(USUAL_LEAD_TIME_DAYS),
    })
}

/// A task as it begins.
pub(super) fn row(tx: &Tx, order: Id, position: i32, task: PlannedTask) -> Task {
    let PlannedTask { template, depends_on, due_at } = task;
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
        due: Json(template.plan.due),
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
    }
}
