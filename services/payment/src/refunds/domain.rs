//! A refund.

use uuid::Uuid;
use waybill_primitives::{Timestamp, UserId};

pub use crate::entity::refund::{Line, Model as Refund, RefundState};
use crate::{
    payments::domain::{Payment, Provider},
    transfers::shortened,
};

impl Refund {
    /// Of `amount` minor units of a payment, due at once. `lines`: what of the order it is for, if not just the amount.
    pub fn new(
        payment: &Payment,
        amount: i64,
        lines: Vec<Line>,
        reason: &str,
        requested_by: Option<UserId>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: Uuid::now_v7(),
            payment_id: payment.id,
            reason: shortened(reason),
            amount,
            currency: payment.currency,
            provider_reference: None,
            attempts: 0,
            next_attempt_at: now,
            last_error: None,
            completed: false,
            state: RefundState::Pending,
            by_hand: payment.provider == Provider::Manual,
            lines: (!lines.is_empty()).then(|| lines.into()),
            requested_by,
            created_at: now,
            updated_at: now,
        }
    }
}
