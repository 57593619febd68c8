//! Messages and system lines.

use waybill_primitives::{EventId, MessageId, OrderId, Role, Timestamp, UserId};
use waybill_store::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MessageId,
    pub order_id: OrderId,
    /// Counts the conversation's messages from 1; unique within it.
    pub seq: i64,
    /// None: a system line.
    pub author_id: Option<UserId>,
    pub author_name: Option<String>,
    pub author_role: Option<Role>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// The author's own id; unique within conversation and author.
    pub client_id: Option<String>,
    /// The event of a system line; unique.
    pub event_id: Option<EventId>,
    pub created_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
