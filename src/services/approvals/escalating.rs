//! Steps that nobody decides: after a time, or at once where nobody holds their role, they are opened to those above as well (DECISIONS 36). Every
//! rule about two people holds for them too.

use super::opening::owners_department;
use super::{about, store};
use crate::db::Tx;
use crate::domain::actor::Role;
use crate::domain::event::EventName;
use crate::domain::id::Id;
use crate::domain::lifecycle::approval::StepStatus;
use crate::domain::time::UtcTime;
use crate::error::{Error, Problem, Result};
use crate::repositories::approvals::{self, Step};
use crate::repositories::orders::{self, Order};
use crate::repositories::users;

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
    open_upwards(tx, &order, &step, false)?;
    Ok(true)
}

/// Opens a step at once that nobody can decide, as nobody holds its role (DECISIONS 36). Gives whether it was.
///
/// # Errors
/// Those of the database.
pub fn escalate_orphan(tx: &mut Tx, id: Id) -> Result<bool> {
    let Some(seen) = approvals::find_step(tx.conn, id)? else { return Ok(false) };
    let order = orders::take(tx, seen.order_id)?.ok_or_else(Problem::not_found)?;
    let step = approvals::find_step(tx.conn, id)?.filter(|step| step.status == StepStatus::Pending && step.escalated_at.is_none());
    let Some(step) = step else { return Ok(false) };
    let of = step.department.filter(|_| step.role == Role::DepartmentHead);
    if users::any_holds(tx.conn, step.role, of)? {
        return Ok(false);
    }
    open_upwards(tx, &order, &step, true)?;
    Ok(true)
}

fn open_upwards(tx: &mut Tx, order: &Order, step: &Step, orphan: bool) -> Result<()> {
    let department = Some(owners_department(tx, order)?);
    let opened = Step { escalated_at: Some(tx.now), department, version: step.version + 1, ..step.clone() };
    store(tx, step, &opened)?;
    let round = approvals::find_rounds(tx.conn, &[step.round_id])?.pop().ok_or_else(|| Error::internal("a step without a round"))?;
    tx.record(about(EventName::ApprovalEscalated, &round, &opened).with("nobody_holds_the_role", orphan)).map(drop)
}
