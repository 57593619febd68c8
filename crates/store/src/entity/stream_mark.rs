//! The stream that this outbox was last published to, to notice that it was recreated or lost events.

use crate::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stream_marks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub service: String,
    /// The stream's own creation time, in microseconds.
    pub created: i64,
    /// Up to here every consumer had settled the events it consumes; none if unknown.
    pub settled: Option<i64>,
    /// How many events were missing in the middle of it; none if unknown.
    pub holes: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
