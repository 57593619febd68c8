//! Users from auth's events: who is staff, and where mail goes.

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
    /// Whether auth knows that the address belongs to the user.
    pub verified: bool,
    /// The user's version that this row shows; 0 for data from an order, before auth's event. Older events change nothing.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
