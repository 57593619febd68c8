//! Events of other services that this one takes in: what became of payments.

use async_trait::async_trait;
use uuid::Uuid;
use waybill_bus::Envelope;
use waybill_primitives::{Money, OrderId};
use waybill_proto::{
    Event,
    payment::{Payment, PaymentFailed, PaymentRefunded, PaymentSucceeded},
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::orders::app::Orders;

/// What this service takes in.
pub const CONSUMERS: &[ConsumerInfo] = &[ConsumerInfo {
    name: "order-payments",
    source: "payment",
    subjects: &["waybill.payment.payment.*"],
}];

/// Brings payments into the orders they are for.
pub struct PaymentEvents {
    orders: Orders,
}

impl PaymentEvents {
    pub fn new(orders: Orders) -> Self {
        Self { orders }
    }
}

/// What every event of a payment tells.
struct About {
    order_id: OrderId,
    payment_id: Uuid,
    amount: Money,
}

fn about(payment: Option<&Payment>) -> Result<About, HandlerError> {
    let payment = payment.ok_or_else(|| HandlerError::permanent("the event has no payment"))?;
    let amount = payment.amount.as_ref();
    let amount = amount.ok_or_else(|| HandlerError::permanent("the payment has no amount"))?;
    Ok(About {
        order_id: payment.order_id.parse().map_err(HandlerError::permanent)?,
        payment_id: payment.id.parse().map_err(HandlerError::permanent)?,
        amount: Money::try_from(amount).map_err(HandlerError::permanent)?,
    })
}

#[async_trait]
impl EventHandler for PaymentEvents {
    fn name(&self) -> &'static str {
        CONSUMERS[0].name
    }

    fn source(&self) -> &'static str {
        CONSUMERS[0].source
    }

    fn subjects(&self) -> &'static [&'static str] {
        CONSUMERS[0].subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        match event.subject.as_str() {
            PaymentSucceeded::SUBJECT => {
                let message: PaymentSucceeded = decode(event)?;
                let about = about(message.payment.as_ref())?;
                let (order, payment) = (about.order_id, about.payment_id);
                self.orders
                    .payment_succeeded(tx, order, payment, about.amount)
                    .await?;
            }
            PaymentFailed::SUBJECT => {
                let message: PaymentFailed = decode(event)?;
                let about = about(message.payment.as_ref())?;
                let reason = message
                    .payment
                    .map(|p| p.failure_reason)
                    .unwrap_or_default();
                let (order, payment) = (about.order_id, about.payment_id);
                self.orders
                    .payment_failed(tx, order, payment, &reason)
                    .await?;
            }
            PaymentRefunded::SUBJECT => {
                let message: PaymentRefunded = decode(event)?;
                let about = about(message.payment.as_ref())?;
                let (order, payment) = (about.order_id, about.payment_id);
                self.orders
                    .payment_refunded(tx, order, payment, &message.reason)
                    .await?;
            }
            // A payment that only began changes no order.
            _ => {}
        }
        Ok(())
    }
}
