//! Payments as messages.

use waybill_primitives::{Money, non_empty};
use waybill_proto::payment as proto;

use super::domain::{Payment, Provider};

impl From<&Payment> for proto::Payment {
    fn from(payment: &Payment) -> Self {
        Self {
            id: payment.id.to_string(),
            order_id: payment.order_id.to_string(),
            order_number: payment.order_number.clone(),
            customer_id: payment.customer_id.to_string(),
            provider: payment.provider.into(),
            amount: Some(payment.money()),
            state: payment.state.into(),
            redirect_url: non_empty(payment.redirect_url.as_str()),
            failure_reason: payment.failure_reason.clone(),
            version: payment.version,
            created_at: Some(payment.created_at),
            updated_at: Some(payment.updated_at),
            refunded: Some(payment.refunded_money()),
            refundable: Some(Money::new(payment.refundable(), payment.currency)),
            instructions: payment.instructions.clone(),
            received: (payment.provider == Provider::Manual).then(|| payment.received_money()),
        }
    }
}
