//! The machine of an exception (DOMAIN 6.3, DECISIONS 26).

use super::{Guard, Machine, Row};
use crate::domain::reason::Reason;
use crate::words;

words! {
    /// Where an exception stands.
    pub enum ExceptionStatus {
        Reported = "reported" / "Reported" / "已上报",
        Planning = "planning" / "Planning" / "制定方案中",
        Approved = "approved" / "Plan approved" / "方案已批准",
        Resolving = "resolving" / "Being resolved" / "处理中",
        Resolved = "resolved" / "Resolved" / "已解决",
        Closed = "closed" / "Closed" / "已关闭",
        Dismissed = "dismissed" / "Dismissed" / "已撤销",
    }
}

words! {
    /// What went wrong (DOMAIN 6.1).
    pub enum ExceptionKind {
        StockShortage = "stock_shortage" / "Stock shortage" / "库存短缺",
        DeliveryDelay = "delivery_delay" / "Delivery delay" / "交付延迟",
        QualityProblem = "quality_problem" / "Quality problem" / "质量问题",
        CustomerInfoChange = "customer_info_change" / "Customer information change" / "客户信息变更",
        ShipmentLost = "shipment_lost" / "Shipment lost" / "货物丢失",
        MaterialShortage = "material_shortage" / "Material shortage" / "物料短缺",
        Complaint = "complaint" / "Complaint" / "客户投诉",
        Other = "other" / "Other" / "其他",
    }
}

words! {
    /// How bad it is.
    pub enum Severity {
        Low = "low" / "Low" / "低",
        Medium = "medium" / "Medium" / "中",
        High = "high" / "High" / "高",
        Critical = "critical" / "Critical" / "严重",
    }
}

words! {
    /// What can happen to an exception.
    pub enum ExceptionEvent {
        Plan = "plan",
        Approve = "approve",
        Reject = "reject",
        CarryOut = "carry_out",
        Fail = "fail",
        Resolve = "resolve",
        Close = "close",
        Dismiss = "dismiss",
    }
}

/// What the guards look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// There is a plan.
    pub planned: bool,
    /// The plan costs money and nobody has approved it.
    pub needs_approval: bool,
}

fn planned(facts: &Facts) -> Option<Reason> {
    (!facts.planned).then_some(Reason::PlanMissing)
}

fn approved(facts: &Facts) -> Option<Reason> {
    facts.needs_approval.then_some(Reason::PlanNotApproved)
}

use ExceptionEvent as E;
use ExceptionStatus as S;

const fn row(from: S, event: E, to: S, guards: &'static [Guard<Facts>]) -> Row<S, E, Facts> {
    Row { from, event, to, guards }
}

/// The table. A plan whose actions do not come through, since somebody does not agree, is to be made anew. What was put right on the spot may be resolved without a plan; a plan that costs
/// money is approved first.
pub const MACHINE: Machine<S, E, Facts> = Machine {
    name: "exception",
    initial: &[S::Reported],
    by_system: &[E::CarryOut, E::Fail],
    corrections: &[],
    rows: &[
        row(S::Reported, E::Plan, S::Planning, &[]),
        row(S::Reported, E::Resolve, S::Resolved, &[]),
        row(S::Reported, E::Dismiss, S::Dismissed, &[]),
        row(S::Planning, E::Plan, S::Planning, &[]),
        row(S::Planning, E::Approve, S::Approved, &[planned]),
        row(S::Planning, E::Reject, S::Planning, &[planned]),
        row(S::Planning, E::Resolve, S::Resolved, &[approved]),
        row(S::Planning, E::Dismiss, S::Dismissed, &[]),
        row(S::Approved, E::CarryOut, S::Resolving, &[]),
        row(S::Approved, E::Dismiss, S::Dismissed, &[]),
        row(S::Resolving, E::Resolve, S::Resolved, &[]),
        row(S::Resolving, E::Fail, S::Planning, &[]),
        row(S::Resolving, E::Dismiss, S::Dismissed, &[]),
        row(S::Resolved, E::Close, S::Closed, &[]),
    ],
};

impl ExceptionStatus {
    /// Whether it still stands in the way of its orders, if it is a blocking one (DECISIONS 18).
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Reported | Self::Planning | Self::Approved | Self::Resolving)
    }
}
