//! What the use cases of every slice work with.

use std::{sync::Arc, time::Duration};

use waybill_primitives::{Clock, Currency, Timestamp};
use waybill_store::Db;

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
