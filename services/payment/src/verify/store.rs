//! The checks as queries that find violations. The SQL is the same on all three databases.

use sea_orm::{ConnectionTrait, Statement};
use uuid::Uuid;
use waybill_store::StoreError;

/// A query that must return no rows; its only column `id` identifies a violation.
pub struct Check {
    pub what: &'static str,
    pub problem: &'static str,
    pub sql: &'static str,
}

/// At most so many violations of one kind are listed.
const MOST: usize = 100;

pub const CHECKS: &[Check] = &[
    Check {
        what: "ledger entry",
        problem: "its lines do not add up to zero",
        sql: "SELECT l.entry_id AS id FROM ledger_lines l \
              GROUP BY l.entry_id, l.currency HAVING SUM(l.amount) <> 0",
    },
    Check {
        what: "ledger entry",
        problem: "it has fewer than two lines",
        sql: "SELECT e.id AS id FROM ledger_entries e WHERE \
              (SELECT COUNT(*) FROM ledger_lines l WHERE l.entry_id = e.id) < 2",
    },
    Check {
        what: "payment",
        problem: "money was taken, but there is not exactly one PAYMENT entry",
        sql: "SELECT p.id AS id FROM payments p \
              WHERE p.state IN ('SUCCEEDED', 'REFUNDING', 'REFUNDED') AND \
              (SELECT COUNT(*) FROM ledger_entries e \
               WHERE e.kind = 'PAYMENT' AND e.source_id = p.id AND e.payment_id = p.id) <> 1",
    },
    Check {
        what: "payment",
        problem: "the ledger has other refunds of it than were made",
        // Version 0.1 does not write what was refunded.
        sql: "SELECT p.id AS id FROM payments p \
              WHERE p.state IN ('SUCCEEDED', 'REFUNDING', 'REFUNDED') AND \
              (CASE WHEN p.state = 'REFUNDED' THEN p.amount ELSE p.refunded END) <> \
              (SELECT COALESCE(SUM(-l.amount), 0) FROM ledger_lines l \
               WHERE l.payment_id = p.id AND l.kind = 'REFUND' AND l.account <> 'orders')",
    },
    Check {
        what: "ledger entry",
        problem: "it books a payment that is missing or took no money",
        sql: "SELECT e.id AS id FROM ledger_entries e WHERE e.kind = 'PAYMENT' AND NOT EXISTS \
              (SELECT 1 FROM payments p WHERE p.id = e.source_id \
               AND p.state IN ('SUCCEEDED', 'REFUNDING', 'REFUNDED'))",
    },
    Check {
        what: "ledger entry",
        problem: "it books a refund that is missing or not done",
        sql: "SELECT e.id AS id FROM ledger_entries e WHERE e.kind IN ('REFUND', 'CLAWBACK') AND NOT EXISTS \
              (SELECT 1 FROM refunds r WHERE r.payment_id = e.payment_id AND r.completed \
               AND r.state <> 'FAILED')",
    },
    Check {
        what: "payment",
        problem: "the provider's line of its PAYMENT entry has another amount or currency",
        sql: "SELECT p.id AS id FROM payments p \
              JOIN ledger_lines l ON l.payment_id = p.id AND l.kind = 'PAYMENT' \
              WHERE l.account <> 'orders' AND (l.amount <> p.amount OR l.currency <> p.currency)",
    },
    Check {
        what: "payment",
        problem: "its open refunds add up to another amount than it has reserved for them",
        sql: "SELECT p.id AS id FROM payments p \
              WHERE (CASE WHEN p.state = 'REFUNDING' THEN p.amount - p.refunded ELSE p.refunding END) <> \
              (SELECT COALESCE(SUM(r.amount), 0) FROM refunds r \
               WHERE r.payment_id = p.id AND NOT r.completed)",
    },
    Check {
        what: "payment",
        problem: "more was refunded than was paid",
        sql: "SELECT p.id AS id FROM payments p \
              WHERE p.refunded < 0 OR p.refunding < 0 OR p.refunded + p.refunding > p.amount",
    },
    Check {
        what: "refund",
        problem: "its payment is missing or took no money",
        sql: "SELECT r.id AS id FROM refunds r WHERE NOT EXISTS \
              (SELECT 1 FROM payments p WHERE p.id = r.payment_id \
               AND p.state IN ('SUCCEEDED', 'REFUNDING', 'REFUNDED'))",
    },
    Check {
        what: "payment",
        problem: "its order was replaced, but it is not the payment of the one in its place",
        sql: "SELECT p.id AS id FROM payments p \
              JOIN order_replacements s ON s.order_id = p.order_id \
              WHERE s.replacement_id IS NOT NULL \
              AND p.state NOT IN ('REFUNDING', 'REFUNDED')",
    },
    Check {
        what: "payout",
        problem: "there is not exactly one PAYOUT_RESERVED entry",
        sql: "SELECT p.id AS id FROM payouts p WHERE \
              (SELECT COUNT(*) FROM ledger_entries e \
               WHERE e.kind = 'PAYOUT_RESERVED' AND e.source_id = p.id) <> 1",
    },
    Check {
        what: "payout",
        problem: "it is paid without a PAYOUT_PAID entry, or has one without being paid",
        sql: "SELECT p.id AS id FROM payouts p WHERE \
              (CASE WHEN p.paid_at IS NULL THEN 0 ELSE 1 END) <> \
              (SELECT COUNT(*) FROM ledger_entries e \
               WHERE e.kind = 'PAYOUT_PAID' AND e.source_id = p.id)",
    },
    Check {
        what: "payout",
        problem: "it has ended without a PAYOUT_RETURNED entry, or has one without having ended",
        sql: "SELECT p.id AS id FROM payouts p WHERE \
              (CASE WHEN p.state IN ('FAILED', 'CANCELLED') THEN 1 ELSE 0 END) <> \
              (SELECT COUNT(*) FROM ledger_entries e \
               WHERE e.kind = 'PAYOUT_RETURNED' AND e.source_id = p.id)",
    },
    Check {
        what: "ledger entry",
        problem: "it books a payout that is missing or of another amount",
        sql: "SELECT l.entry_id AS id FROM ledger_lines l \
              JOIN ledger_entries e ON e.id = l.entry_id \
              LEFT JOIN payouts p ON p.id = e.source_id \
              WHERE e.kind IN ('PAYOUT_RESERVED', 'PAYOUT_PAID', 'PAYOUT_RETURNED') AND l.amount > 0 \
              AND (p.id IS NULL OR l.amount <> p.amount OR l.currency <> p.currency)",
    },
    Check {
        what: "payment",
        problem: "its receipts add up to another amount than it has received",
        sql: "SELECT p.id AS id FROM payments p \
              WHERE (p.provider = 'MANUAL' OR p.received <> 0) AND p.received <> \
              (SELECT COALESCE(SUM(r.amount), 0) FROM receipts r \
               WHERE r.payment_id = p.id AND r.returned_at IS NULL AND r.currency = p.currency)",
    },
    Check {
        what: "payment",
        problem: "it was made by hand, and has not succeeded although all of it arrived, or has although some is missing",
        sql: "SELECT p.id AS id FROM payments p WHERE p.provider = 'MANUAL' AND \
              (p.received < 0 OR p.received > p.amount OR \
               (CASE WHEN p.state IN ('SUCCEEDED', 'REFUNDING', 'REFUNDED') THEN 1 ELSE 0 END) <> \
               (CASE WHEN p.received = p.amount THEN 1 ELSE 0 END))",
    },
    Check {
        what: "payment",
        problem: "the account receipts has another amount of it than arrived before it succeeded",
        sql: "SELECT p.id AS id FROM payments p WHERE p.provider = 'MANUAL' AND \
              (CASE WHEN p.state IN ('SUCCEEDED', 'REFUNDING', 'REFUNDED') THEN 0 ELSE p.received END) <> \
              (SELECT COALESCE(SUM(-l.amount), 0) FROM ledger_lines l \
               WHERE l.payment_id = p.id AND l.account = 'receipts')",
    },
    Check {
        what: "ledger entry",
        problem: "it moves money on the account receipts without a payment that is made by hand",
        sql: "SELECT l.entry_id AS id FROM ledger_lines l WHERE l.account = 'receipts' AND NOT EXISTS \
              (SELECT 1 FROM payments p WHERE p.id = l.payment_id AND p.provider = 'MANUAL')",
    },
    Check {
        what: "receipt",
        problem: "there is not exactly one RECEIPT entry of its amount, or it went back without a RECEIPT_RETURNED entry, or has one \
                  although it did not",
        sql: "SELECT r.id AS id FROM receipts r WHERE \
              (SELECT COUNT(*) FROM ledger_entries e \
               JOIN ledger_lines l ON l.entry_id = e.id AND l.account = 'receipts' \
               WHERE e.kind = 'RECEIPT' AND e.source_id = r.id AND l.amount = -r.amount AND l.currency = r.currency) <> 1 \
              OR (CASE WHEN r.returned_at IS NULL THEN 0 ELSE 1 END) <> \
              (SELECT COUNT(*) FROM ledger_entries e \
               JOIN ledger_lines l ON l.entry_id = e.id AND l.account = 'receipts' \
               WHERE e.kind = 'RECEIPT_RETURNED' AND e.source_id = r.id AND l.amount = r.amount AND l.currency = r.currency)",
    },
    Check {
        what: "ledger entry",
        problem: "it books a receipt that is missing",
        sql: "SELECT e.id AS id FROM ledger_entries e WHERE e.kind IN ('RECEIPT', 'RECEIPT_RETURNED') AND NOT EXISTS \
              (SELECT 1 FROM receipts r WHERE r.id = e.source_id AND r.payment_id = e.payment_id)",
    },
    Check {
        what: "refund",
        problem: "it is made by hand although its payment was not, or the other way round",
        sql: "SELECT r.id AS id FROM refunds r JOIN payments p ON p.id = r.payment_id \
              WHERE (CASE WHEN r.by_hand THEN 1 ELSE 0 END) <> (CASE WHEN p.provider = 'MANUAL' THEN 1 ELSE 0 END)",
    },
    Check {
        what: "order",
        problem: "more was shared or given back than was paid for it",
        sql: "SELECT l.order_id AS id FROM ledger_lines l WHERE l.account = 'orders' \
              GROUP BY l.order_id, l.currency HAVING SUM(l.amount) > 0",
    },
];

pub async fn offenders(
    connection: &impl ConnectionTrait,
    check: &Check,
) -> Result<Vec<Uuid>, StoreError> {
    let sql = format!("{} LIMIT {MOST}", check.sql);
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let rows = connection.query_all_raw(statement).await?;
    rows.iter()
        .map(|row| row.try_get::<Uuid>("", "id").map_err(StoreError::from))
        .collect()
}
