//! Customers: made by hand or inline with an order, amended under a version.

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Role;
use crate::domain::amount::Amount;
use crate::domain::customer::{Address, Contact, TaxData, joined};
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::order::{CustomerTier, PaymentDue};
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::customers::{self, Customer};
use serde::{Deserialize, Serialize};
use validator::{Validate, ValidationError};

/// A customer as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "NOVA", "name": "Nova Trading Ltd", "contact_name": "Li Wei", "phone": "+8613800138001", "email": "buyer@nova.example"}))]
pub struct CustomerInput {
    /// The caller's own code for the customer, unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub code: Option<String>,
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub contact_name: Option<String>,
    /// E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::phone))]
    #[schema(max_length = 16, pattern = r"^\+[1-9][0-9]{6,14}$")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::email))]
    #[schema(max_length = 254, format = "email")]
    pub email: Option<String>,
    /// BCP 47; messages to the customer are written in it.
    #[serde(default = "default_language")]
    #[validate(custom(function = rules::language))]
    #[schema(max_length = 35, default = "zh-CN")]
    pub language: String,
    /// `key_account` makes every order one of a key account.
    #[serde(default = "default_tier")]
    #[schema(default = "standard")]
    pub tier: CustomerTier,
    /// The tax number that invoices are made out to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub tax_number: Option<String>,
    /// Whom invoices are made out to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = tax_data))]
    pub tax: Option<TaxData>,
    /// People there beside the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 50), custom(function = contacts))]
    #[schema(max_items = 50)]
    pub contacts: Vec<Contact>,
    /// Their places.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 50), custom(function = addresses))]
    #[schema(max_items = 50)]
    pub addresses: Vec<Address>,
    /// How and when they usually pay, for orders that do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub payment_terms: Option<String>,
    /// What they usually have to pay before an order goes on, for orders that do not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_due: Option<PaymentDue>,
}

fn tax_data(tax: &TaxData) -> std::result::Result<(), ValidationError> {
    rules::when(tax.is_sound(), "tax", "must be of one line each, of 200 characters at most", "各项须为不超过 200 个字符的一行文本")
}

fn contacts(contacts: &[Contact]) -> std::result::Result<(), ValidationError> {
    let en = "must each have a name of one line, phones in E.164 and e-mail addresses that are some";
    let reachable = |contact: &Contact| contact.email.as_deref().is_none_or(|email| rules::email(email).is_ok());
    rules::when(
        contacts.iter().all(|contact| contact.is_sound() && reachable(contact)),
        "contacts",
        en,
        "每位联系人须有一行姓名，电话须为 E.164 格式，邮箱须有效",
    )
}

fn addresses(addresses: &[Address]) -> std::result::Result<(), ValidationError> {
    let en = "must each have a label, a country by ISO 3166-1, a city and a street";
    rules::when(addresses.iter().all(Address::is_sound), "addresses", en, "每个地址须有名称、ISO 3166-1 国家代码、城市和街道")
}

/// Into whom a customer is merged.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"into": "cus_019b2f0a7c1d7e3f8a5b6c7d8e9f0a1b"}))]
pub struct MergeInput {
    /// The customer who stays, `cus_…`.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub into: String,
}

fn default_language() -> String {
    "zh-CN".to_owned()
}

fn default_tier() -> CustomerTier {
    CustomerTier::Standard
}

impl CustomerInput {
    fn of(customer: &Customer) -> Self {
        let c = customer.clone();
        Self {
            code: c.code,
            name: c.name,
            contact_name: c.contact_name,
            phone: c.phone,
            email: c.email,
            language: c.language,
            tier: c.tier,
            tax_number: c.tax_number,
            tax: c.tax.0,
            contacts: c.contacts.0,
            addresses: c.addresses.0,
            payment_terms: c.payment_terms,
            payment_due: c.payment_due,
        }
    }

    fn into_row(
        self,
        id: Id,
        version: i64,
        credit_limit: Option<Amount>,
        created: crate::domain::time::UtcTime,
        now: crate::domain::time::UtcTime,
    ) -> Customer {
        Customer {
            id,
            version,
            code: self.code,
            name: self.name,
            contact_name: self.contact_name,
            phone: self.phone,
            email: self.email,
            language: self.language,
            tier: self.tier,
            credit_limit,
            tax_number: self.tax_number,
            tax: Json(self.tax),
            contacts: Json(self.contacts),
            addresses: Json(self.addresses),
            payment_terms: self.payment_terms,
            payment_due: self.payment_due,
            merged_into_id: None,
            search: String::new(),
            created_at: created,
            updated_at: now,
        }
        .searchable()
    }
}

/// Makes a customer.
///
/// # Errors
/// `duplicate_reference` where the code is taken.
pub fn create(tx: &mut Tx, input: &CustomerInput) -> Result<Customer> {
    let customer = input.clone().into_row(tx.new_id(), 1, None, tx.now, tx.now);
    if !customers::insert(tx.conn, &customer)? {
        return Err(Problem::duplicate("code").into());
    }
    tx.record(Event::new(EventName::CustomerCreated, Kind::Customer, customer.id).with("version", 1))?;
    Ok(customer)
}

/// Amends a customer under `If-Match`.
///
/// # Errors
/// `precondition_required`, `version_mismatch`, `duplicate_reference`, or what is wrong with the
/// patched values.
pub fn update(tx: &mut Tx, id: Id, patch: &Patch) -> Result<Customer> {
    let before = customers::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    let input = patch.apply(&CustomerInput::of(&before))?;
    if input == CustomerInput::of(&before) {
        return Ok(before);
    }
    if input.tier != before.tier && tx.actor.user_id().is_some() && !tx.actor.holds(&[Role::SalesManager, Role::OrderAdmin]) {
        let en = "Who approves a customer's orders depends on their tier; a sales manager or order administrator changes it.";
        return Err(Problem::new(Code::Forbidden).detail(en, "客户等级决定其订单由谁审核，须由销售经理或订单管理员更改。").into());
    }
    if let Some(code) = &input.code
        && customers::find_by_code(tx.conn, code)?.is_some_and(|other| other.id != id)
    {
        return Err(Problem::duplicate("code").into());
    }
    let row = input.into_row(id, before.version + 1, before.credit_limit, before.created_at, tx.now);
    let customer = Customer { merged_into_id: before.merged_into_id, ..row };
    if !customers::update(tx.conn, &customer)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(Event::new(EventName::CustomerUpdated, Kind::Customer, id).with("version", customer.version))?;
    Ok(customer)
}

/// Merges a customer who turned out to be another: whoever is named by them from now on is the other,
/// and so is what they owe. Orders that are there keep the customer that they were entered for, and are listed under both. Contacts
/// and addresses are the other's as well.
///
/// # Errors
/// `not_found`; `version_mismatch` by `If-Match`; `validation_failed` for an unknown, merged or the same
/// customer; `invalid_transition` for one who was merged already.
pub fn merge(tx: &mut Tx, id: Id, input: &MergeInput) -> Result<Customer> {
    let double = customers::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    tx.check_match(double.version)?;
    if double.merged_into_id.is_some() {
        return Err(Problem::invalid_transition("merged", "merge", &[]).into());
    }
    let into = Kind::Customer.parse(&input.into).map(|id| customers::find(tx.conn, id)).transpose()?.flatten();
    let unknown = || Problem::invalid("/into", "unknown", "must be another customer who was not merged", "须为另一位未被合并的客户");
    let stays = into.filter(|other| other.id != id && other.merged_into_id.is_none()).ok_or_else(unknown)?;
    let first = double.phone.as_ref().or(double.email.as_ref()).map(|_| Contact {
        name: double.contact_name.clone().unwrap_or_else(|| double.name.clone()),
        role: None,
        phone: double.phone.clone(),
        email: double.email.clone(),
    });
    let contacts: Vec<Contact> = first.into_iter().chain(double.contacts.0.clone()).collect();
    // tax number and the rest belong together: one company's, or the other's
    let taxed = if stays.tax_number.is_some() || stays.tax.0.is_some() { &stays } else { &double };
    let (tax_number, tax) = (taxed.tax_number.clone(), taxed.tax.clone());
    let too_many = || Problem::rule("DOMAIN 1.1", "Together they have more than 50 contacts or addresses.", "两者合计超过 50 个联系人或地址。");
    let stays = Customer {
        version: stays.version + 1,
        updated_at: tx.now,
        contacts: Json(joined(&stays.contacts.0, &contacts).ok_or_else(too_many)?),
        addresses: Json(joined(&stays.addresses.0, &double.addresses.0).ok_or_else(too_many)?),
        // merging makes nobody's orders easier to approve: the stricter of both counts
        tier: if double.tier == CustomerTier::KeyAccount { double.tier } else { stays.tier },
        credit_limit: [stays.credit_limit, double.credit_limit].into_iter().flatten().min(),
        payment_terms: stays.payment_terms.clone().or_else(|| double.payment_terms.clone()),
        payment_due: stays.payment_due.or(double.payment_due),
        tax_number,
        tax,
        ..stays
    };
    let double = Customer { version: double.version + 1, updated_at: tx.now, merged_into_id: Some(stays.id), ..double };
    // in the order of their ids, as whoever does the same the other way round
    let mut both = [&stays, &double];
    both.sort_by_key(|customer| customer.id);
    for customer in both {
        if !customers::update(tx.conn, customer)? {
            return Err(Code::VersionMismatch.into());
        }
    }
    customers::repoint(tx.conn, double.id, stays.id)?;
    let event = Event::new(EventName::CustomerMerged, Kind::Customer, double.id).with("version", double.version);
    tx.record(event.with("into", stays.id.text(Kind::Customer)))?;
    tx.record(Event::new(EventName::CustomerUpdated, Kind::Customer, stays.id).with("version", stays.version))?;
    Ok(stays)
}

/// A customer's credit as finance sets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"limit": "20000.00"}))]
pub struct CreditInput {
    /// How much they may owe, in the base currency; null for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(custom(function = rules::not_negative))]
    pub limit: Option<Amount>,
}

/// Sets a customer's credit limit under `If-Match`; it counts for rounds that are opened later.
///
/// # Errors
/// `not_found`, `precondition_required`, `version_mismatch`, or what is wrong with the limit.
pub fn set_credit(tx: &mut Tx, id: Id, patch: &Patch) -> Result<Customer> {
    let before = customers::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    tx.require_match(before.version)?;
    if before.merged_into_id.is_some() {
        return Err(Problem::invalid_transition("merged", "set_credit", &[]).into());
    }
    let CreditInput { limit } = patch.apply(&CreditInput { limit: before.credit_limit })?;
    if limit == before.credit_limit {
        return Ok(before);
    }
    let customer = Customer { credit_limit: limit, version: before.version + 1, updated_at: tx.now, ..before.clone() };
    if !customers::update(tx.conn, &customer)? {
        return Err(Code::VersionMismatch.into());
    }
    let text = |limit: Option<Amount>| limit.map(|limit| limit.text(4));
    let event = Event::new(EventName::CustomerUpdated, Kind::Customer, id).with("version", customer.version);
    tx.record(event.change("credit_limit", text(before.credit_limit), text(limit)))?;
    Ok(customer)
}
