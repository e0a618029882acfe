//! The machine of a department's task (DOMAIN 3.2).

use super::{Guard, Machine, Row, Standstill};
use crate::domain::reason::Reason;
use crate::words;

words! {
    /// Where a task stands.
    pub enum TaskStatus {
        Blocked = "blocked" / "Blocked" / "等待前置任务",
        Open = "open" / "Open" / "待处理",
        InProgress = "in_progress" / "In progress" / "进行中",
        Done = "done" / "Done" / "已完成",
        Cancelled = "cancelled" / "Cancelled" / "已取消",
    }
}

words! {
    /// What can happen to a task.
    pub enum TaskEvent {
        Unblock = "unblock",
        Start = "start",
        Complete = "complete",
        Settle = "settle",
        Cancel = "cancel",
        Renew = "renew",
        Pause = "pause",
        Resume = "resume",
        Reopen = "reopen",
        Block = "block",
    }
}

/// What the guards look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// Every task that this one depends on is done or cancelled.
    pub dependencies_done: bool,
    /// The proof that is required and not there yet (DOMAIN 3.3).
    pub missing_evidence: Option<&'static str>,
    /// Goods that this task takes from stock are not all reserved (DOMAIN 3.4).
    pub stock_missing: bool,
    /// How many things of its list are not ticked off.
    pub unticked: usize,
    /// Work on it stands still.
    pub paused: bool,
    /// What it readied has left.
    pub goods_gone: bool,
    /// What it stands for has happened; that would have to be undone instead.
    pub done_by_fact: bool,
    /// Numbers of the order's open blocking exceptions; stop people, not facts (DECISIONS 18).
    pub blocked_by: Vec<String>,
    /// Why it stands still, apart from exceptions.
    pub standstill: Option<Standstill>,
}

fn dependencies_done(facts: &Facts) -> Option<Reason> {
    (!facts.dependencies_done).then_some(Reason::DependenciesOpen)
}

fn evidence_there(facts: &Facts) -> Option<Reason> {
    facts.missing_evidence.map(|kind| Reason::EvidenceMissing { kind: kind.to_owned() })
}

fn stock_reserved(facts: &Facts) -> Option<Reason> {
    facts.stock_missing.then_some(Reason::StockMissing)
}

fn not_blocked(facts: &Facts) -> Option<Reason> {
    (!facts.blocked_by.is_empty()).then(|| Reason::OrderBlocked { by: facts.blocked_by.clone() })
}

fn moving(facts: &Facts) -> Option<Reason> {
    facts.standstill.map(Standstill::reason)
}

fn all_ticked(facts: &Facts) -> Option<Reason> {
    (facts.unticked > 0).then_some(Reason::ChecklistOpen { left: facts.unticked })
}

fn is_running(facts: &Facts) -> Option<Reason> {
    facts.paused.then_some(Reason::TaskPaused)
}

fn goods_there(facts: &Facts) -> Option<Reason> {
    facts.goods_gone.then_some(Reason::GoodsDispatched)
}

fn not_by_fact(facts: &Facts) -> Option<Reason> {
    facts.done_by_fact.then_some(Reason::DoneByFact)
}

const COMPLETE: &[Guard<Facts>] = &[evidence_there, all_ticked, not_blocked, moving, stock_reserved];
const REOPEN: &[Guard<Facts>] = &[goods_there, not_by_fact];

const fn row(from: TaskStatus, event: TaskEvent, to: TaskStatus, guards: &'static [Guard<Facts>]) -> Row<TaskStatus, TaskEvent, Facts> {
    Row { from, event, to, guards }
}

/// The table. A small job may be completed without having been started by hand; what a task stands
/// for may happen without anyone's doing, and then settles it whatever the guards would say to a
/// person (DECISIONS 6, 23).
pub const MACHINE: Machine<TaskStatus, TaskEvent, Facts> = Machine {
    name: "task",
    initial: &[TaskStatus::Blocked],
    by_system: &[TaskEvent::Unblock, TaskEvent::Settle, TaskEvent::Renew, TaskEvent::Block],
    corrections: &[],
    rows: &[
        row(TaskStatus::Blocked, TaskEvent::Unblock, TaskStatus::Open, &[dependencies_done]),
        row(TaskStatus::Blocked, TaskEvent::Settle, TaskStatus::Done, &[]),
        row(TaskStatus::Blocked, TaskEvent::Cancel, TaskStatus::Cancelled, &[]),
        row(TaskStatus::Open, TaskEvent::Start, TaskStatus::InProgress, &[not_blocked, moving]),
        row(TaskStatus::Open, TaskEvent::Complete, TaskStatus::Done, COMPLETE),
        row(TaskStatus::Open, TaskEvent::Settle, TaskStatus::Done, &[]),
        row(TaskStatus::Open, TaskEvent::Cancel, TaskStatus::Cancelled, &[]),
        row(TaskStatus::Open, TaskEvent::Block, TaskStatus::Blocked, &[]),
        row(TaskStatus::InProgress, TaskEvent::Pause, TaskStatus::InProgress, &[is_running]),
        row(TaskStatus::InProgress, TaskEvent::Resume, TaskStatus::InProgress, &[not_blocked, moving]),
        row(TaskStatus::InProgress, TaskEvent::Block, TaskStatus::Blocked, &[]),
        row(TaskStatus::InProgress, TaskEvent::Complete, TaskStatus::Done, COMPLETE),
        row(TaskStatus::InProgress, TaskEvent::Settle, TaskStatus::Done, &[]),
        row(TaskStatus::InProgress, TaskEvent::Cancel, TaskStatus::Cancelled, &[]),
        row(TaskStatus::Cancelled, TaskEvent::Reopen, TaskStatus::Blocked, REOPEN),
        row(TaskStatus::Done, TaskEvent::Reopen, TaskStatus::Blocked, REOPEN),
        row(TaskStatus::Cancelled, TaskEvent::Renew, TaskStatus::Blocked, &[]),
        row(TaskStatus::Done, TaskEvent::Renew, TaskStatus::Blocked, &[]),
    ],
};

impl TaskStatus {
    /// Whether nobody works on it any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled)
    }
}
