//! Stock levels, and the ledger entries that explain them. Pure.

use waybill_primitives::{FieldErrors, ProductId, Timestamp};
use waybill_proto::order as pb;

pub use super::entity::{MovementKind, level::Model as Level, movement::Model as Movement};
use crate::{base::fields::MAX_UNITS, shop::products::domain::Product};

/// Longest reason of an adjustment, in characters.
pub const MAX_REASON: usize = pb::AdjustStockRequest::MAX_REASON;

impl MovementKind {
    /// The effect of `units` of an order on (on hand, reserved). Opening and adjustments change the units on hand.
    pub const fn deltas(self, units: i64) -> (i64, i64) {
        match self {
            Self::Opening | Self::Adjusted | Self::Returned => (units, 0),
            Self::Reserved => (0, units),
            Self::Released => (0, -units),
            Self::Sold => (-units, -units),
        }
    }
}

impl Level {
    /// The level of a new product.
    pub const fn opening(product_id: ProductId, on_hand: i64, low: bool, now: Timestamp) -> Self {
        Self {
            product_id,
            on_hand,
            reserved: 0,
            version: 0,
            updated_at: now,
            low,
        }
    }

    /// Available units.
    pub const fn available(self) -> i64 {
        self.on_hand - self.reserved
    }
}

/// A product with its stock; services have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub product: Product,
    pub stock: Option<Level>,
}

/// A valid adjustment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    pub delta: i64,
    pub reason: String,
}

impl Adjustment {
    pub fn new(delta: i64, reason: &str) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        if delta == 0 {
            errors.add("delta", "must not be 0");
        }
        errors.number("delta", delta, -MAX_UNITS, MAX_UNITS);
        let reason = errors.line("reason", reason, MAX_REASON);
        errors.or(Self { delta, reason })
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
