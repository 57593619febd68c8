//! The tables that every service's database has.

pub mod dead_letter;
pub mod idempotency_key;
pub mod inbox;
pub mod outbox;
pub mod stream_mark;
pub mod write_check;
