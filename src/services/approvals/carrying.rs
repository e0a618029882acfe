//! What an earlier round decided and what still stands of it (DOMAIN 1.7, DECISIONS 17): a level whose
//! rules are the same, and of whose topics nothing has changed since it said yes, is not asked again.

use super::opening::Plan;
use super::{OVERRIDERS, is_large};
use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::Role;
use crate::domain::id::Id;
use crate::domain::judged::{Topic, WHOLE, touched};
use crate::domain::lifecycle::approval::{Facts, MACHINE, RoundStatus, StepEvent};
use crate::error::{Error, Result};
use crate::repositories::approvals::{self, CheckResult, Round, Step};
use crate::repositories::orders::parts;
use crate::repositories::settings;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Carries over what still stands of the last round. One that ended with a no decides nothing any more.
///
/// # Errors
/// Those of the database.
pub(super) fn carry(tx: &mut Tx, last: &Round, round: &Round, plan: &Plan, steps: &mut [Step]) -> Result<()> {
    if !matches!(last.status, RoundStatus::Approved | RoundStatus::Superseded) {
        return Ok(());
    }
    let earlier: Vec<Step> = approvals::steps_of_round(tx.conn, last.id)?.into_iter().filter(|step| step.status.is_passed()).collect();
    let mut since = Since::new(tx, round)?;
    let looked_at: BTreeSet<Topic> = steps.iter().flat_map(|step| topics(plan, step)).collect();
    for (at, step) in steps.iter_mut().enumerate() {
        let Some(decided) = earlier.iter().find(|decided| is_same_level(decided, step, last, round)) else { continue };
        let changed = since.touched(tx, decided.seen_revision)?;
        let theirs = topics(plan, step);
        // what the order says and no level looks at is the first one's; a flag that no rule asks for is nobody's
        let unseen = at == 0 && changed.iter().any(|topic| WHOLE.contains(topic) && !looked_at.contains(topic));
        let overrides = OVERRIDERS.contains(&step.role) && has_failed(round);
        let nothing_changed = !unseen && !overrides && changed.is_disjoint(&theirs) && !is_own_now(tx, round, decided)?;
        if let Ok(status) = MACHINE.next(step.status, StepEvent::Carry, &Facts { nothing_changed, ..Facts::default() }) {
            *step = Step {
                status,
                decided_by_id: decided.decided_by_id,
                decided_at: decided.decided_at,
                comment: decided.comment.clone(),
                decided_for_id: decided.decided_for_id,
                seen_revision: decided.seen_revision,
                seen_fingerprint: decided.seen_fingerprint.clone(),
                carried_from_id: Some(decided.carried_from_id.unwrap_or(decided.id)),
                ..step.clone()
            };
        }
    }
    Ok(())
}

fn has_failed(round: &Round) -> bool {
    let Json(checks) = &round.checks;
    checks.iter().any(|check| check.result == CheckResult::Fail)
}

/// What a level looks at: what its rules do.
fn topics(plan: &Plan, step: &Step) -> BTreeSet<Topic> {
    step.rules().iter().filter_map(|code| plan.topics.get(code)).flatten().copied().collect()
}

/// Whether a level of an earlier round was asked for the same reasons as this one: by the same rules,
/// in the same versions.
fn is_same_level(decided: &Step, step: &Step, last: &Round, round: &Round) -> bool {
    let versions = |of: &Round| -> Vec<(Option<String>, String, i64)> {
        let Json(basis) = &of.basis;
        let of_step = basis.rules.iter().filter(|rule| step.rules().contains(&rule.code));
        of_step.map(|rule| (rule.id.clone(), rule.code.clone(), rule.version)).collect()
    };
    let same_head = step.role != Role::DepartmentHead || decided.department == step.department;
    decided.role == step.role && same_head && decided.rule == step.rule && versions(last) == versions(round)
}

/// Whether who decided has amended the order since, and it is one that nobody approves for themselves
/// (DOMAIN 2.4).
fn is_own_now(tx: &mut Tx, round: &Round, decided: &Step) -> Result<bool> {
    let (_, settings) = settings::load(tx.conn)?;
    let large = is_large(round.total_in_base(), &settings);
    let mut own = false;
    for person in [decided.decided_by_id, decided.decided_for_id].into_iter().flatten().filter(|_| large && settings.four_eyes) {
        own |= parts::has_author(tx.conn, round.order_id, person)?;
    }
    Ok(own)
}

/// What has changed since each revision that was decided about.
struct Since {
    order: Id,
    now: Value,
    known: BTreeMap<i32, BTreeSet<Topic>>,
}

impl Since {
    fn new(tx: &mut Tx, round: &Round) -> Result<Self> {
        let Json(now) = parts::revision(tx.conn, round.order_id, round.revision)?.content;
        Ok(Self { order: round.order_id, now, known: BTreeMap::new() })
    }

    fn touched(&mut self, tx: &mut Tx, seen: Option<i32>) -> Result<BTreeSet<Topic>> {
        let seen = seen.ok_or_else(|| Error::internal("a decision about no revision"))?;
        if let Some(known) = self.known.get(&seen) {
            return Ok(known.clone());
        }
        let Json(then) = parts::revision(tx.conn, self.order, seen)?.content;
        let touched = touched(&then, &self.now);
        self.known.insert(seen, touched.clone());
        Ok(touched)
    }
}
