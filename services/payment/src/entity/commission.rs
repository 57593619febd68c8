//! The platform's share of completed orders from a point in time on.

use waybill_primitives::Timestamp;
use waybill_store::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commissions")]
pub struct Model {
    /// The version of the shop's settings.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    /// Hundredths of a percent.
    pub basis_points: i64,
    pub since: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
