//! What customers have yet to pay (DOMAIN 7.1): an order's payments go to its invoices, oldest due first, and what is
//! left is told by how long it has been due.

use crate::domain::amount::Amount;
use crate::domain::id::Id;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What an invoice asks for; nothing, where it is a draft, void, a credit note, or credited as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub invoice: Id,
    /// Without what was credited.
    pub amount: Amount,
    pub due: Option<NaiveDate>,
}

/// What is left to pay of each invoice of an order, given what was paid for it. What is due first is paid first, what has
/// no due date last; of those that are due on one day the older first.
pub fn spread(mut claims: Vec<Claim>, paid: Amount) -> BTreeMap<Id, Amount> {
    claims.sort_by_key(|claim| (claim.due.is_none(), claim.due, claim.invoice));
    let mut left = paid.max(Amount::ZERO);
    let mut open = BTreeMap::new();
    for claim in claims {
        let covered = claim.amount.at_most(left);
        // both differences lie between nothing and what they are taken from
        left = left.minus(covered).unwrap_or_default();
        open.insert(claim.invoice, claim.amount.minus(covered).unwrap_or_default());
    }
    open
}

/// How long something has been due, in classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    /// It is due today, later, or on no day.
    NotDue,
    /// For 1 to 30 days.
    Month,
    /// For 31 to 60 days.
    TwoMonths,
    /// For 61 to 90 days.
    ThreeMonths,
    /// For more than 90 days.
    Longer,
}

impl Age {
    /// From what is not due to what has been for longest.
    pub const ALL: [Self; 5] = [Self::NotDue, Self::Month, Self::TwoMonths, Self::ThreeMonths, Self::Longer];

    /// How long what is due on a day has been so today.
    pub fn of(due: Option<NaiveDate>, today: NaiveDate) -> Self {
        match due.map_or(0, |due| today.signed_duration_since(due).num_days()) {
            ..=0 => Self::NotDue,
            1..=30 => Self::Month,
            31..=60 => Self::TwoMonths,
            61..=90 => Self::ThreeMonths,
            _ => Self::Longer,
        }
    }
}

/// What is left to pay in one currency, by how long it has been due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aging {
    /// In 1/10,000 of a unit, in the order of the ages.
    parts: [i128; 5],
    /// The first day on which something of it was or is due.
    pub oldest_due: Option<NaiveDate>,
}

impl Aging {
    /// Adds what is left to pay of an invoice.
    pub fn add(&mut self, open: Amount, due: Option<NaiveDate>, today: NaiveDate) {
        let age = Age::of(due, today);
        for (at, part) in Age::ALL.iter().zip(&mut self.parts) {
            *part += if *at == age { i128::from(open.parts()) } else { 0 };
        }
        self.oldest_due = [self.oldest_due, due].into_iter().flatten().min();
    }

    /// What has been due for so long; cut at the largest amount.
    pub fn of(&self, age: Age) -> Amount {
        let parts = Age::ALL.iter().zip(self.parts).filter(|(at, _)| **at == age).map(|(_, parts)| parts);
        Amount::capped(parts.sum())
    }

    /// All of it; cut at the largest amount.
    pub fn total(&self) -> Amount {
        Amount::capped(self.parts.iter().sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Days;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn claim(number: u8, amount: i32, due: Option<&str>) -> Claim {
        Claim { invoice: Id::from_parts(u64::from(number), [number; 10]), amount: Amount::units(amount), due: due.map(day) }
    }

    #[test]
    fn what_is_due_first_is_paid_first() {
        // DOMAIN 7.1
        let claims =
            vec![claim(1, 300, None), claim(2, 500, Some("2026-02-01")), claim(3, 200, Some("2026-01-01")), claim(4, 100, Some("2026-02-01"))];
        let open = |paid: i32| {
            let open = spread(claims.clone(), Amount::units(paid));
            claims.iter().map(|claim| open[&claim.invoice]).collect::<Vec<_>>()
        };
        let units = |amounts: [i32; 4]| amounts.map(Amount::units).to_vec();
        assert_eq!(open(0), units([300, 500, 200, 100]));
        assert_eq!(open(250), units([300, 450, 0, 100]));
        assert_eq!(open(750), units([300, 0, 0, 50]));
        assert_eq!(open(1000), units([100, 0, 0, 0]));
        assert_eq!(open(5000), units([0, 0, 0, 0]), "what is too much pays nothing else");
    }

    #[test]
    fn what_is_due_is_older_each_day() {
        let today = day("2026-06-30");
        let ages: Vec<Age> = [0, 1, 30, 31, 60, 61, 90, 91].into_iter().map(|days| Age::of(Some(today - Days::new(days)), today)).collect();
        let (first, second, third) = (Age::Month, Age::TwoMonths, Age::ThreeMonths);
        assert_eq!(ages, [Age::NotDue, first, first, second, second, third, third, Age::Longer]);
        assert_eq!([Age::of(None, today), Age::of(Some(today + Days::new(1)), today)], [Age::NotDue, Age::NotDue]);
    }

    #[test]
    fn what_is_open_is_summed_by_its_age() {
        let today = day("2026-06-30");
        let mut aging = Aging::default();
        for (open, due) in [(5, None), (10, Some("2026-06-30")), (20, Some("2026-06-29")), (40, Some("2026-01-01")), (80, Some("2026-06-01"))] {
            aging.add(Amount::units(open), due.map(day), today);
        }
        assert_eq!(Age::ALL.map(|age| aging.of(age)), [15, 100, 0, 0, 40].map(Amount::units));
        assert_eq!((aging.total(), aging.oldest_due), (Amount::units(155), Some(day("2026-01-01"))));
    }
}
