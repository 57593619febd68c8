//! Consumers of events: results of payments, accounts of workers, and the service's own events for work that is not done while
//! placing an order.

mod invoices;
mod projections;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::FieldError;
use waybill_proto::{
    auth::{UserChanged, UserEvent},
    json::Named as _,
    parse_id,
    payment::{PaymentChanged, PaymentEvent, Provider, RefundLine},
};
use waybill_store::{ConsumerInfo, EventContext, EventHandler, HandlerError, Tx, decode};

use crate::{
    fulfilment::workers::{app::Workers, domain::Account},
    orders::{
        app::{Orders, PaymentChange, PaymentChangeKind},
        domain::{Refund, RefundedUnits},
    },
};

pub use invoices::{INVOICES, InvoiceEvents};
pub use projections::OrderProjections;

/// The consumers of this service.
pub const CONSUMERS: &[ConsumerInfo] = &[PAYMENTS, WORKERS, INVOICES, projections::PROJECTIONS];

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

    /// A customer waits to see that the order is paid.
    fn gives_way(&self) -> bool {
        false
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        match payment_change(event)? {
            Some(change) => Ok(self.orders.follow_payment(tx, change).await?),
            None => Ok(()),
        }
    }

    /// An order that others hold must not hold up the rest, so it is waited for alone.
    async fn apply_batch(&self, tx: &Tx, events: &[Envelope]) -> Result<(), HandlerError> {
        let changes = events
            .iter()
            .filter_map(|it| payment_change(it).transpose());
        let mut changes: Vec<PaymentChange> = changes.collect::<Result<_, _>>()?;
        changes.sort_by_key(|change| change.order);
        if self.orders.follow_payments(tx, changes).await? {
            Ok(())
        } else {
            Err(HandlerError::transient(
                "an order is locked, unknown or replaced",
            ))
        }
    }
}

fn refunded_units(line: &RefundLine) -> RefundedUnits {
    RefundedUnits {
        position: line.position,
        quantity: line.quantity,
        restock: line.restock,
    }
}

/// What an event says about a payment; none for an event that this version does not know.
fn payment_change(event: &Envelope) -> Result<Option<PaymentChange>, HandlerError> {
    let changed: PaymentChanged = decode(event)?;
    let (kind, refunded) = (changed.kind(), changed.refunded);
    let payment = changed.payment;
    let payment = payment.ok_or_else(|| FieldError::missing("payment"))?;
    let provider = match payment.provider() {
        Provider::Unspecified => None,
        provider => Some(provider.name().to_owned()),
    };
    let kind = match kind {
        PaymentEvent::Created => PaymentChangeKind::Created { provider },
        PaymentEvent::Succeeded => PaymentChangeKind::Succeeded {
            provider,
            amount: payment
                .amount
                .ok_or_else(|| FieldError::missing("payment.amount"))?,
        },
        PaymentEvent::Failed => PaymentChangeKind::Failed {
            reason: payment.failure_reason.unwrap_or_default(),
        },
        PaymentEvent::Refunded => PaymentChangeKind::Refunded {
            refund: Refund {
                so_far: refunded,
                units: changed.lines.iter().map(refunded_units).collect(),
            },
            reason: changed.reason,
        },
        PaymentEvent::Cancelled | PaymentEvent::Expired => PaymentChangeKind::Closed,
        PaymentEvent::Authorized | PaymentEvent::Received | PaymentEvent::Unspecified => {
            return Ok(None);
        }
    };
    Ok(Some(PaymentChange {
        context: EventContext::of(event),
        order: parse_id("payment.order_id", &payment.order_id)?,
        payment: parse_id("payment.id", &payment.id)?,
        kind,
    }))
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
