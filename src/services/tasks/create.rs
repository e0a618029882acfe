//! The tasks of an order, made from the templates when it is released (DOMAIN 3.1).

use super::{describe, follow, is_over, step};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::task::{Facts as LifecycleFacts, TaskEvent, TaskStatus};
use crate::domain::order::LineKind;
use crate::domain::task_plan::{Facts, PlannedTask, Template, USUAL_LEAD_TIME_DAYS, code, plan};
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::orders::{self, Order, parts};
use crate::repositories::tasks::{self, Task};
use crate::repositories::{money, products};

/// Tasks without which goods would not be ready, or not leave.
const NEEDED_BY_GOODS: &[&str] = &[code::PICK, code::PRODUCE, code::SERVE, code::SHIP];

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

fn planned(tx: &mut Tx, order: &Order) -> Result<Vec<PlannedTask>> {
    let templates: Vec<Template> = tasks::templates(tx.conn)?.into_iter().map(Template::from).collect();
    let facts = facts(tx, order)?;
    Ok(plan(&templates, &facts, &tx.company.calendar))
}

/// Adapts the tasks of an order whose lines were amended: what is needed now and was not is made, what
/// is needed no more and not done is cancelled. An order that has none yet gets them when it is released.
///
/// # Errors
/// Those of the database.
pub fn adapt(tx: &mut Tx, order: Id) -> Result<()> {
    let order = orders::take(tx, order)?.ok_or_else(Problem::not_found)?;
    let there = tasks::list_of_order(tx.conn, order.id)?;
    if there.is_empty() {
        return Ok(());
    }
    let (planned, invoiced) = (planned(tx, &order)?, money::invoiced_total(tx.conn, order.id)?);
    for task in there.iter().filter(|task| !is_over(task) && planned.iter().all(|planned| planned.template.code != task.code)) {
        step(tx, task, TaskEvent::Cancel, &LifecycleFacts::default(), EventName::TaskCancelled, |task, event| {
            (task, event.note("reason", "order amended"))
        })?;
    }
    for task in &there {
        let Some(planned) = planned.iter().find(|planned| planned.template.code == task.code) else { continue };
        // what a person has cancelled stays so, unless goods would never be ready or leave without it
        let lacking = task.status == TaskStatus::Cancelled && NEEDED_BY_GOODS.contains(&task.code.as_str());
        let more_to_bill = task.status == TaskStatus::Done && task.code == code::INVOICE && invoiced < order.total;
        if lacking || more_to_bill {
            step(tx, task, TaskEvent::Renew, &LifecycleFacts::default(), EventName::TaskRenewed, |task, event| (task, event))?;
        }
        if task.status != TaskStatus::Done && task.depends_on.0 != planned.depends_on {
            tasks::set_dependencies(tx.conn, task.id, &planned.depends_on)?;
        }
    }
    let last = there.iter().map(|task| task.position).max().unwrap_or_default();
    let missing = planned.into_iter().filter(|planned| there.iter().all(|task| task.code != planned.template.code));
    let rows: Vec<Task> = (last + 1..).zip(missing).map(|(position, task)| row(tx, order.id, position, task)).collect();
    tasks::insert(tx.conn, &rows)?;
    for task in &rows {
        tx.record(describe(EventName::TaskCreated, task))?;
    }
    follow::unblock(tx, order.id)
}

fn facts(tx: &mut Tx, order: &Order) -> Result<Facts> {
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
        promised_date: parts::delivery(tx.conn, order.id)?.promised_date,
        lead_time_days: custom.iter().map(lead_time).max().unwrap_or(USUAL_LEAD_TIME_DAYS),
    })
}

fn row(tx: &Tx, order: Id, position: i32, task: PlannedTask) -> Task {
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
