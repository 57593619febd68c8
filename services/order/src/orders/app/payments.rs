//! What payments and time do to orders. Payment decides about money; whether an order can take it is decided here.

use uuid::Uuid;
use waybill_primitives::{Money, OrderId, Timestamp};
use waybill_service_kit::{AppError, CallContext, ErrorKind};
use waybill_store::{Tx, retrying};

use super::{Lost, Orders, record_change};
use crate::orders::{
    domain::{Order, Outcome, Viewer},
    store,
};

/// Orders that one run of the expiry reads at a time.
const BATCH: u64 = 100;

impl Orders {
    /// Money has arrived. An order that cannot take it says so, and payment gives it back.
    pub async fn payment_succeeded(
        &self,
        tx: &Tx,
        order_id: OrderId,
        payment_id: Uuid,
        amount: Money,
    ) -> Result<(), AppError> {
        let order = locked(tx, order_id).await?;
        let outcome = order.paid(payment_id, amount, self.parts.now());
        apply(tx, outcome, "").await
    }

    /// An attempt to pay has failed.
    pub async fn payment_failed(
        &self,
        tx: &Tx,
        order_id: OrderId,
        payment_id: Uuid,
        reason: &str,
    ) -> Result<(), AppError> {
        let order = locked(tx, order_id).await?;
        apply(
            tx,
            order.payment_failed(payment_id, self.parts.now()),
            reason,
        )
        .await
    }

    /// The money went back.
    pub async fn payment_refunded(
        &self,
        tx: &Tx,
        order_id: OrderId,
        payment_id: Uuid,
        reason: &str,
    ) -> Result<(), AppError> {
        let order = locked(tx, order_id).await?;
        apply(tx, order.refunded(payment_id, self.parts.now()), reason).await
    }

    /// Expires every unpaid order whose time is over, in batches, each order in a transaction of its own. Two replicas may
    /// do this at once: the conditional update decides per order. Tells when the next order is due.
    pub async fn expire_due(&self) -> Result<Option<Timestamp>, AppError> {
        let db = &self.parts.db;
        let ctx = CallContext::system();
        loop {
            let now = self.parts.now();
            let (overdue, next) = store::due(db.reader(), now, BATCH).await?;
            if overdue.is_empty() {
                return Ok(next);
            }
            let (mut progress, mut failure) = (false, None);
            for order in overdue {
                let Some(changed) = order.expired(now) else {
                    // Cannot be while the domain keeps `expires_at` to orders that can expire; `verify` finds it.
                    tracing::error!(order_id = %order.id, "an order is due to expire but cannot");
                    continue;
                };
                let outcome = retrying(|| async {
                    let tx = db.begin(&ctx.event_context()).await?;
                    let outcome = record_change(&tx, &changed, None, "not paid in time").await?;
                    match outcome {
                        Ok(()) => tx.commit().await?,
                        Err(Lost) => tx.rollback().await?,
                    }
                    Ok::<_, AppError>(outcome.is_err())
                })
                .await;
                // One order that cannot be expired must not keep the others, and their stock, waiting.
                let lost = match outcome {
                    Ok(lost) => lost,
                    Err(error) if error.kind == ErrorKind::Unavailable => return Err(error),
                    Err(error) => {
                        tracing::error!(order_id = %order.id, %error, "an order could not be expired");
                        failure = Some(error);
                        continue;
                    }
                };
                progress = true;
                if !lost {
                    metrics::counter!("waybill_orders_expired_total").increment(1);
                    tracing::info!(order_id = %order.id, "an unpaid order expired");
                }
            }
            if !progress {
                return failure.map_or(Ok(next), Err);
            }
        }
    }
}

async fn locked(tx: &Tx, id: OrderId) -> Result<Order, AppError> {
    let found = store::find_locked(tx, Viewer::Everything, id).await?;
    found.ok_or_else(|| AppError::not_found("order"))
}

async fn apply(tx: &Tx, outcome: Outcome, note: &str) -> Result<(), AppError> {
    let (changed, note) = match &outcome {
        Outcome::Nothing => return Ok(()),
        Outcome::Changed(changed) => (changed, note),
        Outcome::Rejected(changed, reason) => (changed, *reason),
    };
    match record_change(tx, changed, None, note).await? {
        Ok(()) => Ok(()),
        Err(Lost) => Err(AppError::unavailable("the order changed in between")),
    }
}
