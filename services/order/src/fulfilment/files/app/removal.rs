//! Removes unreferenced objects: of deleted files and of failed uploads.

use std::time::Duration;

use futures::{StreamExt as _, stream};
use waybill_service_kit::AppError;
use waybill_store::{EventContext, transact};

use super::{Files, reading::parsed};
use crate::fulfilment::files::store::{self, Removal};

/// Objects per batch.
const BATCH: u64 = 100;
/// Batches per run; the rest waits for the next.
const BATCHES: u32 = 20;
/// Objects removed concurrently.
const AT_ONCE: usize = 8;
/// Delay before a retry, doubled each time up to the maximum.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const MAX_PAUSE: Duration = Duration::from_hours(6);

impl Files {
    /// Removes objects that are due. Any number of replicas may run it: each object is claimed by one, and later by another one if that
    /// one dies.
    pub async fn remove_due(&self) -> Result<(), AppError> {
        for _ in 0..BATCHES {
            let due = store::due(self.context.db.reader(), self.context.now(), BATCH).await?;
            let last = (due.len() as u64) < BATCH;
            let removals = stream::iter(due).map(|removal| async move {
                if let Err(error) = self.remove(&removal).await {
                    tracing::warn!(key = %removal.object_key, attempts = removal.attempts, %error, "an object could not be removed; it will be tried again");
                }
            });
            removals
                .buffer_unordered(AT_ONCE)
                .for_each(async |()| ())
                .await;
            if last {
                break;
            }
        }
        Ok(())
    }

    async fn remove(&self, removal: &Removal) -> Result<(), AppError> {
        let db = &self.context.db;
        let pause = FIRST_PAUSE
            .saturating_mul(1 << removal.attempts.min(16))
            .min(MAX_PAUSE);
        let again = self.context.now().plus(pause);
        let taken = transact!(db, EventContext::default(), async |tx| store::take_on(
            tx, removal, again
        )
        .await);
        if !taken.await.map_err(AppError::from)? {
            return Ok(());
        }
        self.storage
            .store
            .delete(&parsed(&removal.object_key)?)
            .await?;
        let removed = transact!(db, EventContext::default(), async |tx| store::removed(
            tx,
            &removal.object_key
        )
        .await);
        removed.await.map_err(AppError::from)
    }
}
