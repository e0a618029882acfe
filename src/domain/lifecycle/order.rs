//! The order's machine: created → reviewed → executing → shipped → received, with the waiting
//! places inside `created` (DECISIONS 15). Approval rounds, holds, stock, production, payment are
//! axes of their own and reach this table only as facts.

use super::{Guard, Machine, Row, Standstill};
use crate::domain::reason::Reason;
use crate::words;

words! {
    /// The machine's states (DECISIONS 15).
    pub enum State {
        AwaitingVerification = "awaiting_verification",
        AwaitingCorrection = "awaiting_correction",
        AwaitingApproval = "awaiting_approval",
        AwaitingConfirmation = "awaiting_confirmation",
        Reviewed = "reviewed",
        Executing = "executing",
        Shipped = "shipped",
        Received = "received",
        Cancelled = "cancelled",
    }
}

words! {
    /// The group that a state belongs to: the order's `status` in the API.
    pub enum Status {
        Created = "created" / "Created" / "已创建",
        Reviewed = "reviewed" / "Reviewed" / "已审核",
        Executing = "executing" / "In execution" / "执行中",
        Shipped = "shipped" / "Shipped" / "已发货",
        Received = "received" / "Received" / "已签收",
        Cancelled = "cancelled" / "Cancelled" / "已取消",
    }
}

words! {
    /// What an order waits for now (DOMAIN 5.1).
    pub enum Stage {
        AwaitingVerification = "awaiting_verification" / "Awaiting verification" / "待核对",
        AwaitingCorrection = "awaiting_correction" / "Awaiting correction" / "待更正",
        AwaitingApproval = "awaiting_approval" / "Awaiting approval" / "待审核",
        AwaitingConfirmation = "awaiting_confirmation" / "Awaiting customer confirmation" / "待客户确认",
        AwaitingRelease = "awaiting_release" / "Awaiting release" / "待下达",
        AwaitingPreparation = "awaiting_preparation" / "Awaiting preparation" / "待备货",
        AwaitingProduction = "awaiting_production" / "Awaiting production" / "待生产",
        AwaitingShipment = "awaiting_shipment" / "Awaiting shipment" / "待发货",
        AwaitingReceipt = "awaiting_receipt" / "Awaiting receipt" / "待签收",
        Done = "done" / "Done" / "已完成",
        Cancelled = "cancelled" / "Cancelled" / "已取消",
    }
}

words! {
    /// What can happen to an order.
    pub enum Event {
        Verify = "verify",
        SendBack = "send_back",
        Correct = "correct",
        Amend = "amend",
        Approve = "approve",
        ReturnForChanges = "return_for_changes",
        Reject = "reject",
        Confirm = "confirm",
        Release = "release",
        DispatchAll = "dispatch_all",
        Receive = "receive",
        Cancel = "cancel",
        Unverify = "unverify",
        Undispatch = "undispatch",
        Unreceive = "unreceive",
    }
}

/// What the guards look at. `Default` is an order with nothing in its way and nothing done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Numbers of the open blocking exceptions (DOMAIN 6.4).
    pub blocked_by: Vec<String>,
    /// Why it stands still, apart from exceptions.
    pub standstill: Option<Standstill>,
    /// The person who acts entered or corrected the order (DOMAIN 1.6).
    pub own_entry: bool,
    /// Two people are not needed (DECISIONS 28).
    pub one_person_suffices: bool,
    /// Every step of the current round is approved (DOMAIN 2.4).
    pub round_passed: bool,
    /// Every goods line has left, and every service was carried out.
    pub all_dispatched: bool,
    /// Some goods have left already.
    pub any_dispatched: bool,
    /// Everything that left has arrived, and it was everything.
    pub all_delivered: bool,
    /// An amendment is not agreed yet; whether or not it is on hold.
    pub amendment_open: bool,
    /// The customer has to say yes to an amended order.
    pub reconfirm: bool,
    /// What is to be paid before it is released, with its currency (DECISIONS 38).
    pub payment_missing: Option<String>,
}

fn not_blocked(facts: &Facts) -> Option<Reason> {
    (!facts.blocked_by.is_empty()).then(|| Reason::OrderBlocked { by: facts.blocked_by.clone() })
}

fn moving(facts: &Facts) -> Option<Reason> {
    facts.standstill.map(Standstill::reason)
}

fn another_person(facts: &Facts) -> Option<Reason> {
    (facts.own_entry && !facts.one_person_suffices).then_some(Reason::OwnEntry)
}

fn round_passed(facts: &Facts) -> Option<Reason> {
    (!facts.round_passed).then_some(Reason::RoundOpen)
}

fn all_dispatched(facts: &Facts) -> Option<Reason> {
    (!facts.all_dispatched).then_some(Reason::GoodsNotDispatched)
}

fn nothing_dispatched(facts: &Facts) -> Option<Reason> {
    facts.any_dispatched.then_some(Reason::GoodsDispatched)
}

fn something_is_here(facts: &Facts) -> Option<Reason> {
    facts.all_dispatched.then_some(Reason::GoodsDispatched)
}

fn something_is_on_its_way(facts: &Facts) -> Option<Reason> {
    facts.all_delivered.then_some(Reason::GoodsDelivered)
}

fn agreed(facts: &Facts) -> Option<Reason> {
    facts.amendment_open.then_some(Reason::AmendmentOpen)
}

fn customer_is_asked(facts: &Facts) -> Option<Reason> {
    (!facts.reconfirm).then_some(Reason::NothingToConfirm)
}

fn paid(facts: &Facts) -> Option<Reason> {
    facts.payment_missing.clone().map(|amount| Reason::PaymentMissing { amount })
}

/// A person's step forward is stopped by a block or a hold (DECISIONS 18).
const FORWARD: &[Guard<Facts>] = &[not_blocked, moving];
const VERIFY: &[Guard<Facts>] = &[another_person, not_blocked, moving];
const PASSED: &[Guard<Facts>] = &[round_passed, not_blocked, moving];
const RELEASE: &[Guard<Facts>] = &[round_passed, not_blocked, moving, paid];
/// What was agreed once is agreed again, as amended (DECISIONS 17).
const CONFIRM_AGAIN: &[Guard<Facts>] = &[customer_is_asked, round_passed];
const CANCEL_EXECUTING: &[Guard<Facts>] = &[nothing_dispatched];

const fn row(from: State, event: Event, to: State, guards: &'static [Guard<Facts>]) -> Row<State, Event, Facts> {
    Row { from, event, to, guards }
}

/// The table. Facts from outside (everything dispatched, received) and ways back are not stopped
/// by a block; a person's steps forward are.
pub const MACHINE: Machine<State, Event, Facts> = Machine {
    name: "order",
    initial: &[State::AwaitingVerification],
    by_system: &[Event::Correct, Event::Approve, Event::ReturnForChanges, Event::Reject, Event::DispatchAll, Event::Undispatch],
    corrections: &[Event::Unverify, Event::Undispatch, Event::Unreceive],
    rows: &[
        row(State::AwaitingVerification, Event::Verify, State::AwaitingApproval, VERIFY),
        row(State::AwaitingVerification, Event::SendBack, State::AwaitingCorrection, &[another_person]),
        row(State::AwaitingVerification, Event::Amend, State::AwaitingVerification, &[]),
        row(State::AwaitingVerification, Event::Cancel, State::Cancelled, &[]),
        row(State::AwaitingCorrection, Event::Correct, State::AwaitingVerification, &[]),
        row(State::AwaitingCorrection, Event::Cancel, State::Cancelled, &[]),
        row(State::AwaitingApproval, Event::Approve, State::AwaitingConfirmation, PASSED),
        row(State::AwaitingApproval, Event::ReturnForChanges, State::AwaitingCorrection, &[]),
        row(State::AwaitingApproval, Event::Reject, State::Cancelled, &[]),
        row(State::AwaitingApproval, Event::Amend, State::AwaitingApproval, &[]),
        row(State::AwaitingApproval, Event::Cancel, State::Cancelled, &[]),
        row(State::AwaitingConfirmation, Event::Confirm, State::Reviewed, PASSED),
        row(State::AwaitingConfirmation, Event::SendBack, State::AwaitingCorrection, &[]),
        row(State::AwaitingConfirmation, Event::Amend, State::AwaitingApproval, &[]),
        row(State::AwaitingConfirmation, Event::Cancel, State::Cancelled, &[]),
        row(State::Reviewed, Event::Release, State::Executing, RELEASE),
        row(State::Reviewed, Event::Amend, State::Reviewed, &[]),
        row(State::Reviewed, Event::Confirm, State::Reviewed, CONFIRM_AGAIN),
        row(State::Reviewed, Event::Cancel, State::Cancelled, &[]),
        row(State::Executing, Event::DispatchAll, State::Shipped, &[all_dispatched, agreed]),
        row(State::Executing, Event::Amend, State::Executing, &[]),
        row(State::Executing, Event::Confirm, State::Executing, CONFIRM_AGAIN),
        row(State::Executing, Event::Cancel, State::Cancelled, CANCEL_EXECUTING),
        row(State::Shipped, Event::Receive, State::Received, &[]),
        // what was recorded by mistake (DECISIONS 37)
        row(State::AwaitingApproval, Event::Unverify, State::AwaitingVerification, &[]),
        row(State::AwaitingConfirmation, Event::Unverify, State::AwaitingVerification, &[]),
        row(State::Shipped, Event::Undispatch, State::Executing, &[something_is_here]),
        row(State::Received, Event::Unreceive, State::Shipped, &[something_is_on_its_way]),
    ],
};

/// The guards that any step forward of work on an order has to pass, beyond the table (tasks,
/// shipments; DOMAIN 6.4).
pub fn may_move(facts: &Facts) -> Vec<Reason> {
    FORWARD.iter().filter_map(|guard| guard(facts)).collect()
}

impl State {
    /// The group that the state belongs to.
    pub const fn status(self) -> Status {
        match self {
            Self::AwaitingVerification | Self::AwaitingCorrection | Self::AwaitingApproval | Self::AwaitingConfirmation => Status::Created,
            Self::Reviewed => Status::Reviewed,
            Self::Executing => Status::Executing,
            Self::Shipped => Status::Shipped,
            Self::Received => Status::Received,
            Self::Cancelled => Status::Cancelled,
        }
    }
}

impl Status {
    /// The states of this group.
    pub fn states(self) -> Vec<State> {
        State::ALL.iter().copied().filter(|state| state.status() == self).collect()
    }
}

/// What the stage within `executing` depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// A production task is not done yet.
    pub production_open: bool,
    /// A picking or service task is not done yet.
    pub preparation_open: bool,
}

/// What an order waits for (DECISIONS 15).
pub fn stage(state: State, progress: Progress) -> Stage {
    match state {
        State::AwaitingVerification => Stage::AwaitingVerification,
        State::AwaitingCorrection => Stage::AwaitingCorrection,
        State::AwaitingApproval => Stage::AwaitingApproval,
        State::AwaitingConfirmation => Stage::AwaitingConfirmation,
        State::Reviewed => Stage::AwaitingRelease,
        State::Executing if progress.production_open => Stage::AwaitingProduction,
        State::Executing if progress.preparation_open => Stage::AwaitingPreparation,
        State::Executing => Stage::AwaitingShipment,
        State::Shipped => Stage::AwaitingReceipt,
        State::Received => Stage::Done,
        State::Cancelled => Stage::Cancelled,
    }
}
