//! Customers: made by hand or inline with an order, amended under a version.

use crate::db::Tx;
use crate::domain::actor::Role;
use crate::domain::amount::Amount;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::order::CustomerTier;
use crate::error::{Code, Problem, Result};
use crate::input::{Patch, rules};
use crate::repositories::customers::{self, Customer};
use serde::{Deserialize, Serialize};
use validator::Validate;

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
    let customer = input.into_row(id, before.version + 1, before.credit_limit, before.created_at, tx.now);
    if !customers::update(tx.conn, &customer)? {
        return Err(Code::VersionMismatch.into());
    }
    tx.record(Event::new(EventName::CustomerUpdated, Kind::Customer, id).with("version", customer.version))?;
    Ok(customer)
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
