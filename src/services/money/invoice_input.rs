//! What callers say of invoices.

use crate::domain::amount::Amount;
use crate::domain::id::Kind;
use crate::domain::order::InvoiceKind;
use crate::domain::tax::TaxShare;
use crate::input::{day, rules};
use crate::repositories::money::Invoice;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use validator::Validate;

/// What of an invoice is taxed at one rate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rate": "0.13", "amount": "800.00"}))]
pub struct InvoiceTax {
    /// From 0 to 1; each rate once.
    #[validate(custom(function = rules::rate))]
    pub rate: Amount,
    /// Tax included.
    #[validate(custom(function = rules::positive))]
    pub amount: Amount,
}

/// An invoice that finance has issued, or drafts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "order_id": "202603-001", "kind": "ordinary", "number": "INV-1", "amount": "800.00", "due_date": "2027-03-31",
    "taxes": [{"rate": "0.13", "amount": "800.00"}]
}))]
pub struct InvoiceInput {
    /// `ord_…` or the order's number.
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub order_id: String,
    /// Whether it is a draft, which counts for nothing until it is issued.
    #[serde(default)]
    #[schema(default = false)]
    pub draft: bool,
    /// What kind of invoice it is; by default the one that the order wants, else a special VAT invoice where the customer is a general VAT taxpayer, else an ordinary one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<InvoiceKind>,
    /// The number that stands on it, unique; a draft may do without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 60), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 60)]
    pub number: Option<String>,
    /// In the order's currency, tax included; all invoices of an order together come to its total at most.
    #[validate(custom(function = rules::positive))]
    pub amount: Amount,
    /// When it is to be paid; by default what the order's payment terms say, else the customer's, counted from the day of issue: `net 30`, `30 days`, `月结30天`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    pub due_date: Option<NaiveDate>,
    /// Whom it is made out to; by default whoever pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub buyer_name: Option<String>,
    /// That of whoever pays by default; a special VAT invoice needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub buyer_tax_number: Option<String>,
    /// Another customer who pays, `cus_…` or by code; the order's own by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub payer: Option<String>,
    /// How much of it is taxed at which rate; together the amount. By default the rate of the order's lines where they have one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 10), nested)]
    #[schema(max_items = 10)]
    pub taxes: Vec<InvoiceTax>,
}

/// What a draft says, as long as it is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "INV-1", "amount": "800.00"}))]
pub struct InvoiceDraft {
    /// What kind of invoice it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<InvoiceKind>,
    /// The number that will stand on it, unique.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 60), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 60)]
    pub number: Option<String>,
    /// In the order's currency, tax included.
    #[validate(custom(function = rules::positive))]
    pub amount: Amount,
    /// When it is to be paid; by default what the payment terms say on the day of issue.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "day::optional")]
    #[validate(custom(function = rules::date))]
    pub due_date: Option<NaiveDate>,
    /// Whom it is made out to; by default whoever pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub buyer_name: Option<String>,
    /// That of whoever pays by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub buyer_tax_number: Option<String>,
    /// Another customer who pays, `cus_…` or by code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub payer: Option<String>,
    /// How much of it is taxed at which rate; together the amount.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[validate(length(max = 10), nested)]
    #[schema(max_items = 10)]
    pub taxes: Vec<InvoiceTax>,
}

/// What a draft still lacks as it is issued.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "INV-1"}))]
pub struct IssueInput {
    /// The number that stands on it, unique; where the draft has none.
    #[serde(default)]
    #[validate(length(min = 1, max = 60), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 60)]
    pub number: Option<String>,
}

/// Why an invoice is made void.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The buyer's name was wrong."}))]
pub struct VoidInput {
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// A credit note (红字发票): it takes back what an invoice asked for, or some of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"number": "INV-2", "amount": "300.00", "reason": "Two sets came back."}))]
pub struct CreditNoteInput {
    /// The number that stands on it, unique among all invoices.
    #[validate(length(min = 1, max = 60), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 60)]
    pub number: String,
    /// How much is taken back, above zero; all that is left of the invoice by default.
    #[serde(default)]
    #[validate(custom(function = rules::positive))]
    pub amount: Option<Amount>,
    /// How much of it at which rate; to be said where some of an invoice of several rates is taken back.
    #[serde(default)]
    #[validate(length(max = 10), nested)]
    #[schema(max_items = 10)]
    pub taxes: Vec<InvoiceTax>,
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

impl InvoiceInput {
    /// What it says of the invoice itself.
    pub fn content(&self) -> InvoiceDraft {
        InvoiceDraft {
            kind: self.kind,
            number: self.number.clone(),
            amount: self.amount,
            due_date: self.due_date,
            buyer_name: self.buyer_name.clone(),
            buyer_tax_number: self.buyer_tax_number.clone(),
            payer: self.payer.clone(),
            taxes: self.taxes.clone(),
        }
    }
}

impl InvoiceDraft {
    /// What a draft says.
    pub fn of(invoice: &Invoice) -> Self {
        let tax = |share: &TaxShare| InvoiceTax { rate: share.rate, amount: share.gross };
        Self {
            kind: Some(invoice.kind),
            number: invoice.number.clone(),
            amount: invoice.amount,
            due_date: invoice.due_date,
            buyer_name: Some(invoice.buyer_name.clone()),
            buyer_tax_number: invoice.buyer_tax_number.clone(),
            payer: invoice.payer_said.then(|| invoice.customer_id.text(Kind::Customer)),
            taxes: invoice.taxes.0.iter().map(tax).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn bad_fields<T: serde::de::DeserializeOwned + Validate>(value: Value) -> Vec<String> {
        crate::input::read::<T>(value).err().map(|problem| problem.errors.iter().map(|e| e.pointer.clone()).collect()).unwrap_or_default()
    }

    #[test]
    fn an_invoice_need_not_say_its_kind() {
        let read: InvoiceInput = crate::input::read(json!({"order_id": "202603-001", "number": "INV-1", "amount": "800.00"})).unwrap();
        assert_eq!((read.kind, read.due_date, read.draft), (None, None, false));
    }

    #[test]
    fn the_values_of_an_invoice_are_checked_at_once() {
        let invoice = json!({"order_id": "", "number": "INV 1", "amount": "0", "buyer_name": " ", "taxes": [{"rate": "1.1", "amount": "-1"}]});
        let bad = ["/amount", "/buyer_name", "/number", "/order_id", "/taxes/0/amount", "/taxes/0/rate"];
        assert_eq!(bad_fields::<InvoiceInput>(invoice), bad);
        assert_eq!(bad_fields::<CreditNoteInput>(json!({"number": "N-1", "amount": "0", "reason": " "})), ["/amount", "/reason"]);
    }
}
