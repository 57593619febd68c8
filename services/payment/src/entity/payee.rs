//! Who gets payouts: a worker who has earned something or set an account, or the owner of the platform.

use uuid::Uuid;
use waybill_primitives::{Timestamp, UserId};
use waybill_store::entity_prelude::*;

use super::payment::Provider;

/// The row of the owner of the platform, who has no account as a user.
pub const OWNER: UserId = UserId::from_uuid(Uuid::nil());

#[derive(Debug, Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payees")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    /// As orders have it; empty if none has told it yet.
    pub name: String,
    /// Who pays them; none if they have not chosen.
    pub method: Option<Provider>,
    pub recipient: Option<String>,
    /// Of the account: 0 until it is set.
    pub version: i64,
    pub updated_at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
