//! Events that this service consumes: what became of payments, who works here, and its own for what follows off the path of
//! placing.

mod projections;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::{FieldError, OrderId, PaymentId};
use waybill_proto::{
    auth::{UserChanged, UserEvent},
    parse_id,
    payment::{PaymentChanged, PaymentEvent},
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    fulfilment::workers::{app::Workers, domain::Account},
    orders::app::Orders,
};

pub use projections::OrderProjections;

/// What this service consumes.
pub const CONSUMERS: &[ConsumerInfo] = &[PAYMENTS, WORKERS, projections::PROJECTIONS];

const PAYMENTS: ConsumerInfo = ConsumerInfo {
    name: "order-payments",
    subjects: &["waybill.payment.payment.*"],
};
const WORKERS: ConsumerInfo = ConsumerInfo {
    name: "order-workers",
    subjects: &["waybill.auth.user.*"],
};

/// Brings payments into the orders they are for.
pub struct PaymentEvents {
    orders: Orders,
}

impl PaymentEvents {
    pub fn new(orders: Orders) -> Self {
        Self { orders }
    }
}

#[async_trait]
impl EventHandler for PaymentEvents {
    fn info(&self) -> ConsumerInfo {
        PAYMENTS
    }

    /// Each locks an order and the stock of its goods, as placing, cancelling and expiring do one order at a time. Several
    /// orders in one transaction would hold the stock of one while they wait for another, in no order that the others share.
    fn most_together(&self) -> usize {
        1
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let event: PaymentChanged = decode(event)?;
        let kind = event.kind();
        let payment = event
            .payment
            .ok_or_else(|| FieldError::missing("payment"))?;
        let amount = payment
            .amount
            .ok_or_else(|| FieldError::missing("payment.amount"))?;
        let order: OrderId = parse_id("payment.order_id", &payment.order_id)?;
        let id: PaymentId = parse_id("payment.id", &payment.id)?;
        match kind {
            PaymentEvent::Created => self.orders.payment_created(tx, order, id).await?,
            PaymentEvent::Succeeded => {
                self.orders.payment_succeeded(tx, order, id, amount).await?;
            }
            PaymentEvent::Failed => {
                let reason = payment.failure_reason.unwrap_or_default();
                self.orders.payment_failed(tx, order, id, &reason).await?;
            }
            PaymentEvent::Refunded => {
                self.orders
                    .payment_refunded(tx, order, id, event.refunded, &event.reason)
                    .await?;
            }
            PaymentEvent::Unspecified => {}
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
    fn info(&self) -> ConsumerInfo {
        WORKERS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let changed: UserChanged = decode(event)?;
        let rights_changed = match changed.kind() {
            UserEvent::Registered | UserEvent::Updated | UserEvent::Unspecified => false,
            UserEvent::RoleChanged | UserEvent::Suspended | UserEvent::Restored => true,
            // Passwords are nobody's business here.
            UserEvent::PasswordChanged => return Ok(()),
        };
        let user = changed.user;
        let user = user.ok_or_else(|| FieldError::missing("user"))?;
        let role = user.role().known();
        let account = Account {
            id: parse_id("user.id", &user.id)?,
            name: format!("{} {}", user.first_name, user.last_name),
            email: user.email,
            role: role.ok_or_else(|| FieldError::missing("user.role"))?,
            suspended: user.suspended,
            version: event.aggregate_version,
        };
        Ok(self.workers.follow(tx, account, rights_changed).await?)
    }
}
