//! The guarantees of this crate, on every database and bus that the machine has.

mod columns;
mod consumers;
mod deferred;
mod idempotency;
mod migrations;
mod pages;
mod refill;
mod relay;
mod support;
mod transactions;
mod writes;
