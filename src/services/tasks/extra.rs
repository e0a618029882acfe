//! A task that no template asks for: a plan for an exception does (DOMAIN 6.5).

use super::{create, describe, follow, is_over, take_order};
use crate::db::Tx;
use crate::domain::actor::Department;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::task_plan::{Due, EvidenceKind, Need, Plan, PlannedTask, Span, Template};
use crate::domain::time::UtcTime;
use crate::error::{Problem, Result};
use crate::repositories::calendar;
use crate::repositories::tasks::{self, Task};

/// What is asked of whom.
pub struct Asked<'a> {
    /// By what the task is found again.
    pub code: String,
    pub department: Department,
    pub title: &'a str,
    /// By when; a working day from now where nothing is said.
    pub due_at: Option<UtcTime>,
    pub evidence: Option<EvidenceKind>,
}

/// Gives a department something to do for an order.
///
/// # Errors
/// `rule_violated` for an order that has no tasks yet, or no more.
pub fn ask(tx: &mut Tx, order: Id, asked: Asked) -> Result<()> {
    let order = take_order(tx, order)?;
    let alive = order.state != State::Cancelled;
    let there = tasks::list_of_order(tx.conn, order.id)?;
    let there = there.iter().filter(|_| alive);
    let Some(last) = there.map(|task| task.position).max() else {
        let en = format!("Order {} is not being executed, so nobody has work on it yet.", order.number);
        return Err(Problem::rule("DOMAIN 3.1", en, format!("订单 {} 尚未执行，没有任务。", order.number)).into());
    };
    let plan = Plan { evidence: asked.evidence, ..Plan::new(Need::Always, Due::AfterDependencies(Span::Days(1))) };
    let template =
        Template { code: asked.code, department: asked.department, title_en: asked.title.to_owned(), title_zh: asked.title.to_owned(), plan };
    let changes = calendar::changes(tx.conn)?;
    let planned = PlannedTask { template, depends_on: Vec::new(), due_at: asked.due_at.map(UtcTime::utc) };
    let task = Task { due_is_set: asked.due_at.is_some(), ..create::row(tx, order.id, (last + 1, changes), planned) };
    tasks::insert(tx.conn, std::slice::from_ref(&task))?;
    tx.record(describe(EventName::TaskCreated, &task))?;
    follow::unblock(tx, order.id)
}

/// Whether a task of this code is still to be done.
///
/// # Errors
/// Those of the database.
pub fn is_open(tx: &mut Tx, order: Id, code: &str) -> Result<bool> {
    Ok(tasks::list_of_order(tx.conn, order)?.iter().any(|task| task.code == code && !is_over(task)))
}
