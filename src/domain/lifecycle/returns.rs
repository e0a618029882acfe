//! The machine of goods that come back (DOMAIN 6.5): expected, received, inspected.

use super::{Guard, Machine, Row};
use crate::words;

words! {
    /// Where goods that come back stand.
    pub enum ReturnStatus {
        Expected = "expected" / "Expected" / "待退回",
        Received = "received" / "Received, to be inspected" / "待检验",
        Inspected = "inspected" / "Inspected" / "已检验",
        Cancelled = "cancelled" / "Cancelled" / "已取消",
    }
}

words! {
    /// What can happen to them.
    pub enum ReturnEvent {
        Receive = "receive",
        Inspect = "inspect",
        Cancel = "cancel",
    }
}

use ReturnEvent as E;
use ReturnStatus as S;

const fn row(from: S, event: E, to: S) -> Row<S, E, ()> {
    const FREE: &[Guard<()>] = &[];
    Row { from, event, to, guards: FREE }
}

/// The table.
pub const MACHINE: Machine<S, E, ()> = Machine {
    name: "return",
    initial: &[S::Expected],
    by_system: &[],
    corrections: &[],
    rows: &[row(S::Expected, E::Receive, S::Received), row(S::Expected, E::Cancel, S::Cancelled), row(S::Received, E::Inspect, S::Inspected)],
};

impl ReturnStatus {
    /// Whether something is still to be done about it.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Expected | Self::Received)
    }
}
