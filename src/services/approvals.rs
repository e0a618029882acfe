//! Approvals (DOMAIN 2): a round is opened for an order, its steps are decided one level at a
//! time, and it ends approved, rejected, returned or superseded. What the end means for the order
//! is `workflow`'s business. Rounds begin in `opening`, are decided in `deciding`; what still stands of an
//! earlier one is carried over by `carrying`. What the rules are
//! asked about is gathered in `facts`, what approvers should look at in `checks`. `rules` keeps the
//! rules themselves, `simulating` tries them.

mod carrying;
mod checking;
mod checks;
pub mod credit;
mod deciding;
mod escalating;
mod facts;
mod opening;
pub mod rules;
mod simulating;

pub use checking::check_again;
pub use checks::gather as check;
pub use deciding::decide;
pub use escalating::{escalate, escalate_orphan};
pub use facts::facts_of;
pub use opening::open_round;
pub use simulating::{Simulation, simulate};

use crate::db::types::Json;
use crate::db::{Conn, Tx};
use crate::domain::actor::{Actor, Department, Role};
use crate::domain::amount::Amount;
use crate::domain::approval_policy::LADDER;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::approval::{Facts, MACHINE, RoundStatus, StepEvent};
use crate::domain::settings::Settings;
use crate::error::{Code, Result};
use crate::input::rules::prose;
use crate::repositories::approvals::{self, Queue, Round, Seat, Step, delegations};
use crate::repositories::orders;
use chrono::NaiveDate;
use serde::Deserialize;
use validator::Validate;

/// What an approver may say with a yes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepApproval, example = json!({"comment": "Agreed"}))]
pub struct DecisionInput {
    #[serde(default)]
    #[validate(length(max = 1000))]
    #[schema(max_length = 1000)]
    pub comment: Option<String>,
}

/// What an approver must say with a no: why, or what is to be changed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = StepRefusal, example = json!({"comment": "The discount is above what we agreed on"}))]
pub struct RefusalInput {
    #[validate(length(min = 1, max = 1000), custom(function = prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub comment: String,
}

/// Who may override a check that failed (DOMAIN 2.3).
const OVERRIDERS: &[Role] = &[Role::DepartmentHead, Role::OperationsHead];
/// What a step names as its rule that is asked for because a check failed.
pub const FAILED_CHECK: &str = "failed_check";

/// Whether an order is one that nobody approves for themselves: above the threshold, or not to be
/// compared with it (DOMAIN 2.4, DECISIONS 24).
fn is_large(total_in_base: Option<Amount>, settings: &Settings) -> bool {
    total_in_base.is_none_or(|total| total > settings.large_order_threshold)
}

/// What can be decided about a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Approve,
    /// The order ends here (DECISIONS 16).
    Reject,
    /// The order goes back to be changed.
    SendBack,
}

impl Decision {
    const fn event(self) -> StepEvent {
        match self {
            Self::Approve => StepEvent::Approve,
            Self::Reject => StepEvent::Reject,
            Self::SendBack => StepEvent::ReturnForChanges,
        }
    }
}

/// The deciding roles among some, as seats: a head's is of their department.
fn seats(roles: &[Role], department: Option<Department>, principal: Option<Id>) -> impl Iterator<Item = Seat> {
    let seat = move |role: &Role| match role {
        Role::DepartmentHead => department.map(|department| Seat { role: *role, department: Some(department), principal }),
        _ => Some(Seat { role: *role, department: None, principal }),
    };
    LADDER.iter().filter(|role| roles.contains(role)).filter_map(seat).collect::<Vec<_>>().into_iter()
}

/// Where a person may decide on a day, for themselves and for those who have delegated to them; `None`
/// for whoever is not a person (DOMAIN 2.4, DECISIONS 24).
///
/// # Errors
/// Those of the database.
pub fn queue_of(conn: &mut Conn, actor: &Actor, day: NaiveDate) -> Result<Option<Queue>> {
    let Some(person) = actor.user_id() else { return Ok(None) };
    let mut all: Vec<Seat> = seats(&actor.roles, actor.department, None).collect();
    for principal in delegations::principals_of(conn, person, day)? {
        let Json(roles) = &principal.roles;
        all.extend(seats(roles, principal.department, Some(principal.id)));
    }
    Ok(Some(Queue { person, seats: all }))
}

/// Ends an order's open round, if there is one, because it asks about something that is no more.
///
/// # Errors
/// Those of the database.
pub fn supersede(tx: &mut Tx, order: Id) -> Result<()> {
    orders::take(tx, order)?;
    let Some(round) = approvals::latest_round(tx.conn, order)?.filter(|round| round.status == RoundStatus::Open) else { return Ok(()) };
    let steps = approvals::steps_of_round(tx.conn, round.id)?;
    withdraw(tx, &steps)?;
    close(tx, &round, RoundStatus::Superseded)?;
    let event = Event::in_order(EventName::ApprovalSuperseded, order, Kind::Round, round.id)
        .with("order_id", order.text(Kind::Order))
        .with("round", round.round)
        .with("status", RoundStatus::Superseded.as_str())
        .change("status", RoundStatus::Open.as_str(), RoundStatus::Superseded.as_str());
    tx.record(event).map(drop)
}

/// Supersedes those of these steps that still wait for a decision.
fn withdraw(tx: &mut Tx, steps: &[Step]) -> Result<()> {
    for step in steps {
        if let Ok(status) = MACHINE.next(step.status, StepEvent::Supersede, &Facts::default()) {
            store(tx, step, &Step { status, version: step.version + 1, ..step.clone() })?;
        }
    }
    Ok(())
}

/// Nobody else can have changed it, since the order is held.
fn store(tx: &mut Tx, before: &Step, after: &Step) -> Result<()> {
    if approvals::set_step_status(tx.conn, before.status, after)? { Ok(()) } else { Err(Code::Unavailable.into()) }
}

fn close(tx: &mut Tx, round: &Round, status: RoundStatus) -> Result<()> {
    if approvals::close_round(tx.conn, round.id, status, tx.now)? { Ok(()) } else { Err(Code::Unavailable.into()) }
}

/// An event about a step, with what all of them carry.
fn about(name: EventName, round: &Round, step: &Step) -> Event {
    Event::in_order(name, step.order_id, Kind::Step, step.id)
        .with("order_id", step.order_id.text(Kind::Order))
        .with("round", round.round)
        .with("level", step.level)
        .with("role", step.role.as_str())
        .with("status", step.status.as_str())
        .with("version", step.version)
}

fn requested(round: &Round, step: &Step) -> Event {
    about(EventName::ApprovalRequested, round, step)
}
