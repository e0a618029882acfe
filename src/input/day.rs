//! A day as RFC 3339 writes one: `2026-03-05`, all ten characters of it. What chrono reads by itself
//! is wider (`2026-3-5`) than the format that the API document names.

use chrono::NaiveDate;
use serde::de::Error;
use serde::{Deserialize, Deserializer};

/// Reads a day that may be left out, for `#[serde(deserialize_with = …)]`.
///
/// # Errors
/// For a text that is no day.
pub fn optional<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    text.map(|text| read(&text)).transpose()
}

/// The same for one that must be said.
///
/// # Errors
/// For what is no day.
pub fn required<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    read(&String::deserialize(deserializer)?)
}

fn read<E: Error>(text: &str) -> Result<NaiveDate, E> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| day.to_string() == text);
    day.ok_or_else(|| E::custom("must be a day of the calendar, such as 2026-03-05"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn said(value: &Value) -> Option<Option<NaiveDate>> {
        assert_eq!(required(value).ok(), optional(value).ok().flatten());
        optional(value).ok()
    }

    #[test]
    fn a_day_has_four_two_and_two_digits() {
        assert_eq!(said(&json!("2026-03-05")), Some(NaiveDate::from_ymd_opt(2026, 3, 5)));
        assert_eq!(said(&json!(null)), Some(None));
        for bad in ["2026-3-5", "2026-03-5", " 2026-03-05", "2026-03-05 ", "+2026-03-05", "2026-02-30", "20260305", ""] {
            assert_eq!(said(&json!(bad)), None, "{bad}");
        }
    }
}
