//! Exceptions and the orders they cover (DOMAIN 6). An exception never loses an order; merging another into it adds
//! those of that. What is shown of them is put together in `exceptions::whole`.

mod due;
pub mod whole;

pub use due::{to_plan, to_resolve};

pub mod figures;
mod listing;
pub mod notes;
use crate::db::Conn;
use crate::db::cached::{Cache, padded};
use crate::db::schema::{approval_steps, exception_orders, exceptions, orders, users};
use crate::db::types::Json;
use crate::domain::actor::Department;
use crate::domain::amount::Amount;
use crate::domain::id::{Id, Kind};
use crate::domain::lifecycle::approval::StepStatus;
use crate::domain::lifecycle::exception::{ExceptionKind, ExceptionStatus, Severity};
use crate::domain::remedy::Remedy;
use crate::domain::time::UtcTime;
use crate::error::Result;
use crate::{each, here, here_by_length, insert_row, insert_rows};
use chrono::NaiveDate;
use diesel::prelude::*;
pub use listing::{ExceptionFilter, list};
use serde::{Deserialize, Serialize};

/// What an exception touches, as it is stored (DOMAIN 6.2); the number of orders is counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Impact {
    pub customers: Option<u32>,
    pub delay_days: Option<u32>,
    /// In the base currency.
    pub amount: Option<Amount>,
    pub note: String,
}

/// What else is kept of an exception, as it is stored (DOMAIN 6.2, 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The departments concerned, beside the one that is to put it right.
    pub departments: Vec<Department>,
    /// Why it happened, as was found out in the end.
    pub root_cause: Option<String>,
    /// What the customer said to how it was put right.
    pub customer_answer: Option<String>,
    /// Who sees to it that it does not happen again, and until when.
    pub prevention_owner: Option<Id>,
    pub prevention_due: Option<NaiveDate>,
    /// What was reckoned of its impact when it was, so that it is known what people said otherwise.
    pub reckoned: Option<Impact>,
}

/// What was decided about a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    pub approved: bool,
    pub by: String,
    pub at: UtcTime,
    pub comment: Option<String>,
}

/// Something that a plan does, as it is stored (DOMAIN 6.5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    #[serde(flatten)]
    pub remedy: Remedy,
    /// When it was done; none while it is not, and while others have to agree or work first.
    #[serde(default)]
    pub done_at: Option<UtcTime>,
    /// When goods were let go by it that have not left yet: it is not begun a second time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_at: Option<UtcTime>,
}

impl Planned {
    /// Whether it is not to be begun any more.
    pub const fn is_begun(&self) -> bool {
        self.done_at.is_some() || self.begun_at.is_some()
    }
}

/// A plan, as it is stored (DOMAIN 6.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub summary: String,
    /// In the base currency.
    pub cost: Option<Amount>,
    pub steps: Vec<String>,
    /// What it does by itself.
    #[serde(default)]
    pub actions: Vec<Planned>,
    /// When all of that had been begun.
    #[serde(default)]
    pub carried_at: Option<UtcTime>,
    /// What the customers are told beside that.
    #[serde(default)]
    pub customer_note: Option<String>,
    /// Somebody else has to approve it; by what it costs where that was not noted.
    #[serde(default)]
    pub needs_approval: Option<bool>,
    /// The person (`usr_…`) who made it; none where it wasn't a person.
    pub made_by_id: Option<String>,
    pub made_by: String,
    pub made_at: UtcTime,
    pub decision: Option<Decision>,
}

impl Plan {
    /// Whether carrying it out costs money.
    pub fn costs(&self) -> bool {
        self.cost.is_some_and(|cost| cost > Amount::ZERO) || self.actions.iter().any(|planned| planned.remedy.amount().is_some())
    }

    /// Whether somebody has to approve it (DECISIONS 26).
    pub fn needs_approval(&self) -> bool {
        self.needs_approval.unwrap_or_else(|| self.costs())
    }

    /// Whether it was turned down.
    pub fn rejected(&self) -> bool {
        self.decision.as_ref().is_some_and(|d| !d.approved)
    }
}

/// An exception.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = exceptions, treat_none_as_default_value = false)]
pub struct ExceptionRow {
    pub id: Id,
    pub number: String,
    pub version: i64,
    pub kind: ExceptionKind,
    pub severity: Severity,
    pub status: ExceptionStatus,
    pub blocking: bool,
    pub occurred_at: Option<UtcTime>,
    pub discovered_at: UtcTime,
    pub reported_at: UtcTime,
    pub late_report: bool,
    pub due_at: Option<UtcTime>,
    pub department: Option<Department>,
    pub owner_id: Option<Id>,
    pub reported_by_id: Option<Id>,
    pub reported_by_label: String,
    pub cause: String,
    pub impact: Json<Impact>,
    pub plan: Option<Json<Plan>>,
    pub result: Option<String>,
    pub prevention: Option<String>,
    pub duplicate_of_id: Option<Id>,
    pub resolved_at: Option<UtcTime>,
    pub closed_at: Option<UtcTime>,
    pub created_at: UtcTime,
    pub updated_at: UtcTime,
    /// What the system raised it for.
    pub raised_for: Option<String>,
    /// What the customers of its orders are told of it, in the words of whoever reported it.
    pub customer_note: Option<String>,
    /// When somebody is to have said what is to be done; none where no hours are set for that.
    pub plan_due_at: Option<UtcTime>,
    /// When it was told last that a due time has passed.
    pub escalated_at: Option<UtcTime>,
    /// Its cause, of the catalogue.
    pub cause_code: Option<String>,
    pub details: Json<Details>,
}

impl ExceptionRow {
    /// Whether nobody has said in time what is to be done.
    pub fn is_late_to_plan(&self, now: UtcTime) -> bool {
        self.status == ExceptionStatus::Reported && self.plan_due_at.is_some_and(|due| due < now)
    }

    /// Whether it was not put right in time.
    pub fn is_late_to_resolve(&self, now: UtcTime) -> bool {
        self.status.is_open() && self.due_at.is_some_and(|due| due < now)
    }
}

/// An exception by id.
pub fn find(conn: &mut Conn, id: Id) -> Result<Option<ExceptionRow>> {
    Ok(each!(conn, c => exceptions::table.find(id).select(ExceptionRow::as_select()).limit(1).fixed(here!()).get_result(c)).optional()?)
}

/// An exception by what a path says: `exc_…` or its number.
pub fn find_by_ref(conn: &mut Conn, text: &str) -> Result<Option<ExceptionRow>> {
    if let Some(id) = Kind::Exception.parse(text) {
        return find(conn, id);
    }
    Ok(each!(conn, c => exceptions::table.filter(exceptions::number.eq(text)).select(ExceptionRow::as_select()).first(c)).optional()?)
}

/// Stores a new exception and the orders it covers.
pub fn insert(conn: &mut Conn, row: &ExceptionRow, orders: &[Id]) -> Result<()> {
    insert_row!(&mut *conn, exceptions, row)?;
    cover(conn, row.id, orders)
}

fn cover(conn: &mut Conn, exception: Id, orders: &[Id]) -> Result<()> {
    let linked: Vec<_> = orders.iter().map(|order| (exception_orders::exception_id.eq(exception), exception_orders::order_id.eq(*order))).collect();
    if !linked.is_empty() {
        insert_rows!(conn, exception_orders, &linked)?;
    }
    Ok(())
}

/// Adds orders to an exception at the version before, with what that changes of it; false where it has another version by
/// now. Its status stays.
pub fn extend(conn: &mut Conn, row: &ExceptionRow, added: &[Id]) -> Result<bool> {
    let here = exceptions::id.eq(row.id).and(exceptions::status.eq(row.status)).and(exceptions::version.eq(row.version - 1));
    let values = (
        exceptions::version.eq(row.version),
        exceptions::plan.eq(row.plan.clone()),
        exceptions::impact.eq(row.impact.clone()),
        exceptions::details.eq(row.details.clone()),
        exceptions::updated_at.eq(row.updated_at),
    );
    let extended = each!(&mut *conn, c => diesel::update(exceptions::table.filter(here)).set(values).fixed(here!()).execute(c))? == 1;
    if extended {
        cover(conn, row.id, added)?;
    }
    Ok(extended)
}

/// The orders that an exception covers, in ascending order of id.
pub fn links(conn: &mut Conn, exception: Id) -> Result<Vec<Id>> {
    let query = exception_orders::table.filter(exception_orders::exception_id.eq(exception)).order(exception_orders::order_id.asc());
    Ok(query.select(exception_orders::order_id).load(conn)?)
}

/// The orders of several exceptions, as (exception, order, number), in ascending order of the
/// order's id.
pub fn links_of(conn: &mut Conn, of: &[Id]) -> Result<Vec<(Id, Id, String)>> {
    Ok(each!(conn, c => exception_orders::table
        .inner_join(orders::table.on(orders::id.eq(exception_orders::order_id)))
        .filter(exception_orders::exception_id.eq_any(padded(of)))
        .order(exception_orders::order_id.asc())
        .select((exception_orders::exception_id, exception_orders::order_id, orders::number))
        .listed(of.len(), here_by_length!()).load(c))?)
}

/// The numbers of several exceptions, as (exception, number).
pub fn numbers_of(conn: &mut Conn, of: &[Id]) -> Result<Vec<(Id, String)>> {
    Ok(
        each!(conn, c => exceptions::table.filter(exceptions::id.eq_any(padded(of))).select((exceptions::id, exceptions::number)).listed(of.len(), here_by_length!()).load(c))?,
    )
}

/// The only writer of the status column: a compare-and-set from one status (and the version
/// before) to the row's, with what the step brought; false where the exception has moved on.
pub fn set_status(conn: &mut Conn, from: ExceptionStatus, row: &ExceptionRow) -> Result<bool> {
    let here = exceptions::id.eq(row.id).and(exceptions::status.eq(from)).and(exceptions::version.eq(row.version - 1));
    let values = (
        exceptions::status.eq(row.status),
        exceptions::version.eq(row.version),
        exceptions::plan.eq(row.plan.clone()),
        exceptions::result.eq(row.result.clone()),
        exceptions::prevention.eq(row.prevention.clone()),
        exceptions::duplicate_of_id.eq(row.duplicate_of_id),
        exceptions::resolved_at.eq(row.resolved_at),
        exceptions::closed_at.eq(row.closed_at),
        exceptions::escalated_at.eq(row.escalated_at),
        exceptions::updated_at.eq(row.updated_at),
        exceptions::cause_code.eq(row.cause_code.clone()),
        exceptions::details.eq(row.details.clone()),
    );
    Ok(each!(conn, c => diesel::update(exceptions::table.filter(here)).set(values).fixed(here!()).execute(c))? == 1)
}

/// Stores what an amendment changed at the version before; false where it has another by now.
pub fn update(conn: &mut Conn, row: &ExceptionRow) -> Result<bool> {
    let here = exceptions::id.eq(row.id).and(exceptions::version.eq(row.version - 1));
    let values = (
        exceptions::version.eq(row.version),
        exceptions::severity.eq(row.severity),
        exceptions::department.eq(row.department),
        exceptions::owner_id.eq(row.owner_id),
        exceptions::cause.eq(row.cause.clone()),
        exceptions::impact.eq(row.impact.clone()),
        exceptions::blocking.eq(row.blocking),
        exceptions::due_at.eq(row.due_at),
        exceptions::plan_due_at.eq(row.plan_due_at),
        exceptions::updated_at.eq(row.updated_at),
        exceptions::cause_code.eq(row.cause_code.clone()),
        exceptions::details.eq(row.details.clone()),
    );
    Ok(each!(conn, c => diesel::update(exceptions::table.filter(here)).set(values).fixed(here!()).execute(c))? == 1)
}

/// Numbers of the open blocking exceptions of an order (DOMAIN 6.4), oldest first.
pub fn blocking_numbers(conn: &mut Conn, order: Id) -> Result<Vec<String>> {
    Ok(blocking_numbers_of(conn, &[order])?.into_iter().map(|(_, number)| number).collect())
}

/// The same for several orders, as (order, number).
pub fn blocking_numbers_of(conn: &mut Conn, orders: &[Id]) -> Result<Vec<(Id, String)>> {
    type Row = (Id, Id, String, bool, ExceptionStatus);
    let mut found: Vec<Row> = each!(conn, c => exception_orders::table
        .inner_join(exceptions::table.on(exceptions::id.eq(exception_orders::exception_id)))
        .filter(exception_orders::order_id.eq_any(padded(orders)))
        .select((exceptions::id, exception_orders::order_id, exceptions::number, exceptions::blocking, exceptions::status))
        .listed(orders.len(), here_by_length!()).load(c))?;
    // chosen and sorted here, since an order has few: told more, SQLite begins with all that are open
    found.retain(|(.., blocking, status)| *blocking && status.is_open());
    found.sort_unstable_by_key(|(exception, ..)| *exception);
    Ok(found.into_iter().map(|(_, order, number, ..)| (order, number)).collect())
}

/// The open exceptions of one kind that cover an order, oldest first.
pub fn open_of_kind(conn: &mut Conn, order: Id, kind: ExceptionKind) -> Result<Vec<ExceptionRow>> {
    let mut found: Vec<ExceptionRow> = each!(conn, c => exception_orders::table
        .inner_join(exceptions::table.on(exceptions::id.eq(exception_orders::exception_id)))
        .filter(exception_orders::order_id.eq(order))
        .select(ExceptionRow::as_select())
        .fixed(here!()).load(c))?;
    // as above: SQLite would begin with all of this kind that there ever were
    found.retain(|exception| exception.kind == kind && exception.status.is_open());
    found.sort_unstable_by_key(|exception| exception.id);
    Ok(found)
}

/// The exceptions over an order whose plans are being carried out, oldest first.
pub fn resolving_of(conn: &mut Conn, order: Id) -> Result<Vec<ExceptionRow>> {
    let mut found: Vec<ExceptionRow> = each!(conn, c => exception_orders::table
        .inner_join(exceptions::table.on(exceptions::id.eq(exception_orders::exception_id)))
        .filter(exception_orders::order_id.eq(order))
        .select(ExceptionRow::as_select())
        .fixed(here!()).load(c))?;
    // as above
    found.retain(|exception| exception.status == ExceptionStatus::Resolving);
    found.sort_unstable_by_key(|exception| exception.id);
    Ok(found)
}

/// Exceptions that are being resolved, the oldest first, after a given one.
pub fn resolving(conn: &mut Conn, after: Id, limit: i64) -> Result<Vec<Id>> {
    let resolving = exceptions::status.eq(ExceptionStatus::Resolving).and(exceptions::id.gt(after));
    let found = || exceptions::table.filter(resolving).order(exceptions::id.asc()).limit(limit);
    Ok(each!(conn, c => found().select(exceptions::id).load(c))?)
}

/// What the system raised for this, oldest first, however it stands.
pub fn raised_for(conn: &mut Conn, key: &str) -> Result<Vec<ExceptionRow>> {
    let raised = exceptions::table.filter(exceptions::raised_for.eq(key)).order(exceptions::id.asc());
    Ok(each!(conn, c => raised.select(ExceptionRow::as_select()).fixed(here!()).load(c))?)
}

/// The same for several causes.
pub fn raised_for_any(conn: &mut Conn, keys: &[String]) -> Result<Vec<ExceptionRow>> {
    let mut found: Vec<ExceptionRow> = each!(conn, c => exceptions::table
        .filter(exceptions::raised_for.eq_any(padded(keys)))
        .select(ExceptionRow::as_select())
        .listed(keys.len(), here_by_length!()).load(c))?;
    found.sort_unstable_by_key(|exception| exception.id);
    Ok(found)
}

/// Who approved a level of any of these orders (DOMAIN 6.3).
pub fn level_approvers(conn: &mut Conn, orders: &[Id]) -> Result<Vec<Id>> {
    let steps: Vec<(StepStatus, Option<Id>)> = each!(conn, c => approval_steps::table
        .filter(approval_steps::order_id.eq_any(padded(orders)))
        .select((approval_steps::status, approval_steps::decided_by_id))
        .listed(orders.len(), here_by_length!()).load(c))?;
    Ok(steps.into_iter().filter(|(status, _)| *status == StepStatus::Approved).filter_map(|(_, by)| by).collect())
}

/// Whether there is an active user of this id, to be made responsible.
pub fn is_person(conn: &mut Conn, id: Id) -> Result<bool> {
    let found = users::table.filter(users::id.eq(id).and(users::active.eq(true)));
    Ok(found.count().get_result::<i64>(conn)? > 0)
}
