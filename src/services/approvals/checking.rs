//! Running the checks of an open round again (DOMAIN 2.3): stock came in, an invoice was paid, or the
//! other way round. What was found before stays in the history.

use super::opening::{build_steps, failed_check, head_for, open_round};
use super::{OVERRIDERS, checks, store as store_step};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::approval::{RoundStatus, StepStatus};
use crate::error::{Code, Problem, Result};
use crate::repositories::approvals::{self, Basis, Check, CheckResult, Round, Step, evidence};
use crate::repositories::orders::{self, Order};
use serde_json::{Map, Value};

/// Runs the checks of an order's open round as of now; gives the order's id. What fails now asks a head,
/// where nobody is asked who could override it; a head who was asked stays asked. One who has said yes
/// already has not seen it fail: then a new round carries what the others have decided and asks again.
///
/// # Errors
/// `not_found`; `version_mismatch` by `If-Match`; `invalid_transition` where no round is open.
pub fn check_again(tx: &mut Tx, reference: &str) -> Result<Id> {
    let id = orders::resolve(tx.conn, reference)?.ok_or_else(Problem::not_found)?;
    let order = orders::take(tx, id)?.ok_or_else(Problem::not_found)?;
    tx.check_match(order.version - 1)?;
    let open = approvals::latest_round(tx.conn, id)?.filter(|round| round.status == RoundStatus::Open);
    let round = open.ok_or_else(|| Problem::invalid_transition(order.state.as_str(), "check", &[]))?;
    let subject = evidence::subject(tx.conn, order)?;
    let found = checks::gather(tx, &subject)?;
    if Json(found.clone()) == round.checks {
        return Ok(id);
    }
    let event = Event::in_order(EventName::ApprovalChecked, id, Kind::Round, round.id)
        .with("order_id", id.text(Kind::Order))
        .with("round", round.round)
        .change("checks", results(&round.checks.0), results(&found));
    tx.record(event)?;
    let steps = approvals::steps_of_round(tx.conn, round.id)?;
    let passed_unseen = steps.iter().any(|step| OVERRIDERS.contains(&step.role) && step.status.is_passed());
    if passed_unseen && fails_anew(&round.checks.0, &found) {
        open_round(tx, id)?;
    } else {
        store(tx, &subject.order, round, &steps, found)?;
    }
    Ok(id)
}

/// Whether something fails that did not.
fn fails_anew(before: &[Check], now: &[Check]) -> bool {
    let failed = |checks: &[Check], kind| checks.iter().any(|check| check.kind == kind && check.result == CheckResult::Fail);
    now.iter().any(|check| failed(now, check.kind) && !failed(before, check.kind))
}

/// Each check with its result, for the history.
fn results(checks: &[Check]) -> Value {
    let result = |check: &Check| (check.kind.as_str().to_owned(), Value::from(check.result.as_str()));
    Value::Object(checks.iter().map(result).collect::<Map<String, Value>>())
}

fn store(tx: &mut Tx, order: &Order, before: Round, steps: &[Step], found: Vec<Check>) -> Result<()> {
    let asked: Vec<_> = steps.iter().map(|step| (step.level, step.role)).collect();
    let head = head_for(&found, &asked);
    let Json(mut basis): Json<Basis> = before.basis.clone();
    basis.rules.extend(head.as_ref().map(|_| failed_check()));
    let round = Round { checks: Json(found), basis: Json(basis), ..before };
    if !approvals::set_checks(tx.conn, &round)? {
        return Err(Code::Unavailable.into());
    }
    // what is still to be decided is not what it was
    for step in steps.iter().filter(|step| matches!(step.status, StepStatus::Waiting | StepStatus::Pending)) {
        store_step(tx, step, &Step { version: step.version + 1, ..step.clone() })?;
    }
    // it waits: a round is open as long as somebody else's turn has not passed
    let added = build_steps(tx, order, &round, head.as_slice())?;
    approvals::insert_steps(tx.conn, &added)
}
