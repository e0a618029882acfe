//! Deciding a step (DOMAIN 2.4): the table says whether this person may now, and what follows.

use super::{Decision, OVERRIDERS, about, close, facts, is_large, queue_of, requested, store, withdraw};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Role;
use crate::domain::approval_policy::below;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::judged::touched;
use crate::domain::lifecycle::approval::{Facts, MACHINE, RoundStatus, StepEvent, StepStatus};
use crate::domain::lifecycle::order::Status;
use crate::domain::reason::Reason;
use crate::domain::settings::Settings;
use crate::domain::visible::is_blank;
use crate::error::{Code, Error, Problem, Result};
use crate::repositories::approvals::{self, CheckResult, Round, Seat, Step};
use crate::repositories::orders::{self, Order, parts};
use crate::repositories::{events, exceptions, settings};

/// Decides a step. After a yes the next level is asked, or the round is approved; a no ends it.
///
/// # Errors
/// `not_found`; `version_mismatch` by `If-Match`; `already_decided`; `forbidden` without the role;
/// `self_approval` for who decided another level, or an own large order; `order_blocked`;
/// `invalid_transition` for a step whose turn it isn't; `rule_violated` where a failed check is
/// overridden without a reason.
pub fn decide(tx: &mut Tx, id: Id, decision: Decision, comment: Option<&str>) -> Result<Step> {
    let seen = approvals::find_step(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    let order = orders::take(tx, seen.order_id)?.ok_or_else(Problem::not_found)?;
    let steps = approvals::steps_of_round(tx.conn, seen.round_id)?;
    let step = steps.iter().find(|step| step.id == id).ok_or_else(Problem::not_found)?;
    let (_, settings) = settings::load(tx.conn)?;
    let round = approvals::find_rounds(tx.conn, &[step.round_id])?.pop().ok_or_else(|| Error::internal("a step without a round"))?;
    let asked = Asked { order: &order, round: &round, steps: &steps, settings: &settings };
    let Some(Place { seat, own_large, facts }) = place_at(tx, &asked, step, decision)? else {
        return Err(Problem::from_reasons(vec![Reason::RoleMissing]).into());
    };
    tx.check_match(step.version)?;
    let status = next(step, decision.event(), &facts)?;
    let comment = comment.filter(|text| !is_blank(text));
    let overridden = if decision == Decision::Approve { overridden(&round, step, &steps) } else { Vec::new() };
    if !overridden.is_empty() && comment.is_none() {
        let en = "A check failed; whoever approves in spite of it says why in `comment`.";
        return Err(Problem::rule("DOMAIN 2.3", en, "有检查未通过；仍要通过审核时须在 comment 中说明理由。")
            .with("failed_checks", overridden)
            .into());
    }
    let decided = Step {
        status,
        version: step.version + 1,
        decided_by_id: tx.actor.user_id(),
        decided_at: Some(tx.now),
        comment: comment.map(str::to_owned),
        decided_for_id: seat.principal,
        seen_revision: Some(order.revision),
        seen_fingerprint: Some(parts::revision(tx.conn, order.id, order.revision)?.fingerprint),
        seen_checks: Some(round.checks.clone()),
        ..step.clone()
    };
    if !approvals::set_step_status(tx.conn, step.status, &decided)? {
        return Err(Code::AlreadyDecided.into());
    }
    let follower = steps.iter().find(|other| other.level > step.level && other.status == StepStatus::Waiting);
    let outcome = outcome(decided.status, follower.is_some());
    let mut event = decision_event(&round, step, &decided, decision, outcome);
    if own_large && !settings.four_eyes {
        event = event.note("own_large_order", true);
    }
    if !overridden.is_empty() {
        event = event.note("overridden", overridden);
    }
    tx.record(event)?;
    go_on(tx, &round, &steps, follower, outcome)?;
    Ok(decided)
}

/// The checks that a yes of this step overrides: those that failed, where nobody who may override has
/// said yes yet (DOMAIN 2.3).
fn overridden(round: &Round, step: &Step, steps: &[Step]) -> Vec<&'static str> {
    let done = steps.iter().any(|other| OVERRIDERS.contains(&other.role) && other.status.is_passed());
    if done || !OVERRIDERS.contains(&step.role) {
        return Vec::new();
    }
    let Json(checks) = &round.checks;
    checks.iter().filter(|check| check.result == CheckResult::Fail).map(|check| check.kind.as_str()).collect()
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
    let status = next(step, StepEvent::TakeTurn, &facts)?;
    let turn = Step { status, version: step.version + 1, pending_since: Some(tx.now), ..step.clone() };
    store(tx, step, &turn)?;
    tx.record(requested(round, &turn).change("status", step.status.as_str(), turn.status.as_str())).map(drop)
}

/// The status after an event, or why there is none; a decision that was made already is told as
/// such, and so is a level whose turn has not come.
fn next(step: &Step, event: StepEvent, facts: &Facts) -> Result<StepStatus> {
    match (step.status, event) {
        (StepStatus::Approved | StepStatus::Rejected | StepStatus::Returned | StepStatus::Carried, _) => {
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

/// What is to be decided about.
struct Asked<'a> {
    order: &'a Order,
    round: &'a Round,
    steps: &'a [Step],
    settings: &'a Settings,
}

/// Where somebody decides from, and what the guards see of it.
struct Place {
    seat: Seat,
    own_large: bool,
    facts: Facts,
}

/// From where the actor decides this step: their own seat where they have it, else that of somebody who
/// has delegated to them (DOMAIN 2.1, 2.4). Of several, the first from which they may.
fn place_at(tx: &mut Tx, asked: &Asked, step: &Step, decision: Decision) -> Result<Option<Place>> {
    let today = facts::today(tx);
    let Some(queue) = queue_of(tx.conn, &tx.actor, today)? else { return Ok(None) };
    let mut first = None;
    for seat in queue.seats.into_iter().filter(|seat| fits(seat, step)) {
        let (own_large, facts) = gather(tx, asked, seat, step)?;
        let may = MACHINE.next(step.status, decision.event(), &facts).is_ok();
        let place = Place { seat, own_large, facts };
        if may {
            return Ok(Some(place));
        }
        first = first.or(Some(place));
    }
    Ok(first)
}

/// A seat decides its own steps, and those below that were opened to it (DECISIONS 36); a head's is of
/// one department.
fn fits(seat: &Seat, step: &Step) -> bool {
    let theirs = seat.role == step.role || (step.escalated_at.is_some() && below(seat.role).contains(&step.role));
    theirs && (seat.role != Role::DepartmentHead || seat.department == step.department)
}

/// Those who decide: the actor and, where they decide for somebody, that person. Each rule about two
/// people counts for both (DECISIONS 24).
fn people(tx: &Tx, seat: Seat) -> Vec<Id> {
    tx.actor.user_id().into_iter().chain(seat.principal).collect()
}

/// Whether it is a large order of one who decides, and what the guards look at.
fn gather(tx: &mut Tx, Asked { order, round, steps, settings }: &Asked, seat: Seat, step: &Step) -> Result<(bool, Facts)> {
    let people = people(tx, seat);
    let decided = |other: &Step| [other.decided_by_id, other.decided_for_id].into_iter().flatten().any(|person| people.contains(&person));
    let mut author = false;
    for person in &people {
        author |= parts::has_author(tx.conn, order.id, *person)?;
    }
    // amending is never stopped, so approving it is not either: it may be what lifts the block (DECISIONS 18)
    let amending = order.state.status() != Status::Created;
    let own_large = author && is_large(round.total_in_base(), settings);
    let facts = Facts {
        earlier_passed: steps.iter().filter(|other| other.level < step.level).all(|other| other.status.is_passed()),
        nothing_changed: false,
        holds_role: true,
        decided_other_level: steps.iter().any(|other| other.id != step.id && decided(other)),
        own_large_order: own_large && settings.four_eyes,
        own_amendment: author && settings.four_eyes && amended_unverified(tx, order, &people)?,
        blocked_by: if amending { Vec::new() } else { exceptions::blocking_numbers(tx.conn, order.id)? },
        on_hold: !amending && parts::details(tx.conn, order.id)?.hold_reason.is_some(),
    };
    Ok((own_large, facts))
}

/// Whether one of these amended what approvers judge since somebody verified it: whoever did is not the
/// second person to look at it (DOMAIN 1.6).
fn amended_unverified(tx: &mut Tx, order: &Order, people: &[Id]) -> Result<bool> {
    let Some(verified) = events::last_of_order(tx.conn, order.id, EventName::OrderVerified)? else { return Ok(false) };
    let (before, since): (Vec<_>, Vec<_>) = parts::revisions(tx.conn, order.id)?.into_iter().partition(|revision| revision.at <= verified);
    let theirs = since.iter().any(|revision| revision.author_id.is_some_and(|author| people.contains(&author)));
    let (Some(then), Some(now), true) = (before.last(), since.last(), theirs) else { return Ok(false) };
    Ok(!touched(&then.content.0, &now.content.0).is_empty())
}

fn decision_event(round: &Round, before: &Step, decided: &Step, decision: Decision, outcome: RoundStatus) -> Event {
    let event = about(EventName::ApprovalDecided, round, decided)
        .with("decision", decision.event().as_str())
        .with("round_status", outcome.as_str())
        .change("status", before.status.as_str(), decided.status.as_str());
    // a deputy's decision is shown as such: history names both (DOMAIN 2.4)
    let event = match decided.decided_for_id {
        Some(principal) => event.note("decided_for", principal.text(Kind::User)),
        None => event,
    };
    match &decided.comment {
        Some(comment) => event.note("comment", comment.clone()),
        None => event,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Department;
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
            decided_for_id: None,
            seen_revision: None,
            seen_fingerprint: None,
            carried_from_id: None,
            pending_since: None,
            escalated_at: None,
            seen_checks: None,
        }
    }

    #[test]
    fn a_head_decides_for_their_own_department_only() {
        // DOMAIN 2.1
        let of_sales = step(Role::DepartmentHead, Some(Department::Sales), StepStatus::Pending);
        let seat = |role, department| Seat { role, department, principal: None };
        assert!(fits(&seat(Role::DepartmentHead, Some(Department::Sales)), &of_sales));
        assert!(!fits(&seat(Role::DepartmentHead, Some(Department::Production)), &of_sales));
        assert!(!fits(&seat(Role::SalesManager, None), &of_sales));
        assert!(fits(&seat(Role::SalesManager, None), &step(Role::SalesManager, None, StepStatus::Pending)));
    }

    #[test]
    fn what_was_opened_to_those_above_is_theirs_too_and_nobody_elses() {
        // DECISIONS 36
        let seat = |role, department| Seat { role, department, principal: None };
        let waiting = step(Role::SalesManager, Some(Department::Sales), StepStatus::Pending);
        let opened = Step { escalated_at: UtcTime::from_micros(1), ..waiting.clone() };
        let above = [seat(Role::DepartmentHead, Some(Department::Sales)), seat(Role::OperationsHead, None)];
        assert!(above.iter().all(|seat| fits(seat, &opened) && !fits(seat, &waiting)));
        assert!(!fits(&seat(Role::DepartmentHead, Some(Department::Warehouse)), &opened) && !fits(&seat(Role::SalesSpecialist, None), &opened));
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
