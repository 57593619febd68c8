//! What must hold in this service's database at any moment, checked by `waybill verify`.

use waybill_store::{Db, StoreError};

mod store;

/// Reads the whole database and says what is wrong with it, a sentence each; nothing if all is well.
pub async fn verify(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    for check in store::CHECKS {
        for id in store::offenders(db.reader(), check).await? {
            problems.push(format!("{} {id}: {}", check.what, check.problem));
        }
    }
    Ok(problems)
}
