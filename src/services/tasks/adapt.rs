//! What an amendment of an order means to its tasks, and to those who do them (DOMAIN 1.7, 3.1).

use super::create::{make, planned};
use super::{amend, dating, describe, follow, is_over, raised, step, take_order};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::approval_policy;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::task::{Facts, TaskEvent, TaskStatus};
use crate::domain::order::LineKind;
use crate::domain::task_plan::{CIRCLE, Template, code, flaw};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::orders::{Order, parts};
use crate::repositories::tasks::{self, Task};
use crate::repositories::{calendar, money, stock};

/// Tasks without which goods would not be ready.
const READIES_GOODS: &[&str] = &[code::PICK, code::PRODUCE, code::SERVE];

/// Adapts the tasks of an order that was amended: what is needed now and was not is made, what is needed
/// no more and not done is cancelled, and whoever has work left is told (DOMAIN 1.7). An order that has
/// none yet gets them when it is released. Tasks that are there keep the rules they were made by.
///
/// # Errors
/// Those of the database.
pub fn adapt(tx: &mut Tx, order: Id, judged: Option<approval_policy::Facts>) -> Result<()> {
    let order = take_order(tx, order)?;
    let there = tasks::list_of_order(tx.conn, order.id)?;
    if there.is_empty() {
        return Ok(());
    }
    let templates = templates(tx, &there)?;
    let facts = dating::facts(tx, &order, judged, &there)?;
    let changes = calendar::changes(tx.conn)?; // before the calendar itself is read, so that no change is missed
    let (planned, invoiced) = (planned(tx, &templates, &facts)?, money::covered_total(tx.conn, order.id)?);
    let lines = parts::lines(tx.conn, order.id)?;
    let to_make = lines.iter().any(|line| line.to_make > Amount::ZERO);
    let to_pick = lines.iter().any(|line| line.is_stored() && line.picked < line.quantity);
    let to_pick = to_pick && (!parts::delivery(tx.conn, order.id)?.in_parts || stock::any_to_pick(tx.conn, order.id)?);
    let to_ship = lines.iter().any(|line| line.kind != LineKind::Service && line.shipped < line.quantity);
    for task in there.iter().filter(|task| !is_over(task) && planned.iter().all(|planned| planned.template.code != task.code)) {
        step(tx, task, TaskEvent::Cancel, &Facts::default(), EventName::TaskCancelled, |task, event| (task, event.note("reason", "order amended")))?;
    }
    for task in &there {
        let Some(planned) = planned.iter().find(|planned| planned.template.code == task.code) else { continue };
        // what a person has cancelled stays so, unless goods would never be ready or leave without it
        let lacking = task.status == TaskStatus::Cancelled && READIES_GOODS.contains(&task.code.as_str());
        let more_to_ship = is_over(task) && task.code == code::SHIP && to_ship;
        let more_to_bill = task.status == TaskStatus::Done && task.code == code::INVOICE && invoiced < order.total;
        let more_to_make = task.status == TaskStatus::Done && task.code == code::PRODUCE && to_make;
        let more_to_pick = task.status == TaskStatus::Done && task.code == code::PICK && to_pick;
        let renewed = lacking || more_to_ship || more_to_bill || more_to_make || more_to_pick;
        if renewed {
            step(tx, task, TaskEvent::Renew, &Facts::default(), EventName::TaskRenewed, |task, event| (task, event))?;
        }
        if (renewed || task.status != TaskStatus::Done) && task.depends_on.0 != planned.depends_on {
            tasks::set_dependencies(tx.conn, task.id, &planned.depends_on)?;
        }
    }
    let last = there.iter().map(|task| task.position).max().unwrap_or_default();
    let missing = planned.into_iter().filter(|planned| there.iter().all(|task| task.code != planned.template.code));
    make(tx, order.id, (last + 1, changes), missing.collect())?;
    // what was open may wait for what is new
    follow::block_again(tx, order.id)?;
    tell(tx, &order, &there)?;
    tasks::set_dated_by(tx.conn, order.id, changes)?;
    follow::unblock(tx, order.id)
}

/// The templates as this order knows them: as they were where it has such a task, else as they are.
fn templates(tx: &mut Tx, there: &[Task]) -> Result<Vec<Template>> {
    let kept = there.iter().map(|task| Template {
        code: task.code.clone(),
        department: task.department,
        title_en: task.title_en.clone(),
        title_zh: task.title_zh.clone(),
        plan: task.plan.0.clone(),
    });
    let new =
        tasks::templates::active(tx.conn)?.into_iter().map(Template::from).filter(|template| there.iter().all(|task| task.code != template.code));
    let mut all: Vec<Template> = kept.chain(new).collect();
    // templates changed since may wait for what waits for them by the rules that this order keeps
    for at in there.len()..all.len() {
        let circle = all.get(at).and_then(|template| flaw(template, &all)).is_some_and(|(_, code, ..)| code == CIRCLE);
        if let Some(template) = all.get_mut(at).filter(|_| circle) {
            template.plan.depends_on.clear();
        }
    }
    Ok(all)
}

/// Tells those who had work before and have some left, and moves due dates to where their rules have them now.
fn tell(tx: &mut Tx, order: &Order, before: &[Task]) -> Result<()> {
    let all = tasks::list_of_order(tx.conn, order.id)?;
    let dates = dating::by_rule(tx, order, &all)?;
    let had = |task: &Task| before.iter().any(|known| known.id == task.id);
    for (task, due_at) in all.iter().zip(dates).filter(|(task, _)| !is_over(task) && had(task)) {
        let told = |task: &Task| describe(EventName::TaskOrderAmended, task).with("revision", order.revision);
        if !dating::moves(task, due_at) {
            tx.record(told(task))?;
            continue;
        }
        let dated = Task { due_at, overdue_noticed_at: None, ..raised(task) };
        let event = told(&dated).change("due_at", task.due_at.map(UtcTime::text), due_at.map(UtcTime::text));
        amend(tx, dated, event)?;
    }
    Ok(())
}
