//! Asking providers for the state of payments: when the customer returns, when money is authorised, and when nothing was heard for a while.
//! What a provider answers is applied like its messages.

use std::{sync::Arc, time::Duration};

use waybill_primitives::{Clock, PaymentId, Timestamp};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{Db, EventContext, transact};

use super::app::{ProviderEvents, StatusReport};
use crate::{
    differences::app::{self as differences, Found},
    entity::difference::DifferenceKind,
    payments::{
        domain::{Payment, PaymentState},
        store::{self as payments, DueChecks},
    },
    providers::{BegunPayment, PaymentProvider, PaymentStatus, ProviderError, Providers},
};

/// A payment without an outcome is asked about for the first time after this, then after pauses that double.
const FIRST_CHECK: Duration = Duration::from_mins(2);
const LONGEST_PAUSE: Duration = Duration::from_hours(6);
/// A payment that the customer has not made by then is closed.
const GIVEN_UP_AFTER: Duration = Duration::from_hours(24);
/// Payments read at a time.
const BATCH: u64 = 100;

pub struct Settlement {
    db: Db,
    clock: Arc<dyn Clock>,
    providers: Providers,
    events: Arc<ProviderEvents>,
}

impl Settlement {
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        providers: Providers,
        events: Arc<ProviderEvents>,
    ) -> Self {
        Self {
            db,
            clock,
            providers,
            events,
        }
    }

    /// Asks about a payment of the caller, and captures it if the customer has authorised it; what is known already is answered at once.
    pub async fn capture(&self, ctx: &CallContext, id: PaymentId) -> Result<Payment, AppError> {
        let user = ctx.user()?;
        let payment = payments::find(self.db.reader(), id)
            .await?
            .filter(|payment| payment.customer_id == user.id || user.is_admin())
            .ok_or_else(|| AppError::not_found("payment"))?;
        match payment.state {
            PaymentState::Pending | PaymentState::Authorized => {}
            _ => return Ok(payment),
        }
        self.ask(ctx, &payment).await
    }

    /// Asks the provider, and applies its answer.
    pub async fn ask(&self, ctx: &CallContext, payment: &Payment) -> Result<Payment, AppError> {
        let provider = self.provider(payment)?;
        let status = provider.payment(&begun(payment)).await;
        self.take(ctx, payment, status.map_err(failed)?).await
    }

    /// Applies what a provider says about a payment. What is authorised is captured.
    pub async fn take(
        &self,
        ctx: &CallContext,
        payment: &Payment,
        status: PaymentStatus,
    ) -> Result<Payment, AppError> {
        let authorized = status == PaymentStatus::Authorized;
        let payment = self.apply(ctx, payment, status).await?;
        if !authorized || payment.state != PaymentState::Authorized {
            return Ok(payment);
        }
        let provider = self.provider(&payment)?;
        let status = provider.capture(&begun(&payment)).await.map_err(failed)?;
        self.apply(ctx, &payment, status).await
    }

    async fn apply(
        &self,
        ctx: &CallContext,
        payment: &Payment,
        status: PaymentStatus,
    ) -> Result<Payment, AppError> {
        let Some(word) = word_of(&status) else {
            return Ok(payment.clone());
        };
        let report = StatusReport {
            // An answer has no id. The same answer has no second effect.
            message_id: format!("{}.{word}", payment.id),
            status,
            late: true,
        };
        self.events.apply(ctx, payment, report).await
    }

    /// Asks about payments without an outcome, of which no message came, and closes those that the customer has given up. One that fails
    /// does not delay the others.
    pub async fn reconcile(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        let mut past = None;
        loop {
            let due = DueChecks {
                now,
                first_check: FIRST_CHECK,
                longest_pause: LONGEST_PAUSE,
                past,
            };
            let due = payments::due_checks(self.db.reader(), due, BATCH).await?;
            let Some(last) = due.last() else {
                return Ok(());
            };
            past = Some(last.id);
            for payment in &due {
                if let Err(error) = self.check(payment, now).await {
                    metrics::counter!("waybill_payment_check_failures_total").increment(1);
                    tracing::warn!(payment_id = %payment.id, %error, "a payment could not be checked");
                    self.report_stuck(payment, &error, now).await?;
                }
            }
        }
    }

    async fn check(&self, payment: &Payment, now: Timestamp) -> Result<(), AppError> {
        let ctx = CallContext::system();
        let given_up = payment.created_at.plus(GIVEN_UP_AFTER) <= now;
        let known = payment.state != PaymentState::Created;
        let mut current = payment.clone();
        if known {
            current = self.ask(&ctx, payment).await?;
            if given_up && current.state == PaymentState::Pending {
                let provider = self.provider(payment)?;
                let status = provider.cancel(&begun(payment)).await.map_err(failed)?;
                // The customer did not cancel it: they did not come back.
                let status = match status {
                    PaymentStatus::Cancelled => PaymentStatus::Expired,
                    other => other,
                };
                current = self.take(&ctx, &current, status).await?;
            }
        }
        if current.state.is_open() {
            self.note_checked(payment.id, given_up && !known, now)
                .await?;
        }
        Ok(())
    }

    /// Reports a payment of which the provider cannot say for long whether the customer has paid.
    async fn report_stuck(
        &self,
        payment: &Payment,
        error: &AppError,
        now: Timestamp,
    ) -> Result<(), AppError> {
        if payment.created_at.plus(GIVEN_UP_AFTER) > now {
            return Ok(());
        }
        let reported = transact!(self.db, EventContext::default(), async |tx| {
            let kind = DifferenceKind::PaymentStuck;
            let found = Found::of_payment(kind, payment.id.uuid(), payment, &error.to_string());
            differences::report(tx, found, now).await
        });
        reported.await
    }

    /// `forget`: the provider never answered, and the customer never got the address of its page.
    async fn note_checked(
        &self,
        id: PaymentId,
        forget: bool,
        now: Timestamp,
    ) -> Result<(), AppError> {
        let noted = transact!(self.db, EventContext::default(), async |tx| {
            let Some(mut payment) = payments::lock(tx, id).await? else {
                return Ok(());
            };
            payment.checked_at = Some(now);
            if forget && payment.state == PaymentState::Created {
                // Nobody knows of it, so nothing is published.
                payment.state = PaymentState::Expired;
                payment.updated_at = now;
            }
            payments::save(tx, &payment).await?;
            Ok::<_, AppError>(())
        });
        noted.await
    }

    fn provider(&self, payment: &Payment) -> Result<&Arc<dyn PaymentProvider>, AppError> {
        let name = payment.provider;
        let found = self.providers.get(name);
        found.ok_or_else(|| AppError::unavailable(format!("provider {name} is not configured")))
    }
}

fn begun(payment: &Payment) -> BegunPayment {
    BegunPayment {
        id: payment.id,
        reference: payment.provider_reference.clone(),
        amount: payment.money(),
    }
}

fn failed(error: ProviderError) -> AppError {
    let text = "the payment provider does not answer; try again shortly";
    AppError::unavailable(text).with_source(error)
}

fn word_of(status: &PaymentStatus) -> Option<&'static str> {
    Some(match status {
        PaymentStatus::Waiting => return None,
        PaymentStatus::Authorized => "authorized",
        PaymentStatus::Captured(_) => "captured",
        PaymentStatus::Failed(_) => "failed",
        PaymentStatus::Cancelled => "cancelled",
        PaymentStatus::Expired => "expired",
    })
}
