//! Deciding a step (DOMAIN 2.4): the table says whether this person may now, and what follows.

use super::{Decision, about, close, facts, requested, store, withdraw};
use crate::db::Tx;
use crate::domain::actor::{Actor, Role};
use crate::domain::event::{Event, EventName};
use crate::domain::id::Id;
use crate::domain::lifecycle::approval::{Facts, MACHINE, RoundStatus, StepEvent, StepStatus};
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::error::{Code, Error, Problem, Result};
use crate::repositories::approvals::{self, Round, Step};
use crate::repositories::orders::{self, Order, parts};
use crate::repositories::{exceptions, settings};

/// Decides a step. After a yes the next level is asked, or the round is approved; a no ends it.
///
/// # Errors
/// `not_found`; `version_mismatch` by `If-Match`; `already_decided`; `forbidden` without the role;
/// `self_approval` for who decided another level, or an own large order; `order_blocked`;
/// `invalid_transition` for a step whose turn it isn't.
pub fn decide(tx: &mut Tx, id: Id, decision: Decision, comment: Option<&str>) -> Result<Step> {
    let seen = approvals::find_step(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    let order = orders::take(tx, seen.order_id)?.ok_or_else(Problem::not_found)?;
    let steps = approvals::steps_of_round(tx.conn, seen.round_id)?;
    let step = steps.iter().find(|step| step.id == id).ok_or_else(Problem::not_found)?;
    let (_, settings) = settings::load(tx.conn)?;
    let own_large = is_own_large(tx, &order, &settings)?;
    let facts = Facts { own_large_order: own_large && settings.four_eyes, ..gather(tx, &order, step, &steps)? };
    if !facts.holds_role {
        return Err(Problem::from_reasons(vec![Reason::RoleMissing]).into());
    }
    tx.check_match(step.version)?;
    let decided = Step {
        status: next(step, decision.event(), &facts)?,
        version: step.version + 1,
        decided_by_id: tx.actor.user_id(),
        decided_at: Some(tx.now),
        comment: comment.filter(|text| !text.trim().is_empty()).map(str::to_owned),
        ..step.clone()
    };
    if !approvals::set_step_status(tx.conn, step.status, &decided)? {
        return Err(Code::AlreadyDecided.into());
    }
    let round = approvals::find_rounds(tx.conn, &[step.round_id])?.pop().ok_or_else(|| Error::internal("a step without a round"))?;
    let follower = steps.iter().find(|other| other.level > step.level && other.status == StepStatus::Waiting);
    let outcome = outcome(decided.status, follower.is_some());
    let event = decision_event(&round, step, &decided, decision, outcome);
    tx.record(if own_large && !settings.four_eyes { event.note("own_large_order", true) } else { event })?;
    go_on(tx, &round, &steps, follower, outcome)?;
    Ok(decided)
}

/// How a round stands after a step of it was decided.
fn outcome(decided: StepStatus, more_wait: bool) -> RoundStatus {
    match decided {
        StepStatus::Approved if more_wait => RoundStatus::Open,
        StepStatus::Approved => RoundStatus::Approved,
        StepStatus::Rejected => RoundStatus::Rejected,
        _ => RoundStatus::Returned,
    }
}

/// Asks the next level, or closes the round; levels that were not asked yet never will be.
fn go_on(tx: &mut Tx, round: &Round, steps: &[Step], follower: Option<&Step>, outcome: RoundStatus) -> Result<()> {
    match follower {
        Some(step) if outcome == RoundStatus::Open => take_turn(tx, round, step),
        _ => {
            let waiting: Vec<Step> = steps.iter().filter(|step| step.status == StepStatus::Waiting).cloned().collect();
            withdraw(tx, &waiting)?;
            close(tx, round, outcome)
        }
    }
}

fn take_turn(tx: &mut Tx, round: &Round, step: &Step) -> Result<()> {
    let facts = Facts { earlier_passed: true, ..Facts::default() };
    let turn = Step { status: next(step, StepEvent::TakeTurn, &facts)?, version: step.version + 1, ..step.clone() };
    store(tx, step, &turn)?;
    tx.record(requested(round, &turn).change("status", step.status.as_str(), turn.status.as_str())).map(drop)
}

/// The status after an event, or why there is none; a decision that was made already is told as
/// such, and so is a level whose turn has not come.
fn next(step: &Step, event: StepEvent, facts: &Facts) -> Result<StepStatus> {
    match (step.status, event) {
        (StepStatus::Approved | StepStatus::Rejected | StepStatus::Returned, _) => {
            let problem = Problem::new(Code::AlreadyDecided).with("decision", step.status.as_str());
            Err(problem.with("decided_at", step.decided_at.map(|at| at.text())).into())
        }
        (StepStatus::Waiting, StepEvent::Approve | StepEvent::Reject | StepEvent::ReturnForChanges) => {
            let problem = Problem::from_reasons(vec![Reason::EarlierLevelOpen]);
            Err(problem.with("state", step.status.as_str()).with("allowed", Vec::<String>::new()).into())
        }
        (status, event) => MACHINE.next(status, event, facts).map_err(|r| Problem::refusal(status.as_str(), event, r).into()),
    }
}

/// Whether the actor holds the step's role, for a head in the step's department (DOMAIN 2.1).
fn holds_role(actor: &Actor, step: &Step) -> bool {
    actor.holds(&[step.role]) && (step.role != Role::DepartmentHead || actor.department == step.department)
}

/// What the guards look at; whether it is an own large order is for the caller to say.
fn gather(tx: &mut Tx, order: &Order, step: &Step, steps: &[Step]) -> Result<Facts> {
    let person = tx.actor.user_id();
    Ok(Facts {
        earlier_passed: steps.iter().filter(|other| other.level < step.level).all(|other| other.status == StepStatus::Approved),
        holds_role: holds_role(&tx.actor, step),
        decided_other_level: person.is_some() && steps.iter().any(|other| other.id != step.id && other.decided_by_id == person),
        own_large_order: false,
        blocked_by: exceptions::blocking_numbers(tx.conn, order.id)?,
        on_hold: parts::details(tx.conn, order.id)?.hold_reason.is_some(),
    })
}

/// Whether the actor entered or amended the order, and it is above the threshold or cannot be
/// compared with it (DOMAIN 2.4).
fn is_own_large(tx: &mut Tx, order: &Order, settings: &Settings) -> Result<bool> {
    let large = facts::total_in_base(tx, order)?.is_none_or(|total| total > settings.large_order_threshold);
    match tx.actor.user_id() {
        Some(person) if large => parts::has_author(tx.conn, order.id, person),
        _ => Ok(false),
    }
}

fn decision_event(round: &Round, before: &Step, decided: &Step, decision: Decision, outcome: RoundStatus) -> Event {
    let event = about(EventName::ApprovalDecided, round, decided)
        .with("decision", decision.event().as_str())
        .with("round_status", outcome.as_str())
        .change("status", before.status.as_str(), decided.status.as_str());
    match &decided.comment {
        Some(comment) => event.note("comment", comment.clone()),
        None => event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{ActorKind, Department};
    use crate::domain::time::UtcTime;
    use crate::error::Error;

    fn step(role: Role, department: Option<Department>, status: StepStatus) -> Step {
        let id = Id::from_parts(1, [1; 10]);
        let at = UtcTime::from_micros(0).unwrap();
        Step {
            id,
            version: 1,
            round_id: id,
            order_id: id,
            level: 1,
            role,
            department,
            rule: "every_order".to_owned(),
            status,
            decided_by_id: None,
            decided_at: None,
            comment: None,
            created_at: at,
        }
    }

    fn person(role: Role, department: Department) -> Actor {
        Actor { kind: ActorKind::User, roles: vec![role], department: Some(department), ..Actor::anonymous() }
    }

    #[test]
    fn a_head_decides_for_their_own_department_only() {
        // DOMAIN 2.1
        let of_sales = step(Role::DepartmentHead, Some(Department::Sales), StepStatus::Pending);
        assert!(holds_role(&person(Role::DepartmentHead, Department::Sales), &of_sales));
        assert!(!holds_role(&person(Role::DepartmentHead, Department::Production), &of_sales));
        assert!(!holds_role(&person(Role::SalesManager, Department::Sales), &of_sales));
        assert!(holds_role(&person(Role::SalesManager, Department::Operations), &step(Role::SalesManager, None, StepStatus::Pending)));
    }

    #[test]
    fn a_round_ends_with_the_last_yes_or_the_first_no() {
        // DOMAIN 2.4
        assert_eq!(outcome(StepStatus::Approved, true), RoundStatus::Open);
        assert_eq!(outcome(StepStatus::Approved, false), RoundStatus::Approved);
        assert_eq!(outcome(StepStatus::Rejected, true), RoundStatus::Rejected);
        assert_eq!(outcome(StepStatus::Returned, true), RoundStatus::Returned);
    }

    #[test]
    fn what_cannot_be_decided_says_why() {
        let code = |status| match next(&step(Role::SalesManager, None, status), StepEvent::Approve, &Facts::default()) {
            Err(Error::Problem(problem)) => problem.code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(StepStatus::Approved), Code::AlreadyDecided);
        assert_eq!(code(StepStatus::Returned), Code::AlreadyDecided);
        assert_eq!(code(StepStatus::Waiting), Code::InvalidTransition);
        assert_eq!(code(StepStatus::Superseded), Code::InvalidTransition);
        assert_eq!(code(StepStatus::Pending), Code::Forbidden);
    }
}
