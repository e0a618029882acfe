//! Lists of invoices.

use super::Invoice;
use crate::db::schema::invoices;
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::lifecycle::invoice::InvoiceStatus;
use crate::error::Result;
use crate::repositories::customers;
use chrono::NaiveDate;
use diesel::prelude::*;

/// Which invoices a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InvoiceFilter {
    pub order: Option<Id>,
    /// Theirs, and those of all who were merged into them.
    pub customer: Option<Id>,
    /// Any of these; all where empty.
    pub statuses: Vec<InvoiceStatus>,
    /// Those that are due before this day.
    pub due_before: Option<NaiveDate>,
    /// Those that are past due as of this day and not paid, or the others.
    pub overdue: Option<(bool, NaiveDate)>,
}

fn branch(conn: &mut Conn, filter: &InvoiceFilter, customer: Option<Id>, before: Option<Id>, limit: i64) -> Result<Vec<Invoice>> {
    let mut query = invoices::table.order(invoices::id.desc()).limit(limit).select(Invoice::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(invoices::id.lt(id));
    }
    if let Some(order) = filter.order {
        query = query.filter(invoices::order_id.eq(order));
    }
    if let Some(customer) = customer {
        query = query.filter(invoices::customer_id.eq(customer));
    }
    // said by what they are not, so that no index of a few words is taken for a narrow one
    let others = InvoiceStatus::ALL.iter().filter(|other| !filter.statuses.is_empty() && !filter.statuses.contains(other));
    for other in others {
        query = query.filter(invoices::status.ne(*other));
    }
    if let Some(day) = filter.due_before {
        query = query.filter(invoices::due_date.lt(day));
    }
    query = match filter.overdue {
        Some((true, today)) => query.filter(invoices::open.gt(Amount::ZERO).and(invoices::due_date.lt(today))),
        Some((false, today)) => query.filter(invoices::open.eq(Amount::ZERO).or(invoices::due_date.is_null()).or(invoices::due_date.ge(today))),
        None => query,
    };
    Ok(query.load(conn)?)
}

/// Invoices that match, newest first, made before a given one. Each customer is read by the index and the few rows are
/// merged.
pub fn list_invoices(conn: &mut Conn, filter: &InvoiceFilter, before: Option<Id>, limit: i64) -> Result<Vec<Invoice>> {
    let Some(customer) = filter.customer else { return branch(conn, filter, None, before, limit) };
    let mut all = Vec::new();
    for member in customers::group(conn, customer)? {
        all.extend(branch(conn, filter, Some(member), before, limit)?);
    }
    all.sort_by_key(|invoice| std::cmp::Reverse(invoice.id));
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}
