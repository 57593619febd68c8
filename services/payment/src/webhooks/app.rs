//! Receiving messages of providers, and what follows from them.
//!
//! A message is stored before it is acted on, and answered at once. The job then applies it; its effect is a transaction of its own, which
//! happens once however often the message is processed. Messages about what is not known here yet (they may be faster than the answer to
//! our own call) are tried again for a day.

use std::{collections::HashMap, sync::Arc, time::Duration};

use backon::ExponentialBuilder;
use tokio::sync::Notify;
use uuid::Uuid;
use waybill_primitives::{Clock, PaymentId, Timestamp, backoff, pause_after};
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{Db, EventContext, StoreError, transact};

use super::store;
use crate::{
    differences::app::{self as differences, Found},
    entity::{
        difference::DifferenceKind,
        webhook::{Model as Webhook, WebhookState},
    },
    payments::{
        domain::{Payment, PaymentState, Provider},
        store as payments,
    },
    payouts::app::Payouts,
    provider_events::{
        app::{ProviderEvents, StatusReport},
        settlement::Settlement,
    },
    providers::{
        Delivery, Message, News, PaymentKey, PaymentProvider, PaymentStatus, Providers,
        WebhookError,
        sandbox::{self, Outcome},
    },
    refunds::app::Refunds,
    transfers::{self, shortened},
};

/// Largest body of a message, in bytes: what the column takes on every database.
pub const MAX_BODY: usize = 65_535;
/// Longest name of what happened.
const MAX_KIND: usize = 100;
/// Messages processed in one round.
const ROUND: u64 = 64;
/// No other replica takes a message for this long. Longer than the calls to a provider that follow from it.
const LEASE: Duration = Duration::from_mins(2);
const PAUSES: ExponentialBuilder = backoff(Duration::from_secs(1), Duration::from_mins(30));
/// How long messages are kept that were processed or ignored. Those that were given up stay.
const KEEP: Duration = Duration::from_hours(90 * 24);
/// Messages deleted in a transaction.
const CHUNK: u64 = 200;
/// A message is given up after this.
const GIVEN_UP_AFTER: Duration = Duration::from_hours(24);

pub struct Webhooks {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub providers: Providers,
    pub events: Arc<ProviderEvents>,
    pub settlement: Arc<Settlement>,
    pub refunds: Arc<Refunds>,
    pub payouts: Arc<Payouts>,
    /// Wakes the job.
    pub wake: Arc<Notify>,
}

/// The outcome of a message.
#[derive(Debug, PartialEq, Eq)]
enum Processed {
    Done,
    /// It does not matter here.
    Ignored,
    /// What it is about is not known here.
    Unknown(&'static str),
}

impl Webhooks {
    /// Stores a request to the webhook of a provider, if the provider has signed it. A message that arrives again changes nothing.
    pub async fn receive(
        &self,
        ctx: &CallContext,
        name: Provider,
        headers: &HashMap<String, String>,
        body: &[u8],
    ) -> Result<(), AppError> {
        let provider = self.providers.get(name);
        let provider = provider.ok_or_else(|| AppError::not_found("webhook"))?;
        if body.len() > MAX_BODY {
            return Err(AppError::malformed(format!(
                "a message has at most {MAX_BODY} bytes"
            )));
        }
        let now = self.clock.now();
        let header = |name: &str| headers.get(name).map(String::as_str);
        let delivery = Delivery {
            header: &header,
            body,
            received_at: now,
        };
        let count = |outcome: &'static str| {
            metrics::counter!("waybill_webhooks_total", "provider" => name.as_str(), "outcome" => outcome)
                .increment(1);
        };
        let message = provider.receive(delivery).await.map_err(|error| {
            count("refused");
            tracing::warn!(provider = name.as_str(), %error, "a request to the webhook was refused");
            refused(&error)
        })?;
        let body =
            str::from_utf8(body).map_err(|_| AppError::malformed("the body is not UTF-8"))?;
        let is_new = self.store(ctx, name, message, body, now).await?;
        count(if is_new { "stored" } else { "repeated" });
        Ok(())
    }

    /// Stores a message, to be processed from `due` on. False if it has arrived before.
    async fn store(
        &self,
        ctx: &CallContext,
        provider: Provider,
        message: Message,
        body: &str,
        due: Timestamp,
    ) -> Result<bool, AppError> {
        let webhook = Webhook {
            id: Uuid::now_v7(),
            provider,
            message_id: message.id,
            kind: message.kind.chars().take(MAX_KIND).collect(),
            body: body.to_owned(),
            state: match message.news {
                Some(_) => WebhookState::Open,
                None => WebhookState::Ignored,
            },
            attempts: 0,
            next_attempt_at: due,
            last_error: None,
            received_at: self.clock.now(),
        };
        let stored = transact!(self.db, ctx, async |tx| {
            store::insert(tx, webhook.clone()).await
        });
        match stored.await {
            Ok(()) => {
                self.wake.notify_one();
                Ok(true)
            }
            Err(StoreError::Unique { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Completes a sandbox payment with an outcome of which a message tells.
    pub async fn send_sandbox_messages(
        &self,
        ctx: &CallContext,
        id: PaymentId,
        outcome: Outcome,
    ) -> Result<Payment, AppError> {
        let payment = self.events.sandbox_checkout(id).await?;
        let (late, times) = match outcome {
            Outcome::SucceedLate => (sandbox::LATE, 1),
            Outcome::SucceedTwice => (Duration::ZERO, 2),
            Outcome::Succeed | Outcome::Decline | Outcome::Stall => return Ok(payment),
        };
        let body = sandbox::captured_message(&payment).map_err(AppError::internal)?;
        let provider = self.provider(payment.provider)?;
        for _ in 0..times {
            let message = provider.read(body.as_bytes()).map_err(AppError::internal)?;
            let due = self.clock.now().plus(late);
            self.store(ctx, payment.provider, message, &body, due)
                .await?;
        }
        Ok(payment)
    }

    fn provider(&self, name: Provider) -> Result<&Arc<dyn PaymentProvider>, AppError> {
        self.providers
            .get(name)
            .ok_or_else(|| AppError::unavailable(format!("the provider {name} is not configured")))
    }

    /// Processes what is due. A message that fails is tried again later and does not delay the others.
    pub async fn run(&self) -> Result<(), AppError> {
        let mut outcome = Ok(());
        loop {
            let now = self.clock.now();
            let due = store::due(self.db.reader(), now, ROUND).await?;
            if due.is_empty() {
                return outcome;
            }
            for webhook in due {
                let leased = transact!(self.db, EventContext::default(), async |tx| {
                    Ok::<_, AppError>(store::lease(tx, &webhook, now.plus(LEASE)).await?)
                });
                if leased.await?
                    && let Err(error) = self.process(&webhook).await
                {
                    outcome = outcome.and(Err(error));
                }
            }
        }
    }

    /// Deletes what is no longer needed, in small transactions.
    pub async fn prune(&self) -> Result<(), AppError> {
        let before = self.clock.now().minus(KEEP);
        loop {
            let deleted = transact!(self.db, EventContext::default(), async |tx| {
                Ok::<_, AppError>(store::prune(tx, before, CHUNK).await?)
            });
            if deleted.await? < CHUNK {
                return Ok(());
            }
        }
    }

    async fn process(&self, webhook: &Webhook) -> Result<(), AppError> {
        let error = match self.follow(webhook).await {
            Ok(Processed::Done) => return self.close(webhook, WebhookState::Done).await,
            Ok(Processed::Ignored) => {
                return self.close(webhook, WebhookState::Ignored).await;
            }
            Ok(Processed::Unknown(what)) => what.to_owned(),
            Err(error) => error.to_string(),
        };
        let (attempt, now) = (webhook.attempts.saturating_add(1), self.clock.now());
        if webhook.received_at.plus(GIVEN_UP_AFTER) <= now {
            metrics::counter!("waybill_webhooks_given_up_total", "provider" => webhook.provider.as_str())
                .increment(1);
            tracing::error!(webhook_id = %webhook.id, kind = webhook.kind, error, "a message of a payment provider is given up");
            return self.give_up(webhook, &error).await;
        }
        tracing::warn!(
            webhook_id = %webhook.id, kind = webhook.kind, attempt, error,
            "a message of a payment provider will be processed again"
        );
        let postponed = transact!(self.db, EventContext::default(), async |tx| {
            let until = now.plus(pause_after(PAUSES, attempt));
            store::postpone(tx, webhook, &shortened(&error), until).await?;
            Ok::<_, AppError>(())
        });
        postponed.await
    }

    async fn follow(&self, webhook: &Webhook) -> Result<Processed, AppError> {
        let provider = self.provider(webhook.provider)?;
        let message = provider.read(webhook.body.as_bytes());
        match message.map_err(AppError::internal)?.news {
            None => Ok(Processed::Ignored),
            Some(News::Payment { of, status }) => self.payment(webhook, &of, status).await,
            Some(News::Refund { id, transfer }) => Ok(
                if transfers::flow::follow(&*self.refunds, id, &transfer).await? {
                    Processed::Done
                } else {
                    Processed::Unknown("no such refund")
                },
            ),
            Some(News::Payout { id, transfer }) => Ok(
                if transfers::flow::follow(&*self.payouts, id, &transfer).await? {
                    Processed::Done
                } else {
                    Processed::Unknown("no such payout")
                },
            ),
        }
    }

    async fn payment(
        &self,
        webhook: &Webhook,
        of: &PaymentKey,
        status: PaymentStatus,
    ) -> Result<Processed, AppError> {
        let found = payments::by_key(self.db.reader(), webhook.provider, of).await?;
        let Some(payment) = found.filter(|payment| payment.state != PaymentState::Created) else {
            return Ok(Processed::Unknown("no such payment"));
        };
        let ctx = CallContext::system();
        if status == PaymentStatus::Authorized {
            self.settlement.take(&ctx, &payment, status).await?;
        } else {
            let report = StatusReport {
                message_id: webhook.message_id.clone(),
                status,
                late: true,
            };
            self.events.apply(&ctx, &payment, report).await?;
        }
        Ok(Processed::Done)
    }

    async fn give_up(&self, webhook: &Webhook, error: &str) -> Result<(), AppError> {
        let error = shortened(error);
        let given_up = transact!(self.db, EventContext::default(), async |tx| {
            store::close(tx, webhook, WebhookState::Failed, Some(&error)).await?;
            let detail = format!("{} {}: {error}", webhook.kind, webhook.message_id);
            let kind = DifferenceKind::MessageGivenUp;
            let found = Found::new(kind, webhook.id, webhook.provider, &detail);
            differences::report(tx, found, self.clock.now()).await
        });
        given_up.await
    }

    async fn close(&self, webhook: &Webhook, state: WebhookState) -> Result<(), AppError> {
        let closed = transact!(self.db, EventContext::default(), async |tx| {
            store::close(tx, webhook, state, None).await?;
            Ok::<_, AppError>(())
        });
        closed.await
    }
}

fn refused(error: &WebhookError) -> AppError {
    match error {
        WebhookError::Signature(_) | WebhookError::Malformed(_) => {
            AppError::malformed(error.to_string())
        }
        WebhookError::Unavailable(_) => AppError::unavailable(error.to_string()),
    }
}
