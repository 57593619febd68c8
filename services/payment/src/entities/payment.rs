//! One attempt to pay an order.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub order_id: Uuid,
    pub order_number: String,
    pub customer_id: Uuid,
    pub provider: String,
    /// The provider's own name for it; unique per provider.
    pub provider_reference: String,
    pub amount: i64,
    pub currency: String,
    pub state: String,
    pub redirect_url: String,
    pub success_url: Option<String>,
    pub cancel_url: Option<String>,
    pub failure_reason: Option<String>,
    pub version: i64,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
