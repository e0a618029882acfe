//! Customers.

use crate::db::cached::{Cache, padded};
use crate::db::schema::customers::{self, dsl};
use crate::db::types::Json;
use crate::db::{Conn, MultiBackend};
use crate::domain::amount::Amount;
use crate::domain::customer::{Address, Contact, TaxData};
use crate::domain::id::Id;
use crate::domain::order::{CustomerTier, PaymentDue};
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_row};
use diesel::prelude::*;

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = customers, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Customer {
    pub id: Id,
    pub version: i64,
    pub code: Option<String>,
    pub name: String,
    pub contact_name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub language: String,
    pub tier: CustomerTier,
    pub credit_limit: Option<Amount>,
    pub tax_number: Option<String>,
    /// Name, code and contact in lower case, for `q`.
    pub search: String,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    /// Others than the first, who is named above.
    pub contacts: Json<Vec<Contact>>,
    pub addresses: Json<Vec<Address>>,
    /// What they usually agree to.
    pub payment_terms: Option<String>,
    /// The customer that this one turned out to be.
    pub merged_into_id: Option<Id>,
    /// Whom invoices are made out to, beside the tax number.
    pub tax: Json<Option<TaxData>>,
    /// What they usually have to pay before an order goes on.
    pub payment_due: Option<PaymentDue>,
}

impl Customer {
    /// The customer with the text that `q` looks through, made from what they are called.
    pub fn searchable(mut self) -> Self {
        let texts = [Some(&self.name), self.code.as_ref(), self.contact_name.as_ref(), self.email.as_ref(), self.phone.as_ref()];
        self.search = texts.into_iter().flatten().map(|text| text.to_lowercase()).collect::<Vec<_>>().join("\n");
        self
    }
}

/// A customer by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<Customer>> {
    Ok(each!(conn, c => dsl::customers.find(id).select(Customer::as_select()).first(c)).optional()?)
}

/// The customer that one is, whoever it was merged into.
pub fn find_real(conn: &mut Conn, id: Id) -> Result<Option<Customer>> {
    let found = find(conn, id)?;
    match found.as_ref().and_then(|customer| customer.merged_into_id) {
        Some(real) => find(conn, real),
        None => Ok(found),
    }
}

/// A customer and all that were merged into them.
pub fn group(conn: &mut Conn, id: Id) -> Result<Vec<Id>> {
    let merged: Vec<Id> = dsl::customers.filter(dsl::merged_into_id.eq(id)).select(dsl::id).load(conn)?;
    Ok(std::iter::once(id).chain(merged).collect())
}

/// Those who were merged into one customer are merged into another with them.
pub fn repoint(conn: &mut Conn, from: Id, to: Id) -> Result<()> {
    let target = dsl::customers.filter(dsl::merged_into_id.eq(from));
    each!(conn, c => diesel::update(target).set(dsl::merged_into_id.eq(Some(to))).fixed(here!()).execute(c))?;
    Ok(())
}

/// Several customers.
pub fn find_many(conn: &mut Conn, ids: &[Id]) -> Result<Vec<Customer>> {
    Ok(
        each!(conn, c => dsl::customers.filter(dsl::id.eq_any(padded(ids))).select(Customer::as_select()).listed(ids.len(), here_by_length!()).load(c))?,
    )
}

/// A customer by their own code.
pub fn find_by_code(conn: &mut Conn, code: &str) -> Result<Option<Customer>> {
    Ok(each!(conn, c => dsl::customers.filter(dsl::code.eq(code)).select(Customer::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// The oldest customer of exactly this name, phone and e-mail, so that orders which repeat a
/// customer do not multiply them.
pub fn find_same(conn: &mut Conn, name: &str, phone: Option<&str>, email: Option<&str>) -> Result<Option<Customer>> {
    let mut query = dsl::customers.filter(dsl::name.eq(name)).order(dsl::id.asc()).select(Customer::as_select()).into_boxed::<MultiBackend>();
    query = match phone {
        Some(phone) => query.filter(dsl::phone.eq(phone)),
        None => query.filter(dsl::phone.is_null()),
    };
    query = match email {
        Some(email) => query.filter(dsl::email.eq(email)),
        None => query.filter(dsl::email.is_null()),
    };
    Ok(query.first(conn).optional()?)
}

/// Customers that match, newest first, made before a given one.
pub fn list(conn: &mut Conn, q: Option<&str>, before: Option<Id>, limit: i64) -> Result<Vec<Customer>> {
    let mut query = dsl::customers.order(dsl::id.desc()).limit(limit).select(Customer::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(dsl::id.lt(id));
    }
    if let Some(q) = q {
        query = query.filter(dsl::search.like(super::contains(q)).escape('\\'));
    }
    Ok(query.load(conn)?)
}

/// Stores a new customer; false where the code is taken.
pub fn insert(conn: &mut Conn, customer: &Customer) -> Result<bool> {
    let inserted = insert_row!(conn, customers, customer, or nothing)?;
    Ok(inserted == 1)
}

/// Stores a changed customer at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, customer: &Customer) -> Result<bool> {
    let target = dsl::customers.filter(dsl::id.eq(customer.id).and(dsl::version.eq(customer.version - 1)));
    Ok(each!(conn, c => diesel::update(target).set(customer).fixed(here!()).execute(c))? == 1)
}

/// Holds a customer's row for this unit of work: whoever judges their credit waits for whoever does
/// (DOMAIN 2.3). After the order's row, never before.
pub fn hold(conn: &mut Conn, id: Id) -> Result<()> {
    let row = customers::table.find(id);
    each!(conn, c => diesel::update(row).set(customers::version.eq(customers::version)).fixed(here!()).execute(c))?;
    Ok(())
}
