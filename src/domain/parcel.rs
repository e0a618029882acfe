//! Parcels: what goods are packed in, and what can go wrong with them on their way (DOMAIN 4.1, 4.2).

use crate::domain::amount::Amount;
use crate::domain::id::Id;
use crate::domain::lifecycle::shipment::TrackingStatus;
use crate::words;
use serde::{Deserialize, Serialize};

/// A piece of a shipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// In kilograms, with what it is packed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight_kg: Option<Amount>,
    /// In centimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length_cm: Option<Amount>,
    /// In centimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub width_cm: Option<Amount>,
    /// In centimetres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub height_cm: Option<Amount>,
    /// What stands on its own label, where the shipment has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64)]
    pub label_reference: Option<String>,
}

/// How much of a line the customer did not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub line_id: Id,
    pub quantity: Amount,
}

words! {
    /// What can go wrong with a parcel, as its trace tells.
    pub enum TroubleKind {
        Undelivered = "undelivered" / "Not delivered at the first try" / "派送未成功",
        Carrier = "carrier" / "The carrier reports trouble" / "承运商报告异常",
        Lost = "lost" / "Lost" / "丢失",
        Returned = "returned" / "Came back" / "退回",
        Refused = "refused" / "Partly refused" / "部分拒收",
    }
}

impl TroubleKind {
    /// What a report means, where it means trouble.
    pub const fn of(reported: TrackingStatus) -> Option<Self> {
        match reported {
            TrackingStatus::FailedAttempt => Some(Self::Undelivered),
            TrackingStatus::Exception => Some(Self::Carrier),
            TrackingStatus::Lost => Some(Self::Lost),
            TrackingStatus::Returned => Some(Self::Returned),
            TrackingStatus::Dispatched | TrackingStatus::InTransit | TrackingStatus::OutForDelivery | TrackingStatus::Delivered => None,
        }
    }

    /// What an entry that was just told may be news of: by its status, or everything where it is not known which.
    pub fn news(reported: &str) -> Vec<Self> {
        match TrackingStatus::parse(reported) {
            None => Self::ALL.to_vec(),
            Some(TrackingStatus::Delivered) => vec![Self::Refused],
            Some(status) => Self::of(status).into_iter().collect(),
        }
    }

    /// Whether it is over once everything of the parcel has arrived.
    pub const fn ends_with_delivery(self) -> bool {
        matches!(self, Self::Undelivered | Self::Carrier | Self::Lost)
    }
}

/// Trouble that a parcel's trace tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub kind: TroubleKind,
    pub shipment: Id,
    /// Its tracking number, or its id.
    pub named: String,
    /// What was said about it.
    pub told: String,
    /// The parcel has arrived meanwhile.
    pub delivered: bool,
}
