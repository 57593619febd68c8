//! Low stock: reported once when fewer units are available than the threshold, and again only after restocking.
//!
//! Placing does not check thresholds, because that would slow down every order. Instead, a reconciler reads the end of the ledger and
//! compares the products that moved. Its only state is its position in the ledger: when it starts, and when the shop's threshold
//! changes, it compares all products. Replicas may run it concurrently; the conditional update of the mark decides which one reports.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use parking_lot::Mutex;
use uuid::Uuid;
use waybill_primitives::{ProductId, Timestamp};
use waybill_proto::order::StockLow;
use waybill_service_kit::{AppError, CallContext};
use waybill_store::{Tx, transact};

use crate::shop::{app_context::AppContext, stock::store::low};

/// Transactions may commit in another order than their ledger ids: lines younger than this are read again.
const OVERLAP: Duration = Duration::from_secs(10);
/// Ledger lines, or products, read per statement.
const BATCH: u64 = 500;

/// The reconciler.
#[derive(Debug)]
pub struct StockWatch {
    context: Arc<AppContext>,
    place: Mutex<Place>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Place {
    /// The position in the ledger for the next run.
    ledger: Uuid,
    /// The shop's threshold of the last full comparison.
    threshold: Option<i64>,
}

/// The smallest id of this time.
fn first_id_at(time: Timestamp) -> Uuid {
    let millis = u128::try_from(time.micros() / 1_000).unwrap_or(0);
    Uuid::from_u128(millis << 80)
}

impl StockWatch {
    pub fn new(context: Arc<AppContext>) -> Self {
        Self {
            context,
            place: Mutex::default(),
        }
    }

    /// One run.
    pub async fn run(&self) -> Result<(), AppError> {
        let threshold = self.context.shop().low_stock_threshold;
        let mut place = *self.place.lock();
        // Ids contain the time of the machine's clock.
        let young = first_id_at(Timestamp::now().minus(OVERLAP));
        if place.threshold == Some(threshold) {
            let end = self.compare_moved(place.ledger, threshold).await?;
            place.ledger = end.min(young).max(place.ledger);
        } else {
            self.compare_all(threshold).await?;
            place = Place {
                ledger: young,
                threshold: Some(threshold),
            };
        }
        *self.place.lock() = place;
        Ok(())
    }

    /// Returns the last id read.
    async fn compare_moved(&self, mut after: Uuid, threshold: i64) -> Result<Uuid, AppError> {
        loop {
            let lines = low::moved(self.context.db.reader(), after, BATCH).await?;
            let Some((last, _)) = lines.last() else {
                return Ok(after);
            };
            after = *last;
            let products: BTreeSet<_> = lines.iter().map(|(_, product)| *product).collect();
            let products: Vec<_> = products.into_iter().collect();
            self.compare(&products, threshold).await?;
            if (lines.len() as u64) < BATCH {
                return Ok(after);
            }
        }
    }

    async fn compare_all(&self, threshold: i64) -> Result<(), AppError> {
        let mut after = None;
        loop {
            let products = low::stocked(self.context.db.reader(), after, BATCH).await?;
            after = products.last().copied();
            if after.is_none() {
                return Ok(());
            }
            self.compare(&products, threshold).await?;
        }
    }

    async fn compare(&self, products: &[ProductId], threshold: i64) -> Result<(), AppError> {
        let db = &self.context.db;
        let found = low::mismatches(db.reader(), products, threshold).await?;
        for one in found {
            let ctx = CallContext::system().event_context();
            transact!(db, &ctx, async |tx| update(tx, &one).await).await?;
        }
        Ok(())
    }
}

/// Sets the mark and reports, or clears the mark, for these products, in a transaction that changed their stock or threshold.
pub async fn check(tx: &Tx, products: &[ProductId], threshold: i64) -> Result<(), AppError> {
    for one in low::mismatches(tx.conn(), products, threshold).await? {
        update(tx, &one).await?;
    }
    Ok(())
}

async fn update(tx: &Tx, one: &low::Mismatch) -> Result<(), AppError> {
    if one.marked {
        low::clear(tx, one.product_id, one.threshold).await?;
    } else if let Some((version, available)) = low::mark(tx, one.product_id, one.threshold).await? {
        let event = StockLow {
            product_id: one.product_id.to_string(),
            sku: one.sku.clone(),
            name: one.name.clone(),
            available,
            threshold: one.threshold,
        };
        tx.emit(one.product_id, version, &event);
    }
    Ok(())
}
