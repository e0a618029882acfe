//! Instants as Docket keeps them: UTC, whole microseconds, years 1 to 9999 (DECISIONS 11).
//! Where "now" comes from is `db::clock`'s business.

use crate::domain::column::Instant;
use chrono::{DateTime, Datelike, SecondsFormat, TimeDelta, Utc};
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

/// How far the clock of whoever reports something may be ahead of ours.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// An instant that survives a round trip through both databases unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Instant)]
pub struct UtcTime(DateTime<Utc>);

impl UtcTime {
    /// Cuts to microseconds; `None` outside the years 1 to 9999.
    pub fn new(at: DateTime<Utc>) -> Option<Self> {
        (1..=9999).contains(&at.year()).then(|| DateTime::from_timestamp_micros(at.timestamp_micros()).map(Self))?
    }

    /// From microseconds since 1970; `None` outside the years 1 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).and_then(Self::new)
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text).ok().and_then(|at| Self::new(at.with_timezone(&Utc)))
    }

    /// The instant as chrono knows it.
    pub fn utc(self) -> DateTime<Utc> {
        self.0
    }

    /// Microseconds since 1970.
    pub fn micros(self) -> i64 {
        self.0.timestamp_micros()
    }

    /// This instant moved by a span; stays where it is if that would leave the years 1 to 9999.
    pub fn plus(self, span: TimeDelta) -> Self {
        self.0.checked_add_signed(span).and_then(Self::new).unwrap_or(self)
    }

    /// Whether this instant lies in the future of another, by more than clocks may differ.
    pub fn is_ahead_of(self, now: Self) -> bool {
        self > now.plus(CLOCKS_DIFFER)
    }

    /// RFC 3339 in UTC with `Z`, as the API writes it.
    pub fn text(self) -> String {
        self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

impl Serialize for UtcTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de> Deserialize<'de> for UtcTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("must be an RFC 3339 time between the years 1 and 9999"))
    }
}

impl utoipa::PartialSchema for UtcTime {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
        ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
            .description(Some("RFC 3339; UTC with Z in answers, any offset accepted"))
            .examples(["2026-03-02T08:30:00Z"])
            .into()
    }
}

impl utoipa::ToSchema for UtcTime {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_offsets_are_normalised_and_microseconds_kept() {
        assert_eq!(UtcTime::parse("2026-03-02T16:30:00.123456789+08:00").unwrap().text(), "2026-03-02T08:30:00.123456Z");
        assert_eq!(UtcTime::parse("9999-12-31T23:59:59-01:00"), None);
        assert_eq!(UtcTime::parse("2026-03-02"), None);
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    /// Microseconds of the years 1 and 9999, as far as they go.
    const ALL_YEARS: std::ops::RangeInclusive<i64> = -62_135_596_800_000_000..=253_402_300_799_999_999;

    proptest! {
        #[test]
        fn what_is_written_reads_back(micros in ALL_YEARS) {
            let at = UtcTime::from_micros(micros).unwrap();
            prop_assert_eq!(UtcTime::parse(&at.text()), Some(at));
            prop_assert_eq!(at.micros(), micros);
        }

        #[test]
        fn the_offset_does_not_matter(micros in ALL_YEARS, minutes in -1439..=1439_i32) {
            let at = UtcTime::from_micros(micros).unwrap();
            let offset = chrono::FixedOffset::east_opt(minutes * 60).unwrap();
            let text = at.utc().with_timezone(&offset).to_rfc3339();
            // at the ends of time another offset may write a year that has no four digits
            prop_assert!(UtcTime::parse(&text).is_none_or(|read| read == at), "{}", text);
        }

        #[test]
        fn whatever_is_read_has_one_form(text in prop_oneof![
            "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,12})?([Zz]|[-+][0-9]{2}:[0-9]{2})?",
            any::<String>(),
        ]) {
            if let Some(at) = UtcTime::parse(&text) {
                prop_assert!(at.text().ends_with('Z'));
                prop_assert_eq!(UtcTime::parse(&at.text()), Some(at));
            }
        }

        #[test]
        fn no_span_leads_out_of_time(micros in ALL_YEARS, span in any::<i64>()) {
            let moved = UtcTime::from_micros(micros).unwrap().plus(TimeDelta::microseconds(span));
            prop_assert!(ALL_YEARS.contains(&moved.micros()));
        }
    }
}
