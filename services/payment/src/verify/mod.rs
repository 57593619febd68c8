//! The invariants of this service's database, checked by `waybill verify`.

use waybill_store::{Db, StoreError};

mod store;

/// Checks the whole database. Returns the violations, a sentence each; empty if there are none.
pub async fn verify(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    for check in store::CHECKS {
        for id in store::offenders(db.reader(), check).await? {
            problems.push(format!("{} {id}: {}", check.what, check.problem));
        }
    }
    Ok(problems)
}
