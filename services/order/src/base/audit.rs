//! The record of an administrative act.

use serde_json::{Value, json};
use waybill_proto::order::AuditRecorded;
use waybill_service_kit::{CallContext, audit};
use waybill_store::Tx;

pub use waybill_service_kit::audit::Act;

/// Writes the audit record in the transaction of the act.
pub fn record(tx: &Tx, ctx: &CallContext, act: Act) {
    audit::publish::<AuditRecorded>(tx, ctx, act);
}

/// The given parts of a filter, without empty ones.
pub fn non_null<const N: usize>(parts: [(&str, Value); N]) -> Value {
    let given = parts
        .into_iter()
        .filter(|(_, value)| !value.is_null() && *value != json!([]));
    Value::Object(
        given
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
    )
}
