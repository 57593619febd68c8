//! What the use cases of every slice work with.

use std::sync::Arc;

use parking_lot::RwLock;
use tokio::sync::Notify;
use waybill_primitives::{Clock, Timestamp};
use waybill_store::{Db, StoreError, Tx};

use crate::shop::domain::ShopSettings;

/// Database, time and settings. Shared by all slices.
#[derive(Debug)]
pub struct Parts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    /// As last read from the database.
    settings: RwLock<Arc<ShopSettings>>,
    /// Told when the settings have changed.
    pub settings_changed: Arc<Notify>,
}

impl Parts {
    pub fn new(db: Db, clock: Arc<dyn Clock>, settings: ShopSettings) -> Self {
        Self {
            db,
            clock,
            settings: RwLock::new(Arc::new(settings)),
            settings_changed: Arc::new(Notify::new()),
        }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The shop's settings at this moment.
    pub fn shop(&self) -> Arc<ShopSettings> {
        Arc::clone(&self.settings.read())
    }

    /// Takes the settings over unless newer ones are known.
    pub fn set_shop(&self, settings: ShopSettings) {
        let mut known = self.settings.write();
        if settings.version > known.version {
            *known = Arc::new(settings);
            self.settings_changed.notify_one();
        }
    }
}

/// A page of a list.
#[derive(Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub next_cursor: Option<String>,
    /// How many there are in all, if that was asked for.
    pub total: Option<u64>,
}

/// Which page of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageQuery {
    pub limit: waybill_store::page::Limit,
    pub cursor: String,
    pub total: bool,
}

/// Commits if all went well, else rolls back. Rolling back is waited for: whoever looks afterwards at why it failed then sees
/// at least what the transaction saw.
pub async fn finish<T, E: From<StoreError>>(tx: Tx, outcome: Result<T, E>) -> Result<T, E> {
    match outcome {
        Ok(value) => {
            tx.commit().await?;
            Ok(value)
        }
        Err(error) => {
            if let Err(rollback) = tx.rollback().await {
                tracing::debug!(error = %rollback, "a failed transaction could not be rolled back");
            }
            Err(error)
        }
    }
}
