//! What happens by time: unpaid orders expire.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use waybill_primitives::Timestamp;
use waybill_service_kit::Job;

use crate::{orders::app::Orders, parts::Parts};

/// The longest pause between two looks for orders that are due.
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// The shortest; also how late an order may expire that was placed since the last look.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// Expires unpaid orders. Runs on a timer, and exactly when the next order that it knows of is due.
pub fn expiry(orders: Orders, parts: &Arc<Parts>, stop: &CancellationToken) -> Job {
    let wake = Arc::new(Notify::new());
    let every = (parts.order_expiry / 4).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
    let (woken, parts, stop) = (Arc::clone(&wake), Arc::clone(parts), stop.clone());
    Job::new("expire-orders", every, move || {
        let (orders, wake) = (orders.clone(), Arc::clone(&woken));
        let (parts, stop) = (Arc::clone(&parts), stop.clone());
        async move {
            let next = orders.expire_due().await?;
            let soon = next.map(|due: Timestamp| due.since(parts.now()));
            if let Some(pause) = soon.filter(|pause| *pause < every) {
                tokio::spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(pause) => wake.notify_one(),
                    }
                });
            }
            Ok(())
        }
    })
    .woken_by(wake)
}
