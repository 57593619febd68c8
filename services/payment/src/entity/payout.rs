//! Money to a worker or to the owner of the platform.

use serde::{Deserialize, Serialize};
use waybill_primitives::{Currency, Money, PayoutId, Timestamp, UserId, string_enum};
use waybill_proto::payment as proto;
use waybill_store::entity_prelude::*;

use super::payment::Provider;

string_enum! {
    /// The state of a payout.
    pub enum PayoutState as proto::PayoutState {
        /// Waits for an administrator.
        Pending = "PENDING",
        /// The job asks the provider to send it; a manual one waits until it is marked as paid.
        Approved = "APPROVED",
        /// The provider has accepted it; the job asks whether it has arrived.
        Sent = "SENT",
        Paid = "PAID",
        Failed = "FAILED",
        Cancelled = "CANCELLED",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "payouts")]
pub struct Model {
    /// Also the provider's idempotency key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PayoutId,
    /// The worker, or [`super::payee::OWNER`].
    pub payee_id: UserId,
    /// As it was when the payout was created.
    pub name: String,
    /// In minor units.
    pub amount: i64,
    pub currency: Currency,
    pub state: PayoutState,
    pub method: Provider,
    pub recipient: Option<String>,
    /// For the recipient.
    pub note: Option<String>,
    /// The provider's id of it, or what was given when it was marked as paid.
    pub provider_reference: Option<String>,
    /// How often the provider was asked.
    pub attempts: i32,
    /// No attempt before this time: the lease of the replica that works on it, then the pause after a failure.
    pub next_attempt_at: Timestamp,
    /// The last error, or why it failed or was cancelled.
    pub last_error: Option<String>,
    pub created_by: UserId,
    /// The version of the last event about it.
    pub version: i64,
    pub paid_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Model {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }
}

impl ActiveModelBehavior for ActiveModel {}
