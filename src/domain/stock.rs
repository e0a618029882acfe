//! Stock: why a balance moves, and the arithmetic of setting it aside (DOMAIN 2.6, DECISIONS 25).
//! Where a balance is kept and how two who want it at once are told apart is not its business.

use crate::domain::amount::{Amount, TooLarge};
use crate::domain::id::Id;
use crate::domain::visible::is_same_name;
use crate::words;
use serde::{Deserialize, Serialize};

words! {
    /// Why a balance moved.
    pub enum MovementKind {
        Receipt = "receipt" / "Received" / "入库",
        Adjust = "adjust" / "Adjusted after counting" / "盘点调整",
        Reserve = "reserve" / "Reserved for an order" / "预留",
        Release = "release" / "Reservation released" / "释放预留",
        Pick = "pick" / "Picked for an order" / "拣货出库",
        Return = "return" / "Returned to stock" / "退货入库",
        Scrap = "scrap" / "Scrapped after inspection" / "检验报废",
        TransferOut = "transfer_out" / "Sent to another warehouse" / "调拨出库",
        TransferIn = "transfer_in" / "Came from another warehouse" / "调拨入库",
    }
}

words! {
    /// Where goods stand that are expected to come in.
    pub enum ExpectedStatus {
        Open = "open" / "Expected" / "待入库",
        Received = "received" / "Received" / "已入库",
        Cancelled = "cancelled" / "Cancelled" / "已取消",
    }
}

words! {
    /// The movements that people record; all others follow from orders.
    pub enum HandKind {
        Receipt = "receipt",
        Adjust = "adjust",
        Return = "return",
        Transfer = "transfer",
    }
}

impl HandKind {
    /// The same, among all movements; of a transfer, the one that takes the goods out.
    pub const fn movement(self) -> MovementKind {
        match self {
            Self::Receipt => MovementKind::Receipt,
            Self::Adjust => MovementKind::Adjust,
            Self::Return => MovementKind::Return,
            Self::Transfer => MovementKind::TransferOut,
        }
    }

    /// Whether a quantity makes sense: an adjustment goes up or down, anything else only up.
    pub fn allows(self, quantity: Amount) -> bool {
        match self {
            Self::Receipt | Self::Return | Self::Transfer => quantity > Amount::ZERO,
            Self::Adjust => quantity != Amount::ZERO,
        }
    }
}

words! {
    /// What decides which warehouse gives goods first (DOMAIN 2.6).
    pub enum ReservationRule {
        Priority = "priority" / "The warehouse's priority" / "仓库优先级",
        Region = "region" / "Near to where the goods go" / "就近",
        FewestSplits = "fewest_splits" / "As few parcels as possible" / "尽量少拆单",
    }
}

/// A place that a warehouse is near to: a country, or a region of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    pub country: String,
    /// As orders write it; capital and small letters are alike. Without, the whole country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl Place {
    /// How near it is to where goods go: 0 for the same region, 1 for the same country, `None` for neither.
    fn nearness(&self, country: &str, region: Option<&str>) -> Option<u8> {
        if !is_same_name(&self.country, country) {
            return None;
        }
        match (&self.region, region) {
            (None, _) => Some(1),
            (Some(own), Some(region)) if is_same_name(own, region) => Some(0),
            (Some(_), _) => None,
        }
    }
}

/// A warehouse that could give goods to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Giver {
    pub warehouse: Id,
    pub priority: i32,
    pub serves: Vec<Place>,
    /// How many of the products that the order lacks it has all of.
    pub covers: usize,
    /// How much of what the order lacks it has in all, in 1/10,000.
    pub gives: i64,
}

impl Giver {
    /// Its place by a rule; the lowest comes first.
    fn rank(&self, rule: ReservationRule, country: &str, region: Option<&str>) -> (i64, i64) {
        match rule {
            ReservationRule::Priority => (i64::from(self.priority), 0),
            ReservationRule::Region => {
                (self.serves.iter().filter_map(|place| place.nearness(country, region)).min().map_or(i64::from(u8::MAX), i64::from), 0)
            }
            ReservationRule::FewestSplits => (-i64::try_from(self.covers).unwrap_or(i64::MAX), -self.gives),
        }
    }
}

/// The order in which warehouses are asked, by rules of which the first goes before the others.
pub fn in_turn(mut givers: Vec<Giver>, rules: &[ReservationRule], country: &str, region: Option<&str>) -> Vec<Id> {
    givers.sort_by_cached_key(|giver| {
        let ranks: Vec<(i64, i64)> = rules.iter().map(|rule| giver.rank(*rule, country, region)).collect();
        (ranks, giver.warehouse)
    });
    givers.into_iter().map(|giver| giver.warehouse).collect()
}

/// What of a line could not be set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    pub line_id: Id,
    /// The line's place in the order, from 1.
    pub position: i32,
    /// Empty where the line names none.
    pub sku: String,
    pub name: String,
    pub missing: Amount,
}

/// What of an ordered quantity is neither picked nor set aside yet; never negative.
///
/// # Errors
/// For quantities that no line can have.
pub fn outstanding(quantity: Amount, picked: Amount, reserved: Amount) -> Result<Amount, TooLarge> {
    Ok(quantity.minus(picked)?.minus(reserved)?.max(Amount::ZERO))
}

/// How much of a quantity falls to each of several bounds, in their order: each takes all it can
/// until the quantity is used up. So lines share what a warehouse gave for them, and the same
/// order of keys every time keeps two orders from crossing (DECISIONS 5).
pub fn share_out(quantity: Amount, bounds: &[Amount]) -> Vec<Amount> {
    let mut rest = quantity;
    let share = |bound: &Amount| {
        let share = rest.at_most(*bound).max(Amount::ZERO);
        rest = rest.minus(share).unwrap_or(Amount::ZERO);
        share
    };
    bounds.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(quantity: &str, bounds: &[&str]) -> Vec<String> {
        let read = |text: &str| Amount::parse(text).unwrap();
        let bounds: Vec<Amount> = bounds.iter().map(|text| read(text)).collect();
        share_out(read(quantity), &bounds).into_iter().map(Amount::short).collect()
    }

    #[test]
    fn each_takes_what_it_can_until_the_quantity_is_used_up() {
        // DECISIONS 25
        assert_eq!(shares("10", &["4", "0", "7.5", "3"]), ["4", "0", "6", "0"]);
        assert_eq!(shares("0.0001", &["5"]), ["0.0001"]);
        assert_eq!(shares("10", &[]), [""; 0]);
    }

    #[test]
    fn what_nobody_takes_is_left_over_and_nothing_takes_less_than_nothing() {
        assert_eq!(shares("10", &["4", "5"]), ["4", "5"]);
        assert_eq!(shares("10", &["-3", "5"]), ["0", "5"]);
        assert_eq!(shares("999999999999.9999", &["999999999999.9999", "1"]), ["999999999999.9999", "0"]);
    }

    #[test]
    fn warehouses_are_asked_by_the_rules_in_their_order() {
        // DOMAIN 2.6
        let place = |country: &str, region: Option<&str>| Place { country: country.into(), region: region.map(str::to_owned) };
        let giver =
            |at: u8, priority, serves, covers| Giver { warehouse: Id::from_parts(0, [at; 10]), priority, serves, covers, gives: i64::from(at == 2) };
        let givers = [
            giver(1, 100, vec![place("CN", None)], 1),
            giver(2, 100, vec![place("CN", Some("Jiangsu"))], 1),
            giver(3, 10, vec![], 0),
            giver(4, 100, vec![], 3),
        ];
        let turn = |rules: &[ReservationRule], region| {
            let asked = in_turn(givers.to_vec(), rules, "cn", region);
            asked.into_iter().map(|id| givers.iter().position(|giver| giver.warehouse == id).unwrap() + 1).collect::<Vec<_>>()
        };
        use ReservationRule::{FewestSplits, Priority, Region};
        assert_eq!(turn(&[], None), [1, 2, 3, 4]);
        assert_eq!(turn(&[Priority], None), [3, 1, 2, 4]);
        assert_eq!(turn(&[Region, Priority], Some("jiangsu")), [2, 1, 3, 4]);
        assert_eq!(turn(&[Region], Some("Hunan")), [1, 2, 3, 4]);
        assert_eq!(turn(&[FewestSplits, Priority], None), [4, 2, 1, 3], "of two that have one of the products, who has more");
    }

    #[test]
    fn outstanding_is_what_is_neither_picked_nor_reserved() {
        let units = Amount::units;
        assert_eq!(outstanding(units(10), units(3), units(4)), Ok(units(3)));
        assert_eq!(outstanding(units(10), units(10), units(4)), Ok(Amount::ZERO));
    }

    #[test]
    fn only_an_adjustment_goes_down() {
        let down = Amount::units(-1);
        assert_eq!(HandKind::ALL.iter().filter(|kind| kind.allows(down)).collect::<Vec<_>>(), [&HandKind::Adjust]);
        assert!(!HandKind::Adjust.allows(Amount::ZERO));
    }

    #[test]
    fn what_people_record_is_among_all_movements_by_the_same_word() {
        assert!(HandKind::ALL.iter().all(|kind| kind.movement().as_str().starts_with(kind.as_str())));
    }
}
