//! A requested refund; the job processes the rows that are not completed.

use serde::{Deserialize, Serialize};
use waybill_primitives::{Currency, Money, PaymentId, Timestamp, UserId, string_enum};
use waybill_proto::payment as proto;
use waybill_store::entity_prelude::*;

string_enum! {
    /// How far a refund is.
    pub enum RefundState as proto::RefundState {
        /// It is tried until the provider confirms or refuses it for good. By hand: until an administrator confirms it.
        Pending = "PENDING",
        Succeeded = "SUCCEEDED",
        /// The provider did not return the money; it can be refunded again.
        Failed = "FAILED",
    }
}

/// Units of a line of the order that are refunded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The place of the line among the order's items, from 0.
    pub position: i32,
    pub quantity: i64,
    /// They go back to the stock.
    pub restock: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    /// Also the provider's idempotency key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: PaymentId,
    pub reason: String,
    /// In minor units.
    pub amount: i64,
    pub currency: Currency,
    pub provider_reference: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// No attempt before this time: the lease of the replica that works on it, then the delay after a failure.
    pub next_attempt_at: Timestamp,
    pub last_error: Option<String>,
    /// It has succeeded or failed.
    pub completed: bool,
    pub state: RefundState,
    /// An administrator makes it, no provider: its payment was made by hand.
    pub by_hand: bool,
    /// What of the order it is for; none for an amount.
    pub lines: Option<JsonText<Vec<Line>>>,
    /// The administrator who asked for it; none if it follows from what happened to the order.
    pub requested_by: Option<UserId>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Model {
    pub fn money(&self) -> Money {
        Money::new(self.amount, self.currency)
    }

    pub fn lines(&self) -> &[Line] {
        self.lines.as_ref().map_or(&[], |lines| lines.0.as_slice())
    }
}

impl ActiveModelBehavior for ActiveModel {}
