//! The calendar against tables that were reckoned by something else: the days by the notices as
//! the Python package chinesecalendar 1.11 has them, the hours minute by minute.

use super::*;
use chrono_tz::America::{self, New_York};
use chrono_tz::Tz;
use chrono_tz::{Asia, Europe};

/// Instant, working days, when they end: in Shanghai, with its holidays.
const DAYS: &[(&str, u32, &str)] = &[
    ("2024-02-08T01:00:00Z", 0, "2024-02-08T10:00:00Z"),
    ("2024-02-08T01:00:00Z", 2, "2024-02-18T10:00:00Z"),
    ("2024-02-08T01:00:00Z", 10, "2024-02-28T10:00:00Z"),
    ("2024-02-08T16:01:00Z", 1, "2024-02-18T10:00:00Z"),
    ("2024-02-08T16:01:00Z", 3, "2024-02-20T10:00:00Z"),
    ("2024-02-03T09:59:00Z", 1, "2024-02-05T10:00:00Z"),
    ("2024-02-03T09:59:00Z", 3, "2024-02-07T10:00:00Z"),
    ("2024-02-04T15:59:00Z", 0, "2024-02-04T10:00:00Z"),
    ("2024-02-04T15:59:00Z", 2, "2024-02-06T10:00:00Z"),
    ("2024-02-04T15:59:00Z", 10, "2024-02-22T10:00:00Z"),
    ("2024-02-18T01:00:00Z", 1, "2024-02-19T10:00:00Z"),
    ("2024-02-18T01:00:00Z", 3, "2024-02-21T10:00:00Z"),
    ("2025-01-23T16:01:00Z", 1, "2025-01-26T10:00:00Z"),
    ("2025-01-23T16:01:00Z", 3, "2025-02-05T10:00:00Z"),
    ("2025-01-26T09:59:00Z", 0, "2025-01-26T10:00:00Z"),
    ("2025-01-26T09:59:00Z", 2, "2025-02-05T10:00:00Z"),
    ("2025-01-26T09:59:00Z", 10, "2025-02-14T10:00:00Z"),
    ("2025-01-27T15:59:00Z", 1, "2025-02-05T10:00:00Z"),
    ("2025-01-27T15:59:00Z", 3, "2025-02-07T10:00:00Z"),
    ("2025-02-07T01:00:00Z", 1, "2025-02-08T10:00:00Z"),
    ("2025-02-07T01:00:00Z", 3, "2025-02-11T10:00:00Z"),
    ("2025-02-07T16:01:00Z", 0, "2025-02-08T10:00:00Z"),
    ("2025-02-07T16:01:00Z", 2, "2025-02-11T10:00:00Z"),
    ("2025-02-07T16:01:00Z", 10, "2025-02-21T10:00:00Z"),
    ("2026-02-12T09:59:00Z", 1, "2026-02-13T10:00:00Z"),
    ("2026-02-12T09:59:00Z", 3, "2026-02-24T10:00:00Z"),
    ("2026-02-13T15:59:00Z", 1, "2026-02-14T10:00:00Z"),
    ("2026-02-13T15:59:00Z", 3, "2026-02-25T10:00:00Z"),
    ("2026-02-14T01:00:00Z", 0, "2026-02-14T10:00:00Z"),
    ("2026-02-14T01:00:00Z", 2, "2026-02-25T10:00:00Z"),
    ("2026-02-14T01:00:00Z", 10, "2026-03-06T10:00:00Z"),
    ("2026-02-14T16:01:00Z", 1, "2026-02-25T10:00:00Z"),
    ("2026-02-14T16:01:00Z", 3, "2026-02-27T10:00:00Z"),
    ("2026-02-23T09:59:00Z", 1, "2026-02-25T10:00:00Z"),
    ("2026-02-23T09:59:00Z", 3, "2026-02-27T10:00:00Z"),
    ("2026-02-27T15:59:00Z", 0, "2026-02-27T10:00:00Z"),
    ("2026-02-27T15:59:00Z", 2, "2026-03-02T10:00:00Z"),
    ("2026-02-27T15:59:00Z", 10, "2026-03-12T10:00:00Z"),
    ("2026-02-28T01:00:00Z", 1, "2026-03-02T10:00:00Z"),
    ("2026-02-28T01:00:00Z", 3, "2026-03-04T10:00:00Z"),
    ("2026-04-02T16:01:00Z", 1, "2026-04-07T10:00:00Z"),
    ("2026-04-02T16:01:00Z", 3, "2026-04-09T10:00:00Z"),
    ("2026-04-30T09:59:00Z", 0, "2026-04-30T10:00:00Z"),
    ("2026-04-30T09:59:00Z", 2, "2026-05-07T10:00:00Z"),
    ("2026-04-30T09:59:00Z", 10, "2026-05-18T10:00:00Z"),
    ("2026-05-08T15:59:00Z", 1, "2026-05-09T10:00:00Z"),
    ("2026-05-08T15:59:00Z", 3, "2026-05-12T10:00:00Z"),
    ("2026-06-18T01:00:00Z", 1, "2026-06-22T10:00:00Z"),
    ("2026-06-18T01:00:00Z", 3, "2026-06-24T10:00:00Z"),
    ("2026-09-17T16:01:00Z", 0, "2026-09-18T10:00:00Z"),
    ("2026-09-17T16:01:00Z", 2, "2026-09-21T10:00:00Z"),
    ("2026-09-17T16:01:00Z", 10, "2026-10-09T10:00:00Z"),
    ("2026-09-24T09:59:00Z", 1, "2026-09-28T10:00:00Z"),
    ("2026-09-24T09:59:00Z", 3, "2026-09-30T10:00:00Z"),
    ("2026-09-30T15:59:00Z", 1, "2026-10-08T10:00:00Z"),
    ("2026-09-30T15:59:00Z", 3, "2026-10-10T10:00:00Z"),
    ("2026-10-09T01:00:00Z", 0, "2026-10-09T10:00:00Z"),
    ("2026-10-09T01:00:00Z", 2, "2026-10-12T10:00:00Z"),
    ("2026-10-09T01:00:00Z", 10, "2026-10-22T10:00:00Z"),
    ("2025-09-26T16:01:00Z", 1, "2025-09-29T10:00:00Z"),
    ("2025-09-26T16:01:00Z", 3, "2025-10-09T10:00:00Z"),
    ("2025-09-30T09:59:00Z", 1, "2025-10-09T10:00:00Z"),
    ("2025-09-30T09:59:00Z", 3, "2025-10-11T10:00:00Z"),
    ("2020-01-23T15:59:00Z", 0, "2020-01-23T10:00:00Z"),
    ("2020-01-23T15:59:00Z", 2, "2020-02-04T10:00:00Z"),
    ("2020-01-23T15:59:00Z", 10, "2020-02-14T10:00:00Z"),
    ("2015-09-02T01:00:00Z", 1, "2015-09-06T10:00:00Z"),
    ("2015-09-02T01:00:00Z", 3, "2015-09-08T10:00:00Z"),
    ("2008-04-30T16:01:00Z", 1, "2008-05-05T10:00:00Z"),
    ("2008-04-30T16:01:00Z", 3, "2008-05-07T10:00:00Z"),
];

/// The same where clocks are put on and back, without holidays.
const DAYS_ELSEWHERE: &[(Tz, &str, u32, &str)] = &[
    (America::New_York, "2026-03-06T15:30:00Z", 0, "2026-03-06T23:00:00Z"),
    (America::New_York, "2026-03-06T15:30:00Z", 1, "2026-03-09T22:00:00Z"),
    (America::New_York, "2026-03-06T15:30:00Z", 3, "2026-03-11T22:00:00Z"),
    (America::New_York, "2026-03-07T06:30:00Z", 0, "2026-03-09T22:00:00Z"),
    (America::New_York, "2026-03-07T06:30:00Z", 1, "2026-03-10T22:00:00Z"),
    (America::New_York, "2026-03-07T06:30:00Z", 3, "2026-03-12T22:00:00Z"),
    (America::New_York, "2026-03-08T23:30:00Z", 0, "2026-03-09T22:00:00Z"),
    (America::New_York, "2026-03-08T23:30:00Z", 1, "2026-03-10T22:00:00Z"),
    (America::New_York, "2026-03-08T23:30:00Z", 3, "2026-03-12T22:00:00Z"),
    (America::New_York, "2026-10-30T14:30:00Z", 0, "2026-10-30T22:00:00Z"),
    (America::New_York, "2026-10-30T14:30:00Z", 1, "2026-11-02T23:00:00Z"),
    (America::New_York, "2026-10-30T14:30:00Z", 3, "2026-11-04T23:00:00Z"),
    (America::New_York, "2026-10-31T05:30:00Z", 0, "2026-11-02T23:00:00Z"),
    (America::New_York, "2026-10-31T05:30:00Z", 1, "2026-11-03T23:00:00Z"),
    (America::New_York, "2026-10-31T05:30:00Z", 3, "2026-11-05T23:00:00Z"),
    (America::New_York, "2026-11-02T00:30:00Z", 0, "2026-11-02T23:00:00Z"),
    (America::New_York, "2026-11-02T00:30:00Z", 1, "2026-11-03T23:00:00Z"),
    (America::New_York, "2026-11-02T00:30:00Z", 3, "2026-11-05T23:00:00Z"),
    (Europe::Berlin, "2026-03-27T09:30:00Z", 0, "2026-03-27T17:00:00Z"),
    (Europe::Berlin, "2026-03-27T09:30:00Z", 1, "2026-03-30T16:00:00Z"),
    (Europe::Berlin, "2026-03-27T09:30:00Z", 3, "2026-04-01T16:00:00Z"),
    (Europe::Berlin, "2026-03-29T00:30:00Z", 0, "2026-03-30T16:00:00Z"),
    (Europe::Berlin, "2026-03-29T00:30:00Z", 1, "2026-03-31T16:00:00Z"),
    (Europe::Berlin, "2026-03-29T00:30:00Z", 3, "2026-04-02T16:00:00Z"),
    (Europe::Berlin, "2026-10-23T17:30:00Z", 0, "2026-10-23T16:00:00Z"),
    (Europe::Berlin, "2026-10-23T17:30:00Z", 1, "2026-10-26T17:00:00Z"),
    (Europe::Berlin, "2026-10-23T17:30:00Z", 3, "2026-10-28T17:00:00Z"),
    (Europe::Berlin, "2026-10-25T09:30:00Z", 0, "2026-10-26T17:00:00Z"),
    (Europe::Berlin, "2026-10-25T09:30:00Z", 1, "2026-10-27T17:00:00Z"),
    (Europe::Berlin, "2026-10-25T09:30:00Z", 3, "2026-10-29T17:00:00Z"),
];

/// Instant, working hours (09:00-12:00, 13:00-18:00), when they have passed.
const HOURS: &[(Tz, &str, u32, &str)] = &[
    (Asia::Shanghai, "2026-02-13T09:30:00Z", 0, "2026-02-13T09:30:00Z"),
    (Asia::Shanghai, "2026-02-13T09:30:00Z", 1, "2026-02-14T01:30:00Z"),
    (Asia::Shanghai, "2026-02-13T09:30:00Z", 4, "2026-02-14T05:30:00Z"),
    (Asia::Shanghai, "2026-02-13T09:30:00Z", 20, "2026-02-25T05:30:00Z"),
    (Asia::Shanghai, "2026-02-14T04:15:00Z", 0, "2026-02-14T05:00:00Z"),
    (Asia::Shanghai, "2026-02-14T04:15:00Z", 1, "2026-02-14T06:00:00Z"),
    (Asia::Shanghai, "2026-02-14T04:15:00Z", 4, "2026-02-14T09:00:00Z"),
    (Asia::Shanghai, "2026-02-14T04:15:00Z", 20, "2026-02-25T09:00:00Z"),
    (Asia::Shanghai, "2026-02-20T02:00:00Z", 0, "2026-02-24T01:00:00Z"),
    (Asia::Shanghai, "2026-02-20T02:00:00Z", 1, "2026-02-24T02:00:00Z"),
    (Asia::Shanghai, "2026-02-20T02:00:00Z", 4, "2026-02-24T06:00:00Z"),
    (Asia::Shanghai, "2026-02-20T02:00:00Z", 20, "2026-02-26T06:00:00Z"),
    (Asia::Shanghai, "2026-10-09T03:45:00Z", 0, "2026-10-09T03:45:00Z"),
    (Asia::Shanghai, "2026-10-09T03:45:00Z", 1, "2026-10-09T05:45:00Z"),
    (Asia::Shanghai, "2026-10-09T03:45:00Z", 4, "2026-10-09T08:45:00Z"),
    (Asia::Shanghai, "2026-10-09T03:45:00Z", 20, "2026-10-12T08:45:00Z"),
    (Asia::Shanghai, "2026-03-02T00:00:00Z", 0, "2026-03-02T01:00:00Z"),
    (Asia::Shanghai, "2026-03-02T00:00:00Z", 1, "2026-03-02T02:00:00Z"),
    (Asia::Shanghai, "2026-03-02T00:00:00Z", 4, "2026-03-02T06:00:00Z"),
    (Asia::Shanghai, "2026-03-02T00:00:00Z", 20, "2026-03-04T06:00:00Z"),
    (Asia::Shanghai, "2025-01-26T09:59:00Z", 0, "2025-01-26T09:59:00Z"),
    (Asia::Shanghai, "2025-01-26T09:59:00Z", 1, "2025-01-27T01:59:00Z"),
    (Asia::Shanghai, "2025-01-26T09:59:00Z", 4, "2025-01-27T05:59:00Z"),
    (Asia::Shanghai, "2025-01-26T09:59:00Z", 20, "2025-02-06T05:59:00Z"),
    (America::New_York, "2026-03-06T22:00:00Z", 0, "2026-03-06T22:00:00Z"),
    (America::New_York, "2026-03-06T22:00:00Z", 1, "2026-03-06T23:00:00Z"),
    (America::New_York, "2026-03-06T22:00:00Z", 4, "2026-03-09T16:00:00Z"),
    (America::New_York, "2026-03-06T22:00:00Z", 20, "2026-03-11T16:00:00Z"),
    (America::New_York, "2026-10-30T20:30:00Z", 0, "2026-10-30T20:30:00Z"),
    (America::New_York, "2026-10-30T20:30:00Z", 1, "2026-10-30T21:30:00Z"),
    (America::New_York, "2026-10-30T20:30:00Z", 4, "2026-11-02T16:30:00Z"),
    (America::New_York, "2026-10-30T20:30:00Z", 20, "2026-11-04T16:30:00Z"),
];

fn calendar(zone: Tz, rules: Rules) -> Calendar {
    Calendar::new(Zone::new(zone), rules)
}

fn shanghai() -> Calendar {
    calendar(Asia::Shanghai, Rules::default())
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn deadlines_in_days_pass_over_holidays_and_count_make_up_days() {
    // DOMAIN 3.1
    for (from, days, due) in DAYS {
        assert_eq!(shanghai().due_after_days(at(from), *days), Some(at(due)), "{days} days from {from}");
    }
}

#[test]
fn deadlines_in_days_end_when_the_clock_on_the_wall_says_so() {
    // DOMAIN 3.1
    for (zone, from, days, due) in DAYS_ELSEWHERE {
        let calendar = calendar(*zone, Rules { holidays: Holidays::None, ..Rules::default() });
        assert_eq!(calendar.due_after_days(at(from), *days), Some(at(due)), "{days} days from {from} in {zone}");
    }
}

#[test]
fn deadlines_in_hours_count_working_hours_only() {
    // DOMAIN 3.1
    for (zone, from, hours, due) in HOURS {
        let holidays = if *zone == New_York { Holidays::None } else { Holidays::MainlandChina };
        let calendar = calendar(*zone, Rules { holidays, hours: vec![Shift::hours(9, 12), Shift::hours(13, 18)], ..Rules::default() });
        assert_eq!(calendar.due_after_hours(at(from), *hours), Some(at(due)), "{hours} hours from {from} in {zone}");
    }
}

#[test]
fn there_are_cases_enough() {
    assert!(DAYS.len() + DAYS_ELSEWHERE.len() >= 60 && HOURS.len() >= 30);
}

#[test]
fn each_year_has_as_many_working_days_as_were_published() {
    // DOMAIN 0
    for (year, published) in [(2024, 251), (2025, 248), (2026, 248)] {
        let days = NaiveDate::from_ymd_opt(year, 1, 1).unwrap().iter_days().take_while(|day| day.year() == year);
        assert_eq!(days.filter(|day| shanghai().is_working_day(*day)).count(), published, "{year}");
    }
}

#[test]
fn a_day_says_why_it_is_worked_or_not() {
    // DOMAIN 0
    let days = BTreeMap::from([(day("2026-10-08"), false), (day("2026-10-01"), true)]);
    let calendar = calendar(Asia::Shanghai, Rules { days, ..Rules::default() });
    let says = |text: &str| calendar.day(day(text));
    assert_eq!(says("2026-10-02"), (false, DayReason::Holiday));
    assert_eq!(says("2026-10-10"), (true, DayReason::MakeUp));
    assert_eq!(says("2026-10-11"), (false, DayReason::DayOff));
    assert_eq!(says("2026-10-12"), (true, DayReason::WorkingDay));
    assert_eq!(says("2026-10-08"), (false, DayReason::Company), "closed by the company");
    assert_eq!(says("2026-10-01"), (true, DayReason::Company), "worked although a holiday");
}

#[test]
fn a_week_may_be_worked_on_other_days() {
    let week = vec![Weekday::Sunday, Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday];
    let dubai = calendar(Asia::Dubai, Rules { week, holidays: Holidays::None, hours: vec![Shift::hours(8, 24)], ..Rules::default() });
    assert_eq!(dubai.due_after_days(at("2026-10-01T08:00:00Z"), 1), Some(at("2026-10-04T19:59:59Z")), "Thursday to Sunday midnight");
    assert!(!dubai.is_working_day(day("2026-10-02")) && dubai.covers(day("2031-10-02")));
}

#[test]
fn a_year_without_a_notice_knows_the_week_only() {
    assert!(!shanghai().covers(day("2027-10-01")) && shanghai().covers(day("2026-12-31")) && shanghai().covers(day("2004-01-01")));
    assert!(shanghai().is_working_day(day("2027-10-01")) && !shanghai().is_working_day(day("2027-10-02")));
}

#[test]
fn a_day_off_counts_as_the_next_working_day() {
    let after = |from, days| shanghai().add_working_days(day(from), days);
    assert_eq!(after("2026-03-07", 0), Some(day("2026-03-09")));
    assert_eq!(after("2026-03-07", 1), Some(day("2026-03-10")));
    assert_eq!(after("2026-03-06", 1), Some(day("2026-03-09")));
    assert_eq!(after("2027-01-04", 1000), day("2027-01-04").checked_add_days(chrono::Days::new(200 * 7)));
}

#[test]
fn there_is_nothing_past_the_last_year() {
    assert_eq!(shanghai().add_working_days(day("9999-12-30"), 5), None);
    assert_eq!(shanghai().due_after_days(DateTime::<Utc>::MAX_UTC - TimeDelta::days(400), 1), None);
    assert_eq!(shanghai().due_after_hours(at("9999-12-31T00:00:00Z"), 100), None);
    let pago = calendar(chrono_tz::Pacific::Pago_Pago, Rules::default());
    assert!(pago.end_of_day(NaiveDate::MAX) > at("9999-12-31T00:00:00Z"));
}
