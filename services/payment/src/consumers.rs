//! Events of the order service that move money here.

use std::sync::Arc;

use async_trait::async_trait;
use waybill_bus::Envelope;
use waybill_primitives::{Money, OrderId, PaymentId};
use waybill_proto::{ConvertError, Event, order as proto, parse_id};
use waybill_store::{ConsumerInfo, EventHandler, HandlerError, Tx, decode};

use crate::{
    ledger::app::{CompletedOrder, Ledger},
    refunds::app::{Refunds, Requested},
};

/// What this service takes in.
pub const CONSUMERS: &[ConsumerInfo] = &[
    // All of an order's events, so that a lost one shows as a gap in its versions.
    ConsumerInfo {
        name: "payment-orders",
        source: "order",
        subjects: &["waybill.order.order.*"],
    },
];

/// Refunds what an order cannot keep, and shares what a completed one has earned.
pub struct OrderEvents {
    refunds: Arc<Refunds>,
    ledger: Arc<Ledger>,
}

impl OrderEvents {
    pub fn new(refunds: Arc<Refunds>, ledger: Arc<Ledger>) -> Self {
        Self { refunds, ledger }
    }

    /// Money arrived that the order could not take.
    async fn rejected(
        &self,
        tx: &Tx,
        event: proto::OrderPaymentRejected,
    ) -> Result<(), HandlerError> {
        let payment: PaymentId = parse_id("payment_id", &event.payment_id).map_err(permanent)?;
        match self.refunds.request(tx, payment, &event.reason).await {
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

    async fn ended(
        &self,
        tx: &Tx,
        order: Option<proto::Order>,
        reason: &str,
    ) -> Result<(), HandlerError> {
        let order = order.ok_or_else(no_order)?;
        let id: OrderId = parse_id("order.id", &order.id).map_err(permanent)?;
        let refunds = self.refunds.request_all(tx, id, reason).await?;
        if refunds > 0 {
            tracing::info!(order_id = %id, refunds, reason, "payments will be refunded");
        }
        Ok(())
    }

    /// Shares the order's money if the order is both completed and paid, whichever came last.
    async fn earned(&self, tx: &Tx, order: Option<proto::Order>) -> Result<(), HandlerError> {
        let order = order.ok_or_else(no_order)?;
        if order.status() != proto::OrderStatus::Completed
            || order.payment_status() != proto::PaymentStatus::Paid
        {
            return Ok(());
        }
        let completed = completed(&order).map_err(permanent)?;
        Ok(self.ledger.accrue(tx, &completed).await?)
    }
}

#[async_trait]
impl EventHandler for OrderEvents {
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
            proto::OrderPaymentRejected::SUBJECT => self.rejected(tx, decode(event)?).await,
            proto::OrderCancelled::SUBJECT => {
                let event: proto::OrderCancelled = decode(event)?;
                self.ended(tx, event.order, "the order was cancelled").await
            }
            proto::OrderExpired::SUBJECT => {
                let event: proto::OrderExpired = decode(event)?;
                self.ended(tx, event.order, "the order expired unpaid")
                    .await
            }
            proto::OrderCompleted::SUBJECT => {
                let event: proto::OrderCompleted = decode(event)?;
                self.earned(tx, event.order).await
            }
            proto::OrderPaid::SUBJECT => {
                let event: proto::OrderPaid = decode(event)?;
                self.earned(tx, event.order).await
            }
            _ => Ok(()),
        }
    }
}

fn completed(order: &proto::Order) -> Result<CompletedOrder, ConvertError> {
    let total = order.total.as_ref().ok_or_else(|| ConvertError {
        field: "order.total",
        problem: "is missing".to_owned(),
    })?;
    let worker = order.assignee.as_ref();
    Ok(CompletedOrder {
        id: parse_id("order.id", &order.id)?,
        total: Money::try_from(total)?,
        worker: worker
            .map(|worker| parse_id("order.assignee.id", &worker.id))
            .transpose()?,
    })
}

fn no_order() -> HandlerError {
    HandlerError::permanent("the event carries no order")
}

fn permanent(error: ConvertError) -> HandlerError {
    HandlerError::permanent(error)
}
