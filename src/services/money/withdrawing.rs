//! Invoices that are taken back (DOMAIN 7.1): made void while their month lasts, credited afterwards. Nothing is deleted.

use super::invoice_input::{CreditNoteInput, VoidInput};
use super::invoicing::{add, shares, step, store, taken, told};
use super::{check_minor_digits, spread};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::codes::minor_digits;
use crate::domain::event::EventName;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::invoice::{Facts, InvoiceEvent, InvoiceStatus};
use crate::domain::tax::{self, TaxShare};
use crate::error::{Problem, Result};
use crate::repositories::money::{self, Invoice};

/// What of an event says that what it takes back has to be invoiced anew, if it still has to be paid.
pub const NOTHING_LEFT: &str = "nothing_left";

/// Makes an invoice void: a draft at any time, whose number is free again; an issued one in the calendar month of its
/// issue, as long as nothing of it was credited.
///
/// # Errors
/// `not_found`, `version_mismatch`; `invalid_transition` for what is void; `rule_violated` for what is to be credited
/// instead, and for a credit note.
pub fn void(tx: &mut Tx, id: Id, said: &VoidInput) -> Result<Invoice> {
    let (order, invoice) = taken(tx, id)?;
    let zone = tx.company.zone;
    let this_month = zone.local_month(tx.now.utc());
    let facts = Facts {
        month_over: invoice.issued_at.is_some_and(|at| zone.local_month(at.utc()) != this_month),
        credited: invoice.credited > Amount::ZERO,
        credit_note: invoice.credits_id.is_some(),
    };
    let status = step(&invoice, InvoiceEvent::Void, &facts)?;
    let counted = invoice.status == InvoiceStatus::Issued;
    let void = Invoice {
        status,
        version: invoice.version + 1,
        number: invoice.number.clone().filter(|_| counted),
        open: Amount::ZERO,
        reason: Some(said.reason.clone()),
        voided_at: Some(tx.now),
        voided_by_label: Some(tx.actor.label.clone()),
        ..invoice.clone()
    };
    store(tx, &void)?;
    spread(tx, order.id, None)?;
    let event = told(EventName::InvoiceVoided, &order, &void).with("invoice_number", invoice.number).with(NOTHING_LEFT, counted);
    tx.record(event.note("reason", said.reason.clone()))?;
    Ok(void)
}

/// Makes a credit note over what is left of an issued invoice, or some of it.
///
/// # Errors
/// `not_found`, `version_mismatch`; `invalid_transition` for what was not issued; `validation_failed` for too many digits and
/// for taxes that are not the invoice's; `duplicate_reference` where the number is taken; `rule_violated` beyond what is left
/// of the invoice, and for a credit note.
pub fn credit(tx: &mut Tx, id: Id, said: &CreditNoteInput) -> Result<Invoice> {
    let (order, invoice) = taken(tx, id)?;
    let facts = Facts { credit_note: invoice.credits_id.is_some(), ..Facts::default() };
    step(&invoice, InvoiceEvent::Credit, &facts)?;
    let left = invoice.billed();
    let amount = said.amount.unwrap_or(left);
    check_minor_digits(amount, &invoice.currency)?;
    refuse_more(&invoice, amount, left)?;
    let taxes = taxes(tx, &invoice, said, amount)?;
    let credited = Invoice { credited: invoice.credited.plus(amount)?, version: invoice.version + 1, ..invoice.clone() };
    let open = spread(tx, order.id, Some(&credited))?;
    store(tx, &Invoice { open, ..credited })?;
    let note = credit_note(tx, &invoice, said, amount, taxes);
    add(tx, &note)?;
    let event = told(EventName::InvoiceCredited, &order, &note).with("credits_id", invoice.id.text(Kind::Invoice));
    let event = event.with(NOTHING_LEFT, amount == left).note("credits_number", invoice.number);
    tx.record(event.note("reason", said.reason.clone()))?;
    Ok(note)
}

fn refuse_more(invoice: &Invoice, amount: Amount, left: Amount) -> Result<()> {
    if left > Amount::ZERO && amount <= left {
        return Ok(());
    }
    let digits = minor_digits(&invoice.currency).unwrap_or(4);
    let (of, left) = (invoice.amount.text(digits), left.text(digits));
    let en = format!("The invoice is over {of}, of which {left} is left; no more can be credited.");
    Err(Problem::rule("DOMAIN 7.1", en, format!("发票金额为 {of}，可红冲余额为 {left}，红冲金额不得超过余额。")).into())
}

/// What of a credit note is at which rate of its invoice, each with what was credited of that rate before.
fn taxes(tx: &mut Tx, invoice: &Invoice, said: &CreditNoteInput, amount: Amount) -> Result<Vec<TaxShare>> {
    let notes = money::invoices_of(tx.conn, invoice.order_id)?.into_iter().filter(|note| note.credits_id == Some(invoice.id));
    let before: Vec<TaxShare> = notes.flat_map(|note| note.taxes.0).collect();
    let taken = |rate: Amount| Amount::sum(before.iter().filter(|share| share.rate == rate).map(|share| share.gross));
    let shares = shares_of(invoice, said, amount, &tax::left(&invoice.taxes.0, &before))?;
    shares.into_iter().map(|share| Ok(TaxShare { before: taken(share.rate)?, ..share })).collect()
}

/// What of a credit note is at which rate: what is said, else all that is left, else the only rate's.
fn shares_of(invoice: &Invoice, said: &CreditNoteInput, amount: Amount, left: &[TaxShare]) -> Result<Vec<TaxShare>> {
    if said.taxes.is_empty() && amount == invoice.billed() {
        return Ok(left.to_vec());
    }
    if said.taxes.is_empty() {
        return match left {
            [] => Ok(Vec::new()),
            [only] => Ok(vec![TaxShare { gross: amount, ..*only }]),
            _ => {
                let en = "the invoice has several rates; say how much of each";
                Err(Problem::invalid("/taxes", "required", en, "发票含多种税率，须注明各税率金额").into())
            }
        };
    }
    let taken = shares(&said.taxes, amount, &invoice.currency)?;
    for (at, share) in taken.iter().enumerate() {
        // of an invoice whose taxes nobody said, nothing is known of what is left
        if !invoice.taxes.0.is_empty() && left.iter().all(|left| left.rate != share.rate || left.gross < share.gross) {
            let en = "is more than is left of the invoice at this rate";
            return Err(Problem::invalid(&format!("/taxes/{at}/amount"), "range", en, "超过发票该税率的余额").into());
        }
    }
    Ok(taken)
}

fn credit_note(tx: &mut Tx, invoice: &Invoice, said: &CreditNoteInput, amount: Amount, taxes: Vec<TaxShare>) -> Invoice {
    Invoice {
        id: tx.new_id(),
        version: 1,
        number: Some(said.number.clone()),
        amount,
        due_date: None,
        created_at: tx.now,
        created_by_label: tx.actor.label.clone(),
        issued_at: Some(tx.now),
        issued_by_label: Some(tx.actor.label.clone()),
        credits_id: Some(invoice.id),
        credited: Amount::ZERO,
        open: Amount::ZERO,
        reason: Some(said.reason.clone()),
        taxes: Json(taxes),
        file_id: None,
        ..invoice.clone()
    }
}
