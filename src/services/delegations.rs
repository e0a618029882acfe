//! Delegations: a person lets another decide their approval steps for some days (DOMAIN 2.4). Whoever
//! decides so is in history with both names, and every rule about two people counts for both.

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Role;
use crate::domain::approval_policy::LADDER;
use crate::domain::event::{Event, EventName};
use crate::domain::id::{Id, Kind};
use crate::error::{Code, Problem, Result};
use crate::input::{day, rules};
use crate::repositories::approvals::delegations::{self, Delegation};
use crate::repositories::users::{self, User};
use chrono::NaiveDate;
use serde::Deserialize;
use validator::{Validate, ValidationError};

/// The longest time for which one may be made, in days.
const LONGEST_DAYS: i64 = 366;

/// A delegation as callers describe one.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Validate, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[validate(schema(function = ends_after_it_begins))]
#[schema(example = json!({"to": "manager1", "valid_from": "2099-02-01", "valid_until": "2099-02-14", "reason": "On leave"}))]
pub struct DelegationInput {
    /// Whose steps are decided: a user's id or user name. The caller by default; only `admin` and `order_admin` name another.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub from: Option<String>,
    /// Who decides them: a user's id or user name; somebody who approves themselves.
    #[validate(length(min = 1, max = 64))]
    #[schema(min_length = 1, max_length = 64)]
    pub to: String,
    /// The first day, in the company's time zone.
    #[serde(deserialize_with = "day::required")]
    #[validate(custom(function = rules::date))]
    pub valid_from: NaiveDate,
    /// The last day; at most a year after the first.
    #[serde(deserialize_with = "day::required")]
    #[validate(custom(function = rules::date))]
    pub valid_until: NaiveDate,
    #[validate(length(min = 1, max = 1000), custom(function = rules::prose))]
    #[schema(min_length = 1, max_length = 1000)]
    pub reason: Option<String>,
}

fn ends_after_it_begins(input: &DelegationInput) -> std::result::Result<(), ValidationError> {
    let days = (input.valid_until - input.valid_from).num_days();
    let en = "must end on the day it begins or later, and within a year";
    rules::when((0..=LONGEST_DAYS).contains(&days), "range", en, "截止日期不得早于开始日期，且不超过一年")
}

/// Delegates. Its first day may be past: what was decided before is decided.
///
/// # Errors
/// `validation_failed` naming who is not known, does not approve, or is the same person; `forbidden` for
/// naming another without being an administrator; `self_approval` for an administrator who names
/// themselves as another's deputy.
pub fn create(tx: &mut Tx, input: &DelegationInput) -> Result<Delegation> {
    let own = tx.actor.user_id();
    let from = match &input.from {
        Some(named) => person(tx, "/from", named)?,
        None => own.map(|id| users::find(tx.conn, id)).transpose()?.flatten().ok_or(Code::Forbidden)?,
    };
    if Some(from.id) != own && !tx.actor.holds(&[Role::Admin, Role::OrderAdmin]) {
        return Err(not_theirs().into());
    }
    let to = person(tx, "/to", &input.to)?;
    for (user, at) in [(&from, "/from"), (&to, "/to")] {
        let Json(roles) = &user.roles;
        if !roles.iter().any(|role| LADDER.contains(role)) {
            return Err(Problem::invalid(at, "role", "holds no role that approves", "该用户没有审核角色").into());
        }
    }
    if from.id == to.id {
        return Err(Problem::invalid("/to", "same_person", "is the same person", "不能委托给本人").into());
    }
    if Some(from.id) != own && Some(to.id) == own {
        // an administrator appoints others; whom they decide for, that person says
        return Err(Code::SelfApproval.into());
    }
    if input.valid_until < tx.company.zone.local_date(tx.now.utc()) {
        return Err(Problem::invalid("/valid_until", "range", "must not lie in the past", "不得早于今天").into());
    }
    let delegation = Delegation {
        id: tx.new_id(),
        version: 1,
        from_id: from.id,
        to_id: to.id,
        valid_from: input.valid_from,
        valid_until: input.valid_until,
        reason: input.reason.clone(),
        revoked_at: None,
        created_at: tx.now,
    };
    delegations::insert(tx.conn, &delegation)?;
    tx.record(event(EventName::DelegationCreated, &delegation))?;
    Ok(delegation)
}

/// What somebody is told who would decide about another's delegation.
fn not_theirs() -> Problem {
    let en = "It is another person's delegation; only an administrator or order administrator may do this for them.";
    Problem::new(Code::Forbidden).detail(en, "这是他人的委托；仅系统管理员或订单管理员可代为操作。")
}

/// Somebody who is here, by id or user name.
fn person(tx: &mut Tx, at: &str, named: &str) -> Result<User> {
    let found = match Kind::User.parse(named) {
        Some(id) => users::find(tx.conn, id)?,
        None => users::find_by_username(tx.conn, &named.to_lowercase())?,
    };
    let unknown = || Problem::invalid(at, "unknown", "there is no such active user", "没有该有效用户").into();
    found.filter(|user| user.active).ok_or_else(unknown)
}

fn event(name: EventName, delegation: &Delegation) -> Event {
    Event::new(name, Kind::Delegation, delegation.id)
        .with("version", delegation.version)
        .note("from", delegation.from_id.text(Kind::User))
        .note("to", delegation.to_id.text(Kind::User))
        .note("valid_from", delegation.valid_from.to_string())
        .note("valid_until", delegation.valid_until.to_string())
}

/// Ends a delegation under `If-Match`, from now on; one that is ended stays so.
///
/// # Errors
/// `not_found`, `forbidden` for another's, `precondition_required`, `version_mismatch`.
pub fn revoke(tx: &mut Tx, id: Id) -> Result<()> {
    let delegation = delegations::find(tx.conn, id)?.ok_or_else(Problem::not_found)?;
    if Some(delegation.from_id) != tx.actor.user_id() && !tx.actor.holds(&[Role::Admin, Role::OrderAdmin]) {
        return Err(not_theirs().into());
    }
    tx.require_match(delegation.version)?;
    if delegation.revoked_at.is_some() {
        return Ok(());
    }
    if !delegations::revoke(tx.conn, id, delegation.version, tx.now)? {
        return Err(Code::VersionMismatch.into());
    }
    let ended = Delegation { version: delegation.version + 1, revoked_at: Some(tx.now), ..delegation };
    tx.record(event(EventName::DelegationRevoked, &ended)).map(drop)
}
