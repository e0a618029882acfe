//! How customers stand: what was invoiced, paid, and is open, by currency; and what is open of all of them, by how long
//! it has been due (DOMAIN 7.1). Customers who were merged count as the one who stays.

use crate::db::Conn;
use crate::db::schema::{customers as people, invoices, orders, payments, refunds};
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::lifecycle::invoice::InvoiceStatus;
use crate::domain::receivable::{Age, Aging};
use crate::error::Result;
use crate::repositories::customers;
use chrono::NaiveDate;
use diesel::prelude::*;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Sums of one currency, in 1/10,000 of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// What invoices to this customer were over.
    pub invoiced: i128,
    /// What of that was credited.
    pub credited: i128,
    /// What is left to pay of these invoices, by age.
    pub open: Aging,
    /// What came in for the customer's own orders, has not gone back, and stands against no invoice, whoever those are made
    /// out to.
    pub unassigned: i128,
    /// What went back for their own orders.
    pub refunded: i128,
}

impl Standing {
    /// What of the invoices was paid.
    pub fn paid(&self) -> i128 {
        self.invoiced - self.credited - i128::from(self.open.total().parts())
    }

    /// What is past due.
    pub fn overdue(&self) -> Amount {
        let late = Age::ALL.into_iter().filter(|age| *age != Age::NotDue);
        Amount::capped(late.map(|age| i128::from(self.open.of(age).parts())).sum())
    }
}

/// An invoice as it counts here: its currency, amount, what was credited, what is open, and its due date.
type Counted = (String, Amount, Amount, Amount, Option<NaiveDate>);

fn parts(amount: Amount) -> i128 {
    i128::from(amount.parts())
}

/// How a customer stands, by currency.
pub fn of_customer(conn: &mut Conn, customer: Id, today: NaiveDate) -> Result<BTreeMap<String, Standing>> {
    let group = customers::group(conn, customer)?;
    let fields = (invoices::currency, invoices::amount, invoices::credited, invoices::open, invoices::due_date);
    let issued = || invoices::status.eq(InvoiceStatus::Issued).and(invoices::credits_id.is_null());
    let own = || orders::table.filter(orders::customer_id.eq_any(group.clone())).select(orders::id);
    let theirs: Vec<Counted> = invoices::table.filter(invoices::customer_id.eq_any(group.clone()).and(issued())).select(fields).load(conn)?;
    let claimed = (invoices::order_id, invoices::currency, invoices::amount, invoices::credited, invoices::open);
    let of_orders: Vec<(Id, String, Amount, Amount, Amount)> =
        invoices::table.filter(invoices::order_id.eq_any(own()).and(issued())).select(claimed).load(conn)?;
    let counted = payments::order_id.eq_any(own()).and(payments::reversed_at.is_null());
    let paid: Vec<(Id, String, Amount)> =
        payments::table.filter(counted).select((payments::order_id, payments::currency, payments::amount)).load(conn)?;
    let back: Vec<(Id, String, Amount)> =
        refunds::table.filter(refunds::order_id.eq_any(own())).select((refunds::order_id, refunds::currency, refunds::amount)).load(conn)?;
    let mut sums: BTreeMap<String, Standing> = BTreeMap::new();
    for (currency, amount, credited, open, due) in theirs {
        let sum = sums.entry(currency).or_default();
        sum.invoiced += parts(amount);
        sum.credited += parts(credited);
        if open > Amount::ZERO {
            sum.open.add(open, due, today);
        }
    }
    // what stands against nothing is told for each order: what went back for one is not another's
    let mut loose: BTreeMap<(Id, String), i128> = BTreeMap::new();
    for (order, currency, amount, credited, open) in of_orders {
        *loose.entry((order, currency)).or_default() -= parts(amount) - parts(credited) - parts(open);
    }
    for (order, currency, amount) in paid {
        *loose.entry((order, currency)).or_default() += parts(amount);
    }
    for (order, currency, amount) in back {
        sums.entry(currency.clone()).or_default().refunded += parts(amount);
        *loose.entry((order, currency)).or_default() -= parts(amount);
    }
    for ((_, currency), left) in loose {
        sums.entry(currency).or_default().unassigned += left.max(0);
    }
    Ok(sums)
}

/// What a customer has yet to pay of invoices, by currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Debtor {
    pub customer: Id,
    pub name: String,
    pub open: BTreeMap<String, Aging>,
}

/// Whoever has invoices left to pay, by the customer that they are, with everyone that they were merged from.
fn payers(conn: &mut Conn) -> Result<BTreeMap<Id, Vec<Id>>> {
    let mut payers: Vec<Id> = invoices::table.filter(invoices::open.gt(Amount::ZERO)).select(invoices::customer_id).load(conn)?;
    payers.sort_unstable();
    payers.dedup();
    let merged: Vec<(Id, Option<Id>)> =
        people::table.filter(people::merged_into_id.is_not_null()).select((people::id, people::merged_into_id)).load(conn)?;
    let merged: BTreeMap<Id, Id> = merged.into_iter().filter_map(|(from, into)| into.map(|into| (from, into))).collect();
    let mut real: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
    for payer in payers {
        real.entry(merged.get(&payer).copied().unwrap_or(payer)).or_default().push(payer);
    }
    Ok(real)
}

/// Customers who have invoices left to pay, in the order in which they were made, after a given one.
pub fn debtors(conn: &mut Conn, today: NaiveDate, after: Option<Id>, limit: i64) -> Result<Vec<Debtor>> {
    let from = after.map_or(Bound::Unbounded, Bound::Excluded);
    let limit = usize::try_from(limit).unwrap_or(0);
    let page: Vec<(Id, Vec<Id>)> = payers(conn)?.range((from, Bound::Unbounded)).take(limit).map(|(id, members)| (*id, members.clone())).collect();
    if page.is_empty() {
        return Ok(Vec::new());
    }
    let (ids, members): (Vec<Id>, Vec<Vec<Id>>) = page.iter().cloned().unzip();
    let of_page = invoices::customer_id.eq_any(members.concat()).and(invoices::open.gt(Amount::ZERO));
    let fields = (invoices::customer_id, invoices::currency, invoices::open, invoices::due_date);
    let rows: Vec<(Id, String, Amount, Option<NaiveDate>)> = invoices::table.filter(of_page).select(fields).load(conn)?;
    let names: BTreeMap<Id, String> = customers::find_many(conn, &ids)?.into_iter().map(|customer| (customer.id, customer.name)).collect();
    let debtor = |(customer, members): (Id, Vec<Id>)| {
        let mut open: BTreeMap<String, Aging> = BTreeMap::new();
        for (_, currency, left, due) in rows.iter().filter(|(payer, ..)| members.contains(payer)) {
            open.entry(currency.clone()).or_default().add(*left, *due, today);
        }
        Debtor { customer, name: names.get(&customer).cloned().unwrap_or_default(), open }
    };
    Ok(page.into_iter().map(debtor).collect())
}
