//! Stock levels, and the ledger entries that explain them. Pure.

use uuid::Uuid;
use waybill_primitives::{OrderId, ProductId, Timestamp, UserId};

use crate::fields::{Faults, text_enum};

/// Most units that one adjustment may move, and most that may be on hand.
pub const MAX_UNITS: i64 = 1_000_000_000;
/// Longest reason of an adjustment, in characters.
pub const MAX_REASON: usize = 255;

text_enum! {
    /// Why stock changed.
    MovementKind {
        /// What the product began with.
        Opening = "OPENING",
        /// An administrator counted, bought or wrote off.
        Adjusted = "ADJUSTED",
        /// An order was placed.
        Reserved = "RESERVED",
        /// An unpaid order was cancelled or expired.
        Released = "RELEASED",
        /// An order was paid.
        Sold = "SOLD",
        /// A paid order was cancelled.
        Returned = "RETURNED",
    }
}

impl MovementKind {
    /// What `units` of an order do to (on hand, reserved). Opening and adjustments change what is on hand.
    pub const fn deltas(self, units: i64) -> (i64, i64) {
        match self {
            Self::Opening | Self::Adjusted | Self::Returned => (units, 0),
            Self::Reserved => (0, units),
            Self::Released => (0, -units),
            Self::Sold => (-units, -units),
        }
    }
}

/// How much there is of a product. Always `0 ≤ reserved ≤ on_hand`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    pub on_hand: i64,
    pub reserved: i64,
    /// Counts adjustments and warnings of low stock; the version of the stock's events.
    pub version: i64,
}

impl Level {
    /// Units that can be ordered now.
    pub const fn available(self) -> i64 {
        self.on_hand - self.reserved
    }
}

/// One line of the ledger. The sum of a product's lines is its level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    pub id: Uuid,
    pub product_id: ProductId,
    pub kind: MovementKind,
    pub on_hand_delta: i64,
    pub reserved_delta: i64,
    pub reason: String,
    pub order_id: Option<OrderId>,
    /// None: the system.
    pub actor_id: Option<UserId>,
    pub at: Timestamp,
}

/// An adjustment that may be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    pub delta: i64,
    pub reason: String,
}

impl Adjustment {
    pub fn new(delta: i64, reason: &str) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        if delta == 0 {
            faults.add("delta", "must not be 0");
        }
        faults.number("delta", delta, -MAX_UNITS, MAX_UNITS);
        let reason = faults.line("reason", reason, MAX_REASON);
        faults.or(Self { delta, reason })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_adjustment_moves_something_and_not_too_much() {
        assert_eq!(Adjustment::new(-3, " broken ").unwrap().reason, "broken");
        for bad in [0, i64::MIN, i64::MAX, MAX_UNITS + 1] {
            assert_eq!(Adjustment::new(bad, "").unwrap_err().0[0].field, "delta");
        }
        assert_eq!(
            Adjustment::new(1, &"x".repeat(256)).unwrap_err().0[0].field,
            "reason"
        );
    }

    #[test]
    fn a_reservation_followed_by_its_end_leaves_nothing_reserved() {
        use MovementKind::{Released, Reserved, Returned, Sold};
        let sum = |kinds: &[MovementKind]| {
            kinds.iter().fold((0, 0), |(h, r), kind| {
                let (hand, reserved) = kind.deltas(7);
                (h + hand, r + reserved)
            })
        };
        assert_eq!(sum(&[Reserved, Released]), (0, 0));
        assert_eq!(sum(&[Reserved, Sold]), (-7, 0));
        assert_eq!(sum(&[Reserved, Sold, Returned]), (0, 0));
    }
}
