//! The audit log.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use waybill_proto::common as pb;

use super::{Person, moment};

/// One administrative act.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRecord {
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    pub at: DateTime<Utc>,
    #[schema(required)]
    pub actor: Option<Person>,
    /// Of the client, as the gateway saw it.
    #[schema(example = "203.0.113.7")]
    pub client_address: String,
    pub request_id: String,
    /// Object and verb.
    #[schema(example = "product.update")]
    pub action: String,
    #[schema(example = "product")]
    pub target_kind: String,
    pub target_id: String,
    /// What changed, as it was before; null where there was nothing.
    #[schema(required, value_type = Option<Object>)]
    pub before: Value,
    /// What changed, as it was after; null where nothing was left.
    #[schema(required, value_type = Option<Object>)]
    pub after: Value,
}

impl From<pb::AuditRecord> for AuditRecord {
    fn from(record: pb::AuditRecord) -> Self {
        let state = |text: &str| serde_json::from_str(text).unwrap_or(Value::Null);
        Self {
            before: state(&record.before),
            after: state(&record.after),
            id: record.id,
            at: moment(record.at),
            actor: record.actor.map(Into::into),
            client_address: record.client_address,
            request_id: record.request_id,
            action: record.action,
            target_kind: record.target_kind,
            target_id: record.target_id,
        }
    }
}
