//! Consumers of events: results of payments, accounts of workers, and the service's own events for work that is not done while
//! placing an order.

mod projections;

use std::collections::BTreeSet;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::{FieldError, Money, OrderId, PaymentId};
use waybill_proto::{
    auth::{UserChanged, UserEvent},
    parse_id,
    payment::{PaymentChanged, PaymentEvent},
};
use waybill_store::{ConsumerInfo, EventContext, EventHandler, HandlerError, Tx, decode};

use crate::{
    fulfilment::workers::{app::Workers, domain::Account},
    orders::app::Orders,
};

pub use projections::OrderProjections;

/// The consumers of this service.
pub const CONSUMERS: &[ConsumerInfo] = &[PAYMENTS, WORKERS, projections::PROJECTIONS];

const PAYMENTS: ConsumerInfo = ConsumerInfo {
    name: "order-payments",
    subjects: &["waybill.payment.payment.*"],
};
const WORKERS: ConsumerInfo = ConsumerInfo {
    name: "order-workers",
    subjects: &["waybill.auth.user.*"],
};

/// Applies payments to their orders.
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

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        self.follow(tx, payment_change(event)?).await
    }

    /// Locks the orders in the order of their ids, like everybody who locks several, and their stock after all of them, with the commit.
    /// An order that others hold must not hold up the rest, so it is waited for alone.
    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        let mut changes: Vec<PaymentChange<'_>> = events
            .iter()
            .map(payment_change)
            .collect::<Result<_, _>>()?;
        changes.sort_by_key(|change| change.order);
        let orders: BTreeSet<_> = changes.iter().map(|change| change.order).collect();
        if !self.orders.lock_free(tx, &orders).await? {
            return Err(HandlerError::transient(
                "an order is locked, unknown or replaced",
            ));
        }
        for change in changes {
            tx.act_for(EventContext::of(change.event));
            self.follow(tx, change).await?;
        }
        Ok(())
    }
}

/// What an event says about a payment.
struct PaymentChange<'a> {
    event: &'a Envelope,
    order: OrderId,
    id: PaymentId,
    amount: Money,
    changed: PaymentChanged,
}

fn payment_change(event: &Envelope) -> Result<PaymentChange<'_>, HandlerError> {
    let changed: PaymentChanged = decode(event)?;
    let payment = changed.payment.as_ref();
    let payment = payment.ok_or_else(|| FieldError::missing("payment"))?;
    Ok(PaymentChange {
        event,
        order: parse_id("payment.order_id", &payment.order_id)?,
        id: parse_id("payment.id", &payment.id)?,
        amount: payment
            .amount
            .ok_or_else(|| FieldError::missing("payment.amount"))?,
        changed,
    })
}

impl PaymentEvents {
    async fn follow(&self, tx: &Tx, change: PaymentChange<'_>) -> Result<(), HandlerError> {
        let PaymentChange {
            order,
            id,
            amount,
            changed: event,
            ..
        } = change;
        match event.kind() {
            PaymentEvent::Created => self.orders.payment_created(tx, order, id).await?,
            PaymentEvent::Succeeded => {
                self.orders.payment_succeeded(tx, order, id, amount).await?;
            }
            PaymentEvent::Failed => {
                let payment = event.payment.unwrap_or_default();
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

/// Keeps the list of workers and their names.
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
            // A change of password is not relevant here.
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
