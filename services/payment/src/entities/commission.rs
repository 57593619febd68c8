//! The platform's share of completed orders since a moment.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commissions")]
pub struct Model {
    /// Of the shop's settings.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    /// Hundredths of a percent.
    pub basis_points: i64,
    pub since: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
