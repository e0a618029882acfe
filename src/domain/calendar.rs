//! The working calendar (DOMAIN 0, 3.1): which days are worked, between which hours, and what comes
//! so many working days or hours after an instant. What the company itself has entered for a day
//! goes before the public holidays, and those before the days of the week. Years without a notice
//! know the week only.

mod mainland_china;
#[cfg(test)]
mod tests;

use crate::domain::working_time::{Holidays, Shift, Weekday};
use crate::domain::zone::Zone;
use crate::words;
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use mainland_china::{NOTICES, Notice};
use std::collections::BTreeMap;

/// The end of a day, in minutes after its beginning.
const MIDNIGHT: u16 = 24 * 60;
/// The last year that is stored (DECISIONS 11).
const LAST_YEAR: i32 = 9999;

words! {
    /// Why a day is worked or not.
    pub enum DayReason {
        WorkingDay = "working_day" / "Working day" / "工作日",
        DayOff = "day_off" / "Day off" / "休息日",
        Holiday = "holiday" / "Public holiday" / "法定节假日",
        MakeUp = "make_up" / "Make-up working day" / "调休上班",
        Company = "company" / "Set by the company" / "公司设置",
    }
}

/// What a calendar is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    pub holidays: Holidays,
    /// The days of the week that are worked.
    pub week: Vec<Weekday>,
    /// The hours of a day that is worked, one after the other; at least one.
    pub hours: Vec<Shift>,
    /// Days for which the company has said whether they are worked.
    pub days: BTreeMap<NaiveDate, bool>,
}

impl Default for Rules {
    fn default() -> Self {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        Self {
            holidays: Holidays::MainlandChina,
            week: vec![Monday, Tuesday, Wednesday, Thursday, Friday],
            hours: vec![Shift::hours(9, 18)],
            days: BTreeMap::new(),
        }
    }
}

/// Which days are worked, and when, in which time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    zone: Zone,
    rules: Rules,
}

fn notice(year: i32) -> Option<&'static Notice> {
    NOTICES.iter().find(|notice| notice.year == year)
}

impl Calendar {
    /// A company's.
    pub const fn new(zone: Zone, rules: Rules) -> Self {
        Self { zone, rules }
    }

    /// The day that it is.
    pub fn local_date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.zone.local_date(at)
    }

    /// Whether the public holidays of the day's year are known; always where none are kept.
    pub fn covers(&self, day: NaiveDate) -> bool {
        self.rules.holidays == Holidays::None || notice(day.year()).is_some()
    }

    /// Whether a day is worked, and why.
    pub fn day(&self, day: NaiveDate) -> (bool, DayReason) {
        if let Some(worked) = self.rules.days.get(&day) {
            return (*worked, DayReason::Company);
        }
        let date = (day.month(), day.day());
        let notice = notice(day.year()).filter(|_| self.rules.holidays == Holidays::MainlandChina);
        match notice {
            Some(notice) if notice.holidays.iter().any(|(first, last)| (*first..=*last).contains(&date)) => (false, DayReason::Holiday),
            Some(notice) if notice.worked.contains(&date) => (true, DayReason::MakeUp),
            _ if self.rules.week.contains(&Weekday::of(day)) => (true, DayReason::WorkingDay),
            _ => (false, DayReason::DayOff),
        }
    }

    /// Whether a day is worked.
    pub fn is_working_day(&self, day: NaiveDate) -> bool {
        self.day(day).0
    }

    /// The working days from a day on, itself among them, to the year 9999.
    fn working_days_from(&self, day: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        day.iter_days().take_while(|day| day.year() <= LAST_YEAR).filter(|day| self.is_working_day(*day))
    }

    /// The day so many working days later. One on which nothing is worked counts as the next
    /// that is, so that what comes in on a Sunday is treated as what comes in on the Monday. `None`
    /// past the year 9999.
    pub fn add_working_days(&self, from: NaiveDate, days: u32) -> Option<NaiveDate> {
        self.working_days_from(from).nth(usize::try_from(days).unwrap_or(usize::MAX))
    }

    /// When something is due that has so many working days from an instant on: at the end of the
    /// last of them. `None` past the year 9999.
    pub fn due_after_days(&self, from: DateTime<Utc>, days: u32) -> Option<DateTime<Utc>> {
        self.add_working_days(self.local_date(from), days).map(|day| self.end_of_day(day))
    }

    /// When so many working hours will have passed from an instant on; none of them before the day's
    /// work begins, and none after it ends. `None` past the year 9999.
    pub fn due_after_hours(&self, from: DateTime<Utc>, hours: u32) -> Option<DateTime<Utc>> {
        let mut left = TimeDelta::hours(hours.into());
        for day in self.working_days_from(self.local_date(from)) {
            for shift in &self.rules.hours {
                let begins = self.zone.instant(day, shift.from.minutes()).max(from);
                let there = self.zone.instant(day, shift.until.minutes()) - begins;
                if there <= TimeDelta::zero() {
                    continue;
                }
                if left <= there {
                    return Some(begins + left);
                }
                left -= there;
            }
        }
        None
    }

    /// When work ends on a day, or would if the day were worked.
    pub fn end_of_day(&self, day: NaiveDate) -> DateTime<Utc> {
        match self.rules.hours.last().map_or(MIDNIGHT, |shift| shift.until.minutes()) {
            // the last second of the day, so that it is that day still
            MIDNIGHT => self.zone.instant(day, MIDNIGHT) - TimeDelta::seconds(1),
            closing => self.zone.instant(day, closing),
        }
    }
}
