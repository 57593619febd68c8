//! The record of an administrative act, published with the change itself: auth keeps it in the audit log.

use serde_json::Value;
use uuid::Uuid;
use waybill_primitives::Timestamp;
use waybill_proto::{common, order::AuditRecorded};
use waybill_service_kit::{CallContext, Caller};
use waybill_store::Tx;

use crate::{orders::app::actor, wire};

/// What was done, to what.
#[derive(Debug, Clone)]
pub struct Act {
    /// Object and verb, such as `product.update`.
    pub action: &'static str,
    /// Such as `product`.
    pub target_kind: &'static str,
    pub target_id: String,
    /// What changed, as it was; none where there was nothing.
    pub before: Option<Value>,
    /// What changed, as it is now; none where nothing is left.
    pub after: Option<Value>,
}

/// Only what was said: a filter without the parts that it does not have.
pub fn said<const N: usize>(parts: [(&str, Value); N]) -> Value {
    let said = parts.into_iter().filter(|(_, value)| !value.is_null());
    Value::Object(said.map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Leaves the record in the transaction of the act. Only users act: what the platform does by itself leaves none.
pub fn record(tx: &Tx, ctx: &CallContext, act: Act) {
    let Caller::User(_) = &ctx.caller else { return };
    let id = Uuid::now_v7();
    let text = |value: Option<Value>| value.map(|value| value.to_string());
    let record = common::AuditRecord {
        id: id.to_string(),
        at: Some(Timestamp::now()),
        actor: actor(ctx).as_ref().map(wire::person),
        client_address: ctx.client_address.clone().unwrap_or_default(),
        request_id: ctx.request_id.clone(),
        action: act.action.to_owned(),
        target_kind: act.target_kind.to_owned(),
        target_id: act.target_id,
        before: text(act.before),
        after: text(act.after),
    };
    tx.emit(
        id,
        1,
        &AuditRecorded {
            record: Some(record),
        },
    );
}
