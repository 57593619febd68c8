//! `waybill rebuild`: recomputes derived data. Services may run concurrently.

use anyhow::{Result, anyhow};

use crate::databases::DatabaseLocation;

/// Number of orders between two progress lines.
const STEP: u64 = 50_000;

/// Recomputes the figures of all orders; returns their number.
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
