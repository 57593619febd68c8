//! Database connections, transactions that carry events, outbox, inbox, idempotency keys
