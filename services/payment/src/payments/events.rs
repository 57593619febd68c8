//! The events of payments.

use serde_json::json;
use waybill_proto::payment::{self as proto, PaymentEvent};
use waybill_service_kit::{
    CallContext,
    audit::{self, Act},
};
use waybill_store::Tx;

use super::domain::Payment;
use crate::entity::refund::Model as Refund;

/// Publishes a change of a payment.
pub fn changed(tx: &Tx, payment: &Payment, kind: PaymentEvent) {
    let event = proto::PaymentChanged {
        payment: Some(payment.into()),
        kind: kind.into(),
        ..proto::PaymentChanged::default()
    };
    tx.emit(payment.id, payment.version, &event);
}

/// The audit record of a payment that an administrator began for somebody else.
pub fn started_for(tx: &Tx, ctx: &CallContext, payment: &Payment) {
    let act = Act {
        action: "payment.create",
        target_kind: "payment",
        target_id: payment.id.to_string(),
        before: None,
        after: Some(json!({
            "orderId": payment.order_id,
            "orderNumber": payment.order_number,
            "customerId": payment.customer_id,
            "provider": payment.provider,
            "amount": payment.money(),
        })),
    };
    audit::publish::<proto::AuditRecorded>(tx, ctx, act);
}

/// A refund has arrived, as the payment shows.
pub fn refunded(tx: &Tx, payment: &Payment, refund: &Refund) {
    let event = proto::PaymentChanged {
        payment: Some(payment.into()),
        kind: PaymentEvent::Refunded.into(),
        reason: refund.reason.clone(),
        refunded: Some(payment.refunded_money()),
        refund: Some(refund.money()),
        lines: refund.lines().iter().map(Into::into).collect(),
    };
    tx.emit(payment.id, payment.version, &event);
}
