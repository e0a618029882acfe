//! Who is to do a task: by its template's rule when it opens, or named by whoever directs the
//! department (DOMAIN 3.2).

use crate::db::Tx;
use crate::db::types::Json;
use crate::domain::actor::{Department, Role};
use crate::domain::id::{Id, Kind};
use crate::domain::permission::Operation;
use crate::domain::task_plan::AssigneeRule;
use crate::error::{Problem, Result};
use crate::repositories::orders::Order;
use crate::repositories::tasks::{self, Task};
use crate::repositories::users::{self, User};

/// Who a task falls to by its rule, if anybody.
pub(super) fn by_rule(tx: &mut Tx, order: &Order, task: &Task) -> Result<Option<Id>> {
    match task.plan.0.assignee {
        AssigneeRule::Nobody => Ok(None),
        AssigneeRule::Owner => match order.owner_id {
            Some(owner) => Ok(users::find(tx.conn, owner)?.filter(|user| user.active).map(|user| user.id)),
            None => Ok(None),
        },
        AssigneeRule::Head => least_busy(tx, task.department, |Json(roles)| roles.contains(&Role::DepartmentHead)),
        AssigneeRule::LeastBusy => {
            let workers = Operation::StartTask.grant().roles;
            least_busy(tx, task.department, |Json(roles)| roles.iter().any(|role| workers.contains(role)))
        }
    }
}

/// Whoever of a department has the fewest tasks that are not over; of several, who was here first.
fn least_busy(tx: &mut Tx, department: Department, may: impl Fn(&Json<Vec<Role>>) -> bool) -> Result<Option<Id>> {
    let people: Vec<Id> = users::of_department(tx.conn, department)?.into_iter().filter(|user| may(&user.roles)).map(|user| user.id).collect();
    let busy = tasks::open_tasks_of(tx.conn, &people)?;
    Ok(people.into_iter().min_by_key(|person| (busy.get(person).copied().unwrap_or_default(), *person)))
}

/// The active person whom a caller names.
fn person(tx: &mut Tx, pointer: &str, text: &str) -> Result<User> {
    let unknown = || Problem::invalid(pointer, "unknown", "names no active user", "没有该启用用户");
    let id = Kind::User.parse(text).ok_or_else(unknown)?;
    users::find(tx.conn, id)?.filter(|user| user.active).ok_or_else(|| unknown().into())
}

/// The active person who is to do a department's work, and may.
pub(super) fn assignee(tx: &mut Tx, text: &str, department: Department) -> Result<Id> {
    let user = person(tx, "/assignee", text)?;
    if user.department == Some(department) || user.roles.0.contains(&Role::OrderAdmin) {
        return Ok(user.id);
    }
    Err(Problem::rule("DOMAIN 3.2", "The assignee must belong to the task's department.", "负责人须属于该任务的部门。").into())
}

/// The active people, of whatever department, who help.
pub(super) fn collaborators(tx: &mut Tx, names: &[String]) -> Result<Vec<Id>> {
    names.iter().enumerate().map(|(at, text)| Ok(person(tx, &format!("/collaborators/{at}"), text)?.id)).collect()
}
