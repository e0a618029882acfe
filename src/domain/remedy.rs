//! What a plan for an exception can do by itself (DOMAIN 6.5): each remedy is data, carried out by `workflow`. Which orders
//! it concerns, it says; where it does not, all that the exception covers.

use crate::domain::actor::Department;
use crate::domain::amount::Amount;
use crate::domain::codes::minor_digits;
use crate::domain::lifecycle::exception::ExceptionKind;
use crate::domain::offer::day;
use crate::domain::order::PaymentMethod;
use crate::domain::task_plan::EvidenceKind;
use crate::domain::time::UtcTime;
use crate::domain::words::Language;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A coupon that a customer may use on a later order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Coupon {
    /// What the customer shows.
    #[schema(min_length = 1, max_length = 40)]
    pub code: String,
    /// The last day on which it counts.
    pub valid_until: NaiveDate,
}

/// What of what was paid goes back for goods that do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnRefund {
    /// In the order's currency.
    pub amount: Amount,
    pub method: PaymentMethod,
}

/// One thing that a plan does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Remedy {
    /// Goods go from one warehouse to another, and to the orders that lack them.
    Transfer { sku: String, from_warehouse: String, to_warehouse: String, quantity: Amount },
    /// Goods that are set aside for one order are given to another.
    GiveStock { sku: String, from_order: String, to_order: String, quantity: Amount },
    /// The orders wait until there is stock for them.
    WaitForRestock {},
    /// What the orders lack is made.
    MakeShort {},
    /// Another product takes the place of one; approvers and the customer are asked as for any amendment.
    Substitute {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        sku: String,
        by_sku: String,
        /// What it costs; that of the product that it replaces by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        unit_price: Option<Amount>,
    },
    /// The orders are amended otherwise, as `PATCH /v1/orders/{id}` would: an address, a person, remarks, lines.
    Amend {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        /// A merge patch of the order.
        #[schema(value_type = Object)]
        changes: Map<String, Value>,
    },
    /// Another day is promised.
    NewDate {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        promised_date: NaiveDate,
    },
    /// What there is leaves before the rest.
    ShipPart {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
    },
    /// Goods are taken out of the orders, as far as they have not left.
    CancelGoods {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        sku: String,
    },
    /// The orders are cancelled.
    CancelOrder {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
    },
    /// The orders cost less, each by this much of its currency.
    Discount {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        amount: Amount,
    },
    /// A parcel goes by another carrier or service.
    OtherCarrier {
        shipment: String,
        carrier: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        tracking_number: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expected_at: Option<UtcTime>,
    },
    /// What of a parcel was lost, came back or was refused is sent again.
    ShipAgain { shipment: String },
    /// Other goods are sent in the place of those of a product that were delivered, so many for each order.
    Replace {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        sku: String,
        quantity: Amount,
    },
    /// The customer sends goods back, so many of each order; once they are inspected, they are refunded where that is said.
    ReturnGoods {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        sku: String,
        quantity: Amount,
        /// What goes back of what was paid for each order, and how.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund: Option<ReturnRefund>,
    },
    /// A department has a task of its own over each order: rework, expediting, a claim on a carrier.
    Task {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        department: Department,
        title: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due_at: Option<UtcTime>,
        /// What has to be handed in before it is done.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        evidence: Option<EvidenceKind>,
    },
    /// The customer of each order is given something for the trouble: an amount of the order's currency, as money or as a coupon.
    Compensation {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        amount: Amount,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        coupon: Option<Coupon>,
    },
    /// Money that was paid for an order goes back.
    Refund {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<String>,
        amount: Amount,
        method: PaymentMethod,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reference: Option<String>,
    },
}

impl Remedy {
    /// The one order that it is about, where it names one.
    pub fn order(&self) -> Option<&str> {
        match self {
            Self::Substitute { order, .. }
            | Self::NewDate { order, .. }
            | Self::Amend { order, .. }
            | Self::CancelGoods { order, .. }
            | Self::CancelOrder { order }
            | Self::ShipPart { order }
            | Self::Discount { order, .. }
            | Self::Task { order, .. }
            | Self::Compensation { order, .. }
            | Self::Replace { order, .. }
            | Self::ReturnGoods { order, .. }
            | Self::Refund { order, .. } => order.as_deref(),
            Self::GiveStock { to_order, .. } => Some(to_order),
            Self::Transfer { .. } | Self::WaitForRestock {} | Self::MakeShort {} | Self::OtherCarrier { .. } | Self::ShipAgain { .. } => None,
        }
    }

    /// What it costs for each order, in the order's currency. A refund gives back what was paid and costs as much.
    pub const fn amount(&self) -> Option<Amount> {
        match self {
            Self::Discount { amount, .. } | Self::Compensation { amount, .. } | Self::Refund { amount, .. } => Some(*amount),
            Self::ReturnGoods { refund: Some(refund), .. } => Some(refund.amount),
            _ => None,
        }
    }

    /// Its dates.
    pub fn dates(&self) -> impl Iterator<Item = NaiveDate> {
        let date = match self {
            Self::NewDate { promised_date, .. } => Some(*promised_date),
            Self::Compensation { coupon: Some(coupon), .. } => Some(coupon.valid_until),
            _ => None,
        };
        date.into_iter()
    }

    /// Its amounts and quantities.
    pub fn quantities(&self) -> impl Iterator<Item = Amount> {
        let quantity = match self {
            Self::Transfer { quantity, .. }
            | Self::GiveStock { quantity, .. }
            | Self::Replace { quantity, .. }
            | Self::ReturnGoods { quantity, .. } => Some(*quantity),
            _ => None,
        };
        quantity.into_iter().chain(self.amount())
    }

    /// Whether it changes what the customer gets or when, or gives goods away; somebody approves such a plan.
    pub const fn changes_what_is_due(&self) -> bool {
        matches!(
            self,
            Self::ShipPart { .. }
                | Self::Amend { .. }
                | Self::ShipAgain { .. }
                | Self::Replace { .. }
                | Self::ReturnGoods { .. }
                | Self::Substitute { .. }
                | Self::NewDate { .. }
                | Self::CancelGoods { .. }
                | Self::CancelOrder { .. }
                | Self::Discount { .. }
        )
    }

    /// Whether it sends goods again, which cannot be undone.
    pub const fn sends_goods(&self) -> bool {
        matches!(self, Self::ShipAgain { .. } | Self::Replace { .. })
    }

    /// Whether it amends an order, so that others may have to agree before it is done.
    pub const fn amends(&self) -> bool {
        matches!(
            self,
            Self::ShipPart { .. }
                | Self::Amend { .. }
                | Self::Substitute { .. }
                | Self::NewDate { .. }
                | Self::CancelGoods { .. }
                | Self::Discount { .. }
        )
    }

    /// What a customer is told of it, with amounts of their order's currency; nothing where it is the company's own business.
    pub fn told(&self, language: Language, currency: &str) -> Option<String> {
        let money = |amount: &Amount| format!("{} {currency}", amount.text(minor_digits(currency).unwrap_or(4)));
        let (en, zh) = match self {
            Self::Substitute { sku, by_sku, .. } => {
                (format!("{by_sku} instead of {sku}, if you agree"), format!("如您同意，将以 {by_sku} 替换 {sku}"))
            }
            Self::NewDate { promised_date, .. } => {
                let on = |language| day(*promised_date, language);
                (format!("Delivery on {}", on(Language::English)), format!("预计送达日期：{}", on(Language::Chinese)))
            }
            Self::ShipPart { .. } => ("What there is leaves first, the rest when it comes".to_owned(), "现有商品先行发出，其余到货后补发".to_owned()),
            Self::CancelGoods { sku, .. } => (format!("{sku} is taken out of the order"), format!("订单中不再包含 {sku}")),
            Self::Discount { amount, .. } => (format!("A discount of {}", money(amount)), format!("订单优惠 {}", money(amount))),
            Self::OtherCarrier { carrier, .. } => (format!("Your parcel goes by {carrier}"), format!("包裹改由 {carrier} 承运")),
            Self::Compensation { amount, coupon: Some(coupon), .. } => {
                let (money, code, until) = (money(amount), &coupon.code, |language| day(coupon.valid_until, language));
                let en = format!("A coupon of {money} for you: {code}, good until {}", until(Language::English));
                (en, format!("赠送您 {money} 优惠券：{code}，有效期至{}", until(Language::Chinese)))
            }
            Self::Compensation { amount, .. } => (format!("A compensation of {}", money(amount)), format!("补偿金额 {}", money(amount))),
            Self::Refund { amount, .. } => (format!("A refund of {}", money(amount)), format!("退款 {}", money(amount))),
            Self::ShipAgain { .. } => ("Your goods are sent again".to_owned(), "商品将重新发出".to_owned()),
            Self::Replace { sku, quantity, .. } => {
                let quantity = quantity.short();
                (format!("{quantity} × {sku} is sent to you in exchange"), format!("为您换货：{sku} × {quantity}"))
            }
            Self::ReturnGoods { sku, quantity, refund, .. } => {
                let quantity = quantity.short();
                let (en, zh) = (format!("Please send {quantity} × {sku} back to us"), format!("请将 {sku} × {quantity} 退回"));
                match refund.as_ref().map(|refund| money(&refund.amount)) {
                    Some(amount) => (format!("{en}; {amount} is refunded once it is here"), format!("{zh}，收到后退款 {amount}")),
                    None => (en, zh),
                }
            }
            Self::Transfer { .. }
            | Self::GiveStock { .. }
            | Self::WaitForRestock {}
            | Self::MakeShort {}
            | Self::CancelOrder { .. }
            | Self::Amend { .. }
            | Self::Task { .. } => return None,
        };
        Some(language.pick(&en, &zh).to_owned())
    }
}

/// A remedy that suits an exception as things are now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub remedy: Remedy,
    /// By how many days the goods come later than promised; none where that is not known.
    pub delay_days: Option<i64>,
    /// In the order's currency.
    pub cost: Option<Amount>,
}

/// The better first: those with a known delay by it, then by what they cost; what is equal keeps its order.
pub fn ranked(mut proposals: Vec<Proposal>) -> Vec<Proposal> {
    proposals.sort_by_key(|one| (one.delay_days.unwrap_or(i64::MAX), one.cost.unwrap_or(Amount::ZERO)));
    proposals
}

/// What a department is asked to do about a kind of exception, where nothing else is known to help (DOMAIN 6.5).
pub fn usual_task(kind: ExceptionKind) -> Option<(Department, &'static str)> {
    match kind {
        ExceptionKind::MaterialShortage => Some((Department::Production, "Find the material, or another that does")),
        ExceptionKind::DeliveryDelay => Some((Department::Logistics, "Expedite the delivery")),
        ExceptionKind::QualityProblem => Some((Department::Production, "Rework what did not pass")),
        ExceptionKind::CustomerInfoChange => Some((Department::Sales, "Amend the order, or stop and redirect the parcel")),
        ExceptionKind::ShipmentLost => Some((Department::Logistics, "Claim the loss on the carrier")),
        ExceptionKind::Complaint => Some((Department::Sales, "Speak to the customer")),
        ExceptionKind::StockShortage | ExceptionKind::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn remedy(value: serde_json::Value) -> Result<Remedy, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn a_remedy_says_its_kind_and_nothing_that_it_does_not_know() {
        assert_eq!(remedy(json!({"kind": "wait_for_restock"})), Ok(Remedy::WaitForRestock {}));
        assert!(remedy(json!({"kind": "wait_for_restock", "until": "2026-03-05"})).is_err());
        assert!(remedy(json!({"kind": "hope"})).is_err());
    }

    #[test]
    fn a_coupon_is_told_with_its_code_and_day() {
        // DOMAIN 6.5
        let said = remedy(json!({"kind": "compensation", "amount": "50", "coupon": {"code": "SORRY50", "valid_until": "2026-12-31"}})).unwrap();
        let text = said.told(Language::English, "CNY").unwrap();
        assert!(text.contains("50.00 CNY") && text.contains("SORRY50") && text.contains("31 December 2026"), "{text}");
        assert_eq!(said.amount(), Some(Amount::units(50)));
    }

    #[test]
    fn what_comes_sooner_is_better_and_of_equals_what_is_cheaper() {
        let of = |delay_days, cost: i32| Proposal { remedy: Remedy::MakeShort {}, delay_days, cost: Some(Amount::units(cost)) };
        let ranked = ranked(vec![of(None, 0), of(Some(3), 0), of(Some(1), 9), of(Some(1), 2)]);
        let order: Vec<_> = ranked.iter().map(|one| (one.delay_days, one.cost)).collect();
        let cost = |units| Some(Amount::units(units));
        assert_eq!(order, [(Some(1), cost(2)), (Some(1), cost(9)), (Some(3), cost(0)), (None, cost(0))]);
    }
}
