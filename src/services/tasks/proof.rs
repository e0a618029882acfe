//! The proof of a task: what is missing of it, and files that are added (DOMAIN 3.3).

use super::{amend, describe, is_over, is_worker, raised, take_for};
use crate::db::{Conn, Snapshot, Tx};
use crate::domain::event::EventName;
use crate::domain::evidence::{Document, FILES_AN_ORDER, QcResult, Stored};
use crate::domain::id::{Id, Kind};
use crate::domain::order::LineKind;
use crate::domain::reason::Reason;
use crate::domain::task_plan::EvidenceKind;
use crate::error::{Problem, Result};
use crate::repositories::files::{self, FileRow};
use crate::repositories::money;
use crate::repositories::orders::{self, parts};
use crate::repositories::tasks::{self, Task};

/// The proof that a task needs and does not have. The last report counts, and
/// one that says "failed" proves nothing.
pub(super) fn missing(tx: &mut Tx, task: &Task) -> Result<Option<EvidenceKind>> {
    let Some(kind) = task.required_evidence else { return Ok(None) };
    let there = match kind {
        EvidenceKind::GoodsIssueNote | EvidenceKind::QcReport | EvidenceKind::SignedReceipt | EvidenceKind::Invoice | EvidenceKind::Attachment => {
            let files = files::list_of_tasks(tx.conn, &[task.id])?;
            files.iter().rfind(|file| file.kind == kind).is_some_and(|file| file.result != Some(QcResult::Fail))
        }
        EvidenceKind::TrackingNumber => has_left(tx, task.order_id)?,
        EvidenceKind::InvoiceNumber => {
            let invoiced = money::covered_total(tx.conn, task.order_id)?;
            orders::find(tx.conn, task.order_id)?.is_some_and(|order| invoiced >= order.total)
        }
    };
    Ok((!there).then_some(kind))
}

/// Whether the last quality control report of a task says that it failed.
///
/// # Errors
/// Those of the database.
pub fn has_failed(conn: &mut Conn, task: Id) -> Result<bool> {
    let last = files::list_of_tasks(conn, &[task])?.into_iter().rfind(|file| file.kind == EvidenceKind::QcReport);
    Ok(last.is_some_and(|file| file.result == Some(QcResult::Fail)))
}

/// Whether all goods have left; each dispatch asks for its tracking number (DECISIONS 23).
fn has_left(tx: &mut Tx, order: Id) -> Result<bool> {
    let lines = parts::lines(tx.conn, order)?;
    Ok(lines.iter().filter(|line| line.kind != LineKind::Service).all(|line| line.shipped == line.quantity))
}

/// Refuses whoever may not add proof to a task, before its bytes are stored.
///
/// # Errors
/// `not_found`; `forbidden` outside one's department.
pub fn may_add(snapshot: &mut Snapshot, task: Id) -> Result<()> {
    let task = tasks::find(snapshot.conn, task)?.ok_or_else(Problem::not_found)?;
    if is_worker(&snapshot.actor, &task) { Ok(()) } else { Err(Problem::from_reasons(vec![Reason::NotPermitted]).into()) }
}

/// Adds a file, stored beforehand, to a task that is not over.
///
/// # Errors
/// `not_found`; `forbidden` outside one's department; `invalid_transition`; `rule_violated` where
/// the order has as many files as it may.
pub fn add(tx: &mut Tx, task: Id, document: &Document, stored: &Stored) -> Result<Task> {
    let (order, task) = take_for(tx, task, is_worker)?;
    if is_over(&task) {
        return Err(Problem::invalid_transition(task.status.as_str(), "add_evidence", &[]).into());
    }
    if !document.kind.proves_work() && task.required_evidence != Some(document.kind) {
        let (en, zh) = ("belongs to an invoice: POST /v1/invoices/{id}/file", "属于发票，请使用 POST /v1/invoices/{id}/file");
        return Err(Problem::invalid("/kind", "wrong_kind", en, zh).into());
    }
    if task.required_evidence.is_some_and(|kind| kind.is_file() && kind != document.kind) {
        let needed = task.required_evidence.map_or("", EvidenceKind::as_str);
        return Err(Problem::invalid("/kind", "wrong_kind", format!("this task needs a {needed}"), format!("该任务需要 {needed}")).into());
    }
    if files::count_of_order(tx.conn, order.id)? >= FILES_AN_ORDER {
        let (en, zh) = (format!("An order has at most {FILES_AN_ORDER} files."), format!("每个订单最多 {FILES_AN_ORDER} 个文件。"));
        return Err(Problem::rule("BEHAVIOUR 9", en, zh).into());
    }
    let file = FileRow { task_id: Some(task.id), ..FileRow::new(tx, Some(order.id), document, stored) };
    files::insert(tx.conn, &file)?;
    let proven = raised(&task);
    let event = describe(EventName::TaskEvidenceAdded, &proven).with("file_id", file.id.text(Kind::File)).with("kind", file.kind.as_str());
    amend(tx, proven, event.note("sha256", hex::encode(&file.sha256)))
}
