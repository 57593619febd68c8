//! What differs between us and a provider, or needs a decision. `(kind, subject_id)` is unique, so that nothing is reported twice.

use uuid::Uuid;
use waybill_primitives::{Currency, OrderId, PaymentId, PayoutId, Timestamp, UserId, string_enum};
use waybill_proto::payment as proto;
use waybill_store::entity_prelude::*;

use super::payment::Provider;

string_enum! {
    /// What a difference is about; see the proto.
    pub enum DifferenceKind as proto::DifferenceKind {
        AmountMismatch = "AMOUNT_MISMATCH",
        RefundFailed = "REFUND_FAILED",
        RefundStuck = "REFUND_STUCK",
        PayoutFailed = "PAYOUT_FAILED",
        PayoutStuck = "PAYOUT_STUCK",
        PaymentStuck = "PAYMENT_STUCK",
        MessageGivenUp = "MESSAGE_GIVEN_UP",
        PaymentPartial = "PAYMENT_PARTIAL",
    }
}

string_enum! {
    /// Whether somebody has to deal with it.
    pub enum DifferenceState as proto::DifferenceState {
        Open = "OPEN",
        Resolved = "RESOLVED",
    }
}

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "differences")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: DifferenceKind,
    /// The payment, refund, payout, message or receipt.
    pub subject_id: Uuid,
    pub provider: Provider,
    pub state: DifferenceState,
    pub detail: String,
    /// In minor units.
    pub amount: Option<i64>,
    pub currency: Option<Currency>,
    pub order_id: Option<OrderId>,
    pub payment_id: Option<PaymentId>,
    pub refund_id: Option<Uuid>,
    pub payout_id: Option<PayoutId>,
    pub note: Option<String>,
    pub resolved_by: Option<UserId>,
    pub resolved_at: Option<Timestamp>,
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
