//! When a company works: on which days of the week, between which hours, by whose public holidays.

use crate::words;
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

words! {
    /// A day of the week.
    pub enum Weekday {
        Monday = "monday",
        Tuesday = "tuesday",
        Wednesday = "wednesday",
        Thursday = "thursday",
        Friday = "friday",
        Saturday = "saturday",
        Sunday = "sunday",
    }
}

impl Weekday {
    /// Which one a date is.
    pub fn of(day: NaiveDate) -> Self {
        match day.weekday() {
            chrono::Weekday::Mon => Self::Monday,
            chrono::Weekday::Tue => Self::Tuesday,
            chrono::Weekday::Wed => Self::Wednesday,
            chrono::Weekday::Thu => Self::Thursday,
            chrono::Weekday::Fri => Self::Friday,
            chrono::Weekday::Sat => Self::Saturday,
            chrono::Weekday::Sun => Self::Sunday,
        }
    }
}

words! {
    /// Whose public holidays are kept beside what the company itself enters.
    pub enum Holidays {
        MainlandChina = "mainland_china" / "Mainland China" / "中国大陆",
        None = "none" / "None" / "无",
    }
}

/// A time of the day by the clock on the wall, to the minute; `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// So many minutes after midnight; `None` past the end of the day.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes <= 24 * 60 { Some(Self(minutes)) } else { None }
    }

    /// Minutes since midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// Reads `09:30`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let two = |part: &str| (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten();
        let (hour, minute) = (two(hour)?, two(minute)?);
        if minute < 60 { Self::from_minutes(hour * 60 + minute) } else { None }
    }

    /// As it is read.
    pub fn text(self) -> String {
        format!("{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("must be a time of the day, such as 09:30"))
    }
}

/// A part of the day that is worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Shift {
    /// `09:00`
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", example = "09:00")]
    pub from: TimeOfDay,
    /// `18:00`; `24:00` is the end of the day.
    #[schema(value_type = String, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$", example = "18:00")]
    pub until: TimeOfDay,
}

impl Shift {
    /// From one hour to another; for constants.
    pub const fn hours(from: u16, until: u16) -> Self {
        Self { from: TimeOfDay(from * 60), until: TimeOfDay(until * 60) }
    }
}

/// The least a working day has, in minutes: else a deadline in hours would never come.
const LEAST_MINUTES: u16 = 60;
/// How many parts a day may be worked in.
const MOST_SHIFTS: usize = 6;

/// Whether these are the hours of a day: one after the other, an hour in all at least.
pub fn is_working_hours(shifts: &[Shift]) -> bool {
    let ordered = shifts.windows(2).all(|pair| matches!(pair, [a, b] if a.until <= b.from));
    let sound = shifts.iter().all(|shift| shift.from < shift.until);
    let total: u16 = if sound { shifts.iter().map(|shift| shift.until.0 - shift.from.0).sum() } else { 0 };
    (1..=MOST_SHIFTS).contains(&shifts.len()) && ordered && sound && total >= LEAST_MINUTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_the_day_are_read_to_the_minute() {
        for good in ["00:00", "09:30", "23:59", "24:00"] {
            assert_eq!(TimeOfDay::parse(good).map(TimeOfDay::text).as_deref(), Some(good));
        }
        for bad in ["24:01", "9:30", "09:60", "09-30", "", "+9:30", "09:3０", "25:00", "99:99"] {
            assert_eq!(TimeOfDay::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_hours_of_a_day_follow_each_other() {
        assert!(is_working_hours(&[Shift::hours(9, 12), Shift::hours(13, 18)]));
        assert!(is_working_hours(&[Shift::hours(0, 24)]));
        assert!(!is_working_hours(&[]));
        assert!(!is_working_hours(&[Shift::hours(13, 18), Shift::hours(9, 12)]));
        assert!(!is_working_hours(&[Shift::hours(9, 9)]));
        assert!(!is_working_hours(&[Shift { until: TimeOfDay(9 * 60 + 59), ..Shift::hours(9, 10) }]));
        assert!(!is_working_hours(&[Shift::hours(0, 2); 7]));
    }

    #[test]
    fn days_of_the_week_are_named() {
        assert_eq!(Weekday::of(NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()), Weekday::Monday);
    }
}
