//! What follows from goods that leave, and from what is told of them on their way.

use super::remedies::look_again;
use super::{adapt, advance, settle_shortage, watching, word};
use crate::db::Tx;
use crate::domain::amount::Amount;
use crate::domain::event::Event;
use crate::domain::id::Id;
use crate::domain::parcel::TroubleKind;
use crate::domain::task_plan::code;
use crate::error::Result;
use crate::repositories::orders::parts;
use crate::repositories::stock as stock_rows;
use crate::services::orders::{amended, correct, facts};
use crate::services::shipments::resend;
use crate::services::{exceptions, messages, shipments, stock, tasks};

/// The first dispatch ends what sales had to coordinate, the last one what logistics had to do
/// (DECISIONS 23); the customer is told of each (DOMAIN 4.3).
pub(super) fn after_dispatch(tx: &mut Tx, order: Id, event: Id, shipment: Id) -> Result<()> {
    messages::shipment_dispatched(tx, event, order, shipment)?;
    tasks::settle_by_fact(tx, order, code::COORDINATE)?;
    if facts::goods(&parts::lines(tx.conn, order)?).all(|line| line.shipped == line.quantity) {
        tasks::settle_by_fact(tx, order, code::SHIP)?;
    }
    advance(tx, order)?;
    look_again(tx, order)
}

/// What was told of a parcel may mean trouble, or that everything has arrived, or that it has not after all.
pub(super) fn after_tracking(tx: &mut Tx, order: Id, event: &Event) -> Result<()> {
    let (shipment, news) = (event.subject.1, TroubleKind::news(word(event, "reported")));
    let news = if event.after.contains_key("reported") { news } else { Vec::new() };
    let troubles = shipments::troubles(tx, shipment)?;
    exceptions::follow_parcel(tx, order, shipment, &troubles, &news)?;
    watching::after_tracking(tx, order, event)?;
    if resend::lapse(tx, order, shipment)? {
        after_finding(tx, order)?;
    }
    correct::unreceive(tx, order)?;
    advance(tx, order)
}

/// What goes in the place of a parcel that has turned up is not needed: nobody sets it aside, makes, picks or ships it.
fn after_finding(tx: &mut Tx, order: Id) -> Result<()> {
    if !amended::is_open(tx, order)? {
        stock::trim(tx, order)?;
    }
    let lines = parts::lines(tx.conn, order)?;
    let done: [(&str, bool); 3] = [
        (code::PRODUCE, lines.iter().all(|line| line.left_to_make() == Amount::ZERO)),
        (code::PICK, lines.iter().filter(|line| line.is_stored()).all(|line| line.picked == line.quantity)),
        (code::SHIP, facts::goods(&lines).all(|line| line.shipped == line.quantity)),
    ];
    for (task, _) in done.iter().filter(|(_, done)| *done) {
        tasks::settle_by_fact(tx, order, task)?;
    }
    if stock_rows::all_reserved(tx.conn, order)? { settle_shortage(tx, order) } else { Ok(()) }
}

/// A parcel has not left after all: the order is executing again, and there is work for logistics (DECISIONS 37).
pub(super) fn after_recall(tx: &mut Tx, order: Id, shipment: Id) -> Result<()> {
    exceptions::end_silence(tx, order, shipment)?;
    correct::undispatch(tx, order)?;
    tasks::unsettle(tx, order, code::SHIP)?;
    tasks::date_what_moved(tx, order)
}

/// Goods are sent again: the order is executing again, and they are set aside, made, picked and shipped as any.
pub(super) fn after_resending(tx: &mut Tx, order: Id, to_make: bool) -> Result<()> {
    correct::reopen(tx, order)?;
    if to_make {
        tasks::renew(tx, order, code::PRODUCE)?;
    }
    if !amended::is_open(tx, order)? {
        adapt(tx, order)?; // or when it is known what the order will be
    }
    tasks::unsettle(tx, order, code::SHIP)?;
    tasks::date_what_moved(tx, order)
}

pub(super) fn after_shipping(tx: &mut Tx, order: Id) -> Result<()> {
    tasks::settle_by_fact(tx, order, code::COORDINATE)?;
    tasks::settle_by_fact(tx, order, code::SHIP)?;
    tasks::date_what_moved(tx, order)?;
    advance(tx, order)
}
