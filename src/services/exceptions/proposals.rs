//! What could be done about an exception, from what is true now (DOMAIN 6.5): who has the goods, what could take their
//! place, when more come, and what is usual for its kind.

mod goods;

use crate::db::{Conn, Snapshot};
use crate::domain::amount::Amount;
use crate::domain::id::Kind;
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::domain::lifecycle::order::State;
use crate::domain::remedy::{Proposal, Remedy, ranked, usual_task};
use crate::error::{Problem, Result};
use crate::repositories::exceptions::{self, ExceptionRow};
use crate::repositories::orders::{self, Order, parts, promises};
use crate::repositories::products::{self, Product};
use crate::repositories::settings;
use crate::repositories::stock::expected;
use crate::repositories::stock::{self, Outstanding};
use chrono::NaiveDate;

/// How many products or orders are looked at for each line.
const LOOKED_AT: i64 = 20;
/// How many proposals of one kind are made for a line.
const OF_A_KIND: usize = 3;

/// What could be done, the better first.
///
/// # Errors
/// `not_found`.
pub fn propose(snapshot: &mut Snapshot, reference: &str) -> Result<Vec<Proposal>> {
    let row = exceptions::find_by_ref(snapshot.conn, reference)?.ok_or_else(Problem::not_found)?;
    let (mut proposals, mut in_base) = (Vec::new(), true);
    for id in exceptions::links(snapshot.conn, row.id)? {
        let Some(order) = orders::find(snapshot.conn, id)? else { continue };
        in_base &= order.currency == snapshot.company.base_currency;
        proposals.extend(ship_part(snapshot.conn, &order)?);
        for want in stock::outstanding_lines(snapshot.conn, order.id)?.into_iter().filter(|_| is_alive(&order)) {
            proposals.extend(for_missing(snapshot, &order, &want)?);
        }
        proposals.extend(new_date(snapshot.conn, &order)?);
        proposals.extend(goods::propose(snapshot.conn, row.kind, &order)?);
    }
    let (_, settings) = settings::load(snapshot.conn)?;
    proposals.extend(usual(&row, Some(settings.compensation_proposed).filter(|amount| in_base && *amount > Amount::ZERO)));
    Ok(ranked(proposals))
}

fn is_alive(order: &Order) -> bool {
    matches!(order.state, State::Reviewed | State::Executing)
}

fn named(order: &Order) -> Option<String> {
    Some(order.id.text(Kind::Order))
}

/// What could be done about goods that an order lacks.
fn for_missing(snapshot: &mut Snapshot, order: &Order, want: &Outstanding) -> Result<Vec<Proposal>> {
    let conn = &mut *snapshot.conn;
    let Some(product) = products::find(conn, want.product_id)? else { return Ok(Vec::new()) };
    let promised = want.line.promised_date.or(parts::delivery(conn, order.id)?.promised_date);
    let mut found = others_who_could_give(conn, order, want, &product)?;
    found.extend(substitutes(conn, order, want, &product)?);
    let today = snapshot.company.zone.local_date(snapshot.now.utc());
    if let Some(day) = expected::next_arrival(conn, product.id)? {
        found.push(Proposal { remedy: Remedy::WaitForRestock {}, delay_days: Some(late(day, promised)), cost: None });
    }
    if product.lead_time_days > 0 {
        let ready = today + chrono::Days::new(u64::try_from(product.lead_time_days).unwrap_or_default());
        found.push(Proposal { remedy: Remedy::MakeShort {}, delay_days: Some(late(ready, promised)), cost: None });
    }
    found.push(Proposal { remedy: Remedy::CancelGoods { order: named(order), sku: product.sku }, delay_days: None, cost: None });
    Ok(found)
}

/// Where there are some goods and others are missing, those that there are may leave first.
fn ship_part(conn: &mut Conn, order: &Order) -> Result<Option<Proposal>> {
    if !is_alive(order) || parts::delivery(conn, order.id)?.in_parts || stock::all_reserved(conn, order.id)? {
        return Ok(None);
    }
    let some = stock::allocations_of(conn, order.id)?.iter().any(|held| held.reserved > Amount::ZERO);
    Ok(some.then(|| Proposal { remedy: Remedy::ShipPart { order: named(order) }, delay_days: None, cost: None }))
}

/// By how many days a day lies after what is promised.
fn late(day: NaiveDate, promised: Option<NaiveDate>) -> i64 {
    promised.map_or(0, |promised| (day - promised).num_days().max(0))
}

/// Orders for which enough of a product is set aside, that are promised later and are no rush.
fn others_who_could_give(conn: &mut Conn, order: &Order, want: &Outstanding, product: &Product) -> Result<Vec<Proposal>> {
    let own = parts::delivery(conn, order.id)?.promised_date;
    let mut found = Vec::new();
    for (other, reserved) in stock::reserved_by_order(conn, product.id, LOOKED_AT)? {
        let Some(giver) = orders::find(conn, other)?.filter(|giver| giver.id != order.id && !giver.rush && is_alive(giver)) else { continue };
        let later = parts::delivery(conn, giver.id)?.promised_date > own;
        if later && reserved >= want.missing && found.len() < OF_A_KIND {
            let (from_order, to_order) = (giver.id.text(Kind::Order), order.id.text(Kind::Order));
            let remedy = Remedy::GiveStock { sku: product.sku.clone(), from_order, to_order, quantity: want.missing };
            found.push(Proposal { remedy, delay_days: Some(0), cost: None });
        }
    }
    Ok(found)
}

/// Products of the same category and unit of which there is enough; at the price that was agreed.
fn substitutes(conn: &mut Conn, order: &Order, want: &Outstanding, product: &Product) -> Result<Vec<Proposal>> {
    let Some(category) = &product.category else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for other in products::of_category(conn, category, LOOKED_AT)? {
        let alike = other.id != product.id && other.active && other.kind == product.kind && other.unit == product.unit;
        let balances = stock::balances_of(conn, other.id)?;
        let there = balances.iter().map(stock::Balance::available).filter(|there| *there > Amount::ZERO);
        if alike && Amount::sum(there)? >= want.line.quantity && found.len() < OF_A_KIND {
            let remedy = Remedy::Substitute { order: named(order), sku: product.sku.clone(), by_sku: other.sku, unit_price: None };
            found.push(Proposal { remedy, delay_days: Some(0), cost: None });
        }
    }
    Ok(found)
}

/// The day on which an order will be done, where that is after what is promised.
fn new_date(conn: &mut Conn, order: &Order) -> Result<Option<Proposal>> {
    let Some(day) = promises::find(conn, order.id)?.filter(|promise| promise.at_risk).and_then(|promise| promise.predicted_date) else {
        return Ok(None);
    };
    let promised = parts::delivery(conn, order.id)?.promised_date;
    let remedy = Remedy::NewDate { order: named(order), promised_date: day };
    Ok(Some(Proposal { remedy, delay_days: Some(late(day, promised)), cost: None }))
}

/// What is usual for a kind of exception, whatever else is known; `sorry` is what customers are given for trouble.
fn usual(row: &ExceptionRow, sorry: Option<Amount>) -> Vec<Proposal> {
    let task = usual_task(row.kind).map(|(department, title)| Remedy::Task {
        order: None,
        department,
        title: title.to_owned(),
        due_at: None,
        evidence: None,
    });
    let is_trouble =
        matches!(row.kind, ExceptionKind::DeliveryDelay | ExceptionKind::QualityProblem | ExceptionKind::Complaint | ExceptionKind::ShipmentLost);
    let sorry = sorry.filter(|_| is_trouble).map(|amount| Remedy::Compensation { order: None, amount, coupon: None });
    task.into_iter().chain(sorry).map(|remedy| Proposal { delay_days: None, cost: remedy.amount(), remedy }).collect()
}
