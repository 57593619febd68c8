//! The audit records of what administrators say about money by hand. What is published is the change of the payment.

use serde_json::json;
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
    let act = Act {
        action: "payment.receipt",
        target_kind: "payment",
        target_id: after.id.to_string(),
        before: Some(json!({ "received": before.received_money(), "state": before.state })),
        after: Some(json!({
            "received": after.received_money(),
            "state": after.state,
            "orderId": after.order_id,
            "orderNumber": after.order_number,
            "receiptId": receipt.id,
            "amount": receipt.money(),
            "reference": receipt.reference,
            "receivedAt": receipt.received_at,
        })),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}

/// What had arrived went back.
pub fn returned(tx: &Tx, ctx: &CallContext, before: &Payment, after: &Payment, reference: &str) {
    let act = Act {
        action: "payment.return_receipts",
        target_kind: "payment",
        target_id: after.id.to_string(),
        before: Some(json!({ "received": before.received_money(), "state": before.state })),
        after: Some(json!({
            "received": after.received_money(),
            "state": after.state,
            "orderId": after.order_id,
            "orderNumber": after.order_number,
            "reference": reference,
        })),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}
