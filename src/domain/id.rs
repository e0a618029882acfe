//! Identities. Inside, an id is a UUIDv7 and nothing else; its prefix (`ord_`, `tsk_`) exists
//! only in what the API says and hears (BEHAVIOUR 1).

use crate::domain::column::Uid;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use std::fmt;
use uuid::Uuid;

/// The identity of one row. Made by [`Id::from_parts`] from an instant and random bits, so that
/// ids of one table sort by the time they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Uid)]
pub struct Id(pub Uuid);

/// What kind of thing an id names; says its prefix in the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Order,
    Line,
    Customer,
    Product,
    Warehouse,
    Movement,
    User,
    Session,
    ApiKey,
    Rule,
    Round,
    Step,
    Template,
    Task,
    File,
    Shipment,
    Tracking,
    Exception,
    Invoice,
    Payment,
    Event,
    Message,
}

impl Kind {
    /// The prefix in front of the underscore.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Order => "ord",
            Self::Line => "lin",
            Self::Customer => "cus",
            Self::Product => "prd",
            Self::Warehouse => "whs",
            Self::Movement => "mov",
            Self::User => "usr",
            Self::Session => "ses",
            Self::ApiKey => "key",
            Self::Rule => "rul",
            Self::Round => "rnd",
            Self::Step => "stp",
            Self::Template => "tpl",
            Self::Task => "tsk",
            Self::File => "fil",
            Self::Shipment => "shp",
            Self::Tracking => "trk",
            Self::Exception => "exc",
            Self::Invoice => "inv",
            Self::Payment => "pay",
            Self::Event => "evt",
            Self::Message => "msg",
        }
    }

    /// Reads an id as the API writes it; `None` for another prefix or a malformed UUID.
    pub fn parse(self, text: &str) -> Option<Id> {
        let hex = text.strip_prefix(self.prefix())?.strip_prefix('_')?;
        let plain = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        plain.then(|| Uuid::try_parse(hex).ok().map(Id)).flatten()
    }
}

impl Id {
    /// A UUIDv7 of milliseconds since 1970 and ten random bytes.
    pub fn from_parts(milliseconds: u64, random: [u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
    }

    /// The id as the API writes it, e.g. `ord_0197…`.
    pub fn text(self, kind: Kind) -> String {
        format!("{}_{}", kind.prefix(), self.0.simple())
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.simple())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_only_under_its_own_prefix() {
        let id = Id::from_parts(1_700_000_000_000, [7; 10]);
        let text = id.text(Kind::Order);
        assert_eq!(Kind::Order.parse(&text), Some(id));
        assert_eq!(Kind::Task.parse(&text), None);
        assert_eq!(Kind::Order.parse("ord_"), None);
        assert_eq!(Kind::Order.parse(&text.to_uppercase()), None);
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        assert!(Id::from_parts(1, [255; 10]) < Id::from_parts(2, [0; 10]));
    }
}
