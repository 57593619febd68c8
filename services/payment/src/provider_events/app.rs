//! Events from providers: a choice on the sandbox's page today, webhooks of others later.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use waybill_primitives::{Clock, PaymentId, Timestamp};
use waybill_proto::payment::PaymentEvent;
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{Db, EventContext, Grouped, GroupedWrite, StoreError, Tx};

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
    consuming: Grouped<ConsumeEvents>,
}

impl ProviderEvents {
    pub fn new(db: Db, clock: Arc<dyn Clock>, sandbox: bool) -> Self {
        Self {
            consuming: Grouped::new(&db, ConsumeEvents),
            db,
            clock,
            sandbox,
        }
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
            let payment = self.consume(ctx, id, event).await?;
            return closed_by(payment, step);
        }
        closed_by(payment, step)
    }

    /// Consumes an event of a payment from its provider: state, ledger, event and the provider's event itself in one transaction. An
    /// event that arrives twice, or too late, changes nothing.
    async fn consume(
        &self,
        ctx: &CallContext,
        id: PaymentId,
        event: ProviderEvent,
    ) -> Result<Payment, AppError> {
        let reader = self.db.reader();
        let consumed = self.consuming.call(Received {
            context: ctx.event_context(),
            payment: id,
            event: event.clone(),
            now: self.clock.now(),
        });
        match consumed.await {
            Ok(Some(payment)) => {
                let payment = payment?;
                count(&payment);
                return Ok(payment);
            }
            Ok(None) => {}
            // It was consumed before, or concurrently.
            Err(StoreError::Unique { .. }) if store::is_known(reader, &event).await? => {}
            Err(error) => return Err(error.into()),
        }
        let now_stored = payments::find(reader, id).await?;
        now_stored.ok_or_else(|| AppError::not_found("payment"))
    }
}

/// An event for a payment.
#[derive(Debug)]
struct Received {
    context: EventContext,
    payment: PaymentId,
    event: ProviderEvent,
    now: Timestamp,
}

/// Consumes events. The answer is the changed payment; none if the event changed nothing. [`StoreError::Unique`]: it was consumed
/// before.
#[derive(Debug)]
struct ConsumeEvents;

#[async_trait]
impl GroupedWrite for ConsumeEvents {
    type Call = Received;
    type Answer = Option<Result<Payment, AppError>>;

    async fn write(&self, tx: &Tx, calls: &[Received]) -> Result<Vec<Self::Answer>, StoreError> {
        let ids = calls.iter().map(|received| received.payment);
        let mut known = payments::locked(tx, ids).await?;
        let mut answers = Vec::with_capacity(calls.len());
        for received in calls {
            let applied = match known.get_mut(&received.payment) {
                Some(payment) => apply(tx, payment, received),
                None => Ok(None),
            };
            if let Ok(applied) = &applied {
                let (event, now) = (&received.event, received.now);
                store::defer(tx, event, received.payment, applied.is_some(), now);
            }
            answers.push(applied.transpose());
        }
        let changed = answers.iter().flatten().flatten();
        let changed: BTreeMap<_, _> = changed
            .map(|payment| (payment.id, payment.clone()))
            .collect();
        payments::defer_state(tx, changed.into_values());
        Ok(answers)
    }
}

/// Applies an event to its payment, with the ledger and what is published. None if it changes nothing.
fn apply(tx: &Tx, payment: &mut Payment, received: &Received) -> Result<Option<Payment>, AppError> {
    let Received { event, now, .. } = received;
    let Some(mut next) = payment.after(step_of(event.kind), *now) else {
        return Ok(None);
    };
    tx.act_for(received.context.clone());
    next.failure_reason.clone_from(&event.failure_reason);
    let published = match event.kind {
        ProviderEventKind::Captured => {
            ledger::book_payment(tx, &next, *now)?;
            PaymentEvent::Succeeded
        }
        ProviderEventKind::Failed => PaymentEvent::Failed,
    };
    events::changed(tx, &next, published);
    payment.clone_from(&next);
    Ok(Some(next))
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
