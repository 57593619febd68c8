//! Committed events, published or not. Kept after publishing, so that a stream that lost events can be refilled.

use waybill_primitives::{EventId, Timestamp};

use crate::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: EventId,
    pub subject: String,
    /// The third word of the subject; with id and version it is unique.
    pub aggregate: String,
    pub aggregate_id: Uuid,
    pub aggregate_version: i64,
    pub at: Timestamp,
    pub traceparent: Option<String>,
    pub request_id: Option<String>,
    pub actor: Option<String>,
    #[sea_orm(column_type = "VarBinary(StringLen::Max)")]
    pub payload: Vec<u8>,
    /// The stream sequence from the acknowledgement; none while unpublished, -1 while it is to be published again.
    pub sequence: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
