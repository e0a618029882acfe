//! What is open of each invoice is what the order's payments leave, what was credited is what credit notes say, taxes come to
//! the amount, and no more is billed than the order comes to (DOMAIN 7.1).

use super::Finding;
use crate::db::Conn;
use crate::db::schema::invoices;
use crate::domain::amount::Amount;
use crate::domain::company::Company;
use crate::domain::id::{Id, Kind};
use crate::domain::receivable::spread;
use crate::error::Result;
use crate::repositories::money::{self, Invoice};
use crate::repositories::orders;
use diesel::prelude::*;

/// See the module.
pub fn is_accounted_for(conn: &mut Conn, _: &Company) -> Result<Vec<Finding>> {
    let mut invoiced: Vec<Id> = invoices::table.select(invoices::order_id).load(conn)?;
    invoiced.sort_unstable();
    invoiced.dedup();
    let mut found = Vec::new();
    for order in invoiced {
        let all = money::invoices_of(conn, order)?;
        let open = spread(all.iter().map(Invoice::claim).collect(), money::at_hand(conn, order, &all)?);
        for invoice in &all {
            let left = open.get(&invoice.id).copied().unwrap_or_default();
            found.extend(flaw(invoice, &all, left).map(|detail| Finding::new("invoices", invoice.id.text(Kind::Invoice), detail)));
        }
        let billed = money::invoiced_total(conn, order)?;
        if let Some(order) = orders::find(conn, order)?.filter(|order| billed > order.total) {
            let detail = format!("{} was invoiced, but it comes to {}", billed.short(), order.total.short());
            found.push(Finding::new("invoices", order.number, detail));
        }
    }
    Ok(found)
}

/// What is wrong with an invoice among those of its order, of which so much is left to pay.
fn flaw(invoice: &Invoice, all: &[Invoice], left: Amount) -> Option<String> {
    let sum = |amounts: &mut dyn Iterator<Item = Amount>| amounts.map(|amount| i128::from(amount.parts())).sum::<i128>();
    let credited = sum(&mut all.iter().filter(|note| note.credits_id == Some(invoice.id)).map(|note| note.amount));
    let taxed = sum(&mut invoice.taxes.0.iter().map(|share| share.gross));
    if credited != i128::from(invoice.credited.parts()) {
        return Some(format!("{} was credited, but its credit notes say otherwise", invoice.credited.short()));
    }
    if !invoice.taxes.0.is_empty() && taxed != i128::from(invoice.amount.parts()) {
        return Some("its taxes do not come to its amount".to_owned());
    }
    (invoice.open != left).then(|| format!("{} is open, but what was paid leaves {}", invoice.open.short(), left.short()))
}
