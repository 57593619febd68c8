//! The refund of a payment, in full or in part, from the request to the ledger. A crash may follow each step; the next run continues
//! there:
//!
//! 1. `request` (one transaction, often that of a consumed event): the amount is reserved at the payment, refund row opened.
//! 2. `lease` (one transaction): one replica takes the row; if it dies, the lease expires and another one takes it.
//! 3. The provider is called, with the row's id as idempotency key, so that a repetition refunds the money only once.
//! 4. If the provider needs time, its id of the refund is kept, and its webhook, or asking again, leads to the last step.
//! 5. `complete` (one transaction): refund closed, the amount counts as refunded, REFUND booked (with a CLAWBACK if the order's money was
//!    shared), `payment.refunded` published. Or `fail`: the amount can be refunded again.

use std::sync::Arc;

use tokio::sync::Notify;
use uuid::Uuid;
use waybill_primitives::{Clock, Money, OrderId, PaymentId, Role, UserId, pause_after};
use waybill_proto::payment as proto;
use waybill_service_kit::{
    AppError, CallContext, ErrorCode,
    once::{self, Done},
};
use waybill_store::{
    Db, EventContext, Tx,
    page::{Page, PageQuery},
    transact,
};

use super::{
    domain::{CHECK_AFTER, LEASE, PAUSES, PROVIDER_DEADLINE, Refund, RefundState, shortened},
    events,
    store::{self, Filter, Outcome},
};
use crate::{
    ledger::app as ledger,
    payments::{
        domain::{Payment, PaymentState},
        events::refunded,
        store as payments,
    },
    providers::{ProviderError, Providers, RefundOrder, Transfer, TransferStatus},
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

/// A refund that an administrator asks for.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NewRefund {
    pub payment_id: PaymentId,
    /// None: all that can still be refunded.
    pub amount: Option<Money>,
    pub reason: String,
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

    /// Step 1 for all that can still be refunded of a payment.
    pub async fn request(
        &self,
        tx: &Tx,
        id: PaymentId,
        reason: &str,
    ) -> Result<Requested, AppError> {
        let Some(payment) = payments::lock(tx, id).await? else {
            return Ok(Requested::Unknown);
        };
        if !payment.state.was_paid() {
            return Ok(Requested::NothingPaid(payment.state));
        }
        let amount = payment.refundable();
        if amount == 0 {
            return Ok(Requested::Already);
        }
        self.open(tx, &payment, amount, reason, None).await?;
        Ok(Requested::Opened)
    }

    /// Step 1 for every paid payment of an order. Open payments stay so: if one succeeds later, the order service rejects it, and that
    /// leads here.
    pub async fn request_all(
        &self,
        tx: &Tx,
        order: OrderId,
        reason: &str,
    ) -> Result<usize, AppError> {
        let mut opened = 0;
        for payment in payments::refundable_of(tx.conn(), order).await? {
            if self.request(tx, payment.id, reason).await? == Requested::Opened {
                opened += 1;
            }
        }
        Ok(opened)
    }

    /// Step 1 by an administrator.
    pub async fn create(
        &self,
        ctx: &CallContext,
        new: NewRefund,
    ) -> Result<Done<proto::Refund>, AppError> {
        ctx.require(&[Role::Admin])?;
        let request = serde_json::to_vec(&new).map_err(AppError::internal)?;
        let key = once::key(ctx, "create_refund", &request)?;
        let write = transact!(self.db, ctx, async |tx| {
            let payment = payments::lock(tx, new.payment_id).await?;
            let payment = payment.ok_or_else(|| AppError::not_found("payment"))?;
            let amount = amount_of(&payment, new.amount)?;
            let by = ctx.user()?.id;
            let refund = self
                .open(tx, &payment, amount, &new.reason, Some(by))
                .await?;
            events::requested(tx, ctx, &payment, &refund);
            let answer = proto::Refund::from(&refund);
            once::remember(tx, key.as_ref(), &answer).await?;
            Ok::<_, AppError>(answer)
        });
        once::once(&self.db, key.as_ref(), write).await
    }

    /// Reserves the amount, which the payment still has, and opens the refund.
    async fn open(
        &self,
        tx: &Tx,
        payment: &Payment,
        amount: i64,
        reason: &str,
        by: Option<UserId>,
    ) -> Result<Refund, AppError> {
        let now = self.clock.now();
        let next = payment
            .refund_requested(amount, now)
            .ok_or_else(|| too_much(payment))?;
        payments::save(tx, &next).await?;
        let refund = Refund::new(payment, amount, reason, by, now);
        store::insert(tx, refund.clone()).await?;
        // The commit follows at once; if the job runs before it, its timer runs it again.
        self.wake.notify_one();
        Ok(refund)
    }

    /// Refunds of a payment, for its customer and administrators, or of all payments, for administrators; newest first. `must_exist`: the
    /// payment is not a filter, but what the list belongs to.
    pub async fn list(
        &self,
        ctx: &CallContext,
        filter: Filter,
        must_exist: bool,
        query: &PageQuery,
    ) -> Result<Page<Refund>, AppError> {
        let reader = self.db.reader();
        match filter.payment.filter(|_| must_exist) {
            None => {
                ctx.require(&[Role::Admin])?;
            }
            Some(id) => {
                let user = ctx.user()?;
                let payment = payments::find(reader, id).await?;
                payment
                    .filter(|payment| payment.customer_id == user.id || user.is_admin())
                    .ok_or_else(|| AppError::not_found("payment"))?;
            }
        }
        Ok(store::list(reader, filter, query).await?)
    }

    /// Steps 2 to 5 for every refund that is due. A refund that fails is postponed and does not delay the others.
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
            Ok(transfer) => self.settle(refund, &transfer).await,
            Err(error) => self.postpone(refund, &error.to_string()).await,
        }
    }

    async fn ask_provider(
        &self,
        refund: &Refund,
        payment: &Payment,
    ) -> Result<Transfer, ProviderError> {
        let provider = self.providers.get(payment.provider).ok_or_else(|| {
            let name = payment.provider;
            ProviderError::Unavailable(format!("the provider {name} is not configured"))
        })?;
        let ask = async {
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
        };
        tokio::time::timeout(PROVIDER_DEADLINE, ask)
            .await
            .unwrap_or_else(|_| {
                Err(ProviderError::Unavailable(
                    "it did not answer in time".to_owned(),
                ))
            })
    }

    /// What the provider says about a refund, by our id or by its own. False if we have none such.
    pub async fn follow(&self, id: Option<Uuid>, transfer: &Transfer) -> Result<bool, AppError> {
        let reader = self.db.reader();
        let mut found = match id {
            Some(id) => store::find(reader, id).await?,
            None => None,
        };
        if found.is_none() {
            found = store::by_reference(reader, &transfer.reference).await?;
        }
        match found {
            Some(refund) => self.settle(&refund, transfer).await.map(|()| true),
            None => Ok(false),
        }
    }

    /// Steps 4 and 5.
    async fn settle(&self, refund: &Refund, transfer: &Transfer) -> Result<(), AppError> {
        let reference = transfer.reference.as_str();
        match &transfer.status {
            TransferStatus::Pending => self.wait(refund, reference).await,
            TransferStatus::Done => self.complete(refund, reference).await,
            TransferStatus::Failed(why) => self.fail(refund, why).await,
        }
    }

    async fn wait(&self, refund: &Refund, reference: &str) -> Result<(), AppError> {
        let accepted = transact!(self.db, EventContext::default(), async |tx| {
            let now = self.clock.now();
            store::accepted(tx, refund, reference, now.plus(CHECK_AFTER), now).await?;
            Ok::<_, AppError>(())
        });
        accepted.await
    }

    async fn complete(&self, refund: &Refund, reference: &str) -> Result<(), AppError> {
        let completed = transact!(self.db, EventContext::default(), async |tx| {
            let now = self.clock.now();
            // The order before its payments, like the event that another order replaces it.
            if let Some(seen) = payments::find(tx.conn(), refund.payment_id).await? {
                payments::current_orders(tx, [seen.order_id], now).await?;
            }
            let payment = locked(tx, refund).await?;
            if !store::close(tx, refund, Outcome::Succeeded { reference }, now).await? {
                return Ok(false);
            }
            let payment = payment.refund_succeeded(refund.amount, now);
            payments::save(tx, &payment).await?;
            ledger::book_refund(tx, &payment, refund, now).await?;
            refunded(tx, &payment, refund.money(), &refund.reason);
            Ok::<_, AppError>(true)
        });
        if completed.await? {
            metrics::counter!("waybill_refunds_total").increment(1);
            tracing::info!(payment_id = %refund.payment_id, refund_id = %refund.id, "money was refunded");
        }
        Ok(())
    }

    async fn fail(&self, refund: &Refund, why: &str) -> Result<(), AppError> {
        let error = shortened(why);
        let failed = transact!(self.db, EventContext::default(), async |tx| {
            let now = self.clock.now();
            let payment = locked(tx, refund).await?;
            let outcome = Outcome::Failed { error: &error };
            if !store::close(tx, refund, outcome, now).await? {
                return Ok(false);
            }
            payments::save(tx, &payment.refund_failed(refund.amount, now)).await?;
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

/// The payment of a refund, before the refund: everybody locks in this order.
async fn locked(tx: &Tx, refund: &Refund) -> Result<Payment, AppError> {
    let payment = payments::lock(tx, refund.payment_id).await?;
    payment.ok_or_else(|| AppError::internal(format!("refund {} has no payment", refund.id)))
}

/// The amount to refund in minor units: what was asked for, or all that is left.
fn amount_of(payment: &Payment, asked: Option<Money>) -> Result<i64, AppError> {
    let left = payment.refundable();
    if left == 0 {
        return Err(too_much(payment));
    }
    let Some(asked) = asked else {
        return Ok(left);
    };
    if asked.currency != payment.currency {
        let text = format!("must be in {}", payment.currency);
        return Err(AppError::invalid_field("amount.currency", text));
    }
    if asked.amount <= 0 {
        return Err(AppError::invalid_field(
            "amount.amount",
            "must be at least 1",
        ));
    }
    if asked.amount > left {
        return Err(too_much(payment));
    }
    Ok(asked.amount)
}

fn too_much(payment: &Payment) -> AppError {
    let left = Money::new(payment.refundable(), payment.currency);
    AppError::conflict(
        ErrorCode::RefundTooLarge,
        format!("{left} of this payment can still be refunded"),
    )
    .with_meta("refundable", left.amount.to_string())
    .with_meta("currency", left.currency.to_string())
}

impl From<&Refund> for proto::Refund {
    fn from(refund: &Refund) -> Self {
        // Version 0.1 closes refunds without their state.
        let state = match refund.state {
            RefundState::Pending if refund.completed => RefundState::Succeeded,
            state => state,
        };
        Self {
            id: refund.id.to_string(),
            payment_id: refund.payment_id.to_string(),
            amount: Some(refund.money()),
            reason: refund.reason.clone(),
            state: state.into(),
            attempts: refund.attempts.into(),
            last_error: refund.last_error.clone(),
            created_at: Some(refund.created_at),
            updated_at: Some(refund.updated_at),
        }
    }
}
