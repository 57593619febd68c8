//! Checks that what the database holds agrees with itself: `waybill verify`.

mod store;

use waybill_store::{Db, StoreError};

/// Every violation found, in words; at most a hundred of each sort. Harmless while the service runs: each check is one
/// statement, so it sees one moment.
pub async fn verify(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut violations = store::stock(db).await?;
    violations.extend(store::orders(db).await?);
    violations.extend(store::histories(db).await?);
    violations.extend(store::totals(db).await?);
    violations.extend(store::requests(db).await?);
    violations.extend(store::events(db).await?);
    Ok(violations)
}
