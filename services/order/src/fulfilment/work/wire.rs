//! Change requests as messages.

use waybill_primitives::non_empty;
use waybill_proto::order as pb;

use super::domain::ChangeRequest;
use crate::orders::wire::person;

/// In full. Answers for users are those of [`ChangeRequest::seen_by`].
pub fn change_request(request: &ChangeRequest) -> pb::ChangeRequest {
    pb::ChangeRequest {
        id: request.id.to_string(),
        order_id: request.order_id.to_string(),
        kind: request.kind.into(),
        state: request.state.into(),
        reason: non_empty(request.reason.as_str()),
        requested_by: Some(person(&request.requested_by())),
        decided_by: request.decided_by().as_ref().map(person),
        note: non_empty(request.note.as_str()),
        created_at: Some(request.created_at),
        decided_at: request.decided_at,
        version: request.version,
        customer_note: request.customer_note.clone(),
    }
}
