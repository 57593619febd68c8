//! The refund of a payment, from the request to the ledger. A crash may follow each step; the next run continues there:
//!
//! 1. `request` (one transaction, usually that of a consumed event): payment SUCCEEDED → REFUNDING, refund row opened.
//! 2. `lease` (one transaction): one replica takes the row; if it dies, the lease expires and another one takes it.
//! 3. The provider is called, with the row's id as idempotency key, so that a repetition refunds the money only once.
//! 4. `complete` (one transaction): refund closed, payment REFUNDING → REFUNDED, REFUND booked, `payment.refunded` published.

use std::sync::Arc;

use tokio::sync::Notify;
use waybill_primitives::{Clock, OrderId, PaymentId, pause_after};
use waybill_service_kit::AppError;
use waybill_store::{Db, EventContext, Tx, transact};

use super::{
    domain::{LEASE, PAUSES, PROVIDER_DEADLINE, Refund, shortened},
    store,
};
use crate::{
    ledger::app as ledger,
    payments::{
        domain::{Payment, PaymentState, Step, Verdict},
        events, store as payments,
    },
    providers::{ProviderError, Providers, RefundOrder},
};

/// Refunds tried in one round.
const ROUND: u64 = 32;

/// The result of a request to refund a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    /// It is in progress now.
    Opened,
    /// It was in progress, or done, before.
    Already,
    /// There is no money to refund: the payment is in this state.
    NothingPaid(PaymentState),
    /// No such payment.
    Unknown,
}

pub struct Refunds {
    db: Db,
    clock: Arc<dyn Clock>,
    providers: Providers,
    /// Wakes the job.
    wake: Arc<Notify>,
}

impl Refunds {
    pub fn new(db: Db, clock: Arc<dyn Clock>, providers: Providers, wake: Arc<Notify>) -> Self {
        Self {
            db,
            clock,
            providers,
            wake,
        }
    }

    /// Step 1 for one payment.
    pub async fn request(
        &self,
        tx: &Tx,
        id: PaymentId,
        reason: &str,
    ) -> Result<Requested, AppError> {
        let now = self.clock.now();
        let step = Step::RequestRefund;
        if let Some(payment) = payments::advance(tx, id, step, now).await? {
            store::insert(tx, &payment, &shortened(reason), now).await?;
            // The commit follows at once; if the job runs before it, its timer runs it again.
            self.wake.notify_one();
            return Ok(Requested::Opened);
        }
        let Some(payment) = payments::find(tx.conn(), id).await? else {
            return Ok(Requested::Unknown);
        };
        Ok(match payment.state.after(step) {
            Verdict::Done => Requested::Already,
            Verdict::Move(_) | Verdict::Refused => Requested::NothingPaid(payment.state),
        })
    }

    /// Step 1 for every paid payment of an order. PENDING payments stay so: if one succeeds later, the order service rejects it,
    /// and that leads here.
    pub async fn request_all(
        &self,
        tx: &Tx,
        order: OrderId,
        reason: &str,
    ) -> Result<usize, AppError> {
        let paid = payments::of_order_in(tx.conn(), order, PaymentState::Succeeded).await?;
        for payment in &paid {
            self.request(tx, payment.id, reason).await?;
        }
        Ok(paid.len())
    }

    /// Steps 2 to 4 for every refund that is due. A refund that fails is postponed and does not delay the others.
    pub async fn run(&self) -> Result<(), AppError> {
        let mut outcome = Ok(());
        loop {
            let due = store::due(self.db.reader(), self.clock.now(), ROUND).await?;
            if due.is_empty() {
                return outcome;
            }
            for refund in due {
                // A leased refund is not due any more, so the loop ends even if every refund fails.
                if self.lease(&refund).await?
                    && let Err(error) = self.carry_out(&refund).await
                {
                    outcome = outcome.and(Err(error));
                }
            }
        }
    }

    async fn lease(&self, refund: &Refund) -> Result<bool, AppError> {
        let leased = transact!(self.db, EventContext::default(), async |tx| {
            let now = self.clock.now();
            let leased = store::lease(tx, refund, now.plus(LEASE), now).await?;
            Ok::<_, AppError>(leased)
        });
        leased.await
    }

    async fn carry_out(&self, refund: &Refund) -> Result<(), AppError> {
        let Some(payment) = payments::find(self.db.reader(), refund.payment_id).await? else {
            return self.postpone(refund, "the payment's row is missing").await;
        };
        match self.ask_provider(refund, &payment).await {
            Ok(reference) => self.complete(refund, &reference).await,
            Err(error) => self.postpone(refund, &error.to_string()).await,
        }
    }

    async fn ask_provider(
        &self,
        refund: &Refund,
        payment: &Payment,
    ) -> Result<String, ProviderError> {
        let provider = self.providers.get(payment.provider).ok_or_else(|| {
            let name = payment.provider;
            ProviderError::Unavailable(format!("the provider {name} is not configured"))
        })?;
        let order = RefundOrder {
            idempotency_key: refund.id.to_string(),
            reference: payment.provider_reference.clone(),
            amount: refund.money(),
            reason: refund.reason.clone(),
        };
        let answer = tokio::time::timeout(PROVIDER_DEADLINE, provider.refund(&order)).await;
        answer.unwrap_or_else(|_| {
            Err(ProviderError::Unavailable(
                "it did not answer in time".to_owned(),
            ))
        })
    }

    async fn complete(&self, refund: &Refund, reference: &str) -> Result<(), AppError> {
        let completed = transact!(self.db, EventContext::default(), async |tx| {
            let now = self.clock.now();
            if !store::complete(tx, refund, reference, now).await? {
                return Ok(false);
            }
            let step = Step::ConfirmRefund;
            let payment = payments::advance(tx, refund.payment_id, step, now).await?;
            let payment = payment.ok_or_else(|| {
                AppError::internal(format!(
                    "payment {} has an open refund but is not REFUNDING",
                    refund.payment_id
                ))
            })?;
            ledger::book_refund(tx, &payment, now)?;
            events::refunded(tx, &payment, &refund.reason);
            Ok::<_, AppError>(true)
        });
        if completed.await? {
            metrics::counter!("waybill_refunds_total").increment(1);
            tracing::info!(payment_id = %refund.payment_id, "the payment was refunded");
        }
        Ok(())
    }

    async fn postpone(&self, refund: &Refund, error: &str) -> Result<(), AppError> {
        let attempt = refund.attempts.saturating_add(1);
        metrics::counter!("waybill_refund_failures_total").increment(1);
        tracing::warn!(
            payment_id = %refund.payment_id, attempt, error,
            "the refund failed and will be tried again"
        );
        let postponed = transact!(self.db, EventContext::default(), async |tx| {
            let now = self.clock.now();
            let until = now.plus(pause_after(PAUSES, attempt));
            store::postpone(tx, refund, &shortened(error), until, now).await?;
            Ok::<_, AppError>(())
        });
        postponed.await
    }
}
