//! Trouble of a parcel on its way, and work that did not pass its quality control: exceptions that the system raises as
//! it is told of that, and ends when it is told otherwise (DOMAIN 6.1).

use super::raising::{Seen, end, is_news, raise};
use crate::db::Tx;
use crate::domain::exception_rules::Trigger;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::ExceptionEvent as Step;
use crate::domain::parcel::{Trouble, TroubleKind};
use crate::error::Result;
use crate::repositories::exceptions::{self, ExceptionRow};

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
/// not depend on the order in which it was told. By default nothing is stopped by them: it has left.
///
/// # Errors
/// Those of the database.
pub fn follow_parcel(tx: &mut Tx, order: Id, shipment: Id, troubles: &[Trouble], news: &[TroubleKind]) -> Result<()> {
    let keys: Vec<String> = TroubleKind::ALL.iter().map(|kind| key_of_parcel(shipment, *kind)).collect();
    let all = exceptions::raised_for_any(tx.conn, &keys)?;
    for kind in TroubleKind::ALL {
        let key = key_of_parcel(shipment, *kind);
        let mut known: Vec<ExceptionRow> = all.iter().filter(|row| row.raised_for.as_ref() == Some(&key)).cloned().collect();
        let Some(trouble) = troubles.iter().find(|trouble| trouble.kind == *kind) else {
            end(tx, order, &known, Step::Dismiss, WITHDRAWN)?;
            continue;
        };
        let over = trouble.delivered && kind.ends_with_delivery();
        if news.contains(kind) && is_news(&known, WITHDRAWN, !over && kind.ends_with_delivery()) {
            let seen = Seen::new(Trigger::of_trouble(*kind), key, cause(trouble));
            known.extend(raise(tx, order, seen)?);
        }
        if over {
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
    raise(tx, order, Seen::new(Trigger::QualityFailed, key, cause)).map(drop)
}
