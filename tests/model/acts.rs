//! What can be tried, and how a sequence of it is made up by chance.

use super::decimal::ONE;
use super::order::Kind;
use super::people::{EVERYBODY, Who};
use proptest::prelude::*;
use proptest::sample::select;

/// An order as it is entered: who does, its lines, each with quantity, price and discount rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    pub by: Who,
    pub lines: Vec<(Kind, i64, i64, i64)>,
    pub rush: bool,
}

/// What an amendment changes.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Nothing,
    ReasonOnly,
    Tags(u8),
    Rush(bool),
    /// It is promised a week later than it was.
    Later,
    Quantity(usize, i64),
    Add(Kind, i64),
    /// The last one cannot go.
    Drop(usize),
    /// What counts, and so takes an amendment back that is not agreed; nothing where there is none.
    Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Approve,
    Return,
    Reject,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    Note,
    PassedReport,
    FailedReport,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parcel {
    Rest,
    Of(usize, i64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bill {
    Rest,
    OneYuan,
    TooMuch,
}

/// Something tried. Numbers choose among what there is, going round.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// Whatever brings the order on; the model says what that is.
    Onward,
    /// Whoever's turn it is says no to an amendment of what was reviewed, so; else as `Onward`.
    Refuse(Decision),
    Enter(Draft),
    Amend(Change),
    Verify,
    FindWrong,
    SendBack,
    /// The round's level, whether of a round that is over, and what is decided.
    Decide(usize, bool, Decision),
    Confirm,
    Release,
    Hold,
    Unhold,
    /// A verification or a receipt was a mistake.
    Undo,
    Start(usize),
    Prove(usize, Proof),
    Complete(usize),
    CancelTask(usize),
    Pack(Parcel),
    Dispatch(usize),
    Abandon(usize),
    Track(usize, &'static str),
    Receive,
    Cancel,
    Report,
    Resolve(usize),
    Dismiss(usize),
    Restock(i64),
    Invoice(Bill),
}

/// What the caller says of the version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    Unsaid,
    Now,
    Stale,
}

/// How often it is sent under one idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    No,
    Same,
    /// The key with another body.
    Other,
}

/// One step of a sequence.
#[derive(Debug, Clone)]
pub struct Step {
    /// Which of the orders there are.
    pub order: usize,
    /// Who; somebody who may, where it is left open.
    pub who: Option<Who>,
    pub act: Act,
    pub seen: Seen,
    pub again: Again,
}

fn quantity() -> impl Strategy<Value = i64> {
    select(vec![ONE, 2 * ONE, 25_000, 7 * ONE, 3_333, 1])
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![4 => Just(Kind::Stocked), 1 => Just(Kind::Untracked), 2 => Just(Kind::Custom), 2 => Just(Kind::Service)]
}

/// From half a cent to what makes an order large.
fn price() -> impl Strategy<Value = i64> {
    select(vec![10 * ONE, 98_765, 50, 10 * ONE, 49_999 * ONE])
}

fn draft() -> impl Strategy<Value = Draft> {
    let line = (kind(), quantity(), price(), select(vec![0, 0, 1_500]));
    let by = select(vec![Who::Sales, Who::Colleague, Who::Chief, Who::Manager, Who::Admin]);
    (by, prop::collection::vec(line, 1..=3), prop::bool::weighted(0.2)).prop_map(|(by, lines, rush)| Draft { by, lines, rush })
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Nothing),
        Just(Change::ReasonOnly),
        (0..3_u8).prop_map(Change::Tags),
        any::<bool>().prop_map(Change::Rush),
        Just(Change::Later),
        (0..3_usize, quantity()).prop_map(|(line, quantity)| Change::Quantity(line, quantity)),
        (kind(), quantity()).prop_map(|(kind, quantity)| Change::Add(kind, quantity)),
        (0..3_usize).prop_map(Change::Drop),
        Just(Change::Back),
    ]
}

fn intake() -> impl Strategy<Value = Act> {
    let decision = prop_oneof![3 => Just(Decision::Approve), 1 => Just(Decision::Return), 1 => Just(Decision::Reject)];
    prop_oneof![
        1 => draft().prop_map(Act::Enter),
        4 => change().prop_map(Act::Amend),
        2 => Just(Act::Verify),
        1 => Just(Act::FindWrong),
        2 => Just(Act::SendBack),
        4 => (0..4_usize, prop::bool::weighted(0.2), decision).prop_map(|(level, old, decision)| Act::Decide(level, old, decision)),
        2 => Just(Act::Confirm),
        1 => Just(Act::Cancel),
        1 => Just(Act::Undo),
    ]
}

fn execution() -> impl Strategy<Value = Act> {
    let at = || 0..6_usize;
    let proof = select(vec![Proof::Note, Proof::PassedReport, Proof::FailedReport]);
    let parcel = prop_oneof![Just(Parcel::Rest), (0..3_usize, quantity()).prop_map(|(line, quantity)| Parcel::Of(line, quantity))];
    let tracked = select(vec!["in_transit", "delivered", "lost", "returned"]);
    prop_oneof![
        1 => Just(Act::Release),
        1 => at().prop_map(Act::Start),
        2 => (at(), proof).prop_map(|(task, proof)| Act::Prove(task, proof)),
        3 => at().prop_map(Act::Complete),
        1 => at().prop_map(Act::CancelTask),
        3 => parcel.prop_map(Act::Pack),
        2 => at().prop_map(Act::Dispatch),
        1 => at().prop_map(Act::Abandon),
        2 => (at(), tracked).prop_map(|(shipment, status)| Act::Track(shipment, status)),
        1 => Just(Act::Receive),
        1 => select(vec![Bill::Rest, Bill::OneYuan, Bill::TooMuch]).prop_map(Act::Invoice),
    ]
}

fn disturbance() -> impl Strategy<Value = Act> {
    prop_oneof![
        1 => Just(Act::Hold),
        2 => Just(Act::Unhold),
        1 => Just(Act::Report),
        2 => (0..3_usize).prop_map(Act::Resolve),
        1 => (0..3_usize).prop_map(Act::Dismiss),
        1 => quantity().prop_map(Act::Restock),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let refusal = select(vec![Decision::Return, Decision::Reject]).prop_map(Act::Refuse);
    let amendment = change().prop_map(Act::Amend);
    let act = prop_oneof![9 => Just(Act::Onward), 1 => refusal, 1 => amendment, 3 => intake(), 4 => execution(), 2 => disturbance()];
    let who = prop::option::weighted(0.2, select(EVERYBODY.to_vec()));
    let seen = prop_oneof![5 => Just(Seen::Unsaid), 5 => Just(Seen::Now), 1 => Just(Seen::Stale)];
    let again = prop_oneof![6 => Just(Again::No), 2 => Just(Again::Same), 1 => Just(Again::Other)];
    (0..4_usize, who, act, seen, again).prop_map(|(order, who, act, seen, again)| Step { order, who, act, seen, again })
}

/// What is on the shelf, the first order, and what is tried.
pub type Sequence = (i64, Draft, Vec<Step>);

/// A sequence made up by chance.
pub fn case() -> impl Strategy<Value = Sequence> {
    (select(vec![0, 2 * ONE, 5 * ONE, 100 * ONE]), draft(), prop::collection::vec(step(), 1..64))
}
