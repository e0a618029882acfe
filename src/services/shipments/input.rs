//! What people and carriers say about shipments.

use crate::domain::amount::Amount;
use crate::domain::carrier::needs_carrier;
use crate::domain::lifecycle::shipment::{DeliveryMethod, TrackingStatus};
use crate::domain::parcel::Package;
use crate::domain::time::UtcTime;
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
    #[validate(length(max = 500), custom(function = rules::page))]
    #[schema(max_length = 500, pattern = "^https://")]
    pub tracking_url: Option<String>,
    /// The code of the warehouse that it leaves from. Of what is kept in stock, only what was set aside there goes into it.
    #[validate(length(min = 1, max = 40), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 40)]
    pub warehouse: Option<String>,
    /// What stands on the carrier's label.
    #[validate(length(min = 1, max = 64), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 64)]
    pub label_reference: Option<String>,
    /// The pieces that it is packed in.
    #[serde(default)]
    #[validate(length(max = 100), custom(function = packages))]
    #[schema(max_items = 100)]
    pub packages: Vec<Package>,
    /// What goes into it; all that is left to ship by default.
    #[validate(length(min = 1, max = 200), custom(function = each_once), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub lines: Option<Vec<ShipmentLineInput>>,
    /// When it is to leave; by default when logistics' task is due.
    pub planned_dispatch_at: Option<UtcTime>,
    /// When it is to arrive; by default after the carrier's working days, or on the promised date where those are not known.
    pub expected_at: Option<UtcTime>,
}

/// What of a shipment may be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"tracking_number": "SF1234567890124", "packages": [{"weight_kg": "2.5"}]}))]
pub struct ShipmentChange {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 50), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 50)]
    pub carrier: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 64), custom(function = rules::code))]
    #[schema(min_length = 1, max_length = 64)]
    pub tracking_number: Option<String>,
    /// The page that shows the trace, `https://…`; null for the carrier's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(max = 500), custom(function = rules::page))]
    #[schema(max_length = 500, pattern = "^https://")]
    pub tracking_url: Option<String>,
    /// What stands on the carrier's label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 64), custom(function = rules::line))]
    #[schema(min_length = 1, max_length = 64)]
    pub label_reference: Option<String>,
    /// The pieces that it is packed in.
    #[serde(default)]
    #[validate(length(max = 100), custom(function = packages))]
    #[schema(max_items = 100)]
    pub packages: Vec<Package>,
    /// When it is to leave; nothing can be planned for what has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_dispatch_at: Option<UtcTime>,
    /// When it is to arrive; null for what the carrier's days come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_at: Option<UtcTime>,
}

/// What a shipment may weigh, and be long, at most; in kilograms, and in centimetres.
const MOST: i32 = 100_000;

fn packages(packages: &[Package]) -> Result<(), ValidationError> {
    let measure = |measure: &Option<Amount>| measure.is_none_or(|measure| measure > Amount::ZERO && measure <= Amount::units(MOST));
    let label = |label: &String| (1..=64).contains(&label.chars().count()) && rules::line(label).is_ok();
    let good = |package: &Package| {
        let measures = [&package.weight_kg, &package.length_cm, &package.width_cm, &package.height_cm];
        measures.into_iter().all(measure) && package.label_reference.as_ref().is_none_or(label)
    };
    let en = "must each have weight and sizes above zero and up to 100000, and a label of one line up to 64 characters";
    rules::when(packages.iter().all(good), "packages", en, "重量和尺寸须大于零且不超过 100000，标签须为 64 个字符以内的单行文本")
}

/// Nothing arrives before it leaves.
pub(super) fn in_turn(leaves: Option<UtcTime>, arrives: Option<UtcTime>) -> Result<(), ValidationError> {
    let good = leaves.zip(arrives).is_none_or(|(leaves, arrives)| arrives >= leaves);
    rules::when(good, "conflict", "expected_at must not lie before planned_dispatch_at", "expected_at 不得早于 planned_dispatch_at")
}

fn makes_sense(said: &ShipmentInput) -> Result<(), ValidationError> {
    if needs_carrier(said.method) && said.carrier.is_none() {
        return rules::refuse("required", "carrier is needed for courier and freight", "快递和货运须填写承运商");
    }
    in_turn(said.planned_dispatch_at, said.expected_at)
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

/// Why what was recorded was wrong.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "It was the parcel of another order."}))]
pub struct CorrectionInput {
    #[validate(length(min = 1, max = 500), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 500)]
    pub reason: String,
}

/// What happened to a shipment on its way. The same status, time and description again is the
/// same event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = taken_in_part))]
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
    /// Of a delivery, what the customer did not take and the carrier brings back; not everything, which would be `returned`.
    #[validate(length(min = 1, max = 200), custom(function = each_once), nested)]
    #[schema(min_items = 1, max_items = 200)]
    pub refused: Option<Vec<ShipmentLineInput>>,
}

fn taken_in_part(said: &TrackingInput) -> Result<(), ValidationError> {
    let good = said.refused.is_none() || said.status == TrackingStatus::Delivered;
    rules::when(good, "conflict", "refused goes with a delivery", "仅签收时可填写 refused")
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
        assert!(rules::page("https://parcels.example/t?n=1#now").is_ok());
        for bad in ["", "https://", "https:///x", "http://parcels.example", "javascript:alert(1)", "https://a b", "https://a/\"><script>"] {
            assert!(rules::page(bad).is_err(), "{bad}");
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
            prop_assert!(rules::page(&url).is_err() || (url.starts_with("https://") && !url.contains(['"', '<', '>', ' ', '\n', '\u{202e}'])), "{}", url);
        }
    }
}
