//! Messages and system lines.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub order_id: Uuid,
    /// Counts the conversation's messages from 1; unique within it.
    pub seq: i64,
    /// None: a system line.
    pub author_id: Option<Uuid>,
    pub author_name: Option<String>,
    pub author_role: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub body: String,
    /// The author's own id; unique within conversation and author.
    pub client_id: Option<String>,
    /// The event that a system line tells of; unique.
    pub event_id: Option<Uuid>,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
