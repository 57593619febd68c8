//! The stream that this outbox was last published to, to notice one that was created again or lost events.

use crate::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stream_marks")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub service: String,
    /// When the stream was created, by its own account, in microseconds.
    pub created: i64,
    /// Up to here every consumer had settled what it wants; none if that is not known.
    pub settled: Option<i64>,
    /// How many events were missing in the middle of it; none if that is not known.
    pub holes: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
