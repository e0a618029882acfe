//! People and places of a customer.

use crate::domain::codes::{is_country, is_phone};
use crate::domain::visible::{breaks_a_line, is_blank};
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

/// Two lists as one, each thing once, the first before the second's; as many as a customer may have.
pub fn joined<T: PartialEq + Clone>(first: &[T], second: &[T]) -> Vec<T> {
    let more = second.iter().filter(|thing| !first.contains(thing));
    first.iter().chain(more).take(MOST).cloned().collect()
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
        assert_eq!(joined(&[1, 2], &[2, 3]), [1, 2, 3]);
        assert_eq!(joined(&[1; 50], &[2]).len(), MOST);
    }
}
