//! A task that was done by mistake is done again: a recorded correction with a reason (DECISIONS 37).

use super::input::ReasonInput;
use super::work::READIES_GOODS;
use super::{is_lead, step, take_for};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::task::{Facts, TaskEvent, TaskStatus};
use crate::domain::order::LineKind;
use crate::domain::task_plan::code;
use crate::error::Result;
use crate::repositories::orders::{Order, parts};
use crate::repositories::tasks::Task;

/// Tasks that stand for what happens elsewhere: dispatch and invoices.
const BY_FACT: &[&str] = &[code::SHIP, code::INVOICE];

/// Opens a task again that was done or cancelled; those that depend on it wait again, and what it had
/// readied is not ready any more. What follows of that is the workflow's.
///
/// # Errors
/// `forbidden` but for who directs the department; `invalid_transition` where it is not over, where what
/// it readied has left, or where it stands for what has happened.
pub fn reopen(tx: &mut Tx, id: Id, said: &ReasonInput) -> Result<Task> {
    let (order, task) = take_for(tx, id, is_lead)?;
    let facts = Facts {
        goods_gone: READIES_GOODS.contains(&task.code.as_str()) && goods_gone(tx, &order)?,
        done_by_fact: task.status == TaskStatus::Done && BY_FACT.contains(&task.code.as_str()),
        ..Facts::default()
    };
    step(tx, &task, TaskEvent::Reopen, &facts, EventName::TaskReopened, |task, event| (task, event.note("reason", said.reason.clone())))
}

/// Whether some of the order has left: then nothing of it is readied anew.
fn goods_gone(tx: &mut Tx, order: &Order) -> Result<bool> {
    let left = |line: &parts::Line| line.kind != LineKind::Service && line.shipped > Amount::ZERO;
    Ok(order.state != State::Executing || parts::lines(tx.conn, order.id)?.iter().any(left))
}
