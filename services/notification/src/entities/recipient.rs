//! Users as auth's events tell of them: who is staff, and where mail goes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recipients")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub email: String,
    pub name: String,
    /// CUSTOMER, STAFF or ADMIN.
    pub role: String,
    pub suspended: bool,
    /// The user's version that this row shows; 0 for what an order told before auth did. Older events change nothing.
    pub version: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
