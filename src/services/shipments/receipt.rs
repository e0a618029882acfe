//! The signed receipt (回单) of a shipment: a file that shows who took it (DOMAIN 4.3).

use super::{describe, store, take};
use crate::db::{Snapshot, Tx};
use crate::domain::event::EventName;
use crate::domain::evidence::{Document, FILES_AN_ORDER, Stored};
use crate::domain::id::{Id, Kind};
use crate::domain::task_plan::EvidenceKind;
use crate::error::{Problem, Result};
use crate::repositories::files::{self, FileRow};
use crate::repositories::shipments::{self, Shipment};

/// Refuses a receipt for what is not there, before its bytes are stored.
///
/// # Errors
/// `not_found`.
pub fn may_add(snapshot: &mut Snapshot, id: Id) -> Result<()> {
    shipments::find(snapshot.conn, id)?.map(drop).ok_or_else(|| Problem::not_found().into())
}

/// Attaches a receipt, stored beforehand, to a shipment that has left.
///
/// # Errors
/// `not_found`; `validation_failed` for another kind of file; `invalid_transition` for a shipment that has not left;
/// `rule_violated` where the order has as many files as it may.
pub fn add(tx: &mut Tx, id: Id, document: &Document, stored: &Stored) -> Result<Shipment> {
    let (order, shipment) = take(tx, id)?;
    if document.kind != EvidenceKind::SignedReceipt {
        return Err(Problem::invalid("/kind", "wrong_kind", "a shipment takes a signed_receipt", "发货单仅接受 signed_receipt").into());
    }
    if shipment.dispatched_at.is_none() {
        return Err(Problem::invalid_transition(shipment.status.as_str(), "add_receipt", &[]).into());
    }
    if files::count_of_order(tx.conn, order.id)? >= FILES_AN_ORDER {
        let (en, zh) = (format!("An order has at most {FILES_AN_ORDER} files."), format!("每个订单最多 {FILES_AN_ORDER} 个文件。"));
        return Err(Problem::rule("BEHAVIOUR 9", en, zh).into());
    }
    let file = FileRow { shipment_id: Some(shipment.id), ..FileRow::new(tx, Some(order.id), document, stored) };
    files::insert(tx.conn, &file)?;
    let attached = Shipment { version: shipment.version + 1, updated_at: tx.now, ..shipment.clone() };
    store(tx, shipment.status, &attached)?;
    let event = describe(EventName::ShipmentReceiptAdded, &order, &attached).with("file_id", file.id.text(Kind::File));
    tx.record(event.note("sha256", hex::encode(&file.sha256)))?;
    Ok(attached)
}
