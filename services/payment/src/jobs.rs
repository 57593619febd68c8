//! Background jobs. Each takes no input and can be repeated at any time, by any replica.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use waybill_service_kit::Job;

use crate::refunds::app::Refunds;

/// How long a refund waits at most if nothing wakes the job.
const EVERY: Duration = Duration::from_secs(1);

/// Executes open refunds, and retries those that a crash or a failure left.
pub fn refunds(refunds: Arc<Refunds>, wake: Arc<Notify>) -> Job {
    Job::new("refunds", EVERY, move || {
        let refunds = Arc::clone(&refunds);
        async move { refunds.run().await }
    })
    .woken_by(wake)
}
