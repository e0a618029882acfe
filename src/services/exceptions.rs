//! Exceptions: reported, amended, planned, approved, resolved, closed, dismissed (DOMAIN 6), by
//! people and by the system. What callers say is in `input`; what all steps share is here.

mod amend;
mod by_system;
pub mod candidates;
pub mod carrying;
pub mod costing;
mod due;
pub mod figures;
mod foreseen;
mod impact;
pub mod input;
mod merge;
pub mod notes;
mod plan;
pub mod proposals;
mod raising;
mod report;
mod resolve;
mod shortage;

pub use amend::update;
pub use by_system::{follow_parcel, follow_quality};
pub use due::escalate;
pub use foreseen::{
    end_change, end_overdue, end_silence, end_with_order, follow_promise, raise_change, raise_overdue, raise_short, raise_silent, settle_payment,
};
pub use input::{CloseInput, DismissInput, ExceptionAmendment, ExceptionInput, PlanDecisionInput, PlanInput, ResolveInput};
pub use plan::{approve, plan, rehearse, reject};
pub use report::report;
pub use resolve::{close, dismiss, resolve};
pub use shortage::{report_shortage, settle_shortage};

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::{ActorKind, Role};
use crate::domain::amount::Amount;
use crate::domain::codes;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::exception::{ExceptionEvent as Step, ExceptionKind, Facts, MACHINE};
use crate::domain::reason::Reason;
use crate::error::{Code, Error, FieldError, Problem, Result};
use crate::repositories::exception_causes;
use crate::repositories::exceptions::{self, ExceptionRow, Plan};
use crate::repositories::orders::{self, Order};

/// The exception that a path names.
fn find(tx: &mut Tx, reference: &str) -> Result<ExceptionRow> {
    exceptions::find_by_ref(tx.conn, reference)?.ok_or_else(|| Problem::not_found().into())
}

/// The same, for whoever leads it: the order administrator, and the operations head once a due time has passed
/// (DOMAIN 6.3, DECISIONS 36).
fn find_led(tx: &mut Tx, reference: &str) -> Result<ExceptionRow> {
    let row = find(tx, reference)?;
    refuse_stranger(tx, &row)?;
    Ok(row)
}

/// Refuses who does not lead an exception.
fn refuse_stranger(tx: &Tx, row: &ExceptionRow) -> Result<()> {
    let leads = tx.actor.user_id().is_none() || tx.actor.holds(&[Role::OrderAdmin]) || row.escalated_at.is_some();
    if leads { Ok(()) } else { Err(Problem::from_reasons(vec![Reason::NotPermitted]).into()) }
}

fn take_order(tx: &mut Tx, id: Id) -> Result<Order> {
    orders::take(tx, id)?.ok_or_else(|| Problem::not_found().into())
}

/// Takes the orders that an exception covers, in ascending order of id (DECISIONS 5).
fn take_covered(tx: &mut Tx, exception: Id) -> Result<Vec<Order>> {
    exceptions::links(tx.conn, exception)?.into_iter().map(|order| take_order(tx, order)).collect()
}

/// What the guards look at. A plan that was turned down is none, and what it would cost is still
/// not approved.
fn facts(plan: Option<&Json<Plan>>) -> Facts {
    let plan = plan.map(|Json(plan)| plan);
    let approved = |plan: &Plan| plan.decision.as_ref().is_some_and(|decision| decision.approved);
    Facts { planned: plan.is_some_and(|plan| !plan.rejected()), needs_approval: plan.is_some_and(|plan| plan.needs_approval() && !approved(plan)) }
}

/// Moves an exception by the table and records it; `brings` is what the step adds to it.
fn step(
    tx: &mut Tx,
    before: &ExceptionRow,
    event: Step,
    name: EventName,
    brings: impl FnOnce(&mut ExceptionRow),
    shape: impl FnOnce(Event) -> Event,
) -> Result<ExceptionRow> {
    let next = MACHINE.next(before.status, event, &facts(before.plan.as_ref())).map_err(|r| Problem::refusal(before.status.as_str(), event, r))?;
    let mut after = ExceptionRow { status: next, version: before.version + 1, updated_at: tx.now, ..before.clone() };
    brings(&mut after);
    if !exceptions::set_status(tx.conn, before.status, &after)? {
        return Err(overtaken(tx));
    }
    tx.record(shape(describe(name, &after).change("status", before.status.as_str(), after.status.as_str())))?;
    Ok(after)
}

/// Someone else changed the exception meanwhile: people look again, the system's doing is tried
/// again as a whole.
fn overtaken(tx: &Tx) -> Error {
    match tx.actor.kind {
        ActorKind::System => Problem::unavailable().into(),
        _ => Code::VersionMismatch.into(),
    }
}

/// What subscribers see of every exception's event (DECISIONS 13).
fn describe(name: EventName, row: &ExceptionRow) -> Event {
    Event::new(name, Kind::Exception, row.id)
        .with("number", row.number.clone())
        .with("kind", row.kind.as_str())
        .with("status", row.status.as_str())
        .with("version", row.version)
}

/// Writes into the history of orders that were taken what became of an exception over them;
/// `workflow` lets go on what it stopped.
fn tell(tx: &mut Tx, orders: &[Order], name: EventName, row: &ExceptionRow) -> Result<()> {
    for order in orders {
        let event = Event::of_order(name, order.id)
            .with("number", order.number.clone())
            .with("status", order.state.status().as_str())
            .with("version", order.version)
            .with("exception_id", row.id.text(Kind::Exception))
            .with("exception_number", row.number.clone())
            .with("exception_status", row.status.as_str())
            .with("kind", row.kind.as_str())
            .with("blocking", row.blocking);
        tx.record(event)?;
    }
    Ok(())
}

/// Adds a bad field to a problem that collects them.
fn flaw(problem: &mut Problem, pointer: &str, code: &str, en: impl Into<String>, zh: impl Into<String>) {
    problem.errors.push(FieldError { pointer: pointer.to_owned(), code: code.to_owned(), detail_en: en.into(), detail_zh: zh.into() });
}

/// The problem, if it collected anything.
fn verdict(problem: Problem) -> Result<()> {
    if problem.errors.is_empty() { Ok(()) } else { Err(problem.into()) }
}

/// Amounts may have no more digits than the base currency's minor unit.
fn check_money(currency: &str, pointer: &str, amount: Option<Amount>, problem: &mut Problem) {
    let digits = codes::minor_digits(currency).unwrap_or(4);
    if amount.is_some_and(|amount| !amount.fits(digits)) {
        let en = format!("may have at most {digits} digits after the point in {currency}");
        flaw(problem, pointer, "too_precise", en, format!("{currency} 最多 {digits} 位小数"));
    }
}

/// The person who is to be responsible for something; only someone who is active can be.
fn find_person(tx: &mut Tx, pointer: &str, named: Option<&str>, problem: &mut Problem) -> Result<Option<Id>> {
    let Some(text) = named else { return Ok(None) };
    if let Some(id) = Kind::User.parse(text)
        && exceptions::is_person(tx.conn, id)?
    {
        return Ok(Some(id));
    }
    flaw(problem, pointer, "unknown", "there is no such active user", "没有该在职用户");
    Ok(None)
}

/// The cause of the catalogue that somebody names for a kind of exception (DOMAIN 6.1): one that is given, and suits it.
fn find_cause(tx: &mut Tx, named: Option<&str>, kind: ExceptionKind, problem: &mut Problem) -> Result<Option<String>> {
    let Some(code) = named else { return Ok(None) };
    let (why, en, zh) = match exception_causes::find(tx.conn, code)? {
        None => ("unknown", "there is no such cause", "没有该原因"),
        Some(cause) if !cause.active => ("inactive", "is not given any more", "该原因已停用"),
        Some(cause) if !cause.suits(kind) => ("wrong_kind", "is the cause of another kind of exception", "该原因不适用于此类异常"),
        Some(cause) => return Ok(Some(cause.code)),
    };
    flaw(problem, "/cause_code", why, en, zh);
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::time::UtcTime;
    use crate::repositories::exceptions::Decision;

    fn plan(cost: i32, approved: Option<bool>) -> Json<Plan> {
        let at = UtcTime::from_micros(0).unwrap();
        let decision = approved.map(|approved| Decision { approved, by: "chen".into(), at, comment: None });
        let cost = Some(Amount::units(cost));
        let (actions, carried_at, customer_note, needs_approval) = (Vec::new(), None, None, None);
        Json(Plan {
            summary: "buy".into(),
            cost,
            steps: Vec::new(),
            actions,
            carried_at,
            customer_note,
            needs_approval,
            made_by_id: None,
            made_by: "chen".into(),
            made_at: at,
            decision,
        })
    }

    #[test]
    fn only_a_plan_that_costs_money_needs_approval_and_one_turned_down_is_none() {
        // DOMAIN 6.3, DECISIONS 26
        let of = |cost, approved| facts(Some(&plan(cost, approved)));
        assert_eq!(facts(None), Facts { planned: false, needs_approval: false });
        assert_eq!(of(0, None), Facts { planned: true, needs_approval: false });
        assert_eq!(of(5, None), Facts { planned: true, needs_approval: true });
        assert_eq!(of(5, Some(true)), Facts { planned: true, needs_approval: false });
        assert_eq!(of(5, Some(false)), Facts { planned: false, needs_approval: true });
    }

    #[test]
    fn money_has_the_digits_of_its_currency() {
        let flaws = |currency: &str, text: &str| {
            let mut problem = Problem::new(Code::ValidationFailed);
            check_money(currency, "/cost", Amount::parse(text), &mut problem);
            problem.errors.len()
        };
        assert_eq!([flaws("CNY", "1.50"), flaws("CNY", "1.505"), flaws("JPY", "1.5"), flaws("JPY", "2")], [0, 1, 1, 0]);
    }
}
