//! What approvers judge of an order and what its customer sees (DOMAIN 1.7, 2.1, 2.5), and what of it counts while
//! an amendment is not agreed (DECISIONS 16, 17).

use super::decimal::amount;
use super::order::{Kind, Line, Order};

/// What approvers judge of an order that amendments here change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Kind, quantity, price and discount rate of each line.
    pub lines: Vec<(Kind, i64, i64, i64)>,
    pub rush: bool,
    /// By how many weeks later it is promised than it was asked for.
    pub weeks: i64,
}

/// What its customer sees of it: whether each line is described by the catalogue, with quantity, price and amount;
/// and when it is to arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    lines: Vec<(bool, i64, i64, i64)>,
    weeks: i64,
}

/// What counts while an amendment waits for its approvers or the customer.
#[derive(Debug, Clone)]
pub struct Counted {
    pub revision: i64,
    pub content: Content,
    lines: Vec<Line>,
}

impl Content {
    /// Whether a level that is asked for these reasons would see the same in both.
    pub fn is_alike(&self, other: &Self, why: &[&str]) -> bool {
        why.iter().all(|why| match *why {
            "every" => (&self.lines, self.weeks) == (&other.lines, other.weeks),
            "large" => self.prices() == other.prices(),
            "custom" => self.goods() == other.goods(),
            "rush" => self.rush == other.rush,
            // a failed check is about stock, not about what the order says
            _ => true,
        })
    }

    fn prices(&self) -> Vec<(i64, i64, i64)> {
        self.lines.iter().map(|(_, quantity, price, rate)| (*quantity, *price, *rate)).collect()
    }

    fn goods(&self) -> Vec<(Kind, i64)> {
        self.lines.iter().map(|(kind, quantity, ..)| (*kind, *quantity)).collect()
    }
}

impl Counted {
    /// An order as it stands.
    pub fn of(order: &Order) -> Self {
        Self { revision: order.revision, content: order.content(), lines: order.lines.clone() }
    }
}

impl Order {
    pub fn content(&self) -> Content {
        let lines = self.lines.iter().map(|line| (line.kind, line.quantity, line.price, line.discount_rate)).collect();
        Content { lines, rush: self.rush, weeks: self.weeks }
    }

    pub fn offer(&self) -> Offer {
        let seen = |line: &Line| (line.kind == Kind::Stocked, line.quantity, line.price, amount(line.quantity, line.price, line.discount_rate));
        Offer { lines: self.lines.iter().map(seen).collect(), weeks: self.weeks }
    }

    /// Brings back what counts of what approvers judge; tags and the like stay as they are.
    pub fn bring_back(&mut self, counted: &Counted) {
        let now = self.content();
        if (&now.lines, now.weeks) != (&counted.content.lines, counted.content.weeks) {
            self.lines = counted.lines.iter().map(|line| self.again(line)).collect();
        }
        (self.rush, self.weeks) = (counted.content.rush, counted.content.weeks);
    }

    /// A line that is still there keeps what was done with it; one that went comes back as a new one (DECISIONS 16).
    fn again(&mut self, was: &Line) -> Line {
        match self.lines.iter().find(|line| line.id == was.id).copied() {
            Some(line) => Line { quantity: was.quantity, ..line },
            None => self.numbered(Line { reserved: 0, picked: 0, shipped: 0, delivered: 0, ..*was }),
        }
    }

    /// A new line, told apart from all that the order ever had.
    pub fn numbered(&mut self, line: Line) -> Line {
        self.lines_made += 1;
        Line { id: self.lines_made, ..line }
    }
}
