//! Events that this service takes in: what became of payments, who works here, and its own for what follows off the path of
//! placing.

mod projections;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::{Money, OrderId, PaymentId};
use waybill_proto::{
    Event, auth,
    payment::{Payment, PaymentCreated, PaymentFailed, PaymentRefunded, PaymentSucceeded},
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    fulfilment::workers::{app::Workers, domain::Account},
    orders::app::Orders,
};

pub use projections::OrderProjections;

/// What this service takes in.
pub const CONSUMERS: &[ConsumerInfo] = &[
    ConsumerInfo {
        name: "order-payments",
        source: "payment",
        subjects: &["waybill.payment.payment.*"],
    },
    ConsumerInfo {
        name: "order-workers",
        source: "auth",
        subjects: &["waybill.auth.user.*"],
    },
    projections::INFO,
];

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
    payment_id: PaymentId,
    amount: Money,
}

fn about(payment: Option<&Payment>) -> Result<About, HandlerError> {
    let payment = payment.ok_or_else(|| HandlerError::permanent("the event has no payment"))?;
    let amount = payment
        .amount
        .ok_or_else(|| HandlerError::permanent("the payment has no amount"))?;
    Ok(About {
        order_id: payment.order_id.parse().map_err(HandlerError::permanent)?,
        payment_id: payment.id.parse().map_err(HandlerError::permanent)?,
        amount,
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

    /// Each locks an order and the stock of its goods, as placing, cancelling and expiring do one order at a time. Several
    /// orders in one transaction would hold the stock of one while they wait for another, in no order that the others share.
    fn most_together(&self) -> usize {
        1
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        match event.subject.as_str() {
            PaymentCreated::SUBJECT => {
                let message: PaymentCreated = decode(event)?;
                let about = about(message.payment.as_ref())?;
                let (order, payment) = (about.order_id, about.payment_id);
                self.orders.payment_created(tx, order, payment).await?;
            }
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
                    .and_then(|payment| payment.failure_reason)
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
                    .payment_refunded(tx, order, payment, message.refunded, &message.reason)
                    .await?;
            }
            // What is not known yet changes no order.
            _ => {}
        }
        Ok(())
    }
}

/// Knows who works here, and under which name.
pub struct UserEvents {
    workers: Workers,
}

impl UserEvents {
    pub fn new(workers: Workers) -> Self {
        Self { workers }
    }
}

#[async_trait]
impl EventHandler for UserEvents {
    fn name(&self) -> &'static str {
        CONSUMERS[1].name
    }

    fn source(&self) -> &'static str {
        CONSUMERS[1].source
    }

    fn subjects(&self) -> &'static [&'static str] {
        CONSUMERS[1].subjects
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let (user, rights_changed) = match event.subject.as_str() {
            auth::UserRegistered::SUBJECT => (decode::<auth::UserRegistered>(event)?.user, false),
            auth::UserUpdated::SUBJECT => (decode::<auth::UserUpdated>(event)?.user, false),
            auth::UserRoleChanged::SUBJECT => (decode::<auth::UserRoleChanged>(event)?.user, true),
            auth::UserSuspended::SUBJECT => (decode::<auth::UserSuspended>(event)?.user, true),
            auth::UserRestored::SUBJECT => (decode::<auth::UserRestored>(event)?.user, true),
            // Passwords are nobody's business here.
            _ => return Ok(()),
        };
        let user = user.ok_or_else(|| HandlerError::permanent("the event has no user"))?;
        let role = user.role().known();
        let account = Account {
            id: user.id.parse().map_err(HandlerError::permanent)?,
            name: format!("{} {}", user.first_name, user.last_name),
            email: user.email,
            role: role.ok_or_else(|| HandlerError::permanent("the user has no role"))?,
            suspended: user.suspended,
            version: event.aggregate_version,
        };
        Ok(self.workers.follow(tx, account, rights_changed).await?)
    }
}
