//! Requests of workers and customers that an administrator decides.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use waybill_proto::order as pb;

use super::{
    ChangeRequestKind, ChangeRequestState, Order, Person, filled, moment, rules::not_blank, time,
};

/// A request to change an order.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangeRequest {
    #[schema(value_type = uuid::Uuid)]
    pub id: String,
    #[schema(value_type = uuid::Uuid)]
    pub order_id: String,
    #[schema(value_type = ChangeRequestKind)]
    pub kind: &'static str,
    #[schema(value_type = ChangeRequestState)]
    pub state: &'static str,
    pub reason: String,
    #[schema(required)]
    pub requested_by: Option<Person>,
    #[schema(required)]
    pub decided_by: Option<Person>,
    #[schema(required)]
    pub note: Option<String>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    #[schema(required)]
    pub decided_at: Option<DateTime<Utc>>,
}

impl From<pb::ChangeRequest> for ChangeRequest {
    fn from(request: pb::ChangeRequest) -> Self {
        Self {
            kind: ChangeRequestKind::text(request.kind),
            state: ChangeRequestState::text(request.state),
            id: request.id,
            order_id: request.order_id,
            reason: request.reason,
            requested_by: request.requested_by.map(Into::into),
            decided_by: request.decided_by.map(Into::into),
            note: filled(request.note),
            version: request.version,
            created_at: moment(request.created_at),
            decided_at: time(request.decided_at),
        }
    }
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"kind": "COMPLETION", "reason": "The logo is done; files are in the chat."}))]
pub struct NewChangeRequest {
    #[garde(skip)]
    pub kind: ChangeRequestKind,
    #[garde(custom(not_blank), length(chars, max = 2_000))]
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"note": "Well done."}))]
pub struct Decision {
    #[garde(length(chars, max = 2_000))]
    pub note: Option<String>,
}

/// The request as decided, and the order as it stands after it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    pub change_request: ChangeRequest,
    #[schema(required)]
    pub order: Option<Order>,
}
