//! `waybill rebuild`: recomputes what follows from other data. Services may run concurrently.

use anyhow::{Result, anyhow};

use crate::databases::DatabaseLocation;

/// Orders between two lines about the progress.
const STEP: u64 = 50_000;

/// Counts all orders again; how many there are.
pub async fn analytics(location: &DatabaseLocation) -> Result<u64> {
    let db = location.connect("order", 2).await?;
    let mut next = STEP;
    let counted = waybill_order::rebuild_analytics(&db, |orders| {
        if orders >= next {
            eprintln!("{orders} orders");
            next = orders + STEP;
        }
    })
    .await;
    db.close().await;
    counted.map_err(|error| anyhow!(error))
}
