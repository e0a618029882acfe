//! Steps that nobody decides: after a time they are opened to those above as well (DECISIONS 36). Every
//! rule about two people holds for them too.

use super::opening::owners_department;
use super::{about, store};
use crate::db::Tx;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::approval::StepStatus;
use crate::domain::time::UtcTime;
use crate::error::{Error, Problem, Result};
use crate::repositories::approvals::{self, Step};
use crate::repositories::orders;

/// Opens a step to those above whose turn has lasted since an instant or longer. Gives whether it was.
///
/// # Errors
/// Those of the database.
pub fn escalate(tx: &mut Tx, id: Id, before: UtcTime) -> Result<bool> {
    let Some(seen) = approvals::find_step(tx.conn, id)? else { return Ok(false) };
    let order = orders::take(tx, seen.order_id)?.ok_or_else(Problem::not_found)?;
    let Some(step) = approvals::find_step(tx.conn, id)? else { return Ok(false) };
    let waits = step.status == StepStatus::Pending && step.escalated_at.is_none();
    if !waits || step.pending_since.is_none_or(|since| since > before) {
        return Ok(false);
    }
    let department = Some(owners_department(tx, &order)?);
    let opened = Step { escalated_at: Some(tx.now), department, version: step.version + 1, ..step.clone() };
    store(tx, &step, &opened)?;
    let round = approvals::find_rounds(tx.conn, &[step.round_id])?.pop().ok_or_else(|| Error::internal("a step without a round"))?;
    tx.record(about(EventName::ApprovalEscalated, &round, &opened))?;
    Ok(true)
}
