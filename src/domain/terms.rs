//! What payment terms in people's words say about when an invoice is to be paid: `net 30`, `30 days`, `月结30天`. What is not
//! understood for certain says nothing.

use chrono::{Datelike, Days, Months, NaiveDate};

/// The longest time that terms may give, in days.
const LONGEST: u64 = 366;
/// What says that the days count from the end of the month.
const MONTH_END: &[&str] = &["月结", "eom", "end of month", "end of the month", "end-of-month", "month end", "month-end"];
/// What says that nothing is to be waited for.
const AT_ONCE: &[&str] = &["on receipt", "upon receipt", "on invoice", "见票即付"];
/// What says that the days count from something else than the invoice.
const FROM_ELSEWHERE: &[&str] =
    &["before", "after delivery", "of delivery", "on delivery", "after receipt", "shipment", "货到", "到货", "收货", "发货", "签收"];
/// What a number of days is followed by.
const DAYS: &[&str] = &["day", "天", "日内"];
/// What a number of days follows.
const NET: &[&str] = &["net", "n/"];

/// When an invoice of a day is to be paid by these terms; none where they do not say it.
pub fn due_date(terms: &str, issued: NaiveDate) -> Option<NaiveDate> {
    let terms = terms.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| terms.contains(word));
    if says(FROM_ELSEWHERE) {
        return None;
    }
    match days(&terms) {
        Some(days) if says(MONTH_END) => month_end(issued)?.checked_add_days(Days::new(days)),
        Some(days) => issued.checked_add_days(Days::new(days)),
        None if says(AT_ONCE) && !terms.contains(|c: char| c.is_ascii_digit()) => Some(issued),
        None => None,
    }
}

fn month_end(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)?.checked_add_months(Months::new(1))?.pred_opt()
}

/// The one number of days in a text: what follows `net` where there is that, else the only number, where it stands before
/// `days`; none where there are several.
fn days(terms: &str) -> Option<u64> {
    let numbers = numbers(terms);
    let net: Vec<u64> = numbers.iter().filter(|(before, _, _)| is_net(before)).map(|(_, days, _)| *days).collect();
    let said = match (net.as_slice(), numbers.as_slice()) {
        // days for a discount are fewer
        ([days], all) if !all.iter().any(|(before, other, after)| is_days(after) && other >= days && !is_net(before)) => Some(*days),
        ([], [(_, days, after)]) if is_days(after) => Some(*days),
        _ => None,
    };
    said.filter(|days| *days <= LONGEST)
}

fn is_net(before: &str) -> bool {
    NET.iter().any(|word| follows(before, word))
}

fn is_days(after: &str) -> bool {
    DAYS.iter().any(|word| after.trim_start_matches([' ', '-']).starts_with(word))
}

/// Whether a text ends with a word that is not the end of a longer one.
fn follows(text: &str, word: &str) -> bool {
    let rest = text.trim_end().strip_suffix(word);
    rest.is_some_and(|rest| !rest.ends_with(|c: char| c.is_ascii_alphabetic()))
}

/// The whole numbers of a text, each with what stands before and after it; parts of `2.5` or `3%` are none.
fn numbers(text: &str) -> Vec<(&str, u64, &str)> {
    let mut found = Vec::new();
    let mut rest = 0;
    while let Some(start) = text.get(rest..).and_then(|tail| tail.find(|c: char| c.is_ascii_digit())).map(|at| rest + at) {
        let tail = text.get(start..).unwrap_or_default();
        let length = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        rest = start + length;
        let (before, after) = (text.get(..start).unwrap_or_default(), text.get(rest..).unwrap_or_default());
        let part = before.ends_with(['.', ',']) || after.starts_with(['.', '%', '％']) && !after.starts_with(". ") && after != ".";
        if let Some(number) = tail.get(..length).and_then(|digits| digits.parse().ok()).filter(|_| !part) {
            found.push((before, number, after));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn due(terms: &str) -> Option<String> {
        due_date(terms, "2026-01-20".parse().unwrap()).map(|day| day.to_string())
    }

    #[test]
    fn days_after_the_issue_are_understood_as_people_write_them() {
        let thirty = [
            "net 30",
            "Net30",
            "NET 30 days",
            "30 days",
            "30-day terms",
            "n/30",
            "账期30天",
            "30 天",
            "30日内付清",
            "2/10 net 30",
            "2% 10 days, net 30",
            "Free delivery, net 30",
            "30% deposit, balance net 30.",
        ];
        for terms in thirty {
            assert_eq!(due(terms).as_deref(), Some("2026-02-19"), "{terms}");
        }
        assert_eq!(due("Due on receipt").as_deref(), Some("2026-01-20"));
        assert_eq!(due("见票即付").as_deref(), Some("2026-01-20"));
    }

    #[test]
    fn days_after_the_month_count_from_its_end() {
        for terms in ["月结30天", "30 days EOM", "net 30, end of month", "30 days from end of the month"] {
            assert_eq!(due(terms).as_deref(), Some("2026-03-02"), "{terms}");
        }
    }

    #[test]
    fn what_is_not_certain_says_nothing() {
        let vague = [
            "",
            "as agreed",
            "30 or 60 days",
            "每月15日付款",
            "3 working days",
            "5个工作日",
            "internet 30",
            "月结",
            "30%",
            "net 9999",
            "1.5 days",
            "on receipt of 3 parcels",
            "30 days after delivery",
            "balance 7 days before shipment",
            "货到30天",
            "net 30 or 60 days",
        ];
        for terms in vague {
            assert_eq!(due(terms), None, "{terms}");
        }
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_is_written_the_day_is_not_before_the_issue_and_not_far_after(terms in prop_oneof!["(net|n/|天|days|月结|[0-9%., ]){0,8}", any::<String>()]) {
            let issued: NaiveDate = "2026-01-20".parse().unwrap();
            if let Some(due) = due_date(&terms, issued) {
                prop_assert!(due >= issued && (due - issued).num_days() <= 366 + 31);
            }
        }
    }
}
