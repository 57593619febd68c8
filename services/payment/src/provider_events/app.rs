//! Events from providers: a choice on the sandbox's page today, webhooks of others later.

use std::sync::Arc;

use waybill_primitives::{Clock, PaymentId};
use waybill_proto::payment::PaymentEvent;
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{Db, retrying};

use super::store;
use crate::{
    ledger::app as ledger,
    payments::{
        app::count,
        domain::{Payment, Provider, Step, Verdict},
        events, store as payments,
    },
    providers::{
        ProviderEvent, ProviderEventKind,
        sandbox::{self, NO_SANDBOX, Outcome},
    },
};

pub struct ProviderEvents {
    db: Db,
    clock: Arc<dyn Clock>,
    /// Whether the sandbox may be used: not in production.
    sandbox: bool,
}

impl ProviderEvents {
    pub fn new(db: Db, clock: Arc<dyn Clock>, sandbox: bool) -> Self {
        Self { db, clock, sandbox }
    }

    /// The payment of the sandbox's page, for everyone with the link.
    pub async fn sandbox_checkout(&self, id: PaymentId) -> Result<Payment, AppError> {
        if !self.sandbox {
            return Err(AppError::forbidden(NO_SANDBOX));
        }
        payments::find(self.db.reader(), id)
            .await?
            .filter(|payment| payment.provider == Provider::Sandbox)
            .ok_or_else(|| AppError::not_found("payment"))
    }

    /// Completes a sandbox payment with the chosen outcome. Repeating the same choice returns the same result; the opposite is
    /// refused.
    pub async fn complete_sandbox(
        &self,
        ctx: &CallContext,
        id: PaymentId,
        outcome: Outcome,
    ) -> Result<Payment, AppError> {
        let payment = self.sandbox_checkout(id).await?;
        let Some(event) = sandbox::event(&payment, outcome) else {
            return Ok(payment);
        };
        let step = step_of(event.kind);
        if let Verdict::Move(_) = payment.state.after(step) {
            let payment = self.consume(ctx, &event).await?;
            return closed_by(payment, step);
        }
        closed_by(payment, step)
    }

    /// Consumes an event from a provider: state, ledger, event and the provider's event itself in one transaction. An event that
    /// arrives twice, or too late, changes nothing.
    pub async fn consume(
        &self,
        ctx: &CallContext,
        event: &ProviderEvent,
    ) -> Result<Payment, AppError> {
        let reader = self.db.reader();
        let found = payments::find_by_reference(reader, event.provider, &event.reference).await?;
        let known = found.ok_or_else(|| AppError::not_found("payment"))?;
        let changed = retrying(|| self.apply(ctx, known.id, event)).await?;
        if let Some(payment) = changed {
            count(&payment);
            return Ok(payment);
        }
        let now_stored = payments::find(reader, known.id).await?;
        now_stored.ok_or_else(|| AppError::not_found("payment"))
    }

    /// The changed payment; none if the event changed nothing.
    async fn apply(
        &self,
        ctx: &CallContext,
        id: PaymentId,
        event: &ProviderEvent,
    ) -> Result<Option<Payment>, AppError> {
        let now = self.clock.now();
        let step = step_of(event.kind);
        let tx = self.db.begin(&ctx.event_context()).await?;
        let reason = event.failure_reason.as_deref();
        let moved = payments::advance(&tx, id, step, reason, now).await?;
        match store::insert(&tx, event, id, moved.is_some(), now).await {
            Err(error) if error.is_unique() => {
                tx.rollback().await?;
                return Ok(None);
            }
            outcome => outcome?,
        }
        if let Some(payment) = &moved {
            match event.kind {
                ProviderEventKind::Captured => {
                    ledger::book_payment(&tx, payment, now).await?;
                    events::changed(&tx, payment, PaymentEvent::Succeeded);
                }
                ProviderEventKind::Failed => events::changed(&tx, payment, PaymentEvent::Failed),
            }
        }
        tx.commit().await?;
        Ok(moved)
    }
}

fn step_of(kind: ProviderEventKind) -> Step {
    match kind {
        ProviderEventKind::Captured => Step::Capture,
        ProviderEventKind::Failed => Step::Fail,
    }
}

/// The payment, if the step was taken before.
fn closed_by(payment: Payment, step: Step) -> Result<Payment, AppError> {
    match payment.state.after(step) {
        Verdict::Done => Ok(payment),
        Verdict::Move(_) | Verdict::Refused => Err(AppError::conflict(
            ErrorCode::CheckoutClosed,
            format!(
                "this checkout ended before: the payment is {}; begin a new payment",
                payment.state
            ),
        )
        .with_meta("state", payment.state.as_str())),
    }
}
