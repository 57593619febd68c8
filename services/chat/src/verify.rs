//! The invariants of this service's database, checked by `waybill verify`.

use waybill_service_kit::AppError;
use waybill_store::Db;

use crate::store;

/// At most so many violations of one kind are listed.
const MOST: usize = 100;

/// A violation, and the query that finds it; its only column `id` identifies the row.
const CHECKS: &[(&str, &str)] = &[
    (
        "conversation: its messages are not as many as their newest number",
        "SELECT c.order_id AS id FROM conversations c WHERE c.last_seq <> \
         (SELECT COUNT(*) FROM messages m WHERE m.order_id = c.order_id)",
    ),
    (
        "conversation: a message has a number that was not given out",
        "SELECT c.order_id AS id FROM conversations c WHERE EXISTS \
         (SELECT 1 FROM messages m WHERE m.order_id = c.order_id \
         AND (m.seq < 1 OR m.seq > c.last_seq))",
    ),
    (
        "message: there is no conversation of its order",
        "SELECT m.id FROM messages m WHERE NOT EXISTS \
         (SELECT 1 FROM conversations c WHERE c.order_id = m.order_id)",
    ),
    (
        "message: it is neither a person's nor an event's, or it is both",
        "SELECT id FROM messages WHERE (author_id IS NULL AND event_id IS NULL) \
         OR (author_id IS NOT NULL AND event_id IS NOT NULL)",
    ),
    (
        "conversation: it has fewer events than messages",
        "SELECT order_id AS id FROM conversations WHERE version < last_seq",
    ),
    (
        "conversation: its newest event is missing from the outbox, though another one of it is there",
        "SELECT c.order_id AS id FROM conversations c WHERE EXISTS \
         (SELECT 1 FROM outbox o WHERE o.aggregate = 'message' AND o.aggregate_id = c.order_id) \
         AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.aggregate = 'message' \
         AND o.aggregate_id = c.order_id AND o.aggregate_version = c.version)",
    ),
    (
        "conversation: somebody has read further than its newest message",
        "SELECT r.order_id AS id FROM read_markers r JOIN conversations c \
         ON c.order_id = r.order_id WHERE r.up_to_seq > c.last_seq",
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
