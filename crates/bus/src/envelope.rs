//! An event with its metadata.

use bytes::Bytes;
use uuid::Uuid;
use waybill_primitives::{EventId, Timestamp};

/// One event. The payload is the protobuf message that belongs to the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Identifies the event: every repetition of it, on any path, has the same id.
    pub id: EventId,
    /// `waybill.<service>.<aggregate>.<what>`; the bus swaps the first token for its namespace on the wire and back.
    pub subject: String,
    /// The service that published it, such as `order`.
    pub source: String,
    pub aggregate_id: Uuid,
    /// Grows by one with each event of the aggregate.
    pub aggregate_version: i64,
    /// When it happened.
    pub time: Timestamp,
    /// W3C trace context of what caused it.
    pub traceparent: Option<String>,
    /// The id of the API request that caused it.
    pub request_id: Option<String>,
    /// The user who caused it; none if the system did.
    pub actor: Option<String>,
    pub payload: Bytes,
}
