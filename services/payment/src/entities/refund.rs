//! A refund that was asked for; the job works on the rows that are not completed.

use sea_orm::entity::prelude::*;

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refunds")]
pub struct Model {
    /// Also the provider's idempotency key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub payment_id: Uuid,
    pub reason: String,
    pub amount: i64,
    pub currency: String,
    pub provider_reference: Option<String>,
    pub attempts: i32,
    /// Nobody tries before this moment: the lease of the replica at work, then the delay after a failure.
    pub next_attempt_at: i64,
    pub last_error: Option<String>,
    pub completed: bool,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Debug, Clone, Copy, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
