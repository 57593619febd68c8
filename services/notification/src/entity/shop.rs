//! The name of the shop, from the order service's events.

use waybill_store::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shop")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub name: String,
    /// The version of the shop's settings. Older events change nothing.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
