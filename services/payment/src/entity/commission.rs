//! The platform's share of completed orders since a moment.

use waybill_primitives::Timestamp;
use waybill_store::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commissions")]
pub struct Model {
    /// Of the shop's settings.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    /// Hundredths of a percent.
    pub basis_points: i64,
    pub since: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
