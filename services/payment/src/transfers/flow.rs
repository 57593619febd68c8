//! The steps of a transfer, the same for refunds and payouts.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use backon::ExponentialBuilder;
use tokio::{sync::Notify, time::timeout};
use uuid::Uuid;
use waybill_primitives::{Clock, Timestamp, backoff, pause_after};
use waybill_service_kit::AppError;
use waybill_store::{Db, EventContext, Tx, transact};

use super::store::{self, Row};
use crate::{
    entity::payment::Provider,
    providers::{PaymentProvider, ProviderError, Providers, Transfer, TransferStatus},
};

/// Longest reason and error text, in characters.
pub const MAX_TEXT: usize = 500;
/// How long the lease of a replica lasts: longer than a provider may take to respond.
pub const LEASE: Duration = Duration::from_mins(1);
/// How long a provider may take to respond.
pub const PROVIDER_DEADLINE: Duration = Duration::from_secs(30);
/// The pauses between attempts. Attempts never end by themselves: the money is somebody's.
const PAUSES: ExponentialBuilder = backoff(Duration::from_secs(1), Duration::from_mins(5));
/// How long after its acceptance a provider is asked whether the money has arrived. Most send a message before.
const CHECK_AFTER: Duration = Duration::from_mins(10);
/// A transfer that the provider has not confirmed after this time is reported to the administrators.
const STUCK_AFTER: Duration = Duration::from_hours(24);
/// Rows tried in one round.
const ROUND: u64 = 32;

/// What every flow works with.
pub struct Tools {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub providers: Providers,
    /// Wakes the job.
    pub wake: Arc<Notify>,
}

impl Tools {
    pub fn provider(&self, name: Provider) -> Result<&Arc<dyn PaymentProvider>, ProviderError> {
        self.providers.get(name).ok_or_else(|| {
            ProviderError::Unavailable(format!("the provider {name} is not configured"))
        })
    }
}

/// What differs between refunds and payouts.
#[async_trait]
pub trait Flow: Send + Sync {
    type Row: Row;

    /// `refund` or `payout`: in logs and metrics.
    const WHAT: &'static str;

    fn tools(&self) -> &Tools;

    /// Asks the provider to move the money, or how far it is if it was asked before.
    async fn ask(&self, row: &Self::Row) -> Result<Transfer, ProviderError>;

    /// Whether the money has certainly not moved, and will not.
    fn is_final(error: &ProviderError) -> bool;

    /// The provider works on it, under this id. Asked about again at `until`.
    async fn wait(
        &self,
        row: &Self::Row,
        reference: &str,
        until: Timestamp,
    ) -> Result<(), AppError>;

    /// The money has left. Does nothing if that is known.
    async fn complete(&self, row: &Self::Row, reference: &str) -> Result<(), AppError>;

    /// The money has not left, and will not. Does nothing if that is known.
    async fn fail(&self, row: &Self::Row, why: &str) -> Result<(), AppError>;

    /// Reports that the provider does not confirm it.
    async fn report_stuck(&self, tx: &Tx, row: &Self::Row, why: &str) -> Result<(), AppError>;
}

/// Works on every row that is due. One that fails is postponed and does not delay the others.
pub async fn run<F: Flow>(flow: &F) -> Result<(), AppError> {
    let tools = flow.tools();
    let mut outcome = Ok(());
    loop {
        let now = tools.clock.now();
        let due = store::due::<F::Row>(tools.db.reader(), now, ROUND).await?;
        if due.is_empty() {
            return outcome;
        }
        for row in due {
            // A leased row is not due any more, so the loop ends even if every one fails.
            if lease(flow, &row).await?
                && let Err(error) = carry_out(flow, &row).await
            {
                outcome = outcome.and(Err(error));
            }
        }
    }
}

/// What the provider says about a transfer, by our id or by its own. False if we have none such.
pub async fn follow<F: Flow>(
    flow: &F,
    id: Option<Uuid>,
    transfer: &Transfer,
) -> Result<bool, AppError> {
    let reader = flow.tools().db.reader();
    let mut found = match id {
        Some(id) => store::find(reader, id).await?,
        None => None,
    };
    if found.is_none() {
        found = store::by_reference(reader, &transfer.reference).await?;
    }
    match found {
        Some(row) => settle(flow, &row, transfer).await.map(|()| true),
        None => Ok(false),
    }
}

async fn lease<F: Flow>(flow: &F, row: &F::Row) -> Result<bool, AppError> {
    let tools = flow.tools();
    let leased = transact!(tools.db, EventContext::default(), async |tx| {
        let now = tools.clock.now();
        let leased = store::lease(tx, row, now.plus(LEASE), now).await?;
        Ok::<_, AppError>(leased)
    });
    leased.await
}

async fn carry_out<F: Flow>(flow: &F, row: &F::Row) -> Result<(), AppError> {
    let silent = || ProviderError::Unavailable("it did not answer in time".to_owned());
    let answer = timeout(PROVIDER_DEADLINE, flow.ask(row)).await;
    match answer.unwrap_or_else(|_| Err(silent())) {
        Ok(transfer) => settle(flow, row, &transfer).await,
        Err(error) if F::is_final(&error) => flow.fail(row, &error.to_string()).await,
        Err(error) => postpone(flow, row, &error.to_string()).await,
    }
}

async fn settle<F: Flow>(flow: &F, row: &F::Row, transfer: &Transfer) -> Result<(), AppError> {
    let reference = transfer.reference.as_str();
    match &transfer.status {
        TransferStatus::Done => flow.complete(row, reference).await,
        TransferStatus::Failed(why) => flow.fail(row, why).await,
        TransferStatus::Pending => {
            let now = flow.tools().clock.now();
            flow.wait(row, reference, now.plus(CHECK_AFTER)).await?;
            if is_stuck(row, now) {
                report(flow, row, "the provider still works on it").await?;
            }
            Ok(())
        }
    }
}

async fn postpone<F: Flow>(flow: &F, row: &F::Row, error: &str) -> Result<(), AppError> {
    let tools = flow.tools();
    let attempt = row.attempts().saturating_add(1);
    metrics::counter!("waybill_transfer_failures_total", "kind" => F::WHAT).increment(1);
    tracing::warn!(
        kind = F::WHAT, id = %row.id(), attempt, error,
        "the provider did not move the money and will be asked again"
    );
    let error = shortened(error);
    let now = tools.clock.now();
    let postponed = transact!(tools.db, EventContext::default(), async |tx| {
        let until = now.plus(pause_after(PAUSES, attempt));
        store::postpone(tx, row, &error, until, now).await?;
        Ok::<_, AppError>(())
    });
    postponed.await?;
    if is_stuck(row, now) {
        report(flow, row, &error).await?;
    }
    Ok(())
}

fn is_stuck(row: &impl Row, now: Timestamp) -> bool {
    row.since().plus(STUCK_AFTER) <= now
}

async fn report<F: Flow>(flow: &F, row: &F::Row, why: &str) -> Result<(), AppError> {
    let reported = transact!(flow.tools().db, EventContext::default(), async |tx| {
        flow.report_stuck(tx, row, why).await
    });
    reported.await
}

/// Text cut to the limit of its column.
pub fn shortened(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_outlives_the_provider() {
        assert!(PROVIDER_DEADLINE < LEASE);
    }

    #[test]
    fn texts_are_cut_between_characters() {
        assert_eq!(shortened(&"ü".repeat(600)).chars().count(), MAX_TEXT);
    }
}
