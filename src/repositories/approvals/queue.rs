//! Lists of steps, people's queues among them: each status or role is read by its own index, and the few
//! rows are merged.

use super::Step;
use crate::db::schema::approval_steps;
use crate::db::{Conn, MultiBackend};
use crate::domain::actor::{Department, Role};
use crate::domain::approval_policy::below;
use crate::domain::id::Id;
use crate::domain::lifecycle::approval::StepStatus;
use crate::domain::time::UtcTime;
use crate::error::Result;
use diesel::dsl::{exists, not};
use diesel::prelude::*;

/// A person's queue: the steps that they may decide now (DECISIONS 24).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    pub person: Id,
    /// Where they may decide, for themselves and for others.
    pub seats: Vec<Seat>,
}

/// A deciding role that a person holds, or decides for by a delegation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    pub role: Role,
    /// Set where the step must be of this department.
    pub department: Option<Department>,
    /// For whom, where it is not their own.
    pub principal: Option<Id>,
}

/// Which steps a list shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StepFilter {
    /// Any of these; all where empty.
    pub statuses: Vec<StepStatus>,
    pub order: Option<Id>,
    pub role: Option<Role>,
    /// Only what was opened to those above, or only what was not.
    pub escalated: Option<bool>,
    /// Only steps of this queue.
    pub queue: Option<Queue>,
}

/// What one index answers of a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Branch {
    status: Option<StepStatus>,
    role: Option<Role>,
    department: Option<Department>,
    /// Only what was opened to those above.
    escalated: bool,
    /// Nobody decides two levels of one round (DOMAIN 2.4): neither of these has decided another.
    undecided_by: [Option<Id>; 2],
}

impl StepFilter {
    /// The branches whose union a filter is: one a status, or, in a queue, one a role.
    fn branches(&self) -> Vec<Branch> {
        let wanted = |status: StepStatus| self.statuses.is_empty() || self.statuses.contains(&status);
        match &self.queue {
            Some(_) if !wanted(StepStatus::Pending) => Vec::new(),
            Some(queue) => {
                let branch = |seat: &Seat, role: Role, escalated: bool| Branch {
                    status: Some(StepStatus::Pending),
                    role: Some(role),
                    department: seat.department,
                    escalated,
                    undecided_by: [Some(queue.person), seat.principal],
                };
                let below = |seat: &Seat| below(seat.role).iter().map(|role| branch(seat, *role, true)).collect::<Vec<_>>();
                let all = queue.seats.iter().flat_map(|seat| [vec![branch(seat, seat.role, false)], below(seat)].concat());
                all.filter(|branch| self.role.is_none_or(|only| branch.role == Some(only))).collect()
            }
            None if self.statuses.is_empty() => vec![self.branch(None)],
            None => self.statuses.iter().map(|status| self.branch(Some(*status))).collect(),
        }
    }
}

impl StepFilter {
    fn branch(&self, status: Option<StepStatus>) -> Branch {
        Branch { status, role: self.role, department: None, escalated: false, undecided_by: [None; 2] }
    }
}

// the same table again, for what a person has decided
diesel::alias!(approval_steps as decided: Decided);

fn list_branch(conn: &mut Conn, filter: &StepFilter, branch: Branch, before: Option<Id>, limit: i64) -> Result<Vec<Step>> {
    let mut query = approval_steps::table.order(approval_steps::id.desc()).limit(limit).select(Step::as_select()).into_boxed::<MultiBackend>();
    if let Some(id) = before {
        query = query.filter(approval_steps::id.lt(id));
    }
    if let Some(status) = branch.status {
        query = query.filter(approval_steps::status.eq(status));
    }
    if let Some(role) = branch.role {
        query = query.filter(approval_steps::role.eq(role));
    }
    if branch.escalated {
        query = query.filter(approval_steps::escalated_at.is_not_null());
    }
    if let Some(department) = branch.department {
        query = query.filter(approval_steps::department.eq(department));
    }
    if let Some(escalated) = filter.escalated {
        query = match escalated {
            true => query.filter(approval_steps::escalated_at.is_not_null()),
            false => query.filter(approval_steps::escalated_at.is_null()),
        };
    }
    if let Some(order) = filter.order {
        query = query.filter(approval_steps::order_id.eq(order));
    }
    for person in branch.undecided_by.into_iter().flatten() {
        let by = decided.field(approval_steps::decided_by_id).eq(person);
        let theirs = by.or(decided.field(approval_steps::decided_for_id).eq(person));
        let of_round = decided.field(approval_steps::round_id).eq(approval_steps::round_id);
        query = query.filter(not(exists(decided.filter(of_round.and(theirs)))));
    }
    Ok(query.load(conn)?)
}

/// Steps that match, newest first, made before a given one. Each branch is read by its own index
/// and the few rows are merged.
pub fn list_steps(conn: &mut Conn, filter: &StepFilter, before: Option<Id>, limit: i64) -> Result<Vec<Step>> {
    let mut all = Vec::new();
    for branch in filter.branches() {
        all.extend(list_branch(conn, filter, branch, before, limit)?);
    }
    all.sort_by_key(|step| std::cmp::Reverse(step.id));
    all.dedup_by_key(|step| step.id);
    all.truncate(usize::try_from(limit).unwrap_or(0));
    Ok(all)
}

/// Steps whose turn has lasted since before an instant and that were not opened to those above yet.
pub fn to_escalate(conn: &mut Conn, before: UtcTime, limit: i64) -> Result<Vec<Id>> {
    let waiting = approval_steps::status.eq(StepStatus::Pending).and(approval_steps::escalated_at.is_null());
    let long = approval_steps::table.filter(waiting.and(approval_steps::pending_since.le(before)));
    Ok(long.order(approval_steps::pending_since.asc()).limit(limit).select(approval_steps::id).load(conn)?)
}

/// The roles that are waited for now, each with the department whose head it is, where nobody was told yet that
/// nobody decides.
pub fn waited_for(conn: &mut Conn) -> Result<Vec<(Role, Option<Department>)>> {
    let waiting = approval_steps::status.eq(StepStatus::Pending).and(approval_steps::escalated_at.is_null());
    let query = approval_steps::table.filter(waiting).select((approval_steps::role, approval_steps::department)).distinct();
    Ok(query.into_boxed::<MultiBackend>().load(conn)?)
}

/// Steps of a role whose turn it is and that were not opened to those above yet.
pub fn waiting_for(conn: &mut Conn, role: Role, department: Option<Department>, limit: i64) -> Result<Vec<Id>> {
    let waiting = approval_steps::status.eq(StepStatus::Pending).and(approval_steps::escalated_at.is_null());
    let mut query = approval_steps::table.filter(waiting.and(approval_steps::role.eq(role))).into_boxed::<MultiBackend>();
    if let Some(department) = department {
        query = query.filter(approval_steps::department.eq(department));
    }
    Ok(query.order(approval_steps::id.asc()).limit(limit).select(approval_steps::id).load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn queue() -> Queue {
        let person = Id::from_parts(1, [1; 10]);
        let seat = |role, department| Seat { role, department, principal: None };
        Queue { person, seats: vec![seat(Role::SalesManager, None), seat(Role::DepartmentHead, Some(Department::Sales))] }
    }

    #[test]
    fn a_queue_is_read_role_by_role_and_holds_only_pending_steps() {
        // DECISIONS 24
        let filter = StepFilter { queue: Some(queue()), ..StepFilter::default() };
        let undecided_by = [Some(queue().person), None];
        let pending = |role, department| Branch { status: Some(StepStatus::Pending), role: Some(role), department, escalated: false, undecided_by };
        let opened = |role, department| Branch { escalated: true, ..pending(role, department) };
        let sales = Some(Department::Sales);
        let all = [
            pending(Role::SalesManager, None),
            opened(Role::SalesSpecialist, None),
            pending(Role::DepartmentHead, sales),
            opened(Role::SalesSpecialist, sales),
            opened(Role::SalesManager, sales),
        ];
        assert_eq!(filter.branches(), all, "what was opened to those above is theirs too (DECISIONS 36)");
        let one = StepFilter { role: Some(Role::DepartmentHead), ..filter.clone() };
        assert_eq!(one.branches(), [pending(Role::DepartmentHead, sales)]);
        let low = StepFilter { role: Some(Role::SalesSpecialist), ..filter.clone() };
        assert_eq!(low.branches(), [opened(Role::SalesSpecialist, None), opened(Role::SalesSpecialist, sales)]);
        assert!(StepFilter { statuses: vec![StepStatus::Approved], ..filter }.branches().is_empty());
    }
}
