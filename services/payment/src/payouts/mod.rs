//! Payouts to workers and to the owner of the platform, from their balances in the ledger.

mod accounts;
pub mod app;
mod balances;
mod domain;
mod events;
mod flow;
pub mod grpc;
mod store;
mod wire;
