//! Background jobs.

use std::{sync::Arc, time::Duration};

use waybill_service_kit::service::Job;

use crate::app::App;

/// How soon a replica signs with a key that another one created.
const KEYS_EVERY: Duration = Duration::from_mins(1);
const PRUNE_EVERY: Duration = Duration::from_hours(1);

/// The background jobs of this service.
pub fn jobs(app: &Arc<App>) -> Vec<Job> {
    let keys = app.keys().clone();
    let pruned = Arc::clone(app);
    vec![
        Job::new("signing-keys", KEYS_EVERY, move || {
            let keys = keys.clone();
            async move { Ok(keys.retire_superseded().await?) }
        }),
        Job::new("expired-sessions", PRUNE_EVERY, move || {
            let app = Arc::clone(&pruned);
            async move {
                app.prune().await?;
                Ok(app.prune_security_events().await?)
            }
        }),
    ]
}
