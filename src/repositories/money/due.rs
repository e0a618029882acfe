//! What of a customer's invoices fell due and was not paid then: what makes the credit check fail (DOMAIN 7.1).

use super::Invoice;
use crate::db::Conn;
use crate::db::cached::Cache;
use crate::db::schema::{invoices, payments};
use crate::domain::amount::Amount;
use crate::domain::company::Company;
use crate::domain::id::Id;
use crate::domain::lifecycle::invoice::InvoiceStatus;
use crate::domain::receivable::{Claim, spread};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::repositories::customers;
use crate::{each, here};
use chrono::{Days, NaiveDate};
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

/// What of a customer's invoices fell due and was not paid then.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PastDue {
    /// Those of which something is left to pay, the first due first.
    pub unpaid: Vec<Invoice>,
    /// How many of the last year's are paid by now and were not in time.
    pub paid_late: usize,
}

/// How many orders are asked for together; a statement takes only so many values.
const AT_ONCE: usize = 1000;
/// A year, in days.
const YEAR: u64 = 365;

/// A customer's invoices that fell due before a day of the company's calendar.
pub fn past_due(conn: &mut Conn, customer: Id, company: &Company, today: NaiveDate) -> Result<PastDue> {
    let group = customers::group(conn, customer)?;
    let since = today.checked_sub_days(Days::new(YEAR)).unwrap_or(today);
    let late = invoices::customer_id.eq_any(group).and(invoices::due_date.lt(today)).and(invoices::status.eq(InvoiceStatus::Issued));
    let counted = invoices::open.gt(Amount::ZERO).or(invoices::due_date.ge(since));
    let sorted = invoices::table.filter(late.and(counted)).order((invoices::due_date.asc(), invoices::id.asc()));
    let late: Vec<Invoice> = sorted.select(Invoice::as_select()).load(conn)?;
    let (unpaid, settled): (Vec<Invoice>, Vec<Invoice>) = late.into_iter().partition(|invoice| invoice.open > Amount::ZERO);
    Ok(PastDue { unpaid, paid_late: paid_late(conn, company, &settled)? })
}

/// How many of these, which are paid, were not when they fell due.
fn paid_late(conn: &mut Conn, company: &Company, settled: &[Invoice]) -> Result<usize> {
    let mut orders: Vec<Id> = settled.iter().map(|invoice| invoice.order_id).collect();
    orders.sort_unstable();
    orders.dedup();
    if orders.is_empty() {
        return Ok(0);
    }
    let fields = (payments::order_id, payments::amount, payments::paid_at);
    let (mut all, mut paid) = (Vec::<Invoice>::new(), Vec::<(Id, Amount, UtcTime)>::new());
    for some in orders.chunks(AT_ONCE) {
        all.extend(invoices::table.filter(invoices::order_id.eq_any(some)).select(Invoice::as_select()).load::<Invoice>(conn)?);
        let counted = payments::order_id.eq_any(some).and(payments::reversed_at.is_null());
        paid.extend(payments::table.filter(counted).select(fields).load::<(Id, Amount, UtcTime)>(conn)?);
    }
    let was_open = |invoice: &Invoice, due: NaiveDate| {
        let claims: Vec<Claim> = all.iter().filter(|other| other.order_id == invoice.order_id).map(Invoice::claim).collect();
        let by_then = paid.iter().filter(|(order, _, at)| *order == invoice.order_id && company.zone.local_date(at.utc()) <= due);
        let open = spread(claims, super::total(by_then.map(|(_, amount, _)| *amount)));
        open.get(&invoice.id).is_some_and(|open| *open > Amount::ZERO)
    };
    Ok(settled.iter().filter(|invoice| invoice.due_date.is_some_and(|due| was_open(invoice, due))).count())
}

/// Orders with invoices that fell due before a day, are not paid, and have not been looked at since; those due first before
/// the others.
pub fn to_pursue(conn: &mut Conn, day: NaiveDate, limit: i64) -> Result<Vec<Id>> {
    let late = || invoices::table.filter(invoices::pursued_at.is_null()).filter(invoices::due_date.lt(day)).filter(sql::<Bool>("invoices.open > 0"));
    Ok(each!(conn, c => late().order(invoices::due_date.asc()).limit(limit).select(invoices::order_id).load(c))?)
}

/// Notes that an order's invoices which fell due before a day were looked at.
pub fn set_pursued(conn: &mut Conn, order: Id, day: NaiveDate, at: UtcTime) -> Result<()> {
    let late = invoices::order_id.eq(order).and(invoices::due_date.lt(day)).and(invoices::pursued_at.is_null());
    each!(conn, c => diesel::update(invoices::table.filter(late)).set(invoices::pursued_at.eq(Some(at))).fixed(here!()).execute(c))?;
    Ok(())
}

/// An order's invoices are to be looked at again: what was paid is less than was known.
pub fn pursue_again(conn: &mut Conn, order: Id) -> Result<()> {
    let looked_at = invoices::order_id.eq(order).and(invoices::pursued_at.is_not_null());
    each!(conn, c => diesel::update(invoices::table.filter(looked_at)).set(invoices::pursued_at.eq(None::<UtcTime>)).fixed(here!()).execute(c))?;
    Ok(())
}

/// What of an order's invoices that fell due before a day is left to pay; none where nothing is.
pub fn owed_since(conn: &mut Conn, order: Id, day: NaiveDate) -> Result<Option<Amount>> {
    let late = || invoices::table.filter(invoices::order_id.eq(order).and(invoices::due_date.lt(day)).and(invoices::open.gt(Amount::ZERO)));
    let open: Vec<Amount> = each!(conn, c => late().select(invoices::open).load(c))?;
    Ok(Some(super::total(open)).filter(|owed| *owed > Amount::ZERO))
}
