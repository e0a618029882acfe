//! An order as the model sees it: what it is made of, and what it shows because of that
//! (DECISIONS 15, DOMAIN 3.4).

use super::decimal::{ONE, amount};
use super::judged::{Content, Counted, Offer};
use super::people::Who;
use std::collections::BTreeSet;

/// Who may approve in spite of a failed check (DOMAIN 2.3).
pub const OVERRIDERS: &[&str] = &["department_head", "operations_head"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    AwaitingVerification,
    AwaitingCorrection,
    AwaitingApproval,
    AwaitingConfirmation,
    Reviewed,
    Executing,
    Shipped,
    Received,
    Cancelled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Standard goods of the catalogue: reserved and picked.
    Stocked,
    /// Standard goods that no catalogue knows: picked, never reserved (DECISIONS 20).
    Untracked,
    Custom,
    Service,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Which of all lines that the order ever had; places change when lines go.
    pub id: usize,
    pub kind: Kind,
    pub quantity: i64,
    pub price: i64,
    pub discount_rate: i64,
    pub reserved: i64,
    pub picked: i64,
    pub shipped: i64,
    pub delivered: i64,
}

/// One approver's part in a round.
#[derive(Debug, Clone)]
pub struct Step {
    pub role: &'static str,
    /// The rules that ask for it.
    pub why: Vec<&'static str>,
    pub status: &'static str,
    pub by: Option<Who>,
    /// The order as it was decided about.
    pub seen: Option<Content>,
}

#[derive(Debug, Clone)]
pub struct Round {
    pub status: &'static str,
    pub steps: Vec<Step>,
}

#[derive(Debug, Clone)]
pub struct Task {
    pub code: &'static str,
    pub department: &'static str,
    pub status: &'static str,
    pub depends_on: &'static [&'static str],
    /// What its last proof says; `None` without one.
    pub proven: Option<bool>,
}

#[derive(Debug, Clone)]
pub struct Shipment {
    pub status: &'static str,
    /// Lines by their ids, and how much of each.
    pub goods: Vec<(usize, i64)>,
    /// What was told of it before it left.
    pub early: Vec<&'static str>,
}

#[derive(Debug, Clone)]
pub struct Exception {
    pub blocking: bool,
    pub open: bool,
    /// What it is about, where the system reported it.
    pub about: About,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    Anything,
    Shortage,
    LostShipment(usize),
    ReturnedShipment(usize),
    /// Work on a task that did not pass its quality control.
    Quality(usize),
}

#[derive(Debug, Clone)]
pub struct Order {
    pub state: State,
    pub owner: Option<Who>,
    /// Who entered or amended it.
    pub authors: BTreeSet<Who>,
    /// What somebody last found right, and who has amended it since.
    pub verified: Option<Content>,
    pub amended_since: BTreeSet<Who>,
    pub rush: bool,
    pub tags: u8,
    /// By how many weeks later it is promised than it was asked for.
    pub weeks: i64,
    pub lines: Vec<Line>,
    /// How many lines there ever were.
    pub lines_made: usize,
    pub rounds: Vec<Round>,
    pub tasks: Vec<Task>,
    pub shipments: Vec<Shipment>,
    pub exceptions: Vec<Exception>,
    pub on_hold: bool,
    pub invoiced: i64,
    pub revision: i64,
    /// What counts, while an amendment of it is not agreed.
    pub counted: Option<Counted>,
    /// The customer has to say yes to that amendment.
    pub reconfirm: bool,
    /// What the customer was asked by a link to agree to, last.
    pub asked: Option<Offer>,
    /// What happened, version by version, by whom.
    pub history: Vec<(String, Vec<&'static str>)>,
}

impl Task {
    pub fn is_over(&self) -> bool {
        matches!(self.status, "done" | "cancelled")
    }

    /// Whether it depends on one of these tasks, which are not over.
    pub fn waits_for(&self, open: &[&str]) -> bool {
        self.depends_on.iter().any(|code| open.contains(code))
    }
}

impl Line {
    pub fn is_goods(&self) -> bool {
        self.kind != Kind::Service
    }

    pub fn is_standard(&self) -> bool {
        matches!(self.kind, Kind::Stocked | Kind::Untracked)
    }

    /// How much of it could leave.
    pub fn ready(&self) -> i64 {
        self.picked - self.shipped
    }

    pub fn missing(&self) -> i64 {
        if self.kind == Kind::Stocked { (self.quantity - self.picked - self.reserved).max(0) } else { 0 }
    }
}

impl Order {
    /// Each version is something that happened.
    pub fn version(&self) -> usize {
        self.history.len()
    }

    pub fn total(&self) -> i64 {
        self.lines.iter().map(|line| amount(line.quantity, line.price, line.discount_rate)).sum()
    }

    pub fn has(&self, kinds: &[Kind]) -> bool {
        self.lines.iter().any(|line| kinds.contains(&line.kind))
    }

    pub fn is_blocked(&self) -> bool {
        self.exceptions.iter().any(|exception| exception.open && exception.blocking)
    }

    /// Whether people's steps forward are stopped (DECISIONS 17, 18).
    pub fn is_stopped(&self) -> bool {
        self.on_hold || self.is_blocked() || self.is_amending()
    }

    /// Past its review and not shipped yet: an amendment of it stands beside what was agreed.
    pub fn is_late(&self) -> bool {
        matches!(self.state, State::Reviewed | State::Executing)
    }

    /// Whether an amendment of it is not agreed yet.
    pub fn is_amending(&self) -> bool {
        self.counted.is_some()
    }

    /// An open exception tells that its stock is short.
    pub fn is_short(&self) -> bool {
        self.exceptions.iter().any(|exception| exception.open && exception.about == About::Shortage)
    }

    /// How its last round stands.
    pub fn last_round(&self) -> Option<&'static str> {
        self.rounds.last().map(|round| round.status)
    }

    pub fn has_passed(&self) -> bool {
        self.last_round() == Some("approved")
    }

    /// Everything of it that leaves has arrived, and there is something that leaves.
    pub fn has_arrived(&self) -> bool {
        let mut goods = self.lines.iter().filter(|line| line.kind != Kind::Service).peekable();
        goods.peek().is_some() && goods.all(|line| line.delivered == line.quantity)
    }

    pub fn is_final(&self) -> bool {
        matches!(self.state, State::Received | State::Cancelled)
    }

    pub fn is_entered(&self) -> bool {
        matches!(self.status(), "created")
    }

    /// Whether they may act as its sales person (DECISIONS 27).
    pub fn is_own(&self, who: Who) -> bool {
        who.holds(&["sales_manager", "order_admin"]) || self.owner.is_none_or(|owner| owner == who) || self.entered_by() == who.username()
    }

    fn entered_by(&self) -> &str {
        &self.history[0].0
    }

    pub fn all_left(&self) -> bool {
        self.lines.iter().filter(|line| line.is_goods()).all(|line| line.shipped == line.quantity)
    }

    pub fn all_delivered(&self) -> bool {
        self.lines.iter().any(Line::is_goods) && self.lines.iter().filter(|line| line.is_goods()).all(|line| line.delivered == line.quantity)
    }

    pub fn any_left(&self) -> bool {
        self.lines.iter().any(|line| line.shipped > 0)
    }

    pub fn has_open(&self, codes: &[&str]) -> bool {
        self.tasks.iter().any(|task| codes.contains(&task.code) && !task.is_over())
    }

    /// Codes of the tasks that are not over.
    pub fn open_codes(&self) -> Vec<&'static str> {
        self.tasks.iter().filter(|task| !task.is_over()).map(|task| task.code).collect()
    }

    pub fn is_billed(&self) -> bool {
        self.invoiced >= self.total()
    }

    /// A line that is in a shipment, and so cannot go.
    pub fn line(&mut self, id: usize) -> &mut Line {
        self.lines.iter_mut().find(|line| line.id == id).expect("a line that was packed stays")
    }

    /// How much of a line is in no shipment that leaves or has left.
    pub fn unpacked(&self, line: &Line) -> i64 {
        line.quantity - self.packed(line)
    }

    fn packed(&self, line: &Line) -> i64 {
        let packed = self.shipments.iter().filter(|shipment| shipment.status != "cancelled").flat_map(|shipment| &shipment.goods);
        packed.filter(|(id, _)| *id == line.id).map(|(_, quantity)| quantity).sum()
    }

    /// Whether a line was ever in a shipment, though that may be cancelled.
    pub fn was_packed(&self, line: &Line) -> bool {
        self.shipments.iter().flat_map(|shipment| &shipment.goods).any(|(id, _)| *id == line.id)
    }

    /// How much of a line nobody can take back any more: picked, made, carried out or in a shipment (DECISIONS 19).
    pub fn used(&self, line: &Line) -> i64 {
        line.picked.max(self.packed(line))
    }

    /// Whether an amendment to this would change nothing.
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.lines, self.rush, self.weeks, self.tags) == (&other.lines, other.rush, other.weeks, other.tags)
    }

    pub fn status(&self) -> &'static str {
        match self.state {
            State::AwaitingVerification | State::AwaitingCorrection | State::AwaitingApproval | State::AwaitingConfirmation => "created",
            State::Reviewed => "reviewed",
            State::Executing => "executing",
            State::Shipped => "shipped",
            State::Received => "received",
            State::Cancelled => "cancelled",
        }
    }

    pub fn stage(&self) -> &'static str {
        match self.state {
            State::AwaitingVerification => "awaiting_verification",
            State::AwaitingCorrection => "awaiting_correction",
            State::AwaitingApproval => "awaiting_approval",
            State::AwaitingConfirmation => "awaiting_confirmation",
            State::Reviewed => "awaiting_release",
            State::Executing if self.has_open(&["produce"]) => "awaiting_production",
            State::Executing if self.has_open(&["pick", "serve"]) => "awaiting_preparation",
            State::Executing => "awaiting_shipment",
            State::Shipped => "awaiting_receipt",
            State::Received => "done",
            State::Cancelled => "cancelled",
        }
    }

    /// Where the stock of its standard lines stands; of those that are tracked, where there are any.
    pub fn inventory(&self) -> &'static str {
        let kind = if self.has(&[Kind::Stocked]) { Kind::Stocked } else { Kind::Untracked };
        let sum = |of: fn(&Line) -> i64| self.lines.iter().filter(|line| line.kind == kind).map(of).sum::<i64>();
        let (ordered, picked, held) = (sum(|line| line.quantity), sum(|line| line.picked), sum(|line| line.reserved + line.picked));
        match ordered {
            0 => "not_required",
            _ if picked >= ordered => "issued",
            _ if held >= ordered => "reserved",
            _ if held > 0 => "partly_reserved",
            _ => "unreserved",
        }
    }

    pub fn production(&self) -> &'static str {
        let task = self.tasks.iter().find(|task| task.code == "produce");
        match task.map(|task| task.status) {
            _ if !self.has(&[Kind::Custom]) => "not_required",
            Some("done") => "completed",
            Some("in_progress") => "in_progress",
            _ => "pending",
        }
    }

    /// The roles that must approve and why, lowest level first (DOMAIN 2.1, the default rules). What is
    /// short asks a head, unless somebody is asked who could override that (DOMAIN 2.3).
    pub fn approvers(&self, short: bool) -> Vec<(&'static str, Vec<&'static str>)> {
        let heavy: Vec<&str> =
            [(self.is_large(), "large"), (self.has(&[Kind::Custom]), "custom")].into_iter().filter(|(is, _)| *is).map(|(_, why)| why).collect();
        let mut asked = vec![("sales_specialist", vec!["every"])];
        if !heavy.is_empty() {
            asked.extend([("sales_manager", heavy.clone()), ("department_head", heavy)]);
        }
        if self.rush {
            asked.push(("operations_head", vec!["rush"]));
        }
        if short && !asked.iter().any(|(role, _)| OVERRIDERS.contains(role)) {
            asked.push(("department_head", vec!["short"]));
        }
        asked
    }

    /// How much of the goods in stock it still needs.
    pub fn missing(&self) -> i64 {
        self.lines.iter().map(Line::missing).sum()
    }

    /// Above what one person may decide alone (DOMAIN 2.4).
    pub fn is_large(&self) -> bool {
        self.total() > 50_000 * ONE
    }
}
