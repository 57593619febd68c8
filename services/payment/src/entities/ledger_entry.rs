//! A booking. `(kind, source_id)` is unique, so that nothing is booked twice.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    /// What it was booked for: the payment (PAYMENT, REFUND) or the order (ACCRUAL).
    pub source_id: Uuid,
    pub order_id: Uuid,
    pub payment_id: Option<Uuid>,
    pub at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
