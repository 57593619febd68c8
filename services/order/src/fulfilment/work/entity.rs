//! Rows of `change_requests`.

use waybill_primitives::{ChangeRequestId, OrderId, Role, Timestamp, UserId, string_enum};
use waybill_proto::order as pb;
use waybill_store::entity_prelude::*;

string_enum! {
    /// Kind of a change request.
    pub enum RequestKind as pb::ChangeRequestKind {
        /// The work is done.
        Completion = "COMPLETION",
        /// Another worker should do it.
        Reassignment = "REASSIGNMENT",
        /// The order should be cancelled.
        Cancellation = "CANCELLATION",
    }
}

string_enum! {
    /// State of a change request.
    pub enum RequestState as pb::ChangeRequestState {
        Pending = "PENDING",
        Approved = "APPROVED",
        Rejected = "REJECTED",
    }
}

/// A change request, pending or decided.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ChangeRequestId,
    pub order_id: OrderId,
    pub kind: RequestKind,
    pub state: RequestState,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub requester_id: UserId,
    pub requester_name: String,
    pub requester_role: Role,
    /// None while it is pending, or if a change of the order decided it.
    pub decider_id: Option<UserId>,
    pub decider_name: Option<String>,
    pub decider_role: Option<Role>,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// What the customer is told about a worker's request.
    #[sea_orm(column_type = "Text", nullable)]
    pub customer_note: Option<String>,
    /// Unique, set only while it is pending: so the database refuses a second one of the same kind.
    pub pending_key: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}
