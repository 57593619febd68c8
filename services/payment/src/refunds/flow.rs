//! Asking the provider for a refund, and what follows from its answer.

use async_trait::async_trait;
use waybill_primitives::Timestamp;
use waybill_service_kit::AppError;
use waybill_store::{EventContext, Tx, transact};

use super::{
    app::Refunds,
    domain::Refund,
    store::{self, Outcome},
};
use crate::{
    differences::app::{self as differences, Found},
    entity::difference::DifferenceKind,
    ledger::app as ledger,
    payments::{domain::Payment, events::refunded, store as payments},
    providers::{ProviderError, RefundOrder, Transfer},
    transfers::{Flow, Tools, accepted, shortened},
};

#[async_trait]
impl Flow for Refunds {
    type Row = Refund;

    const WHAT: &'static str = "refund";

    fn tools(&self) -> &Tools {
        &self.tools
    }

    async fn ask(&self, refund: &Refund) -> Result<Transfer, ProviderError> {
        let payment = payments::find(self.tools.db.reader(), refund.payment_id).await;
        let payment = payment
            .map_err(|error| ProviderError::Unavailable(error.to_string()))?
            .ok_or_else(|| ProviderError::Unavailable("the payment's row is missing".to_owned()))?;
        let provider = self.tools.provider(payment.provider)?;
        if let Some(reference) = &refund.provider_reference {
            return Ok(Transfer {
                reference: reference.clone(),
                status: provider.refund_status(reference).await?,
            });
        }
        let capture = payment.capture_reference.as_ref();
        let order = RefundOrder {
            idempotency_key: refund.id,
            reference: capture.unwrap_or(&payment.provider_reference).clone(),
            amount: refund.money(),
            reason: refund.reason.clone(),
        };
        provider.refund(&order).await
    }

    /// The money is the customer's: it is tried until an administrator sees why it is refused.
    fn is_final(_: &ProviderError) -> bool {
        false
    }

    async fn wait(
        &self,
        refund: &Refund,
        reference: &str,
        until: Timestamp,
    ) -> Result<(), AppError> {
        let waiting = transact!(self.tools.db, EventContext::default(), async |tx| {
            accepted(tx, refund, reference, until, self.tools.clock.now()).await?;
            Ok::<_, AppError>(())
        });
        waiting.await
    }

    async fn complete(&self, refund: &Refund, reference: &str) -> Result<(), AppError> {
        let completed = transact!(self.tools.db, EventContext::default(), async |tx| {
            self.succeeded(tx, refund, reference).await
        });
        if completed.await?.is_some() {
            note_success(refund);
        }
        Ok(())
    }

    async fn fail(&self, refund: &Refund, why: &str) -> Result<(), AppError> {
        let error = shortened(why);
        let failed = transact!(self.tools.db, EventContext::default(), async |tx| {
            let now = self.tools.clock.now();
            let payment = locked(tx, refund).await?;
            let outcome = Outcome::Failed { error: &error };
            if !store::close(tx, refund, outcome, now).await? {
                return Ok(false);
            }
            let payment = payment.refund_failed(refund.amount, now);
            payments::save(tx, &payment).await?;
            differences::end(tx, DifferenceKind::RefundStuck, refund.id, now).await?;
            let found = about(DifferenceKind::RefundFailed, refund, &payment, &error);
            differences::report(tx, found, now).await?;
            Ok::<_, AppError>(true)
        });
        if failed.await? {
            metrics::counter!("waybill_refunds_refused_total").increment(1);
            tracing::error!(
                payment_id = %refund.payment_id, refund_id = %refund.id, error,
                "the provider did not refund the money; an administrator must act"
            );
        }
        Ok(())
    }

    async fn report_stuck(&self, tx: &Tx, refund: &Refund, why: &str) -> Result<(), AppError> {
        let payment = locked(tx, refund).await?;
        let found = about(DifferenceKind::RefundStuck, refund, &payment, why);
        differences::report(tx, found, self.tools.clock.now()).await
    }
}

impl Refunds {
    /// The money is back at the customer: part of the transaction that learns of it. Returns the payment after that; none if it was known.
    pub(super) async fn succeeded(
        &self,
        tx: &Tx,
        refund: &Refund,
        reference: &str,
    ) -> Result<Option<Payment>, AppError> {
        let now = self.tools.clock.now();
        // The order before its payments, like the event that another order replaces it.
        if let Some(seen) = payments::find(tx.conn(), refund.payment_id).await? {
            payments::current_orders(tx, [seen.order_id], now).await?;
        }
        let payment = locked(tx, refund).await?;
        if !store::close(tx, refund, Outcome::Succeeded { reference }, now).await? {
            return Ok(None);
        }
        let payment = payment.refund_succeeded(refund.amount, now);
        payments::save(tx, &payment).await?;
        ledger::book_refund(tx, &payment, refund, now).await?;
        differences::end(tx, DifferenceKind::RefundStuck, refund.id, now).await?;
        refunded(tx, &payment, refund);
        Ok(Some(payment))
    }
}

pub(super) fn note_success(refund: &Refund) {
    metrics::counter!("waybill_refunds_total").increment(1);
    tracing::info!(payment_id = %refund.payment_id, refund_id = %refund.id, "money was refunded");
}

fn about(kind: DifferenceKind, refund: &Refund, payment: &Payment, why: &str) -> Found {
    Found {
        amount: Some(refund.money()),
        refund: Some(refund.id),
        ..Found::of_payment(kind, refund.id, payment, why)
    }
}

/// The payment of a refund, before the refund: everybody locks in this order.
async fn locked(tx: &Tx, refund: &Refund) -> Result<Payment, AppError> {
    let payment = payments::lock(tx, refund.payment_id).await?;
    payment.ok_or_else(|| AppError::internal(format!("refund {} has no payment", refund.id)))
}
