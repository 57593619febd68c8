//! Users as auth's events tell of them: who is staff, and where mail goes.

use waybill_primitives::{Role, UserId};
use waybill_store::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipients")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub suspended: bool,
    /// The user's version that this row shows; 0 for what an order told before auth did. Older events change nothing.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
