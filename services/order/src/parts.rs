//! What the use cases of every slice work with.

use std::{sync::Arc, time::Duration};

use waybill_primitives::{Clock, Currency, Timestamp};
use waybill_store::{Db, StoreError, Tx};

/// Database, time and settings. Shared by all slices.
#[derive(Debug)]
pub struct Parts {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub currency: Currency,
    /// How long an order may stay unpaid.
    pub order_expiry: Duration,
}

impl Parts {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
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
