//! A refund and its retries.

use std::time::Duration;

use backon::ExponentialBuilder;
use uuid::Uuid;
use waybill_primitives::{Timestamp, UserId, backoff};

pub use crate::entity::refund::{Model as Refund, RefundState};
use crate::payments::domain::Payment;

/// Longest reason and error text, in characters.
pub const MAX_TEXT: usize = 500;
/// How long the lease of a replica lasts: longer than a provider may take to respond.
pub const LEASE: Duration = Duration::from_mins(1);
/// How long a provider may take to respond.
pub const PROVIDER_DEADLINE: Duration = Duration::from_secs(30);

/// The pauses between attempts. Retries never end: the money is the customer's.
pub const PAUSES: ExponentialBuilder = backoff(Duration::from_secs(1), Duration::from_mins(5));

/// How long after its acceptance a provider is asked whether a refund has arrived. Most tell it by a webhook before.
pub const CHECK_AFTER: Duration = Duration::from_mins(10);

impl Refund {
    /// Of `amount` minor units of a payment, due at once.
    pub fn new(
        payment: &Payment,
        amount: i64,
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
            requested_by,
            created_at: now,
            updated_at: now,
        }
    }
}

/// Text cut to the limit of its column.
pub fn shortened(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_outlives_the_provider() {
        assert!(PROVIDER_DEADLINE < LEASE);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(shortened(&"ü".repeat(600)).chars().count(), MAX_TEXT);
    }
}
