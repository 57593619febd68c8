//! What is published of refunds besides the change of their payment.

use serde_json::json;
use waybill_proto::payment as proto;
use waybill_service_kit::{
    CallContext,
    audit::{self, Act},
};
use waybill_store::Tx;

use super::domain::{Refund, RefundState};
use crate::payments::domain::Payment;

/// The audit record of a refund that an administrator asked for.
pub fn requested(tx: &Tx, ctx: &CallContext, payment: &Payment, refund: &Refund) {
    let act = Act {
        action: "payment.refund",
        target_kind: "payment",
        target_id: payment.id.to_string(),
        before: Some(json!({ "refunded": payment.refunded_money() })),
        after: Some(json!({
            "orderId": payment.order_id,
            "orderNumber": payment.order_number,
            "refundId": refund.id,
            "amount": refund.money(),
            "lines": refund.lines(),
            "reason": refund.reason,
        })),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}

/// The audit record of a refund that was made by hand.
pub fn confirmed(tx: &Tx, ctx: &CallContext, payment: &Payment, refund: &Refund, reference: &str) {
    let act = Act {
        action: "refund.confirm",
        target_kind: "payment",
        target_id: payment.id.to_string(),
        before: Some(json!({ "state": refund.state })),
        after: Some(json!({
            "state": RefundState::Succeeded,
            "orderId": payment.order_id,
            "orderNumber": payment.order_number,
            "refundId": refund.id,
            "amount": refund.money(),
            "reference": reference,
        })),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}
