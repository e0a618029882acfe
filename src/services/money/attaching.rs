//! The file of an invoice (电子发票): kept with its order, read by those who may read invoices.

use super::invoicing::{step, store, taken, told};
use crate::db::{Snapshot, Tx};
use crate::domain::event::EventName;
use crate::domain::evidence::{Document, FILES_AN_ORDER, Stored};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::invoice::{Facts, InvoiceEvent};
use crate::domain::task_plan::EvidenceKind;
use crate::error::{Problem, Result};
use crate::repositories::files::{self, FileRow};
use crate::repositories::money::{self, Invoice};

/// Refuses a file for what is not there, before its bytes are stored.
///
/// # Errors
/// `not_found`.
pub fn may_add(snapshot: &mut Snapshot, id: Id) -> Result<()> {
    money::find_invoice(snapshot.conn, id)?.map(drop).ok_or_else(|| Problem::not_found().into())
}

/// Attaches a file, stored beforehand, to an invoice or a draft; one that is there already is kept, and not shown any more.
///
/// # Errors
/// `not_found`; `validation_failed` for another kind of file; `invalid_transition` for what is void; `rule_violated` where
/// the order has as many files as it may.
pub fn add(tx: &mut Tx, id: Id, document: &Document, stored: &Stored) -> Result<Invoice> {
    let (order, invoice) = taken(tx, id)?;
    if document.kind != EvidenceKind::Invoice {
        return Err(Problem::invalid("/kind", "wrong_kind", "an invoice takes an invoice", "发票仅接受 invoice").into());
    }
    step(&invoice, InvoiceEvent::Attach, &Facts::default())?;
    if files::count_of_invoices(tx.conn, order.id)? >= FILES_AN_ORDER {
        let (en, zh) = (format!("An order has at most {FILES_AN_ORDER} files of invoices."), format!("每个订单最多 {FILES_AN_ORDER} 个发票文件。"));
        return Err(Problem::rule("BEHAVIOUR 9", en, zh).into());
    }
    let file = FileRow::new(tx, Some(order.id), document, stored);
    files::insert(tx.conn, &file)?;
    let attached = Invoice { file_id: Some(file.id), version: invoice.version + 1, ..invoice };
    store(tx, &attached)?;
    let event = told(EventName::InvoiceFileAdded, &order, &attached).with("file_id", file.id.text(Kind::File));
    tx.record(event.note("sha256", hex::encode(&file.sha256)))?;
    Ok(attached)
}
