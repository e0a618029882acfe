//! What customers have yet to pay (DOMAIN 7.1): an order's payments go to its invoices, oldest due first, and what is
//! left is told by how long it has been due.

use crate::domain::amount::Amount;
use crate::domain::id::Id;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// What an invoice asks for.
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
}
