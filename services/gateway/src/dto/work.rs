//! Claims, assignments, and requests of workers and customers that an administrator decides.

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use waybill_proto::order::ChangeRequestKind;

use super::rules::not_blank;

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
