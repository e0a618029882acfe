//! One truth (DOMAIN 3.4): what an order shows of stage, stock, production and payment is derived
//! from its lines, allocations, tasks and payments, by this one function, after everything else.

use crate::db::Conn;
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::lifecycle::order::{Progress, State, stage};
use crate::domain::lifecycle::task::TaskStatus;
use crate::domain::order::{LineKind, ProductionStatus, inventory_status, payment_status};
use crate::domain::task_plan::code;
use crate::error::Result;
use crate::repositories::money;
use crate::repositories::orders::parts::{self, Line};
use crate::repositories::orders::{Derived, Order};
use crate::repositories::stock::{self, Allocation};
use crate::repositories::tasks::{self, Task};

/// What an order is derived from.
#[derive(Debug, Default)]
pub struct Parts<'a> {
    pub lines: &'a [Line],
    pub tasks: &'a [Task],
    pub allocations: &'a [Allocation],
    pub paid: Amount,
}

/// What an order's parts say of it.
///
/// # Errors
/// Those of the database.
pub fn derive(conn: &mut Conn, order: &Order) -> Result<Derived> {
    let parts = Parts {
        lines: &parts::lines(conn, order.id)?,
        tasks: &tasks::list_of_order(conn, order.id)?,
        allocations: &stock::allocations_of(conn, order.id)?,
        paid: money::paid_total(conn, order.id)?,
    };
    of_parts(order.state, order.total, &parts)
}

/// The same for parts that are at hand.
///
/// # Errors
/// Where amounts do not add up.
pub fn of_parts(state: State, total: Amount, parts: &Parts) -> Result<Derived> {
    let Parts { lines, tasks, allocations, paid } = parts;
    let open = |codes: &[&str]| tasks.iter().any(|task| codes.contains(&task.code.as_str()) && !task.status.is_over());
    let progress = Progress { production_open: open(&[code::PRODUCE]), preparation_open: open(&[code::PICK, code::SERVE]) };
    // lines that are not in the catalogue are picked, but nothing can be reserved for them (DECISIONS 20)
    let tracked = lines.iter().any(|line| line.kind == LineKind::Standard && line.product_id.is_some());
    let standard = || lines.iter().filter(|line| line.kind == LineKind::Standard && line.product_id.is_some() == tracked);
    let reserved = Amount::sum(allocations.iter().map(|a| a.reserved))?;
    let inventory = inventory_status(Amount::sum(standard().map(|l| l.quantity))?, reserved, Amount::sum(standard().map(|l| l.picked))?);
    let production = match tasks.iter().find(|task| task.code == code::PRODUCE).map(|task| task.status) {
        _ if !lines.iter().any(Line::is_made) => ProductionStatus::NotRequired,
        Some(TaskStatus::Done) => ProductionStatus::Completed,
        Some(TaskStatus::InProgress) => ProductionStatus::InProgress,
        _ => ProductionStatus::Pending,
    };
    Ok(Derived {
        stage: stage(state, progress),
        inventory_status: inventory,
        production_status: production,
        payment_status: payment_status(total, *paid),
    })
}

/// The same as [`derive`], for an order by id; `None` where it does not exist.
///
/// # Errors
/// Those of the database.
pub fn derive_id(conn: &mut Conn, id: Id) -> Result<Option<(Order, Derived)>> {
    let Some(order) = crate::repositories::orders::find(conn, id)? else { return Ok(None) };
    let derived = derive(conn, &order)?;
    Ok(Some((order, derived)))
}
