//! Background jobs. Each takes no input and can be repeated at any time, by any replica.

use std::{sync::Arc, time::Duration};

use waybill_service_kit::Job;

use crate::{
    provider_events::settlement::Settlement,
    transfers::{self, Flow},
    webhooks::app::Webhooks,
};

/// How long a refund, a payout or a message waits at most if nothing wakes its job.
const EVERY: Duration = Duration::from_secs(1);
const RECONCILE_EVERY: Duration = Duration::from_mins(1);
const PRUNE_EVERY: Duration = Duration::from_hours(1);

/// Processes messages of providers.
pub fn webhooks(webhooks: Arc<Webhooks>) -> Job {
    let wake = Arc::clone(&webhooks.wake);
    Job::new("webhooks", EVERY, move || {
        let webhooks = Arc::clone(&webhooks);
        async move { webhooks.run().await }
    })
    .woken_by(wake)
}

/// Deletes old messages of providers.
pub fn prune(webhooks: Arc<Webhooks>) -> Job {
    Job::new("prune-webhooks", PRUNE_EVERY, move || {
        let webhooks = Arc::clone(&webhooks);
        async move { webhooks.prune().await }
    })
}

/// Asks providers about payments without an outcome.
pub fn reconciliation(settlement: Arc<Settlement>) -> Job {
    Job::new("reconcile-payments", RECONCILE_EVERY, move || {
        let settlement = Arc::clone(&settlement);
        async move { settlement.reconcile().await }
    })
}

/// Asks providers for open refunds or payouts, and again for those that a crash or a failure left.
pub fn transfers<F: Flow + 'static>(name: &'static str, flow: Arc<F>) -> Job {
    let wake = Arc::clone(&flow.tools().wake);
    Job::new(name, EVERY, move || {
        let flow = Arc::clone(&flow);
        async move { transfers::flow::run(&*flow).await }
    })
    .woken_by(wake)
}
