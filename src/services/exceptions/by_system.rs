//! Exceptions that the system raises by itself, once for each cause, and ends when the cause goes away and nobody has
//! begun to act (DOMAIN 6.1): trouble of a parcel on its way, and work that did not pass its quality control.

use super::report::{Report, file};
use super::{resolve, take_order};
use crate::db::Tx;
use crate::domain::actor::Department;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::{ExceptionEvent as Step, ExceptionKind, ExceptionStatus, Severity};
use crate::domain::parcel::{Trouble, TroubleKind};
use crate::error::Result;
use crate::repositories::exceptions::{self, ExceptionRow, Impact};
use crate::repositories::orders::Order;
use std::slice;

/// How each kind of trouble is reported: its kind, how severe it is, and whose it is.
const TROUBLES: &[(TroubleKind, ExceptionKind, Severity, Department)] = &[
    (TroubleKind::Undelivered, ExceptionKind::DeliveryDelay, Severity::Medium, Department::Logistics),
    (TroubleKind::Carrier, ExceptionKind::DeliveryDelay, Severity::High, Department::Logistics),
    (TroubleKind::Lost, ExceptionKind::ShipmentLost, Severity::High, Department::Logistics),
    (TroubleKind::Returned, ExceptionKind::DeliveryDelay, Severity::High, Department::Logistics),
    (TroubleKind::Refused, ExceptionKind::Complaint, Severity::High, Department::Sales),
];

/// What is found, in the words of whoever reads the exception.
fn cause(trouble: &Trouble) -> String {
    let Trouble { kind, named, told, .. } = trouble;
    let said = if told.trim().is_empty() { String::new() } else { format!(" The carrier says: {told}") };
    match kind {
        TroubleKind::Undelivered => format!("Shipment {named} could not be delivered at the first try.{said}"),
        TroubleKind::Carrier => format!("The carrier reports trouble with shipment {named}.{said}"),
        TroubleKind::Lost => format!("Shipment {named} was lost."),
        TroubleKind::Returned => format!("Shipment {named} comes back.{said}"),
        TroubleKind::Refused => format!("Of shipment {named} the customer did not take: {told}."),
    }
}

/// By what an exception about this is found again.
fn key_of_parcel(shipment: Id, kind: TroubleKind) -> String {
    format!("{}/{kind}", shipment.text(Kind::Shipment))
}

/// What becomes of trouble that was told by mistake.
const WITHDRAWN: &str = "What was told of the shipment was withdrawn.";

/// Follows what the trace of a parcel tells of trouble; `news` is what the last entry may tell of, so that what people have
/// dealt with is not told again. Which exceptions there are afterwards, and how they stand, does
/// not depend on the order in which it was told. Nothing is stopped by them: it has left.
///
/// # Errors
/// Those of the database.
pub fn follow_parcel(tx: &mut Tx, order: Id, shipment: Id, troubles: &[Trouble], news: &[TroubleKind]) -> Result<()> {
    for (kind, as_kind, severity, department) in TROUBLES {
        let known = exceptions::raised_for(tx.conn, &key_of_parcel(shipment, *kind))?;
        let Some(trouble) = troubles.iter().find(|trouble| trouble.kind == *kind) else {
            end(tx, order, &known, Step::Dismiss, WITHDRAWN)?;
            continue;
        };
        let over = trouble.delivered && kind.ends_with_delivery();
        let told: Vec<&ExceptionRow> = known.iter().filter(|row| row.result.as_deref() != Some(WITHDRAWN)).collect();
        let again = !over && kind.ends_with_delivery();
        if news.contains(kind) && !told.iter().any(|row| row.status.is_open()) && (told.is_empty() || again) {
            let report =
                Report { raised_for: Some(key_of_parcel(shipment, *kind)), ..report(tx, (*as_kind, *severity, *department), cause(trouble)) };
            let order = take_order(tx, order)?;
            file(tx, slice::from_ref(&order), report)?;
        }
        if over {
            let known = exceptions::raised_for(tx.conn, &key_of_parcel(shipment, *kind))?;
            end(tx, order, &known, Step::Resolve, "The shipment was delivered.")?;
        }
    }
    Ok(())
}

/// Reports work that did not pass its quality control, once for each report that says so, and ends that when a later
/// one says otherwise. The task cannot be completed meanwhile.
///
/// # Errors
/// Those of the database.
pub fn follow_quality(tx: &mut Tx, order: Id, task: Id, failed: bool) -> Result<()> {
    let key = format!("{}/quality", task.text(Kind::Task));
    let known = exceptions::raised_for(tx.conn, &key)?;
    if !failed {
        return end(tx, order, &known, Step::Resolve, "A later report passed.");
    }
    if known.iter().any(|row| row.status.is_open()) {
        return Ok(());
    }
    let cause = "The quality control report says that the work did not pass.".to_owned();
    let whose = (ExceptionKind::QualityProblem, Severity::High, Department::Production);
    let report = Report { raised_for: Some(key), ..report(tx, whose, cause) };
    let order = take_order(tx, order)?;
    file(tx, slice::from_ref(&order), report).map(drop)
}

fn report(tx: &Tx, (kind, severity, department): (ExceptionKind, Severity, Department), cause: String) -> Report {
    Report {
        kind,
        severity,
        blocking: false,
        occurred_at: None,
        discovered_at: tx.now,
        due_at: None,
        department: Some(department),
        owner: None,
        cause,
        impact: Impact { customers: Some(1), ..Impact::default() },
        raised_for: None,
        customer_note: None,
        cause_code: None,
        departments: Vec::new(),
    }
}

/// Ends those that nobody has begun to act on; one into which others were merged is left to people.
fn end(tx: &mut Tx, order: Id, known: &[ExceptionRow], event: Step, result: &str) -> Result<()> {
    for row in known.iter().filter(|row| row.status == ExceptionStatus::Reported) {
        if exceptions::links(tx.conn, row.id)? != [order] {
            continue;
        }
        let order: Order = take_order(tx, order)?;
        resolve::settle(tx, slice::from_ref(&order), row, event, |row| row.result = Some(result.to_owned()), |event| event)?;
    }
    Ok(())
}
