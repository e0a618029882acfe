//! When an order will be done, reckoned again when something happens that bears on it, or by the clock (DOMAIN 8.1).

use super::watching;
use crate::db::Tx;
use crate::domain::event::{Event, EventName};
use crate::domain::id::Id;
use crate::error::Result;
use crate::repositories::orders;
use crate::services::orders::promise::{self, Outlook};
use crate::services::tasks;

/// Whether what happened changes when an order will be done: its tasks, or what is promised, or where it stands.
fn bears_on_the_end(event: &Event) -> bool {
    use EventName::{
        OrderAmendmentAgreed, OrderAmendmentRejected, OrderCancelled, OrderDispatchUndone, OrderExecuting, OrderShipped, TaskAssigned, TaskBlocked,
        TaskCancelled, TaskCompleted, TaskDated, TaskOpened, TaskOrderAmended, TaskOverdue, TaskRenewed, TaskReopened,
    };
    matches!(
        event.name,
        OrderAmendmentAgreed
            | OrderAmendmentRejected
            | OrderCancelled
            | OrderDispatchUndone
            | OrderExecuting
            | OrderShipped
            | TaskAssigned
            | TaskBlocked
            | TaskCancelled
            | TaskCompleted
            | TaskDated
            | TaskOpened
            | TaskOrderAmended
            | TaskOverdue
            | TaskRenewed
            | TaskReopened
    )
}

/// Notes when orders will be done, where something that was recorded from a place on may have changed that.
pub(super) fn predict_all(tx: &mut Tx, from: usize) -> Result<()> {
    for id in tx.taken_orders() {
        let recorded = tx.recorded().iter().skip(from);
        let concerned = recorded.filter(|recorded| recorded.event.order == Some(id)).any(|recorded| bears_on_the_end(&recorded.event));
        if concerned && orders::find(tx.conn, id)?.is_some_and(|order| order.reviewed_at.is_some()) {
            predict(tx, id)?;
        }
    }
    Ok(())
}

fn predict(tx: &mut Tx, id: Id) -> Result<Option<Outlook>> {
    let end = tasks::forecast(tx, id)?;
    let outlook = promise::predict(tx, id, end)?;
    if let Some(outlook) = outlook {
        watching::follow_promise(tx, id, outlook)?;
    }
    Ok(outlook)
}

/// Reckons an order's due dates again by another calendar, and when it will be done. Called by the clock, an order
/// at a time (DECISIONS 6).
///
/// # Errors
/// Those of the database.
pub fn date_again(tx: &mut Tx, order: Id) -> Result<()> {
    tasks::date_again(tx, order)?;
    predict_again(tx, order)
}

/// Notes again when an order will be done that should have been by now, and tells its readers. Called by the
/// clock, an order at a time.
///
/// # Errors
/// Those of the database.
pub fn predict_again(tx: &mut Tx, order: Id) -> Result<()> {
    orders::take(tx, order)?; // nothing else writes to it meanwhile (DECISIONS 5)
    let changed = predict(tx, order)?.is_some_and(|outlook| outlook.changed);
    if changed && !tx.recorded().iter().any(|recorded| recorded.event.order == Some(order)) {
        promise::tell(tx, order)?;
    }
    Ok(())
}
