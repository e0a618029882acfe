//! The company's time zone: which day it is, and when an hour of a day is. Which days are worked is
//! the calendar's to know.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Of the IANA's list.
    pub const fn new(zone: Tz) -> Self {
        Self(zone)
    }

    /// The day that it is somewhere within the time zone.
    pub fn local_date(self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.0).date_naive()
    }

    /// What the clock on the wall shows.
    pub fn local_time(self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.0).naive_local()
    }

    /// The year and month that it is.
    pub fn local_month(self, at: DateTime<Utc>) -> (i32, u32) {
        let day = self.local_date(at);
        (day.year(), day.month())
    }

    /// The first instant of a day.
    pub fn start_of_day(self, day: NaiveDate) -> DateTime<Utc> {
        self.instant(day, 0)
    }

    /// The instant so many minutes after midnight by the clock on the wall; 1440 is the next
    /// midnight. Of two (the clock was put back), the first; where there is none (it was put on), the
    /// time is reckoned as the clock went the day before.
    pub fn instant(self, day: NaiveDate, minutes: u16) -> DateTime<Utc> {
        let midnight = day.and_time(chrono::NaiveTime::MIN);
        let local = midnight.checked_add_signed(TimeDelta::minutes(minutes.into())).unwrap_or(midnight);
        let a_day = TimeDelta::days(1);
        let as_the_day_before = || self.exact(local.checked_sub_signed(a_day)?)?.checked_add_signed(a_day);
        self.exact(local).or_else(as_the_day_before).unwrap_or(local.and_utc())
    }

    fn exact(self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        self.0.from_local_datetime(&local).earliest().map(|at| at.to_utc())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn local_times_that_do_not_exist_or_exist_twice_are_resolved() {
        let sao_paulo = Zone::new(chrono_tz::America::Sao_Paulo);
        assert_eq!(sao_paulo.start_of_day(day("2018-11-04")), at("2018-11-04T03:00:00Z"), "midnight was left out");
        let havana = Zone::new(chrono_tz::America::Havana);
        assert_eq!(havana.start_of_day(day("2025-11-02")), at("2025-11-02T04:00:00Z"), "midnight came twice");
        let apia = Zone::new(chrono_tz::Pacific::Apia);
        assert_eq!(apia.instant(day("2011-12-30"), 18 * 60), at("2011-12-31T04:00:00Z"), "the whole day was left out");
        assert_eq!(apia.local_month(at("2011-12-31T23:00:00Z")), (2012, 1));
    }

    #[test]
    fn the_ends_of_time_are_instants_too() {
        let pago = Zone::new(chrono_tz::Pacific::Pago_Pago);
        assert!(pago.instant(NaiveDate::MAX, 1440) > at("9999-12-31T00:00:00Z"));
        assert!(pago.start_of_day(NaiveDate::MIN) < at("0001-01-01T00:00:00Z"));
    }
}
