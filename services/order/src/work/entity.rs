//! Rows of `change_requests`.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change_requests")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub order_id: Uuid,
    pub kind: String,
    pub state: String,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub requester_id: Uuid,
    pub requester_name: String,
    pub requester_role: String,
    pub decider_id: Option<Uuid>,
    pub decider_name: Option<String>,
    pub decider_role: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    pub pending_key: Option<String>,
    pub version: i64,
    pub created_at: i64,
    pub decided_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
