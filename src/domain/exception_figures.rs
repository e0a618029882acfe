//! What exceptions come to, counted by what they have in common.

use crate::domain::amount::{Amount, TooLarge};
use crate::domain::id::Id;
use crate::words;
use chrono::TimeDelta;
use std::collections::BTreeSet;

words! {
    /// By what exceptions are counted.
    pub enum FiguresBy {
        Kind = "kind",
        Cause = "cause",
        Department = "department",
        Product = "product",
        Carrier = "carrier",
    }
}

/// What is counted of one exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub open: bool,
    pub late_report: bool,
    /// What its plan cost, in the base currency.
    pub cost: Amount,
    /// From its report until it was resolved.
    pub took: Option<TimeDelta>,
}

/// What several exceptions come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figure {
    pub exceptions: usize,
    pub open: usize,
    pub late_reports: usize,
    orders: BTreeSet<Id>,
    cost_parts: i128,
    resolved: i128,
    took_microseconds: i128,
}

/// Divides what is not negative, rounding halves up.
fn rounded(value: i128, by: i128) -> i128 {
    (value + by / 2) / by
}

impl Figure {
    /// Counts an exception, and those of its orders that are counted with it.
    pub fn add(&mut self, one: &Counted, orders: impl IntoIterator<Item = Id>) {
        self.exceptions += 1;
        self.open += usize::from(one.open);
        self.late_reports += usize::from(one.late_report);
        self.orders.extend(orders);
        self.cost_parts += i128::from(one.cost.parts());
        if let Some(took) = one.took {
            self.resolved += 1;
            self.took_microseconds += i128::from(took.num_microseconds().unwrap_or(0).max(0));
        }
    }

    /// How many orders they covered, each counted once.
    pub fn orders(&self) -> usize {
        self.orders.len()
    }

    /// What their plans cost.
    ///
    /// # Errors
    /// Past 12 digits.
    pub fn cost(&self) -> Result<Amount, TooLarge> {
        Amount::from_parts(self.cost_parts)
    }

    /// The orders covered, of so many; none of none.
    pub fn share_of(&self, orders: i64) -> Option<Amount> {
        let covered = i128::try_from(self.orders.len()).ok()?;
        (orders > 0).then(|| Amount::from_parts(rounded(covered * i128::from(Amount::ONE.parts()), i128::from(orders))).ok())?
    }

    /// How long it took on average to resolve one, in hours, to the hundredth; none where none was resolved.
    pub fn mean_hours(&self) -> Option<Amount> {
        const HUNDREDTH: i128 = 36_000_000;
        (self.resolved > 0).then(|| Amount::from_parts(rounded(self.took_microseconds, self.resolved * HUNDREDTH) * 100).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(minutes: Option<i64>, cost: i32) -> Counted {
        Counted { open: minutes.is_none(), late_report: cost > 0, cost: Amount::units(cost), took: minutes.map(TimeDelta::minutes) }
    }

    fn order(number: u8) -> Id {
        Id::from_parts(1, [number; 10])
    }

    #[test]
    fn orders_are_counted_once_and_shares_and_hours_are_rounded() {
        let mut figure = Figure::default();
        assert_eq!((figure.share_of(0), figure.share_of(3), figure.mean_hours()), (None, Some(Amount::ZERO), None));
        figure.add(&one(Some(60), 5), [order(1), order(2)]);
        figure.add(&one(Some(40), 0), [order(2)]);
        figure.add(&one(None, 7), []);
        assert_eq!((figure.exceptions, figure.open, figure.late_reports, figure.orders()), (3, 1, 2, 2));
        assert_eq!(figure.cost(), Ok(Amount::units(12)));
        let text = |amount: Option<Amount>, digits| amount.map(|amount| amount.text(digits));
        assert_eq!(text(figure.share_of(3), 4).as_deref(), Some("0.6667"));
        // 100 minutes by two are 50 minutes, 0.8333 hours
        assert_eq!(text(figure.mean_hours(), 2).as_deref(), Some("0.83"));
    }
}
