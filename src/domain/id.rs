//! Identities. Inside, an id is a UUIDv7 and nothing else; its prefix (`ord_`, `tsk_`) exists
//! only in what the API says and hears (BEHAVIOUR 1).

use crate::domain::column::Uid;
use crate::domain::time::UtcTime;
use diesel::deserialize::FromSqlRow;
use diesel::expression::AsExpression;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use uuid::Uuid;
use uuid::fmt::Simple;

/// The identity of one row. Made by [`Id::from_parts`] from an instant and random bits, so that
/// ids of one table sort by the time they were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Uid)]
pub struct Id(pub Uuid);

macro_rules! kinds {
    ($( $kind:ident = $prefix:literal, $word:literal; )+) => {
        /// What kind of thing an id names; says its prefix in the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Kind { $( #[doc = $word] $kind ),+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[ $( Self::$kind ),+ ];

            /// The prefix in front of the underscore.
            pub const fn prefix(self) -> &'static str {
                match self { $( Self::$kind => $prefix ),+ }
            }

            /// The kind's name, as the feed writes it.
            pub const fn word(self) -> &'static str {
                match self { $( Self::$kind => $word ),+ }
            }
        }
    };
}

kinds! {
    Order = "ord", "order";
    Line = "lin", "line";
    Customer = "cus", "customer";
    Product = "prd", "product";
    Warehouse = "whs", "warehouse";
    Expected = "xpr", "expected_receipt";
    Movement = "mov", "stock_movement";
    User = "usr", "user";
    Session = "ses", "session";
    ApiKey = "key", "api_key";
    Rate = "rat", "exchange_rate";
    Rule = "rul", "approval_rule";
    Round = "rnd", "approval_round";
    Step = "stp", "approval_step";
    Delegation = "dlg", "delegation";
    Template = "tpl", "task_template";
    Task = "tsk", "task";
    Note = "nte", "task_note";
    File = "fil", "file";
    Carrier = "car", "carrier";
    Shipment = "shp", "shipment";
    Tracking = "trk", "tracking_event";
    Exception = "exc", "exception";
    ExceptionNote = "exn", "exception_note";
    ExceptionCause = "xcs", "exception_cause";
    Invoice = "inv", "invoice";
    Payment = "pay", "payment";
    Refund = "rfd", "refund";
    Return = "ret", "return";
    Compensation = "cmp", "compensation";
    Event = "evt", "event";
    Message = "msg", "message";
    MessageTemplate = "mtp", "message_template";
    Link = "lnk", "link";
    Settings = "set", "settings";
}

/// The one document of settings, for events about it.
pub const SETTINGS: Id = Id(Uuid::from_u128(0x7000_8000_0000_0000_0000));

/// All templates of messages together, for events about one of them: those say which.
pub const MESSAGE_TEMPLATES: Id = Id(Uuid::from_u128(0x7000_8000_0000_0000_0001));

/// The whole catalogue of causes, for events about one of them: those say which.
pub const EXCEPTION_CAUSES: Id = Id(Uuid::from_u128(0x7000_8000_0000_0000_0002));

impl Kind {
    /// The kind that a prefix stands for.
    pub fn of_prefix(prefix: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.prefix() == prefix)
    }

    /// Reads an id as the API writes it; `None` for another prefix or a malformed UUID.
    pub fn parse(self, text: &str) -> Option<Id> {
        let hex = text.strip_prefix(self.prefix())?.strip_prefix('_')?;
        let plain = hex.len() == 32 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        plain.then(|| Uuid::try_parse(hex).ok().map(Id)).flatten()
    }
}

impl Id {
    /// Before every id.
    pub const FIRST: Self = Self(Uuid::nil());
    /// After every id.
    pub const LAST: Self = Self(Uuid::max());

    /// A UUIDv7 of milliseconds since 1970 and ten random bytes.
    pub fn from_parts(milliseconds: u64, random: [u8; 10]) -> Self {
        Self(uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid())
    }

    /// Whether it was made before an instant, to the millisecond.
    pub fn made_before(self, at: UtcTime) -> bool {
        self < Self::from_parts(at.utc().timestamp_millis().unsigned_abs(), [0; 10])
    }

    /// The first of all ids that can be made at an instant, to the millisecond.
    pub fn first_at(at: UtcTime) -> Self {
        Self::from_parts(u64::try_from(at.utc().timestamp_millis()).unwrap_or(0), [u8::MIN; 10])
    }

    /// The last of them.
    pub fn last_at(at: UtcTime) -> Self {
        Self::from_parts(u64::try_from(at.utc().timestamp_millis()).unwrap_or(0), [u8::MAX; 10])
    }

    /// The id as the API writes it, e.g. `ord_0197…`.
    pub fn text(self, kind: Kind) -> String {
        let mut digits = [0; Simple::LENGTH];
        [kind.prefix(), "_", self.0.simple().encode_lower(&mut digits)].concat()
    }
}

/// As documents of the database hold it; the API writes [`Id::text`].
impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Uuid::try_parse(&text).map(Self).map_err(serde::de::Error::custom)
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
    fn every_prefix_stands_for_one_kind() {
        for kind in Kind::ALL {
            assert_eq!(Kind::of_prefix(kind.prefix()), Some(*kind));
        }
        assert_eq!(Kind::of_prefix("xyz"), None);
    }

    #[test]
    fn the_settings_have_the_first_id_of_all() {
        assert_eq!(SETTINGS, Id::from_parts(0, [0; 10]));
    }

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        assert!(Id::from_parts(1, [255; 10]) < Id::from_parts(2, [0; 10]));
    }
}

#[cfg(test)]
mod fuzz {
    use super::*;
    use proptest::prelude::*;

    fn kind() -> impl Strategy<Value = Kind> {
        proptest::sample::select(Kind::ALL)
    }

    proptest! {
        #[test]
        fn an_id_reads_back_under_its_kind_alone(bits in any::<u128>(), kind in kind(), other in kind()) {
            let id = Id(Uuid::from_u128(bits));
            let found = other.parse(&id.text(kind));
            prop_assert_eq!(found, (kind == other).then_some(id));
        }

        #[test]
        fn what_is_read_is_written_the_same(kind in kind(), text in prop_oneof!["[a-z]{3}_[0-9a-fA-F-]{30,36}", "[a-z]{0,4}_?\\PC{0,40}", any::<String>()]) {
            for text in [format!("{}_{text}", kind.prefix()), text] {
                if let Some(id) = kind.parse(&text) {
                    prop_assert_eq!(id.text(kind), text);
                }
            }
        }
    }
}
