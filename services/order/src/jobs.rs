//! Background jobs: expire unpaid orders, delete abandoned carts, reload settings changed by other replicas, remove unreferenced
//! objects, report low stock.

use std::{sync::Arc, time::Duration};

use parking_lot::Mutex;
use tokio::task::AbortHandle;
use tokio_util::sync::CancellationToken;
use waybill_service_kit::Job;

use crate::{
    fulfilment::files::app::Files,
    orders::app::Orders,
    shop::{
        app_context::AppContext, cart::app::Carts, settings::app::Shop, stock::app::low::StockWatch,
    },
};

/// Maximum pause between two checks for due orders.
const MAX_PAUSE: Duration = Duration::from_secs(15);
/// Minimum pause; also the maximum delay for an order that was placed since the last check.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);
/// Pause after a failed check.
const AFTER_FAILURE: Duration = Duration::from_secs(1);
/// Interval of checks for abandoned carts.
const CART_PAUSE: Duration = Duration::from_hours(1);
/// Interval of checks for settings changed by other replicas.
const REFRESH: Duration = Duration::from_millis(500);
/// Interval of checks for stock changes.
const STOCK_PAUSE: Duration = Duration::from_secs(1);

/// Interval of checks for objects to remove; deletions also wake the job.
const REMOVALS: Duration = Duration::from_mins(1);

/// Removes unreferenced objects of the storage.
pub fn removals(files: Files, wake: &Arc<tokio::sync::Notify>) -> Job {
    Job::new("remove-files", REMOVALS, move || {
        let files = files.clone();
        async move { files.remove_due().await }
    })
    .woken_by(Arc::clone(wake))
}

/// Expires unpaid orders. Runs on a timer derived from the shortest expiry, when the next known order is due, and when the settings
/// change.
pub fn expiry(orders: Orders, context: &Arc<AppContext>, stop: &CancellationToken) -> Job {
    let wake = Arc::clone(&context.settings.changed);
    let (woken, context, stop) = (Arc::clone(&wake), Arc::clone(context), stop.clone());
    let alarm: Arc<Mutex<Option<AbortHandle>>> = Arc::default();
    Job::new("expire-orders", MAX_PAUSE, move || {
        let (orders, wake) = (orders.clone(), Arc::clone(&woken));
        let (context, stop, alarm) = (Arc::clone(&context), stop.clone(), Arc::clone(&alarm));
        async move {
            let next = orders.expire_due().await;
            let due = match &next {
                Ok(None) => MAX_PAUSE,
                Ok(Some(due)) => due.since(context.now()),
                // The next due time is unknown after a failure.
                Err(_) => AFTER_FAILURE,
            };
            let every = (context.shop().shortest_expiry() / 4).clamp(SHORTEST_PAUSE, MAX_PAUSE);
            let pause = due.min(every);
            let ring = (pause < MAX_PAUSE).then(|| {
                tokio::spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(pause) => wake.notify_one(),
                    }
                })
                .abort_handle()
            });
            // One alarm at a time: each run sets its own.
            let before = std::mem::replace(&mut *alarm.lock(), ring);
            if let Some(before) = before {
                before.abort();
            }
            next.map(|_| ())
        }
    })
    .woken_by(wake)
}

/// Deletes carts that were not used for their lifetime.
pub fn cart_clean_up(carts: Carts) -> Job {
    Job::new("clean-up-carts", CART_PAUSE, move || {
        let carts = carts.clone();
        async move { carts.clean_up().await }
    })
}

/// Reloads settings that another replica has changed.
pub fn refresh_settings(shop: Shop) -> Job {
    Job::new("refresh-settings", REFRESH, move || {
        let shop = shop.clone();
        async move { shop.refresh().await }
    })
}

/// Reports low stock.
pub fn stock_watch(watch: StockWatch) -> Job {
    let watch = Arc::new(watch);
    Job::new("watch-stock", STOCK_PAUSE, move || {
        let watch = Arc::clone(&watch);
        async move { watch.run().await }
    })
}
