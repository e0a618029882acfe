//! What production has made so far: goods that are ready before the whole of the task is (DOMAIN 3.4).

use super::input::OutputInput;
use super::work::facts;
use super::{amend, describe, is_worker, raised, take_for};
use crate::db::Tx;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::task::{Facts, MACHINE, TaskEvent};
use crate::domain::task_plan::code;
use crate::error::{Code, Problem, Result};
use crate::repositories::orders::parts;
use crate::repositories::tasks::Task;
use serde_json::json;

/// Records what was made: those goods are ready, the task goes on. As to be completed, the task needs its proof.
///
/// # Errors
/// `forbidden` outside one's department; `rule_violated` for a task that makes nothing; `validation_failed` for a line
/// that is none of the order's, or more than is left to make; else as completing it.
pub fn record(tx: &mut Tx, id: Id, said: &OutputInput) -> Result<Task> {
    let (order, task) = take_for(tx, id, is_worker)?;
    if task.code != code::PRODUCE {
        return Err(Problem::rule("DOMAIN 3.4", "Only production makes goods.", "仅生产任务可记录产出。").into());
    }
    // the list is ticked off when the whole of it is done
    let facts = Facts { unticked: 0, ..facts(tx, &task)? };
    MACHINE.next(task.status, TaskEvent::Complete, &facts).map_err(|r| Problem::refusal(task.status.as_str(), TaskEvent::Complete, r))?;
    let (lines, mut problem) = (parts::lines(tx.conn, order.id)?, Problem::new(Code::ValidationFailed));
    for (at, made) in said.lines.iter().enumerate() {
        match lines.iter().find(|line| Kind::Line.parse(&made.line_id) == Some(line.id)) {
            None => problem = problem.field(&format!("/lines/{at}/line_id"), "unknown", "names no line of the order", "该订单没有此明细"),
            Some(line) if made.quantity > line.left_to_make() => {
                let left = line.left_to_make().short();
                let (en, zh) = (format!("is more than the {left} that are left to make"), format!("超过待生产数量 {left}"));
                problem = problem.field(&format!("/lines/{at}/quantity"), "range", en, zh);
            }
            Some(_) => {}
        }
    }
    if !problem.errors.is_empty() {
        return Err(problem.into());
    }
    let made: Vec<_> = said.lines.iter().map(|line| json!({"line_id": line.line_id, "quantity": line.quantity})).collect();
    let raised = raised(&task);
    let event = describe(EventName::TaskOutput, &raised).with("lines", made);
    amend(tx, raised, event)
}
