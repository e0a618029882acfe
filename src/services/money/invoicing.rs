//! Invoices up to their issue (DOMAIN 7.1): drawn up from what the order wants and from whoever pays, amended as drafts,
//! issued within the order's total.

use super::invoice_input::{InvoiceDraft, InvoiceInput, InvoiceTax, IssueInput};
use super::{check_digits, check_minor_digits, describe, spread, take};
use crate::db::types::Json;
use crate::db::{Conn, Tx};
use crate::domain::amount::Amount;
use crate::domain::codes::minor_digits;
use crate::domain::customer::Taxpayer;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::invoice::{Facts, InvoiceEvent, InvoiceStatus, MACHINE};
use crate::domain::lifecycle::order::State;
use crate::domain::order::InvoiceKind;
use crate::domain::reason::Reason;
use crate::domain::tax::{TaxShare, of_one_rate};
use crate::domain::terms::due_date;
use crate::error::{Code, Problem, Result};
use crate::input::Patch;
use crate::repositories::customers::{self, Customer};
use crate::repositories::money::{self, Invoice};
use crate::repositories::orders::{self, Order, parts};
use chrono::NaiveDate;

/// An invoice with its order, which is held from now on.
pub(super) fn taken(tx: &mut Tx, id: Id) -> Result<(Order, Invoice)> {
    let of = money::find_invoice(tx.conn, id)?.ok_or_else(Problem::not_found)?.order_id;
    let order = orders::take(tx, of)?.ok_or_else(Problem::not_found)?;
    let invoice = money::find_invoice(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    tx.check_match(invoice.version)?;
    Ok((order, invoice))
}

/// Where an invoice stands after an event, if that is possible.
pub(super) fn step(invoice: &Invoice, event: InvoiceEvent, facts: &Facts) -> Result<InvoiceStatus> {
    let refused = match MACHINE.next(invoice.status, event, facts) {
        Ok(status) => return Ok(status),
        Err(refusal) => Problem::refusal(invoice.status.as_str(), event, refusal),
    };
    let told = if refused.code == Code::RuleViolated { refused.with("rule", "DOMAIN 7.1") } else { refused };
    Err(told.into())
}

/// Stores an invoice that is held and was changed.
pub(super) fn store(tx: &mut Tx, invoice: &Invoice) -> Result<()> {
    if money::update_invoice(tx.conn, invoice)? { Ok(()) } else { Err(Code::VersionMismatch.into()) }
}

/// Stores a new one.
pub(super) fn add(tx: &mut Tx, invoice: &Invoice) -> Result<()> {
    if money::insert_invoice(tx.conn, invoice)? { Ok(()) } else { Err(Problem::duplicate("number").into()) }
}

/// What is told of an invoice.
pub(super) fn told(name: EventName, order: &Order, invoice: &Invoice) -> Event {
    let event = describe(name, order, (Kind::Invoice, invoice.id)).with("invoice_number", invoice.number.clone());
    let event = event.with("invoice_status", invoice.status.as_str());
    event.note("kind", invoice.kind.as_str()).note("amount", invoice.amount.short()).note("currency", invoice.currency.clone())
}

/// Records an invoice that was issued, or a draft of one.
///
/// # Errors
/// `validation_failed` for an unknown order or payer, too many digits, taxes that do not add up, or a missing number;
/// `invalid_transition` for a cancelled order; `duplicate_reference` where the number is taken; `rule_violated` for a special
/// VAT invoice without a tax number, and above the order's total (DOMAIN 7.1).
pub fn record_invoice(tx: &mut Tx, input: &InvoiceInput) -> Result<Invoice> {
    let order = take(tx, &input.order_id)?;
    let draft = drawn_up(tx, &order, &input.content())?;
    refuse_cancelled(&order)?;
    if input.draft {
        add(tx, &draft)?;
        tx.record(told(EventName::InvoiceDrafted, &order, &draft))?;
        return Ok(draft);
    }
    let invoice = issued(tx, &order, draft)?;
    add(tx, &invoice)?;
    tx.record(told(EventName::InvoiceIssued, &order, &invoice))?;
    Ok(invoice)
}

/// Amends a draft under `If-Match`.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`; `invalid_transition` for what is no draft; what is wrong with
/// the patched values, as [`record_invoice`].
pub fn amend(tx: &mut Tx, id: Id, patch: &Patch) -> Result<Invoice> {
    let (order, invoice) = taken(tx, id)?;
    tx.require_match(invoice.version)?;
    step(&invoice, InvoiceEvent::Amend, &Facts::default())?;
    let before = InvoiceDraft::of(&invoice);
    let mut said: InvoiceDraft = patch.apply(&before)?;
    if said == before {
        return Ok(invoice);
    }
    if said.payer != before.payer {
        // it is made out to whoever pays now, unless something else is said with it
        said.buyer_name = said.buyer_name.filter(|_| patch.0.contains_key("buyer_name"));
        said.buyer_tax_number = said.buyer_tax_number.filter(|_| patch.0.contains_key("buyer_tax_number"));
    }
    let drawn = drawn_up(tx, &order, &said)?;
    refuse_taken_number(tx, id, drawn.number.as_deref())?;
    let Invoice { created_at, created_by_label, file_id, version, .. } = invoice;
    let amended = Invoice { id, version: version + 1, created_at, created_by_label, file_id, ..drawn };
    store(tx, &amended)?;
    tx.record(told(EventName::InvoiceAmended, &order, &amended))?;
    Ok(amended)
}

/// Issues a draft.
///
/// # Errors
/// `not_found`, `version_mismatch`; `invalid_transition` for what is no draft or belongs to a cancelled order; as
/// [`record_invoice`].
pub fn issue(tx: &mut Tx, id: Id, said: &IssueInput) -> Result<Invoice> {
    let (order, draft) = taken(tx, id)?;
    step(&draft, InvoiceEvent::Issue, &Facts::default())?;
    refuse_cancelled(&order)?;
    let number = said.number.clone().or_else(|| draft.number.clone());
    refuse_taken_number(tx, id, number.as_deref())?;
    let invoice = issued(tx, &order, Invoice { number, version: draft.version + 1, ..draft })?;
    store(tx, &invoice)?;
    tx.record(told(EventName::InvoiceIssued, &order, &invoice))?;
    Ok(invoice)
}

fn refuse_cancelled(order: &Order) -> Result<()> {
    if order.state == State::Cancelled {
        return Err(Problem::invalid_transition(order.state.as_str(), "invoice", &[]).into());
    }
    Ok(())
}

fn refuse_taken_number(tx: &mut Tx, id: Id, number: Option<&str>) -> Result<()> {
    let Some(number) = number else { return Ok(()) };
    match money::with_number(tx.conn, number)? {
        Some(other) if other != id => Err(Problem::duplicate("number").into()),
        _ => Ok(()),
    }
}

/// A draft with what is not said of it taken from the order and whoever pays.
fn drawn_up(tx: &mut Tx, order: &Order, said: &InvoiceDraft) -> Result<Invoice> {
    check_minor_digits(said.amount, &order.currency)?;
    let taxes = shares(&said.taxes, said.amount, &order.currency)?;
    let payer = payer(tx, order, said.payer.as_deref())?;
    let asked = asked_by(tx.conn, order, payer.as_ref())?;
    Ok(Invoice {
        id: tx.new_id(),
        version: 1,
        order_id: order.id,
        customer_id: payer.map_or(order.customer_id, |payer| payer.id),
        kind: said.kind.unwrap_or(asked.kind),
        status: InvoiceStatus::Draft,
        number: said.number.clone(),
        amount: said.amount,
        currency: order.currency.clone(),
        due_date: said.due_date,
        buyer_name: said.buyer_name.clone().unwrap_or(asked.buyer_name),
        buyer_tax_number: said.buyer_tax_number.clone().or(asked.buyer_tax_number),
        created_at: tx.now,
        created_by_label: tx.actor.label.clone(),
        issued_at: None,
        issued_by_label: None,
        credits_id: None,
        credited: Amount::ZERO,
        open: Amount::ZERO,
        reason: None,
        voided_at: None,
        voided_by_label: None,
        taxes: Json(taxes),
        file_id: None,
        payer_said: said.payer.is_some(),
    })
}

/// The taxes of an amount as they are kept, which together come to it; none where none are said.
pub(super) fn shares(said: &[InvoiceTax], amount: Amount, currency: &str) -> Result<Vec<TaxShare>> {
    for (at, tax) in said.iter().enumerate() {
        check_digits(&format!("/taxes/{at}/amount"), tax.amount, currency)?;
        if said.iter().take(at).any(|other| other.rate == tax.rate) {
            return Err(Problem::invalid(&format!("/taxes/{at}/rate"), "repeated", "stands more than once", "重复出现").into());
        }
    }
    if !said.is_empty() && Amount::sum(said.iter().map(|tax| tax.amount))? != amount {
        return Err(Problem::invalid("/taxes", "sum", "must together come to the amount of the invoice", "合计须等于发票金额").into());
    }
    Ok(said.iter().map(|tax| TaxShare { rate: tax.rate, gross: tax.amount, before: Amount::ZERO }).collect())
}

/// The other customer who pays; none where it is the order's own.
fn payer(tx: &mut Tx, order: &Order, said: Option<&str>) -> Result<Option<Customer>> {
    let Some(said) = said else { return Ok(None) };
    let id = match Kind::Customer.parse(said) {
        Some(id) => Some(id),
        None => customers::find_by_code(tx.conn, said)?.map(|customer| customer.id),
    };
    let found = id.map(|id| customers::find_real(tx.conn, id)).transpose()?.flatten();
    let payer = found.ok_or_else(|| Problem::invalid("/payer", "unknown", "there is no such customer", "没有该客户"))?;
    Ok(Some(payer).filter(|payer| payer.id != order.customer_id))
}

/// A draft as it is issued now: within the order's total, due by its terms, taxed as its lines are where nothing else is said.
fn issued(tx: &mut Tx, order: &Order, draft: Invoice) -> Result<Invoice> {
    if draft.number.is_none() {
        return Err(Problem::invalid("/number", "required", "an invoice that is issued has a number", "开具发票须填写发票号").into());
    }
    if draft.currency != order.currency {
        let en = format!("The order is in {} by now; make the draft void and draw up another.", order.currency);
        return Err(Problem::rule("DOMAIN 7.1", en, format!("订单币种已改为 {}，请作废草稿并重新起草。", order.currency)).into());
    }
    if draft.kind == InvoiceKind::SpecialVat && draft.buyer_tax_number.is_none() {
        let en = "A special VAT invoice needs the buyer's tax number.";
        return Err(Problem::rule("DOMAIN 7.1", en, "增值税专用发票须填写购方税号。").into());
    }
    let draft = made_out(tx, order, draft)?;
    refuse_excess(tx, order, draft.amount)?;
    let due_date = match draft.due_date {
        Some(day) => Some(day),
        None => by_terms(tx, order, draft.customer_id)?,
    };
    let taxes = match draft.taxes.0.is_empty() {
        true if is_taxed_by_lines(order) => of_one_rate(parts::lines(tx.conn, order.id)?.iter().map(|line| line.tax_rate), draft.amount),
        true => Vec::new(),
        false => draft.taxes.0.clone(),
    };
    let (status, taxes) = (InvoiceStatus::Issued, Json(taxes));
    let (issued_at, issued_by_label) = (Some(tx.now), Some(tx.actor.label.clone()));
    let invoice = Invoice { status, due_date, taxes, issued_at, issued_by_label, ..draft };
    let open = spread(tx, order.id, Some(&invoice))?;
    Ok(Invoice { open, ..invoice })
}

/// A draft for which nobody said who pays is made out to whoever has ordered by now.
fn made_out(tx: &mut Tx, order: &Order, draft: Invoice) -> Result<Invoice> {
    if draft.payer_said || draft.customer_id == order.customer_id {
        return Ok(draft);
    }
    let asked = asked_by(tx.conn, order, None)?;
    Ok(Invoice { customer_id: order.customer_id, buyer_name: asked.buyer_name, buyer_tax_number: asked.buyer_tax_number, ..draft })
}

/// Whether all that an order comes to is taxed as its lines are: a shipping fee and a discount of the whole are not.
fn is_taxed_by_lines(order: &Order) -> bool {
    order.shipping_fee == Amount::ZERO && (order.tax == Amount::ZERO || order.discount == Amount::ZERO)
}

/// When an invoice of today is due by the order's payment terms, else by those of whoever pays.
fn by_terms(tx: &mut Tx, order: &Order, payer: Id) -> Result<Option<NaiveDate>> {
    let agreed = match parts::details(tx.conn, order.id)?.payment_terms {
        Some(terms) => Some(terms),
        None => customers::find_real(tx.conn, payer)?.and_then(|customer| customer.payment_terms),
    };
    let today = tx.company.zone.local_date(tx.now.utc());
    Ok(agreed.and_then(|terms| due_date(&terms, today)))
}

/// The invoice that an order asks for, where nobody says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedInvoice {
    pub kind: InvoiceKind,
    pub buyer_name: String,
    pub buyer_tax_number: Option<String>,
}

/// Which invoice an order asks for, by what it wants and by its customer's tax data (DOMAIN 3.1, 7.1).
///
/// # Errors
/// Those of the database.
pub fn asked(conn: &mut Conn, order: &Order) -> Result<AskedInvoice> {
    asked_by(conn, order, None)
}

/// The same where another customer pays.
fn asked_by(conn: &mut Conn, order: &Order, payer: Option<&Customer>) -> Result<AskedInvoice> {
    let details = parts::details(conn, order.id)?;
    let (customer, name) = match payer {
        Some(payer) => (Some(payer.clone()), payer.name.clone()),
        None => (customers::find(conn, order.customer_id)?, details.customer_name),
    };
    let tax_number = customer.as_ref().and_then(|customer| customer.tax_number.clone());
    let tax = customer.and_then(|customer| customer.tax.0);
    let is_general = tax_number.is_some() && tax.as_ref().is_some_and(|tax| tax.taxpayer == Taxpayer::General);
    let by_tax = if is_general { InvoiceKind::SpecialVat } else { InvoiceKind::Ordinary };
    Ok(AskedInvoice {
        kind: details.invoice_wanted.map_or(by_tax, |wanted| wanted.0),
        buyer_name: tax.and_then(|tax| tax.title).unwrap_or(name),
        buyer_tax_number: tax_number,
    })
}

/// No more is billed than the order comes to.
fn refuse_excess(tx: &mut Tx, order: &Order, amount: Amount) -> Result<()> {
    if parts::details(tx.conn, order.id)?.amended_from.is_some() {
        // what it comes to is not agreed
        return Err(Problem::from_reasons(vec![Reason::AmendmentOpen]).into());
    }
    let invoiced = money::invoiced_total(tx.conn, order.id)?;
    if invoiced.plus(amount).is_ok_and(|sum| sum <= order.total) {
        return Ok(());
    }
    let digits = minor_digits(&order.currency).unwrap_or(4);
    let (invoiced, total) = (invoiced.text(digits), order.total.text(digits));
    let en = format!("The order comes to {total}, of which {invoiced} has been invoiced; an invoice cannot go beyond the rest.");
    Err(Problem::rule("DOMAIN 7.1", en, format!("订单总额为 {total}，已开票 {invoiced}，开票金额不得超过余额。")).into())
}
