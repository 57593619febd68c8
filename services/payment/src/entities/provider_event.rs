//! What a provider told us, stored once and processed in the same transaction.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub provider: String,
    /// The provider's id of the event; unique per provider.
    pub event_id: String,
    pub payment_id: Uuid,
    pub kind: String,
    /// Whether it changed the payment (`APPLIED`) or came too late to (`IGNORED`).
    pub effect: String,
    pub received_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
