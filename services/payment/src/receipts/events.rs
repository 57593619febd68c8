//! The audit records of what administrators say about money by hand. What is published is the change of the payment.

use serde_json::{Value, json};
use waybill_proto::payment as proto;
use waybill_service_kit::{
    CallContext,
    audit::{self, Act},
};
use waybill_store::Tx;

use super::domain::Receipt;
use crate::payments::domain::Payment;

/// Money has arrived.
pub fn recorded(tx: &Tx, ctx: &CallContext, before: &Payment, after: &Payment, receipt: &Receipt) {
    let facts = [
        ("receiptId", json!(receipt.id)),
        ("amount", json!(receipt.money())),
        ("reference", json!(receipt.reference)),
        ("receivedAt", json!(receipt.received_at)),
    ];
    publish(tx, ctx, "payment.receipt", [before, after], facts);
}

/// What had arrived went back.
pub fn returned(tx: &Tx, ctx: &CallContext, before: &Payment, after: &Payment, reference: &str) {
    let facts = [("reference", json!(reference))];
    publish(tx, ctx, "payment.return_receipts", [before, after], facts);
}

fn publish<const N: usize>(
    tx: &Tx,
    ctx: &CallContext,
    action: &'static str,
    [before, after]: [&Payment; 2],
    facts: [(&str, Value); N],
) {
    let common = [
        ("received", json!(after.received_money())),
        ("state", json!(after.state)),
        ("orderId", json!(after.order_id)),
        ("orderNumber", json!(after.order_number)),
    ];
    let all = common.into_iter().chain(facts);
    let act = Act {
        action,
        target_kind: "payment",
        target_id: after.id.to_string(),
        before: Some(json!({ "received": before.received_money(), "state": before.state })),
        after: Some(Value::Object(
            all.map(|(name, fact)| (name.to_owned(), fact)).collect(),
        )),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}
