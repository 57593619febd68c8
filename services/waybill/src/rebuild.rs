//! `waybill rebuild`: derives anew what follows from other data. Services may run meanwhile.

use anyhow::{Result, anyhow};

use crate::databases::Place;

/// Orders between two lines about the progress.
const STEP: u64 = 50_000;

/// Counts all orders anew; how many there are.
pub async fn analytics(place: &Place) -> Result<u64> {
    let db = place.connect("order", 2).await?;
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
