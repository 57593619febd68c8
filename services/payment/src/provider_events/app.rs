//! What providers say about payments: by their webhooks, by their answers, and by a choice on the sandbox's page.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use waybill_primitives::{Clock, Money, PaymentId, Timestamp};
use waybill_proto::payment::PaymentEvent;
use waybill_service_kit::{AppError, CallContext, ErrorCode};
use waybill_store::{Db, EventContext, Grouped, GroupedWrite, StoreError, Tx, transact};

use super::store;
use crate::{
    differences::app::{self as differences, Found},
    entity::{difference::DifferenceKind, provider_event::ProviderEventKind},
    ledger::app as ledger,
    payments::{
        app::count,
        domain::{Payment, Provider, Step, Verdict},
        events, store as payments,
    },
    providers::{
        Capture, PaymentStatus,
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
        let Some((message_id, status)) = sandbox::outcome(&payment, outcome) else {
            return Ok(payment);
        };
        let Some((step, _)) = step_of(&status) else {
            return Ok(payment);
        };
        let payment = if payment.state.is_open() {
            let report = StatusReport {
                message_id,
                status,
                late: false,
            };
            self.apply(ctx, &payment, report).await?
        } else {
            payment
        };
        closed_by(payment, step)
    }

    /// Applies what a provider says about a payment: state, ledger, event and the provider's message itself in one transaction. A message
    /// that arrives twice, or too late, changes nothing. Returns the payment as it is then.
    pub async fn apply(
        &self,
        ctx: &CallContext,
        payment: &Payment,
        report: StatusReport,
    ) -> Result<Payment, AppError> {
        let reader = self.db.reader();
        let message_id = report.message_id.clone();
        let consumed = self.consuming.call(Received {
            context: ctx.event_context(),
            payment: payment.id,
            provider: payment.provider,
            report,
            now: self.clock.now(),
        });
        match consumed.await {
            Ok(Some(Applied::Changed(changed))) => {
                count(&changed);
                return Ok(*changed);
            }
            Ok(Some(Applied::OtherAmount(found))) => self.report(payment, found).await?,
            Ok(Some(Applied::NotBooked(error))) => return Err(error),
            Ok(None) => {}
            // It was consumed before, or concurrently.
            Err(StoreError::Unique { .. })
                if store::is_known(reader, payment.provider, &message_id).await? => {}
            Err(error) => return Err(error.into()),
        }
        let now_stored = payments::find(reader, payment.id).await?;
        now_stored.ok_or_else(|| AppError::not_found("payment"))
    }

    /// The provider has another amount than was asked for.
    async fn report(&self, payment: &Payment, amount: Money) -> Result<(), AppError> {
        let reported = transact!(self.db, EventContext::default(), async |tx| {
            let detail = format!(
                "{} was asked for, the provider has {amount}",
                payment.money()
            );
            let kind = DifferenceKind::AmountMismatch;
            let found = Found::of_payment(kind, payment.id.uuid(), payment, &detail);
            differences::report(tx, found, self.clock.now()).await
        });
        reported.await
    }
}

/// What a report did to its payment.
#[derive(Debug)]
enum Applied {
    Changed(Box<Payment>),
    /// The provider has another amount than was asked for: nothing is changed, and an administrator must look.
    OtherAmount(Money),
    /// The ledger refused the entry.
    NotBooked(AppError),
}

/// What a provider says about a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusReport {
    /// Unique per provider: it takes effect once.
    pub message_id: String,
    pub status: PaymentStatus,
    /// Whether money counts that comes after the payment has failed, or was closed. Only the sandbox's page keeps its first choice.
    pub late: bool,
}

/// A report about a payment.
#[derive(Debug)]
struct Received {
    context: EventContext,
    payment: PaymentId,
    provider: Provider,
    report: StatusReport,
    now: Timestamp,
}

/// Consumes messages. The answer is none if the message changed nothing. [`StoreError::Unique`]: it was consumed before.
#[derive(Debug)]
struct ConsumeEvents;

#[async_trait]
impl GroupedWrite for ConsumeEvents {
    type Call = Received;
    type Answer = Option<Applied>;

    async fn write(&self, tx: &Tx, calls: &[Received]) -> Result<Vec<Self::Answer>, StoreError> {
        let ids = calls.iter().map(|received| received.payment);
        let mut known = payments::locked(tx, ids).await?;
        let mut answers = Vec::with_capacity(calls.len());
        for received in calls {
            let Some((step, kind)) = step_of(&received.report.status) else {
                answers.push(None);
                continue;
            };
            let payment = known.get_mut(&received.payment);
            let applied = payment.and_then(|payment| apply(tx, payment, step, received));
            if !matches!(applied, Some(Applied::NotBooked(_))) {
                let event = store::Event {
                    provider: received.provider,
                    message_id: &received.report.message_id,
                    payment: received.payment,
                    kind,
                };
                let has_effect = matches!(applied, Some(Applied::Changed(_)));
                store::defer(tx, &event, has_effect, received.now);
            }
            answers.push(applied);
        }
        let changed = answers
            .iter()
            .flatten()
            .filter_map(|applied| match applied {
                Applied::Changed(payment) => Some((payment.id, Payment::clone(payment))),
                Applied::OtherAmount(_) | Applied::NotBooked(_) => None,
            });
        let changed: BTreeMap<_, _> = changed.collect();
        payments::defer_state(tx, changed.into_values());
        Ok(answers)
    }
}

/// Applies a message to its payment, with the ledger and what is published. None if it changes nothing.
fn apply(tx: &Tx, payment: &mut Payment, step: Step, received: &Received) -> Option<Applied> {
    let Received { report, now, .. } = received;
    if !report.late && !payment.state.is_open() {
        return None;
    }
    let mut next = payment.after(step, *now)?;
    next.failure_reason = None;
    let published = match &report.status {
        PaymentStatus::Waiting => return None,
        PaymentStatus::Authorized => PaymentEvent::Authorized,
        PaymentStatus::Captured(capture) => {
            if capture.amount != payment.money() {
                return Some(Applied::OtherAmount(capture.amount));
            }
            // Most repeat their first id; it is kept once.
            if capture.reference != payment.provider_reference {
                next.capture_reference = Some(capture.reference.clone());
            }
            PaymentEvent::Succeeded
        }
        PaymentStatus::Failed(why) => {
            next.failure_reason = Some(why.clone());
            PaymentEvent::Failed
        }
        PaymentStatus::Cancelled => PaymentEvent::Cancelled,
        PaymentStatus::Expired => PaymentEvent::Expired,
    };
    tx.act_for(received.context.clone());
    if let PaymentStatus::Captured(capture) = &report.status
        && let Err(error) = book(tx, &next, capture, *now)
    {
        return Some(Applied::NotBooked(error));
    }
    events::changed(tx, &next, published);
    payment.clone_from(&next);
    Some(Applied::Changed(Box::new(next)))
}

fn book(tx: &Tx, payment: &Payment, capture: &Capture, now: Timestamp) -> Result<(), AppError> {
    ledger::book_payment(tx, payment, now)?;
    let fee = capture
        .fee
        .filter(|fee| fee.amount > 0 && fee.currency == payment.currency);
    match fee {
        Some(fee) => ledger::book_fee(tx, payment, fee, now),
        None => Ok(()),
    }
}

/// The step that a payment takes, and how it is kept; none while nothing has happened.
fn step_of(status: &PaymentStatus) -> Option<(Step, ProviderEventKind)> {
    Some(match status {
        PaymentStatus::Waiting => return None,
        PaymentStatus::Authorized => (Step::Authorize, ProviderEventKind::Authorized),
        PaymentStatus::Captured(_) => (Step::Capture, ProviderEventKind::Captured),
        PaymentStatus::Failed(_) => (Step::Fail, ProviderEventKind::Failed),
        PaymentStatus::Cancelled => (Step::Cancel, ProviderEventKind::Cancelled),
        PaymentStatus::Expired => (Step::Expire, ProviderEventKind::Expired),
    })
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
