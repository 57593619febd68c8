//! Rows of `change_requests`: requests as they are.

use waybill_primitives::{ChangeRequestId, OrderId, Role, Timestamp, UserId, string_enum};
use waybill_proto::order as pb;
use waybill_store::entity_prelude::*;

string_enum! {
    /// What is asked for.
    pub enum RequestKind as pb::ChangeRequestKind {
        /// The work is done.
        Completion = "COMPLETION",
        /// Somebody else should do it.
        Reassignment = "REASSIGNMENT",
        /// It should not be done.
        Cancellation = "CANCELLATION",
    }
}

string_enum! {
    /// What came of it.
    pub enum RequestState as pb::ChangeRequestState {
        Pending = "PENDING",
        Approved = "APPROVED",
        Rejected = "REJECTED",
    }
}

/// A request that waits for an administrator, or was decided.
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
    /// None while it waits, and where the order's own change decided it.
    pub decider_id: Option<UserId>,
    pub decider_name: Option<String>,
    pub decider_role: Option<Role>,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    /// Occurs once, and only while it is pending: so the database refuses a second one of the kind.
    pub pending_key: Option<String>,
    pub version: i64,
    pub created_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

impl ActiveModelBehavior for ActiveModel {}
