//! Effects of payments and of expiry on orders. The payment service decides about money; this module decides whether an order can
//! accept it.

use std::collections::BTreeSet;

use waybill_primitives::{Money, OrderId, PaymentId, Timestamp};
use waybill_service_kit::{AppError, CallContext, ErrorKind};
use waybill_store::{Retry as _, Tx, transact};

use super::{Orders, quote};
use crate::orders::{
    domain::{Changed, Order, OrderEvent, Outcome, Viewer},
    store,
};

/// Orders read at a time by the expiry.
const BATCH: u64 = 100;
/// Number of consecutive failures because of an unavailable database after which a run stops. A single failure may be specific to the
/// order, such as a lock timeout.
const PATIENCE: u32 = 3;

impl Orders {
    /// Locks all of these orders, in the order of their ids; false if others hold one of them, or one is unknown or replaced: its
    /// replacement would be locked out of order.
    pub async fn lock_free(&self, tx: &Tx, ids: &BTreeSet<OrderId>) -> Result<bool, AppError> {
        let locked = store::lock_free(tx, ids.iter().copied()).await?;
        Ok(locked == ids.len() as u64)
    }

    /// A payment was started: the order does not expire in the meantime.
    pub async fn payment_created(
        &self,
        tx: &Tx,
        order_id: OrderId,
        payment_id: PaymentId,
    ) -> Result<(), AppError> {
        let order = locked(tx, order_id).await?;
        let now = self.context.now();
        let Some(earlier) = store::open_attempt(tx, order.id, payment_id, now).await? else {
            return Ok(());
        };
        let window = self.context.shop().payment_window();
        match order.payment_started(payment_id, earlier, window, now) {
            None => Ok(()),
            Some(changed) => {
                self.apply(tx, Outcome::Changed(Box::new(changed)), "")
                    .await
            }
        }
    }

    /// A payment succeeded. If the order cannot accept it, an event makes payment refund it.
    pub async fn payment_succeeded(
        &self,
        tx: &Tx,
        order_id: OrderId,
        payment_id: PaymentId,
        amount: Money,
    ) -> Result<(), AppError> {
        let order = locked(tx, order_id).await?;
        let now = self.context.now();
        let refunded = store::close_attempt(tx, order.id, payment_id, now).await?;
        let paid = order.paid(payment_id, amount, now);
        self.apply(tx, paid.clone(), "").await?;
        // Another replica has already processed the refund.
        match (paid, refunded) {
            (Outcome::Changed(paid), Some(amount)) => {
                let refunded = order.money(amount);
                let outcome = paid.order.refunded(payment_id, Some(refunded), now);
                self.apply(tx, outcome, "").await
            }
            _ => Ok(()),
        }
    }

    /// A payment failed.
    pub async fn payment_failed(
        &self,
        tx: &Tx,
        order_id: OrderId,
        payment_id: PaymentId,
        reason: &str,
    ) -> Result<(), AppError> {
        let order = locked(tx, order_id).await?;
        let now = self.context.now();
        store::close_attempt(tx, order.id, payment_id, now).await?;
        self.apply(tx, order.payment_failed(payment_id, now), reason)
            .await
    }

    /// A refund: `refunded` so far, or everything. For a payment that the order does not have (yet) it is stored: the event of its
    /// success may still arrive.
    pub async fn payment_refunded(
        &self,
        tx: &Tx,
        order_id: OrderId,
        payment_id: PaymentId,
        refunded: Option<Money>,
        reason: &str,
    ) -> Result<(), AppError> {
        let order = locked(tx, order_id).await?;
        let now = self.context.now();
        if order.payment_id != Some(payment_id) {
            let amount = refunded.filter(|money| money.currency == order.currency);
            let amount = amount.map_or(order.total, |money| money.amount);
            store::note_refund(tx, order.id, payment_id, amount, now).await?;
        }
        self.apply(tx, order.refunded(payment_id, refunded, now), reason)
            .await
    }

    /// Expires all unpaid orders and all offers that are due, in batches, each in a transaction of its own: one that fails must not block the others and
    /// their stock. Replicas may run it concurrently: the conditional update decides per order. Returns when the next order is due.
    pub async fn expire_due(&self) -> Result<Option<Timestamp>, AppError> {
        let reader = self.context.db.reader();
        let now = self.context.now();
        let (mut past, mut away_in_a_row) = (None, 0);
        loop {
            let (overdue, next) = store::due(reader, now, past, BATCH).await?;
            let Some(last) = overdue.last() else {
                return Ok(next);
            };
            past = last.expires_at.map(|at| (at, last.id));
            for order in overdue {
                let Some(changed) = order.expired(now) else {
                    // Impossible while only orders that can expire have `expires_at`; `verify` detects it.
                    tracing::error!(order_id = %order.id, "an order is due to expire but cannot");
                    continue;
                };
                match self.expire(&changed).await {
                    Ok(()) if changed.event == OrderEvent::QuoteExpired => {
                        quote::count(&changed);
                        tracing::info!(order_id = %order.id, "an offer ended");
                    }
                    Ok(()) => {
                        metrics::counter!("waybill_orders_expired_total").increment(1);
                        tracing::info!(order_id = %order.id, "an unpaid order expired");
                    }
                    // Paid, cancelled or expired concurrently.
                    Err(error) if error.outrun() => {}
                    Err(error) => {
                        tracing::error!(order_id = %order.id, %error, "an order could not be expired");
                        metrics::counter!("waybill_order_expiry_failures_total").increment(1);
                        if error.kind == ErrorKind::Unavailable {
                            away_in_a_row += 1;
                            if away_in_a_row >= PATIENCE {
                                return Err(error);
                            }
                            continue;
                        }
                    }
                }
                away_in_a_row = 0;
            }
        }
    }

    async fn expire(&self, changed: &Changed) -> Result<(), AppError> {
        let ctx = CallContext::system();
        let note = match changed.event {
            OrderEvent::QuoteExpired => "not accepted in time",
            _ => "not paid in time",
        };
        transact!(self.context.db, &ctx, async |tx| {
            self.record_change(tx, changed, None, note).await
        })
        .await
    }

    async fn apply(&self, tx: &Tx, outcome: Outcome, note: &str) -> Result<(), AppError> {
        let (changed, note) = match &outcome {
            Outcome::Nothing => return Ok(()),
            Outcome::Changed(changed) => (changed, note),
            Outcome::Rejected(changed, reason) => (changed, *reason),
        };
        self.record_change(tx, changed, None, note).await
    }
}

/// The current order of a payment: if it was replaced in the meantime, its replacement, which has its payments.
async fn locked(tx: &Tx, id: OrderId) -> Result<Order, AppError> {
    let mut next = id;
    loop {
        let found = store::find_locked(tx, Viewer::Everything, next).await?;
        let order = found.ok_or_else(|| AppError::not_found("order"))?;
        match order.replaced_by_id {
            Some(replacement) => next = replacement,
            None => return Ok(order),
        }
    }
}
