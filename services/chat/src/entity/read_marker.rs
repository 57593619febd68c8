//! How far a user has read a conversation.

use waybill_primitives::{OrderId, Timestamp, UserId};
use waybill_store::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "read_markers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: OrderId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// Number of the newest message that was read; never goes back.
    pub up_to_seq: i64,
    pub at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
