//! Background jobs.

use std::{sync::Arc, time::Duration};

use waybill_service_kit::service::Job;

use crate::app::App;

/// How soon a queued mail is sent.
const DELIVER_EVERY: Duration = Duration::from_secs(1);
const PRUNE_EVERY: Duration = Duration::from_hours(1);

/// The background jobs of this service.
pub fn jobs(app: &Arc<App>) -> Vec<Job> {
    let (delivering, pruning) = (Arc::clone(app), Arc::clone(app));
    vec![
        Job::new("deliver-mails", DELIVER_EVERY, move || {
            let app = Arc::clone(&delivering);
            async move { app.deliver_due().await }
        }),
        Job::new("prune-notifications", PRUNE_EVERY, move || {
            let app = Arc::clone(&pruning);
            async move { app.prune().await }
        }),
    ]
}
