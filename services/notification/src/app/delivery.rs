//! Sends queued mails. Safe with several replicas: a mail is claimed before it is sent, and the sender renews the lease while it
//! sends. If a process dies in between, another one sends the mail; if the mail server had just accepted it, the recipient gets
//! it twice, with the same Message-ID.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use tokio_util::sync::CancellationToken;
use waybill_primitives::pause_after;
use waybill_service_kit::AppError;
use waybill_store::{EventContext, transact};

use super::App;
use crate::{
    domain::{Delivery, PAUSES},
    sender::{SendError, Sender},
    store::{
        deliveries::{self, Outcome},
        recipients,
    },
};

/// Deliveries read at a time.
const BATCH: u64 = 200;
/// Mails sent concurrently.
const AT_ONCE: usize = 4;
/// The time limit of one attempt.
const PATIENCE: Duration = Duration::from_secs(90);
/// No other replica takes a mail for this long, so a crash delays it by as much. Longer than the clock differences of replicas.
const LEASE: Duration = Duration::from_secs(15);
/// How often a sender renews its lease.
const RENEWAL: Duration = Duration::from_secs(4);

impl App {
    /// Sends everything that is due now.
    pub async fn deliver_due(&self) -> Result<(), AppError> {
        while !self.stop.is_cancelled() {
            let due = deliveries::due(self.db.reader(), self.clock.now(), BATCH).await?;
            let found = due.len() as u64;
            let mut outcomes = stream::iter(due)
                .map(|delivery| self.deliver(delivery))
                .buffer_unordered(AT_ONCE);
            let mut failure = None;
            while let Some(outcome) = outcomes.next().await {
                failure = failure.or(outcome.err());
            }
            if let Some(failure) = failure {
                return Err(failure);
            }
            if found < BATCH {
                break;
            }
        }
        Ok(())
    }

    async fn deliver(&self, delivery: Delivery) -> Result<(), AppError> {
        if self.stop.is_cancelled() || !self.claim(&delivery).await? {
            return Ok(());
        }
        let attempt = delivery.attempts + 1;
        let result = if attempt > self.policy.mail_attempts {
            Err(SendError::hopeless("every attempt was cut off"))
        } else {
            match self.send_leased(&delivery, attempt).await {
                Some(result) => result,
                None => return Ok(()),
            }
        };
        let again =
            result.as_ref().is_err_and(SendError::may_pass) && attempt < self.policy.mail_attempts;
        let label = match &result {
            Ok(_) => "sent",
            Err(error) if again => {
                tracing::warn!(delivery_id = %delivery.id, attempt, %error, "the mail will be tried again");
                "again"
            }
            Err(error) => {
                tracing::error!(delivery_id = %delivery.id, attempt, %error, "the mail is given up");
                "dead"
            }
        };
        metrics::counter!("waybill_mails_total", "outcome" => label).increment(1);
        self.settle(&delivery, attempt, result, again).await
    }

    async fn claim(&self, delivery: &Delivery) -> Result<bool, AppError> {
        transact!(self.db, EventContext::default(), async |tx| {
            let now = self.clock.now();
            let claimed = deliveries::claim(tx, delivery, now, now.plus(LEASE)).await?;
            Ok(claimed)
        })
        .await
    }

    /// Sends and renews the lease concurrently; none if another replica has taken the mail over.
    async fn send_leased(
        &self,
        delivery: &Delivery,
        attempt: i32,
    ) -> Option<Result<String, SendError>> {
        let (sent, lost) = (CancellationToken::new(), CancellationToken::new());
        let sending = async {
            let _sent = sent.clone().drop_guard();
            tokio::select! {
                result = self.send(delivery) => Some(result),
                () = lost.cancelled() => None,
            }
        };
        // A renewal that has started is not interrupted: the outcome of its transaction would be unknown.
        let renewing = async {
            while sent
                .run_until_cancelled(tokio::time::sleep(RENEWAL))
                .await
                .is_some()
            {
                match self.renew(delivery, attempt).await {
                    Ok(true) => {}
                    Ok(false) => return lost.cancel(),
                    Err(error) => {
                        tracing::warn!(delivery_id = %delivery.id, %error, "the lease of a mail was not renewed");
                    }
                }
            }
        };
        tokio::join!(sending, renewing).0
    }

    async fn renew(&self, delivery: &Delivery, attempt: i32) -> Result<bool, AppError> {
        transact!(self.db, EventContext::default(), async |tx| {
            let lease = self.clock.now().plus(LEASE);
            let renewed = deliveries::renew(tx, delivery.id, attempt, lease).await?;
            Ok(renewed)
        })
        .await
    }

    /// Returns the address that the mail went to.
    async fn send(&self, delivery: &Delivery) -> Result<String, SendError> {
        let address = match &delivery.address {
            Some(address) => Some(address.clone()),
            None => recipients::contact(self.db.reader(), delivery.user_id)
                .await
                .map_err(SendError::passing)?
                .map(|(address, _)| address),
        };
        let address = address
            .filter(|address| !address.is_empty())
            .ok_or_else(|| SendError::passing("the recipient's address is not known yet"))?;
        if let Sender::Smtp(smtp) = &self.sender {
            tokio::time::timeout(PATIENCE, smtp.send(delivery, &address))
                .await
                .map_err(|_| SendError::passing("the mail server took too long"))??;
        }
        Ok(address)
    }

    async fn settle(
        &self,
        delivery: &Delivery,
        attempt: i32,
        result: Result<String, SendError>,
        again: bool,
    ) -> Result<(), AppError> {
        let now = self.clock.now();
        let reason = result.as_ref().err().map(ToString::to_string);
        transact!(self.db, EventContext::default(), async |tx| {
            let outcome = match (&result, reason.as_deref()) {
                (Ok(address), _) => Outcome::Sent { at: now, address },
                (Err(_), reason) if again => Outcome::Again {
                    // Up to a tenth longer, so that mails that failed together are not retried together.
                    at: now.plus(
                        pause_after(PAUSES, attempt).mul_f32(1.0 + rand::random::<f32>() / 10.0),
                    ),
                    error: reason.unwrap_or_default(),
                },
                (Err(_), reason) => Outcome::Dead {
                    error: reason.unwrap_or_default(),
                },
            };
            deliveries::settle(tx, delivery.id, attempt, outcome).await?;
            Ok(())
        })
        .await
    }
}
