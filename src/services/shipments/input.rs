//! What people and carriers say about shipments.

use crate::domain::amount::Amount;
use crate::domain::carrier::needs_carrier;
use crate::domain::lifecycle::shipment::{DeliveryMethod, TrackingStatus};
use crate::domain::time::UtcTime;
use crate::domain::visible::breaks_a_line;
use crate::input::rules;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use validator::{Validate, ValidationError};

/// How much of a line of the order goes into the shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShipmentLineInput {
    /// `lin_…`
    #[validate(length(min = 1, max = 60))]
    #[schema(min_length = 1, max_length = 60)]
    pub line_id: String,
    #[validate(custom(function = rules::positive))]
    pub quantity: Amount,
}

/// Goods that are to leave together.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = makes_sense))]
#[schema(example = json!({"method": "courier", "carrier": "SF", "tracking_number": "SF1234567890123"}))]
pub struct ShipmentInput {
    /// How the goods leave.
    pub method: DeliveryMethod,
    /// Needed for courier and freight.
    #[validate(length(min = 1, max = 50), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 50)]
    pub carrier: Option<String>,
    /// May still be given at dispatch.
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub tracking_number: Option<String>,
    /// The page that shows the trace, `https://…`; the carrier's own by default, where we know it.
    #[validate(length(max = 500), custom(function = https))]
    #[schema(max_length = 500, pattern = "^https://")]
    pub tracking_url: Option<String>,
    /// What goes into it; all that is left to ship by default.
    #[validate(length(min = 1, max = 200), custom(function = each_once), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Option<Vec<ShipmentLineInput>>,
    /// When it is to leave; by default when logistics' task is due.
    pub planned_dispatch_at: Option<UtcTime>,
    /// When it is to arrive; by default on the promised date.
    pub expected_at: Option<UtcTime>,
}

fn makes_sense(said: &ShipmentInput) -> Result<(), ValidationError> {
    if needs_carrier(said.method) && said.carrier.is_none() {
        return rules::refuse("required", "carrier is needed for courier and freight", "快递和货运须填写承运商");
    }
    match (said.planned_dispatch_at, said.expected_at) {
        (Some(leaves), Some(arrives)) if arrives < leaves => {
            rules::refuse("conflict", "expected_at must not lie before planned_dispatch_at", "expected_at 不得早于 planned_dispatch_at")
        }
        _ => Ok(()),
    }
}

fn https(url: &str) -> Result<(), ValidationError> {
    let host = url.strip_prefix("https://").unwrap_or_default().split(['/', '?', '#']).next().unwrap_or_default();
    let plain = url.chars().all(|c| !c.is_whitespace() && !breaks_a_line(c) && !"\"'<>\\".contains(c));
    rules::when(!host.is_empty() && plain, "url", "must be a page under https://", "须为 https:// 开头的网址")
}

fn each_once(lines: &[ShipmentLineInput]) -> Result<(), ValidationError> {
    let named: BTreeSet<&str> = lines.iter().map(|line| line.line_id.as_str()).collect();
    rules::when(named.len() == lines.len(), "duplicate", "must name each line once", "每条明细只能出现一次")
}

/// What is known at dispatch and was not before.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tracking_number": "SF1234567890123"}))]
pub struct DispatchInput {
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub tracking_number: Option<String>,
    #[validate(length(min = 1, max = 50), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 50)]
    pub carrier: Option<String>,
}

/// Why a shipment does not leave.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "The box is torn; it is packed anew."}))]
pub struct CancelShipmentInput {
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What happened to a shipment on its way. The same status, time and description again is the
/// same event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"status": "delivered", "description": "signed at the door", "location": "Shanghai", "signed_by": "Li Wei"}))]
pub struct TrackingInput {
    /// What happened.
    pub status: TrackingStatus,
    /// When it happened; now by default.
    pub occurred_at: Option<UtcTime>,
    /// What the carrier says.
    #[validate(length(max = 500))]
    #[schema(max_length = 500)]
    pub description: Option<String>,
    /// Where it happened.
    #[validate(length(min = 1, max = 200), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 200)]
    pub location: Option<String>,
    /// Who took a delivered shipment.
    #[validate(length(min = 1, max = 100), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 100)]
    pub signed_by: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: serde_json::Value) -> Result<ShipmentInput, Vec<String>> {
        crate::input::read(body).map_err(|problem| problem.errors.into_iter().map(|error| format!("{} {}", error.pointer, error.code)).collect())
    }

    #[test]
    fn a_carrier_is_named_where_one_carries() {
        // DOMAIN 4.1
        assert_eq!(read(serde_json::json!({"method": "courier"})), Err(vec![" required".to_owned()]));
        assert_eq!(read(serde_json::json!({"method": "freight"})), Err(vec![" required".to_owned()]));
        assert!(read(serde_json::json!({"method": "self_pickup"})).is_ok());
        assert!(read(serde_json::json!({"method": "courier", "carrier": "SF", "lines": null})).is_ok());
    }

    #[test]
    fn lines_are_named_once_each_and_with_something_of_them() {
        let lines = |lines: serde_json::Value| read(serde_json::json!({"method": "own_delivery", "lines": lines}));
        assert_eq!(lines(serde_json::json!([])), Err(vec!["/lines length".to_owned()]));
        let twice = serde_json::json!([{"line_id": "lin_1", "quantity": "1"}, {"line_id": "lin_1", "quantity": "2"}]);
        assert_eq!(lines(twice), Err(vec!["/lines duplicate".to_owned()]));
        assert_eq!(lines(serde_json::json!([{"line_id": "lin_1", "quantity": "0"}])), Err(vec!["/lines/0/quantity range".to_owned()]));
    }

    #[test]
    fn a_page_is_under_https_with_a_host() {
        assert!(https("https://parcels.example/t?n=1#now").is_ok());
        for bad in ["", "https://", "https:///x", "http://parcels.example", "javascript:alert(1)", "https://a b", "https://a/\"><script>"] {
            assert!(https(bad).is_err(), "{bad}");
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_page_can_stand_in_a_mail(url in prop_oneof!["https?://[a-z.]{0,9}[/?#]?[a-z\"<> ]{0,9}", any::<String>()]) {
            prop_assert!(https(&url).is_err() || (url.starts_with("https://") && !url.contains(['"', '<', '>', ' ', '\n', '\u{202e}'])), "{}", url);
        }
    }
}
