//! Events of the order service that move money here.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::{FieldError, OrderId, PaymentId, non_empty};
use waybill_proto::{
    order::{Order, OrderChanged, OrderEvent, OrderStatus, PaymentStatus, SettingsChanged},
    parse_id,
};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    ledger::app::{CompletedOrder, Ledger},
    payments::{app::Replaced, domain::Step},
    receipts::app::Receipts,
    refunds::app::{Refunds, Requested},
};

/// The events that this service consumes.
pub const CONSUMERS: &[ConsumerInfo] = &[ORDERS, SETTINGS];

/// All of an order's events, so that a lost one shows as a gap in its versions.
const ORDERS: ConsumerInfo = ConsumerInfo {
    name: "payment-orders",
    subjects: &["waybill.order.order.*"],
};
const SETTINGS: ConsumerInfo = ConsumerInfo {
    name: "payment-settings",
    subjects: &["waybill.order.settings.*"],
};

/// Refunds what an order cannot keep, and shares the money of a completed one.
pub struct OrderEvents {
    pub refunds: Arc<Refunds>,
    pub receipts: Arc<Receipts>,
    pub ledger: Arc<Ledger>,
}

impl OrderEvents {
    /// Money arrived that the order could not accept.
    async fn rejected(&self, tx: &Tx, event: &OrderChanged) -> Result<(), HandlerError> {
        let payment: PaymentId = parse_id("payment_id", &event.payment_id)?;
        match self.refunds.request(tx, payment, &event.note).await {
            Ok(Requested::Opened | Requested::Already) => Ok(()),
            Ok(Requested::NothingPaid(state)) => Err(HandlerError::permanent(format!(
                "payment {payment} was rejected but is {state}: there is no money to give back"
            ))),
            Ok(Requested::Unknown) => Err(HandlerError::permanent(format!(
                "payment {payment} was rejected but is not known here"
            ))),
            Err(error) => Err(error.into()),
        }
    }

    /// `paid_by`: the payment of the order, if the event has it. It is looked up separately, because a replacement may end before
    /// the event arrives that moves the payments of the replaced order to it.
    async fn ended(
        &self,
        tx: &Tx,
        order: &Order,
        paid_by: &str,
        (reason, step): (&str, Step),
    ) -> Result<(), HandlerError> {
        let id: OrderId = parse_id("order.id", &order.id)?;
        let mut refunds = self.refunds.request_all(tx, id, reason).await?;
        if !paid_by.is_empty() {
            let payment: PaymentId = parse_id("payment_id", paid_by)?;
            if self.refunds.request(tx, payment, reason).await? == Requested::Opened {
                refunds += 1;
            }
        }
        self.receipts.close(tx, id, step, None).await?;
        if refunds > 0 {
            tracing::info!(order_id = %id, refunds, reason, "payments will be refunded");
        }
        Ok(())
    }

    /// Nobody waits for another payment by hand of a paid order.
    async fn paid(&self, tx: &Tx, event: &OrderChanged, order: &Order) -> Result<(), HandlerError> {
        let id: OrderId = parse_id("order.id", &order.id)?;
        // A free order is paid by none.
        let by = non_empty(event.payment_id.as_str());
        let by: Option<PaymentId> = by.map(|id| parse_id("payment_id", &id)).transpose()?;
        Ok(self.receipts.close(tx, id, Step::Cancel, by).await?)
    }

    /// Another order replaced this one, and has its payments from now on.
    async fn replaced(
        &self,
        tx: &Tx,
        closed: &Order,
        opened: Option<Order>,
    ) -> Result<(), HandlerError> {
        let opened = opened.ok_or_else(|| FieldError::missing("replacement"))?;
        let replaced = Replaced {
            closed: parse_id("order.id", &closed.id)?,
            opened: parse_id("replacement.id", &opened.id)?,
            number: opened.order_number,
        };
        Ok(self.ledger.take_over(tx, &replaced).await?)
    }

    /// Shares the order's money if the order is both completed and paid, whichever came last.
    async fn earned(
        &self,
        tx: &Tx,
        order: &Order,
        commission: Option<i32>,
    ) -> Result<(), HandlerError> {
        let paid = matches!(
            order.payment_status(),
            PaymentStatus::Paid | PaymentStatus::PartiallyRefunded
        );
        if order.status() != OrderStatus::Completed || !paid {
            return Ok(());
        }
        let completed = CompletedOrder {
            commission: commission.map(share).transpose()?,
            ..completed(order)?
        };
        Ok(self.ledger.accrue(tx, &completed).await?)
    }
}

#[async_trait]
impl EventHandler for OrderEvents {
    fn info(&self) -> ConsumerInfo {
        ORDERS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let event: OrderChanged = decode(event)?;
        let order = event
            .order
            .as_ref()
            .ok_or_else(|| FieldError::missing("order"))?;
        match event.kind() {
            OrderEvent::PaymentRejected => self.rejected(tx, &event).await,
            OrderEvent::Cancelled => {
                let how = ("the order was cancelled", Step::Cancel);
                self.ended(tx, order, &event.payment_id, how).await
            }
            OrderEvent::Expired => {
                let how = ("the order expired unpaid", Step::Expire);
                self.ended(tx, order, "", how).await
            }
            OrderEvent::Replaced => self.replaced(tx, order, event.replacement).await,
            OrderEvent::Paid => {
                self.paid(tx, &event, order).await?;
                self.earned(tx, order, event.commission_basis_points).await
            }
            OrderEvent::Completed => self.earned(tx, order, event.commission_basis_points).await,
            OrderEvent::Placed
            | OrderEvent::Edited
            | OrderEvent::PaymentStarted
            | OrderEvent::PaymentFailed
            | OrderEvent::Refunded
            | OrderEvent::StatusChanged
            | OrderEvent::Claimed
            | OrderEvent::Assigned
            | OrderEvent::Released
            | OrderEvent::Quoted
            | OrderEvent::QuoteWithdrawn
            | OrderEvent::QuoteAccepted
            | OrderEvent::QuoteExpired
            | OrderEvent::Unspecified => Ok(()),
        }
    }
}

/// Stores the shop's commission.
pub struct SettingsEvents {
    ledger: Arc<Ledger>,
}

impl SettingsEvents {
    pub fn new(ledger: Arc<Ledger>) -> Self {
        Self { ledger }
    }
}

#[async_trait]
impl EventHandler for SettingsEvents {
    fn info(&self) -> ConsumerInfo {
        SETTINGS
    }

    async fn apply(&self, tx: &Tx, event: &Envelope) -> Result<(), HandlerError> {
        let event: SettingsChanged = decode(event)?;
        let settings = event
            .settings
            .ok_or_else(|| FieldError::missing("settings"))?;
        let commission = share(settings.commission_basis_points)?;
        let since = settings.updated_at;
        let since = since.ok_or_else(|| FieldError::missing("settings.updated_at"))?;
        self.ledger
            .note_commission(tx, settings.version, commission, since)
            .await?;
        Ok(())
    }
}

fn completed(order: &Order) -> Result<CompletedOrder, FieldError> {
    let total = order
        .total
        .ok_or_else(|| FieldError::missing("order.total"))?;
    let worker = order.assignee.as_ref();
    Ok(CompletedOrder {
        id: parse_id("order.id", &order.id)?,
        total,
        worker: worker
            .map(|worker| parse_id("order.assignee.id", &worker.id))
            .transpose()?,
        worker_name: worker.map(|worker| worker.name.clone()).unwrap_or_default(),
        completed_at: order.completed_at,
        commission: None,
    })
}

/// Hundredths of a percent.
fn share(basis_points: i32) -> Result<u32, HandlerError> {
    u32::try_from(basis_points)
        .ok()
        .filter(|points| *points <= 10_000)
        .ok_or_else(|| HandlerError::permanent("the commission is no share"))
}
