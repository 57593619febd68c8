//! Conversations: what is known of the order, and the counters that order everything said about it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "conversations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    pub order_number: String,
    pub title: String,
    pub customer_id: Uuid,
    pub customer_name: String,
    pub assignee_id: Option<Uuid>,
    pub assignee_name: Option<String>,
    pub status: String,
    /// The order's version that the columns above show.
    pub order_version: i64,
    /// Counts the conversation's events.
    pub version: i64,
    /// Number of the newest message.
    pub last_seq: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
