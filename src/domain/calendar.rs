//! The working calendar (DOMAIN 0, 3.1): which days are worked, when they end, and what comes so
//! many working days after an instant. Days are days of the company's time zone. Years without a
//! notice know weekends only.

mod mainland_china;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use mainland_china::{NOTICES, Notice};

/// When a working day ends, local time: hour of the day.
const CLOSING_HOUR: u32 = 18;
/// The last year that is stored (DECISIONS 11).
const LAST_YEAR: i32 = 9999;

/// Which days are worked, in which time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    zone: Tz,
}

fn notice(year: i32) -> Option<&'static Notice> {
    NOTICES.iter().find(|notice| notice.year == year)
}

impl Calendar {
    /// The calendar of mainland China, read in a time zone.
    pub fn mainland_china(zone: Tz) -> Self {
        Self { zone }
    }

    /// The day that it is somewhere within the time zone.
    pub fn local_date(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// The year and month that it is.
    pub fn local_month(&self, at: DateTime<Utc>) -> (i32, u32) {
        let day = self.local_date(at);
        (day.year(), day.month())
    }

    /// Whether the holidays of the day's year are known.
    pub fn covers(&self, day: NaiveDate) -> bool {
        notice(day.year()).is_some()
    }

    /// Whether a day is worked: a holiday is not, a make-up day is, any other by its weekday.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        let date = (day.month(), day.day());
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        match notice(day.year()) {
            Some(notice) if notice.holidays.iter().any(|(first, last)| (*first..=*last).contains(&date)) => false,
            Some(notice) if notice.worked.contains(&date) => true,
            _ => !weekend,
        }
    }

    /// The day itself where it is worked, else the next one that is; `None` past the year 9999.
    fn working_day_from(&self, day: NaiveDate) -> Option<NaiveDate> {
        day.iter_days().take_while(|day| day.year() <= LAST_YEAR).find(|day| self.is_working_day(*day))
    }

    /// The day so many working days later. One on which nothing is worked counts as the next
    /// that is, so that what comes in on a Sunday is treated as what comes in on the Monday. `None`
    /// past the year 9999.
    pub fn add_working_days(&self, from: NaiveDate, days: u32) -> Option<NaiveDate> {
        let mut day = self.working_day_from(from)?;
        for _ in 0..days {
            day = self.working_day_from(day.succ_opt()?)?;
        }
        Some(day)
    }

    /// When something is due that has so many working days from an instant on: at the end of the
    /// last of them. `None` past the year 9999.
    pub fn due_after(&self, from: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
        self.add_working_days(self.local_date(from), days).map(|day| self.end_of_day(day))
    }

    /// When work ends on a day, or would if the day were worked.
    pub fn end_of_day(&self, day: NaiveDate) -> DateTime<Utc> {
        self.instant(day, CLOSING_HOUR)
    }

    /// The first instant of a day.
    pub fn start_of_day(&self, day: NaiveDate) -> DateTime<Utc> {
        self.instant(day, 0)
    }

    /// The instant of an hour on a day. Of two (the clock was put back), the first; where there is
    /// none (it was put on), the hour is reckoned as the clock went the day before.
    fn instant(&self, day: NaiveDate, hour: u32) -> DateTime<Utc> {
        let local = day.and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default());
        let a_day = TimeDelta::days(1);
        let as_the_day_before = || self.exact(local.checked_sub_signed(a_day)?)?.checked_add_signed(a_day);
        self.exact(local).or_else(as_the_day_before).unwrap_or(local.and_utc())
    }

    fn exact(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.zone.from_local_datetime(&local).earliest().map(|at| at.to_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> Calendar {
        Calendar::mainland_china(chrono_tz::Asia::Shanghai)
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
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
    fn holidays_are_off_and_their_make_up_days_are_worked() {
        // DOMAIN 0
        let worked = |text: &str| shanghai().is_working_day(day(text));
        assert!((1..=7).all(|n| !worked(&format!("2026-10-{n:02}"))), "National Day");
        assert!(worked("2026-10-08") && worked("2026-10-10"), "the Saturday after it makes up");
        assert!(worked("2026-02-14") && worked("2026-02-28") && !worked("2026-02-15") && !worked("2026-02-23") && worked("2026-02-24"));
        assert!(worked("2025-02-05") && !worked("2025-02-04") && !worked("2025-01-31"), "a holiday across two months");
    }

    #[test]
    fn a_year_without_a_notice_knows_weekends_only() {
        assert!(!shanghai().covers(day("2027-10-01")) && shanghai().covers(day("2026-12-31")));
        assert!(shanghai().is_working_day(day("2027-10-01")));
        assert!(!shanghai().is_working_day(day("2027-10-02")));
    }

    #[test]
    fn deadlines_pass_over_holidays_and_end_with_the_working_day() {
        // DOMAIN 3.1
        let due = |from: &str, days| shanghai().due_after(at(from), days);
        assert_eq!(due("2026-09-30T02:00:00Z", 1), Some(at("2026-10-08T10:00:00Z")));
        assert_eq!(due("2026-09-30T02:00:00Z", 3), Some(at("2026-10-10T10:00:00Z")));
        assert_eq!(due("2026-09-30T02:00:00Z", 4), Some(at("2026-10-12T10:00:00Z")));
        assert_eq!(due("2026-09-30T17:00:00Z", 0), Some(at("2026-10-08T10:00:00Z")), "it is October 1 in Shanghai");
        assert_eq!(due("2026-03-02T02:00:00Z", 0), Some(at("2026-03-02T10:00:00Z")));
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
        assert_eq!(shanghai().due_after(DateTime::<Utc>::MAX_UTC - TimeDelta::days(400), 1), None);
        assert!(shanghai().end_of_day(NaiveDate::MAX) > at("9999-12-31T00:00:00Z"));
        assert!(Calendar::mainland_china(chrono_tz::Pacific::Pago_Pago).end_of_day(NaiveDate::MAX) > at("9999-12-31T00:00:00Z"));
        assert!(shanghai().start_of_day(NaiveDate::MIN) < at("0001-01-01T00:00:00Z"));
    }

    #[test]
    fn local_times_that_do_not_exist_or_exist_twice_are_resolved() {
        let sao_paulo = Calendar::mainland_china(chrono_tz::America::Sao_Paulo);
        assert_eq!(sao_paulo.start_of_day(day("2018-11-04")), at("2018-11-04T03:00:00Z"), "midnight was left out");
        let havana = Calendar::mainland_china(chrono_tz::America::Havana);
        assert_eq!(havana.start_of_day(day("2025-11-02")), at("2025-11-02T04:00:00Z"), "midnight came twice");
        let apia = Calendar::mainland_china(chrono_tz::Pacific::Apia);
        assert_eq!(apia.end_of_day(day("2011-12-30")), at("2011-12-31T04:00:00Z"), "the whole day was left out");
        assert_eq!(apia.local_month(at("2011-12-31T23:00:00Z")), (2012, 1));
    }
}
