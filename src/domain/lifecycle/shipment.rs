//! The machine of a shipment (DOMAIN 4.2). Tracking events come from outside, twice, late or out
//! of order; [`status_after`] folds all of them, in the order in which they happened, so that a
//! shipment ends right whatever came first.

use super::{Guard, Machine, Row, Standstill};
use crate::domain::reason::Reason;
use crate::words;

words! {
    /// Where a shipment stands.
    pub enum ShipmentStatus {
        Preparing = "preparing" / "Preparing" / "备货中",
        Dispatched = "dispatched" / "Dispatched" / "已发出",
        InTransit = "in_transit" / "In transit" / "运输中",
        OutForDelivery = "out_for_delivery" / "Out for delivery" / "派送中",
        Delivered = "delivered" / "Delivered" / "已签收",
        Lost = "lost" / "Lost" / "已丢失",
        Returned = "returned" / "Returned" / "已退回",
        Cancelled = "cancelled" / "Cancelled" / "已取消",
    }
}

words! {
    /// How goods leave (DOMAIN 4.1).
    pub enum DeliveryMethod {
        Courier = "courier" / "Courier" / "快递",
        Freight = "freight" / "Freight" / "货运",
        OwnDelivery = "own_delivery" / "Own delivery" / "自有配送",
        SelfPickup = "self_pickup" / "Self pick-up" / "客户自提",
    }
}

words! {
    /// What a tracking event may report.
    pub enum TrackingStatus {
        Dispatched = "dispatched" / "Dispatched" / "已发出",
        InTransit = "in_transit" / "In transit" / "运输中",
        OutForDelivery = "out_for_delivery" / "Out for delivery" / "派送中",
        FailedAttempt = "failed_attempt" / "Delivery attempt failed" / "派送未成功",
        Exception = "exception" / "In trouble" / "物流异常",
        Delivered = "delivered" / "Delivered" / "已签收",
        Lost = "lost" / "Lost" / "已丢失",
        Returned = "returned" / "Returned" / "已退回",
    }
}

words! {
    /// What can happen to a shipment.
    pub enum ShipmentEvent {
        Dispatch = "dispatch",
        Move = "move",
        OutForDelivery = "out_for_delivery",
        Deliver = "deliver",
        Lose = "lose",
        Return = "return",
        Cancel = "cancel",
        Recall = "recall",
    }
}

/// What the guards look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// A tracking number is needed and not there (DOMAIN 3.3).
    pub tracking_number_missing: bool,
    /// Something in it has not been picked or produced yet.
    pub goods_not_ready: bool,
    /// The order isn't executing (any more).
    pub order_not_executing: bool,
    /// Numbers of the order's open blocking exceptions.
    pub blocked_by: Vec<String>,
    /// Why it stands still, apart from exceptions.
    pub standstill: Option<Standstill>,
    /// What is to be paid before anything leaves, with its currency (DECISIONS 38).
    pub payment_missing: Option<String>,
    /// Something was told of it since it left.
    pub told_of: bool,
    /// Its order is received, or over in another way.
    pub order_over: bool,
}

fn tracking_number(facts: &Facts) -> Option<Reason> {
    facts.tracking_number_missing.then(|| Reason::EvidenceMissing { kind: "tracking_number".to_owned() })
}

fn goods_ready(facts: &Facts) -> Option<Reason> {
    facts.goods_not_ready.then_some(Reason::GoodsNotReady)
}

fn order_executing(facts: &Facts) -> Option<Reason> {
    facts.order_not_executing.then_some(Reason::OrderNotExecuting)
}

fn not_blocked(facts: &Facts) -> Option<Reason> {
    (!facts.blocked_by.is_empty()).then(|| Reason::OrderBlocked { by: facts.blocked_by.clone() })
}

fn moving(facts: &Facts) -> Option<Reason> {
    facts.standstill.map(Standstill::reason)
}

fn paid(facts: &Facts) -> Option<Reason> {
    facts.payment_missing.clone().map(|amount| Reason::PaymentMissing { amount })
}

fn nothing_told(facts: &Facts) -> Option<Reason> {
    facts.told_of.then_some(Reason::TraceThere)
}

fn order_under_way(facts: &Facts) -> Option<Reason> {
    facts.order_over.then_some(Reason::OrderNotExecuting)
}

const DISPATCH: &[Guard<Facts>] = &[order_executing, tracking_number, goods_ready, not_blocked, moving, paid];

use ShipmentEvent as E;
use ShipmentStatus as S;

const fn row(from: S, event: E, to: S, guards: &'static [Guard<Facts>]) -> Row<S, E, Facts> {
    Row { from, event, to, guards }
}

/// The table. A scan may be missing, so every step forward may skip those between.
pub const MACHINE: Machine<S, E, Facts> = Machine {
    name: "shipment",
    initial: &[S::Preparing],
    by_system: &[],
    corrections: &[E::Recall],
    rows: &[
        row(S::Preparing, E::Dispatch, S::Dispatched, DISPATCH),
        row(S::Preparing, E::Cancel, S::Cancelled, &[]),
        // it has not left after all (DECISIONS 37)
        row(S::Dispatched, E::Recall, S::Preparing, &[nothing_told, order_under_way]),
        row(S::Dispatched, E::Move, S::InTransit, &[]),
        row(S::Dispatched, E::OutForDelivery, S::OutForDelivery, &[]),
        row(S::Dispatched, E::Deliver, S::Delivered, &[]),
        row(S::Dispatched, E::Lose, S::Lost, &[]),
        row(S::Dispatched, E::Return, S::Returned, &[]),
        row(S::InTransit, E::Move, S::InTransit, &[]),
        row(S::InTransit, E::OutForDelivery, S::OutForDelivery, &[]),
        row(S::InTransit, E::Deliver, S::Delivered, &[]),
        row(S::InTransit, E::Lose, S::Lost, &[]),
        row(S::InTransit, E::Return, S::Returned, &[]),
        row(S::OutForDelivery, E::Move, S::InTransit, &[]),
        row(S::OutForDelivery, E::OutForDelivery, S::OutForDelivery, &[]),
        row(S::OutForDelivery, E::Deliver, S::Delivered, &[]),
        row(S::OutForDelivery, E::Lose, S::Lost, &[]),
        row(S::OutForDelivery, E::Return, S::Returned, &[]),
        // a parcel that was thought lost turns up
        row(S::Lost, E::Move, S::InTransit, &[]),
        row(S::Lost, E::OutForDelivery, S::OutForDelivery, &[]),
        row(S::Lost, E::Deliver, S::Delivered, &[]),
        row(S::Lost, E::Return, S::Returned, &[]),
    ],
};

impl TrackingStatus {
    /// The machine's event that a tracking event stands for; none for the dispatch, which is ours
    /// to do.
    pub const fn event(self) -> Option<ShipmentEvent> {
        match self {
            Self::Dispatched => None,
            // a parcel in trouble goes on, or comes back, or is lost: that is told by itself
            Self::InTransit | Self::FailedAttempt | Self::Exception => Some(E::Move),
            Self::OutForDelivery => Some(E::OutForDelivery),
            Self::Delivered => Some(E::Deliver),
            Self::Lost => Some(E::Lose),
            Self::Returned => Some(E::Return),
        }
    }
}

/// Where a dispatched shipment stands after these events, given in the order in which they
/// happened (events of one instant in the order of [`TrackingStatus`]). What the table does not
/// know in a state changes nothing: a scan after delivery does not undo the delivery.
pub fn status_after(happened: impl IntoIterator<Item = TrackingStatus>) -> ShipmentStatus {
    happened
        .into_iter()
        .filter_map(TrackingStatus::event)
        .fold(S::Dispatched, |state, event| MACHINE.next(state, event, &Facts::default()).unwrap_or(state))
}

#[cfg(test)]
mod tests {
    use super::*;
    use TrackingStatus as T;

    #[test]
    fn a_shipment_ends_right_whatever_its_events_do() {
        // DOMAIN 4.2
        assert_eq!(status_after([]), S::Dispatched);
        assert_eq!(status_after([T::Delivered]), S::Delivered);
        assert_eq!(status_after([T::Dispatched, T::InTransit, T::InTransit, T::OutForDelivery, T::Delivered, T::InTransit]), S::Delivered);
        assert_eq!(status_after([T::OutForDelivery, T::InTransit]), S::InTransit);
        assert_eq!(status_after([T::OutForDelivery, T::FailedAttempt]), S::InTransit);
        assert_eq!(status_after([T::OutForDelivery, T::FailedAttempt, T::OutForDelivery, T::Delivered]), S::Delivered);
        assert_eq!(status_after([T::Lost, T::Delivered]), S::Delivered);
        assert_eq!(status_after([T::Returned, T::Delivered]), S::Returned);
    }
}
