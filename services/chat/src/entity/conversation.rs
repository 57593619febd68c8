//! Conversations: what is known about the order, and the counters that number its messages and events.

use waybill_primitives::{OrderId, Timestamp, UserId, string_enum};
use waybill_store::entity_prelude::*;

string_enum! {
    /// The status of an order, as its conversation knows it.
    pub enum Status {
        Pending = "PENDING",
        InProgress = "IN_PROGRESS",
        OnHold = "ON_HOLD",
        Completed = "COMPLETED",
        Cancelled = "CANCELLED",
        /// Another order replaced it: the conversation continues there.
        Replaced = "REPLACED",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    pub order_number: String,
    pub title: String,
    pub customer_id: UserId,
    pub customer_name: String,
    pub assignee_id: Option<UserId>,
    pub assignee_name: Option<String>,
    pub status: Status,
    /// The order's version that the columns above show.
    pub order_version: i64,
    /// Counts the conversation's events.
    pub version: i64,
    /// Number of the newest message; they count from 1 without gaps, in commit order.
    pub last_seq: i64,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
