//! The model: what each act comes to, told from the design alone (DOMAIN, DECISIONS,
//! docs/lifecycle.md) and never from the product's own tables.

use super::acts::{Act, Change, Draft, Seen};
use super::desk::Desk;
use super::order::{Kind, Line, Order, State};
use super::people::{SALES, Who};

/// What an act comes to: the status of the success, or status and code of the refusal.
pub type Verdict = Result<u16, Refusal>;
pub type Refusal = (u16, &'static str);

pub const FORBIDDEN: Refusal = (403, "forbidden");
pub const SELF_APPROVAL: Refusal = (403, "self_approval");
pub const NOT_FOUND: Refusal = (404, "not_found");
pub const NOT_NOW: Refusal = (409, "invalid_transition");
pub const STOPPED: Refusal = (409, "order_blocked");
pub const STALE: Refusal = (412, "version_mismatch");
pub const VIOLATED: Refusal = (422, "rule_violated");

/// The settings that change the way of an order.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    pub four_eyes: bool,
    pub auto_release: bool,
}

/// The one product of a case, in the one warehouse.
#[derive(Debug, Clone, Copy)]
pub struct Stock {
    pub on_hand: i64,
    pub reserved: i64,
}

/// All that a case is about.
#[derive(Debug, Clone)]
pub struct World {
    pub rules: Rules,
    pub stock: Stock,
    pub orders: Vec<Order>,
}

/// A line of which nothing is done yet, and which is no order's yet.
pub fn line(kind: Kind, quantity: i64, price: i64, discount_rate: i64) -> Line {
    Line { id: 0, kind, quantity, price, discount_rate, reserved: 0, picked: 0, shipped: 0, delivered: 0 }
}

impl World {
    pub fn new(rules: Rules, on_hand: i64) -> Self {
        Self { rules, stock: Stock { on_hand, reserved: 0 }, orders: Vec::new() }
    }

    /// Lets somebody try something; a refusal changes nothing.
    pub fn take(&mut self, at: usize, who: Who, act: &Act, seen: Seen) -> Verdict {
        let verdict = match act {
            Act::Enter(draft) => self.enter(who, draft),
            Act::Restock(quantity) => self.restock(who, *quantity),
            act => self.desk(at, who, seen).take(act),
        };
        self.serve_waiting();
        verdict
    }

    fn desk(&mut self, at: usize, who: Who, seen: Seen) -> Desk<'_> {
        Desk { rules: self.rules, stock: &mut self.stock, order: &mut self.orders[at], who, seen, told: Vec::new() }
    }

    fn enter(&mut self, who: Who, draft: &Draft) -> Verdict {
        if !who.holds(SALES) {
            return Err(FORBIDDEN);
        }
        let numbered = (1..).zip(&draft.lines).map(|(id, (kind, quantity, price, rate))| Line { id, ..line(*kind, *quantity, *price, *rate) });
        self.orders.push(Order {
            state: State::AwaitingVerification,
            owner: who.sells().then_some(who),
            authors: [who].into(),
            verified: None,
            amended_since: Default::default(),
            rush: draft.rush,
            tags: 0,
            weeks: 0,
            lines: numbered.collect(),
            lines_made: draft.lines.len(),
            rounds: Vec::new(),
            tasks: Vec::new(),
            shipments: Vec::new(),
            exceptions: Vec::new(),
            on_hold: false,
            invoiced: 0,
            revision: 1,
            counted: None,
            reconfirm: false,
            asked: None,
            history: vec![(who.username().to_owned(), vec!["order.created"])],
        });
        Ok(201)
    }

    fn restock(&mut self, who: Who, quantity: i64) -> Verdict {
        if !who.holds(&["warehouse", "order_admin"]) {
            return Err(FORBIDDEN);
        }
        self.stock.on_hand += quantity;
        Ok(201)
    }

    /// What is free goes to those who wait, rush first, then by promise, then by age (DECISIONS 25). What an order would
    /// be by an amendment is not agreed, so that nothing is given to it.
    fn serve_waiting(&mut self) {
        let waits = |order: &Order| order.is_late() && !order.is_amending() && order.missing() > 0;
        let mut waiting: Vec<usize> = (0..self.orders.len()).filter(|at| waits(&self.orders[*at])).collect();
        waiting.sort_by_key(|at| (!self.orders[*at].rush, self.orders[*at].weeks, *at));
        for at in waiting {
            self.desk(at, Who::Admin, Seen::Unsaid).serve();
        }
    }
}

/// An order as an amendment would have it, right or wrong.
pub fn changed(order: &Order, change: &Change) -> Order {
    let mut after = order.clone();
    match change {
        Change::Nothing | Change::ReasonOnly => {}
        Change::Tags(tags) => after.tags = *tags,
        Change::Rush(rush) => after.rush = *rush,
        Change::Later => after.weeks += 1,
        Change::Quantity(at, quantity) => {
            let at = at % after.lines.len();
            after.lines[at].quantity = *quantity;
        }
        Change::Add(kind, quantity) => {
            let added = after.numbered(line(*kind, *quantity, super::ADDED_PRICE, 0));
            after.lines.push(added);
        }
        Change::Drop(at) => drop(after.lines.remove(at % after.lines.len())),
        Change::Back => order.counted.iter().for_each(|counted| after.bring_back(counted)),
    }
    after
}
