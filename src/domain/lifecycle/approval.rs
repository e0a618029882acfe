//! The machine of one approval step. Steps of a round are decided one level at a time: the first
//! is `pending`, later ones `waiting` (DOMAIN 2.1, 2.4; DECISIONS 24).

use super::{Guard, Machine, Row};
use crate::domain::reason::Reason;
use crate::words;

words! {
    /// Where a step stands.
    pub enum StepStatus {
        Waiting = "waiting" / "Waiting for an earlier level" / "等待前序审核",
        Pending = "pending" / "Pending" / "待审核",
        Approved = "approved" / "Approved" / "已通过",
        Rejected = "rejected" / "Rejected" / "已驳回",
        Returned = "returned" / "Returned for changes" / "已退回",
        Superseded = "superseded" / "Superseded" / "已失效",
        Carried = "carried" / "Carried over" / "沿用前次审核",
    }
}

impl StepStatus {
    /// The level has said yes, now or to what has not changed since.
    pub const fn is_passed(self) -> bool {
        matches!(self, Self::Approved | Self::Carried)
    }
}

words! {
    /// What can happen to a step.
    pub enum StepEvent {
        TakeTurn = "take_turn",
        Approve = "approve",
        Reject = "reject",
        ReturnForChanges = "return_for_changes",
        Supersede = "supersede",
        Carry = "carry",
    }
}

words! {
    /// Where a round stands.
    pub enum RoundStatus {
        Open = "open" / "Open" / "进行中",
        Approved = "approved" / "Approved" / "已通过",
        Rejected = "rejected" / "Rejected" / "已驳回",
        Returned = "returned" / "Returned for changes" / "已退回",
        Superseded = "superseded" / "Superseded" / "已失效",
    }
}

/// What the guards look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Every earlier level of the round is approved.
    pub earlier_passed: bool,
    /// The level said yes before, and nothing that it looks at has changed since (DECISIONS 17).
    pub nothing_changed: bool,
    /// The person holds the step's role (for a department head: of the owner's department).
    pub holds_role: bool,
    /// The person decided another level of this round.
    pub decided_other_level: bool,
    /// The order is above the large-order threshold (or cannot be compared with it), the person
    /// entered or amended it, and two people are needed.
    pub own_large_order: bool,
    /// The person amended what nobody has verified since, and two people are needed (DOMAIN 1.6).
    pub own_amendment: bool,
    /// Numbers of the order's open blocking exceptions.
    pub blocked_by: Vec<String>,
    /// The order is on hold.
    pub on_hold: bool,
}

fn earlier_passed(facts: &Facts) -> Option<Reason> {
    (!facts.earlier_passed).then_some(Reason::EarlierLevelOpen)
}

fn nothing_changed(facts: &Facts) -> Option<Reason> {
    (!facts.nothing_changed).then_some(Reason::ChangedSince)
}

fn holds_role(facts: &Facts) -> Option<Reason> {
    (!facts.holds_role).then_some(Reason::RoleMissing)
}

fn one_level_each(facts: &Facts) -> Option<Reason> {
    facts.decided_other_level.then_some(Reason::DecidedOtherLevel)
}

fn not_own_large_order(facts: &Facts) -> Option<Reason> {
    facts.own_large_order.then_some(Reason::OwnLargeOrder)
}

fn not_own_amendment(facts: &Facts) -> Option<Reason> {
    facts.own_amendment.then_some(Reason::OwnEntry)
}

fn not_blocked(facts: &Facts) -> Option<Reason> {
    (!facts.blocked_by.is_empty()).then(|| Reason::OrderBlocked { by: facts.blocked_by.clone() })
}

fn not_on_hold(facts: &Facts) -> Option<Reason> {
    facts.on_hold.then_some(Reason::OnHold)
}

const APPROVE: &[Guard<Facts>] = &[holds_role, one_level_each, not_own_large_order, not_own_amendment, earlier_passed, not_blocked, not_on_hold];
/// Saying no is never stopped by a block; it still takes the role.
const REFUSE: &[Guard<Facts>] = &[holds_role, one_level_each, earlier_passed];

const fn row(from: StepStatus, event: StepEvent, to: StepStatus, guards: &'static [Guard<Facts>]) -> Row<StepStatus, StepEvent, Facts> {
    Row { from, event, to, guards }
}

/// The table.
pub const MACHINE: Machine<StepStatus, StepEvent, Facts> = Machine {
    name: "approval_step",
    initial: &[StepStatus::Waiting],
    by_system: &[StepEvent::TakeTurn, StepEvent::Supersede, StepEvent::Carry],
    corrections: &[],
    rows: &[
        row(StepStatus::Waiting, StepEvent::TakeTurn, StepStatus::Pending, &[earlier_passed]),
        row(StepStatus::Waiting, StepEvent::Carry, StepStatus::Carried, &[nothing_changed]),
        row(StepStatus::Waiting, StepEvent::Supersede, StepStatus::Superseded, &[]),
        row(StepStatus::Pending, StepEvent::Approve, StepStatus::Approved, APPROVE),
        row(StepStatus::Pending, StepEvent::Reject, StepStatus::Rejected, REFUSE),
        row(StepStatus::Pending, StepEvent::ReturnForChanges, StepStatus::Returned, REFUSE),
        row(StepStatus::Pending, StepEvent::Supersede, StepStatus::Superseded, &[]),
    ],
};
