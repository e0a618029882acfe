//! People and places of a customer.

use crate::domain::codes::{is_country, is_phone};
use crate::domain::visible::{breaks_a_line, is_blank};
use crate::words;
use serde::{Deserialize, Serialize};

/// So many of each a customer may have.
pub const MOST: usize = 50;

/// Somebody at a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub name: String,
    /// What they are there for, such as `purchasing`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

/// A place of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CustomerAddress)]
pub struct Address {
    /// What they call it, such as `warehouse`.
    pub label: String,
    pub country: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    pub city: String,
    pub street: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postcode: Option<String>,
}

words! {
    /// What kind of payer of VAT a customer is (DOMAIN 7.1).
    pub enum Taxpayer {
        General = "general" / "General VAT taxpayer" / "一般纳税人",
        Small = "small" / "Small-scale taxpayer" / "小规模纳税人",
        Other = "other" / "None, or abroad" / "其他",
    }
}

/// Whom invoices are made out to, beside the tax number; a special VAT invoice (增值税专用发票) states all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaxData {
    /// What kind of payer of VAT they are.
    pub taxpayer: Taxpayer,
    /// The name on the invoice (发票抬头), where it is not the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The registered address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// As registered; need not be E.164.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The bank that the account is with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank: Option<String>,
    /// The number of the account there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
}

impl TaxData {
    /// Whether it can be kept: one line each.
    pub fn is_sound(&self) -> bool {
        let lines = [&self.title, &self.address, &self.phone, &self.bank, &self.account];
        lines.into_iter().flatten().all(|text| is_line(text))
    }
}

fn is_line(text: &str) -> bool {
    !is_blank(text) && text.chars().count() <= 200 && !text.chars().any(breaks_a_line)
}

impl Contact {
    /// Whether it can be kept: one line each, the phone in E.164.
    pub fn is_sound(&self) -> bool {
        let lines = [Some(&self.name), self.role.as_ref(), self.email.as_ref()];
        lines.into_iter().flatten().all(|text| is_line(text)) && self.phone.as_deref().is_none_or(is_phone)
    }
}

impl Address {
    /// Whether it can be kept: one line each, the country as ISO 3166-1 has it.
    pub fn is_sound(&self) -> bool {
        let lines = [Some(&self.label), self.region.as_ref(), Some(&self.city), Some(&self.street), self.postcode.as_ref()];
        lines.into_iter().flatten().all(|text| is_line(text)) && is_country(&self.country)
    }
}

/// Two lists as one, each thing once, the first before the second's; none where they are more than a
/// customer may have.
pub fn joined<T: PartialEq + Clone>(first: &[T], second: &[T]) -> Option<Vec<T>> {
    let more = second.iter().filter(|thing| !first.contains(thing));
    let all: Vec<T> = first.iter().chain(more).cloned().collect();
    (all.len() <= MOST).then_some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_written_to_is_not_kept() {
        let contact = Contact { name: "Li Wei".into(), role: None, phone: Some("+8613800138000".into()), email: None };
        assert!(contact.is_sound());
        assert!(!Contact { phone: Some("13800138000".into()), ..contact.clone() }.is_sound());
        assert!(!Contact { name: " ".into(), ..contact }.is_sound());
        let place =
            Address { label: "warehouse".into(), country: "CN".into(), region: None, city: "Shanghai".into(), street: "1".into(), postcode: None };
        assert!(place.is_sound() && !Address { country: "XX".into(), ..place }.is_sound());
    }

    #[test]
    fn what_both_have_is_kept_once() {
        assert_eq!(joined(&[1, 2], &[2, 3]), Some(vec![1, 2, 3]));
        assert_eq!(joined(&[1; 50], &[1]), Some(vec![1; 50]));
        assert_eq!(joined(&[1; 50], &[2]), None);
    }
}
