//! Consistency checks of the database: `waybill verify`.

mod store;

use waybill_store::{Db, StoreError};

use crate::derived::analytics::store::{Mismatch, mismatches, unreached};

/// Maximum number of reported findings of the rollups.
const MAX_FINDINGS: usize = 100;

/// All violations as sentences; at most a hundred of each kind. Safe while the service runs: each check reads a snapshot.
pub async fn verify(db: &Db) -> Result<Vec<String>, StoreError> {
    let mut violations = store::stock(db).await?;
    violations.extend(store::categories(db).await?);
    violations.extend(store::orders(db).await?);
    violations.extend(store::histories(db).await?);
    violations.extend(store::totals(db).await?);
    violations.extend(store::requests(db).await?);
    violations.extend(store::events(db).await?);
    violations.extend(store::files(db).await?);
    violations.extend(store::replacements(db).await?);
    violations.extend(store::assignments(db).await?);
    violations.extend(store::shipments(db).await?);
    violations.extend(store::invoices::series(db).await?);
    violations.extend(store::invoices::references(db).await?);
    violations.extend(store::invoices::credits(db).await?);
    violations.extend(figures(db).await?);
    Ok(violations)
}

const UNREACHED: &str =
    ": its latest change is not in the figures; `waybill rebuild analytics` fixes it";

/// The number of the order whose events, once they are consumed, repair this violation.
pub fn waits_for(violation: &str) -> Option<&str> {
    violation.strip_prefix("order ")?.strip_suffix(UNREACHED)
}

/// Compares the rollups with a recount of all orders.
async fn figures(db: &Db) -> Result<Vec<String>, StoreError> {
    let unreached = unreached(db, MAX_FINDINGS as u64).await?;
    let describe = |number| format!("order {number}{UNREACHED}");
    let mut violations: Vec<String> = unreached.into_iter().map(describe).collect();
    let describe = |mismatch| match mismatch {
        Mismatch::Order { id, version } => {
            format!(
                "order {id}: what it adds to the figures at version {version} is not what it should"
            )
        }
        Mismatch::Figure {
            cell,
            shown,
            counted,
        } => format!(
            "figure {} {} of day {} in {}: {} and {} are shown, {} and {} were counted; `waybill rebuild analytics` fixes it",
            cell.metric,
            cell.dimension,
            cell.day,
            cell.currency,
            shown.quantity,
            shown.amount,
            counted.quantity,
            counted.amount
        ),
    };
    violations.extend(
        mismatches(db, MAX_FINDINGS)
            .await?
            .into_iter()
            .map(describe),
    );
    Ok(violations)
}
