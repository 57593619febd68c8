//! Events that a consumer could not consume, with the reason.

use waybill_primitives::{EventId, Timestamp};

use crate::entity_prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dead_letters")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub consumer: String,
    pub event_id: EventId,
    pub source: String,
    pub subject: String,
    pub aggregate_id: Uuid,
    pub aggregate_version: i64,
    pub event_at: Timestamp,
    pub traceparent: Option<String>,
    pub request_id: Option<String>,
    pub actor: Option<String>,
    #[sea_orm(column_type = "VarBinary(StringLen::Max)")]
    pub payload: Vec<u8>,
    #[sea_orm(column_type = "Text")]
    pub error: String,
    pub attempts: i32,
    pub at: Timestamp,
    /// An operator requested a retry; the consumer picks it up.
    pub retry_requested: bool,
}

impl ActiveModelBehavior for ActiveModel {}
