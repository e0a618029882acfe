//! Stock: why a balance moves, and the arithmetic of setting it aside (DOMAIN 2.6, DECISIONS 25).
//! Where a balance is kept and how two who want it at once are told apart is not its business.

use crate::domain::amount::{Amount, TooLarge};
use crate::domain::id::Id;
use crate::words;

words! {
    /// Why a balance moved.
    pub enum MovementKind {
        Receipt = "receipt" / "Received" / "入库",
        Adjust = "adjust" / "Adjusted after counting" / "盘点调整",
        Reserve = "reserve" / "Reserved for an order" / "预留",
        Release = "release" / "Reservation released" / "释放预留",
        Pick = "pick" / "Picked for an order" / "拣货出库",
        Return = "return" / "Returned to stock" / "退货入库",
    }
}

words! {
    /// The movements that people record; all others follow from orders.
    pub enum HandKind {
        Receipt = "receipt",
        Adjust = "adjust",
        Return = "return",
    }
}

impl HandKind {
    /// The same, among all movements.
    pub const fn movement(self) -> MovementKind {
        match self {
            Self::Receipt => MovementKind::Receipt,
            Self::Adjust => MovementKind::Adjust,
            Self::Return => MovementKind::Return,
        }
    }

    /// Whether a quantity makes sense: an adjustment goes up or down, anything else only up.
    pub fn allows(self, quantity: Amount) -> bool {
        match self {
            Self::Receipt | Self::Return => quantity > Amount::ZERO,
            Self::Adjust => quantity != Amount::ZERO,
        }
    }
}

/// What of a line could not be set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    pub line_id: Id,
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
    fn outstanding_is_what_is_neither_picked_nor_reserved() {
        let units = Amount::units;
        assert_eq!(outstanding(units(10), units(3), units(4)), Ok(units(3)));
        assert_eq!(outstanding(units(10), units(10), units(4)), Ok(Amount::ZERO));
    }

    #[test]
    fn only_an_adjustment_goes_down() {
        let down = Amount::units(-1);
        assert_eq!([HandKind::Receipt, HandKind::Adjust, HandKind::Return].map(|kind| kind.allows(down)), [false, true, false]);
        assert!(!HandKind::Adjust.allows(Amount::ZERO));
    }

    #[test]
    fn what_people_record_is_among_all_movements_by_the_same_word() {
        assert!(HandKind::ALL.iter().all(|kind| kind.movement().as_str() == kind.as_str()));
    }
}
