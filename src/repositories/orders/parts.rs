//! The parts of an order: the customer as the order knows them, delivery, lines, revisions.

use crate::db::Conn;
use crate::db::cached::{Cache, padded};
use crate::db::schema::{order_deliveries, order_details, order_lines, order_revisions, orders};
use crate::db::types::Json;
use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::lifecycle::Standstill;
use crate::domain::lifecycle::order::State;
use crate::domain::lifecycle::shipment::DeliveryMethod;
use crate::domain::order::{Finding, InvoiceKind, LineKind, LineTerms, PaymentDue, Priority, ProductionStatus};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_row, insert_rows};
use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The customer and the agreements, as this order knows them.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = order_details, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Details {
    pub order_id: Id,
    pub customer_name: String,
    pub contact_name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub goods_fingerprint: Vec<u8>,
    pub declared_total: Option<Amount>,
    pub prices_include_tax: bool,
    pub contract_number: Option<String>,
    pub priority: Priority,
    pub payment_terms: Option<String>,
    pub payment_method: Option<String>,
    pub deposit: Option<Amount>,
    pub invoice_wanted: Option<Json<InvoiceKind>>,
    pub tags: Json<Vec<String>>,
    pub metadata: Json<Map<String, Value>>,
    pub findings: Json<Vec<Finding>>,
    /// What is to be corrected, while the order is sent back.
    pub correction: Option<String>,
    pub hold_reason: Option<String>,
    pub cancel_reason: Option<String>,
    /// Who accepted it for the customer, where staff recorded that.
    pub received_by: Option<String>,
    pub search: String,
    /// The revision that counts while an amendment of it is not agreed (DECISIONS 16, 17).
    pub amended_from: Option<i32>,
    /// The customer has to say yes to the amendment.
    pub reconfirm: bool,
    /// What has to be paid before it goes on (DECISIONS 38).
    pub payment_due: PaymentDue,
}

impl Details {
    /// Why the order stands still, apart from exceptions.
    pub fn standstill(&self) -> Option<Standstill> {
        match (&self.hold_reason, self.amended_from) {
            (Some(_), _) => Some(Standstill::OnHold),
            (None, Some(_)) => Some(Standstill::AmendmentOpen),
            (None, None) => None,
        }
    }
}

/// Where and when the goods are to arrive.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = order_deliveries, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Delivery {
    pub order_id: Id,
    pub country: Option<String>,
    pub region: Option<String>,
    pub city: Option<String>,
    pub street: Option<String>,
    pub postcode: Option<String>,
    pub contact_name: Option<String>,
    pub phone: Option<String>,
    pub method: Option<DeliveryMethod>,
    pub requested_date: Option<NaiveDate>,
    pub requested_within_working_days: Option<i32>,
    pub promised_date: Option<NaiveDate>,
    pub instructions: String,
    /// What there is may leave before the rest.
    pub in_parts: bool,
}

/// The earliest day promised of an order or of one of its lines.
pub fn earliest_promise(conn: &mut Conn, order: Id, lines: &[Line]) -> Result<Option<NaiveDate>> {
    let own = delivery(conn, order)?.promised_date;
    Ok(lines.iter().filter_map(|line| line.promised_date).chain(own).min())
}

/// A part of an address without which nothing can be sent there, in English and Chinese.
pub type AddressPart = (&'static str, &'static str);

impl Delivery {
    /// What the address lacks for these lines; nothing where nothing is sent.
    pub fn missing(&self, lines: &[Line]) -> Vec<AddressPart> {
        let sent = lines.iter().any(|line| line.kind != LineKind::Service) && self.method != Some(DeliveryMethod::SelfPickup);
        let parts = [(("country", "国家"), &self.country), (("city", "城市"), &self.city), (("street", "街道"), &self.street)];
        let lacks = |value: &Option<String>| value.as_ref().is_none_or(|text| text.trim().is_empty());
        parts.into_iter().filter(|(_, value)| sent && lacks(value)).map(|(part, _)| part).collect()
    }
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = order_lines, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Line {
    pub id: Id,
    pub order_id: Id,
    pub position: i32,
    pub product_id: Option<Id>,
    pub sku: Option<String>,
    pub name: String,
    pub specification: String,
    pub unit: String,
    pub kind: LineKind,
    pub quantity: Amount,
    pub unit_price: Amount,
    pub discount_rate: Amount,
    pub discount_amount: Amount,
    pub tax_rate: Amount,
    pub amount: Amount,
    pub tax: Amount,
    pub picked: Amount,
    pub shipped: Amount,
    pub delivered: Amount,
    pub promised_date: Option<NaiveDate>,
    /// Custom goods that are brought to the warehouse when they are made, and picked there.
    pub through_warehouse: bool,
    /// What of standard goods was short and is made for the order.
    pub to_make: Amount,
    /// What of it was made.
    pub made: Amount,
    /// What of it has come back.
    pub returned: Amount,
}

impl Line {
    /// A line of an order that says nothing yet.
    pub fn new(order_id: Id, id: Id) -> Self {
        let (zero, nothing) = (Amount::ZERO, String::new);
        Self {
            id,
            order_id,
            position: 1,
            product_id: None,
            sku: None,
            name: nothing(),
            specification: nothing(),
            unit: nothing(),
            kind: LineKind::Standard,
            quantity: zero,
            unit_price: zero,
            discount_rate: zero,
            discount_amount: zero,
            tax_rate: zero,
            amount: zero,
            tax: zero,
            picked: zero,
            shipped: zero,
            delivered: zero,
            promised_date: None,
            through_warehouse: false,
            to_make: zero,
            made: zero,
            returned: zero,
        }
    }

    /// Whether somebody makes some of it.
    pub fn is_made(&self) -> bool {
        self.kind == LineKind::Custom || self.to_make > Amount::ZERO || (self.kind == LineKind::Standard && self.made > Amount::ZERO)
    }

    /// How much of it is still to be made.
    pub fn left_to_make(&self) -> Amount {
        match self.kind {
            LineKind::Custom => self.quantity.minus(self.made).unwrap_or_default().max(Amount::ZERO),
            LineKind::Standard => self.to_make,
            LineKind::Service => Amount::ZERO,
        }
    }

    /// Where making it stands, where it is made; `begun` says whether somebody is at it.
    pub fn production(&self, begun: bool) -> Option<ProductionStatus> {
        if !self.is_made() {
            return None;
        }
        let some = begun || self.made > Amount::ZERO;
        Some(match self.left_to_make() {
            Amount::ZERO => ProductionStatus::Completed,
            _ if some => ProductionStatus::InProgress,
            _ => ProductionStatus::Pending,
        })
    }

    /// Whether it is picked in a warehouse.
    pub fn is_stored(&self) -> bool {
        self.kind == LineKind::Standard || (self.kind == LineKind::Custom && self.through_warehouse)
    }

    /// What its amount is made of.
    pub fn terms(&self) -> LineTerms {
        LineTerms {
            quantity: self.quantity,
            unit_price: self.unit_price,
            discount_rate: self.discount_rate,
            discount_amount: self.discount_amount,
            tax_rate: self.tax_rate,
        }
    }
}

/// What a revision said.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = order_revisions)]
pub struct Revision {
    pub order_id: Id,
    pub revision: i32,
    pub at: UtcTime,
    pub author_id: Option<Id>,
    pub author_label: String,
    pub reason: Option<String>,
    pub content: Json<Value>,
    pub fingerprint: Vec<u8>,
}

/// A revision to be kept, its content written already.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = order_revisions, treat_none_as_default_value = false)]
pub struct NewRevision {
    pub order_id: Id,
    pub revision: i32,
    pub at: UtcTime,
    pub author_id: Option<Id>,
    pub author_label: String,
    pub reason: Option<String>,
    pub content: Json<Box<RawValue>>,
    /// SHA-256 of the content as it was written.
    pub fingerprint: Vec<u8>,
}

/// An order's details; every order has them.
pub fn details(conn: &mut Conn, order: Id) -> Result<Details> {
    Ok(each!(conn, c => order_details::table.find(order).select(Details::as_select()).first(c))?)
}

/// An order's delivery; every order has one.
pub fn delivery(conn: &mut Conn, order: Id) -> Result<Delivery> {
    Ok(each!(conn, c => order_deliveries::table.find(order).select(Delivery::as_select()).first(c))?)
}

/// An order's lines in their order.
pub fn lines(conn: &mut Conn, order: Id) -> Result<Vec<Line>> {
    Ok(
        each!(conn, c => order_lines::table.filter(order_lines::order_id.eq(order)).order(order_lines::position.asc()).select(Line::as_select()).load(c))?,
    )
}

/// Details of several orders.
pub fn details_of(conn: &mut Conn, orders: &[Id]) -> Result<Vec<Details>> {
    Ok(
        each!(conn, c => order_details::table.filter(order_details::order_id.eq_any(padded(orders))).select(Details::as_select()).listed(orders.len(), here_by_length!()).load(c))?,
    )
}

/// Deliveries of several orders.
pub fn deliveries_of(conn: &mut Conn, orders: &[Id]) -> Result<Vec<Delivery>> {
    Ok(
        each!(conn, c => order_deliveries::table.filter(order_deliveries::order_id.eq_any(padded(orders))).select(Delivery::as_select()).listed(orders.len(), here_by_length!()).load(c))?,
    )
}

/// Lines of several orders, in their orders.
pub fn lines_of(conn: &mut Conn, orders: &[Id]) -> Result<Vec<Line>> {
    Ok(each!(conn, c => order_lines::table
        .filter(order_lines::order_id.eq_any(padded(orders)))
        .order((order_lines::order_id.asc(), order_lines::position.asc()))
        .select(Line::as_select())
        .listed(orders.len(), here_by_length!()).load(c))?)
}

/// Stores a new order's parts.
pub fn insert(conn: &mut Conn, details: &Details, delivery: &Delivery, lines: &[Line]) -> Result<()> {
    insert_row!(conn, order_details, details)?;
    insert_row!(conn, order_deliveries, delivery)?;
    insert_lines(conn, lines)
}

fn insert_lines(conn: &mut Conn, lines: &[Line]) -> Result<()> {
    Ok(insert_rows!(conn, order_lines, lines)?)
}

/// More than an order has lines.
const BEYOND: i32 = 1000;

/// Stores an amended order's parts: lines that stay are changed, others are new or go.
pub fn replace(conn: &mut Conn, details: &Details, delivery: &Delivery, lines: &[Line]) -> Result<()> {
    each!(conn, c => diesel::update(order_details::table.find(details.order_id)).set(details).fixed(here!()).execute(c))?;
    each!(conn, c => diesel::update(order_deliveries::table.find(delivery.order_id)).set(delivery).fixed(here!()).execute(c))?;
    let of_order = order_lines::table.filter(order_lines::order_id.eq(details.order_id));
    let there: Vec<Id> = each!(conn, c => of_order.select(order_lines::id).fixed(here!()).load(c))?;
    for gone in there.iter().filter(|id| lines.iter().all(|line| line.id != **id)) {
        each!(conn, c => diesel::delete(order_lines::table.find(gone)).fixed(here!()).execute(c))?;
    }
    // out of the way: a place is taken once
    let aside = order_lines::position.eq(order_lines::position + BEYOND);
    each!(conn, c => diesel::update(of_order).set(aside).fixed(here!()).execute(c))?;
    let (kept, new): (Vec<&Line>, Vec<&Line>) = lines.iter().partition(|line| there.contains(&line.id));
    for line in kept {
        each!(conn, c => diesel::update(order_lines::table.find(line.id)).set(line).fixed(here!()).execute(c))?;
    }
    let new: Vec<Line> = new.into_iter().cloned().collect();
    if new.is_empty() { Ok(()) } else { insert_lines(conn, &new) }
}

/// Stores an order's details alone (hold, correction, cancellation).
pub fn set_details(conn: &mut Conn, details: &Details) -> Result<()> {
    each!(conn, c => diesel::update(order_details::table.find(details.order_id)).set(details).fixed(here!()).execute(c))?;
    Ok(())
}

/// What of a line was picked, shipped and delivered.
pub fn set_progress(conn: &mut Conn, line: Id, picked: Amount, shipped: Amount, delivered: Amount) -> Result<()> {
    let values = (order_lines::picked.eq(picked), order_lines::shipped.eq(shipped), order_lines::delivered.eq(delivered));
    each!(conn, c => diesel::update(order_lines::table.find(line)).set(values).fixed(here!()).execute(c))?;
    Ok(())
}

/// What of a line is to be made, and was.
pub fn set_making(conn: &mut Conn, line: Id, to_make: Amount, made: Amount) -> Result<()> {
    let values = (order_lines::to_make.eq(to_make), order_lines::made.eq(made));
    each!(conn, c => diesel::update(order_lines::table.find(line)).set(values).fixed(here!()).execute(c))?;
    Ok(())
}

/// Stores what of a line has come back.
pub fn set_returned(conn: &mut Conn, line: Id, returned: Amount) -> Result<()> {
    each!(conn, c => diesel::update(order_lines::table.find(line)).set(order_lines::returned.eq(returned)).execute(c))?;
    Ok(())
}

/// Keeps a revision.
pub fn insert_revision(conn: &mut Conn, revision: &NewRevision) -> Result<()> {
    insert_row!(conn, order_revisions, revision)?;
    Ok(())
}

/// One revision; every order has those up to its present one.
pub fn revision(conn: &mut Conn, order: Id, revision: i32) -> Result<Revision> {
    Ok(each!(conn, c => order_revisions::table.find((order, revision)).select(Revision::as_select()).limit(1).fixed(here!()).get_result(c))?)
}

/// An order's revision, if it has that many.
pub fn find_revision(conn: &mut Conn, order: Id, revision: i32) -> Result<Option<Revision>> {
    Ok(each!(conn, c => order_revisions::table.find((order, revision)).select(Revision::as_select()).first(c)).optional()?)
}

/// An order's revisions, oldest first.
pub fn revisions(conn: &mut Conn, order: Id) -> Result<Vec<Revision>> {
    Ok(
        each!(conn, c => order_revisions::table.filter(order_revisions::order_id.eq(order)).order(order_revisions::revision.asc()).select(Revision::as_select()).fixed(here!()).load(c))?,
    )
}

/// An order's revisions after a given one, oldest first.
pub fn revisions_after(conn: &mut Conn, order: Id, revision: i32, limit: i64) -> Result<Vec<Revision>> {
    let later = order_revisions::table.filter(order_revisions::order_id.eq(order).and(order_revisions::revision.gt(revision)));
    Ok(later.order(order_revisions::revision.asc()).limit(limit).select(Revision::as_select()).load(conn)?)
}

/// Whether a person entered or amended an order (DOMAIN 1.6, 2.4).
pub fn has_author(conn: &mut Conn, order: Id, person: Id) -> Result<bool> {
    // not by the author in the query: SQLite would go through all that this person ever wrote
    let of_order = order_revisions::table.filter(order_revisions::order_id.eq(order)).select(order_revisions::author_id);
    let authors: Vec<Option<Id>> = each!(conn, c => of_order.fixed(here!()).load(c))?;
    Ok(authors.contains(&Some(person)))
}

/// The id of another live order since an instant with the same phone and the same goods
/// (DOMAIN 1.3).
pub fn find_alike(conn: &mut Conn, not: Id, phone: &str, goods: &[u8], since: UtcTime) -> Result<Option<Id>> {
    let first = super::listing::ids_at(since, u8::MIN);
    let found = each!(conn, c => order_details::table
        .inner_join(orders::table.on(orders::id.eq(order_details::order_id)))
        .filter(order_details::phone.eq(phone).and(order_details::goods_fingerprint.eq(goods)).and(order_details::order_id.ge(first)))
        .filter(orders::created_at.gt(since).and(orders::state.ne(State::Cancelled)).and(orders::id.ne(not)))
        .select(orders::id)
        .limit(1).fixed(here!()).get_result(c));
    Ok(found.optional()?)
}
