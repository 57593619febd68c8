//! Which events a consumer has consumed.

use waybill_primitives::{EventId, Timestamp};

use crate::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "inbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub consumer: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: EventId,
    pub aggregate_id: Uuid,
    pub aggregate_version: i64,
    pub at: Timestamp,
}

impl ActiveModelBehavior for ActiveModel {}
