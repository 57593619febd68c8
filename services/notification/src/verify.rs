//! The invariants of this service's database, checked by `waybill verify`.

use waybill_service_kit::AppError;
use waybill_store::Db;

use crate::store;

/// At most so many violations of one kind are listed.
const MOST: usize = 100;

/// A violation, and the query that finds it; its only column `id` identifies the row.
const CHECKS: &[(&str, &str)] = &[
    (
        "notification: it is read but has version 1, or unread with another version",
        "SELECT id FROM notifications WHERE (read_at IS NULL AND version <> 1) \
         OR (read_at IS NOT NULL AND version <> 2)",
    ),
    (
        "notification: its newest event is missing from the outbox, though another one of it is there",
        "SELECT n.id FROM notifications n WHERE EXISTS \
         (SELECT 1 FROM outbox o WHERE o.aggregate = 'notification' AND o.aggregate_id = n.id) \
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.aggregate = 'notification' \
         AND o.aggregate_id = n.id AND o.aggregate_version = n.version)",
    ),
    (
        "delivery: it is sent without a time, or has a time without being sent",
        "SELECT id FROM deliveries WHERE (state = 'SENT' AND sent_at IS NULL) \
         OR (state <> 'SENT' AND sent_at IS NOT NULL)",
    ),
    (
        "delivery: it is sent or given up without an attempt",
        "SELECT id FROM deliveries WHERE state IN ('SENDING', 'SENT', 'DEAD') AND attempts < 1",
    ),
];

/// All violations, one sentence each; empty if there are none.
pub async fn verify(db: &Db) -> Result<Vec<String>, AppError> {
    let mut violations = Vec::new();
    for (problem, sql) in CHECKS {
        let sql = format!("{sql} LIMIT {MOST}");
        for id in store::ids(db.reader(), &sql).await? {
            violations.push(format!("{id}: {problem}"));
        }
    }
    Ok(violations)
}
