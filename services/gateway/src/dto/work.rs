//! Claims, assignments, and requests of workers and customers that an administrator decides.

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
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
pub struct Approval {
    #[garde(length(chars, max = 2_000))]
    pub note: Option<String>,
    /// Of a reassignment: the worker who gets the order. Without one it goes back to the pool.
    #[garde(skip)]
    pub assign_to: Option<Uuid>,
    /// Of a reassignment: close the order and open another one in its place, which has its contents and its payment.
    #[garde(skip)]
    #[serde(default)]
    pub replace: bool,
    /// Give it to the worker whatever their categories and however many orders they have.
    #[garde(skip)]
    #[serde(default)]
    pub force: bool,
    /// The request's, as last read; a stale one is refused with `VERSION_CONFLICT`.
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"note": "The second page is missing."}))]
pub struct Rejection {
    #[garde(length(chars, max = 2_000))]
    pub note: Option<String>,
    /// The request's, as last read; a stale one is refused with `VERSION_CONFLICT`.
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

/// The request as decided, and the order as it stands after it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    pub change_request: ChangeRequest,
    #[schema(required)]
    pub order: Option<Order>,
    /// The order that was opened in its place.
    #[schema(required)]
    pub replacement: Option<Order>,
}

/// Most orders of one call.
const MAX_ORDERS: usize = 50;

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"orderIds": ["01890a5d-ac96-774b-bcce-b302099a8057"]}))]
pub struct Claims {
    #[garde(length(min = 1, max = MAX_ORDERS))]
    #[schema(min_items = 1, max_items = 50)]
    pub order_ids: Vec<Uuid>,
}

#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"orderIds": ["01890a5d-ac96-774b-bcce-b302099a8057"], "workerId": "01890a5d-ac96-774b-bcce-b302099a8058"}))]
pub struct Assignment {
    #[garde(length(min = 1, max = MAX_ORDERS))]
    #[schema(min_items = 1, max_items = 50)]
    pub order_ids: Vec<Uuid>,
    #[garde(skip)]
    pub worker_id: Uuid,
    /// Whatever the worker's categories and however many orders they have.
    #[garde(skip)]
    #[serde(default)]
    pub force: bool,
}

#[derive(Debug, Default, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(example = json!({"reason": "I am ill this week."}))]
pub struct Release {
    #[garde(length(chars, max = 2_000))]
    pub reason: Option<String>,
    #[garde(range(min = 1))]
    pub version: Option<i64>,
}

/// Why one of several orders was refused, as the error of the single call would say.
#[derive(Debug, Serialize, ToSchema)]
pub struct Refusal {
    #[schema(example = "ALREADY_CLAIMED")]
    pub code: String,
    pub message: String,
}

/// What became of one of several orders: either `order` or `error` is there.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderResult {
    #[schema(value_type = Uuid)]
    pub order_id: String,
    /// As it is now.
    #[schema(required)]
    pub order: Option<Order>,
    #[schema(required)]
    pub error: Option<Refusal>,
}

impl From<pb::OrderResult> for OrderResult {
    fn from(result: pb::OrderResult) -> Self {
        Self {
            order_id: result.order_id,
            error: result.order.is_none().then_some(Refusal {
                code: result.code,
                message: result.message,
            }),
            order: result.order.map(Into::into),
        }
    }
}

/// One result per order, in the order of the request; an id that was named twice has one.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderResults {
    pub results: Vec<OrderResult>,
}

impl From<Vec<pb::OrderResult>> for OrderResults {
    fn from(results: Vec<pb::OrderResult>) -> Self {
        Self {
            results: results.into_iter().map(Into::into).collect(),
        }
    }
}
